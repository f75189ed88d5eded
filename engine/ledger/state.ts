// The fold of a journal: ledger, order table and baskets as its records leave them, and a digest of it that the live state
// has too. Main thread: at a restart, and at the end of a run, which compares both.
import { blake3Hex } from '../core/digest.ts';
import { venueOfId } from '../venue/markets.ts';
import { Ledger } from './ledger.ts';
import { Losses } from './losses.ts';
import type { BreakerEvent, CoverRecord, IntentOrder, JournalRecord } from './records.ts';
import { SentHour } from './sent-hour.ts';

/** An order that passed the gate. */
export interface FoldedOrder {
  readonly order: IntentOrder;
  readonly batchId: number;
  readonly rootBatchId: number;
  /** As engine/execute/orders.ts names it. */
  state: string;
  filledMicros: number;
  /** Fills that are neither confirmed nor failed. */
  openFills: number;
  final: boolean;
  /** Fills that have not failed. */
  fills: Fill[];
}

/** A basket of which something passed the gate. */
export interface FoldedBasket {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  readonly payoutE4: number;
  readonly setsMicros: number;
  readonly exitMicros: number;
  /** One order of every leg, those of other venues included. */
  readonly legs: IntentOrder[];
  readonly covers: CoverRecord[];
  attempts: number;
}

type Intent = JournalRecord & { type: 'intent' };
type Fill = JournalRecord & { type: 'fill' };

/** What of an order goes into the digest. */
export type OrderFacts = Pick<FoldedOrder, 'state' | 'filledMicros' | 'openFills' | 'final' | 'batchId'>;

/** What of a basket goes into the digest: of a leg its token and what it buys beyond the complete sets. */
export interface BasketFacts {
  readonly rootBatchId: number;
  readonly attempts: number;
  readonly legs: readonly { readonly token: string; readonly residualMicros: number }[];
  readonly covers: readonly { readonly token: string; readonly of: string }[];
}

export class JournalState {
  readonly ledger = new Ledger();
  readonly orders = new Map<string, FoldedOrder>();
  readonly baskets = new Map<number, FoldedBasket>();
  /** Tokens that were paid. */
  readonly paid = new Set<string>();
  /** Causes for which the breaker was open when the journal ended. */
  readonly causes = new Set<string>();
  /** Intents whose gate has not spoken: the journal ended between the two. */
  readonly pending = new Map<number, Intent>();
  /** Of each basket, the covers that its last way out names: they count once orders of it passed the gate. */
  readonly #planned = new Map<number, readonly CoverRecord[]>();
  /** What concluded baskets came to, and what of it each of them did. */
  readonly losses = new Losses();
  readonly counted = new Map<number, number>();
  /** What left, or may have. */
  readonly sent = new SentHour();
  /** When the orders of each batch were intended, ms since 1970. */
  readonly #intendedMs = new Map<number, number>();
  records = 0;
  lastBatchId = 0;
  /** A time of the run that wrote, and when that was. */
  #known = { atNs: 0, wallMs: 0 };

  apply(record: JournalRecord): void {
    this.records += 1;
    this.ledger.apply(record);
    if (record.type === 'intent') this.#intend(record);
    else if (record.type === 'gate') this.#gate(record.batchId, record.cause);
    else if (record.type === 'outcome') this.#outcome(record.orderId, record.state);
    else if (record.type === 'final') this.#order(record.orderId).final = true;
    else if (record.type === 'fill') this.#fill(record);
    else if (record.type === 'confirmed') this.#order(record.orderId).openFills -= 1;
    else if (record.type === 'failed') this.#fail(record.tradeId, record.orderId);
    else if (record.type === 'settle') this.paid.add(record.token);
    else if (record.type === 'unwind') this.#planned.set(record.rootBatchId, record.covers);
    else if (record.type === 'breaker') this.#breaker(record.event, record.causes);
    else if (record.type === 'result') this.#result(record);
    else if (record.type === 'day') {
      this.#known = record;
      this.losses.at(record.wallMs);
    }
  }

  /** Equal to that of the live state that wrote the records, or one of both is wrong. */
  digest(): string {
    const orders = [...this.orders].map(([id, order]): [string, OrderFacts] => [id, order]);
    return stateDigest(this.ledger, this.losses, orders, [...this.baskets.values()].map(factsOfFolded));
  }

  #wallMs(atNs: number): number {
    return this.#known.wallMs + Math.floor((atNs - this.#known.atNs) / 1e6);
  }

  #result({ atNs, rootBatchId, micros }: JournalRecord & { type: 'result' }): void {
    this.losses.turn(this.#wallMs(atNs));
    this.losses.add(micros);
    this.counted.set(rootBatchId, (this.counted.get(rootBatchId) ?? 0) + micros);
  }

  #outcome(orderId: string, state: string): void {
    const folded = this.#order(orderId);
    folded.state = state;
    if (state === 'deniedLocally') this.#count(folded.batchId, [folded.order], -1);
  }

  #count(batchId: number, orders: readonly IntentOrder[], sign: 1 | -1): void {
    // A batch is of one venue.
    this.sent.add(venueOfId(orders[0]!.marketId), orders, this.#intendedMs.get(batchId)!, sign);
  }

  #intend(record: Intent): void {
    this.pending.set(record.batchId, record);
    this.#intendedMs.set(record.batchId, this.#wallMs(record.atNs));
    this.lastBatchId = Math.max(this.lastBatchId, record.batchId, record.rootBatchId);
  }

  #gate(batchId: number, cause: string): void {
    const intent = this.pending.get(batchId);
    this.pending.delete(batchId);
    if (intent === undefined || cause !== '') return;
    const { rootBatchId } = intent;
    this.#count(batchId, intent.orders, 1);
    for (const order of intent.orders) {
      const start = { state: 'intent', filledMicros: 0, openFills: 0, final: false, fills: [] };
      this.orders.set(order.orderId, { order, batchId, rootBatchId, ...start });
    }
    const basket = this.#basketOf(intent);
    basket.attempts = Math.max(basket.attempts, intent.attempt ?? 0);
    if (intent.payoutE4 === 0) {
      this.#cover(basket);
      return;
    }
    const isNew = ({ token }: IntentOrder): boolean => !basket.legs.some((leg) => leg.token === token);
    basket.legs.push(...intent.orders.filter(isNew));
  }

  #cover({ rootBatchId, covers }: FoldedBasket): void {
    for (const cover of this.#planned.get(rootBatchId) ?? []) {
      if (!covers.some(({ token }) => token === cover.token)) covers.push(cover);
    }
  }

  #basketOf({ rootBatchId, basketIndex, payoutE4, setsMicros = 0, exitMicros = 0 }: Intent): FoldedBasket {
    let basket = this.baskets.get(rootBatchId);
    if (basket === undefined) {
      const terms = { rootBatchId, basketIndex, payoutE4, setsMicros, exitMicros };
      basket = { ...terms, legs: [], covers: [], attempts: 0 };
      this.baskets.set(rootBatchId, basket);
    }
    return basket;
  }

  #fill(record: Fill): void {
    const order = this.#order(record.orderId);
    order.filledMicros += record.sizeMicros;
    order.openFills += 1;
    order.fills.push(record);
  }

  #fail(tradeId: string, orderId: string): void {
    const order = this.#order(orderId);
    order.openFills -= 1;
    order.filledMicros -= order.fills.find((fill) => fill.tradeId === tradeId)!.sizeMicros;
    order.fills = order.fills.filter((fill) => fill.tradeId !== tradeId);
  }

  #breaker(event: BreakerEvent, causes: readonly string[]): void {
    // What was lost is forgiven by a person only.
    if (event === 'reset') this.losses.rebase();
    if (event === 'reset' || event === 'closed') this.causes.clear();
    else if (event === 'trip' || event === 'kill') for (const cause of causes) this.causes.add(cause);
  }

  /**
   * Intents whose gate has not spoken may have left: their cash is set aside, and the venue is asked. Answers the records
   * that say so, for the journal.
   */
  clearPending(atNs: number): JournalRecord[] {
    return [...this.pending.keys()].map((batchId) => ({ type: 'gate', atNs, batchId, cause: '' }));
  }

  #order(orderId: string): FoldedOrder {
    const order = this.orders.get(orderId);
    if (order === undefined) throw new Error(`order ${orderId} passed the gate before anything became of it`);
    return order;
  }
}

/** What of a folded basket goes into the digest. */
export function factsOfFolded({ rootBatchId, attempts, legs, covers, setsMicros }: FoldedBasket): BasketFacts {
  const own = legs.map(({ token, sizeMicros }) => {
    return { token, residualMicros: Math.max(0, sizeMicros - setsMicros) };
  });
  return { rootBatchId, attempts, legs: own, covers };
}

/** BLAKE3 over ledger, losses, order table and baskets, 64 hex digits. */
export function stateDigest(
  ledger: Ledger,
  losses: Losses,
  orders: Iterable<readonly [string, OrderFacts]>,
  baskets: Iterable<BasketFacts>,
): string {
  const table = [...orders]
    .map(([id, { batchId, state, filledMicros, openFills, final }]) => {
      return [id, batchId, state, filledMicros, openFills, final] as const;
    })
    .sort(byToken);
  const worked = [...baskets]
    .map(({ rootBatchId, attempts, legs, covers }) => {
      const own = legs.map(({ token, residualMicros }) => [token, residualMicros] as const);
      return [rootBatchId, attempts, own.sort(byToken), covers.map(({ token, of }) => [token, of] as const)] as const;
    })
    .sort(([a], [b]) => a - b);
  return blake3Hex(JSON.stringify([ledger.canonical(), losses.columns(), table, worked]));
}

function byToken([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : 1;
}
