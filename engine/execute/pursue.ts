// From an opportunity to orders on their way: planned, screened, read again where books are old, batched, sent. Executor's
// thread.
import type { Breaker } from '../breaker/breaker.ts';
import type { Gate } from '../breaker/gate.ts';
import type { RefusalCause, RefusalCounts } from '../breaker/refusals.ts';
import { breakerRefusal } from '../breaker/state.ts';
import { openBasket } from './baskets.ts';
import type { BasketPlan } from './batch.ts';
import type { Batcher } from './batcher.ts';
import type { Decisions } from './decisions.ts';
import type { ExecuteOptions } from './options.ts';
import type { Planner } from './planner.ts';
import type { Reread, RereadOpportunity } from './reread.ts';
import type { SecondLegs } from './second-legs.ts';
import type { Sender } from './sender.ts';
import type { Stages } from './stages.ts';
import type { ExecuteStats } from './stats.ts';
import type { Tables } from './tables.ts';
import type { Opportunity } from './take.ts';
import type { Watch } from './watch.ts';
import type { Work } from './work.ts';

export interface PursuitParts {
  readonly breaker: Breaker;
  readonly gate: Gate;
  readonly tables: Tables;
  readonly planner: Planner;
  /** Absent: legs are sent as they are. */
  readonly reread: Reread | undefined;
  readonly batcher: Batcher;
  readonly sender: Sender;
  readonly secondLegs: SecondLegs;
  readonly work: Work;
  readonly watch: Watch;
  readonly decisions: Decisions;
  readonly stages: Stages;
  readonly options: ExecuteOptions;
  readonly stats: ExecuteStats;
  readonly refusals: RefusalCounts;
}

export class Pursuit {
  readonly #parts: PursuitParts;
  readonly #coolUntilNs = new Map<number, number>();

  constructor(parts: PursuitParts) {
    this.#parts = parts;
  }

  /** A basket waits for its legs to be read again, or for its request. */
  busy(): boolean {
    return this.#parts.batcher.count > 0 || this.#parts.reread?.busy() === true;
  }

  /** Gives up what has not been sent. */
  cancel(): void {
    const { batcher, reread, refusals } = this.#parts;
    for (let left = batcher.drop(); left > 0; left -= 1) refusals.add('STOPPING');
    if (reread?.cancel() === true) refusals.add('STOPPING');
  }

  /** Takes an opportunity up; what refuses it is counted. */
  take(opportunity: Opportunity, nowNs: number): void {
    this.#count(this.#pursue(opportunity, nowNs));
  }

  /** Takes up the opportunity whose legs were read again; answers whether there was one. */
  resume(nowNs: number): number {
    const { reread } = this.#parts;
    const answered = reread?.take();
    if (answered === undefined) return 0;
    this.#count(this.#pursueAgain(answered, nowNs));
    this.flush(nowNs);
    reread!.doubt(answered, nowNs);
    return 1;
  }

  /** Sends what is ready and need not wait; answers how many baskets. */
  flush(nowNs: number): number {
    const { batcher, sender } = this.#parts;
    let baskets = 0;
    for (let group = batcher.take(nowNs); group.length > 0; group = batcher.take(nowNs)) {
      const sent = sender.sendBaskets(group.map(({ plan }) => plan));
      for (const [place, result] of sent.entries()) {
        const { opportunity, plan, readyNs } = group[place]!;
        if ('cause' in result) {
          this.#parts.refusals.add(result.cause);
          continue;
        }
        const { batchId, orders, passedNs, waiting } = result;
        const { stages, stats, decisions, work, watch, secondLegs } = this.#parts;
        stages.passed(batchId, opportunity.recvNs, readyNs, passedNs);
        stats.basketsSent += 1;
        stats.ordersSent += orders.length - waiting.reduce((sum, part) => sum + part.orders.length, 0);
        if (group.length > 1) stats.basketsBatched += 1;
        decisions.note(
          plan.gateLegs.map(({ marketIndex }) => marketIndex),
          nowNs,
        );
        const basket = openBasket(plan, opportunity, batchId, orders, nowNs);
        work.add(basket);
        watch.sent(basket, nowNs);
        if (waiting.length > 0) secondLegs.add(basket, plan, waiting, nowNs);
      }
      baskets += group.length;
    }
    return baskets;
  }

  #count(refused: RefusalCause | undefined): void {
    if (refused !== undefined) this.#parts.refusals.add(refused);
  }

  #pursue(opportunity: Opportunity, nowNs: number): RefusalCause | undefined {
    const { options, reread, breaker } = this.#parts;
    const { basketIndex } = opportunity;
    if (nowNs - opportunity.recvNs > options.opportunityAgeMs * 1e6) return 'OPPORTUNITY_TOO_OLD';
    if (nowNs < (this.#coolUntilNs.get(basketIndex) ?? 0)) return 'COOL_DOWN';
    // While trading is halted an opportunity costs no plan; the gate looks again before anything is sent.
    const refused = opportunity.halted ? breakerRefusal(breaker.word(), false) : undefined;
    if (refused !== undefined) return refused;
    const plan = this.#plan(opportunity, nowNs);
    if (typeof plan === 'string') return plan;
    const old = reread?.oldLegs(opportunity.legs, nowNs) ?? [];
    // A basket that nobody could be asked about was not tried: it has no cool-down.
    if (old.length > 0 && !reread!.ask(opportunity, old, nowNs)) return 'BOOK_NOT_READ';
    this.#coolUntilNs.set(basketIndex, nowNs + options.coolDownMs * 1e6);
    if (old.length === 0) this.#ready(opportunity, plan, nowNs);
    return undefined;
  }

  #pursueAgain({ opportunity, askedNs }: RereadOpportunity, nowNs: number): RefusalCause | undefined {
    if (opportunity === undefined) return 'BOOK_NOT_READ';
    if (this.#parts.tables.isOld(opportunity)) return 'TABLE_REPLACED';
    if (nowNs - askedNs > this.#parts.options.opportunityAgeMs * 1e6) return 'OPPORTUNITY_TOO_OLD';
    if (opportunity.sizeMicros === 0) return 'EDGE_GONE';
    const plan = this.#plan(opportunity, nowNs);
    if (typeof plan === 'string') return plan;
    this.#ready(opportunity, plan, nowNs);
    return undefined;
  }

  /** What would be sent, screened by the gate. */
  #plan(opportunity: Opportunity, nowNs: number): BasketPlan | RefusalCause {
    const { work, batcher, options, planner, gate } = this.#parts;
    if (work.workingCount() + batcher.count >= options.openBaskets) return 'MAX_OPEN_BASKETS';
    const plan = planner.plan(opportunity);
    return typeof plan === 'string' ? plan : (gate.screen(plan.gateLegs, nowNs) ?? plan);
  }

  #ready(opportunity: Opportunity, plan: BasketPlan, nowNs: number): void {
    this.#parts.batcher.add({ opportunity, plan, readyNs: nowNs });
    this.flush(nowNs);
  }
}
