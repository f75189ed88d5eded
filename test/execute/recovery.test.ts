// The breaker's way back: half-open after the cool-down, a budget of small probes, closed when they come out as meant, open
// for longer when not; what needs somebody; reduce-only; an operator's reset. Through the executor.
import { expect, test } from 'vitest';
import { CAUSE_CONSECUTIVE_FAILURES, CAUSE_INVARIANT, CAUSE_MANUAL, causeNames } from '../../engine/breaker/causes.ts';
import { probesLeft } from '../../engine/breaker/state.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import type { OrderBatch } from '../../engine/venue/contract.ts';
import { offerSets } from './offer.ts';
import { expectJournalEqualsLedger, Rig, SHARE } from './rig.ts';

const LIMITS = {
  staleFeedsMs: 0,
  consecutiveFailures: 1,
  coolDownMs: 1_000,
  coolDownMsMax: 3_000,
  probes: 2,
  probeMicros: 6 * SHARE,
};

function rigOf(limits: object = {}): Rig {
  return new Rig({ limits: { ...LIMITS, ...limits }, options: { coolDownMs: 0 } });
}

function refuse(rig: Rig): void {
  rig.gateway.onSubmit = ({ id: batchId }) =>
    rig.gateway.events.push({ kind: 'refused', status: 400, batchId, error: 'no' });
}

/** Offers ten sets of fresh books; answers how many shares of each leg were ordered, 0 when nothing was. */
function offer(rig: Rig, ms = 1): number {
  const before = offerSets(rig, ms);
  return (rig.gateway.batches[before]?.orders[0]?.sizeMicros ?? 0) / SHARE;
}

/** One basket is refused, which is a failure too many. */
function openIt(rig: Rig): void {
  refuse(rig);
  expect(offer(rig)).toBe(10);
  expect(rig.breaker.state()).toBe('open');
}

function steps(rig: Rig): string[] {
  const { records } = readJournal(rig.memory.toBytes());
  return records.flatMap((record) =>
    record.type === 'breaker' ? [`${record.event} ${record.causes.join()} ${record.who}`] : [],
  );
}

test('after its cool-down it lets as many small baskets out as it has probes, and closes when all came out as meant', () => {
  const rig = rigOf();
  openIt(rig);
  expect(offer(rig)).toBe(0);
  rig.run(900);
  expect(rig.breaker.state()).toBe('open');
  rig.run(100);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 2]);
  expect(rig.breaker.isOpen()).toBe(false);
  // Both probes are out, their outcome not known: the third basket has to wait.
  const out: OrderBatch[] = [];
  rig.gateway.onSubmit = (batch) => out.push(batch);
  rig.fillEverything();
  const fill = rig.gateway.onSubmit;
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    out.push(batch);
  };
  expect(offer(rig)).toBeGreaterThan(0);
  // The market of an order without an outcome takes no other: the next probe is of other markets, here after the first.
  fill(out[0]!);
  rig.run(10);
  expect(rig.breaker.state()).toBe('halfOpen');
  expect(offer(rig)).toBeGreaterThan(0);
  const [first] = out[0]!.orders;
  expect(3 * ((first!.sizeMicros * 3_000) / 10_000)).toBeLessThanOrEqual(LIMITS.probeMicros);
  expect(probesLeft(rig.breaker.word())).toBe(0);
  expect(offer(rig)).toBe(0);
  expect(rig.executor.refusals.get('PROBES_OUT')).toBe(1);
  fill(out[1]!);
  rig.run(10);
  expect([rig.breaker.state(), rig.breaker.word()]).toEqual(['closed', 0]);
  rig.gateway.onSubmit = fill;
  expect(offer(rig)).toBe(10);
  expect(steps(rig)).toEqual([
    'trip consecutiveFailures watch',
    'halfOpen consecutiveFailures recovery',
    'closed consecutiveFailures recovery',
  ]);
  expectJournalEqualsLedger(rig);
});

test('a probe that fails opens it again, each time for longer, up to the longest', () => {
  const rig = rigOf();
  openIt(rig);
  for (const coolDownMs of [1_000, 2_000, 3_000, 3_000]) {
    rig.run(coolDownMs - 100);
    expect(rig.breaker.state()).toBe('open');
    rig.run(100);
    expect(rig.breaker.state()).toBe('halfOpen');
    expect(offer(rig, 0)).toBeGreaterThan(0);
    expect(rig.breaker.state()).toBe('open');
  }
  expect(steps(rig).slice(0, 4)).toEqual([
    'trip consecutiveFailures watch',
    'halfOpen consecutiveFailures recovery',
    'trip consecutiveFailures recovery',
    'halfOpen consecutiveFailures recovery',
  ]);
});

test('a probe of which nothing fills is given back', () => {
  const rig = rigOf({ probes: 1 });
  openIt(rig);
  rig.run(1_000);
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [false, false, false]);
  };
  for (let turn = 0; turn < 3; turn += 1) {
    expect(offer(rig)).toBeGreaterThan(0);
    expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 1]);
  }
  rig.fillEverything();
  expect(offer(rig)).toBeGreaterThan(0);
  expect(rig.breaker.state()).toBe('closed');
});

test('its cool-down counts from when nothing of it holds any more', () => {
  const rig = rigOf({ consecutiveFailures: 100, unknownOutcomes: 1 });
  rig.gateway.onSubmit = ({ id: batchId }) => rig.gateway.events.push({ kind: 'unknown', batchId, error: 'timeout' });
  offer(rig);
  expect(causeNames(rig.breaker.causes())).toEqual(['unknownOutcomes']);
  rig.run(9_000);
  expect(rig.breaker.state()).toBe('open');
  rig.fillEverything();
  const fill = rig.gateway.onSubmit;
  fill(rig.gateway.batches[0]!);
  rig.run(10);
  rig.run(900);
  expect(rig.breaker.state()).toBe('open');
  rig.run(100);
  expect(rig.breaker.state()).toBe('halfOpen');
});

test('what needs somebody never half-opens, and a cause that comes meanwhile keeps it open', () => {
  for (const cause of [CAUSE_MANUAL, CAUSE_INVARIANT]) {
    const rig = rigOf();
    openIt(rig);
    rig.breaker.trip(cause, 0);
    rig.run(100_000);
    expect(rig.breaker.state()).toBe('open');
    expect(rig.breaker.causes()).toBe(cause | CAUSE_CONSECUTIVE_FAILURES);
    expect(steps(rig)).toHaveLength(2);
  }
});

test('a trip while it is half-open counts before the probes that are left', () => {
  const rig = rigOf();
  openIt(rig);
  rig.run(1_000);
  rig.breaker.trip(CAUSE_MANUAL, 0);
  expect([rig.breaker.takeProbe(), rig.breaker.returnProbe(), rig.breaker.close()]).toEqual([false, false, false]);
  expect(offer(rig)).toBe(0);
  expect(rig.executor.refusals.get('BREAKER_OPEN')).toBe(1);
});

test('an operator closes it, says why, and starts what is counted afresh; after memory is in doubt only a restart does', () => {
  const rig = rigOf({ coolDownMs: 0 });
  openIt(rig);
  rig.run(100_000);
  const desk = rig.executor.breakerDesk;
  expect(desk.status()).toMatchObject({ state: 'open', causes: ['consecutiveFailures'], reduceOnly: false, trips: 1 });
  expect(desk.reset(CAUSE_MANUAL, 'ann', 'wrong look', rig.clock.nowNs())).toContain('come since');
  expect(desk.reset(CAUSE_CONSECUTIVE_FAILURES, 'ann', 'the venue is back', rig.clock.nowNs())).toBe('');
  rig.fillEverything();
  expect(offer(rig)).toBe(10);
  expect(steps(rig)).toEqual(['trip consecutiveFailures watch', 'reset consecutiveFailures ann']);
  rig.breaker.trip(CAUSE_INVARIANT, 0);
  expect(desk.reset(rig.breaker.causes(), 'ann', 'please', rig.clock.nowNs())).toContain('only a restart');
  expect(rig.breaker.state()).toBe('open');
});

test('reduce-only refuses what adds exposure by its name, lets an unwind pass, and is journalled both ways', () => {
  const rig = rigOf({ consecutiveFailures: 100 });
  const desk = rig.executor.breakerDesk;
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isBuying = batch.orders[0]!.side === 'BUY';
    if (isBuying) desk.reduceOnly(true, 'ann', 'news at eight', rig.clock.nowNs());
    rig.answer(batch, isBuying ? [true, false, false] : [true]);
    rig.trade(batch, 0, isBuying ? {} : { priceE4: 2_900 });
  };
  expect(offer(rig)).toBe(10);
  rig.run(1_000);
  expect(rig.gateway.batches.map(({ orders }) => orders[0]!.side)).toEqual(['BUY', 'SELL']);
  expect(rig.executor.exposures()).toEqual([]);
  expect(offer(rig)).toBe(0);
  expect(rig.executor.refusals.get('REDUCE_ONLY')).toBe(1);
  expect(desk.status()).toMatchObject({ state: 'closed', reduceOnly: true });
  desk.reduceOnly(false, 'ann', 'over', rig.clock.nowNs());
  rig.fillEverything();
  expect(offer(rig)).toBe(10);
  expect(steps(rig)).toEqual(['reduceOnly  ann', 'reduceOnlyOff  ann']);
});
