// Lone legs of baskets at two venues: hedged at the other one, completed at both, waited for while a venue says that it is halted.
import { expect, test } from 'vitest';
import type { UnwindRecord } from '../../engine/ledger/records.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { moneyFacts } from '../../engine/observe/execution-facts.ts';
import type { OrderBatch } from '../../engine/venue/contract.ts';
import { orderFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { kalshiOutcome } from '../../engine/venue/kalshi/outcome.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, type Rig, type ScriptedGateway, SHARE } from './rig.ts';
import { fill, KALSHI_FEE, TICKER, twoVenues } from './two-venues.ts';

function unwindsOf(rig: Rig): UnwindRecord[] {
  return readJournal(rig.memory.toBytes()).records.filter((record) => record.type === 'unwind');
}

function ordersOf({ orders }: OrderBatch): unknown[] {
  return orders.map(({ side, type, token, sizeMicros, limitE4 }) => [side, type, token, sizeMicros / SHARE, limitE4]);
}

interface Case {
  readonly legs: number[];
  /** What fills of the legs at each venue; all orders after them fill whole. */
  readonly polymarketFills: number[];
  /** Undefined: no leg lies there. */
  readonly kalshiFills?: number[];
  /** The books once the first orders are out. */
  after(rig: Rig, kalshi: ScriptedGateway): void;
}

/** Ten sets of one basket whose first orders fill in part. */
function loneLeg({ legs, polymarketFills, kalshiFills, after }: Case) {
  const both = twoVenues({ options: { crossVenue: 'together' } });
  const { rig, kalshi, polymarket } = both;
  const first = [polymarketFills, kalshiFills];
  for (const [at, gateway] of [polymarket, kalshi].entries()) {
    gateway.onSubmit = (batch) => fill(rig, gateway, batch, gateway.batches.length === 1 ? first[at] : undefined);
  }
  rig.offer(10, { legs });
  rig.executor.doWork(rig.clock.nowNs());
  after(rig, kalshi);
  rig.run();
  return both;
}

test('a lone leg is hedged at the other venue, by a request of its own there that its cash pays', () => {
  const { rig, kalshi, polymarket } = loneLeg({
    ...{ legs: [0, 2], polymarketFills: [1, 0] },
    after: (one) => {
      one.setSame(0, 1);
      one.setBook(2, 2_900, L.NO_ASK_E4);
      one.setBook(1, 3_300, 3_400);
    },
  });
  expect(polymarket.batches).toHaveLength(1);
  expect(kalshi.batches.map(ordersOf)).toEqual([[['BUY', 'FAK', kalshiOutcome(TICKER, L.VIEW_NO), 10, 6_700]]]);
  const { executor } = rig;
  expect(executor.stats).toMatchObject({ unwindsHedge: 1, basketsUnwound: 1 });
  expect([executor.exposures(), rig.breaker.inFlight()]).toEqual([[], []]);
  const feeMicros = orderFeeMicrosRoundedUp(KALSHI_FEE, [[6_700, 10 * SHARE]]);
  expect(executor.ledger.venue('kalshi').cashMicros).toBe(100 * SHARE - 6.7 * SHARE - feeMicros);
  const { lockedMicros } = executor.ledger.baskets.get(1)!;
  expect(lockedMicros).toBe(10 * SHARE - 9.7 * SHARE - executor.ledger.feesMicros);
  expect(moneyFacts(executor)).toMatchObject({ pnlMicros: lockedMicros, openMicros: 0, unmarked: 0 });
  expectJournalEqualsLedger(rig);
});

test('what is missing at two venues is bought by one request at each, or none of it when one takes no orders', () => {
  for (const isHalted of [false, true]) {
    const { rig, kalshi, polymarket } = loneLeg({
      ...{ legs: [0, 1, 2], polymarketFills: [1, 0], kalshiFills: [0] },
      after: (_, two) => {
        if (isHalted) two.stateNow = 'halted';
      },
    });
    const { stats } = rig.executor;
    if (isHalted) {
      expect(polymarket.batches.slice(1).flatMap(ordersOf)).toMatchObject([
        ['SELL', 'FAK', expect.anything(), 10, 2_800],
      ]);
      expect(kalshi.batches).toHaveLength(1);
      expect(unwindsOf(rig)).toMatchObject([{ kind: 'sellBack', refused: { complete: 'VENUE_HALTED' } }]);
    } else {
      const missing = rig.markets.outcomeOf(2, L.VIEW_YES);
      expect(kalshi.batches.slice(1).map(ordersOf)).toEqual([[['BUY', 'FAK', TICKER, 10, 3_000]]]);
      expect(polymarket.batches.slice(1).map(ordersOf)).toEqual([[['BUY', 'FAK', missing, 10, 3_000]]]);
      expect(rig.executor.ledger.baskets.get(1)).toMatchObject({ setsMicros: 10 * SHARE });
    }
    expect(stats).toMatchObject({ unwindsComplete: isHalted ? 0 : 1, basketsComplete: isHalted ? 0 : 1 });
    expect([rig.executor.exposures(), rig.breaker.inFlight()]).toEqual([[], []]);
    expectJournalEqualsLedger(rig);
  }
});

test('a venue that says that it is halted is waited for without a trip; when it is back the leg is sold, or the wait begins', () => {
  for (const bidE4 of [2_900, 0]) {
    const { rig, polymarket } = loneLeg({
      ...{ legs: [0, 1], polymarketFills: [1], kalshiFills: [0] },
      after: (one) => {
        one.gateway.stateNow = 'halted';
        one.setBook(1, 2_900, L.NO_ASK_E4);
      },
    });
    for (let second = 0; second < 120; second += 1) rig.run(1_000);
    expect(polymarket.batches).toHaveLength(1);
    expect(rig.breaker.describe().causes).not.toContain('unwindFailed');
    expect(rig.executor.exposures()).toMatchObject([{ sizeMicros: 10 * SHARE, carried: false }]);
    expect(unwindsOf(rig)).toMatchObject([{ kind: 'carry', refused: { sellBack: 'VENUE_HALTED' } }]);
    polymarket.stateNow = 'open';
    rig.setBook(0, bidE4, 3_000);
    for (let second = 0; second < 29; second += 1) rig.run(1_000);
    expect(rig.breaker.describe().causes).not.toContain('unwindFailed');
    for (let second = 0; second < 3; second += 1) rig.run(1_000);
    const isSold = bidE4 > 0;
    expect(polymarket.batches.slice(1)).toHaveLength(isSold ? 1 : 0);
    expect(rig.breaker.describe().causes.includes('unwindFailed')).toBe(!isSold);
    expect(rig.executor.exposures()).toMatchObject(isSold ? [] : [{ carried: true }]);
    expectJournalEqualsLedger(rig);
  }
});
