// Before a restarted run trades: cancels what rests of an earlier one, waits for the outcome of every order that it left
// without one, and compares cash and positions with each venue to the unit. What differs is asked about once more, and refuses
// the run if it stays. Main thread, beside the executor's duty cycle, which books what the venues answer.
import type { Clock } from '../core/clock.ts';
import type { Executor } from '../execute/execute.ts';
import type { JournalState } from '../ledger/state.ts';
import type { VenueName } from '../venue/contract.ts';
import { venueOfId } from '../venue/markets.ts';
import { compareAccount, tokensToAsk } from './compare-account.ts';
import type { AccountState, RunVenue } from './venue-link.ts';

export interface Reconciled {
  readonly cancelled: number;
  readonly fillsMissed: number;
  /** Why the run must not trade, '' when it may. */
  readonly refused: string;
}

export interface ReconcileParts {
  readonly clock: Clock;
  /** The journal that was gone on with had a deposit at that venue. */
  hadCash(name: VenueName): boolean;
  pause(ms: number): Promise<void>;
}

/** How long outcomes and settlements may take to be known, and differences that go on changing to go away. */
export const RECONCILE_WAIT_MS = 120_000;
/** A venue's balances follow its trades; so often, and so far apart, it is looked again before a difference counts. */
const ROUNDS = 8;
const ROUND_MS = 500;
const LOOK_MS = 20;
/** From one question about an order to the next. */
const ASK_AGAIN_MS = 2_000;

export async function reconcile(
  executor: Executor,
  state: JournalState,
  venues: readonly RunVenue[],
  parts: ReconcileParts,
): Promise<Reconciled> {
  const fillsBefore = executor.stats.fills;
  const work = new Reconciliation(executor, state, venues, parts);
  const refused = work.cannotAsk() || (await work.outcomes()) || (await work.compared());
  return { cancelled: work.cancelled.size, fillsMissed: executor.stats.fills - fillsBefore, refused };
}

class Reconciliation {
  /** Orders whose cancel the venue was asked for. */
  readonly cancelled = new Set<string>();
  readonly #executor: Executor;
  readonly #state: JournalState;
  readonly #venues: readonly RunVenue[];
  readonly #parts: ReconcileParts;
  readonly #untilNs: number;
  /** Of the journal, by the venues' own word. */
  readonly #resting = new Set<string>();
  /** When orders were asked about because something differed, ns. */
  readonly #askedNs = new Map<string, number>();
  /** Venues that are asked about every token, because something differed. */
  readonly #wide = new Set<VenueName>();

  constructor(executor: Executor, state: JournalState, venues: readonly RunVenue[], parts: ReconcileParts) {
    this.#executor = executor;
    this.#state = state;
    this.#venues = venues;
    this.#parts = parts;
    this.#untilNs = parts.clock.nowNs() + RECONCILE_WAIT_MS * 1e6;
  }

  /** Each of these answers why the run must not trade, '' when nothing is against it. */
  cannotAsk(): string {
    // Waiting would change nothing, and lone legs at other venues get no way out meanwhile.
    const unasked = this.#venues.filter(({ gateway: { venue }, readAccount }) => {
      return readAccount === undefined && (this.#parts.hadCash(venue) || hasOrders(this.#state, venue));
    });
    if (unasked.length === 0) return '';
    const names = unasked.map(({ gateway }) => gateway.venue).join(', ');
    return `${names}: it cannot be asked for its account, and the journal has money or orders there`;
  }

  /** Waits for them; what rests is cancelled at once, or it would go on filling. */
  async outcomes(): Promise<string> {
    const { restart } = this.#executor;
    await this.#learnResting();
    let nextCancelNs = 0;
    // What a venue has matched is in its balances once it is settled there.
    while (restart.openOrders() > 0 || restart.unsettledOrders() > 0) {
      const nowNs = this.#parts.clock.nowNs();
      if (nowNs >= this.#untilNs) {
        const [open, unsettled] = [restart.openOrders(), restart.unsettledOrders()];
        if (open > 0) return `${open} orders have no outcome after ${RECONCILE_WAIT_MS / 1_000} s`;
        return `fills of ${unsettled} orders are not settled after ${RECONCILE_WAIT_MS / 1_000} s`;
      }
      if (nowNs >= nextCancelNs) {
        this.#cancelResting();
        nextCancelNs = nowNs + ROUND_MS * 1e6;
      }
      await this.#parts.pause(LOOK_MS);
    }
    return '';
  }

  async compared(): Promise<string> {
    const { clock, pause } = this.#parts;
    let before = '';
    // So long as what differs goes on changing, somebody is getting somewhere.
    for (let unchanged = 0; unchanged < ROUNDS; unchanged += 1) {
      const differences: string[] = [];
      for (const venue of this.#venues) {
        const found = await this.#compare(venue);
        differences.push(...found.map((text) => `${venue.gateway.venue}: ${text}`));
      }
      if (differences.length === 0) return '';
      const text = differences.join('; ');
      if (text !== before && clock.nowNs() < this.#untilNs) unchanged = 0;
      before = text;
      await pause(ROUND_MS);
    }
    return `journal and venue differ: ${before}`;
  }

  /** What the venues say rests of the journal; one that does not answer is asked again when accounts are compared. */
  async #learnResting(): Promise<void> {
    const lists = await Promise.allSettled(this.#venues.map(async (venue) => venue.readAccount?.([])));
    for (const list of lists) {
      const account = list.status === 'fulfilled' ? list.value : undefined;
      for (const id of account?.restingOrders ?? []) if (this.#state.orders.has(id)) this.#resting.add(id);
    }
    this.#cancelResting();
  }

  /** Those that the venues list, and those of which nobody knows yet that they do not rest. */
  #cancelResting(): void {
    for (const id of new Set([...this.#resting, ...this.#executor.restart.restingOrders()])) this.#cancel(id);
  }

  #cancel(orderId: string): void {
    const marketId = this.#state.orders.get(orderId)?.order.marketId;
    if (marketId === undefined) return;
    const venue = this.#venues.find(({ gateway }) => gateway.venue === venueOfId(marketId));
    if (venue?.gateway.cancel(orderId) !== true) return;
    this.cancelled.add(orderId);
    // Should its answer be lost, the executor asks, and knows that it rests.
    this.#resting.delete(orderId);
  }

  #askAgain(gateway: RunVenue['gateway'], orderId: string): void {
    const nowNs = this.#parts.clock.nowNs();
    if (nowNs < (this.#askedNs.get(orderId) ?? Number.NEGATIVE_INFINITY) + ASK_AGAIN_MS * 1e6) return;
    this.#askedNs.set(orderId, nowNs);
    gateway.query(orderId);
  }

  /** What differs at one venue; whatever may explain it is asked for. */
  async #compare(venue: RunVenue): Promise<readonly string[]> {
    if (venue.readAccount === undefined) return [];
    const { gateway } = venue;
    const books = { ledger: this.#executor.ledger, state: this.#state };
    let account: AccountState;
    try {
      account = await venue.readAccount(tokensToAsk(books, gateway.venue, this.#wide.has(gateway.venue)));
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
    const { differences, resting, doubtful, unpaid } = compareAccount(books, venue, account);
    const isFirst = differences.length > 0 && !this.#wide.has(gateway.venue);
    if (isFirst) this.#wide.add(gateway.venue);
    if (unpaid.length > 0) gateway.askPaid?.(unpaid);
    // What was paid explains most, and waits for questions about orders: those come after it, and not all the time.
    if (!isFirst || unpaid.length === 0) for (const orderId of doubtful) this.#askAgain(gateway, orderId);
    for (const orderId of resting) this.#cancel(orderId);
    return differences;
  }
}

function hasOrders({ orders }: JournalState, name: VenueName): boolean {
  return [...orders.values()].some(({ order }) => venueOfId(order.marketId) === name);
}
