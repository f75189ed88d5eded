// Seeded mutations of frames: what a broken relay, another serialiser or an attacker could send.
import type { Random } from '../../engine/core/random.ts';
import { BAD_UTF8, ESCAPES, FRAGMENTS, GOOD_UTF8, KEYS, NUMBERS, RAW, TYPES, WORDS } from './mutate-values.ts';

/** A mutation of a frame's text in latin1: one character is one byte. */
type Mutation = (text: string, random: Random, other: string) => string;

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

/** A random match of `pattern` in `text`, or undefined. */
function match(text: string, pattern: RegExp, random: Random): RegExpExecArray | undefined {
  const matches = [...text.matchAll(pattern)];
  return matches.length === 0 ? undefined : (random.pick(matches) as RegExpExecArray);
}

function replaceMatch(pattern: RegExp, values: readonly string[], quote: boolean): Mutation {
  return (text, random) => {
    const found = match(text, pattern, random);
    if (found === undefined) return text;
    const value = random.pick(values);
    return splice(text, found.index, found[0].length, quote ? `"${value}"` : value);
  };
}

const TOKEN = /"[^"\\]*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

const flip: Mutation = (text, random) => {
  if (text === '') return text;
  const at = random.integer(0, text.length - 1);
  const code = random.chance(0.5) ? text.charCodeAt(at) ^ (1 << random.integer(0, 7)) : random.integer(0, 255);
  return splice(text, at, 1, String.fromCharCode(code));
};
const remove: Mutation = (text, random) => splice(text, random.integer(0, text.length), random.integer(1, 8), '');
const insert: Mutation = (text, random) => splice(text, random.integer(0, text.length), 0, random.pick(FRAGMENTS));
const truncate: Mutation = (text, random) => text.slice(0, random.integer(0, text.length));
const concatenate: Mutation = (text, random, other) =>
  text + random.pick([other, ' ', '\n', 'x', '\u0000', ']', '}', 'PONG']);
const swapTokens: Mutation = (text, random) => {
  const a = match(text, TOKEN, random);
  const b = match(text, TOKEN, random);
  if (a === undefined || b === undefined || a.index + a[0].length > b.index) return text;
  return splice(splice(text, b.index, b[0].length, a[0]), a.index, a[0].length, b[0]);
};
const unquote: Mutation = (text, random) => {
  const found = match(text, /"(-?[0-9][0-9.]*)"/g, random);
  return found === undefined ? text : splice(text, found.index, found[0].length, found[1]!);
};
const quoteNumber: Mutation = (text, random) => {
  const found = match(text, /:(\d+)/g, random);
  return found === undefined ? text : splice(text, found.index, found[0].length, `:"${found[1]}"`);
};
const space: Mutation = (text, random) => {
  const tokens = text.match(TOKEN) ?? [];
  return tokens.map((token) => token + (random.chance(0.3) ? random.pick([' ', '\n', '\t', '\r', '  ']) : '')).join('');
};
const duplicateKey: Mutation = (text, random) => {
  const place = match(text, random.chance(0.5) ? /\{(?=")/g : /(?=\})/g, random);
  if (place === undefined) return text;
  const value = random.chance(0.5) ? `"${random.pick(NUMBERS)}"` : random.pick(['[]', '{}', '1', 'null', '"BUY"']);
  const member = `"${random.pick(KEYS)}":${value}`;
  return splice(text, place.index, place[0].length, place[0] === '{' ? `{${member},` : `,${member}`);
};
const renameKey: Mutation = (text, random) => {
  const found = match(text, /"([^"\\]*)"(?=\s*:)/g, random);
  return found === undefined ? text : splice(text, found.index, found[0].length, `"${random.pick(KEYS)}"`);
};
const insideString =
  (values: readonly string[]): Mutation =>
  (text, random) => {
    const found = match(text, /"[^"\\]*"/g, random);
    if (found === undefined) return text;
    const at = found.index + random.integer(1, found[0].length - 1);
    return splice(text, at, random.integer(0, 1) * Number(at < found.index + found[0].length - 1), random.pick(values));
  };
const addMember: Mutation = (text, random) => {
  const place = match(text, /\{(?=")/g, random);
  return place === undefined ? text : splice(text, place.index, 1, `{"x":${random.pick(RAW)},`);
};
const nest: Mutation = (text, random) => {
  const depth = random.pick([10, 12, 14, 15, 16, 17, 20, 60]);
  const place = match(text, /\{(?=")/g, random);
  const object = random.chance(0.5);
  const value = (object ? '{"a":' : '[').repeat(depth) + (object ? '1' : '') + (object ? '}' : ']').repeat(depth);
  return place === undefined ? text : splice(text, place.index, 1, `{"x":${value},`);
};
const repeatLevels: Mutation = (text, random) => {
  const found = match(text, /[[{]"?(?:price|0\.)[^[\]{}]*[\]}]|\{"asset_id"[^[\]{}]*\}/g, random);
  if (found === undefined) return text;
  const times = random.pick([2, 3, 70, 2100]);
  return splice(text, found.index, 0, `${found[0]},`.repeat(times));
};
const blowUp: Mutation = (text, random) => text + ' '.repeat(random.pick([10, 130_000, 140_000]));
const wrap: Mutation = (text, random, other) => {
  const inner = (frame: string): string => frame.trim().replace(/^\[/, '').replace(/\]$/, '');
  const both = random.chance(0.5) ? [text, other] : [other, text];
  return `[${both
    .map(inner)
    .filter((frame) => frame !== '')
    .join(random.pick([',', ', ']))}]`;
};
const shuffle: Mutation = (text, random) => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [random.uint32(), key, shuffled(inner)] as const);
    return Object.fromEntries(entries.sort((a, b) => a[0] - b[0]).map(([, key, inner]) => [key, inner]));
  };
  try {
    return Buffer.from(JSON.stringify(shuffled(JSON.parse(text)))).toString('latin1');
  } catch {
    return text;
  }
};
const changeId: Mutation = (text, random, other) => {
  const found = match(text, /"(?:0x[0-9a-f]{64}|\d{60,}|KX[A-Z0-9-]+)"/g, random);
  const donor = match(other, /"(?:0x[0-9a-f]{64}|\d{60,}|KX[A-Z0-9-]+)"/g, random);
  if (found === undefined) return text;
  const id =
    random.chance(0.4) && donor !== undefined ? donor[0] : `"${'8'.repeat(random.pick([1, 24, 77, 112, 113]))}"`;
  return splice(text, found.index, found[0].length, id);
};

const MUTATIONS: readonly (readonly [number, Mutation])[] = [
  [10, flip],
  [5, remove],
  [5, insert],
  [3, truncate],
  [2, concatenate],
  [5, swapTokens],
  [12, replaceMatch(/"-?[0-9.]{1,16}"/g, NUMBERS, true)],
  [3, replaceMatch(/"(?:BUY|SELL|yes|no)"/g, WORDS, true)],
  [3, replaceMatch(/"[0-9a-f]{40}"/g, ['', 'A'.repeat(40), 'a'.repeat(39), 'g'.repeat(40), '0'.repeat(40)], true)],
  [3, replaceMatch(/(?<="(?:event_)?type": ?)"[a-z_]*"/g, TYPES, true)],
  [3, replaceMatch(/(?<=: ?)(?:"[^"\\]*"|\d+)/g, RAW, false)],
  [5, unquote],
  [2, quoteNumber],
  [6, space],
  [6, duplicateKey],
  [4, renameKey],
  [3, insideString(ESCAPES)],
  [2, insideString(GOOD_UTF8)],
  [2, insideString(BAD_UTF8)],
  [4, addMember],
  [2, nest],
  [2, repeatLevels],
  [0.05, blowUp],
  [4, wrap],
  [6, shuffle],
  [4, changeId],
];
const WEIGHT = MUTATIONS.reduce((sum, [weight]) => sum + weight, 0);

/** `text` (latin1) after `count` mutations. */
export function mutate(text: string, other: string, count: number, random: Random): string {
  let mutated = text;
  for (let turn = 0; turn < count; turn += 1) {
    let ticket = random.float() * WEIGHT;
    const chosen = MUTATIONS.find(([weight]) => {
      ticket -= weight;
      return ticket < 0;
    });
    mutated = (chosen ?? MUTATIONS[0]!)[1](mutated, random, other);
  }
  return mutated;
}
