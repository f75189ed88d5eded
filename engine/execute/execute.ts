// The executor: opportunity ring -> plan -> journal -> gate -> gateway, then outcomes -> ledger -> unwind. Runs on the
// main thread. Reads the opportunity rings; writes the journal, the ledger and the in-flight slots. Opens no socket.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_INVARIANT } from '../breaker/causes.ts';
import { Gate } from '../breaker/gate.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import { type RefusalCause, RefusalCounts } from '../breaker/refusals.ts';
import type { Agent } from '../core/agent.ts';
import type { Clock } from '../core/clock.ts';
import type { Journal } from '../ledger/journal.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Arena } from '../memory/arena.ts';
import type { Ring } from '../memory/ring.ts';
import type { AskBooks, FeeSchedule, Gateway, OrderMaker, VenueEvent } from '../venue/contract.ts';
import { isMarketOver, type Markets } from '../venue/markets.ts';
import { openBasket } from './baskets.ts';
import type { BasketPlan } from './batch.ts';
import { Decisions } from './decisions.ts';
import { Desk } from './desk.ts';
import { LifeBook, type LifeOptions } from './life-book.ts';
import { Marks } from './marks.ts';
import type { LeftMicros } from './offers.ts';
import type { ExecuteOptions } from './options.ts';
import { Payouts } from './payouts.ts';
import { Planner } from './planner.ts';
import { Reread, type RereadOpportunity } from './reread.ts';
import { Scribe } from './scribe.ts';
import { Sender } from './sender.ts';
import { Stages } from './stages.ts';
import { createStats, type ExecuteStats } from './stats.ts';
import { Tables } from './tables.ts';
import type { Opportunity } from './take.ts';
import type { Exposure } from './unhedged.ts';
import { CheapestPlanner } from './unwind-planner.ts';
import { Watch } from './watch.ts';
import { Work } from './work.ts';

/** What the executor is handed. */
export interface ExecuteParts {
  readonly arena: Arena;
  readonly agentIndex: number;
  readonly clock: Clock;
  readonly breaker: Breaker;
  readonly gateway: Gateway;
  readonly maker: OrderMaker;
  readonly markets: Markets;
  readonly journal: Journal;
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

export class Executor implements Agent {
  readonly role = 'execute';
  readonly ledger = new Ledger();
  readonly stats: ExecuteStats = createStats();
  readonly refusals = new RefusalCounts();
  readonly lives: LifeBook;
  readonly #parts: ExecuteParts;
  readonly tables: Tables;
  readonly #scribe: Scribe;
  readonly #gate: Gate;
  readonly #desk: Desk;
  readonly #sender: Sender;
  readonly #work: Work;
  readonly #watch: Watch;
  readonly #stages: Stages;
  readonly #reread: Reread | undefined;
  readonly #decisions: Decisions;
  readonly #payouts: Payouts;
  readonly #planner: Planner;
  readonly #coolUntilNs = new Map<number, number>();
  #held = false;
  #marks: Marks | undefined;

  constructor(parts: ExecuteParts) {
    this.#parts = parts;
    const { arena, askBooks: ask, breaker, clock, gateway, limits, maker, markets, options } = parts;
    const { ledger, stats, refusals } = this;
    this.tables = new Tables({ arena, refusals, stats, onGone: (gone) => this.lives.gone(gone) });
    const stages = new Stages(arena, parts.agentIndex);
    this.#stages = stages;
    this.#decisions = new Decisions(arena, stats);
    const scribe = new Scribe(parts.journal, ledger, breaker);
    this.#scribe = scribe;
    const feeOf = parts.feeOf.bind(parts);
    const desk = new Desk({
      ...{ breaker, scribe, gateway, options, stats, feeOf },
      onSent: (batchId, atNs) => stages.sent(batchId, atNs),
      onOutcome: (batchId, atNs) => stages.outcome(batchId, atNs),
    });
    this.#desk = desk;
    const gate = new Gate(arena, breaker, limits, {
      availableMicros: () => ledger.availableMicros,
      openNotionalMicros: () => ledger.openNotionalMicros,
      gatewayReady: () => gateway.ready(),
      marketHold: (marketIndex) => desk.hold(marketIndex),
    });
    this.#gate = gate;
    this.#watch = new Watch(arena, breaker, limits, scribe);
    this.#sender = new Sender({ clock, gate, gateway, maker, scribe, desk, feeOf });
    if (ask !== undefined) this.#reread = new Reread({ arena, markets, ask, ageMs: options.rereadAgeMs, stats });
    this.#planner = new Planner(parts, ledger);
    this.lives = new LifeBook({ clock, markets, scribe }, parts.lives);
    const books = { arena, maker, markets, feeOf, leftMicros: parts.leftMicros, collarE4: limits.collarE4 };
    const planner = new CheapestPlanner({ ...books, options, ledger, gate, planner: this.#planner });
    this.#payouts = new Payouts({ arena, markets, gateway, scribe, stats });
    const shared = { breaker, scribe, sender: this.#sender, watch: this.#watch };
    const isOver = (market: number): boolean => isMarketOver(arena, market);
    this.#work = new Work({ ...shared, planner, options, stats, refusals, isOver });
  }

  /** Starts with `micros` of cash. */
  deposit(micros: number, nowNs: number): void {
    this.#scribe.record({ type: 'deposit', atNs: nowNs, micros });
  }

  /** One duty cycle: outcomes first, so that what they free or block counts for the opportunities after them. */
  doWork(nowNs: number): number {
    let worked = this.#parts.gateway.poll(EVENTS_PER_CYCLE, (event) => this.#onEvent(event, nowNs));
    for (const rootBatchId of this.#desk.takeTouchedRoots()) this.#work.touch(rootBatchId, nowNs);
    this.#checkLimits(nowNs);
    this.#decisions.review(nowNs);
    worked += this.#payouts.review(nowNs);
    worked += this.#desk.ask(nowNs) + this.#work.unwindDue(nowNs) + this.#resume(nowNs);
    for (const ring of this.tables.rings) worked += this.#drain(ring, nowNs);
    this.lives.advance(nowNs);
    return worked;
  }

  /** Closes the breaker again, by `who` for `why`; false when a cause came since `expectedCauses` was read. */
  resetBreaker(expectedCauses: number, who: string, why: string, nowNs: number): boolean {
    if (!this.#parts.breaker.reset(expectedCauses, who, why)) return false;
    this.#watch.clearFailures();
    this.#scribe.record({ type: 'breaker', atNs: nowNs, event: 'reset', causes: [], who, why });
    return true;
  }

  /** True while an order has no outcome, a basket is worked off, or one waits for its legs to be read again. */
  busy(): boolean {
    return this.#desk.openOrders() > 0 || this.#work.workingCount() > 0 || this.#reread?.busy() === true;
  }

  /**
   * Takes no further opportunities: the run ends once what is out is known. Unwinds go on; a basket whose legs are being
   * read again is given up.
   */
  hold(): void {
    this.#held = true;
    this.#payouts.hasten();
    this.lives.end(this.#parts.clock.nowNs());
    if (this.#reread?.cancel() === true) this.refusals.add('STOPPING');
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

  /** Orders being followed: batches of unknown outcome, orders whose fills are not settled. */
  get desk(): Pick<Desk, 'unknownBatches' | 'unsettledOrders'> {
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
      if (this.#payouts.paid(event, nowNs)) this.#work.paid(event.token, nowNs);
      return;
    }
    const failedBefore = this.stats.unknownRequests + this.stats.refusedRequests;
    const foreignBefore = this.stats.foreignTrades;
    this.#desk.apply(event, nowNs);
    if (this.stats.unknownRequests + this.stats.refusedRequests > failedBefore) {
      this.#watch.addFailure();
    }
    // A trade on our account that we did not order: cash and positions are no longer known.
    if (this.stats.foreignTrades > foreignBefore) this.#parts.breaker.trip(CAUSE_INVARIANT, 0);
  }

  #checkLimits(nowNs: number): void {
    const { clock, markets } = this.#parts;
    const counts = { unknownBatches: this.#desk.unknownBatches(), ordersThisMinute: this.#gate.ordersThisMinute };
    this.#watch.check({ ...counts, markets: markets.count }, nowNs, clock.wallMs());
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
      const refused = this.#held ? 'STOPPING' : this.#pursue(opportunity, nowNs);
      if (refused !== undefined) this.refusals.add(refused);
    }
    return taken;
  }

  #pursue(opportunity: Opportunity, nowNs: number): RefusalCause | undefined {
    const { options } = this.#parts;
    const { basketIndex } = opportunity;
    if (nowNs - opportunity.recvNs > options.opportunityAgeMs * 1e6) return 'OPPORTUNITY_TOO_OLD';
    if (nowNs < (this.#coolUntilNs.get(basketIndex) ?? 0)) return 'COOL_DOWN';
    // While trading is halted an opportunity costs no plan; the gate looks again before anything is sent.
    if (opportunity.halted && this.#parts.breaker.isOpen()) return 'BREAKER_OPEN';
    const plan = this.#plan(opportunity, nowNs);
    if (typeof plan === 'string') return plan;
    const old = this.#reread?.oldLegs(opportunity.legs, nowNs) ?? [];
    // A basket that nobody could be asked about was not tried: it has no cool-down.
    if (old.length > 0 && !this.#reread!.ask(opportunity, old, nowNs)) return 'BOOK_NOT_READ';
    this.#coolUntilNs.set(basketIndex, nowNs + options.coolDownMs * 1e6);
    return old.length > 0 ? undefined : this.#send(opportunity, plan, nowNs);
  }

  /** Takes up the opportunity whose legs were read again; answers whether there was one. */
  #resume(nowNs: number): number {
    const answered = this.#reread?.take();
    if (answered === undefined) return 0;
    const refused = this.#pursueAgain(answered, nowNs);
    if (refused !== undefined) this.refusals.add(refused);
    this.#reread!.doubt(answered, nowNs);
    return 1;
  }

  #pursueAgain({ opportunity, askedNs }: RereadOpportunity, nowNs: number): RefusalCause | undefined {
    if (opportunity === undefined) return 'BOOK_NOT_READ';
    if (this.tables.isOld(opportunity)) return 'TABLE_REPLACED';
    if (nowNs - askedNs > this.#parts.options.opportunityAgeMs * 1e6) return 'OPPORTUNITY_TOO_OLD';
    if (opportunity.sizeMicros === 0) return 'EDGE_GONE';
    const plan = this.#plan(opportunity, nowNs);
    return typeof plan === 'string' ? plan : this.#send(opportunity, plan, nowNs);
  }

  /** What would be sent, screened by the gate. */
  #plan(opportunity: Opportunity, nowNs: number): BasketPlan | RefusalCause {
    if (this.#work.workingCount() >= this.#parts.options.openBaskets) return 'MAX_OPEN_BASKETS';
    const plan = this.#planner.plan(opportunity);
    return typeof plan === 'string' ? plan : (this.#gate.screen(plan.gateLegs, nowNs) ?? plan);
  }

  #send(opportunity: Opportunity, plan: BasketPlan, nowNs: number): RefusalCause | undefined {
    const sent = this.#sender.send(plan);
    if ('cause' in sent) return sent.cause;
    this.#stages.passed(sent.batchId, opportunity.recvNs, nowNs, sent.passedNs);
    this.stats.basketsSent += 1;
    this.#decisions.note(
      plan.gateLegs.map(({ marketIndex }) => marketIndex),
      nowNs,
    );
    this.stats.ordersSent += sent.orders.length;
    this.#work.add(openBasket(plan, opportunity, sent.batchId, sent.orders, nowNs));
    return undefined;
  }
}
