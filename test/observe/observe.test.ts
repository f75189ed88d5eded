// What a run shows: the report from the arena's counters, the summary, the status line, the progress bar.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createStats } from '../../engine/execute/stats.ts';
import { NO_MARKET_FEED } from '../../engine/ingest/feed-facts.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { Histogram } from '../../engine/memory/histogram.ts';
import type { EngineFacts } from '../../engine/observe/facts.ts';
import { ProgressBar, progressText } from '../../engine/observe/progress.ts';
import { engineReport, type RunEnd } from '../../engine/observe/snapshot.ts';
import { cutTo, Rate, StatusLine, statusText, type Terminal } from '../../engine/observe/status.ts';
import { summaryLines } from '../../engine/observe/summary.ts';
import { bytesText, countText, durationText, nsText, printable, signedMoneyText } from '../../engine/observe/text.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';

const FACTS: EngineFacts = {
  topology: 'threads',
  transport: 'ws',
  transportReason: 'uWebSockets.js is missing',
  money: {
    cashMicros: 9e9,
    feesMicros: 1_500,
    realisedMicros: -2_500_000,
    lockedMicros: 4e6,
    openMicros: 0,
    pnlMicros: 1_500_000,
    unmarked: 2,
    moneyByVenue: {},
  },
  orders: {
    batchesSent: 3,
    ordersSent: 9,
    fills: 6,
    misses: 3,
    unwinds: 1,
    unwindCostMicros: 20_000,
    unknownOutcomes: 0,
    refusedByCause: { dataAge: 4, VENUE_READONLY: 2 },
    decisionsOnWrongBook: { top: 0, depth: 2 },
    livesEnded: 4,
    unhedged: { nowMicros: 5, microDollarMs: 3e9, longestMs: 4_000 },
    executor: { ...createStats(), basketsCarried: 1 },
    exposures: [
      { rootBatchId: 7, marketId: 'polymarket:0xab', token: '1', sizeMicros: 2_500_000, sinceNs: 1, carried: true },
    ],
  },
  breaker: { open: true, state: 'open', reduceOnly: false, trips: 1, causes: ['staleFeeds'] },
  sockets: { bytesReceived: 123_456, bytesSent: 789, reconnects: 2, feedServer: { accepted: 3, full: 1 } },
  shutdownMs: 123,
  venueLedgerEqual: true,
  venueLedgerDifference: '',
  stateHash: 'ab'.repeat(32),
  bookChain: undefined,
  booksHash: undefined,
  recorder: undefined,
};

const END: RunEnd = {
  command: 'run',
  version: '0.1.0',
  configHash: 'cd'.repeat(32),
  ended: 'stopped',
  exitCode: 0,
  failure: '',
  durationMs: 61_000,
};

function arenaWithCounts() {
  const arena = smallArena();
  const ingest = new Counters(arena, 0);
  const detect = new Counters(arena, 1);
  ingest.add(L.COUNTER_FRAMES_RECEIVED, 1_234_567);
  ingest.add(L.COUNTER_FRAMES_REJECTED, 3);
  ingest.add(L.COUNTER_REJECT_FIRST + L.REJECT_OFF_GRID, 3);
  detect.add(L.COUNTER_OPPORTUNITIES, 12);
  detect.add(L.COUNTER_LEVELS_APPLIED, 5);
  const frame = new Histogram(arena, 1, L.STAGE_FRAME);
  for (const ns of [1_000, 2_000, 50_000]) frame.record(ns);
  const market = arena.at(L.REGION_MARKETS, 0);
  arena.view.setUint32(market + L.MARKET_FLAGS, L.MARKET_FLAG_REGISTERED, true);
  arena.view.setUint32(arena.at(L.REGION_BOOKS, 0) + L.BOOK_STATE, L.BOOK_SUSPECT, true);
  const agent = arena.at(L.REGION_AGENTS, 1);
  arena.view.setUint32(agent + L.AGENT_THREAD_ID, 4_711, true);
  arena.view.setFloat64(agent + L.AGENT_CPU_MICROS, 2_500, true);
  return arena;
}

test('the report sums counters over agents and names every field the replay contract asks for', () => {
  const report = engineReport(arenaWithCounts(), FACTS, END);
  expect(report).toMatchObject({
    schema: 1,
    framesReceived: 1_234_567,
    framesRejected: 3,
    rejectedByCause: { offGrid: 3 },
    opportunities: 12,
    levelsApplied: 5,
    books: { EMPTY: 0, SYNCED: 0, PENDING: 0, SUSPECT: 1, STALE: 0 },
    threads: [{ role: 'detect0', threadId: 4_711, cpuMicros: 2_500 }],
    ordersSent: 9,
    fills: 6,
    pnlMicros: 1_500_000,
    venueLedgerEqual: true,
    bookChain: null,
    latencyNs: { max: 50_000 },
  });
  const asked =
    'framesReceived framesDecoded framesRejected decoderFallbacks levelsApplied levelsMirrored opportunities ordersSent fills pnlMicros stateHash bookChain latencyNs';
  for (const name of asked.split(' ')) expect(Object.keys(report)).toContain(name);
  expect(report.latencyNs.p50).toBeGreaterThanOrEqual(1_900);
  expect(report.latencyNs.p999).toBeLessThanOrEqual(report.latencyNs.max);
  expect(Object.keys(report.latencyNsByStage)).toEqual(['frame']);
});

test('the report has every counter of the layout, the executor’s, the feed server’s and the exposures', () => {
  const report = engineReport(arenaWithCounts(), FACTS, END);
  const source = readFileSync('wasm/layout.ts', 'utf8');
  const names = [...source.matchAll(/^export const COUNTER_([A-Z_]+) = \d+/gm)].map(([, name]) => name!);
  const counted = names.filter((name) => !['REJECT_FIRST', 'BLOCK', 'BYTES'].includes(name));
  expect(counted.length).toBeGreaterThan(30);
  const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();
  expect(Object.keys(report.counters).map(plain).sort()).toEqual(counted.map(plain).sort());
  expect(report.counters).toMatchObject({ framesReceived: 1_234_567, opportunities: 12, levelsApplied: 5 });
  expect(report).toMatchObject({ reconnects: 2, feedServer: { accepted: 3, full: 1 }, shutdownMs: 123 });
  expect(report.executor.basketsCarried).toBe(1);
  expect(report.exposures).toEqual(FACTS.orders.exposures);
});

test('every number of the report is finite, so that it survives JSON', () => {
  const report = engineReport(smallArena(), FACTS, END);
  const back = JSON.parse(JSON.stringify(report)) as unknown;
  expect(back).toEqual(report);
});

test('the summary shows thread, causes, misses, unwinds, fees, P&L and the ledger comparison', () => {
  const text = summaryLines(engineReport(arenaWithCounts(), FACTS, END)).join('\n');
  for (const part of [
    'run stopped after 1 min 1 s',
    'detect0 on thread 4711 (2.50 ms CPU)',
    'ws (uWebSockets.js is missing)',
    'offGrid 3',
    'refused: dataAge 4, VENUE_READONLY 2',
    '9 sent in 3 batches, 6 fills, 3 misses',
    '1, cost $0.02',
    '1 baskets carried; held: 2.5 shares of polymarket:0xab (given up)',
    '2 reconnections',
    'realised -$2.5, locked +$4, open $0',
    'equal to the venue’s own',
    'OPEN, 1 trips: staleFeeds',
    `config          ${END.configHash}`,
  ]) {
    expect(text).toContain(part);
  }
});

test('a failed run and a ledger that differs cannot be overlooked in the summary', () => {
  const facts = { ...FACTS, venueLedgerEqual: false, venueLedgerDifference: 'cash 5 against 6' };
  const end: RunEnd = { ...END, ended: 'failed', exitCode: 71, failure: 'detect0 hung' };
  const text = summaryLines(engineReport(smallArena(), facts, end)).join('\n');
  expect(text).toContain('run FAILED (detect0 hung; exit code 71)');
  expect(text).toContain('DIFFERS: cash 5 against 6');
});

function recorder(isTty: boolean, columns = 80): Terminal & { text: string } {
  const terminal = {
    text: '',
    isTty,
    columns,
    write: (piece: string): void => {
      terminal.text += piece;
    },
  };
  return terminal;
}

test('the status line names rate, books, opportunities, breaker, P&L, latency and the fallback transport', () => {
  const text = statusText(arenaWithCounts(), FACTS, 12_345);
  for (const part of [
    '12.3 k/s',
    'books SUSPECT 1',
    'opportunities 12',
    'breaker OPEN (staleFeeds)',
    'P&L +$1.5',
    'p50',
    'p99',
  ])
    expect(text).toContain(part);
  expect(text).toContain('ws (uWebSockets.js is missing)');
});

test('a market feed that does not stream cannot be overlooked, in the status, the report and the summary', () => {
  const stands = { connection: 0, failures: 5, hasEnded: false, lastClose: '1006 Unexpected server response: 503' };
  const connections = [
    { ...stands, mode: 'poll' as const },
    { ...stands, mode: 'stream' as const, failures: 0 },
  ];
  const rest = { polls: 3, booksPolled: 40, booksLate: 0, booksUnreadable: 0, failed: 0 };
  const market = {
    ...{ ...NO_MARKET_FEED, connections, streaming: 1, polling: 1, assets: 400, degraded: 1 },
    rest: { ...rest, assetsCompared: 7, assetsFrozen: 2 },
  };
  const facts = { ...FACTS, sockets: { ...FACTS.sockets, market } };
  const degraded = 'feed DEGRADED: of 2 connections 1 stream, 1 poll, 0 down';
  expect(statusText(arenaWithCounts(), facts, 1)).toContain(degraded);
  const report = engineReport(smallArena(), facts, END);
  expect(report.marketFeed).toEqual(market);
  expect(summaryLines(report).join('\n')).toMatch(
    /market feed +400 assets on 2 connections: 1 stream, 1 poll, 0 down; 1 times degraded, .*40 books, 7 quiet assets compared, 2 frozen/,
  );
  const streaming = { ...market, streaming: 2, polling: 0 };
  const well = { ...FACTS, sockets: { ...FACTS.sockets, market: streaming } };
  expect(statusText(arenaWithCounts(), well, 1)).not.toContain('DEGRADED');
});

test('on a terminal a status replaces the one before and never wraps; elsewhere each is a line', () => {
  const tty = recorder(true, 20);
  const live = new StatusLine(tty);
  live.show('x'.repeat(50));
  live.line('venue is up');
  expect(tty.text).toBe(`\r\u001b[2K${'x'.repeat(18)}…\r\u001b[2Kvenue is up\n`);
  const pipe = recorder(false);
  new StatusLine(pipe).show('x'.repeat(100));
  expect(pipe.text).toBe(`${'x'.repeat(100)}\n`);
  expect([...cutTo('µ'.repeat(30), 10)].length).toBeLessThan(10);
});

test('a rate is the growth since the call before, per second', () => {
  const rate = new Rate(1_000);
  expect(rate.next(500, 1_500)).toBe(1_000);
  expect(rate.next(500, 2_500)).toBe(0);
});

test('a progress bar draws at most ten times a second, on a terminal only, and goes away', () => {
  let nowMs = 0;
  const tty = recorder(true, 200);
  const bar = new ProgressBar(tty, () => nowMs);
  for (nowMs = 0; nowMs < 1_000; nowMs += 1) bar.update({ done: nowMs, total: 1_000, frames: nowMs });
  expect(tty.text.split('\r').length - 1).toBe(10);
  bar.close();
  expect(tty.text.endsWith('\r\u001b[2K')).toBe(true);
  const pipe = recorder(false);
  new ProgressBar(pipe, () => nowMs).update({ done: 1, total: 2, frames: 3 });
  expect(pipe.text).toBe('');
  expect(progressText({ done: 500, total: 1_000, frames: 12_345 }, 2_000)).toBe(
    '[############............]  50 %  12,345 frames, 2.0 s, 2.0 s left',
  );
});

test('numbers for people carry their unit and round as one reads them', () => {
  expect(countText(1_234_567)).toBe('1,234,567');
  expect([bytesText(999), bytesText(1_536), bytesText(27_300_000)]).toEqual(['999 B', '1.54 kB', '27.3 MB']);
  expect([nsText(80), nsText(1_234), nsText(999_999), nsText(2_500_000_000)]).toEqual([
    '80 ns',
    '1.23 µs',
    '1.00 ms',
    '2.50 s',
  ]);
  expect([durationText(1_500), durationText(125_000)]).toEqual(['1.5 s', '2 min 5 s']);
  expect([signedMoneyText(-500_000), signedMoneyText(0), signedMoneyText(1)]).toEqual(['-$0.5', '$0', '+$0.000001']);
});

test('text from outside cannot steer the terminal', () => {
  expect(printable('a\u001b[2Jb\r\nc\u202e')).toBe('a�[2Jb��c�');
});
