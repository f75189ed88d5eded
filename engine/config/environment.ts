// Overrides of config keys from the environment: DUTCHBOOK__SECTION__KEY=value, e.g. DUTCHBOOK__INGEST__TRANSPORT=ws.
import { parse as parseYaml } from 'yaml';
import { keysOf, schemaAt } from './allowed.ts';
import { nearest } from './nearest.ts';
import type { SchemaNode } from './schema.ts';

const PREFIX = 'DUTCHBOOK__';

/** A key set by a variable. */
export interface Override {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('_', '');
}

/** The variables that override keys, and no others. */
export function overrideVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith(PREFIX)));
}

/** `ORDERS_PER_SECOND` or `orderspersecond` -> `ordersPerSecond`, by the schema. */
function keyFor(segment: string, node: SchemaNode): string | undefined {
  return keysOf(node).find((key) => plain(key) === plain(segment));
}

function pathOf(variable: string, schema: SchemaNode): readonly string[] | string {
  const path: string[] = [];
  let node: SchemaNode | undefined = schema;
  for (const segment of variable.slice(PREFIX.length).split('__')) {
    const key: string | undefined = node === undefined ? undefined : keyFor(segment, node);
    if (key === undefined) {
      const known = keysOf(node);
      const meant = nearest(segment, known);
      const hint = meant === undefined ? `keys there: ${known.join(', ') || 'none'}` : `did you mean ${meant}?`;
      return `${variable}: ${segment} is not a key of ${path.join('.') || 'the config'}; ${hint}`;
    }
    path.push(key);
    node = schemaAt(schema, path);
  }
  return path;
}

/** Reads all overrides; problems name the variable and never show its value. */
export function overridesFrom(
  environment: Readonly<Record<string, string | undefined>>,
  schema: SchemaNode,
): { overrides: Override[]; problems: string[] } {
  const overrides: Override[] = [];
  const problems: string[] = [];
  const variables = Object.keys(environment).filter((name) => name.startsWith(PREFIX));
  for (const variable of variables.sort()) {
    const path = pathOf(variable, schema);
    if (typeof path === 'string') {
      problems.push(path);
      continue;
    }
    const node = schemaAt(schema, path);
    const text = environment[variable] ?? '';
    try {
      // Text keys take the variable as it is: a token such as 0x12 must not become a number.
      const value: unknown = node?.type === 'string' && node.enum === undefined ? text : parseYaml(text);
      overrides.push({ variable, path, value });
    } catch {
      problems.push(`${variable}: not a YAML value`);
    }
  }
  return { overrides, problems };
}

/** Sets the overrides in `target`, a plain object tree, making sections on the way. */
export function applyOverrides(target: Record<string, unknown>, overrides: readonly Override[]): void {
  for (const { path, value } of overrides) {
    let section = target;
    for (const key of path.slice(0, -1)) {
      const next = section[key];
      const usable = typeof next === 'object' && next !== null && !Array.isArray(next);
      if (!usable) section[key] = {};
      section = section[key] as Record<string, unknown>;
    }
    section[path.at(-1)!] = value;
  }
}
