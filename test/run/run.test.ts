// Whole runs over real sockets: the embedded venue, every topology, and every way a run ends.
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { reportOf, start } from './rig.ts';

/** The recording lasts 45 s; four times as fast the venue's latency weighs more, which is no matter here. */
const FAST = ['run', '--json', '--speed', '4'];

describe('a whole run', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`trades to the recording's end in topology ${topology}, and its ledger equals the venue's`, async () => {
      const { code, out, err } = await start(FAST, { topology }).ended;
      expect(err).not.toMatch(/Error/);
      const report = reportOf(out);
      expect(report).toMatchObject({ exitCode: EXIT.ok, ended: 'done', topology, venueLedgerEqual: true });
      expect(code).toBe(EXIT.ok);
      expect(report.framesDecoded).toBe(report.framesReceived);
      expect(report.framesReceived).toBeGreaterThan(10_000);
      // But for snapshots larger than a receive slice, what the venue sends is decoded where it was read.
      expect(report.counters['framesInPlace']).toBeGreaterThan(report.framesReceived * 0.99);
      expect(report.fills).toBeGreaterThan(0);
      expect(report.socketBytesReceived).toBeGreaterThan(1_000_000);
      expect(report.topMismatched + report.mirrorMismatched + report.recordsInvalid).toBe(0);
      expect(report.pnlMicros).toBe(report.realisedMicros + report.lockedMicros + report.openMicros);
      const threads = new Map(report.threads.map(({ role, threadId }) => [role, threadId]));
      expect([...threads.keys()]).toEqual(['ingest', 'detect0', 'execute', 'verify']);
      expect(new Set(threads.values()).size).toBe(topology === 'threads' ? 4 : 2);
      expect(report.counters['hashVerified']).toBeGreaterThan(20);
      expect(report.counters['hashMismatched']).toBe(0);
      for (const { cpuMicros } of report.threads) expect(cpuMicros).toBeGreaterThan(0);
    });
  }
});

test('legs are read again over HTTP before they are sent, when their books are older than the age; a builder is paid', async () => {
  // The venue charges the builder's fee too, or the ledgers would differ.
  const config = { execute: { rereadAgeMs: 0 }, venues: { polymarket: { builderFeeBps: 5 } } };
  const { code, out, err } = await start(FAST, config).ended;
  expect(code, err).toBe(EXIT.ok);
  const report = reportOf(out);
  const { basketsReread, legsReread, basketsSent } = report.executor;
  expect(basketsReread).toBeGreaterThan(5);
  expect(legsReread).toBeGreaterThan(2 * basketsReread);
  expect(basketsSent).toBeGreaterThan(0);
  expect(basketsSent).toBeLessThanOrEqual(basketsReread);
  expect(report.fills).toBeGreaterThan(0);
  expect(report).toMatchObject({ venueLedgerEqual: true });
  console.log(`${basketsReread} baskets read again, ${basketsSent} sent`, report.refusedByCause);
});

test('books that are wrong below the top cost fills and not prices, and every decision on one is counted', async () => {
  const feedFaults = [{ kind: 'corruptDeep', firstFrame: 20, every: 10, count: 1_000 }];
  const config = { simulate: { feedFaults }, execute: { coolDownMs: 100 } };
  const { code, out, err } = await start(FAST, config).ended;
  expect(code, err).toBe(EXIT.ok);
  const report = reportOf(out);
  const { decisionsProven, fillsBeyondLimit } = report.executor;
  console.log(report.decisionsOnWrongBook, `${decisionsProven} proven`, report.refusedByCause);
  expect(report.counters['hashMismatched']).toBeGreaterThan(5);
  expect(report.counters['suspectsSent']).toBeGreaterThan(5);
  expect(report.reconnects).toBeGreaterThan(0);
  expect(report.decisionsOnWrongBook.top).toBe(0);
  expect(report.executor).toMatchObject({ decisionsOnWrongDepth: report.decisionsOnWrongBook.depth });
  expect([fillsBeyondLimit, report.venueLedgerEqual]).toEqual([0, true]);
});
