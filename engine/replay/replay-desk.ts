// The executor's side of a replay: the real executor over venues inside the process, on recorded time. Takes its turn
// after each frame, on the main thread.
import { SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Config } from '../config/schema.ts';
import { VirtualClock } from '../core/clock.ts';
import { Random } from '../core/random.ts';
import type { Opportunity } from '../execute/take.ts';
import { createNullSink, Journal } from '../ledger/journal.ts';
import type { LifeRecord } from '../ledger/records.ts';
import { breakerFacts, moneyFacts, orderFacts } from '../observe/execution-facts.ts';
import type { BreakerFacts, MoneyFacts, OrderFacts } from '../observe/facts.ts';
import { lifeReport } from '../observe/lives.ts';
import type { LifeReport } from '../observe/report-schema-scan.ts';
import { buildExecution, type Foundation, orderCapsOf } from '../pipeline.ts';
import type { VenueName } from '../venue/contract.ts';
import { readerOf } from '../venue/sim/impact.ts';
import { InProcessVenues } from '../venue/sim/in-process-venues.ts';
import { latencyOf } from '../venue/sim/latency.ts';
import { ledgerDifferences } from '../venue/sim/ledger-check.ts';
import { TradeRings } from '../venue/sim/trade-rings.ts';
import type { HashedColumns, HashedOpportunity } from './state-hash.ts';

export interface ReplayDesk {
  /** The executor's turn after a frame received at `nowNs` of recorded time. */
  turn(nowNs: number): void;
  /** After the last frame: lets what is on its way arrive. */
  finish(): void;
  opportunities(): readonly HashedOpportunity[];
  /** Lives of opportunities, as they ended. */
  lives(): readonly LifeReport[];
  columns(): HashedColumns;
  money(): MoneyFacts;
  orders(): OrderFacts;
  breaker(): BreakerFacts;
  /** What differs between our ledger and the venues', '' when they are equal. */
  ledgerDifference(): string;
}

/** Duty cycles one turn may take: bounds a turn that goes on producing work. */
const CYCLES_MAX = 1_000;
/** After the last frame: things still due at the venue. */
const DUE_MAX = 100_000;

/** Those that the recording has markets of; Polymarket in any case. */
function venuesOf({ metas }: Foundation): VenueName[] {
  return metas.some(({ venue }) => venue === 'kalshi') ? ['polymarket', 'kalshi'] : ['polymarket'];
}

/** Builds the desk. `startWallMs`: wall clock at recorded time 0. */
export function createReplayDesk(
  config: Config,
  configHash: string,
  foundation: Foundation,
  startWallMs: number,
): ReplayDesk {
  const { arena, markets, baskets } = foundation;
  const clock = new VirtualClock(0, startWallMs);
  const { cashMicros, seed } = config.simulate;
  const names = venuesOf(foundation);
  const random = new Random(seed);
  const venues = new InProcessVenues({
    ...{ arena, markets, clock, random, ids: random, cashMicros, latency: latencyOf(config.simulate), names },
    ...{ books: readerOf(new Books(arena), SIDE_BID, SIDE_ASK), trades: new TradeRings(arena) },
    feeOf: (marketIndex) => foundation.facts.feeOf(marketIndex),
  });
  const seen: HashedOpportunity[] = [];
  const lives: LifeRecord[] = [];
  const { breaker, executor } = buildExecution(foundation, {
    ...{ clock, venues: venues.trading, caps: orderCapsOf(config), limits: config.breaker, options: config.execute },
    ...{ flickerNs: config.detect.flickerMs * 1e6, onLife: (life: LifeRecord) => lives.push(life) },
    journal: new Journal(createNullSink(), configHash),
    leftMicros: venues.leftMicros,
    onOpportunity: (one: Opportunity) => {
      const legs = one.legs.map((leg) => ({ ...leg, marketId: markets.idOf(leg.marketIndex) }));
      seen.push({ ...one, basketId: baskets[one.basketIndex]!.id, legs });
    },
  });
  for (const name of names) executor.deposit(cashMicros, 0, name);
  const turnAt = (nowNs: number): void => {
    clock.advanceTo(nowNs);
    for (let cycles = 0; cycles < CYCLES_MAX && executor.doWork(clock.nowNs()) > 0; cycles += 1);
  };
  return {
    turn: turnAt,
    finish: () => {
      executor.hold();
      turnAt(clock.nowNs());
      for (let due = 0; due < DUE_MAX && venues.nextDueNs !== undefined; due += 1) turnAt(venues.nextDueNs);
      executor.close();
    },
    opportunities: () => seen,
    lives: () => lives.map((life) => lifeReport(life, baskets)),
    columns: () => ({ ledger: executor.ledger.columns() }),
    money: () => moneyFacts(executor),
    orders: () => orderFacts(executor),
    breaker: () => breakerFacts(breaker),
    ledgerDifference: () => ledgerDifferences(executor.ledger, venues.reports()),
  };
}
