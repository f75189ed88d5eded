// `dutchbook markets` as a user runs it: from saved answers, from the simulated venue's Gamma, and what it refuses.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { MarketsDiffReport, MarketsReport } from '../../engine/observe/report-schema-data.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { SAVED, savedPath } from '../helpers/gamma.ts';

const dir = mkdtempSync(join(tmpdir(), 'dutchbook-markets-'));
afterAll(() => rmSync(dir, { recursive: true }));
const list = join(dir, 'list.json');
copyFileSync(savedPath(SAVED.list), list);
writeFileSync(join(dir, 'cut.json'), '{}\n{"a":');

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    const ended = new Promise((done) => child.once('exit', done));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
  }
});

function start(words: readonly string[], file: string): ChildProcess {
  const child = spawn(process.execPath, [resolve('bin/dutchbook.js'), ...words, '--config', file], { cwd: dir });
  running.push(child);
  return child;
}

/** Resolves with the output so far once it `holds`. */
function output(child: ChildProcess, holds: (text: string) => boolean): Promise<string> {
  return new Promise((found, failed) => {
    let text = '';
    const onText = (piece: Buffer): void => {
      text += String(piece);
      if (holds(text)) found(text);
    };
    child.stdout!.on('data', onText);
    child.once('exit', (code) => failed(new Error(`ended with ${code}: ${text}`)));
  });
}

function config(text: string): string {
  const file = join(dir, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

function markets(...words: string[]): { code: number | null; out: string; err: string } {
  const ran = spawnSync(process.execPath, [resolve('bin/dutchbook.js'), 'markets', ...words], {
    cwd: dir,
    encoding: 'utf8',
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

test('saved answers are judged as of the time named, and the counts add up', () => {
  const file = config('venues: {polymarket: {select: {events: [fed-decision-in-april], tags: [soccer]}}}\n');
  const { code, out } = markets('--config', file, '--from', list, '--at', '2026-04-18T21:30:00Z', '--json');
  const report = JSON.parse(out) as MarketsReport;
  expect(code).toBe(EXIT.ok);
  expect(report).toMatchObject({ schema: 1, command: 'markets', seen: 16, selected: 9, left: 6, rejected: 1 });
  expect(report).toMatchObject({ leftByReason: { notAsked: 6 }, rejectedByReason: { ended: 1 }, requests: null });
  expect(report.incompleteSets.map(({ event, reason }) => [event, reason])).toEqual([
    ['fed-decision-in-april', 'membersUnknown'],
    ['2026-fifa-world-cup-winner-595', 'augmented'],
  ]);
  const fed = report.markets.find(({ slug }) => slug.includes('no-change-in-fed'))!;
  expect(fed).toMatchObject({ why: 'event fed-decision-in-april', tickE4: 10, minSizeMicros: 5e6, feeRateE6: 0 });
  const text = markets('--config', file, '--from', list, '--at', '2026-04-18T21:30:00Z').out;
  expect(text).toContain('16 markets in 1 answers, as of 2026-04-18T21:30:00.000Z');
  expect(text).toMatch(/ended 1 \(.*\): will-grigor-dimitrov/);
});

test('the simulated venue’s Gamma shows its recording’s set and saved answers; faults fire and are survived', async () => {
  const faults = '[{kind: gamma502, firstRequest: 1}, {kind: gamma429, firstRequest: 2}]';
  const served = config(`simulate: {gammaFiles: [list.json], gammaFaults: ${faults}}\n`);
  const venue = start(['venue'], served);
  const text = await output(venue, (out) => /Gamma +http:\S+\n/.test(out));
  const [, url] = /Gamma +(http:\S+)\n/.exec(text)!;
  const select = '{negRisk: true, endedDaysMax: 3650}';
  const file = config(`venues: {polymarket: {gamma: {url: "${url}", pageSize: 5}, select: ${select}}}\n`);
  const { code, out, err } = markets('--config', file, '--json');
  expect(code, err).toBe(EXIT.ok);
  const report = JSON.parse(out) as MarketsReport;
  expect(report.restFaults).toEqual({ serverError: 1, rateLimited: 1 });
  expect(report.retries).toBe(2);
  expect(report.relations).toEqual(readManifest('recordings/demo').relations);
  expect(report.seen).toBe(report.selected + report.left + report.rejected);
  expect(report.pages).toBeGreaterThan(1);
  const watch = start(['markets', '--watch', '--json'], file);
  const first = JSON.parse(await output(watch, (watched) => watched.endsWith('\n'))) as
    | MarketsReport
    | MarketsDiffReport;
  expect(first).toMatchObject({ command: 'markets', selected: report.selected });
  const ended = new Promise<number | null>((done) => watch.once('exit', done));
  watch.kill('SIGTERM');
  expect(await ended).toBe(EXIT.ok);
});

test.each(['nowhere.json', 'cut.json'])('a venue that is to serve %s is refused in one sentence', (file) => {
  const words = ['venue', '--config', config(`simulate: {gammaFiles: [${file}]}\n`)];
  const ran = spawnSync(process.execPath, [resolve('bin/dutchbook.js'), ...words], { cwd: dir, encoding: 'utf8' });
  expect(ran.stderr).toContain(`simulate.gammaFiles: ${file}: `);
  expect(ran.stderr).not.toMatch(/\n\s+at /);
  expect(ran.status).toBe(EXIT.usage);
});

test.each([
  ['', [], 'venues.polymarket.gamma.url: missing', EXIT.usage],
  [
    'venues: {polymarket: {gamma: {url: "http://127.0.0.1:1"}}}',
    [],
    'venues.polymarket.select: names nothing',
    EXIT.usage,
  ],
  ['venues: {polymarket: {gamma: {url: "ftp://x"}}}', [], 'venues.polymarket.gamma.url: value "ftp://x"', EXIT.usage],
  ['venues: {polymarket: {select: {slugs: [A b]}}}', [], 'lower-case letters, digits and dashes', EXIT.usage],
  ['', ['--from', 'nowhere.json'], 'nowhere.json', EXIT.usage],
  ['', ['--from', 'config.yaml'], 'config.yaml: empty, allowed one JSON value or one per line', EXIT.usage],
  ['', ['--from', 'cut.json'], 'cut.json:2: malformed JSON, allowed one JSON value or one per line', EXIT.usage],
  ['', ['--from', 'list.json', '--at', 'yesterday'], 'allowed a time such as', EXIT.usage],
  [
    'venues: {polymarket: {gamma: {url: "http://127.0.0.1:1", deadlineMs: 100}, select: {negRisk: true}}}',
    [],
    'Gamma: page 1 of events: unreachable',
    EXIT.unreachable,
  ],
])('config %j with %j is refused in one sentence: %s', (yaml, words, message, code) => {
  const ran = markets('--config', config(`${yaml}\n`), ...words);
  expect(ran.err).toContain(message);
  expect(ran.code).toBe(code);
  expect(ran.err + ran.out).not.toMatch(/\n\s+at /);
});
