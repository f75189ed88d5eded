// The executor from opportunity to outcome, at its public seams: ring, gateway, journal, ledger.
import { expect, test } from 'vitest';
import { CAUSE_GUARD_WORD, CAUSE_INVARIANT, CAUSE_JOURNAL_ERROR, CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { latencyOf } from '../../engine/memory/histogram.ts';
import { moneyFacts } from '../../engine/observe/execution-facts.ts';
import { takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, FEE, MS, Rig, SHARE } from './rig.ts';

test('a basket whose legs all fill is held, with its cost, fees and locked profit to the micro-dollar', () => {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  const { executor } = rig;
  const fee = 3 * takerFeeMicrosRoundedUp(FEE, 3_000, 10 * SHARE);
  expect(rig.gateway.batches).toHaveLength(1);
  expect(rig.gateway.batches[0]!.orders.map(({ side, type, sizeMicros }) => [side, type, sizeMicros])).toEqual(
    Array.from({ length: 3 }, () => ['BUY', 'FOK', 10 * SHARE]),
  );
  expect(executor.stats).toMatchObject({ basketsComplete: 1, fills: 3, ordersSent: 3, basketsMissed: 0 });
  expect(executor.ledger.cashMicros).toBe(1_000 * SHARE - 9 * SHARE - fee);
  expect(executor.ledger.feesMicros).toBe(fee);
  expect(executor.ledger.reservedMicros).toBe(0);
  expect(executor.ledger.baskets.get(1)!.lockedMicros).toBe(SHARE - fee);
  expect(rig.breaker.inFlight()).toEqual([]);
  expect(executor.busy()).toBe(false);
  expectJournalEqualsLedger(rig);
});

test('the intent is durable before the order is submitted, and the journal ends with every outcome', () => {
  const order: string[] = [];
  const rig = new Rig();
  const memory = rig.memory;
  rig.gateway.onSubmit = (batch) => {
    const { records } = readJournal(memory.toBytes());
    const intent = records.find((record) => record.type === 'intent');
    order.push(...(intent?.type === 'intent' ? intent.orders.map(({ orderId }) => orderId) : []));
    expect(order).toEqual(batch.orders.map(({ orderId }) => orderId));
  };
  rig.offer();
  rig.run();
  expect(order).toHaveLength(3);
});

test('a journal that cannot be synced trips the breaker and nothing is submitted', () => {
  let syncs = 0;
  const sink = {
    write: (bytes: Uint8Array) => bytes.length,
    sync: () => {
      syncs += 1;
      if (syncs > 1) throw new Error('EIO: i/o error, fdatasync');
    },
    close: () => undefined,
  };
  const rig = new Rig({ sink });
  rig.offer();
  rig.run();
  expect(syncs).toBe(2);
  expect(rig.gateway.batches).toHaveLength(0);
  expect(rig.breaker.causes() & CAUSE_JOURNAL_ERROR).not.toBe(0);
  expect(rig.executor.journalError).toContain('EIO');
  expect(rig.executor.refusals.toObject()).toEqual({ BREAKER_OPEN: 1 });
});

test('a basket that nobody fills is a miss: no cash moves and its reservation is free again', () => {
  const rig = new Rig();
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [false, false, false]);
  };
  rig.offer();
  rig.run();
  expect(rig.executor.stats).toMatchObject({ basketsMissed: 1, fills: 0 });
  expect(rig.executor.ledger.availableMicros).toBe(1_000 * SHARE);
  expectJournalEqualsLedger(rig);
});

test('a leg filled alone is sold back at the best bid, and the loss and fees are in the basket', () => {
  const rig = new Rig();
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const buying = batch.orders[0]!.side === 'BUY';
    rig.answer(batch, buying ? [true, false, false] : [true]);
    rig.trade(batch, 0, buying ? {} : { priceE4: 2_900 });
    const { orderId, sizeMicros } = batch.orders[0]!;
    if (!buying) rig.gateway.events.push({ kind: 'order', orderId, type: 'UPDATE', matchedMicros: sizeMicros });
  };
  rig.offer(10);
  rig.run();
  rig.run(1_000);
  const [, unwind] = rig.gateway.batches;
  const fees = takerFeeMicrosRoundedUp(FEE, 3_000, 10 * SHARE) + takerFeeMicrosRoundedUp(FEE, 2_900, 10 * SHARE);
  expect(unwind!.orders).toHaveLength(1);
  expect(unwind!.orders[0]).toMatchObject({ side: 'SELL', type: 'FAK', sizeMicros: 10 * SHARE, limitE4: 2_800 });
  expect(rig.executor.stats).toMatchObject({ basketsUnwound: 1, basketsComplete: 0, unwindOrdersSent: 1 });
  expect(rig.executor.ledger.realisedMicros).toBe(-100_000);
  expect(rig.executor.ledger.baskets.get(1)!.lockedMicros).toBe(-100_000 - fees);
  expect(rig.executor.exposures()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('an unwind passes a tripped breaker while new baskets are refused', () => {
  const rig = new Rig();
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    if (batch.orders[0]!.side === 'SELL') return;
    rig.breaker.trip(CAUSE_MANUAL, 0);
    rig.answer(batch, [true, false, false]);
    rig.trade(batch, 0);
  };
  rig.offer();
  rig.run();
  rig.run(2_000);
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.offer();
  rig.run();
  expect(rig.gateway.batches.map(({ orders }) => orders[0]!.side)).toEqual(['BUY', 'SELL']);
  expect(rig.executor.refusals.get('BREAKER_OPEN')).toBe(1);
  expect(rig.executor.exposures()).toMatchObject([{ sizeMicros: 10 * SHARE, carried: false }]);
});

test('an unwind that never fills stops after its attempts, trips the breaker and stays reported', () => {
  const rig = new Rig({ options: { unwindAttempts: 3, unwindPauseMs: 100 } });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, batch.orders[0]!.side === 'BUY' ? [true, false, false] : [false]);
    if (batch.orders[0]!.side === 'BUY') rig.trade(batch, 0);
  };
  rig.offer();
  for (let step = 0; step < 20; step += 1) rig.run(200);
  expect(rig.gateway.batches).toHaveLength(1 + 3);
  expect(rig.breaker.describe().causes).toContain('unwindFailed');
  expect(rig.executor.exposures()).toMatchObject([{ sizeMicros: 10 * SHARE, carried: true }]);
  expect(rig.executor.stats.basketsCarried).toBe(1);
});

for (const [why, hinder, free] of [
  [
    'the gateway is busy',
    (rig: Rig) => Object.assign(rig.gateway, { isReady: false }),
    (rig: Rig) => Object.assign(rig.gateway, { isReady: true }),
  ],
  [
    'its book is STALE',
    (rig: Rig) => rig.setBook(0, 2_900, 3_000, L.BOOK_STALE),
    (rig: Rig) => rig.setBook(0, 2_900, 3_000),
  ],
  ['nobody bids', (rig: Rig) => rig.setBook(0, 0, 3_000), (rig: Rig) => rig.setBook(0, 2_900, 3_000)],
  [
    'its book is in change',
    (rig: Rig) => rig.arena.view.setUint32(rig.arena.at(L.REGION_BOOKS, 0) + L.BOOK_VERSION, 1, true),
    (rig: Rig) => rig.arena.view.setUint32(rig.arena.at(L.REGION_BOOKS, 0) + L.BOOK_VERSION, 2, true),
  ],
] as const) {
  const hindered = (): Rig => {
    const rig = new Rig({ options: { unwindAttempts: 1, unwindPauseMs: 100, unwindWaitMs: 5_000 } });
    rig.gateway.onSubmit = (batch) => {
      rig.sent(batch);
      if (batch.orders[0]!.side === 'SELL') return;
      rig.answer(batch, [true, false, false]);
      rig.trade(batch, 0);
      hinder(rig);
    };
    rig.offer();
    rig.run();
    for (let step = 0; step < 20; step += 1) rig.run(200);
    return rig;
  };

  test(`an unwind waits without using up attempts while ${why}`, () => {
    const rig = hindered();
    expect(rig.gateway.batches).toHaveLength(1);
    expect(rig.executor.exposures()).toMatchObject([{ carried: false }]);
    free(rig);
    rig.run(200);
    expect(rig.gateway.batches).toHaveLength(2);
    expect(rig.breaker.isOpen()).toBe(false);
  });

  test(`an unwind that waits too long is carried and trips the breaker: ${why}`, () => {
    const rig = hindered();
    for (let step = 0; step < 10; step += 1) rig.run(200);
    expect(rig.gateway.batches).toHaveLength(1);
    expect(rig.executor.exposures()).toMatchObject([{ carried: true }]);
    expect(rig.breaker.describe().causes).toContain('unwindFailed');
  });
}

/** A lone leg of market 0, whose book is STALE since. */
function loneLeg(): Rig {
  const rig = new Rig({ options: { unwindPauseMs: 100, unwindWaitMs: 1_000 } });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [true, false, false]);
    rig.trade(batch, 0);
    rig.setBook(0, 2_900, 3_000, L.BOOK_STALE);
  };
  rig.offer();
  rig.run();
  return rig;
}

test('a lone leg of a market that is over without a winner is carried, without a trip, until it is paid', () => {
  const rig = loneLeg();
  rig.resolve(0);
  for (let step = 0; step < 10; step += 1) rig.run(200);
  expect(rig.executor.exposures()).toMatchObject([{ sizeMicros: 10 * SHARE, carried: true }]);
  expect([rig.breaker.isOpen(), rig.executor.stats.basketsCarried]).toEqual([false, 1]);
  rig.resolve(0, 10_000);
  rig.run(200);
  rig.pay();
  rig.run(200);
  expect([rig.breaker.isOpen(), rig.executor.exposures()]).toEqual([false, []]);
  // What is paid in the end counts as that alone.
  expect(rig.executor.stats).toMatchObject({ basketsCarried: 0, basketsPaid: 1, basketsUnwound: 0 });
});

test('a lone leg that nobody bought back and its market paid is paid, and not unwound', () => {
  const rig = new Rig({ options: { unwindPauseMs: 100, unwindAttempts: 6 } });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isBuy = batch.orders[0]!.side === 'BUY';
    rig.answer(batch, [isBuy, false, false].slice(0, batch.orders.length));
    if (isBuy) rig.trade(batch, 0);
  };
  rig.offer();
  rig.run();
  rig.run(200);
  expect(rig.executor.stats.unwindOrdersSent).toBeGreaterThan(0);
  rig.setBook(0, 2_900, 3_000, L.BOOK_STALE);
  rig.resolve(0, 10_000);
  rig.run(200);
  rig.pay();
  rig.run(200);
  expect(rig.executor.stats).toMatchObject({ basketsPaid: 1, basketsUnwound: 0, basketsCarried: 0, basketsMissed: 0 });
  expect(rig.executor.exposures()).toEqual([]);
});

const KALSHI = { id: 'kalshi:KXA', venue: 'kalshi' } as const;
test('a venue whose feeds are silent trips the breaker, however much another one tells', () => {
  const rig = new Rig({ markets: [{}, {}, KALSHI] });
  const go = (seconds: number, speaking: readonly number[]): void => {
    for (let second = 0; second < seconds; second += 1) {
      for (const market of speaking) rig.setBook(market, 2_900, 3_000);
      rig.run(1_000);
    }
  };
  go(65, [1, 2]);
  expect(rig.breaker.describe().causes).toEqual([]);
  go(65, [2]);
  expect(rig.breaker.describe().causes).toEqual(['staleFeeds']);
});

test('a venue all of whose markets are over is not missed', () => {
  const rig = new Rig({ markets: [{}, {}, KALSHI] });
  for (const market of [0, 1]) rig.resolve(market, 0);
  for (let second = 0; second < 65; second += 1) {
    rig.setBook(2, 2_900, 3_000);
    rig.run(1_000);
  }
  expect(rig.breaker.describe().causes).toEqual([]);
});

test('a trade on our account that we did not order trips the breaker', () => {
  const rig = new Rig();
  const event = {
    kind: 'trade',
    tradeId: 't',
    orderId: '0xother',
    token: '1',
    side: 'BUY',
    status: 'MATCHED',
  } as const;
  rig.gateway.events.push({ ...event, priceE4: 5_000, sizeMicros: SHARE });
  rig.run();
  expect(rig.breaker.causes()).toBe(CAUSE_INVARIANT);
});

test('a guard word written over trips the breaker in the next duty cycle', () => {
  const rig = new Rig();
  rig.run();
  expect(rig.breaker.isOpen()).toBe(false);
  rig.arena.u32[(L.GUARD_HIGH_AT >> 2) + 3] = 0;
  rig.run();
  expect(rig.breaker.causes()).toBe(CAUSE_GUARD_WORD);
});

test('opportunities are refused by name before an intent is made', () => {
  const cases: [string, (rig: Rig) => void][] = [
    ['OPPORTUNITY_TOO_OLD', (rig) => rig.offer(10, { recvNs: rig.clock.nowNs() - 251 * MS })],
    ['EDGE_GONE', (rig) => rig.offer(10, { limitE4: 2_950 })],
    ['ORDER_RULES', (rig) => rig.offer(3)],
    ['TOO_MANY_LEGS', (rig) => rig.offer(10, { legs: Array.from({ length: 16 }, () => 0) })],
  ];
  for (const [cause, provoke] of cases) {
    const rig = new Rig();
    provoke(rig);
    rig.run();
    expect(rig.executor.refusals.toObject()).toEqual({ [cause]: 1 });
    expect(readJournal(rig.memory.toBytes()).records.map(({ type }) => type)).toEqual(['deposit', 'day']);
  }
});

test('a basket is tried again only after its cool-down, and no more baskets than allowed are open', () => {
  const rig = new Rig({ options: { openBaskets: 1, coolDownMs: 1_000 } });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [false, false, false]);
  };
  rig.offer();
  rig.run();
  rig.run(999);
  rig.offer();
  rig.run();
  expect(rig.executor.refusals.toObject()).toEqual({ COOL_DOWN: 1 });
  rig.gateway.onSubmit = (batch) => rig.sent(batch);
  rig.run(1);
  rig.offer();
  rig.run();
  rig.run(1_001);
  rig.offer();
  rig.run();
  expect(rig.gateway.batches).toHaveLength(2);
  expect(rig.executor.refusals.toObject()).toEqual({ COOL_DOWN: 1, MAX_OPEN_BASKETS: 1 });
});

test('a batch that the gate refuses after its intent is journalled with the cause and leaves no reservation', () => {
  const rig = new Rig();
  const { memory } = rig;
  const sync = memory.sync;
  memory.sync = () => {
    sync();
    // The breaker opens between the early screen and the gate, while the intents become durable.
    rig.breaker.trip(CAUSE_MANUAL, 0);
  };
  rig.offer();
  rig.run();
  const { records } = readJournal(memory.toBytes());
  expect(rig.gateway.batches).toEqual([]);
  expect(records.filter(({ type }) => type === 'intent' || type === 'gate')).toMatchObject([
    { type: 'intent', batchId: 1 },
    { type: 'gate', batchId: 1, cause: 'BREAKER_OPEN' },
  ]);
  expect(rig.executor.refusals.toObject()).toEqual({ BREAKER_OPEN: 1 });
  expect(rig.executor.ledger.availableMicros).toBe(1_000 * SHARE);
  expect(rig.breaker.inFlight()).toEqual([]);
});

test('losses beyond the limit of the run trip the breaker by name', () => {
  const rig = new Rig({ limits: { realisedLossRunMicros: 150_000 } });
  rig.gateway.onSubmit = (batch) => {
    const buying = batch.orders[0]!.side === 'BUY';
    rig.answer(batch, buying ? [true, false, false] : [true]);
    rig.trade(batch, 0, buying ? {} : { priceE4: 2_900 });
    if (buying) return;
    const { orderId, sizeMicros } = batch.orders[0]!;
    rig.gateway.events.push({ kind: 'order', orderId, type: 'UPDATE', matchedMicros: sizeMicros });
  };
  rig.offer(10);
  rig.run();
  rig.run(500);
  expect(rig.breaker.describe()).toMatchObject({
    open: true,
    causes: ['realisedLossRun', 'realisedLossDay'].slice(0, 1),
  });
  const { records } = readJournal(rig.memory.toBytes());
  expect(records.filter(({ type }) => type === 'breaker')).toMatchObject([
    { event: 'trip', causes: ['realisedLossRun'] },
  ]);
});

test('stage latencies count the opportunity as found and as taken up, the gate, the last byte and the last outcome', () => {
  const rig = new Rig();
  rig.fillEverything();
  const recvNs = rig.clock.nowNs();
  rig.clock.advanceTo(recvNs + 2 * MS);
  rig.offer(10, { recvNs, detectNs: recvNs + MS / 2 });
  rig.run();
  expect(latencyOf(rig.arena, L.STAGE_FOUND)).toMatchObject({ count: 1, max: MS / 2 });
  expect(latencyOf(rig.arena, L.STAGE_HAND_OVER)).toMatchObject({ count: 1, max: 1.5 * MS });
  for (const stage of [L.STAGE_OPPORTUNITY, L.STAGE_SENT])
    expect(latencyOf(rig.arena, stage)).toMatchObject({ count: 1, max: 2 * MS });
  for (const stage of [L.STAGE_GATE, L.STAGE_OUTCOME]) expect(latencyOf(rig.arena, stage)).toMatchObject({ count: 1 });
});

test('what is held of resolved markets is asked for once, and paid once, whatever is told again', () => {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  const { ledger, stats } = rig.executor;
  const [fees, locked] = [ledger.feesMicros, ledger.baskets.lockedMicros()];
  for (const market of [0, 1, 2]) rig.resolve(market, market === 1 ? 10_000 : 0);
  rig.run(200);
  expect(rig.gateway.resolutions.map(({ marketIndex, yesPayoutE4 }) => [marketIndex, yesPayoutE4])).toEqual([
    [0, 0],
    [1, 10_000],
    [2, 0],
  ]);
  expect([stats.marketsUnpaid, stats.tokensPaid]).toEqual([3, 0]);
  const told = [...rig.gateway.resolutions];
  rig.pay();
  rig.run(200);
  expect([stats.marketsUnpaid, stats.tokensPaid]).toEqual([0, 3]);
  expect([ledger.realisedMicros, ledger.cashMicros, ledger.openNotionalMicros]).toEqual([
    SHARE,
    1_001 * SHARE - fees,
    0,
  ]);
  // What the complete sets were sure to win is what they won, and money is told once.
  expect(ledger.baskets.lockedMicros()).toBe(locked);
  expect(moneyFacts(rig.executor)).toMatchObject({ lockedMicros: 0, openMicros: 0, pnlMicros: SHARE - fees });
  const cash = ledger.cashMicros;
  rig.gateway.resolutions.push(...told);
  rig.pay();
  rig.run(200);
  expect([ledger.cashMicros, stats.tokensPaid, rig.gateway.resolutions]).toEqual([cash, 3, []]);
  expectJournalEqualsLedger(rig);
});

test('while some of a set are paid and some are not, its money is told once at each step', () => {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  const sure = moneyFacts(rig.executor).pnlMicros;
  for (const [market, yesPayoutE4] of [
    [2, 0],
    [1, 10_000],
    [0, 0],
  ] as const) {
    rig.resolve(market, yesPayoutE4);
    rig.run(200);
    rig.pay();
    rig.run(200);
    const { pnlMicros } = moneyFacts(rig.executor);
    // After the winner the other legs are worth their bids until they are paid nothing.
    if (market === 1) expect(pnlMicros).toBeGreaterThanOrEqual(sure);
    else expect(pnlMicros).toBe(sure);
  }
});

test('a market that splits pays the stated half', () => {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  const cash = rig.executor.ledger.cashMicros;
  rig.resolve(0, 5_000);
  rig.run(200);
  rig.pay();
  rig.run();
  expect(rig.executor.ledger.cashMicros).toBe(cash + 5 * SHARE);
  expectJournalEqualsLedger(rig);
});

test('a market that is over without a known winner stays open, counted, and is paid when the winner is told', () => {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  rig.resolve(0);
  rig.run(200);
  expect([rig.gateway.resolutions, rig.executor.stats.marketsUnpaid]).toEqual([[], 1]);
  rig.resolve(0, 10_000);
  rig.run(200);
  rig.pay();
  rig.run(200);
  expect(rig.executor.stats).toMatchObject({ marketsUnpaid: 0, tokensPaid: 1 });
});

test('a lone leg of a market that is over is no exposure once it was paid, and the breaker stays closed', () => {
  const rig = new Rig({ options: { unwindPauseMs: 100, unwindWaitMs: 5_000 } });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [true, false, false]);
    rig.trade(batch, 0);
    rig.setBook(0, 2_900, 3_000, L.BOOK_STALE);
  };
  rig.offer();
  rig.run();
  expect(rig.executor.exposures()).toMatchObject([{ carried: false }]);
  rig.resolve(0, 10_000);
  rig.run(200);
  rig.pay();
  rig.run(200);
  expect([rig.executor.exposures(), rig.executor.busy(), rig.breaker.isOpen()]).toEqual([[], false, false]);
  expect(rig.executor.stats).toMatchObject({ basketsPaid: 1, basketsMissed: 0, unwindOrdersSent: 0 });
  for (let step = 0; step < 40; step += 1) rig.run(200);
  expect(rig.breaker.isOpen()).toBe(false);
  expectJournalEqualsLedger(rig);
});
