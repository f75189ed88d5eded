// The mutator judged: over a planted program it must catch what the planted test checks, find the hang, let what makes no
// difference survive, and see what no test reaches.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const FILES: Readonly<Record<string, string>> = {
  'wasm/layout.ts': 'export const CELL_FIRST = 2048;\nexport const CELL_SECOND = 2052;\n',
  'wasm/constants.ts': 'export const STEP: u32 = 3;\n',
  'wasm/main.ts': "export { cell, least, stride, sum, unseen } from './planted';\n",
  'wasm/planted.ts': `import { STEP } from './constants';
import { CELL_FIRST } from './layout';
export function least(a: u32, b: u32): u32 {
  return a < b ? a : b;
}
export function sum(count: u32): u32 {
  let total: u32 = 0;
  for (let turn: u32 = 0; turn < count; turn += 1) total += turn;
  return total;
}
export function cell(a: u32): u32 {
  store<u32>(0, a, CELL_FIRST);
  return load<u32>(0, CELL_FIRST);
}
export function stride(count: u32): u32 {
  return count * STEP;
}
export function unseen(a: u32): u32 {
  return a + 7;
}
`,
  'test/planted.test.ts': `import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
const module = new WebAssembly.Module(readFileSync(new URL('../build/engine.wasm', import.meta.url)));
const { cell, least, stride, sum } = new WebAssembly.Instance(module, { env: { memory } }).exports;
test('least', () => expect([least(1, 2), least(5, 4), least(6, 6)]).toEqual([1, 4, 6]));
test('sum', () => expect([sum(0), sum(1), sum(5)]).toEqual([0, 0, 10]));
test('cell', () => expect([cell(5), cell(6)]).toEqual([5, 6]));
test('stride', () => expect([stride(0), stride(4)]).toEqual([0, 12]));
`,
};

interface Answer {
  readonly verdicts: readonly { readonly key: string; readonly verdict: string; readonly by?: string }[];
  readonly files: readonly string[];
}

/** Which of its mutants are judged: the whole of one function, and one of each kind that is asked for below. */
const JUDGED = [
  'planted.ts › least',
  'turn < count; turn += 0',
  'planted.ts › unseen',
  'load<u32>(0, CELL_SECOND)',
  '(3) + 1',
];

const root = mkdtempSync(join(tmpdir(), 'dutchbook-planted-'));
let answer: Answer;

beforeAll(() => {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  cpSync('asconfig.json', join(root, 'asconfig.json'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const tool = join(root, 'tool');
  // Compiled inside the tree, so that it finds the packages.
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/mutation', '--outDir', tool]);
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  const output = execFileSync(process.execPath, [join(tool, 'planted.js'), root, ...JUDGED], { encoding: 'utf8' });
  answer = JSON.parse(output) as Answer;
}, 300_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Verdicts of the mutants whose key holds `text`; there must be some. */
function verdictsOf(text: string): string[] {
  const verdicts = answer.verdicts.filter(({ key }) => key.includes(text)).map(({ verdict }) => verdict);
  expect(verdicts.length, text).toBeGreaterThan(0);
  return verdicts;
}

test('a mutant that a test checks is caught, and by that test', () => {
  const caught = answer.verdicts.find(({ key }) => key.endsWith('return a < b ? a : b; → return a >= b ? a : b;'));
  expect(caught).toMatchObject({ verdict: 'caught', by: 'test/planted.test.ts: least' });
});

test('a mutant that makes no difference survives', () => {
  expect(verdictsOf('return a < b ? a : b; → return a <= b ? a : b;')).toEqual(['survived']);
});

test('a mutant that hangs inside WASM is ended and told as such', () => {
  expect(verdictsOf('turn < count; turn += 0')).toEqual(['timeout']);
});

test('a mutant that no test reaches is told as such, not left out', () => {
  expect(new Set(verdictsOf('planted.ts › unseen'))).toEqual(new Set(['not reached']));
});

test('layout constants in instructions and constants of other files are mutated too', () => {
  expect(verdictsOf('return load<u32>(0, CELL_SECOND);')).toEqual(['caught']);
  expect(verdictsOf('constants.ts › const STEP = 3 → const STEP = (3) + 1')).toEqual(['caught']);
});

test('of a function whose test is whole only what makes no difference survives', () => {
  const least = answer.verdicts.filter(({ key }) => key.includes('planted.ts › least'));
  expect(least.length).toBeGreaterThan(5);
  expect(least.filter(({ verdict }) => verdict !== 'caught').map(({ key }) => key)).toEqual([
    expect.stringContaining('return a <= b ? a : b;'),
  ]);
  expect(answer.files).toEqual(['test/planted.test.ts']);
});
