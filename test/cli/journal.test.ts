// `dutchbook journal`: prints a journal's records, says whether its chain is whole, and ends 0, 1 or 2.
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../engine/cli/context.ts';
import { type JournalCliOptions, journalCommand } from '../../engine/cli/journal.ts';
import { journalDir, openJournal, recordNo } from '../helpers/journal.ts';

/** What the command said and ended with. */
function run(dir: string, options: JournalCliOptions) {
  const said = { out: '', err: '' };
  const terminal = (into: 'out' | 'err') => ({
    ...{ isTty: false, columns: 120 },
    write: (text: string): void => {
      said[into] += text;
    },
  });
  const context: Context = {
    ...{ out: terminal('out'), err: terminal('err') },
    ...{ environment: {}, stop: new AbortController().signal, version: '1.2.3', nowMs: () => 0 },
  };
  return Object.assign({ code: journalCommand(context, dir, options) }, said);
}

function written(records = 30): string {
  const dir = journalDir();
  const { journal } = openJournal(dir);
  for (let n = 0; n < records; n += 1) journal.append(recordNo(n));
  journal.close();
  return dir;
}

test('it prints every record, as a line or as JSON, and says on the other stream that all are there', () => {
  const dir = written();
  const lines = run(dir, {});
  expect(lines.code).toBe(0);
  expect(lines.out.trimEnd().split('\n')).toHaveLength(30);
  expect(lines.out).toMatch(/^ +0\.000000 s {2}settle {4}\{"token":"t","payoutE4":0\}\n/);
  const json = run(dir, { json: true });
  expect(
    json.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(Array.from({ length: 30 }, (_, n) => recordNo(n)));
  expect(json.err).toMatch(/whole: 30 records in \d segments, chain [0-9a-f]{32}\n$/);
});

test('it verifies: whole, whole with a torn end, and held by an engine', () => {
  const dir = written();
  const whole = run(dir, { verify: true });
  expect(whole).toMatchObject({ code: 0, err: '' });
  expect(whole.out).toMatch(/whole: 30 records in \d segments, chain [0-9a-f]{32}\n$/);
  const report = JSON.parse(run(dir, { verify: true, json: true }).out) as object;
  expect(report).toMatchObject({
    ...{ command: 'journal', version: '1.2.3', exitCode: 0, failure: '', records: 30, cutBytes: 0, isHeld: false },
    ...{ recordsByType: { settle: 30 }, builds: ['test'], configHashes: ['abc'] },
  });
  const { journal } = openJournal(dir);
  expect(run(dir, { verify: true }).out).toMatch(/; an engine writes it now\n$/);
  journal.append(recordNo(30));
  journal.close();
  truncateSync(join(dir, `00000${journal.segment}.dbj`), 300);
  expect(run(dir, { verify: true })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/; \d+ bytes torn off its end by a crash, which were never acted on\n$/),
  });
});

test('a damaged journal ends it with 1 and the place of the damage', () => {
  const dir = written();
  truncateSync(join(dir, '000002.dbj'), 100);
  const { code, out } = run(dir, { verify: true });
  expect(code).toBe(1);
  expect(out).toMatch(/damaged: 000002\.dbj: it ends within a frame, .*; \d+ records before it are whole\n$/);
  expect(JSON.parse(run(dir, { verify: true, json: true }).out)).toMatchObject({ exitCode: 1 });
});

test('where there is no journal it says so', () => {
  const dir = journalDir();
  expect(() => run(dir, { verify: true })).toThrow(/does not exist$/);
  mkdirSync(dir);
  expect(() => run(dir, { verify: true })).toThrow(/holds no journal: there is no 000001\.dbj in it$/);
  writeFileSync(join(dir, 'file'), '');
  expect(() => run(join(dir, 'file'), {})).toThrow(/is a file, allowed the folder of a journal$/);
});
