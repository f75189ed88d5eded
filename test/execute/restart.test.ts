// What an executor takes over from the journal of an earlier one, beside orders and money.
import { expect, test } from 'vitest';
import { causeNames } from '../../engine/breaker/causes.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { Rig, type RigOptions, SHARE, WALL_MS } from './rig.ts';

/** The fold of what a rig's executor wrote. */
function folded(rig: Rig): JournalState {
  const state = new JournalState();
  for (const record of readJournal(rig.memory.toBytes()).records) state.apply(record);
  return state;
}

/** Every order fills whole, and its fill is final at once. */
function settleEverything(rig: Rig): void {
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    for (let index = 0; index < batch.orders.length; index += 1) rig.trade(batch, index, { status: 'CONFIRMED' });
  };
}

test('what only a person closes is open after a restart, until a person resets it', () => {
  const first = new Rig();
  first.executor.breakerDesk.trip('anna', 'something is wrong', first.clock.nowNs());
  first.run();
  const second = new Rig();
  second.executor.restart.adopt(folded(first), second.clock.nowNs());
  second.executor.restart.reconciled();
  expect(second.breaker.isOpen()).toBe(true);
  second.offer(10);
  second.run();
  expect(second.gateway.batches).toEqual([]);

  first.executor.breakerDesk.reset(first.breaker.causes(), 'anna', 'looked at it', first.clock.nowNs());
  first.run();
  const third = new Rig();
  third.executor.restart.adopt(folded(first), third.clock.nowNs());
  third.executor.restart.reconciled();
  third.offer(10);
  third.run();
  expect([third.breaker.isOpen(), third.gateway.batches.length]).toEqual([false, 1]);
});

test('a complete set in a market that is not followed any more is refused, until it was paid', () => {
  const first = new Rig();
  settleEverything(first);
  first.offer(10);
  first.run();
  first.run(10);
  expect(first.executor.stats.basketsComplete).toBe(1);
  const before = folded(first);
  const all = new Rig({ before });
  expect(all.executor.restart.adopt(before, all.clock.nowNs()).openBaskets).toBe(0);
  const fewer = new Rig({ before: folded(first), markets: [{}, {}] });
  const lost = first.markets.idOf(2);
  expect(() => fewer.executor.restart.adopt(folded(first), fewer.clock.nowNs())).toThrow(
    `markets: ${lost} is not among the markets of this run, and something of it is open`,
  );

  first.resolve(0, 10_000);
  for (const market of [1, 2]) first.resolve(market, 0);
  for (let turn = 0; turn < 20; turn += 1) {
    first.run(1_000);
    first.pay();
  }
  expect(first.executor.stats.tokensPaid).toBe(3);
  const paid = folded(first);
  const after = new Rig({ before: paid, markets: [{}, {}] });
  expect(after.executor.restart.adopt(paid, after.clock.nowNs()).openBaskets).toBe(0);
});

const MINUTE_MS = 60_000;
const WIDE = { staleFeedsMs: 0, consecutiveFailures: 1_000, errorRateBps: 10_000 };

/** A run that went on from the journal of `first`, `minutes` after that began. */
function restarted(first: Rig, minutes: number, change: RigOptions = {}): Rig {
  const before = folded(first);
  const limits = { ...WIDE, ...change.limits };
  const rig = new Rig({ ...change, limits, before, seed: 8, wallMs: WALL_MS + minutes * MINUTE_MS });
  rig.executor.restart.adopt(before, rig.clock.nowNs());
  rig.executor.restart.reconciled();
  rig.run();
  return rig;
}

/** Ten shares of one leg are bought at 0.30 and sold back at 0.29. */
function lose(rig: Rig): void {
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isSale = batch.orders[0]!.side === 'SELL';
    rig.answer(
      batch,
      batch.orders.map((_, index) => isSale || index === 0),
    );
    if (isSale) rig.setBook(0, 2_900, 3_000);
    rig.trade(batch, 0, { status: 'CONFIRMED' });
  };
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.offer(10);
  rig.run();
  rig.run(1_000);
  rig.run(1_000);
}

test('losses of the hour, of the day and from the highest go on after a restart, those of the run begin anew', () => {
  const first = new Rig({ limits: WIDE });
  settleEverything(first);
  first.offer(10);
  first.run();
  first.run(5_000);
  lose(first);
  expect(first.executor.stats).toMatchObject({ basketsComplete: 1, basketsUnwound: 1 });
  const of = (minutes: number, limits: NonNullable<RigOptions['limits']>): string[] => {
    const rig = restarted(first, minutes, { limits });
    return causeNames(rig.breaker.causes());
  };
  // The complete sets won 0.685 dollars before, so that the hour and the day lost nothing, and the drawdown is what the lone leg lost.
  expect(of(1, { drawdownMicros: 100_000 })).toEqual(['drawdown']);
  expect(of(100, { drawdownMicros: 100_000 })).toEqual(['drawdown']);
  expect(of(1, { drawdownMicros: 100_000_000 })).toEqual([]);

  const second = new Rig({ limits: WIDE });
  lose(second);
  const limits = { drawdownMicros: 1e12, realisedLossDayMicros: 1e12, realisedLossRunMicros: 0 };
  const lost = (minutes: number, change: NonNullable<RigOptions['limits']>): string[] =>
    causeNames(restarted(second, minutes, { limits: { ...limits, ...change } }).breaker.causes());
  expect(lost(59, { realisedLossHourMicros: 100_000 })).toEqual(['realisedLossHour']);
  expect(lost(61, { realisedLossHourMicros: 100_000 })).toEqual([]);
  expect(lost(61, { realisedLossDayMicros: 100_000 })).toEqual(['realisedLossDay']);
  expect(lost(4 * 60, { realisedLossDayMicros: 100_000 })).toEqual([]);
});

test('what a person forgave stays forgiven after a restart', () => {
  const first = new Rig({ limits: { ...WIDE, realisedLossDayMicros: 100_000 } });
  lose(first);
  expect(causeNames(first.breaker.causes())).toEqual(['realisedLossDay']);
  first.executor.breakerDesk.reset(first.breaker.causes(), 'anna', 'looked at it', first.clock.nowNs());
  first.run();
  const narrow = { realisedLossDayMicros: 100_000, realisedLossHourMicros: 100_000, drawdownMicros: 100_000 };
  expect(causeNames(restarted(first, 1, { limits: narrow }).breaker.causes())).toEqual([]);
});

test('a result that the journal has no word of, because the run was killed before it, counts at the restart', () => {
  const first = new Rig({ limits: WIDE });
  lose(first);
  const before = new JournalState();
  for (const record of readJournal(first.memory.toBytes()).records) {
    if (record.type !== 'result') before.apply(record);
  }
  const rig = new Rig({ before, limits: { ...WIDE, realisedLossHourMicros: 100_000 } });
  rig.executor.restart.adopt(before, rig.clock.nowNs());
  rig.run();
  expect(causeNames(rig.breaker.causes())).toEqual(['realisedLossHour']);
});

test('complete sets of an earlier run that the venues pay less than they promised count as lost', () => {
  const first = new Rig({ limits: WIDE });
  settleEverything(first);
  first.offer(10);
  first.run();
  first.run(10);
  expect(first.executor.stats.basketsComplete).toBe(1);
  const limits = { realisedLossRunMicros: SHARE, realisedLossHourMicros: 1e12, realisedLossDayMicros: 1e12 };
  const second = restarted(first, 1, { limits: { ...limits, drawdownMicros: 1e12 } });
  for (const market of [0, 1, 2]) second.resolve(market, 0);
  for (let turn = 0; turn < 20; turn += 1) {
    second.run(1_000);
    second.pay();
  }
  expect(second.executor.stats.tokensPaid).toBe(3);
  expect(causeNames(second.breaker.causes())).toEqual(['realisedLossRun']);
  const whole = folded(first);
  for (const record of readJournal(second.memory.toBytes()).records) whole.apply(record);
  expect(whole.digest()).toBe(second.executor.restart.digest());
});

test('orders and money that a venue was sent within the hour count after a restart, and those of the run begin anew', () => {
  const first = new Rig({ limits: WIDE });
  settleEverything(first);
  first.offer(10);
  first.run();
  const orders = { ordersPerRun: 3, microsPerRun: 9 * SHARE };
  const sent = (minutes: number, caps: object): readonly [number, number] => {
    const venues = { polymarket: { orders: { ...orders, ...caps } } };
    const rig = restarted(first, minutes, { venues });
    for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
    rig.offer(10);
    rig.run();
    return [rig.gateway.batches.length, rig.executor.refusals.get('GATEWAY_CAP')];
  };
  for (const caps of [{ ordersPerHour: 5 }, { microsPerHour: 10 * SHARE }]) {
    expect([caps, sent(59, caps)]).toEqual([caps, [0, 1]]);
    expect([caps, sent(61, caps)]).toEqual([caps, [1, 0]]);
  }
  expect(sent(59, { ordersPerHour: 6, microsPerHour: 18 * SHARE })).toEqual([1, 0]);
});

test('the journal of two runs folds to the live state of the second, what was lost and forgiven in both included', () => {
  const first = new Rig({ limits: WIDE });
  lose(first);
  const second = restarted(first, 30);
  lose(second);
  const narrow = { realisedLossHourMicros: 1, drawdownMicros: 1 };
  second.executor.breakerDesk.trip('anna', 'to look', second.clock.nowNs());
  expect(second.executor.breakerDesk.reset(second.breaker.causes(), 'anna', 'seen', second.clock.nowNs())).toBe('');
  lose(second);
  const whole = folded(first);
  for (const record of readJournal(second.memory.toBytes()).records) whole.apply(record);
  expect(whole.digest()).toBe(second.executor.restart.digest());
  expect(whole.losses.hourMicros).toBeGreaterThan(0);
  const third = new Rig({ before: whole, limits: { ...WIDE, ...narrow }, wallMs: WALL_MS + 40 * MINUTE_MS });
  third.executor.restart.adopt(whole, third.clock.nowNs());
  third.run();
  expect(causeNames(third.breaker.causes())).toEqual(['realisedLossHour', 'drawdown']);
});

test('a lone leg that only a restart learns of, in a basket that was over, is sold back and counts as lost', () => {
  const first = new Rig({ limits: WIDE });
  first.gateway.onSubmit = (batch) => {
    first.sent(batch);
    first.answer(batch, [false, false, false]);
  };
  first.offer(10);
  first.run();
  expect(first.executor.stats.basketsMissed).toBe(1);
  const before = folded(first);
  const second = new Rig({ before, limits: { ...WIDE, realisedLossRunMicros: 100_000 }, seed: 8 });
  expect(second.executor.restart.adopt(before, second.clock.nowNs()).openBaskets).toBe(0);
  second.gateway.onSubmit = (batch) => {
    second.sent(batch);
    second.answer(batch, [true]);
    second.trade(batch, 0, { status: 'CONFIRMED', tradeId: 'sale' });
  };
  // What is missing costs more by now than the sale.
  for (const market of [1, 2]) second.setBook(market, 8_900, 9_000);
  // Its order was killed, as far as the earlier run knew; asked again, the venue tells of a fill.
  second.trade(first.gateway.batches[0]!, 0, { status: 'CONFIRMED', tradeId: 'late' });
  second.run();
  expect(second.gateway.batches).toEqual([]);
  second.executor.restart.reconciled();
  second.run(1_000);
  second.run(1_000);
  expect(
    second.gateway.batches.map(({ orders }) => orders.map(({ side, token }) => [side, second.nameOf(token)])),
  ).toEqual([[['SELL', '0 YES']]]);
  expect(second.executor.exposures()).toEqual([]);
  expect(causeNames(second.breaker.causes())).toEqual(['realisedLossRun']);
  const whole = folded(first);
  for (const record of readJournal(second.memory.toBytes()).records) whole.apply(record);
  expect(whole.digest()).toBe(second.executor.restart.digest());
});
