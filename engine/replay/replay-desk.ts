// The executor's side of a replay: the real executor over a venue inside the process, on recorded time. Takes its turn
// after each frame, on the main thread.
import { ACTION_BUY_YES, SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, VirtualClock } from '../core/clock.ts';
import { Random } from '../core/random.ts';
import type { Opportunity } from '../execute/take.ts';
import { createNullSink, Journal } from '../ledger/journal.ts';
import type { LifeRecord } from '../ledger/records.ts';
import { breakerFacts, moneyFacts, orderFacts } from '../observe/execution-facts.ts';
import type { BreakerFacts, MoneyFacts, OrderFacts, PnlFacts } from '../observe/facts.ts';
import { lifeReport } from '../observe/lives.ts';
import { pnlFacts } from '../observe/pnl-facts.ts';
import type { LifeReport } from '../observe/report-schema-scan.ts';
import { buildExecution, type Foundation } from '../pipeline.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import { readerOf } from '../venue/sim/impact.ts';
import { InProcessVenue } from '../venue/sim/in-process.ts';
import { latencyOf } from '../venue/sim/latency.ts';
import { ledgerDifference } from '../venue/sim/ledger-check.ts';
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
  pnl(): PnlFacts;
  orders(): OrderFacts;
  breaker(): BreakerFacts;
  /** What differs between our ledger and the venue's, '' when they are equal. */
  ledgerDifference(): string;
}

const SETTLEMENT = { minedMsMean: 800, confirmedMsMean: 1_200, failProbability: 0 };
/** Duty cycles one turn may take: bounds a turn that goes on producing work. */
const CYCLES_MAX = 1_000;
/** After the last frame: things still due at the venue. */
const DUE_MAX = 100_000;

function createVenue(config: Config, foundation: Foundation, clock: Clock, random: Random): InProcessVenue {
  const { arena, markets, facts } = foundation;
  const { cashMicros } = config.simulate;
  return new InProcessVenue({
    ...{ clock, random, cashMicros, settlement: SETTLEMENT, latency: latencyOf(config.simulate) },
    ...{ books: readerOf(new Books(arena), SIDE_BID, SIDE_ASK), trades: new TradeRings(arena) },
    feeOf: (market) => facts.feeOf(market),
    viewOf: (marketIndex, token) => (markets.tokenOf(marketIndex, 0) === token ? 0 : 1),
  });
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
  const random = new Random(config.simulate.seed);
  const venue = createVenue(config, foundation, clock, random.split());
  const seen: HashedOpportunity[] = [];
  const lives: LifeRecord[] = [];
  const { breaker, executor } = buildExecution(foundation, {
    ...{ clock, gateway: venue, limits: config.breaker, options: config.execute },
    ...{ flickerNs: config.detect.flickerMs * 1e6, onLife: (life: LifeRecord) => lives.push(life) },
    maker: createOrderMaker(arena, random.split()),
    journal: new Journal(createNullSink(), configHash),
    leftMicros: (marketIndex, action, limitE4) => venue.leftMicros(marketIndex, action === ACTION_BUY_YES, limitE4),
    onOpportunity: (one: Opportunity) => {
      const legs = one.legs.map((leg) => ({ ...leg, marketId: markets.idOf(leg.marketIndex) }));
      seen.push({ ...one, basketId: baskets[one.basketIndex]!.id, legs });
    },
  });
  executor.deposit(config.simulate.cashMicros, 0);
  const turnAt = (nowNs: number): void => {
    clock.advanceTo(nowNs);
    for (let cycles = 0; cycles < CYCLES_MAX && executor.doWork(clock.nowNs()) > 0; cycles += 1);
  };
  return {
    turn: turnAt,
    finish: () => {
      executor.hold();
      turnAt(clock.nowNs());
      for (let due = 0; due < DUE_MAX && venue.nextDueNs !== undefined; due += 1) turnAt(venue.nextDueNs);
      executor.close();
    },
    opportunities: () => seen,
    lives: () => lives.map((life) => lifeReport(life, baskets)),
    columns: () => ({ ledger: executor.ledger.columns() }),
    money: () => moneyFacts(executor),
    pnl: () => pnlFacts(executor),
    orders: () => orderFacts(executor, clock.nowNs()),
    breaker: () => breakerFacts(breaker),
    ledgerDifference: () => ledgerDifference(executor.ledger, venue.ledger(), venue.funder),
  };
}
