// What the detector reports and what it must not: edges by kind, fees of both venues, phantoms, flicker, a full ring.
import { beforeEach, describe, expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena, ArenaPlan } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import type { FeeSchedule, Relation } from '../../engine/venue/contract.ts';
import { takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { detectorCounter, drainAll, FrameWriter, type OpportunityRead, takeOpportunities } from '../helpers/records.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';

const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 1 };
const CRYPTO: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10 };
const KALSHI: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const SHARE = 1_000_000;

/** polymarket a, b, c of one event without fees; polymarket p and kalshi K the same question, with fees; x unknown. */
const RELATIONS: readonly Relation[] = [
  { kind: 'exactlyOne', markets: ['polymarket:a', 'polymarket:b', 'polymarket:c'] },
  { kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: ['polymarket:p', 'kalshi:K'] },
  { kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: ['polymarket:p', 'polymarket:x'] },
];
const INDEX = { a: 0, b: 1, c: 2, p: 3, K: 4, x: 5 } as const;
type Name = keyof typeof INDEX;
const YES_BASKET = 0;
const NO_BASKET = 1;

let arena: Arena;
let wasm: DetectExports;
let feed: FrameWriter;

function start(plan: Partial<ArenaPlan> = {}, minSizeMicros = 0): void {
  arena = smallArena(plan);
  const markets = new Markets(arena);
  for (const name of Object.keys(INDEX) as Name[]) {
    const venue = name === 'K' ? 'kalshi' : 'polymarket';
    const fee = name === 'p' ? CRYPTO : name === 'K' ? KALSHI : name === 'x' ? undefined : FREE;
    const yesToken = name === 'K' ? 'K' : `${name}-yes`;
    markets.register({ id: `${venue}:${name}`, venue, yesToken, fee, minSizeMicros, tickRanges: uniformGrid(100) });
  }
  writeBaskets(arena, markets, compileBaskets(RELATIONS));
  wasm = wasmOver<DetectExports>(arena, 1);
  wasm.setEdgeLimits(1, 0);
  wasm.openBooks();
  feed = new FrameWriter(arena);
}

beforeEach(() => start());

type Levels = readonly (readonly [number, number])[];

function book(name: Name, bids: Levels, asks: Levels, end: object = {}): void {
  const market = INDEX[name];
  feed.next().clear(market);
  for (const [priceE4, shares] of bids) feed.level({ market, side: L.SIDE_BID, priceE4, sizeMicros: shares * SHARE });
  for (const [priceE4, shares] of asks) feed.level({ market, side: L.SIDE_ASK, priceE4, sizeMicros: shares * SHARE });
  feed.end({ market, ...end });
}

function level(name: Name, side: number, priceE4: number, shares: number, end: object = {}): void {
  const market = INDEX[name];
  feed.next().level({ market, side, priceE4, sizeMicros: shares * SHARE });
  feed.end({ market, ...end });
}

function taken(): OpportunityRead[] {
  drainAll(wasm, 5_000);
  return takeOpportunities(arena);
}

/** Baskets told as gone since the last look. */
function gone(): number[] {
  const baskets: number[] = [];
  drainAll(wasm, 5_000);
  takeOpportunities(arena, 0, baskets);
  return baskets;
}

function count(id: number): number {
  return detectorCounter(arena, id);
}

/** a and b at 0.30, c at 0.41: a unit of all YES costs 1.01. */
function quietEvent(): void {
  book('a', [[2800, 50]], [[3000, 50]]);
  book('b', [[2800, 50]], [[3000, 50]]);
  book('c', [[3600, 50]], [[4100, 50]]);
}

describe('neg-risk baskets', () => {
  test('all YES below 1 is reported with size, limits, cost, edge and times', () => {
    quietEvent();
    expect(taken()).toEqual([]);
    level('c', L.SIDE_ASK, 3700, 20);
    const [found, ...more] = taken();
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      basket: YES_BASKET,
      frameSeq: 4,
      sizeMicros: 20_000_000n,
      recvNs: 4000,
      detectNs: 5000,
    });
    expect(found).toMatchObject({ costMicros: 19_400_000n, feeMicros: 0n, edgeMicros: 600_000n });
    expect(found!.legs.map(({ market, action, limitE4 }) => [market, action, limitE4])).toEqual([
      [INDEX.a, L.ACTION_BUY_YES, 3000],
      [INDEX.b, L.ACTION_BUY_YES, 3000],
      [INDEX.c, L.ACTION_BUY_YES, 3700],
    ]);
  });

  test('bids above 1 are an edge of the NO side, bought at 1 - bid, paying n - 1', () => {
    quietEvent();
    level('b', L.SIDE_BID, 2900, 5);
    expect(taken()).toEqual([]);
    book('a', [[3800, 40]], [[3900, 50]]);
    const [found, ...more] = taken();
    expect(more).toEqual([]);
    // 0.38 + 0.29 + 0.36 = 1.03 for 5 shares; with b's second level at 0.28 1.02 for 40.
    expect(found).toMatchObject({ basket: NO_BASKET, sizeMicros: 40_000_000n, edgeMicros: 850_000n });
    expect(found!.legs.map(({ action, limitE4 }) => [action, limitE4])).toEqual([
      [L.ACTION_BUY_NO, 6200],
      [L.ACTION_BUY_NO, 7200],
      [L.ACTION_BUY_NO, 6400],
    ]);
  });

  test('a price of exactly 1 is no edge', () => {
    quietEvent();
    level('c', L.SIDE_ASK, 4000, 20);
    expect(taken()).toEqual([]);
    expect(count(L.COUNTER_BASKETS_EVALUATED)).toBe(0);
  });

  test('the minimum size of a leg keeps a small edge from being reported', () => {
    start({}, 25_000_000);
    quietEvent();
    // Five of these shares cost more than they pay, which the others' gain covers, or not.
    level('c', L.SIDE_ASK, 3700, 1);
    expect(taken()).toEqual([]);
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken()).toMatchObject([{ sizeMicros: 25_000_000n, edgeMicros: 550_000n }]);
    level('c', L.SIDE_ASK, 3700, 30);
    expect(taken()).toMatchObject([{ sizeMicros: 30_000_000n }]);
  });

  test('parts of one frame are judged together: an edge between them is never seen', () => {
    quietEvent();
    drainAll(wasm);
    feed.next();
    feed.level({ market: INDEX.c, side: L.SIDE_ASK, priceE4: 3700, sizeMicros: SHARE }).end({ market: INDEX.c }, false);
    feed.level({ market: INDEX.a, side: L.SIDE_ASK, priceE4: 3000, sizeMicros: 0 });
    feed.level({ market: INDEX.a, side: L.SIDE_ASK, priceE4: 3400, sizeMicros: SHARE }).end({ market: INDEX.a });
    expect(taken()).toEqual([]);
    expect(count(L.COUNTER_BASKETS_EVALUATED)).toBe(0);
  });
});

describe('cross-venue', () => {
  test("both venues' fees are paid: the edge counts only above them", () => {
    book('p', [[4700, 100]], [[4800, 100]]);
    book('K', [[5000, 100]], [[5100, 100]]);
    // 0.48 + 0.50 = 0.98: 2 cents before, less than 3.5 cents of fees, which shows at the top: no depth is walked.
    expect(taken()).toEqual([]);
    expect(count(L.COUNTER_BASKETS_EVALUATED)).toBe(0);
    level('K', L.SIDE_BID, 5300, 80);
    expect(taken().length).toBe(0);
    book('K', [[5600, 80]], [[5700, 80]]);
    const [found] = taken();
    const fees = [
      takerFeeMicrosRoundedUp(CRYPTO, 4800, 80 * SHARE),
      takerFeeMicrosRoundedUp(KALSHI, 4400, 80 * SHARE),
    ] as const;
    expect(found!.legs.map(({ fee }) => fee)).toEqual(fees);
    expect(found!.legs[1]!.fee % 10_000).toBe(0);
    expect(found).toMatchObject({ sizeMicros: 80_000_000n, costMicros: 73_600_000n });
    expect(found!.edgeMicros).toBe(BigInt(80_000_000 - 73_600_000 - fees[0] - fees[1]));
  });

  test('an unknown fee is counted and never an opportunity', () => {
    book('p', [[1000, 100]], [[1100, 100]]);
    book('x', [[9000, 100]], [[9100, 100]]);
    expect(taken()).toEqual([]);
    expect(count(L.COUNTER_BASKETS_FEE_UNKNOWN)).toBe(1);
    expect(count(L.COUNTER_OPPORTUNITIES)).toBe(0);
  });

  test('thresholds in all and per unit hold back what is smaller', () => {
    quietEvent();
    wasm.setEdgeLimits(600_001, 0);
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken()).toEqual([]);
    wasm.setEdgeLimits(1, 301);
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken()).toEqual([]);
    wasm.setEdgeLimits(600_000, 300);
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken()).toMatchObject([{ edgeMicros: 600_000n }]);
  });
});

describe('phantoms', () => {
  test('a crossed market is counted as a phantom and none of its baskets is ready', () => {
    quietEvent();
    level('c', L.SIDE_BID, 4200, 20);
    level('c', L.SIDE_ASK, 1000, 20);
    expect(taken()).toEqual([]);
    expect(count(L.COUNTER_PHANTOMS)).toBe(1);
    expect(count(L.COUNTER_NAIVE_TRADES)).toBe(1);
    expect(count(L.COUNTER_BASKETS_EVALUATED)).toBe(0);
  });

  test('half of a burst that crosses tempts a bot without states, once, and is no phantom', () => {
    quietEvent();
    const top = { venueMs: 5_000, bidE4: 3300, askE4: 3400 };
    level('b', L.SIDE_ASK, 2700, 1, top);
    level('b', L.SIDE_ASK, 2600, 1, top);
    level('b', L.SIDE_ASK, 2600, 0, top);
    expect(taken()).toEqual([]);
    expect([count(L.COUNTER_NAIVE_TRADES), count(L.COUNTER_PHANTOMS)]).toEqual([1, 0]);
    level('b', L.SIDE_ASK, 2700, 0, top);
    level('b', L.SIDE_ASK, 2700, 1, top);
    expect(taken()).toEqual([]);
    expect([count(L.COUNTER_NAIVE_TRADES), count(L.COUNTER_PHANTOMS)]).toEqual([2, 0]);
  });

  test('a locked market tempts nobody: its two tokens cost 1 together', () => {
    quietEvent();
    level('b', L.SIDE_ASK, 2800, 1);
    expect(taken()).toEqual([]);
    expect([count(L.COUNTER_NAIVE_TRADES), count(L.COUNTER_PHANTOMS)]).toEqual([0, 1]);
  });

  for (const [what, lose] of [
    ['SUSPECT', () => feed.next().control(L.CONTROL_OP_SUSPECT, { market: INDEX.b })],
    ['STALE', () => feed.next().control(L.CONTROL_OP_STALE, { market: INDEX.b })],
    ['PENDING', () => level('b', L.SIDE_BID, 2700, 1, { bidE4: 100, askE4: 3000 })],
  ] as const) {
    test(`a ${what} leg makes the basket not ready; the edge counts again after a snapshot`, () => {
      quietEvent();
      lose();
      level('c', L.SIDE_ASK, 3700, 20);
      expect(taken()).toEqual([]);
      book('b', [[2800, 50]], [[3000, 50]]);
      expect(taken()).toMatchObject([{ basket: YES_BASKET, edgeMicros: 600_000n }]);
    });
  }

  test('a sequence gap takes the legs of every market of the subscription out at once', () => {
    wasm.setSeqScope(1);
    quietEvent();
    book('b', [[2800, 50]], [[3000, 50]], { sid: 1, seq: 1 });
    book('p', [[2800, 50]], [[3000, 50]], { sid: 1, seq: 2 });
    level('p', L.SIDE_BID, 2700, 1, { sid: 1, seq: 4 });
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken()).toEqual([]);
    expect(count(L.COUNTER_SEQ_GAPS)).toBe(1);
  });
});

describe('reporting', () => {
  test('an open opportunity is told again only when its size or edge changes, or after it closed', () => {
    quietEvent();
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken().length).toBe(1);
    level('a', L.SIDE_BID, 2700, 1);
    level('c', L.SIDE_ASK, 3700, 20);
    expect(taken()).toEqual([]);
    level('c', L.SIDE_ASK, 3700, 21);
    expect(taken()).toMatchObject([{ sizeMicros: 21_000_000n }]);
    level('c', L.SIDE_ASK, 3700, 0);
    level('c', L.SIDE_ASK, 3700, 21);
    expect(taken()).toMatchObject([{ sizeMicros: 21_000_000n }]);
  });

  test('a full ring drops, counts, and tells the opportunity again once there is room', () => {
    start({ opportunityRingSlots: 16 });
    quietEvent();
    for (let shares = 1; shares <= 10; shares += 1) level('c', L.SIDE_ASK, 3700, shares);
    drainAll(wasm);
    const before = takeOpportunities(arena);
    expect(before.length).toBeGreaterThan(0);
    expect(count(L.COUNTER_OPPORTUNITIES_DROPPED)).toBe(10 - before.length);
    level('a', L.SIDE_BID, 2700, 1);
    expect(taken()).toMatchObject([{ sizeMicros: 10_000_000n }]);
  });

  test('an opportunity that was told is told once as gone: its edge was taken, or a book of it is no longer trusted', () => {
    for (const lose of [
      () => level('c', L.SIDE_ASK, 3700, 0),
      () => feed.next().control(L.CONTROL_OP_SUSPECT, { market: INDEX.b }),
      () => feed.next().control(L.CONTROL_OP_STALE, { market: INDEX.a }),
      () => level('b', L.SIDE_BID, 2700, 1, { bidE4: 100, askE4: 3000 }),
    ]) {
      start();
      quietEvent();
      expect(gone()).toEqual([]);
      level('c', L.SIDE_ASK, 3700, 20);
      expect(gone()).toEqual([]);
      lose();
      expect(gone()).toEqual([YES_BASKET]);
      level('c', L.SIDE_ASK, 4200, 1);
      expect(gone()).toEqual([]);
    }
  });

  test('an end that finds no room in the ring is told with the next change of a leg', () => {
    start({ opportunityRingSlots: 16 });
    quietEvent();
    for (let shares = 1; shares <= 10; shares += 1) level('c', L.SIDE_ASK, 3700, shares);
    drainAll(wasm);
    const ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
    ring.claim(1);
    while (ring.free(1) > 0) ring.claim(1);
    level('c', L.SIDE_ASK, 3700, 0);
    drainAll(wasm);
    ring.abandon();
    expect(gone()).toEqual([]);
    level('a', L.SIDE_BID, 100, 1);
    expect(gone()).toEqual([YES_BASKET]);
  });

  test('an opportunity is not visible before it is stamped, nor the watermark past its frame', () => {
    const watermark = (): number => arena.u32[(arena.at(L.REGION_AGENTS, 1) + L.AGENT_WATERMARK) >> 2]!;
    quietEvent();
    drainAll(wasm);
    level('c', L.SIDE_ASK, 3700, 20);
    level('c', L.SIDE_ASK, 3700, 19);
    expect(wasm.drain(64)).toBe(1);
    expect(takeOpportunities(arena)).toEqual([]);
    expect(watermark()).toBe(3);
    expect(wasm.publishOpportunities(9)).toBe(1);
    expect(watermark()).toBe(4);
    expect(takeOpportunities(arena)).toMatchObject([{ detectNs: 9, frameSeq: 4 }]);
  });
});
