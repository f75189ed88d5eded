// What is planned from an opportunity: sizes as the venue takes them, caps, limits, the cost of the exit; each refusal by name.
import { describe, expect, test } from 'vitest';
import { spendMicrosMax } from '../../engine/execute/batch.ts';
import { takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, FEE, Rig, type RigOptions, SHARE } from './rig.ts';

function refusalOf(change: RigOptions, provoke: (rig: Rig) => void = (rig) => rig.offer(10)): Record<string, number> {
  const rig = new Rig(change);
  rig.fillEverything();
  provoke(rig);
  rig.run();
  expect(rig.gateway.batches).toHaveLength(0);
  return rig.executor.refusals.toObject();
}

/** Sizes of the orders of the first batch, in shares. */
function sizesOf(rig: Rig): number[] {
  return rig.gateway.batches[0]!.orders.map(({ sizeMicros }) => sizeMicros / SHARE);
}

describe('refusals of the plan have names of their own', () => {
  const thin = (rig: Rig): void => {
    rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 0.01);
    rig.offer(0.01);
  };
  const gone = (rig: Rig): void => {
    for (const market of [0, 1, 2]) rig.setBook(market, 3_300, 3_400);
    rig.offer(10, { limitE4: 3_400 });
  };
  const cases: readonly (readonly [string, RigOptions, ((rig: Rig) => void)?])[] = [
    ['SPREAD', { options: { spreadE4Max: 99 } }],
    ['LEG_VALUE', { options: { legMicrosMin: 3 * SHARE + 1 } }],
    ['SIZE_BELOW_STEP', {}, thin],
    ['EDGE_GONE', {}, gone],
    ['EDGE_GONE', { options: { minEdgeMicros: SHARE } }],
    ['EDGE_GONE', { options: { redeemMicros: SHARE } }],
    ['EDGE_TOO_THIN', { options: { minEdgeBps: 1_000 } }],
    ['FEE_UNKNOWN', { markets: [{}, { fee: undefined }, {}] }],
    ['MARKET_CAP', { options: { marketMicrosMax: 900_000 } }],
    [
      'EVENT_CAP',
      { options: { eventMicrosMax: 2_900_000 }, markets: [{ event: 'e' }, { event: 'e' }, { event: 'e' }] },
    ],
    ['VENUE_CAP', { options: { venueMicrosMax: 2_900_000 } }],
    ['NOTIONAL_CAP', { limits: { basketNotionalMicros: 2_900_000 } }],
    ['CASH', { options: { cashShareBps: 29 } }],
  ];
  for (const [cause, change, provoke] of cases) {
    test(`${cause} with ${JSON.stringify(change)}`, () => {
      expect(refusalOf(change, provoke)).toEqual({ [cause]: 1 });
    });
  }

  test('GAP_SUSPECT: a pair that resolves alike is bought up to the gap, and one tick beyond it is a doubt', () => {
    const pair =
      (askE4: number) =>
      (rig: Rig): void => {
        const kindAt = rig.arena.at(L.REGION_BASKETS, 0) + L.BASKET_KIND;
        rig.arena.view.setUint32(kindAt, L.BASKET_KIND_SAME, true);
        rig.setBook(1, 6_000, askE4);
        rig.offer(10, { legs: [0, 1], limitE4: 6_400 });
      };
    expect(refusalOf({}, pair(6_400))).toEqual({ GAP_SUSPECT: 1 });
    expect(refusalOf({ options: { sameGapE4Max: 599 } }, pair(6_400))).toEqual({ GAP_SUSPECT: 1 });
    for (const options of [{ sameGapE4Max: 600 }, { sameGapE4Max: 10_000 }]) {
      const rig = new Rig({ options });
      rig.fillEverything();
      pair(6_400)(rig);
      rig.run();
      expect(rig.executor.refusals.toObject()).toEqual({});
      expect(sizesOf(rig)).toEqual([10, 10]);
    }
  });

  test('LEG_VALUE, not the end of the offers, when what is offered is no whole number of cents', () => {
    const odd = (rig: Rig): void => {
      rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 9.987_654);
      rig.offer(9.987_654);
    };
    expect(refusalOf({ options: { legMicrosMin: 3 * SHARE } }, odd)).toEqual({ LEG_VALUE: 1 });
  });

  test('a book in change is not planned from', () => {
    const inChange = (rig: Rig): void => {
      rig.offer(10);
      rig.arena.view.setUint32(rig.arena.at(L.REGION_BOOKS, 1) + L.BOOK_VERSION, 1, true);
    };
    expect(refusalOf({}, inChange)).toEqual({ BOOK_IN_CHANGE: 1 });
  });
});

test('at the limits exactly the basket is sent', () => {
  // 10 sets at 0.30 gain a dollar less 3 fees of 0.105, 6.85 per cent of what they pay; any leg may have to be redeemed.
  const fee = takerFeeMicrosRoundedUp(FEE, 3_000, 10 * SHARE);
  const edge = SHARE - 3 * fee;
  const rig = new Rig({
    options: {
      spreadE4Max: 100,
      legMicrosMin: 3 * SHARE,
      redeemMicros: 5_000,
      minEdgeMicros: edge - 15_000,
      minEdgeBps: 670,
    },
  });
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  expect(sizesOf(rig)).toEqual([10, 10, 10]);
});

describe('a basket is sized down to what may be spent', () => {
  const cases: readonly (readonly [string, RigOptions, number])[] = [
    // A leg of so many sets takes 0.30 a share, its fee, and a reserve for the roundings of its fills.
    ['a market', { options: { marketMicrosMax: 2_000_000 } }, 6.43],
    [
      'an event',
      { options: { eventMicrosMax: 6_000_000 }, markets: [{ event: 'e' }, { event: 'e' }, { event: 'e' }] },
      6.43,
    ],
    ['the venue', { options: { venueMicrosMax: 6_000_000 } }, 6.43],
    ['a basket', { limits: { basketNotionalMicros: 6_000_000 } }, 6.43],
    ['the cash', { options: { cashShareBps: 60 } }, 6.43],
    ['the size', { options: { basketSizeMicros: 6_430_000 } }, 6.43],
  ];
  for (const [what, change, about] of cases) {
    test(`of ${what}`, () => {
      const rig = new Rig(change);
      rig.fillEverything();
      rig.offer(10);
      rig.run();
      const sizes = sizesOf(rig);
      for (const size of sizes) expect(size).toBeGreaterThan(about - 0.05);
      for (const size of sizes) expect(size).toBeLessThanOrEqual(about + 0.01);
      // Three more would be too much now: what is open counts.
      expect(rig.executor.stats.basketsComplete).toBe(1);
      expectJournalEqualsLedger(rig);
    });
  }

  test('what is open in a market counts against its cap, reserved or bought', () => {
    const rig = new Rig({ options: { marketMicrosMax: 4_000_000, coolDownMs: 0 } });
    rig.fillEverything();
    rig.offer(10);
    rig.run();
    rig.run(1);
    rig.offer(10);
    rig.run();
    expect(rig.executor.refusals.toObject()).toEqual({ MARKET_CAP: 1 });
  });
});

test('legs that no common size fits are rounded each, and what one has beyond the sets is no lone leg', () => {
  // Cents of one leg are 1/30 of a share, of the others 1/29 and 1/31.
  const rig = new Rig({ markets: [{}, { tickRanges: uniformGrid(100) }, {}] });
  rig.setBook(1, 2_800, 2_900);
  rig.setBook(2, 3_000, 3_100);
  rig.fillEverything();
  rig.offer(6.45, { limitE4: 3_100 });
  rig.run();
  const sizes = sizesOf(rig);
  expect(new Set(sizes).size).toBeGreaterThan(1);
  const sets = Math.min(...sizes);
  expect(sets).toBeGreaterThan(6.4);
  for (const size of sizes) expect(size - sets).toBeLessThan(0.04);
  const { executor } = rig;
  expect(executor.stats).toMatchObject({ basketsComplete: 1, basketsUnwound: 0, unwindOrdersSent: 0 });
  expect(executor.exposures()).toEqual([]);
  expect(executor.ledger.baskets.get(1)!.setsMicros).toBe(sets * SHARE);
  expectJournalEqualsLedger(rig);
});

test('a leg of an odd size that filled alone is sold but for less than a hundredth of a share, and that ends the basket', () => {
  const rig = new Rig();
  rig.setBook(0, 2_800, 2_900);
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isBuy = batch.orders[0]!.side === 'BUY';
    rig.answer(batch, isBuy ? [true, false, false] : [true]);
    rig.trade(batch, 0, isBuy ? {} : { priceE4: 2_800 });
    const { orderId, sizeMicros } = batch.orders[0]!;
    if (!isBuy) rig.gateway.events.push({ kind: 'order', orderId, type: 'UPDATE', matchedMicros: sizeMicros });
  };
  rig.offer(6.45);
  rig.run();
  rig.run(1_000);
  const [bought, sold] = rig.gateway.batches.map(({ orders }) => orders[0]!.sizeMicros);
  expect(bought! % 10_000).not.toBe(0);
  expect(sold).toBe(Math.floor(bought! / 10_000) * 10_000);
  expect(rig.executor.stats).toMatchObject({ basketsUnwound: 1, basketsCarried: 0 });
  expect(rig.executor.busy()).toBe(false);
  expect(rig.breaker.isOpen()).toBe(false);
});

test('what a BUY sets aside covers its cost and fees at every price up to its limit, the builder’s too', () => {
  for (const builderBps of [undefined, 1, 30, 1_000]) {
    const fee = { ...FEE, builderBps };
    for (const limitE4 of [100, 3_000, 5_000, 7_000, 9_900]) {
      const most = spendMicrosMax({ fee, isFeePerOrder: true }, limitE4, 10 * SHARE);
      for (let priceE4 = 100; priceE4 <= limitE4; priceE4 += 100) {
        const spent = 10 * 100 * priceE4 + takerFeeMicrosRoundedUp(fee, priceE4, 10 * SHARE);
        expect(most, `${builderBps} bps, ${priceE4} of ${limitE4}`).toBeGreaterThanOrEqual(spent);
      }
      // And little more than that.
      const worst = 10 * 100 * limitE4 + takerFeeMicrosRoundedUp(fee, limitE4, 10 * SHARE);
      expect(most - worst).toBeLessThanOrEqual(takerFeeMicrosRoundedUp(FEE, 5_000, 10 * SHARE) + 20);
    }
  }
});
