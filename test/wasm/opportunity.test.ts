// Every field of an opportunity as it lies in the ring and in the basket table, and the limits of the walk that makes it.
import { beforeEach, describe, expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { drainAll, FrameWriter, takeOpportunities } from '../helpers/records.ts';

const SHARE = 1_000_000;
const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 1 };
const ROUNDED: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
/** Half a dollar and more per share and dollar: with a large order the fee does not fit its 32 bits. */
const HUGE: FeeSchedule = { rateE6: 900_000, exponent: 1, roundMicros: 1 };
const YES_BASKET = 0;

let arena: Arena;
let wasm: DetectExports;
let feed: FrameWriter;
let markets: Markets;

function start(fees: readonly FeeSchedule[] = [FREE, ROUNDED, FREE], minSizes: readonly number[] = [0, 0, 0]): void {
  arena = smallArena();
  markets = new Markets(arena);
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    markets.register({
      id: `polymarket:${name}`,
      venue: 'polymarket',
      yesToken: `${name}-yes`,
      fee: fees[index],
      minSizeMicros: minSizes[index],
      tickRanges: uniformGrid(10),
    });
  }
  const relations = [{ kind: 'exactlyOne', markets: ['polymarket:a', 'polymarket:b', 'polymarket:c'] }] as const;
  writeBaskets(arena, markets, compileBaskets(relations));
  wasm = wasmOver<DetectExports>(arena, 1);
  wasm.setEdgeLimits(1, 0);
  wasm.openBooks();
  feed = new FrameWriter(arena);
}

beforeEach(() => start());

/** A snapshot with these asks, price and size in micros. */
function asks(market: number, levels: readonly (readonly [number, number])[], epoch = 1): void {
  feed.next().clear(market, 0, epoch);
  for (const [priceE4, sizeMicros] of levels) feed.level({ market, epoch, side: L.SIDE_ASK, priceE4, sizeMicros });
  feed.end({ market, epoch });
}

test('each field of an opportunity and of its legs, in the ring', () => {
  asks(0, [
    [3000, 5 * SHARE],
    [3100, 50 * SHARE],
  ]);
  feed.next().control(L.CONTROL_OP_STALE, { market: 1, epoch: 6 });
  asks(1, [[3000, 20 * SHARE]], 6);
  asks(2, [[3500, 30 * SHARE]]);
  drainAll(wasm, 777);
  const { view } = arena;
  const ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  expect(ring.ready()).toBe(L.OPPORTUNITY_SLOTS + 3 * L.OPP_LEG_SLOTS);
  const at = ring.slotAt(0);
  const fee = takerFeeMicrosRoundedUp(ROUNDED, 3000, 20 * SHARE);
  const costs = [5 * 300_000 + 15 * 310_000, 20 * 300_000, 20 * 350_000];
  const cost = costs.reduce((sum, one) => sum + one, 0);
  expect({
    basket: view.getUint32(at + L.OPPORTUNITY_BASKET, true),
    frameSeq: view.getUint32(at + L.OPPORTUNITY_FRAME_SEQ, true),
    legs: view.getUint16(at + L.OPPORTUNITY_LEG_COUNT, true),
    kind: view.getUint8(at + L.OPPORTUNITY_KIND),
    basketKind: view.getUint32(at + L.OPPORTUNITY_BASKET_KIND, true),
    recvNs: view.getFloat64(at + L.OPPORTUNITY_RECV_NS, true),
    sizeMicros: view.getBigUint64(at + L.OPPORTUNITY_SIZE_MICROS, true),
    costMicros: view.getBigInt64(at + L.OPPORTUNITY_COST_MICROS, true),
    feeMicros: view.getBigInt64(at + L.OPPORTUNITY_FEE_MICROS, true),
    edgeMicros: view.getBigInt64(at + L.OPPORTUNITY_EDGE_MICROS, true),
    detectNs: view.getFloat64(at + L.OPPORTUNITY_DETECT_NS, true),
  }).toEqual({
    basket: YES_BASKET,
    frameSeq: 4,
    legs: 3,
    kind: L.KIND_OPPORTUNITY,
    basketKind: view.getUint32(arena.at(L.REGION_BASKETS, YES_BASKET) + L.BASKET_KIND, true),
    recvNs: 4000,
    sizeMicros: BigInt(20 * SHARE),
    costMicros: BigInt(cost),
    feeMicros: BigInt(fee),
    edgeMicros: BigInt(20 * SHARE - cost - fee),
    detectNs: 777,
  });
  const legs = [0, 1, 2].map((place) => {
    const leg = ring.slotAt(L.OPPORTUNITY_SLOTS + place);
    return {
      market: view.getUint32(leg + L.OPP_LEG_MARKET, true),
      epoch: view.getUint32(leg + L.OPP_LEG_EPOCH, true),
      limitE4: view.getUint16(leg + L.OPP_LEG_LIMIT_E4, true),
      action: view.getUint8(leg + L.OPP_LEG_ACTION),
      kind: view.getUint8(leg + L.OPP_LEG_KIND),
      feeMicros: view.getUint32(leg + L.OPP_LEG_FEE_MICROS, true),
      costMicros: view.getBigInt64(leg + L.OPP_LEG_COST_MICROS, true),
      sizeMicros: view.getBigUint64(leg + L.OPP_LEG_SIZE_MICROS, true),
    };
  });
  const common = { action: L.ACTION_BUY_YES, kind: L.KIND_LEG, sizeMicros: BigInt(20 * SHARE) };
  expect(legs).toEqual([
    { ...common, market: 0, epoch: 1, limitE4: 3100, feeMicros: 0, costMicros: BigInt(costs[0]!) },
    { ...common, market: 1, epoch: 6, limitE4: 3000, feeMicros: fee, costMicros: BigInt(costs[1]!) },
    { ...common, market: 2, epoch: 1, limitE4: 3500, feeMicros: 0, costMicros: BigInt(costs[2]!) },
  ]);
});

test('the basket remembers what was told last, also the edge per unit', () => {
  for (const market of [0, 1, 2]) asks(market, [[3000, 20 * SHARE]]);
  drainAll(wasm);
  const [found] = takeOpportunities(arena);
  const at = arena.at(L.REGION_BASKETS, YES_BASKET);
  const { view } = arena;
  expect(view.getUint32(at + L.BASKET_LAST_FRAME, true)).toBe(3);
  expect(view.getBigInt64(at + L.BASKET_LAST_EDGE_MICROS, true)).toBe(found!.edgeMicros);
  expect(view.getBigUint64(at + L.BASKET_LAST_SIZE_MICROS, true)).toBe(BigInt(20 * SHARE));
  expect(view.getBigInt64(at + L.BASKET_LAST_EDGE_NANOS, true)).toBe(
    (found!.edgeMicros * 1_000_000_000n) / 20_000_000n,
  );
  expect(view.getUint32(at + L.BASKET_FLAGS, true) & L.BASKET_FLAG_OPEN).toBe(L.BASKET_FLAG_OPEN);
  feed.next().level({ market: 2, side: L.SIDE_ASK, priceE4: 3000, sizeMicros: 0 }).end({ market: 2 });
  drainAll(wasm);
  expect(view.getUint32(at + L.BASKET_FLAGS, true) & L.BASKET_FLAG_OPEN).toBe(0);
});

test('a basket that with its fees costs what it pays is no opportunity, whatever the limits', () => {
  // One share at 0.30 has a fee of 0.0147, rounded up to 0.02: 0.30 + 0.30 + 0.38 + 0.02 is all that comes back.
  for (const [priceE4, told] of [
    [3790, 1],
    [3800, 0],
  ] as const) {
    start([FREE, ROUNDED, FREE], [SHARE, SHARE, SHARE]);
    wasm.setEdgeLimits(0, 0);
    for (const market of [0, 1]) asks(market, [[3000, SHARE]]);
    asks(2, [[priceE4, SHARE]]);
    drainAll(wasm);
    expect(takeOpportunities(arena)).toHaveLength(told);
  }
});

test('where every further unit loses, the least size that all venues take is bought, in whole hundredths of a share', () => {
  // Three shares gain 7 cents each, all further ones lose 0.3: 5 shares still gain, 103 do not.
  for (const [minSize, told] of [
    [0, 3 * SHARE],
    [3 * SHARE, 3 * SHARE],
    [3 * SHARE + 1, 3 * SHARE + 10_000],
    [5 * SHARE - 9_999, 5 * SHARE],
    [5 * SHARE, 5 * SHARE],
    [5 * SHARE + 1, 5 * SHARE + 10_000],
    [103 * SHARE, 0],
    [103 * SHARE + 1, 0],
  ] as const) {
    start([FREE, FREE, FREE], [0, minSize, 0]);
    asks(0, [
      [3000, 3 * SHARE],
      [3730, 100 * SHARE],
    ]);
    asks(1, [[3000, 103 * SHARE]]);
    asks(2, [[3300, 103 * SHARE]]);
    drainAll(wasm);
    const sizes = takeOpportunities(arena).map(({ sizeMicros }) => Number(sizeMicros));
    expect({ minSize, sizes }).toEqual({ minSize, sizes: told === 0 ? [] : [told] });
  }
});

/** Asks of which the deeper one costs more than a basket pays: no walk looks beyond it. */
const SHALLOW = [
  [3000, 20 * SHARE],
  [9000, 20 * SHARE],
] as const;

/** A change that no walk over SHALLOW asks looked at. */
function changeDeep(market: number): void {
  feed.next().level({ market, side: L.SIDE_ASK, priceE4: 9500, sizeMicros: SHARE }).end({ market });
  drainAll(wasm);
}

test('when the limits change, the next change of any leg shows what now is an edge, however deep it lies', () => {
  for (const market of [0, 1, 2]) {
    start([FREE, FREE, FREE]);
    wasm.setEdgeLimits(1e9, 0);
    for (const other of [0, 1, 2]) asks(other, SHALLOW);
    drainAll(wasm);
    expect(takeOpportunities(arena)).toEqual([]);
    wasm.setEdgeLimits(1, 0);
    changeDeep(market);
    expect(takeOpportunities(arena)).toMatchObject([{ basket: YES_BASKET, sizeMicros: BigInt(20 * SHARE) }]);
  }
});

test('when an unknown fee becomes known, the next change of any leg shows the edge, however deep it lies', () => {
  for (const market of [0, 1, 2]) {
    start([FREE, FREE, FREE]);
    const feeWord = (arena.at(L.REGION_MARKETS, 1) + L.MARKET_FEE) >> 2;
    const known = arena.u32[feeWord]!;
    arena.u32[feeWord] = L.FEE_UNKNOWN;
    for (const other of [0, 1, 2]) asks(other, SHALLOW);
    drainAll(wasm);
    expect(takeOpportunities(arena)).toEqual([]);
    arena.u32[feeWord] = known;
    changeDeep(market);
    expect(takeOpportunities(arena)).toMatchObject([{ basket: YES_BASKET, sizeMicros: BigInt(20 * SHARE) }]);
  }
});

test('each detector tells what it finds in its own opportunity ring, and nothing in the other’s', () => {
  const two = smallArena({ detectors: 2 });
  const registry = new Markets(two);
  for (const name of ['a', 'b']) {
    const id = `polymarket:${name}`;
    registry.register({ id, venue: 'polymarket', yesToken: name, fee: FREE, tickRanges: uniformGrid(10) }, 1);
  }
  const relations = [{ kind: 'exactlyOne', markets: ['polymarket:a', 'polymarket:b'] }] as const;
  writeBaskets(two, registry, compileBaskets(relations));
  const second = wasmOver<DetectExports>(two, 2);
  second.setEdgeLimits(1, 0);
  second.openBooks();
  const own = new FrameWriter(two, 1);
  for (const market of [0, 1]) {
    own.next().clear(market).level({ market, side: L.SIDE_ASK, priceE4: 3000, sizeMicros: SHARE }).end({ market });
  }
  drainAll(second);
  expect(takeOpportunities(two, 0)).toEqual([]);
  expect(takeOpportunities(two, 1)).toMatchObject([{ basket: YES_BASKET, sizeMicros: BigInt(SHARE) }]);
});

test('a disabled basket is never told, and is told once it is enabled again and a leg changes', () => {
  const word = (arena.at(L.REGION_BASKETS, YES_BASKET) + L.BASKET_FLAGS) >> 2;
  arena.u32[word]! |= L.BASKET_FLAG_DISABLED;
  for (const market of [0, 1, 2]) asks(market, [[3000, 20 * SHARE]]);
  drainAll(wasm);
  expect(takeOpportunities(arena)).toEqual([]);
  arena.u32[word]! &= ~L.BASKET_FLAG_DISABLED;
  asks(2, [[2900, 20 * SHARE]]);
  drainAll(wasm);
  expect(takeOpportunities(arena)).toHaveLength(1);
});

test('a fee beyond 32 bits saturates in its leg, the sum is whole', () => {
  start([FREE, HUGE, FREE]);
  const size = 300_000_000 * SHARE;
  for (const [market, priceE4] of [10, 10, 10].entries()) asks(market, [[priceE4, size]]);
  feed.next().level({ market: 1, side: L.SIDE_ASK, priceE4: 10, sizeMicros: 0 });
  feed.level({ market: 1, side: L.SIDE_ASK, priceE4: 1000, sizeMicros: size }).end({ market: 1 });
  drainAll(wasm);
  const found = takeOpportunities(arena).at(-1)!;
  const fee = takerFeeMicrosRoundedUp(HUGE, 1000, size);
  expect(fee).toBeGreaterThan(2 ** 32);
  expect(found.legs.map((leg) => leg.fee)).toEqual([0, 2 ** 32 - 1, 0]);
  expect(found.feeMicros).toBe(BigInt(fee));
});

test('the largest minimum size of the legs is the least size of the basket, whichever leg has it', () => {
  for (const place of [0, 1, 2]) {
    const minSizes = [1, 1, 1].map((least, index) => (index === place ? 20 * SHARE : least * SHARE));
    start(undefined, minSizes);
    for (const market of [0, 1, 2]) asks(market, [[3000, 20 * SHARE - 10_000]]);
    drainAll(wasm);
    expect(takeOpportunities(arena)).toEqual([]);
    for (const market of [0, 1, 2]) asks(market, [[3000, 20 * SHARE]]);
    drainAll(wasm);
    expect(takeOpportunities(arena).at(-1)).toMatchObject({ sizeMicros: BigInt(20 * SHARE) });
  }
});

test('a size is cut to whole hundredths of a share, and less than one is none', () => {
  for (const market of [0, 1, 2]) asks(market, [[3000, 9_999]]);
  drainAll(wasm);
  expect(takeOpportunities(arena)).toEqual([]);
  start([FREE, FREE, FREE]);
  asks(0, [[3000, 10_000]]);
  asks(1, [[3000, 19_999]]);
  asks(2, [[3000, 20_000]]);
  drainAll(wasm);
  expect(takeOpportunities(arena)).toMatchObject([{ sizeMicros: 10_000n, edgeMicros: 1_000n }]);
});

test('no unit of a basket is larger than the largest size, however much lies there', () => {
  start([FREE, FREE, FREE]);
  for (const market of [0, 1, 2]) {
    asks(market, [
      [3000, L.SIZE_MICROS_MAX],
      [3010, L.SIZE_MICROS_MAX],
    ]);
  }
  drainAll(wasm);
  expect(takeOpportunities(arena)).toMatchObject([{ sizeMicros: BigInt(L.SIZE_MICROS_MAX) }]);
});

describe('bounds of the walk', () => {
  /** Market 0 has a level of one share at each tick from 0.001 on. */
  function manyLevels(levels: number): void {
    start([FREE, FREE, FREE]);
    asks(
      0,
      Array.from({ length: levels }, (_, place) => [(place + 1) * 10, SHARE] as const),
    );
    asks(1, [[100, 2000 * SHARE]]);
    asks(2, [[100, 2000 * SHARE]]);
    drainAll(wasm);
  }

  test('the walk passes as many level ends as it may and no more', () => {
    for (const [levels, shares] of [
      [L.WALK_STEPS_MAX, L.WALK_STEPS_MAX],
      [L.WALK_STEPS_MAX + 1, L.WALK_STEPS_MAX + 1],
      [L.WALK_STEPS_MAX + 2, L.WALK_STEPS_MAX + 1],
    ] as const) {
      manyLevels(levels);
      expect(takeOpportunities(arena)).toMatchObject([{ sizeMicros: BigInt(shares * SHARE) }]);
    }
  });

  test('the walk ends where the unit costs as much as it pays', () => {
    start([FREE, FREE, FREE]);
    asks(0, [
      [3000, SHARE],
      [3390, SHARE],
      [3400, SHARE],
      [3410, SHARE],
    ]);
    asks(1, [[3300, 9 * SHARE]]);
    asks(2, [[3300, 9 * SHARE]]);
    drainAll(wasm);
    expect(takeOpportunities(arena)).toMatchObject([{ sizeMicros: BigInt(2 * SHARE), edgeMicros: 41_000n }]);
  });
});
