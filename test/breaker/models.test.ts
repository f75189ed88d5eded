// The Spin models name line by line what they model: a line of the protocols that changes, moves or comes without its model
// fails here. Whether the models hold is checked by models/run.mjs.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const MODELS = ['models/breaker.pml', 'models/ring.pml'];
/** The protocols: every line of them that reads or writes a shared word atomically stands in a model. */
const PROTOCOLS = ['engine/breaker/breaker.ts', 'wasm/breaker.ts', 'engine/memory/ring.ts', 'wasm/ring.ts'];
/** Functions whose atomic lines no model needs: reports, and what says in their text whose twin they are. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  'engine/breaker/breaker.ts': ['causes', 'trips', 'inFlight'],
  // A wait that looks often is `ringReady` again and again; parkAsync is park with a promise.
  'engine/memory/ring.ts': ['occupancy', 'parkAsync'],
  'wasm/ring.ts': ['ringAwait'],
};
const QUOTE = /\/\* ([\w./-]+\.ts): (.*?) \*\//g;
const BLOCK = /^(?:inline|proctype) (\w+)/gm;

interface Quote {
  readonly model: string;
  readonly block: string;
  readonly file: string;
  readonly text: string;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function quotesOf(model: string, text: string): Quote[] {
  const blocks = [...text.matchAll(BLOCK)];
  return [...text.matchAll(QUOTE)].map(({ index, 1: file, 2: quoted }) => {
    const block = blocks.filter((start) => start.index < index).at(-1)?.[1] ?? '';
    return { model, block, file: file!, text: quoted! };
  });
}

/** What differs between quotes and sources: within a block of a model, the quotes of a file stand in the file's order. */
function offences(quotes: readonly Quote[], linesOf: (file: string) => readonly string[]): string[] {
  const found: string[] = [];
  const last = new Map<string, number>();
  for (const { model, block, file, text } of quotes) {
    const key = `${model} ${block} ${file}`;
    const lines = linesOf(file);
    const at = lines.indexOf(text, (last.get(key) ?? -1) + 1);
    if (at >= 0) last.set(key, at);
    else if (lines.includes(text)) found.push(`${model}, ${block}: ${file} has this line elsewhere now: ${text}`);
    else found.push(`${model}, ${block}: ${file} does not have this line any more: ${text}`);
  }
  return found;
}

/** Name of the function or method that each line lies in. */
function functionsOf(lines: readonly string[]): string[] {
  let name = '';
  return lines.map((line) => {
    name = /^(?:export )?function (\w+)|^ {2}(?:async |get )?(#?\w+)\(.*\{$/.exec(line)?.slice(1).find(Boolean) ?? name;
    return name;
  });
}

function unmodelled(quotes: readonly Quote[], file: string, text: string): string[] {
  const lines = text.split('\n');
  const functions = functionsOf(lines);
  return lines.flatMap((line, at) => {
    const isComment = /^\s*(?:\/\/|\*|\/\*)/.test(line);
    if (isComment || !/\bAtomics\.|\batomic\./.test(line) || OUTSIDE[file]?.includes(functions[at]!) === true)
      return [];
    return quotes.some((quote) => quote.file === file && quote.text === line.trim())
      ? []
      : [`${file}:${at + 1}: no model has this line: ${line.trim()}`];
  });
}

const QUOTES = MODELS.flatMap((model) => quotesOf(model, read(model)));
const trimmed = (file: string): string[] =>
  read(file)
    .split('\n')
    .map((line) => line.trim());
const ADVICE =
  'The protocol changed: change the statement of the model that stands for it too, quote the new line above it, and run `node models/run.mjs`';

test('every line that the models quote stands in its source, in its order', () => {
  expect(QUOTES.length).toBeGreaterThan(40);
  expect(offences(QUOTES, trimmed), ADVICE).toEqual([]);
});

test('every atomic line of breaker and ring stands in a model', () => {
  expect(
    PROTOCOLS.flatMap((file) => unmodelled(QUOTES, file, read(file))),
    ADVICE,
  ).toEqual([]);
});

test('a line changed, moved, or added without its model is found', () => {
  const file = 'engine/breaker/breaker.ts';
  const source = read(file);
  const opens = QUOTES.find(({ text }) => text.startsWith('Atomics.or('))!.text;
  const check = (text: string): string[] =>
    offences(QUOTES, (name) => (name === file ? text.split('\n').map((line) => line.trim()) : trimmed(name)));
  expect(check(source)).toEqual([]);
  expect(check(source.replace(opens, `${opens} // new`)).join()).toContain('does not have this line any more');
  const moved = source.replace(opens, '').replace('if (this.#ownIds[slot] === id) return false;', `$&\n${opens}`);
  expect(check(moved).join()).toContain('has this line elsewhere now');
  expect(unmodelled(QUOTES, file, source.replace(opens, `${opens}\nAtomics.store(this.#i32, 0, 0);`)).join()).toContain(
    'no model has this line: Atomics.store(this.#i32, 0, 0);',
  );
});
