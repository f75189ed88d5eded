// Writes dutchbook.yaml: every key with its default, its meaning and its range, from the schema. Generated, committed,
// and checked for freshness by a test.
import { allowedText } from './allowed.ts';
import { configJsonSchema, type SchemaNode } from './schema.ts';

const HEAD = [
  '# yaml-language-server: $schema=./schema/dutchbook.schema.json',
  '#',
  '# Every key with its default; a key left out has its default. Units are in the names: Micros = 1e-6 dollar or share,',
  '# E4 = 1/10,000 dollar, Ms = milliseconds. Overrides: DUTCHBOOK__SECTION__KEY=value. Check: dutchbook check.',
];

function leafLines(key: string, node: SchemaNode, pad: string): string[] {
  const isPlainText = node.type === 'string' && node.enum === undefined;
  const allowed = isPlainText || node.type === 'array' ? '' : ` Allowed: ${allowedText(node)}.`;
  const value = Array.isArray(node.default) ? '[]' : String(node.default);
  const line = node.default === undefined ? `# ${key}:` : `${key}: ${value}`;
  return [`${pad}# ${node.description ?? key}${allowed}`, `${pad}${line}`];
}

function sectionLines(section: SchemaNode, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return Object.entries(section.properties ?? {}).flatMap(([key, node]) => {
    if (node.properties === undefined) return leafLines(key, node, pad);
    const about = node.description === undefined ? [] : [`${pad}# ${node.description}`];
    const blank = indent === 0 ? [''] : [];
    return [...blank, ...about, `${pad}${key}:`, ...sectionLines(node, indent + 2)];
  });
}

/** The text of dutchbook.yaml. */
export function exampleYaml(): string {
  return `${[...HEAD, '', ...sectionLines(configJsonSchema(), 0)].join('\n')}\n`;
}
