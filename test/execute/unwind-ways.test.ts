// Each way out of an incomplete basket through the executor: what is sent, what the journal tells, what it did to the money.
import { expect, test } from 'vitest';
import type { UnwindRecord } from '../../engine/ledger/records.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { moneyFacts } from '../../engine/observe/execution-facts.ts';
import { pnlFacts } from '../../engine/observe/pnl-facts.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, FEE, Rig, type RigOptions, SHARE } from './rig.ts';

function unwindsOf(rig: Rig): UnwindRecord[] {
  return readJournal(rig.memory.toBytes()).records.filter((record) => record.type === 'unwind');
}

/** The first leg of ten sets fills alone; `then` is the state of the books after it. All further orders fill whole. */
function loneLeg(then: (rig: Rig) => void, options: RigOptions = {}): Rig {
  const rig = new Rig(options);
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isFirst = rig.gateway.batches.length === 1;
    rig.answer(batch, isFirst ? [true, false, false] : batch.orders.map(() => true));
    for (const index of batch.orders.keys()) if (!isFirst || index === 0) rig.trade(batch, index);
    if (isFirst) then(rig);
  };
  rig.offer(10);
  rig.run();
  return rig;
}

function ordersOf(rig: Rig, batch: number): unknown[] {
  return rig.gateway.batches[batch]!.orders.map(({ side, type, token, sizeMicros, limitE4 }) => {
    return [side, type, rig.nameOf(token), sizeMicros / SHARE, limitE4];
  });
}

test('a missing leg is bought when that brings most, and the journal tells what the other ways would have brought', () => {
  const rig = loneLeg((one) => {
    one.setBook(1, 2_900, 3_000);
    one.setBook(2, 2_900, 3_200);
  });
  expect(ordersOf(rig, 1)).toEqual([
    ['BUY', 'FAK', '1 YES', 10, 3_000],
    ['BUY', 'FAK', '2 YES', 10, 3_200],
  ]);
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, unwindsComplete: 1, unwindsSellBack: 0 });
  const [record] = unwindsOf(rig);
  expect(record).toMatchObject({ kind: 'complete', rootBatchId: 1, covers: [], refused: {} });
  // Ten shares at 0.29 less the fee; the pair costs 0.71 and its lock besides; the set pays 1 and costs 0.62.
  const fees = 10 * 0.05 * SHARE;
  expect(record!.pricesMicros).toEqual({
    sellBack: 2.9 * SHARE - fees * 0.29 * 0.71,
    complement: 2.9 * SHARE - fees * 0.29 * 0.71 - 25_000,
    complete: 3.8 * SHARE - fees * (0.3 * 0.7 + 0.32 * 0.68),
  });
  expect(rig.executor.exposures()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('where the offers are short a part is completed and the rest is sold back', () => {
  const rig = loneLeg((one) => {
    one.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 4);
    one.setBook(2, 2_900, 3_000);
  });
  expect(ordersOf(rig, 1)).toEqual([
    ['BUY', 'FAK', '1 YES', 4, 3_000],
    ['BUY', 'FAK', '2 YES', 4, 3_000],
  ]);
  rig.setBook(1, 2_900, L.NO_ASK_E4);
  rig.run(500);
  expect(ordersOf(rig, 2)).toEqual([['SELL', 'FAK', '0 YES', 6, 2_800]]);
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, unwindsComplete: 1, unwindsSellBack: 1 });
  expect(rig.executor.ledger.baskets.get(1)).toMatchObject({ setsMicros: 4 * SHARE });
  expect(rig.executor.exposures()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('the other outcome is bought when its fees are less than those of the sale, and the pair pays 1 in the end', () => {
  const dear = { fee: { ...FEE, builderBps: 1_000 } };
  const rig = loneLeg((one) => one.setBook(0, 9_000, 9_100), { markets: [dear, {}, {}] });
  expect(ordersOf(rig, 1)).toEqual([['BUY', 'FAK', '0 NO', 10, 1_000]]);
  const { executor } = rig;
  expect(executor.stats).toMatchObject({ basketsUnwound: 1, unwindsComplement: 1, basketsComplete: 0 });
  expect(unwindsOf(rig)[0]).toMatchObject({ kind: 'complement', covers: [{ marketIndex: 0, view: L.VIEW_NO }] });
  expect([executor.exposures(), executor.busy()]).toEqual([[], false]);
  const { feesMicros, baskets } = executor.ledger;
  const won = 10 * SHARE - 4 * SHARE - feesMicros;
  expect(baskets.get(1)).toMatchObject({ lockedMicros: won, unwindCostMicros: -won });
  expect(moneyFacts(executor)).toMatchObject({ lockedMicros: 6 * SHARE, openMicros: 0, pnlMicros: won });
  rig.resolve(0, 10_000);
  rig.run(200);
  rig.pay();
  rig.run(200);
  expect(executor.ledger.cashMicros).toBe(1_000 * SHARE + won);
  expect(moneyFacts(executor)).toMatchObject({ lockedMicros: 0, openMicros: 0, pnlMicros: won });
  expectJournalEqualsLedger(rig);
});

const FOUR = [{}, {}, {}, {}];

test('a lone leg is hedged in a market that is the same when that brings most', () => {
  const rig = loneLeg(
    (one) => {
      one.setSame(0, 3);
      one.setBook(3, 3_300, 3_400, L.BOOK_SYNCED, 6);
    },
    { markets: FOUR },
  );
  expect(ordersOf(rig, 1)).toEqual([['BUY', 'FAK', '3 NO', 6, 6_700]]);
  rig.setBook(3, 2_700, 2_800);
  rig.run(500);
  expect(ordersOf(rig, 2)).toEqual([['SELL', 'FAK', '0 YES', 4, 2_800]]);
  expect(rig.executor.stats).toMatchObject({ unwindsHedge: 1, unwindsSellBack: 1, basketsUnwound: 1 });
  expect(rig.executor.exposures()).toEqual([]);
  expect(rig.executor.ledger.baskets.holdings(1)).toMatchObject([
    { sizeMicros: 6 * SHARE, pairedMicros: 6 * SHARE },
    { sizeMicros: 6 * SHARE, pairedMicros: 6 * SHARE },
  ]);
  expectJournalEqualsLedger(rig);
});

test('a hedge at a venue that takes no orders from here is priced, told with the reason, and not sent', () => {
  const rig = loneLeg(
    (one) => {
      one.setSame(0, 3);
      one.setBook(3, 3_300, 3_400);
    },
    { markets: [{}, {}, {}, { id: 'kalshi:KXA', venue: 'kalshi', yesToken: 'KXA', noToken: 'KXA/no' }] },
  );
  expect(ordersOf(rig, 1)).toEqual([['SELL', 'FAK', '0 YES', 10, 2_800]]);
  const [record] = unwindsOf(rig);
  expect(record).toMatchObject({ kind: 'sellBack', refused: { hedge: 'VENUE_READONLY' } });
  expect(record!.pricesMicros['hedge']).toBeGreaterThan(3.1 * SHARE);
});

test('a twin whose price differs too much is a doubt and no hedge', () => {
  const rig = loneLeg(
    (one) => {
      one.setSame(0, 3);
      one.setBook(3, 3_600, 3_700);
    },
    { markets: FOUR },
  );
  expect(ordersOf(rig, 1)).toEqual([['SELL', 'FAK', '0 YES', 10, 2_800]]);
  expect(unwindsOf(rig)[0]!.pricesMicros['hedge']).toBeUndefined();
});

test('a cover whose leg is taken back by its venue is lone itself, and is sold', () => {
  const rig = loneLeg(
    (one) => {
      one.setSame(0, 3);
      one.setBook(3, 3_300, 3_400);
    },
    { markets: FOUR },
  );
  rig.trade(rig.gateway.batches[0]!, 0, { tradeId: 'trade1', status: 'FAILED' });
  rig.run(500);
  expect(ordersOf(rig, 2)).toEqual([['SELL', 'FAK', '3 NO', 10, 6_500]]);
  expect(rig.executor.exposures()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('while the venue takes nothing and does not say why a lone leg is carried and measured, and it is unwound when it is back', () => {
  const halt = (one: Rig): void => {
    one.gateway.isReady = false;
  };
  const rig = loneLeg(halt, { options: { unwindWaitMs: 5_000 } });
  const began = rig.clock.nowNs();
  for (let step = 0; step < 120; step += 1) rig.run(1_000);
  expect(rig.gateway.batches).toHaveLength(1);
  expect(rig.executor.exposures()).toMatchObject([{ sizeMicros: 10 * SHARE, carried: true }]);
  expect(rig.breaker.describe().causes).toContain('unwindFailed');
  expect(unwindsOf(rig).map(({ kind }) => kind)).toEqual(['carry']);
  const heldMs = (rig.clock.nowNs() - began) / 1e6;
  expect(rig.executor.work.unhedged(rig.clock.nowNs())).toEqual({
    ...{ nowMicros: 3 * SHARE, microDollarMs: 3 * SHARE * heldMs, longestMs: heldMs },
  });
  rig.gateway.isReady = true;
  // Offers are back too: with the breaker open nothing is bought.
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.run(1_000);
  expect(ordersOf(rig, 1)).toEqual([['SELL', 'FAK', '0 YES', 10, 2_800]]);
  rig.run(1_000);
  expect([rig.executor.exposures(), rig.executor.stats.basketsCarried]).toEqual([[], 0]);
  expect(unwindsOf(rig)[1]).toMatchObject({ kind: 'sellBack', refused: { complete: 'BREAKER_OPEN' } });
  expect(rig.executor.work.unhedged(rig.clock.nowNs())).toMatchObject({ nowMicros: 0, longestMs: heldMs + 1_000 });
  expectJournalEqualsLedger(rig);
});

test('an unwind that would lose more than its bound is not sent, and the reason is told', () => {
  const rig = loneLeg(() => undefined, { options: { unwindLossMicrosMax: 200_000, unwindWaitMs: 1_000 } });
  for (let step = 0; step < 8; step += 1) rig.run(250);
  expect(rig.gateway.batches).toHaveLength(1);
  expect(unwindsOf(rig)[0]).toMatchObject({ kind: 'carry', refused: { sellBack: 'LOSS_BOUND' } });
  expect(rig.executor.exposures()).toMatchObject([{ carried: true }]);
});

/** A complete basket whose third trade fails; the first two are confirmed before it or not. */
function failedLeg(isConfirmed: boolean): Rig {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  const [batch] = rig.gateway.batches;
  for (const index of isConfirmed ? [0, 1] : []) {
    rig.trade(batch!, index, { tradeId: `trade${index + 1}`, status: 'CONFIRMED' });
  }
  rig.trade(batch!, 2, { tradeId: 'trade3', status: 'FAILED' });
  rig.run(500);
  return rig;
}

test('a leg that failed is not bought again while another is matched and not confirmed', () => {
  const rig = failedLeg(false);
  expect(ordersOf(rig, 1)).toEqual([
    ['SELL', 'FAK', '0 YES', 10, 2_800],
    ['SELL', 'FAK', '1 YES', 10, 2_800],
  ]);
  expect(unwindsOf(rig)[0]!.pricesMicros['complete']).toBeUndefined();
  expectJournalEqualsLedger(rig);
});

test('a leg that failed is bought again once all others are confirmed', () => {
  const rig = failedLeg(true);
  expect(ordersOf(rig, 1)).toEqual([['BUY', 'FAK', '2 YES', 10, 3_000]]);
  expect(rig.executor.stats).toMatchObject({ unwindsComplete: 1 });
  expectJournalEqualsLedger(rig);
});

test('P&L is told per basket and UTC day: booked on its day, the rest at what selling it would bring, or unmarked', () => {
  const rig = loneLeg((one) => Object.assign(one.gateway, { isReady: false }), { options: { unwindWaitMs: 600_000 } });
  const { executor } = rig;
  const { feesMicros } = executor.ledger;
  const saleMicros = 2.9 * SHARE - 0.05 * SHARE * 10 * 0.29 * 0.71;
  const open = { realisedMicros: -feesMicros, lockedMicros: 0, openMicros: saleMicros - 3 * SHARE };
  const first = pnlFacts(executor);
  expect(first.baskets).toMatchObject([
    { rootBatchId: 1, ...open, unmarked: 0, pnlMicros: open.openMicros - feesMicros },
  ]);
  expect(first.days).toMatchObject([{ day: '2026-05-28', baskets: 1, feesMicros, ...open }]);
  rig.setBook(0, 2_900, 3_000, L.BOOK_STALE);
  expect(pnlFacts(executor)).toMatchObject({ unmarked: 1, openMicros: -3 * SHARE });
  rig.setBook(0, 2_900, 3_000);
  executor.keepMarks();
  rig.setBook(0, 2_900, 3_000, L.BOOK_STALE);
  expect(pnlFacts(executor)).toMatchObject({ unmarked: 0, openMicros: open.openMicros });
  // The next day; the sale fills at its limit.
  rig.clock.advanceTo(rig.clock.nowNs() + 86_400_000 * 1e6);
  rig.setBook(0, 2_900, 3_000);
  rig.gateway.isReady = true;
  for (let step = 0; step < 4; step += 1) rig.run(500);
  const { days, baskets } = pnlFacts(executor);
  const soldFee = executor.ledger.feesMicros - feesMicros;
  expect(days).toMatchObject([
    { day: '2026-05-28', baskets: 1, realisedMicros: -feesMicros, openMicros: 0 },
    { day: '2026-05-29', baskets: 0, realisedMicros: -200_000 - soldFee, feesMicros: soldFee },
  ]);
  const pnlMicros = executor.ledger.cashMicros - 1_000 * SHARE;
  expect(baskets).toMatchObject([{ pnlMicros, unwindCostMicros: -pnlMicros, feesMicros: feesMicros + soldFee }]);
  expect(moneyFacts(executor).pnlMicros).toBe(pnlMicros);
  expectJournalEqualsLedger(rig);
});
