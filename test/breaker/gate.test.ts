// The gate's refusals one by one, its announcement, and the breaker's words on one thread.
import { expect, test } from 'vitest';
import { Breaker, type BreakerExports, NO_SLOT } from '../../engine/breaker/breaker.ts';
import { CAUSE_MANUAL, CAUSE_STALE_FEEDS, CAUSES, causeNames } from '../../engine/breaker/causes.ts';
import { Gate, type GateLeg, isRefused } from '../../engine/breaker/gate.ts';
import type { BreakerLimits } from '../../engine/breaker/limits.ts';
import type { RefusalCause } from '../../engine/breaker/refusals.ts';
import { configSchema } from '../../engine/config/schema.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import type { OrderRequest, VenueName } from '../../engine/venue/contract.ts';
import * as L from '../../wasm/layout.ts';
import { MS, Rig, SHARE } from '../execute/rig.ts';
import { wasmOver } from '../helpers/arena.ts';

interface Setting {
  availableMicros: number;
  kalshiMicros: number;
  openNotionalMicros: number;
  venues: Partial<Record<VenueName, RefusalCause>>;
  beyond: RefusalCause | undefined;
  meetsOwn: boolean;
  hold: 'MARKET_BLOCKED' | 'MARKET_BUSY' | undefined;
  limits: Partial<BreakerLimits>;
  legs: GateLeg[];
}

const LEG: GateLeg = { marketIndex: 0, epoch: 1, action: L.ACTION_BUY_YES, limitE4: 3_000, spendMicros: 3 * SHARE };

function gateOf(change: Partial<Setting> = {}) {
  const rig = new Rig();
  const set: Setting = {
    ...{ availableMicros: 100 * SHARE, kalshiMicros: 0, openNotionalMicros: 0, venues: { kalshi: 'VENUE_READONLY' } },
    ...{ hold: undefined, limits: {}, beyond: undefined, meetsOwn: false },
    ...{ legs: [LEG, { ...LEG, marketIndex: 1 }] },
    ...change,
  };
  const gate = new Gate(
    rig.arena,
    rig.breaker,
    { ...configSchema.parse({}).breaker, ...set.limits },
    {
      availableMicros: (venue) => (venue === 'kalshi' ? set.kalshiMicros : set.availableMicros),
      openNotionalMicros: () => set.openNotionalMicros,
      venueRefusal: (venue) => set.venues[venue],
      capRefusal: () => set.beyond,
      meetsOwn: () => set.meetsOwn,
      marketHold: () => set.hold,
    },
  );
  return { rig, gate, set };
}

function orders(count = 2): OrderRequest[] {
  return Array.from({ length: count }, (_, marketIndex) => ({ marketIndex }) as OrderRequest);
}

/** One basket in one request. */
function passOne(gate: Gate, id: number, legs: readonly GateLeg[], nowNs: number): RefusalCause | undefined {
  let cause: RefusalCause | undefined;
  const passes = gate.pass([{ legs, orders: orders(legs.length), requestIds: [id] }], nowNs, (_, why) => {
    cause = why;
  });
  expect(passes.map(({ batchId }) => batchId)).toEqual(cause === undefined ? [id] : []);
  return cause;
}

function reducing(id: number) {
  return { id, venue: 'polymarket', orders: orders() } as const;
}

function put(rig: Rig, region: number, market: number, field: number, value: number): void {
  rig.arena.view.setUint32(rig.arena.at(region, market) + field, value, true);
}

const SECOND_LEG = 1;
/** Known once the orders are made. */
const ONLY_OF_ORDERS = new Set<RefusalCause>(['RATE_BUDGET', 'GATEWAY_CAP', 'SELF_TRADE']);
type Refusal = readonly [RefusalCause, string, Partial<Setting>, (rig: Rig) => void];
const REFUSALS: readonly Refusal[] = [
  ['BREAKER_OPEN', 'the breaker is open', {}, (rig) => rig.breaker.trip(CAUSE_MANUAL, 0)],
  [
    'VENUE_READONLY',
    'a leg is on Kalshi',
    {},
    (rig) => put(rig, L.REGION_MARKETS, SECOND_LEG, L.MARKET_VENUE, L.VENUE_KALSHI),
  ],
  ...(['SIGNER_SILENT', 'GATEWAY_BUSY', 'VENUE_HALTED', 'VENUE_CANCEL_ONLY', 'VENUE_POST_ONLY'] as const).map(
    (cause): Refusal => {
      const why = 'its venue takes nothing that trades at once';
      return [cause, why, { venues: { polymarket: cause } }, () => undefined];
    },
  ),
  [
    'MARKET_CLOSED',
    'a market has resolved',
    {},
    (rig) => put(rig, L.REGION_MARKETS, SECOND_LEG, L.MARKET_FLAGS, L.MARKET_FLAG_CLOSED),
  ],
  [
    'MARKET_WITHDRAWN',
    'a market was given up a moment ago',
    {},
    (rig) => put(rig, L.REGION_MARKETS, SECOND_LEG, L.MARKET_FLAGS, L.MARKET_FLAG_WITHDRAWN),
  ],
  ['FEE_UNKNOWN', 'a fee is unknown', {}, (rig) => put(rig, L.REGION_MARKETS, SECOND_LEG, L.MARKET_FEE, L.FEE_UNKNOWN)],
  ['MARKET_BLOCKED', 'an order is of unknown outcome', { hold: 'MARKET_BLOCKED' }, () => undefined],
  ['MARKET_BUSY', 'an order has no outcome yet', { hold: 'MARKET_BUSY' }, () => undefined],
  ['BOOK_IN_CHANGE', 'a frame is being applied', {}, (rig) => put(rig, L.REGION_BOOKS, SECOND_LEG, L.BOOK_VERSION, 7)],
  ['BOOK_NOT_SYNCED', 'a top is pending', {}, (rig) => rig.setBook(SECOND_LEG, 2_900, 3_000, L.BOOK_PENDING)],
  ['BOOK_NOT_SYNCED', 'a book is suspect', {}, (rig) => rig.setBook(SECOND_LEG, 2_900, 3_000, L.BOOK_SUSPECT)],
  ['EPOCH_CHANGED', 'a book was re-slotted', {}, (rig) => put(rig, L.REGION_BOOKS, SECOND_LEG, L.BOOK_EPOCH, 2)],
  [
    'EPOCH_CHANGED',
    'ingest knows a newer epoch',
    {},
    (rig) => put(rig, L.REGION_MARKETS, SECOND_LEG, L.MARKET_EPOCH, 2),
  ],
  [
    'BOOK_TOO_OLD',
    'data are older than 1,500 ms',
    {},
    (rig) => rig.clock.advanceTo(rig.clock.nowNs() + 1_500 * MS + 1),
  ],
  ['COLLAR', 'the price ran away', {}, (rig) => rig.setBook(SECOND_LEG, 2_300, 2_400)],
  ['NOTIONAL_CAP', 'the basket is too large', { limits: { basketNotionalMicros: 6 * SHARE - 1 } }, () => undefined],
  ['NOTIONAL_CAP', 'too much is open', { openNotionalMicros: 5_000 * SHARE - 6 * SHARE + 1 }, () => undefined],
  ['CASH', 'the cash does not reach', { availableMicros: 6 * SHARE - 1 }, () => undefined],
  ['RATE_BUDGET', 'the venue’s rate limit is used up', { beyond: 'RATE_BUDGET' }, () => undefined],
  ['GATEWAY_CAP', 'the venue was sent enough', { beyond: 'GATEWAY_CAP' }, () => undefined],
  ['SELF_TRADE', 'it could meet an order of ours', { meetsOwn: true }, () => undefined],
  ['ORDER_RATE', 'two orders pass one per second', { limits: { ordersPerSecond: 1 } }, () => undefined],
];

for (const [cause, why, change, provoke] of REFUSALS) {
  test(`one leg is enough to refuse the batch with ${cause}: ${why}`, () => {
    const { rig, gate, set } = gateOf(change);
    provoke(rig);
    expect(passOne(gate, 1, set.legs, rig.clock.nowNs())).toBe(cause);
    if (!ONLY_OF_ORDERS.has(cause)) expect(gate.screen(set.legs, rig.clock.nowNs())).toBe(cause);
    expect(rig.breaker.inFlight()).toEqual([]);
  });
}

test('each venue pays for its own legs: what is free at one of them buys nothing at the other', () => {
  const { rig, gate, set } = gateOf({ venues: {}, availableMicros: 3 * SHARE, kalshiMicros: 3 * SHARE });
  expect(gate.screen(set.legs, rig.clock.nowNs())).toBe('CASH');
  put(rig, L.REGION_MARKETS, SECOND_LEG, L.MARKET_VENUE, L.VENUE_KALSHI);
  expect(gate.screen(set.legs, rig.clock.nowNs())).toBeUndefined();
  set.kalshiMicros -= 1;
  expect(gate.screen(set.legs, rig.clock.nowNs())).toBe('CASH');
});

test('of baskets that share a request those that may leave do, each judged after what went before it', () => {
  const { rig, gate, set } = gateOf({ availableMicros: 9 * SHARE });
  const basket = (spendMicros: number, requestIds: readonly number[]) => {
    return { legs: [{ ...LEG, spendMicros }], orders: orders(1), requestIds };
  };
  const causes: (RefusalCause | undefined)[] = [];
  const baskets = [basket(4 * SHARE, [21]), basket(6 * SHARE, [21]), basket(5 * SHARE, [21]), basket(SHARE, [22])];
  const passes = gate.pass(baskets, rig.clock.nowNs(), (place, cause) => {
    causes.push(cause);
    if (cause === undefined) set.availableMicros -= baskets[place]!.legs[0]!.spendMicros;
  });
  expect(causes).toEqual([undefined, 'CASH', undefined, 'CASH']);
  expect(passes.map(({ batchId }) => batchId)).toEqual([21]);
  expect(rig.breaker.inFlight()).toEqual([21]);
});

test('orders that reduce exposure wait for their venue, its rate limit and our own orders there', () => {
  const { rig, gate, set } = gateOf();
  const nowNs = rig.clock.nowNs();
  set.venues.polymarket = 'VENUE_CANCEL_ONLY';
  expect(gate.passReducing(reducing(1), nowNs)).toEqual({ cause: 'VENUE_CANCEL_ONLY' });
  delete set.venues.polymarket;
  set.beyond = 'RATE_BUDGET';
  expect(gate.passReducing(reducing(1), nowNs)).toEqual({ cause: 'RATE_BUDGET' });
  set.beyond = undefined;
  set.meetsOwn = true;
  expect(gate.passReducing(reducing(1), nowNs)).toEqual({ cause: 'SELF_TRADE' });
  expect(rig.breaker.inFlight()).toEqual([]);
});

test('at every limit exactly, the batch passes and stays announced until it is retired', () => {
  const { rig, gate, set } = gateOf({
    availableMicros: 6 * SHARE,
    openNotionalMicros: 5_000 * SHARE - 6 * SHARE,
    limits: { basketNotionalMicros: 6 * SHARE, ordersPerSecond: 2 },
  });
  rig.setBook(1, 2_400, 2_500);
  rig.clock.advanceTo(rig.clock.nowNs() + 1_500 * MS);
  expect(passOne(gate, 7, set.legs, rig.clock.nowNs())).toBeUndefined();
  expect(rig.breaker.inFlight()).toEqual([7]);
  expect(rig.breaker.retire(7)).toBe(true);
  expect(rig.breaker.retire(7)).toBe(false);
  expect(rig.breaker.inFlight()).toEqual([]);
});

test('a book that moves on but was not verified for 30 s is unproven; a NO leg is judged by the other side', () => {
  const { rig, gate, set } = gateOf();
  rig.clock.advanceTo(rig.clock.nowNs() + 30_000 * MS + 1);
  for (const market of [0, 1]) rig.feedSpeaks(market);
  expect(gate.screen(set.legs, rig.clock.nowNs())).toBe('BOOK_UNPROVEN');
  rig.setBook(0, 2_900, 3_000);
  const no = { ...LEG, action: L.ACTION_BUY_NO };
  expect(gate.screen([{ ...no, limitE4: 7_600 }], rig.clock.nowNs())).toBeUndefined();
  expect(gate.screen([{ ...no, limitE4: 7_601 }], rig.clock.nowNs())).toBe('COLLAR');
});

test('the order rate counts per second, reducing orders included, and starts afresh in the next', () => {
  const { rig, gate, set } = gateOf({ limits: { ordersPerSecond: 4 } });
  const nowNs = rig.clock.nowNs();
  expect(isRefused(gate.passReducing(reducing(1), nowNs))).toBe(false);
  expect(passOne(gate, 2, set.legs, nowNs)).toBeUndefined();
  expect(passOne(gate, 3, set.legs, nowNs)).toBe('ORDER_RATE');
  expect(passOne(gate, 4, set.legs, nowNs + 1_000 * MS)).toBeUndefined();
  expect(gate.ordersThisMinute(nowNs + 1_000 * MS)).toBe(6);
  expect(gate.ordersThisMinute(nowNs + 61_000 * MS)).toBe(0);
});

test('a trip never waits for its own thread: what is in flight here is answered, and clear comes after its retirement', () => {
  const { rig, gate, set } = gateOf();
  passOne(gate, 5, set.legs, rig.clock.nowNs());
  expect(rig.breaker.trip(CAUSE_MANUAL, 60_000)).toEqual({ clear: false, inFlight: [5] });
  rig.breaker.retire(5);
  expect(rig.breaker.trip(CAUSE_MANUAL, 0)).toEqual({ clear: true });
});

test('a trip waits for another thread at most its deadline and then names what is still in flight', () => {
  const { rig } = gateOf();
  const other = new Breaker(rig.arena, rig.clock, wasmOver<BreakerExports>(rig.arena, 1));
  other.announce(9);
  expect(rig.breaker.trip(CAUSE_MANUAL, 20)).toEqual({ clear: false, inFlight: [9] });
});

test('with every in-flight slot taken the gate refuses instead of sending unseen', () => {
  const { rig, gate, set } = gateOf();
  for (let id = 1; id <= L.BREAKER_IN_FLIGHT_SLOTS; id += 1) expect(rig.breaker.announce(id)).not.toBe(NO_SLOT);
  expect(passOne(gate, 99, set.legs, rig.clock.nowNs())).toBe('GATEWAY_BUSY');
  expect(gate.passReducing(reducing(99), rig.clock.nowNs())).toEqual({ cause: 'GATEWAY_BUSY' });
});

test('a reset needs who, why and the causes that the operator saw; a cause that came since refuses it', () => {
  const { rig } = gateOf();
  const { breaker } = rig;
  breaker.trip(CAUSE_MANUAL, 0);
  const seen = breaker.causes();
  breaker.trip(CAUSE_STALE_FEEDS, 0);
  expect(breaker.reset(seen, 'ann', 'looked at it')).toBe(false);
  expect(breaker.describe()).toEqual({ open: true, causes: ['staleFeeds', 'manual'], trips: 2 });
  expect(() => breaker.reset(breaker.causes(), '', 'no name')).toThrow(/who and why/);
  expect(breaker.reset(breaker.causes(), 'ann', 'feeds are back')).toBe(true);
  expect(breaker.isOpen()).toBe(false);
});

test('every cause has a bit and a name of its own', () => {
  const bits = CAUSES.map(({ bit }) => bit);
  expect(new Set(bits).size).toBe(CAUSES.length);
  expect(bits.every((bit) => bit > 0 && (bit & (bit - 1)) === 0)).toBe(true);
  expect(causeNames(bits.reduce((all, bit) => all | bit, 0))).toEqual(CAUSES.map(({ name }) => name));
  expect(new Set(CAUSES.map(({ name }) => name)).size).toBe(CAUSES.length);
});

test('the words around the breaker show a stray write', () => {
  const rig = new Rig();
  expect(rig.arena.guardsIntact()).toBe(true);
  const breaker = new Breaker(rig.arena, new VirtualClock(), wasmOver<BreakerExports>(rig.arena, 1));
  for (let id = 1; id <= L.BREAKER_IN_FLIGHT_SLOTS; id += 1) breaker.announce(id);
  breaker.trip(CAUSE_MANUAL, 0);
  expect(rig.arena.guardsIntact()).toBe(true);
});
