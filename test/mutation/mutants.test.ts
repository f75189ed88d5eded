// Parts of the mutator by themselves: which changes it makes, how it chooses, when its command fails.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withAlive } from './build.ts';
import { order } from './choose.ts';
import type { Mutant } from './mutant.ts';
import { FULL_RUN, optionsOf } from './options.ts';
import { dutchbook, type Project } from './project.ts';
import { faultsOf, MUTANTS_MIN, type Row, resultsText, scoreOf } from './report.ts';
import { mutatedFile, SENTINEL } from './schema.ts';
import { allMutants } from './sites.ts';

const LAYOUT = 'export const ROW_A = 0;\nexport const ROW_B = 4;\nexport const OTHER = 9;\n';

/** Mutants of a file with the function `f` of this body. */
function mutantsOf(body: string): { readonly mutants: Mutant[]; readonly text: string } {
  const root = mkdtempSync(join(tmpdir(), 'dutchbook-sites-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'wasm'));
  const text = `import { ROW_A } from './layout';\nexport function f(a: u32, b: u32): u32 {\n  ${body}\n}\n`;
  writeFileSync(join(root, 'wasm/layout.ts'), LAYOUT);
  writeFileSync(join(root, 'wasm/a.ts'), text);
  const project: Project = { ...dutchbook(process.cwd()), root, files: ['a.ts'] };
  return { mutants: allMutants(project), text };
}

function changes(body: string): string[] {
  return mutantsOf(body).mutants.map(({ operator, after }) => `${operator}: ${after}`);
}

test('each operator makes its changes', () => {
  expect(changes('return a - b;')).toEqual(['arithmetic: return a + b;', 'swap: return (b) - (a);']);
  expect(changes('return a & b;')).toEqual(['bits: return a | b;']);
  expect(changes('return <u32>(a < b);')).toEqual([
    'bound: return <u32>(a <= b);',
    'comparison: return <u32>(a >= b);',
    'swap: return <u32>((b) < (a));',
  ]);
  expect(changes('return <u32>(!a && b === 7);')).toEqual([
    'logic: return <u32>(!a || b === 7);',
    'logic: return <u32>(!(!(a)) && b === 7);',
    'comparison: return <u32>(!a && b !== 7);',
    'literal: return <u32>(!a && b === 8);',
    'literal: return <u32>(!a && b === 6);',
  ]);
  expect(changes('return b ? a : b;')).toEqual([
    'condition: return true ? a : b;',
    'condition: return false ? a : b;',
    'swap: return (b) ? (b) : (a);',
  ]);
  expect(changes('g(a, b);')).toEqual(['removal: (nothing)', 'swap: g(b, a);']);
  expect(changes('return load<u32>(a, ROW_A);')).toEqual(['constant: return load<u32>(a, ROW_B);']);
  expect(changes('return 0xff;')).toEqual(['literal: return 0x100;', 'literal: return 0xfe;']);
});

test('a mutant inside an instruction’s immediate makes a choice of the whole instruction', () => {
  const { mutants, text } = mutantsOf('return load<u32>(a, ROW_A + 8);');
  for (const { edits } of mutants) {
    expect(text.slice(edits[0]!.wrapFrom, edits[0]!.wrapTo)).toBe('load<u32>(a, ROW_A + 8)');
  }
  expect(mutants).toHaveLength(4);
});

test('a copy holds every mutant behind its number, and the original behind none', () => {
  const { mutants, text } = mutantsOf('return a - (b + 1);');
  const numbered = mutants.map((mutant, place) => ({ id: place + 1, mutant }));
  const copy = mutatedFile('a.ts', text, numbered).text;
  expect(copy).toContain(
    'return (isMutant(1) ? (a + (b + 1)) : isMutant(2) ? (((b + 1)) - (a)) : (a - ' +
      '((isMutant(3) ? (b - 1) : (b + (isMutant(4) ? (2) : isMutant(5) ? (0) : (1)))))));',
  );
});

test('the number is patched into a module that has the switch once, and into no other', () => {
  const sentinel = Buffer.from([0xb4, 0xa4, 0xb4, 0xf7, 0x05]);
  expect(SENTINEL).toBe(0x5eed1234);
  expect([...withAlive(Buffer.concat([Buffer.from([1]), sentinel]), 300)]).toEqual([1, 0xac, 0x82, 0x80, 0x80, 0x00]);
  expect(() => withAlive(Buffer.concat([sentinel, sentinel]), 1)).toThrow('not found once');
  expect(() => withAlive(Buffer.from([1, 2, 3]), 1)).toThrow('not found once');
});

test('the choice spreads over files and operators, and a change of one file leaves the others’ as it was', () => {
  const all = allMutants(dutchbook(process.cwd()));
  const chosen = order(all, 1).slice(0, 200);
  const files = new Set(all.map(({ file }) => file));
  expect(files.size).toBeGreaterThan(25);
  // A file of a handful of mutants may have none among the chosen.
  const small = [...files].filter((name) => all.filter(({ file }) => file === name).length < 8);
  expect(small.length).toBeLessThan(6);
  expect(new Set([...chosen.map(({ file }) => file), ...small])).toEqual(files);
  expect(new Set(chosen.map(({ operator }) => operator)).size).toBe(10);
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  const changed = all.map((mutant) =>
    mutant.file === 'walk.ts' ? { ...mutant, key: `${mutant.key} changed` } : mutant,
  );
  const keys = (mutants: readonly Mutant[]): string[] =>
    mutants.filter(({ file }) => file !== 'walk.ts').map(({ key }) => key);
  expect(keys(order(changed, 1).slice(0, 200))).toEqual(keys(chosen));
  expect(keys(order(all, 2).slice(0, 200))).not.toEqual(keys(chosen));
});

function rows(count: number, survivors: number): Row[] {
  return Array.from({ length: count }, (_, place) => ({
    key: `k${place}`,
    file: 'a.ts',
    line: place,
    operator: 'literal',
    before: 'a',
    after: 'b',
    seed: 1,
    verdict:
      place < survivors ? (place % 2 === 0 ? 'survived' : 'not reached') : place % 5 === 0 ? 'timeout' : 'caught',
    by: undefined,
  }));
}

function survivorsOf(reasons: Readonly<Record<string, string>>, count: number): Record<string, string> {
  return Object.fromEntries(Object.entries(reasons).slice(0, count));
}

test('the command fails on no mutants, too few, a low score, a survivor without a reason, and a reason that a test refutes', () => {
  const reasons = Object.fromEntries(rows(400, 60).map(({ key }) => [key, 'equivalent: made up']));
  expect(faultsOf(rows(400, 40), survivorsOf(reasons, 40), true)).toEqual([]);
  expect(faultsOf([], reasons, false)).toEqual(['no mutant was judged']);
  expect(faultsOf(rows(MUTANTS_MIN - 1, 3), survivorsOf(reasons, 3), true)).toEqual(['299 mutants, fewer than 300']);
  expect(faultsOf(rows(400, 41), survivorsOf(reasons, 41), true)).toEqual(['89.8 % caught, below 90 %']);
  expect(faultsOf(rows(400, 1), {}, true)).toEqual(['survivor without a reason: k0']);
  expect(faultsOf(rows(400, 1), { k0: 'because' }, true)).toEqual(['no reason: because']);
  const refuted = { k0: 'equivalent: made up', k7: 'equivalent: made up', k8: 'speed only: made up' };
  expect(faultsOf(rows(400, 1), refuted, true)).toEqual(['not equivalent, caught: k7']);
  expect(scoreOf(rows(400, 40))).toBe(0.9);
});

test('the report counts every survivor and prints its reason', () => {
  const run = {
    date: '2026-01-01',
    commit: 'abc',
    node: '20',
    cpu: '2 x CPU',
    minutes: 1,
    candidates: 5000,
    refused: 2,
    testFiles: ['test/a.test.ts'],
    environment: { A: '1' },
    rows: rows(400, 2),
  };
  const text = resultsText(run, { k0: 'equivalent: made up', k1: 'gap: no test' });
  expect(text).toContain('**99.5 % caught**');
  expect(text).toContain('99.7 % when the 1 survivors');
  expect(text).toContain('counts as survived (1)');
  expect(text).toContain('  equivalent: made up');
  expect(text).toContain('| **all** | 400 | 319 | 79 | 2 | 99.5 % |');
});

test('the command line: a sample needs no more than its size, and a wrong number is said', () => {
  expect(optionsOf([])).toMatchObject({ full: true, choice: FULL_RUN });
  expect(FULL_RUN.reduce((sum, { mutants }) => sum + mutants, 0)).toBeGreaterThanOrEqual(MUTANTS_MIN);
  expect(optionsOf(['--sample', '10', '--files', 'walk,drain'])).toMatchObject({
    full: false,
    files: ['walk.ts', 'drain.ts'],
  });
  expect(() => optionsOf(['--sample', 'x'])).toThrow('--sample x: not a whole number above 0');
  expect(() => optionsOf(['--files', 'walk'])).toThrow('need --sample');
  expect(() => optionsOf(['--frobnicate'])).toThrow('frobnicate');
});
