// Scans of recordings: real ones beside what a slow reference and the replay find, and small ones for each thing told.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../../engine/config/load.ts';
import type { Config } from '../../engine/config/schema.ts';
import { scanFacts } from '../../engine/observe/scan-report.ts';
import { importRecording } from '../../engine/replay/import.ts';
import { readMarkets } from '../../engine/replay/import-markets.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { replay } from '../../engine/replay/replay.ts';
import { scan } from '../../engine/replay/scan.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import type { FeeSchedule, MarketMeta, Relation } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { gammaEvents } from '../../engine/venue/sim/gamma-made.ts';
import { bestOf, type OracleLeg } from '../helpers/basket-oracle.ts';
import { SMALL_CONFIG } from '../integrity/rig.ts';
import { FIXTURES, type ReadRecord, recordsOf, temporaryDirectory } from './support/files.ts';
import { writeRecording } from './support/verify.ts';

const DEMO = fileURLToPath(new URL('../../recordings/demo', import.meta.url));
const SCAN_FIXTURES = fileURLToPath(new URL('../fixtures/scan', import.meta.url));
const PAIRS = join(SCAN_FIXTURES, 'cross-venue');
const PAIRS_CONFIG = loadConfig({ file: join(SCAN_FIXTURES, 'cross-venue.yaml'), environment: {} }).config;
const DEFAULTS = loadConfig({ file: undefined, environment: {} }).config;
const MS = 1e6;

type Facts = ReturnType<typeof scanFacts>;

async function scanned(paths: readonly string[], config: Config = DEFAULTS, markets?: string): Promise<Facts> {
  const stop = new AbortController().signal;
  return scanFacts(await scan(paths, { config, from: undefined, markets, stop, onProgress: () => {} }));
}

test('the shipped recording has the lives of opportunities that its replay has, in the same order', async () => {
  const facts = await scanned([DEMO]);
  const stop = new AbortController().signal;
  const { facts: replayed } = await replay({
    ...{ config: DEFAULTS, configHash: '', recording: DEMO, topology: 'inline', speed: 'max', bookChain: false, stop },
    ...{ dumpBooks: undefined, dumpAtFrames: [], onProgress: () => {} },
  });
  const { lives } = facts.recordings[0]!;
  expect(lives.length).toBeGreaterThan(20);
  const byStart = (list: readonly { openNs: number; basketId: string }[]): unknown[] =>
    [...list].sort((a, b) => a.openNs - b.openNs || (a.basketId < b.basketId ? -1 : 1));
  const plain = lives.map(({ standing: _standing, tooOld: _tooOld, ...life }) => life);
  expect(byStart(replayed.lives!)).toEqual(byStart(plain));
  expect(facts).toMatchObject({
    failure: '',
    basketsEvaluated: 2,
    phantoms: 0,
    naiveTrades: 0,
    opportunitiesDropped: 0,
  });
  expect(facts.forms.map(({ form, standing, opportunities }) => [form, standing, opportunities > 5])).toEqual([
    ['negRiskYes', 'proven', true],
    ['negRiskNo', 'proven', true],
  ]);
  for (const { opportunities, grossMicros, feeMicros, netMicros, lifeNsP50, lifeNsMax, form } of facts.forms) {
    const own = lives.filter((life) => life.form === form);
    expect(own).toHaveLength(opportunities);
    expect(netMicros).toBe(own.reduce((sum, { edgeMicros }) => sum + edgeMicros, 0));
    expect(grossMicros - feeMicros).toBe(netMicros);
    const lasted = own.map(({ openNs, endNs }) => endNs - openNs).sort((a, b) => a - b);
    expect([lifeNsP50, lifeNsMax]).toEqual([lasted[Math.ceil(lasted.length / 2) - 1], lasted.at(-1)]);
  }
});

const NO_FINGERPRINTS =
  'settlements are not known to be equal: source unknown, window unknown, timeZone unknown, threshold unknown, ' +
  'inclusive unknown, tieRule unknown, voidRule unknown, polarity unknown';
const KALSHI_FEE: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };

/** Levels of what a leg buys, best first, from the venues' own answers. */
async function legOf(side: 'yes' | 'no', venue: 'polymarket' | 'kalshi', key: string): Promise<OracleLeg> {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(PAIRS, venue, `${name}_${key}.json`), 'utf8'));
  const levels = (list: readonly (readonly [string, string])[], turned: boolean): [number, number][] =>
    list
      .map(([price, size]): [number, number] => {
        const priceE4 = Math.round(Number(price) * 10_000);
        return [turned ? 10_000 - priceE4 : priceE4, Math.round(Number(size) * 1e6)];
      })
      .sort(([a], [b]) => a - b);
  if (venue === 'kalshi') {
    const { orderbook_fp: book } = read('orderbook') as { orderbook_fp: Record<string, [string, string][]> };
    // Who buys YES there takes bids for NO.
    const bids = side === 'yes' ? book['no_dollars'] : book['yes_dollars'];
    return { levels: levels(bids ?? [], true), fee: KALSHI_FEE, minSizeMicros: 0 };
  }
  const book = read('book') as Record<'bids' | 'asks', { price: string; size: string }[]>;
  const list = (side === 'yes' ? book.asks : book.bids).map(({ price, size }) => [price, size] as const);
  const [{ fee, minSizeMicros }] = (await readMarkets(join(PAIRS, venue, `gamma_${key}.json`))) as [MarketMeta];
  expect(fee).toEqual({ rateE6: 50_000, exponent: 1, roundMicros: 10 });
  return { levels: levels(list, side === 'no'), fee: fee!, minSizeMicros: minSizeMicros! };
}

test('eight recorded pairs are evaluated with true fees, both ways where both venues quote, and none is called arbitrage', async () => {
  const facts = await scanned([PAIRS], PAIRS_CONFIG);
  const [{ baskets, lives }] = facts.recordings as [Facts['recordings'][number]];
  expect(baskets).toHaveLength(16);
  const { limits } = { limits: PAIRS_CONFIG.detect };
  let [found, pairs] = [0, new Set<string>()];
  for (const { id, standing, doubt, evaluated, tooOld, feeUnknown, gapE4Max, opportunities } of baskets) {
    expect([standing, doubt, tooOld, feeUnknown], id).toEqual(['suspect', NO_FINGERPRINTS, false, false]);
    const [, first, condition, second, ticker] = /^same:(\w+) polymarket:(\w+)\+(\w+) kalshi:(\S+)$/.exec(id)!;
    const legs = await Promise.all([
      legOf(first === 'YES' ? 'yes' : 'no', 'polymarket', condition!),
      legOf(second === 'YES' ? 'yes' : 'no', 'kalshi', ticker!),
    ]);
    const quoted = legs.every(({ levels }) => levels.length > 0);
    expect(evaluated, id).toBe(quoted);
    if (!quoted) continue;
    pairs.add(ticker!);
    expect(gapE4Max, id).toBe(10_000 - legs[0]!.levels[0]![0] - legs[1]!.levels[0]![0]);
    const best = bestOf(legs, 10_000, limits.edgeMicrosMin, limits.edgeBpsMin);
    expect(opportunities, id).toBe(best === undefined ? 0 : 1);
    if (best === undefined) continue;
    found += 1;
    const life = lives.find(({ basketId }) => basketId === id)!;
    const { sizeMicros, costMicros, feeMicros, edgeMicros } = best;
    expect(life).toMatchObject({
      ...{ sizeMicros: Number(sizeMicros), costMicros: Number(costMicros), standing: 'suspect' },
      ...{ feeMicros: Number(feeMicros), edgeMicros: Number(edgeMicros) },
    });
    // Both ends are stated: the later one, from the time of the recording.
    expect(life.lockMs).toBe(Math.ceil(Date.UTC(2027, 0, 1, 15) - Date.parse('2026-07-20T19:10:32.543394Z')));
    expect(life.annualBps).toBeGreaterThan(0);
  }
  expect([pairs.size, found, lives.length]).toEqual([8, 1, 1]);
  expect(facts.forms.filter(({ standing }) => standing === 'proven')).toEqual([]);
});

test('without relations, and without markets, nothing is examined, which is a failure', async () => {
  expect(await scanned([PAIRS])).toMatchObject({
    basketsEvaluated: 0,
    failure: expect.stringContaining('nothing was examined'),
  });
  const elsewhere = await scanned([join(FIXTURES, 'session')], PAIRS_CONFIG);
  expect(elsewhere.failure).toContain('nothing was examined');
  expect(elsewhere.recordings[0]).toMatchObject({ relationsLeftOut: 8, baskets: [] });
});

test('recordings, sessions, tapes and pairs are found in folders within folders, and scanned by themselves', async () => {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'tapes', 'kalshi'), { recursive: true });
  cpSync(join(FIXTURES, 'kalshi.ndjson.gz'), join(root, 'tapes', 'kalshi', 'one.ndjson.gz'));
  cpSync(join(FIXTURES, 'session'), join(root, 'tapes', 'session'), { recursive: true });
  cpSync(PAIRS, join(root, 'pairs'), { recursive: true });
  await importRecording(join(FIXTURES, 'session'), join(root, 'imported'), { from: 'polymarket-jsonl' });
  const { recordings, failure } = await scanned([root], PAIRS_CONFIG);
  expect(failure).toBe('');
  expect(
    recordings.map(({ recording, frames, baskets }) => [recording.slice(root.length), frames > 0, baskets.length]),
  ).toEqual([
    ['/imported', true, 0],
    ['/pairs', true, 16],
    ['/tapes/kalshi/one.ndjson.gz', true, 0],
    ['/tapes/session', true, 0],
  ]);
  await expect(scanned([temporaryDirectory()])).rejects.toThrow('no recording, captured session, tape');
});

test('a captured tape with its event’s metadata has the relation of the complete set, and its opportunities are proven', async () => {
  const { markets, relations } = readManifest(DEMO);
  const root = temporaryDirectory();
  // The first second of the recorded event, as a capture would hold it, and the event as Gamma would list it.
  const frames = recordsOf(DEMO).filter(
    ({ connection, recvNs, flags }) => connection === 3 && recvNs < 3e9 && flags === RECORD_TEXT,
  );
  const line = ({ text, recvNs }: ReadRecord): string =>
    JSON.stringify({
      source: 'polymarket_clob',
      recv_wall_ts: recvNs / MS,
      recv_mono_ns: recvNs,
      payload: text.trim(),
    });
  writeFileSync(join(root, 'raw_messages.jsonl'), `${frames.map(line).join('\n')}\n`);
  const events = gammaEvents(markets, relations, 1_780_000_000_000);
  const scannedWith = async (list: readonly object[]): Promise<Facts> => {
    writeFileSync(join(root, 'events.json'), JSON.stringify(list));
    return scanned([root], DEFAULTS, join(root, 'events.json'));
  };
  const facts = await scannedWith(events);
  expect(facts.failure).toBe('');
  expect(facts.forms[0]).toMatchObject({
    form: 'negRiskYes',
    standing: 'proven',
    basketsEvaluated: 1,
    opportunities: 2,
  });
  expect(facts.forms[0]!.locksStated).toBe(2);
  // One outcome that the list leaves out, or that may yet be added, and it is no complete set.
  const cut = events.map((event) => ({ ...event, markets: (event['markets'] as object[]).slice(1) }));
  expect((await scannedWith(cut)).recordings[0]!.baskets).toEqual([]);
  const augmented = events.map((event) => ({ ...event, negRiskAugmented: true }));
  expect((await scannedWith(augmented)).recordings[0]!.baskets).toEqual([]);
});

test('a folder of pairs that lacks a file, or is not what it says, is refused by name', async () => {
  const root = join(temporaryDirectory(), 'pairs');
  cpSync(PAIRS, root, { recursive: true });
  writeFileSync(join(root, 'kalshi', 'orderbook_KXFEDDECISION-26JUL-H0.json'), '[]');
  await expect(scanned([root])).rejects.toThrow('orderbook_KXFEDDECISION-26JUL-H0.json: allowed an object');
  writeFileSync(
    join(root, 'manifest.json'),
    '{"recorded_at": "2026-07-20T19:10:32Z", "pairs": [{"kalshi_ticker": "../x"}]}',
  );
  await expect(scanned([root])).rejects.toThrow('pairs.0: allowed a kalshi_ticker and a pm_condition_id');
});

const A = `0x${'aa'.repeat(32)}`;
const B = `0x${'bb'.repeat(32)}`;
const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 10 };
const SAME: readonly Relation[] = [{ kind: 'same', markets: [`polymarket:${A}`, `polymarket:${B}`] }];

function marketsOf(fee: FeeSchedule | undefined = FREE): MarketMeta[] {
  return [A, B].map((condition, place) => ({
    ...{ id: `polymarket:${condition}`, venue: 'polymarket', yesToken: `${place}1`, noToken: `${place}2` },
    ...{ tickRanges: uniformGrid(100), minSizeMicros: 5_000_000, fee },
  }));
}

/** A whole book of the YES (1) or NO (2) token of A or B; 100 shares at each price, in cents. */
function book(atMs: number, condition: string, bids: readonly number[], asks: readonly number[], view = 1): ReadRecord {
  const levels = (cents: readonly number[]): object[] =>
    cents.map((price) => ({ price: (price / 100).toFixed(2).replace(/0$/, ''), size: '100' }));
  const asset = `${condition === A ? 0 : 1}${view}`;
  const text = JSON.stringify({
    ...{ event_type: 'book', asset_id: asset, market: condition, timestamp: String(1_700_000_000_000 + atMs) },
    ...{ hash: 'ab'.repeat(20), bids: levels(bids), asks: levels(asks) },
  });
  return { text, recvNs: atMs * MS, connection: condition === A ? 1 : 2, flags: RECORD_TEXT };
}

async function scannedBooks(
  records: readonly ReadRecord[],
  markets: readonly MarketMeta[] = marketsOf(),
): Promise<Facts> {
  const path = join(temporaryDirectory(), 'books');
  mkdirSync(path);
  writeRecording(path, records, markets, SAME);
  return scanned([path], SMALL_CONFIG);
}

test('a life on recorded time: found, changed, gone and back within the flicker time, gone for good', async () => {
  const facts = await scannedBooks([
    book(0, B, [45], [60]),
    book(1_000, A, [30], [40]),
    book(1_020, A, [30], [42]),
    book(1_090, A, [30], [58]),
    book(1_150, A, [30], [41]),
    book(1_400, A, [30], [58]),
    book(3_000, A, [30], [58]),
  ]);
  expect(facts.recordings[0]!.lives).toEqual([
    {
      ...{ basketId: `same:YES polymarket:${A}+NO polymarket:${B}`, form: 'same', standing: 'suspect', tooOld: false },
      ...{ openNs: 1_000 * MS, endNs: 1_400 * MS, open: false, changes: 1, flickers: 1, goneNs: 60 * MS },
      ...{ sizeMicros: 100e6, costMicros: 95e6, feeMicros: 0, edgeMicros: 5e6, edgeMicrosMax: 5e6 },
      ...{ edgeAfter5MsMicros: 5e6, edgeAfter25MsMicros: 3e6, edgeAfter100MsMicros: 0, edgeAfter350MsMicros: 4e6 },
      ...{ lockMs: null, annualBps: null },
    },
  ]);
  expect(facts.forms[0]).toMatchObject({
    ...{ opportunities: 1, flickers: 1, lifeNsP50: 400 * MS, locksStated: 0, annualBpsP50: null },
    ...{ leftAfter5MsBps: 10_000, leftAfter25MsBps: 6_000, leftAfter100MsBps: 0, leftAfter350MsBps: 8_000 },
  });
});

test('crossed and same-condition books never reach the opportunity ring, whatever a bot with two books makes of them', async () => {
  const facts = await scannedBooks([
    book(0, B, [45], [60]),
    book(1_000, A, [38], [40]),
    // Crossed: its YES at 0.40 and its NO at 0.40 are no opportunity, and neither is its YES with B's NO.
    book(1_010, A, [60], [40]),
    book(1_020, B, [80], [90]),
    book(1_030, B, [45], [60]),
    book(1_500, A, [38], [46]),
    // Its NO at 0.50, beside the YES at 0.46 that it replaces, is the same book seen from the other side.
    book(1_510, A, [48], [50], 2),
  ]);
  const { lives } = facts.recordings[0]!;
  expect(lives.map(({ openNs, endNs }) => [openNs / MS, endNs / MS])).toEqual([[1_000, 1_010]]);
  expect(facts.phantoms).toBe(1);
  expect(facts.naiveTrades).toBe(1);
});

test('an opportunity on a book older than the gate allows is told apart, and so is a basket that never was fresh', async () => {
  const facts = await scannedBooks([book(0, B, [45], [60]), book(2_000, A, [30], [40]), book(2_100, A, [30], [58])]);
  expect(facts.recordings[0]!.lives).toMatchObject([{ tooOld: true }]);
  expect(facts.forms[0]).toMatchObject({
    opportunities: 1,
    opportunitiesTooOld: 1,
    basketsEvaluated: 2,
    basketsTooOld: 2,
  });
  const fresh = await scannedBooks([book(0, B, [45], [60]), book(1_000, A, [30], [40])]);
  expect(fresh.forms[0]).toMatchObject({ opportunitiesTooOld: 0, basketsTooOld: 0 });
});

test('a basket with an unknown fee is evaluated, counted, and no opportunity', async () => {
  const records = [book(0, B, [45], [60]), book(1_000, A, [30], [40])];
  const facts = await scannedBooks(
    records,
    marketsOf().map(({ fee: _unknown, ...market }) => market),
  );
  expect(facts.forms[0]).toMatchObject({ opportunities: 0, basketsEvaluated: 2, basketsFeeUnknown: 2 });
  expect(facts.recordings[0]!.baskets[0]).toMatchObject({ feeUnknown: true, gapE4Max: 500, netE4Max: null });
});
