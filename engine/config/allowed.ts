// Reads the config's JSON Schema: finds the node of a key and says in words which values it takes.
import type { SchemaNode } from './schema.ts';

function step(node: SchemaNode, key: string | number): SchemaNode | undefined {
  if (typeof key === 'string') {
    const branches = node.anyOf ?? node.oneOf ?? [];
    return node.properties?.[key] ?? branches.map((branch) => branch.properties?.[key]).find(Boolean);
  }
  const { items } = node;
  return Array.isArray(items) ? items[key] : (items as SchemaNode | undefined);
}

/** Schema node at `path`, or undefined when the schema has no such key. */
export function schemaAt(root: SchemaNode, path: readonly (string | number)[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    if (node === undefined) return undefined;
    node = step(node, key);
  }
  return node;
}

/** Keys an object node has. */
export function keysOf(node: SchemaNode | undefined): string[] {
  if (node === undefined) return [];
  const branches = node.anyOf ?? node.oneOf ?? [];
  return Object.keys(node.properties ?? Object.assign({}, ...branches.map((branch) => branch.properties ?? {})));
}

function range(node: SchemaNode): string {
  return node.minimum === undefined ? '' : ` ${node.minimum}..${node.maximum}`;
}

/** What values `node` takes, in words: `an integer 1..16`, `auto | threads | inline`. */
export function allowedText(node: SchemaNode | undefined): string {
  if (node === undefined) return 'nothing';
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return node.enum.map(String).join(' | ');
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(allowedText))].join(' | ');
  switch (node.type) {
    case 'integer':
      return `an integer${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'boolean':
      return 'true | false';
    case 'string':
      return 'text';
    case 'array':
      return 'a list';
    case 'object':
      return `keys ${keysOf(node).join(', ')}`;
    default:
      return 'a value';
  }
}
