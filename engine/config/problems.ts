// Turns what the schema found wrong into one line per problem: where, which key, what value, what is allowed.
import type { z } from 'zod';
import { allowedText, keysOf, schemaAt } from './allowed.ts';
import { nearest } from './nearest.ts';
import type { SchemaNode } from './schema.ts';

export type KeyPath = readonly (string | number)[];

/** All problems of one config at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const SECRET_WORDS = /secret|passphrase|password|private_?key|api_?key|token/i;
const VALUE_CHARS_MAX = 60;

/** True for a key whose value must never be printed; a `…File` key holds a path, not the secret. */
export function namesSecret(key: string): boolean {
  return SECRET_WORDS.test(key) && !/file$/i.test(key) && !/^(yes|no)token$/i.test(key);
}

/** `a.b[0].c` */
export function keyText(path: KeyPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}

/** A value as it is shown in an error: short, and never a secret or what may carry one. */
export function shownValue(key: string | number | undefined, value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof key === 'string' && namesSecret(key)) return 'value not shown';
  // A text that is no path, where the path of a secret's file belongs, may be the secret.
  if (typeof key === 'string' && typeof value === 'string' && /file$/i.test(key)) return 'value not shown';
  const text = JSON.stringify(value);
  if (/:\/\/[^"]*[@?]/.test(text)) return 'value not shown';
  // As long as a private key: one that was pasted where an address belongs.
  if (/[0-9a-f]{64}/i.test(text)) return 'value not shown';
  return `value ${text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text}`;
}

function unknownKeyText(schema: SchemaNode, path: KeyPath, key: string): string {
  const known = keysOf(schemaAt(schema, path));
  const name = keyText([...path, key]);
  if (namesSecret(key)) return `${name}: not a key; secrets come from a …File key or an environment variable`;
  const meant = nearest(key, known);
  const hint = meant === undefined ? `keys here: ${known.join(', ')}` : `did you mean ${meant}?`;
  return `${name}: not a key of this version; ${hint}`;
}

/** One line per issue of the schema. `where` answers the place of a key, `file:line:column` or a variable's name. */
export function problemLines(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  schema: SchemaNode,
  where: (path: KeyPath) => string,
): string[] {
  const lines: string[] = [];
  for (const issue of issues) {
    const path = issue.path as KeyPath;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) lines.push(`${where([...path, key])} ${unknownKeyText(schema, path, key)}`);
      continue;
    }
    const saysItself = issue.code === 'custom' || (issue.code === 'invalid_format' && !issue.message.startsWith('Inv'));
    const discriminator =
      issue.code === 'invalid_union' && 'options' in issue ? (issue.options as unknown[]) : undefined;
    let allowed = saysItself ? issue.message : allowedText(schemaAt(schema, path));
    if (discriminator !== undefined) allowed = discriminator.join(' | ');
    if (issue.code === 'too_small' && issue.origin === 'array') allowed = `at least ${issue.minimum} items`;
    if (issue.code === 'too_big' && issue.origin === 'array') allowed = `at most ${issue.maximum} items`;
    if (issue.code === 'too_small' && issue.origin === 'string') allowed += ` of at least ${issue.minimum} characters`;
    if (issue.code === 'too_big' && issue.origin === 'string') allowed += ` of at most ${issue.maximum} characters`;
    const shown = shownValue(path.at(-1), valueAt(value, path));
    lines.push(`${where(path)} ${keyText(path) || 'config'}: ${shown}, allowed ${allowed}`);
  }
  return lines;
}
