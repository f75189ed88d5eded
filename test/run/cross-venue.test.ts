// A run on Polymarket's and Kalshi's feeds at once: the shipped config with its addresses replaced by those of the two
// simulated venues, books compared with the venues' own, a basket across both found and refused, a lost change healed, a
// market listed meanwhile followed, and the recording replayed. The built files, over real sockets.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { loadConfig } from '../../engine/config/load.ts';
import { loadSecrets } from '../../engine/config/secrets.ts';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { MarketEvent } from '../../engine/ingest/market-events.ts';
import type { MarketNews } from '../../engine/ingest/market-news.ts';
import type { RunHandle, StartRun } from '../../engine/observe/driver.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import { engineReport } from '../../engine/observe/snapshot.ts';
import { statusText } from '../../engine/observe/status.ts';
import { summaryLines } from '../../engine/observe/summary.ts';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { outsideMarkets } from '../../engine/run/record-source.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import { SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import { bothWindows, FIRST, KEY_ID, KEYS, SECOND } from '../helpers/kalshi.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';
import { outsideVenue } from './paper-rig.ts';
import { reportOf, start } from './rig.ts';

const CROSS = 'config/cross-venue-paper.yaml';
const { startRun } = (await import(resolve('dist/engine/run/run.js'))) as typeof import('../../engine/run/run.ts');
const { Discoveries } = (await import(
  resolve('dist/engine/run/discoveries.js')
)) as typeof import('../../engine/run/discoveries.ts');
const { startRecord } = (await import(
  resolve('dist/engine/run/record.js')
)) as typeof import('../../engine/run/record.ts');

function metaOf(ticker: string) {
  return { id: `kalshi:${ticker}`, venue: 'kalshi' as const, yesToken: ticker, tickRanges: uniformGrid(100) };
}

/** Kalshi's side: FIRST is listed from the start, SECOND when `list` is called. */
async function kalshiVenue(speed = 0.5) {
  const lists = new KalshiLists();
  lists.addRecorded([metaOf(FIRST)], Date.now());
  const faults = [{ kind: 'kalshiDrop', firstRequest: 300 } as const];
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, faults, speed },
    frames: bothWindows(),
  });
  await venue.open();
  onTestFinished(() => venue.close());
  const list = (): void => {
    lists.addRecorded([metaOf(SECOND)], Date.now());
    venue.lifecycle(SECOND, 'created');
  };
  return { venue, list };
}

type Kalshi = Awaited<ReturnType<typeof kalshiVenue>>['venue'];

function variablesOf(kalshi: Kalshi, topology: string, dir: string): Record<string, string> {
  return {
    DUTCHBOOK__VENUES__KALSHI__WEB_SOCKET_URL: kalshi.url,
    DUTCHBOOK__VENUES__KALSHI__REST_URL: kalshi.restUrl,
    DUTCHBOOK__VENUES__KALSHI__SELECT__SERIES: '[KXGOLD15M]',
    DUTCHBOOK_KALSHI_KEY_ID: KEY_ID,
    DUTCHBOOK_KALSHI_PRIVATE_KEY: KEYS.privateKey,
    ...{ DUTCHBOOK__TOPOLOGY: topology, DUTCHBOOK__RECORDER__ENABLED: 'true' },
    ...{ DUTCHBOOK__JOURNAL__DIR: join(dir, 'journal'), DUTCHBOOK__WARM_UP_FRAMES: '1000' },
  };
}

/** The engine's book of a market, both sides by price. */
function engineBook({ arena }: RunHandle, id: string): readonly (readonly (readonly [number, number])[])[] {
  const books = new Books(arena);
  const market = new Markets(arena).indexOf(id)!;
  return [SIDE_BID, SIDE_ASK].map((side) => {
    const levels: [number, number][] = [];
    books.eachLevel(market, side, 1e6, (...level) => levels.push(level) > 0);
    return levels.sort(([a], [b]) => a - b);
  });
}

/** The same as Kalshi's venue has it, bids for NO as asks. */
function kalshiBook(venue: Kalshi, ticker: string): readonly (readonly (readonly [number, number])[])[] {
  const book = venue.book(ticker);
  const asks = book.levels('no').map(([priceE4, size]) => [10_000 - priceE4, size] as const);
  return [book.levels('yes'), asks.sort(([a], [b]) => a - b)];
}

/** The same as Polymarket's venue answers it. */
async function polymarketBook(restUrl: string, token: string) {
  const body = JSON.stringify([{ token_id: token }]);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${restUrl}/books`, { method: 'POST', headers, body });
  const [book] = (await answer.json()) as Record<'bids' | 'asks', { price: string; size: string }[]>[];
  return (['bids', 'asks'] as const).map((side) => {
    const levels = book![side].map(({ price, size }) => [Math.round(+price * 1e4), Math.round(+size * 1e6)] as const);
    return levels.sort(([a], [b]) => a - b);
  });
}

function reportOfHandle(handle: RunHandle, command: 'run' | 'record') {
  const end = { version: '', configHash: '', ended: 'stopped', exitCode: 0, failure: '', durationMs: 1 } as const;
  return engineReport(handle.arena, handle.facts(), { command, ...end });
}

/** Nothing of a key may be in `text`. */
function expectNoKey(text: string): void {
  for (const secret of [KEY_ID, ...KEYS.privateKey.trim().split('\n')]) expect(text).not.toContain(secret);
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-cross-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

const isSame = (handle: RunHandle, venue: Kalshi, ticker: string): boolean =>
  JSON.stringify(engineBook(handle, `kalshi:${ticker}`)) === JSON.stringify(kalshiBook(venue, ticker));

/** Of the recording that was made there: Kalshi's part is whole, and a replay comes to the same books. */
async function expectReplays(recording: string, report: EngineReport): Promise<void> {
  const { segments } = new RecordingReader(recording).manifest;
  expect(segments.map(({ venue, seqScope }) => `${venue} ${seqScope}`)).toContain('kalshi full');
  const replayed = await start(['replay', recording, '--json'], {}).ended;
  expect(replayed.code, replayed.err).toBe(EXIT.ok);
  expect(reportOf(replayed.out).booksHash).toBe(report.booksHash);
  expect(report.booksHash).toMatch(/^[0-9a-f]{16,}$/);
}

/**
 * Books of both venues equal the venues' own, a gap heals, baskets across both are bought, each leg at its venue and from the
 * cash there, and both venues' books say what ours do.
 */
async function crossRun(): Promise<void> {
  const dir = folder();
  const { venue: kalshi, list } = await kalshiVenue();
  const { venue, environment, markets } = await outsideVenue({ speed: 16 });
  const other = markets.find(({ title }) => title?.includes('outcome A') === true)!;
  const pair = { kind: 'same', markets: [other.id, `kalshi:${FIRST}`], fingerprints: EQUAL_SETTLEMENTS };
  const relations = JSON.stringify([pair]);
  const variables = {
    ...{ ...environment, ...variablesOf(kalshi, 'threads', dir), DUTCHBOOK__RELATIONS: relations },
    // The shipped file lets takers wait longer than these prices last. The two markets know nothing of each other, so that
    // the gap between them is never small; a loaded machine takes frames up late.
    ...{ DUTCHBOOK__SIMULATE__TAKER_DELAY_MS: '0', DUTCHBOOK__EXECUTE__LEG_MICROS_MIN: '1000000' },
    ...{ DUTCHBOOK__EXECUTE__SAME_GAP_E4_MAX: '10000', DUTCHBOOK__EXECUTE__OPPORTUNITY_AGE_MS: '5000' },
    ...{ DUTCHBOOK__BREAKER__DATA_AGE_MS: '10000' },
  };
  const { config, configHash } = loadConfig({ file: CROSS, environment: variables });
  const lines: string[] = [];
  const recordTo = join(dir, 'recording');
  const plan = { config, configHash, recording: 'recordings/demo', recordTo };
  const log = (text: string): void => void lines.push(text);
  const handle = await startRun(plan, loadSecrets(config, variables), { log, stop: new AbortController().signal });
  let isOver = false;
  void Promise.all([kalshi.tapeEnded, venue.tapeEnded]).then(() => {
    isOver = true;
  });
  // Books, trades and lifecycle.
  await expect.poll(() => handle.facts().sockets.kalshi?.connections[0]?.sids.length, { timeout: 10_000 }).toBe(3);
  list();
  const isWhole = (): boolean => isOver && [FIRST, SECOND].every((ticker) => isSame(handle, kalshi, ticker));
  await expect.poll(() => lines.join('\n'), { timeout: 10_000 }).toContain('discovery: added 1');
  await expect.poll(isWhole, { timeout: 20_000 }).toBe(true);
  const theirs = await polymarketBook(venue.restUrl, other.yesToken);
  await expect.poll(() => engineBook(handle, other.id)).toEqual(theirs);
  const books = new Books(handle.arena);
  const known = new Markets(handle.arena);
  for (const id of [other.id, `kalshi:${FIRST}`, `kalshi:${SECOND}`]) {
    await expect.poll(() => books.stateName(known.indexOf(id)!)).toBe('SYNCED');
  }
  const status = statusText(handle.arena, handle.facts(), 0);
  expect(status).toMatch(/Kalshi stream on [12] connections, \d+ sids, \d+ gaps, 0 resyncs/);
  handle.stop();
  expect(await handle.done).toEqual({ exitCode: EXIT.ok, failure: '' });
  const report = reportOfHandle(handle, 'run');
  expect(kalshi.stats.faults).toEqual({ kalshiDrop: 1 });
  expect(report.seqGaps).toBe(1);
  expect(report.kalshiFeed).toMatchObject({ markets: 2, resyncs: 0, rejected: 0, errors: {} });
  expect(report.marketNews).toMatchObject({ added: 1, refused: 0 });
  expectTraded(report);
  expect(summaryLines(report).join('\n')).toMatch(/Kalshi feed +2 markets on [12] connections/);
  expectNoKey([...lines, status, ...summaryLines(report), JSON.stringify(report)].join('\n'));
  await expectReplays(recordTo, report);
}

/** Baskets across both venues were bought whole, and each venue's ledger is ours to the unit. */
function expectTraded(report: EngineReport): void {
  const { executor, moneyByVenue, venueLedgerEqual, refusedByCause } = report;
  expect(refusedByCause['VENUE_READONLY']).toBeUndefined();
  expect(executor.basketsComplete).toBeGreaterThan(0);
  expect(venueLedgerEqual, report.venueLedgerDifference).toBe(true);
  for (const venue of ['polymarket', 'kalshi'] as const) {
    const { depositsMicros, cashMicros, costMicros, feesMicros } = moneyByVenue[venue]!;
    expect(costMicros).toBeGreaterThan(0);
    expect(feesMicros).toBeGreaterThan(0);
    expect(cashMicros).toBeLessThan(depositsMicros);
  }
  // Whole cents for each order there.
  expect(moneyByVenue.kalshi!.feesMicros % 10_000).toBe(0);
}

/** Kalshi's feed alone: its books, no order, and a recording that replays to the same. */
async function aloneRun(command: 'run' | 'record', begin: StartRun): Promise<void> {
  const dir = folder();
  const { venue: kalshi } = await kalshiVenue(2);
  const environment = variablesOf(kalshi, 'inline', dir);
  const { config, configHash } = loadConfig({ file: undefined, environment });
  const lines: string[] = [];
  const recordTo = join(dir, 'recording');
  const plan = { config, configHash, recording: 'recordings/demo', recordTo };
  const hooks = { log: (text: string) => void lines.push(text), stop: new AbortController().signal };
  const handle = await begin(plan, loadSecrets(config, environment), hooks);
  let isOver = false;
  void kalshi.tapeEnded.then(() => {
    isOver = true;
  });
  await expect.poll(() => isOver && isSame(handle, kalshi, FIRST), { timeout: 20_000 }).toBe(true);
  handle.stop();
  expect(await handle.done).toEqual({ exitCode: EXIT.ok, failure: '' });
  const report = reportOfHandle(handle, command);
  expect(report.books['SYNCED']).toBe(1);
  expect(report).toMatchObject({ seqGaps: 1, framesRejected: 0, ordersSent: 0, topology: 'inline' });
  expect(report.kalshiFeed).toMatchObject({ markets: 1, resyncs: 0, opens: 1 });
  expectNoKey([...lines, ...summaryLines(report), JSON.stringify(report)].join('\n'));
  await expectReplays(recordTo, report);
}

// Side by side: they wait more than they work.
test('a run on both venues, a run on Kalshi alone and a recording of it come to the venues’ own books, and a replay to the same', async () => {
  await Promise.all([crossRun(), aloneRun('run', startRun), aloneRun('record', startRecord)]);
}, 60_000);

test('a Gamma that could fill the arena leaves Kalshi its place, and what one takes later the other counts', async () => {
  const { venue: kalshi, list } = await kalshiVenue();
  const { environment } = await outsideVenue();
  const started = async (capacity: number) => {
    const room = { DUTCHBOOK__ARENA__MARKETS: String(capacity) };
    const variables = { ...environment, ...variablesOf(kalshi, 'inline', folder()), ...room };
    const { config } = loadConfig({ file: CROSS, environment: variables });
    const lines: string[] = [];
    const discoveries = new Discoveries(config, (line) => void lines.push(line));
    onTestFinished(() => discoveries.close());
    const found = await discoveries.first();
    return { config, discoveries, found, lines };
  };
  const all = (await started(2_048)).found.markets.length;
  // One place, which is Kalshi's: the error says why there is none of Polymarket.
  const one = await started(1);
  expect(one.found.markets.map(({ venue }) => venue)).toEqual(['kalshi']);
  const why = `none of Polymarket has room, allowed at least one: ${all - 1} found are beyond arena.markets; or`;
  expect(() => outsideMarkets(one.found, one.config)).toThrow(new RegExp(`^markets: ${why}`));
  // Kalshi lists another: nobody has room for it, as Gamma took what was there.
  const told: MarketNews[] = [];
  const roomy = await started(all);
  expect(roomy.found.markets).toHaveLength(all);
  const tell = (news: readonly MarketNews[]): void => void told.push(...news);
  roomy.discoveries.follow({ detectors: 1, detectorOf: () => undefined, tell, found: () => undefined });
  list();
  roomy.discoveries.told({ kind: 'life', ticker: SECOND } as MarketEvent);
  await expect.poll(() => roomy.lines.at(-1), { timeout: 10_000 }).toMatch(/arenaMarkets 1/);
  expect(told).toEqual([]);
}, 30_000);

test('what a run on both lacks is said by key at once, by check and doctor, and a relation over unknown markets is refused', async () => {
  const relations = '[{kind: same, markets: ["polymarket:0x1", "kalshi:KXA-B"]}]';
  for (const word of ['check', 'doctor']) {
    const { code, out, err } = await start([word], CROSS).ended;
    expect(code).not.toBe(EXIT.ok);
    expect(out + err).toMatch(/venues\.kalshi\.keyIdFile: missing, allowed a file of mode 0400 or 0600/);
    expect(out + err).toMatch(/venues\.kalshi\.privateKeyFile: missing, .* DUTCHBOOK_KALSHI_PRIVATE_KEY/);
  }
  const { venue } = await kalshiVenue();
  const variables = { ...variablesOf(venue, 'inline', folder()), DUTCHBOOK__RELATIONS: relations };
  const { code, err } = await start(['run'], {}, variables).ended;
  expect(code).toBe(EXIT.usage);
  for (const id of ['polymarket:0x1', 'kalshi:KXA-B'])
    expect(err).toContain(`relations: ${id} is no market of this run`);
  expect(venue.stats.upgrades).toBe(0);
  expectNoKey(err);
}, 60_000);
