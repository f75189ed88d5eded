// `dutchbook solve` as people run it: the shipped recording at a moment, and relations of the config over it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { SolveReport } from '../../engine/observe/report-schema-solve.ts';
import { readManifest } from '../../engine/replay/manifest.ts';

let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'dutchbook-solve-'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function solve(...words: string[]): { code: number | null; out: string; err: string } {
  const ran = spawnSync(process.execPath, ['bin/dutchbook.js', 'solve', ...words], { encoding: 'utf8' });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

test('the shipped recording’s set is solved at a moment of it, exactly, with a suspicion beside it', () => {
  const { markets, relations } = readManifest('recordings/demo');
  const event = relations[0]!.markets;
  const other = markets.find(({ id }) => !event.includes(id))!.id;
  const config = join(dir, 'config.yaml');
  writeFileSync(config, `relations: [{kind: same, markets: ["${event[0]}", "${other}"]}]\n`);
  const { code, out, err } = solve('recordings/demo', '--config', config, '--at', '20', '--json');
  expect(code, err).toBe(EXIT.ok);
  const report = JSON.parse(out) as SolveReport;
  expect(report).toMatchObject({ schema: 1, command: 'solve', recording: 'recordings/demo', groupsNotJoined: 0 });
  expect(report.atNs).toBeLessThanOrEqual(20e9);
  expect(report.frames).toBeGreaterThan(100);
  expect(report.groups).toHaveLength(2);
  const set = report.groups.find(({ suspect }) => suspect === '')!;
  expect(set).toMatchObject({ markets: 5, states: 5, baskets: 2, untraded: 0, booksNotSynced: 0, feesUnknown: 0 });
  const sums = (key: 'costMicros' | 'feeMicros'): number => set.legs.reduce((sum, leg) => sum + leg[key], 0);
  expect([sums('costMicros'), sums('feeMicros')]).toEqual([set.costMicros, set.feeMicros]);
  expect(set.profitMicros).toBe(set.worstPayoutMicros - set.costMicros - set.feeMicros);
  expect(set.programmeMicros).toBeGreaterThanOrEqual(set.profitMicros);
  const suspect = report.groups.find((group) => group !== set)!;
  expect(suspect).toMatchObject({ baskets: 0, untraded: 2 });
  expect(suspect.suspect).toContain('timeZone unknown');
});

test('for people there is a line for every leg; what has nothing to examine fails, and a moment that is none is refused', () => {
  const { code, out } = solve('recordings/demo');
  expect(code).toBe(EXIT.ok);
  expect(out).toMatch(/recordings\/demo as of 20\d\d-.*: [\d ,]+ frames, 1 groups of relations\n/);
  expect(out).toMatch(/5 markets, 5 ends, 2 baskets: /);
  expect(solve('recordings/demo', '--at', '0').code).toBe(EXIT.checkFailed);
  expect(solve('recordings/demo', '--at', 'noon').err).toContain('allowed a time such as');
});

test('a config is solved over the recording that it plays; one on a feed from outside has none, and says what to do', () => {
  const { markets } = readManifest('recordings/demo');
  const config = join(dir, 'own.yaml');
  writeFileSync(config, `relations: [{kind: implies, markets: ["${markets[0]!.id}", "${markets[1]!.id}"]}]\n`);
  const { code, out, err } = solve(config, '--at', '20', '--json');
  expect(code, err).toBe(EXIT.ok);
  const report = JSON.parse(out) as SolveReport;
  expect(report.recording).toBe('recordings/demo');
  expect(report.groups.flatMap(({ relations }) => relations).join()).toContain('implies');
  expect(solve(config, '--config', config)).toMatchObject({ code: EXIT.usage });
  const outside = solve('config/cross-venue-paper.yaml');
  expect(outside).toMatchObject({ code: EXIT.usage, out: '' });
  expect(outside.err).toContain('record it');
});
