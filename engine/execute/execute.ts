// The executor: opportunity ring -> plan -> journal -> gate -> gateways, then outcomes -> ledger -> unwind. Runs on the
// main thread. Reads the opportunity rings; writes the journal, the ledger and the in-flight slots. Opens no socket.
import { VIEW_YES } from '../../wasm/layout.ts';
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_INVARIANT } from '../breaker/causes.ts';
import type { Gate } from '../breaker/gate.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import { RefusalCounts } from '../breaker/refusals.ts';
import type { Agent } from '../core/agent.ts';
import type { Clock } from '../core/clock.ts';
import type { Journal } from '../ledger/journal.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { JournalState } from '../ledger/state.ts';
import type { Arena } from '../memory/arena.ts';
import type { Ring } from '../memory/ring.ts';
import type { AskBooks, FeeSchedule, TradingVenue, VenueEvent, VenueName } from '../venue/contract.ts';
import { isMarketOver, type Markets } from '../venue/markets.ts';
import { Batcher } from './batcher.ts';
import { BreakerDesk } from './breaker-desk.ts';
import type { OrderCaps } from './capped-gateway.ts';
import type { Spend } from './caps.ts';
import { Decisions } from './decisions.ts';
import { Desk } from './desk.ts';
import { gateOf } from './gate-state.ts';
import { LifeBook, type LifeOptions } from './life-book.ts';
import { Marks } from './marks.ts';
import type { LeftMicros } from './offers.ts';
import { OpenMoney } from './open-money.ts';
import type { ExecuteOptions } from './options.ts';
import { Payouts } from './payouts.ts';
import { Planner } from './planner.ts';
import { Pursuit, type PursuitParts } from './pursue.ts';
import { Reread } from './reread.ts';
import { Restart } from './restart.ts';
import { Scribe } from './scribe.ts';
import { SecondLegs } from './second-legs.ts';
import { Sender } from './sender.ts';
import { Stages } from './stages.ts';
import { createStats, type ExecuteStats } from './stats.ts';
import { Tables } from './tables.ts';
import type { Opportunity } from './take.ts';
import type { Exposure } from './unhedged.ts';
import { CheapestPlanner } from './unwind-planner.ts';
import { Venues } from './venues.ts';
import { Watch } from './watch.ts';
import { Work, type WorkParts } from './work.ts';

/** What the executor is handed. */
export interface ExecuteParts {
  readonly arena: Arena;
  readonly agentIndex: number;
  readonly clock: Clock;
  readonly breaker: Breaker;
  /** A market of a venue that is not among them is followed and not traded. */
  readonly venues: readonly TradingVenue[];
  /** What each venue is sent at most, whoever sends. */
  readonly caps: Readonly<Record<VenueName, OrderCaps>>;
  readonly markets: Markets;
  readonly journal: Journal;
  /** What the journal has of earlier runs; absent: nothing. */
  readonly before?: JournalState | undefined;
  readonly options: ExecuteOptions;
  readonly limits: BreakerLimits;
  /**
   * Shares still to be had of an outcome within a limit, where the books do not show what our own fills took (a replay,
   * a venue over the engine's own books). Absent: the books show it.
   */
  readonly leftMicros?: LeftMicros | undefined;
  /** Reads legs again before they are sent when their books are old. Absent: they are sent as they are. */
  readonly askBooks?: AskBooks | undefined;
  /** Told of every opportunity taken from the rings, before it is judged. */
  onOpportunity?(opportunity: Opportunity): void;
  readonly lives?: LifeOptions;
  /** Fee schedule of a market, undefined when unknown. */
  feeOf(marketIndex: number): FeeSchedule | undefined;
  /** Name of a market's event, undefined when it has none. */
  eventOf(marketIndex: number): string | undefined;
}

const EVENTS_PER_CYCLE = 256;
const OPPORTUNITIES_PER_CYCLE = 16;

/** What all that works on baskets is handed. */
type Shared = 'breaker' | 'sender' | 'options' | 'stats' | 'refusals';

export class Executor implements Agent {
  readonly role = 'execute';
  readonly ledger: Ledger;
  readonly stats: ExecuteStats = createStats();
  readonly refusals = new RefusalCounts();
  readonly lives: LifeBook;
  readonly restart: Restart;
  /** What an operator does to the breaker. */
  readonly breakerDesk: BreakerDesk;
  readonly #parts: ExecuteParts;
  readonly tables: Tables;
  readonly #scribe: Scribe;
  readonly #gate: Gate;
  readonly #desk: Desk;
  readonly #venues: Venues;
  readonly #sender: Sender;
  readonly #secondLegs: SecondLegs;
  readonly #pursuit: Pursuit;
  readonly #work: Work;
  readonly #watch: Watch;
  readonly #stages: Stages;
  readonly #decisions: Decisions;
  readonly #payouts: Payouts;
  #held = false;
  #marks: Marks | undefined;

  constructor(parts: ExecuteParts) {
    this.#parts = parts;
    this.ledger = parts.before?.ledger ?? new Ledger();
    const { arena, breaker, clock, limits, markets, options } = parts;
    const { ledger, stats, refusals } = this;
    this.tables = new Tables({ arena, refusals, stats, onGone: (gone) => this.lives.gone(gone) });
    const stages = new Stages(arena, parts.agentIndex);
    this.#stages = stages;
    this.#decisions = new Decisions(arena, stats);
    const scribe = new Scribe(parts.journal, ledger, breaker);
    this.#scribe = scribe;
    const venues = new Venues(arena, parts.venues, parts.caps, clock);
    this.#venues = venues;
    const feeOf = parts.feeOf.bind(parts);
    this.#desk = new Desk({
      ...{ breaker, scribe, venues, options, stats, feeOf },
      yesOf: (marketIndex) => markets.tokenOf(marketIndex, VIEW_YES),
      onSent: (batchId, atNs) => this.#watch.left(stages.sent(batchId, atNs)),
      onOutcome: (batchId, atNs) => stages.outcome(batchId, atNs),
      onFailed: (rootBatchId) => this.#failed(rootBatchId),
    });
    const sender = (): Sender => this.#sender;
    const gate = gateOf(parts, this.#desk, ledger, venues, sender);
    this.#gate = gate;
    const eventOf = parts.eventOf.bind(parts);
    this.#watch = new Watch({ arena, breaker, limits, scribe, openMoney: new OpenMoney({ markets, ledger, eventOf }) });
    this.breakerDesk = new BreakerDesk(breaker, this.#watch);
    this.#sender = new Sender({
      ...{ clock, gate, venues, scribe, desk: this.#desk, feeOf, crossVenue: options.crossVenue },
      lastBatchId: parts.before?.lastBatchId ?? 0,
    });
    this.lives = new LifeBook({ clock, markets, scribe }, parts.lives);
    this.#payouts = new Payouts({ arena, markets, venues, scribe, stats });
    const batcher = new Batcher(options, venues);
    const waiting = (): readonly Spend[] => batcher.spends();
    const planner = new Planner({ ...planParts(parts), venues, waiting }, ledger);
    const shared = { breaker, sender: this.#sender, options, stats, refusals };
    this.#work = this.#workOf(shared, planner);
    const own = { desk: this.#desk, work: this.#work, sender: this.#sender, watch: this.#watch };
    this.restart = new Restart({ arena, clock, markets, ledger, venues, breaker, ...own });
    this.#secondLegs = new SecondLegs({ ...shared, gate, desk: this.#desk, venues });
    this.#pursuit = this.#pursuitOf({ ...shared, planner, batcher });
  }

  #workOf(shared: Pick<WorkParts, Shared>, planner: Planner): Work {
    const parts = this.#parts;
    const venues = this.#venues;
    const { ledger } = this;
    const ways = { ...planParts(parts), venues, ledger, collarE4: parts.limits.collarE4, gate: this.#gate, planner };
    return new Work({
      ...{ ...shared, scribe: this.#scribe, watch: this.#watch, planner: new CheapestPlanner(ways) },
      isHalted: (marketIndex) => venues.isHalted(venues.nameOf(marketIndex)),
      isOver: (marketIndex) => isMarketOver(parts.arena, marketIndex),
    });
  }

  #pursuitOf(shared: Pick<PursuitParts, Shared | 'planner' | 'batcher'>): Pursuit {
    const { arena, askBooks: ask, markets, options } = this.#parts;
    const rereads = { arena, markets, ageMs: options.rereadAgeMs, stats: this.stats };
    return new Pursuit({
      ...{ ...shared, gate: this.#gate, work: this.#work, watch: this.#watch, secondLegs: this.#secondLegs },
      ...{ decisions: this.#decisions, stages: this.#stages, tables: this.tables },
      reread: ask === undefined ? undefined : new Reread({ ...rereads, ask }),
    });
  }

  /** Starts with `micros` of cash at a venue. */
  deposit(micros: number, nowNs: number, venue: VenueName = 'polymarket'): void {
    this.#scribe.record({ type: 'deposit', atNs: nowNs, micros, venue });
  }

  /** One duty cycle: outcomes first, so that what they free or block counts for the opportunities after them. */
  doWork(nowNs: number): number {
    this.#watch.turn(nowNs, this.#parts.clock.wallMs());
    let worked = this.#venues.poll(EVENTS_PER_CYCLE, (event) => this.#onEvent(event, nowNs));
    worked += this.#secondLegs.review(nowNs);
    for (const rootBatchId of this.#desk.takeTouchedRoots()) this.restart.touch(rootBatchId, nowNs);
    this.#checkLimits(nowNs);
    this.#decisions.review(nowNs);
    worked += this.#payouts.review(nowNs);
    worked += this.#desk.ask(nowNs) + this.#work.unwindDue(nowNs) + this.#pursuit.resume(nowNs);
    for (const ring of this.tables.rings) worked += this.#drain(ring, nowNs);
    worked += this.#pursuit.flush(nowNs);
    this.lives.advance(nowNs);
    return worked;
  }

  /** True while an order has no outcome, a basket is worked off, or one waits for its legs to be read again. */
  busy(): boolean {
    return this.#desk.openOrders() > 0 || this.#work.workingCount() > 0 || this.#pursuit.busy();
  }

  /**
   * Takes no further opportunities: the run ends once what is out is known. Unwinds go on; a basket whose legs are being
   * read again is given up.
   */
  hold(): void {
    this.#held = true;
    this.#payouts.hasten();
    this.lives.end(this.#parts.clock.nowNs());
    this.#pursuit.cancel();
  }

  /** What holdings would bring now, for one report; as they were when `keepMarks` was called, once it was. */
  marks(): Marks {
    return this.#marks ?? new Marks(this.#parts);
  }

  /** The books are about to end: what is held keeps its marks. */
  keepMarks(): void {
    this.#marks = this.marks();
    this.#marks.keep(this.ledger.toPositions().map(([token]) => token));
  }

  /** Orders being followed: requests of unknown outcome, orders whose fills are not settled. */
  get desk(): Pick<Desk, 'unknownRequests' | 'unsettledOrders' | 'openOrders'> {
    return this.#desk;
  }

  /** Baskets being worked off: missed orders, unwind costs, what is unhedged. */
  get work(): Pick<Work, 'missedOrders' | 'unwindCostMicros' | 'unhedged'> {
    return this.#work;
  }

  exposures(): Exposure[] {
    return this.#work.exposures();
  }

  /** What the journal failed with, '' while it works. */
  get journalError(): string {
    return this.#scribe.journalError;
  }

  close(): void {
    this.hold();
    this.#decisions.review(this.#parts.clock.nowNs(), true);
    this.#scribe.close();
  }

  #onEvent(event: VenueEvent, nowNs: number): void {
    if (event.kind === 'paid') {
      if (this.#payouts.paid(event, nowNs))
        for (const told of [this.#work, this.restart]) told.paid(event.token, nowNs);
      return;
    }
    const foreignBefore = this.stats.foreignTrades;
    this.#desk.apply(event, nowNs);
    // A trade on our account that we did not order: cash and positions are no longer known.
    if (this.stats.foreignTrades > foreignBefore) this.#parts.breaker.trip(CAUSE_INVARIANT, 0);
  }

  #failed(rootBatchId: number): void {
    const basket = this.#work.baskets.get(rootBatchId);
    if (basket !== undefined) this.#watch.addFailure(basket);
  }

  #checkLimits(nowNs: number): void {
    const counts = {
      unknownBatches: this.#desk.unknownRequests(),
      ordersThisMinute: this.#gate.ordersThisMinute(nowNs),
    };
    const unhedgedDollarSeconds = this.#work.unhedgedDollarSeconds(nowNs);
    this.#watch.check({ ...counts, unhedgedDollarSeconds, markets: this.#parts.markets.count }, nowNs);
  }

  #drain(ring: Ring, nowNs: number): number {
    let taken = 0;
    while (taken < OPPORTUNITIES_PER_CYCLE) {
      const opportunity = this.tables.take(ring);
      if (opportunity === undefined) break;
      taken += 1;
      this.stats.opportunitiesTaken += 1;
      this.#parts.onOpportunity?.(opportunity);
      this.lives.tell(opportunity);
      this.#stages.taken(opportunity, nowNs);
      if (this.#held) this.refusals.add('STOPPING');
      else if (this.restart.isReconciling) this.refusals.add('RECONCILING');
      else this.#pursuit.take(opportunity, nowNs);
    }
    return taken;
  }
}

/** The part of the executor's that plans. */
function planParts({ arena, breaker, markets, options, limits, leftMicros, ...parts }: ExecuteParts) {
  const feeOf = parts.feeOf.bind(parts);
  const eventOf = parts.eventOf.bind(parts);
  return { arena, breaker, markets, options, limits, leftMicros, feeOf, eventOf };
}
