// Tables in the documentation that repeat what the code says are generated from the code. `UPDATE_DOCS=1` rewrites
// them; without it a difference fails.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readBudgets } from '../bench/budgets.ts';
import { allowedText } from '../engine/config/allowed.ts';
import { overridesFrom } from '../engine/config/environment.ts';
import { configJsonSchema, type SchemaNode } from '../engine/config/schema.ts';
import { EXIT_MEANING } from '../engine/core/exit-codes.ts';
import { KALSHI_FEE_REASONS, KALSHI_SHAPE_REASONS, KALSHI_STATE_REASONS } from '../engine/venue/kalshi/reasons.ts';
import { SET_REASONS, SHAPE_REASONS, STATE_REASONS } from '../engine/venue/polymarket/gamma-reasons.ts';
import { LEFT_REASONS } from '../engine/venue/room.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

function rowsOf(node: SchemaNode, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    if (child.properties !== undefined) return rowsOf(child, `${path}.`);
    const fallback = child.default === undefined ? '' : `\`${JSON.stringify(child.default)}\``;
    return [
      `| \`${path}\` | ${fallback} | ${allowedText(child).replaceAll('|', '\\|')} | ${(child.description ?? '').replaceAll('|', '\\|')} |`,
    ];
  });
}

function configTable(): string {
  return ['| key | default | allowed | meaning |', '|---|---|---|---|', ...rowsOf(configJsonSchema(), '')].join('\n');
}

function exitTable(): string {
  const rows = Object.entries(EXIT_MEANING).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ['| exit code | meaning |', '|---|---|', ...rows].join('\n');
}

function budgetTable(): string {
  const rows = readBudgets().bars.map(({ what, gate, goal, why }) => `| ${what} | ${gate} | ${goal} | ${why} |`);
  return ['| what | gate | goal | why |', '|---|---|---|---|', ...rows].join('\n');
}

const GAMMA_REASONS = {
  rejected: { ...SHAPE_REASONS, ...STATE_REASONS },
  'not selected': LEFT_REASONS,
  'no complete set': SET_REASONS,
};
const KALSHI_REASONS = {
  rejected: { ...KALSHI_SHAPE_REASONS, ...KALSHI_STATE_REASONS },
  'not selected': LEFT_REASONS,
  'fee unknown': KALSHI_FEE_REASONS,
};

function reasonTable(kinds: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const rows = Object.entries(kinds).flatMap(([kind, reasons]) =>
    Object.entries(reasons).map(([name, meaning]) => `| ${kind} | \`${name}\` | ${meaning} |`),
  );
  return ['| | reason | meaning |', '|---|---|---|', ...rows].join('\n');
}

const TABLES: readonly (readonly [string, string, () => string])[] = [
  ['README.md', 'config table', configTable],
  ['README.md', 'budget table', budgetTable],
  ['ARCHITECTURE.md', 'exit code table', exitTable],
  ['docs/discovery.md', 'reason table', () => reasonTable(GAMMA_REASONS)],
  ['docs/discovery.md', 'Kalshi reason table', () => reasonTable(KALSHI_REASONS)],
];

function section(text: string, name: string): [number, number] {
  const first = text.indexOf(`<!-- ${name}: generated, checked by a test -->`);
  const start = text.indexOf('\n', first) + 1;
  const end = text.indexOf(`<!-- end of ${name} -->`);
  if (first < 0 || end < start) throw new Error(`no section for the ${name}`);
  return [start, end];
}

function markdownFiles(): string[] {
  const files = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'];
  for (const folder of ['docs', 'docs/adr']) {
    for (const name of readdirSync(join(ROOT, folder))) if (name.endsWith('.md')) files.push(join(folder, name));
  }
  return files;
}

describe('documentation', () => {
  for (const [file, name, make] of TABLES) {
    test(`${file} has the ${name} that the code declares`, () => {
      const path = join(ROOT, file);
      const text = readFileSync(path, 'utf8');
      const [start, end] = section(text, name);
      const made = `\n${make()}\n\n`;
      if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, text.slice(0, start) + made + text.slice(end));
      else expect(text.slice(start, end)).toBe(made);
    });
  }

  test('every command the documentation names is a command, with its words', () => {
    const declared = new Set(
      [...readFileSync(join(ROOT, 'engine/main.ts'), 'utf8').matchAll(/\.command\('([a-z]+)/g)].map(([, name]) => name),
    );
    const rows = [...README.matchAll(/^\| `dutchbook ([a-z]+)([^`]*)`/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual([...declared].sort());
    const main = readFileSync(join(ROOT, 'engine/main.ts'), 'utf8');
    for (const [, name, words] of rows) {
      const [, positionals] = new RegExp(`command\\('${name}([^']*)'`).exec(main)!;
      const bare = words!.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/--[a-z-]+( [^ ]+)?/g, '');
      expect(bare.split(' ').filter(Boolean).length, name).toBe(positionals!.split(' ').filter(Boolean).length);
      for (const [option] of words!.matchAll(/--[a-z-]+/g)) expect(main, name).toMatch(new RegExp(`'${option}[ ']`));
    }
    for (const [, name] of README.matchAll(/\bdutchbook(?:\.js)? ([a-z]+)`/g)) expect(declared).toContain(name);
  });

  test('every DUTCHBOOK__ variable the documentation names sets a key', () => {
    let variables = 0;
    for (const file of markdownFiles()) {
      for (const [variable] of readFileSync(join(ROOT, file), 'utf8').matchAll(/DUTCHBOOK__[A-Z_]+[A-Z]/g)) {
        if (variable === 'DUTCHBOOK__SECTION__KEY') continue;
        variables += 1;
        expect(overridesFrom({ [variable]: '1' }, configJsonSchema()).problems).toEqual([]);
      }
    }
    expect(variables).toBeGreaterThan(0);
  });

  test('every relative link in the documentation leads to a file', () => {
    const files = markdownFiles();
    const broken: string[] = [];
    let links = 0;
    for (const file of files) {
      for (const [, target] of readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\(([^)#]+)\)/g)) {
        if (target === undefined || /^[a-z]+:/.test(target)) continue;
        links += 1;
        if (!existsSync(join(ROOT, dirname(file), target))) broken.push(`${file}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
    expect(links).toBeGreaterThan(5);
  });
});
