// Whole runs over real sockets: the embedded venue, every topology, and every way a run ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { recordsOfRun } from '../helpers/journal.ts';
import { type Running, reportOf, start } from './rig.ts';

/** The recording lasts 45 s; four times as fast the venue's latency weighs more, which is no matter here. */
const FAST = ['run', '--json', '--speed', '4'];

const DEMO = readManifest(resolve('recordings/demo')).markets;
const idOf = (title: string): string => DEMO.find((market) => market.title?.startsWith(title) === true)!.id;
/** Markets of the demo that no relation of it names, said to be complements of one: baskets of them have an edge throughout. */
const ONE = idOf('Will there be no change');
const OTHERS = ['Bitcoin', 'Ethereum', 'Solana'].map(idOf);
const PAIRS = OTHERS.map((id) => ({ kind: 'complement', markets: [id, ONE] }));
const isOfPairs = (ids: readonly string[]): boolean => ids.every((id) => id === ONE || OTHERS.includes(id));

/** A folder with a config file that a run reads, and what its journal came to. */
function configFile(topology: string) {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-reload-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'config.yaml');
  const journal = join(dir, 'journal');
  const write = (change: object): void =>
    writeFileSync(file, JSON.stringify({ topology, journal: { dir: journal }, ...change }));
  write({});
  const records = (): readonly JournalRecord[] => recordsOfRun(journal);
  return { file, write, records };
}

function boughtPairs(records: readonly JournalRecord[]) {
  // What completes a lone leg of such a basket later is no purchase of a basket.
  const intents = records
    .filter((record) => record.type === 'intent')
    .filter(({ batchId, rootBatchId }) => batchId === rootBatchId);
  return intents.filter(({ orders }) => orders.every(({ marketId, side }) => side === 'BUY' && isOfPairs([marketId])));
}

/** Adds pairs while the run goes on, breaks the file, takes the pairs out again and changes another key. */
async function editConfig({ file, write, records }: ReturnType<typeof configFile>, running: Running): Promise<void> {
  // All books are there, and orders are filled.
  await running.said(/SYNCED 10 .* fills [1-9]/);
  write({ relations: PAIRS });
  await running.said(/reload: table 1 of \d+ baskets in force: \d+ new, 0 gone/);
  await expect.poll(() => boughtPairs(records()).length, { timeout: 8_000, interval: 100 }).toBeGreaterThan(0);
  writeFileSync(file, 'relations: [{kind: complement, markets: [kalshi:A]}]\nspeed: 4\n');
  await running.said(/reload: refused, the table of baskets stays as it is: 2 problems/);
  await running.said(/config\.yaml:2:1 speed: not a key of this version/);
  write({ execute: { coolDownMs: 300 } });
  await running.said(/reload: needs a restart: execute\.coolDownMs/);
  await running.said(/reload: table 2 of 2 baskets in force: 0 new, \d+ gone/);
}

/** The pairs were traded between their two reloads and never after, their lives are over, and nobody else's life is cut. */
function expectReloads(report: EngineReport, records: readonly JournalRecord[]): void {
  const counts = { table: 2, fromConfig: 2, fromDiscovery: 0, unchanged: 0, refused: 1 };
  expect(report.reloads).toMatchObject({ ...counts, needsRestart: ['execute.coolDownMs'] });
  expect(report.relations).toMatchObject({ baskets: 2, acrossDetectors: 0, untradedByReason: {} });
  const lives = records.filter((record) => record.type === 'life');
  const ofPairs = lives.filter(({ marketIds }) => isOfPairs(marketIds));
  const other = lives.filter((life) => !ofPairs.includes(life));
  expect(Math.min(ofPairs.length, other.length)).toBeGreaterThan(0);
  expect(ofPairs.every(({ open }) => !open)).toBe(true);
  const numbers = [ofPairs, other].map((some) => new Set(some.map(({ basketIndex }) => basketIndex)));
  expect([...numbers[0]!].filter((number) => numbers[1]!.has(number))).toEqual([]);
  const untilNs = Math.max(...ofPairs.map(({ endNs }) => endNs));
  const bought = boughtPairs(records);
  expect(bought.length).toBeGreaterThan(0);
  expect(bought.filter(({ atNs }) => atNs > untilNs)).toEqual([]);
}

describe('a whole run', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`trades to the recording's end in topology ${topology}, takes over what its config file says meanwhile, and its ledger equals the venue's`, async () => {
      const config = configFile(topology);
      const running = start(FAST, config.file, { DUTCHBOOK__OBSERVE__PLAIN_STATUS_MS: '250' });
      await editConfig(config, running);
      const { code, out, err } = await running.ended;
      expect(err).not.toMatch(/Error/);
      const report = reportOf(out);
      expectReloads(report, config.records());
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
  // Once in a while all legs of one are proved while the executor takes it up: nothing is older than no age.
  expect(basketsSent).toBeLessThanOrEqual(basketsReread + 2);
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
