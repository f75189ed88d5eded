// Suites `gate-2`, `gate-8`: the whole last-moment check of a basket of so many legs: announce, breaker, venue, freshness, epoch
// and evidence of every leg, collars, money, rates, caps, self-trade; retired again. The product's gate over its own ledger,
// desk and capped gateway, two other orders under way. Beside it the same checks as a careful loop over plain objects.

import { NO_SLOT } from '../../engine/breaker/breaker.ts';
import type { Gate, GateLeg } from '../../engine/breaker/gate.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { Desk } from '../../engine/execute/desk.ts';
import { gateOf } from '../../engine/execute/gate-state.ts';
import { Scribe } from '../../engine/execute/scribe.ts';
import { createStats } from '../../engine/execute/stats.ts';
import { Venues } from '../../engine/execute/venues.ts';
import { createNullSink, Journal } from '../../engine/ledger/journal.ts';
import { Ledger } from '../../engine/ledger/ledger.ts';
import type { Gateway, OrderMaker, OrderRequest } from '../../engine/venue/contract.ts';
import * as L from '../../wasm/layout.ts';
import { createExecuteWorld, type ExecuteWorld, FEE } from '../execute-world.ts';
import type { Suite, Variant } from '../harness.ts';

const PASSES_PER_SAMPLE = 64;
const NOW_NS = 5e9;
const SPEND_MICROS = 2_000_000;
const UNDER_WAY = 2;

interface Basket {
  readonly legs: readonly GateLeg[];
  readonly orders: readonly OrderRequest[];
}

/** A gateway that is there and takes nothing: the gate asks it, and nothing is sent. */
const OPEN: Gateway = {
  venue: 'polymarket',
  submit: () => undefined,
  poll: () => 0,
  ready: () => true,
  state: () => 'open',
  query: () => undefined,
  cancel: () => false,
  redeem: () => undefined,
  close: () => Promise.resolve(),
};

/** Orders are there already. Its module hashes when it is loaded, and the list of suites loads this one. */
const UNASKED = {} as OrderMaker;

function basketOf({ markets, tokens, limitE4 }: ExecuteWorld, first: number, count: number): Basket {
  const places = Array.from({ length: count }, (_, at) => first + at);
  const orders = places.map((marketIndex): OrderRequest => {
    const market = { marketIndex, marketId: markets.idOf(marketIndex), token: tokens[marketIndex]! };
    const terms = { side: 'BUY', limitE4, sizeMicros: 20_000_000, type: 'FOK' } as const;
    return {
      orderId: `0x${marketIndex.toString(16).padStart(64, '0')}`,
      ...market,
      ...terms,
      expiresMs: undefined,
      wire: '',
    };
  });
  const legs = places.map((marketIndex): GateLeg => {
    return { marketIndex, epoch: 1, action: L.ACTION_BUY_YES, limitE4, spendMicros: SPEND_MICROS };
  });
  return { legs, orders };
}

/** The gate as the executor has it. */
function productGate(world: ExecuteWorld, clock: VirtualClock, underWay: readonly OrderRequest[]): Gate {
  const { arena, breaker, limits, options, caps, tokens } = world;
  const ledger = new Ledger();
  const scribe = new Scribe(new Journal(createNullSink(), 'bench'), ledger, breaker);
  scribe.record({ type: 'deposit', atNs: 0, micros: 1e12, venue: 'polymarket' });
  const venues = new Venues(arena, [{ gateway: OPEN, maker: UNASKED }], caps, clock);
  const nothing = (): void => undefined;
  const desk = new Desk({
    ...{ breaker, scribe, venues, options, stats: createStats(), feeOf: () => FEE },
    ...{ yesOf: (market: number) => tokens[market]!, onSent: nothing, onOutcome: nothing, onFailed: nothing },
  });
  desk.await({ batchId: 1, rootBatchId: 1, orders: underWay });
  return gateOf({ arena, breaker, limits }, desk, ledger, venues, () => ({ leaving: () => [] }) as never);
}

/** Passes that the gate refuses are counted; every market is closed once, so that a refusal is seen. */
function variant(name: string, world: ExecuteWorld, market: number, passes: (id: number) => boolean): Variant {
  let id = 1;
  const refused = (): number => {
    let count = 0;
    for (let pass = 0; pass < PASSES_PER_SAMPLE; pass += 1) {
      id = (id & 0xffffff) + 1;
      if (!passes(id)) count += 1;
    }
    return count;
  };
  const flags = (world.arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2;
  let wrongly = 0;
  return {
    name,
    opsPerSample: PASSES_PER_SAMPLE,
    run: () => {
      wrongly += refused();
    },
    verify: () => {
      if (wrongly !== 0) throw new Error(`${wrongly} passes were refused`);
      const open = refused();
      world.arena.u32[flags]! |= L.MARKET_FLAG_CLOSED;
      const closed = refused();
      world.arena.u32[flags]! &= ~L.MARKET_FLAG_CLOSED;
      return `${open}.${closed}.${refused()}`;
    },
  };
}

interface PlainBook {
  readonly market: number;
  readonly epoch: number;
  readonly dataNs: number;
  readonly verifiedNs: number;
  readonly bestAskE4: number;
}

/** The same questions to plain objects. */
function carefulPass(world: ExecuteWorld, { legs, orders }: Basket, underWay: readonly OrderRequest[]) {
  const { arena, breaker, limits, caps } = world;
  const books = new Map(
    legs.map(({ marketIndex: market, limitE4 }): [number, PlainBook] => {
      return [market, { market, epoch: 1, dataNs: NOW_NS, verifiedNs: NOW_NS, bestAskE4: limitE4 }];
    }),
  );
  const isClosed = (market: number): boolean =>
    (arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]! & L.MARKET_FLAG_CLOSED) !== 0;
  const cash = { freeMicros: 1e12, openMicros: 0 };
  const sent: number[] = [];
  const legPasses = ({ marketIndex, epoch, limitE4 }: GateLeg): boolean => {
    const book = books.get(marketIndex);
    if (book === undefined || isClosed(marketIndex) || book.epoch !== epoch) return false;
    if (underWay.some((order) => order.marketIndex === marketIndex)) return false;
    if (NOW_NS - book.dataNs > limits.dataAgeMs * 1e6 || NOW_NS - book.verifiedNs > limits.verifiedAgeMs * 1e6)
      return false;
    return limitE4 > 0 && limitE4 < 10_000 && limitE4 <= book.bestAskE4 + limits.collarE4;
  };
  return (id: number): boolean => {
    if (breaker.announce(id) === NO_SLOT) return false;
    const spendMicros = legs.reduce((sum, leg) => sum + leg.spendMicros, 0);
    const isWithin =
      spendMicros <= limits.basketNotionalMicros &&
      cash.openMicros + spendMicros <= limits.openNotionalMicros &&
      spendMicros <= cash.freeMicros &&
      sent.length + legs.length <= limits.ordersPerSecond &&
      sent.length + legs.length <= caps.polymarket.ordersPerHour;
    const meetsOwn = orders.some(({ token, side }) => underWay.some((own) => own.token === token && own.side !== side));
    const passes = !breaker.isOpen() && legs.every(legPasses) && isWithin && !meetsOwn;
    breaker.retire(id);
    return passes;
  };
}

export function createGateSuite(legs: number): Suite {
  const clock = new VirtualClock(NOW_NS, 0);
  const world = createExecuteWorld(legs + UNDER_WAY, clock);
  world.refresh(NOW_NS);
  const basket = basketOf(world, UNDER_WAY, legs);
  const { orders: underWay } = basketOf(world, 0, UNDER_WAY);
  const gate = productGate(world, clock, underWay);
  const ours = (id: number): boolean => {
    let passed = false;
    gate.pass([{ ...basket, requestIds: [id] }], NOW_NS, (_place, cause) => {
      passed = cause === undefined;
    });
    if (passed) world.breaker.retire(id);
    return passed;
  };
  return {
    name: `gate-${legs}`,
    operation: `last-moment check of a basket of ${legs}`,
    variants: [
      variant('dutchbook', world, UNDER_WAY, ours),
      variant('careful', world, UNDER_WAY, carefulPass(world, basket, underWay)),
    ],
  };
}
