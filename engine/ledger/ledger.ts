// The ledger: cash, reservations, positions, fees and P&L in integer micro-dollars, as a fold of journal records.
// Lives on the executor's thread; apply() is the only writer, so fold(journal) is the live ledger bit for bit.
//
// Definitions. A fill moves: buy: cash - cost - fee, position cost + cost. Sale: cash + proceeds - fee, position cost -
// the sold part of the average cost (rounded down, so the rest keeps the odd micro), realised + proceeds - that part.
// Settlement is a sale at the payout without fee. Cost is rounded up, proceeds down: against ourselves.
//
//   conservation, asserted after every record that moves money, for each venue by itself:
//     cash + sum of position costs = deposits + realised - fees
// A token belongs to the venue of its market; what is at one venue pays for nothing at another.
//
// matched counts fills the venue matched, confirmed those it settled; FAILED takes a fill back out, exactly.
import { assert } from '../core/assert.ts';
import { costMicrosRoundedUp, proceedsMicrosRoundedDown } from '../core/units.ts';
import type { VenueName } from '../venue/contract.ts';
import { venueOfId } from '../venue/markets.ts';
import { BasketAccounts } from './baskets.ts';
import type { Moved, MutablePosition, OpenOrder, Position } from './positions.ts';
import type { JournalRecord } from './records.ts';
import { Returning } from './returning.ts';
import { VenueAccount, type VenueMoney, type VenueMoneyView } from './venue-money.ts';

export class Ledger {
  readonly baskets = new BasketAccounts();
  readonly returning = new Returning();
  readonly #orders = new Map<string, OpenOrder>();
  readonly #batches = new Map<number, readonly string[]>();
  readonly #positions = new Map<string, MutablePosition>();
  readonly #fills = new Map<string, Moved>();
  /** Set aside by token; none for sales. */
  readonly #reservedByToken = new Map<string, number>();
  readonly #venues: Readonly<Record<VenueName, VenueAccount>> = {
    polymarket: new VenueAccount(),
    kalshi: new VenueAccount(),
  };
  readonly #venueOfToken = new Map<string, VenueName>();

  /** What is at one venue. */
  venue(name: VenueName): VenueMoneyView {
    return this.#venues[name];
  }
  /** The venue that a token was ordered at, undefined for one that never was. */
  venueOfToken(token: string): VenueName | undefined {
    return this.#venueOfToken.get(token);
  }
  get cashMicros(): number {
    return this.#sum(({ cashMicros }) => cashMicros);
  }
  get depositsMicros(): number {
    return this.#sum(({ depositsMicros }) => depositsMicros);
  }
  /** Set aside for orders without a final outcome. */
  get reservedMicros(): number {
    return this.#sum(({ reservedMicros }) => reservedMicros);
  }
  /** At all venues: what is free at one of them buys nothing at another. */
  get availableMicros(): number {
    return this.cashMicros - this.reservedMicros;
  }
  /** Realised P&L before fees. */
  get realisedMicros(): number {
    return this.#sum(({ realisedMicros }) => realisedMicros);
  }
  get feesMicros(): number {
    return this.#sum(({ feesMicros }) => feesMicros);
  }
  /** Positions at cost and reservations. */
  get openNotionalMicros(): number {
    return this.#sum(({ reservedMicros, costMicros }) => reservedMicros + costMicros);
  }

  /** Position at cost and reservations of every token that has any, with what may return of it. */
  exposures(): Map<string, number> {
    const open = new Map(this.#reservedByToken);
    for (const [token, micros] of this.returning) open.set(token, (open.get(token) ?? 0) + micros);
    for (const [token, { costMicros }] of this.#positions) {
      if (costMicros > 0) open.set(token, (open.get(token) ?? 0) + costMicros);
    }
    return open;
  }

  /** True when the fill of that trade and order is in the books: a repeated event is not counted twice. */
  hasFill(tradeId: string, orderId: string): boolean {
    return this.#fills.has(fillKey(tradeId, orderId));
  }

  /** State of a known fill, or undefined. */
  fillState(tradeId: string, orderId: string): 'matched' | 'confirmed' | 'failed' | undefined {
    return this.#fills.get(fillKey(tradeId, orderId))?.state;
  }

  position(token: string): Position | undefined {
    return this.#positions.get(token);
  }

  /** Positions by token, in token order. */
  toPositions(): [string, Position][] {
    return [...this.#positions.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * The columns of the state hash: totals, those of Kalshi when anything was put in there, then matched, confirmed and cost
   * of every token in token order.
   */
  columns(): number[] {
    const { kalshi } = this.#venues;
    const totals = [this.depositsMicros, this.cashMicros, this.reservedMicros, this.realisedMicros, this.feesMicros];
    if (kalshi.depositsMicros > 0) totals.push(...kalshi.columns());
    const held = this.toPositions().flatMap(([, p]) => [p.matchedMicros, p.confirmedMicros, p.costMicros]);
    return [...totals, ...held];
  }

  /** All of it, as JSON writes it: two ledgers of one history are equal in every byte of it. */
  canonical(): readonly unknown[] {
    const byName = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      [this.#venues.polymarket.toFacts(), this.#venues.kalshi.toFacts()],
      [this.toPositions(), byName(this.#reservedByToken), byName(this.#venueOfToken), [...this.returning]],
      byName(this.#orders).map(([id, { rootBatchId, reserveMicros }]) => [id, rootBatchId, reserveMicros]),
      byName(this.#fills).map(([key, { state, cash, size, cost, fee, realised }]) => {
        return [key, state, cash, size, cost, fee, realised];
      }),
      [...this.#batches],
      this.baskets.canonical(),
    ];
  }

  /** Folds one record in. Throws InvariantError when money would not be conserved or an order is not known. */
  apply(record: JournalRecord): void {
    if (record.type === 'deposit') this.#venues[record.venue ?? 'polymarket'].deposit(record.micros);
    else if (record.type === 'intent') this.#intend(record);
    else if (record.type === 'gate') this.#gate(record.batchId, record.cause);
    else if (record.type === 'final') this.#release(record.orderId);
    else if (record.type === 'fill') this.#fill(record);
    else if (record.type === 'confirmed') this.#confirm(fillKey(record.tradeId, record.orderId));
    else if (record.type === 'failed') this.#reverse(fillKey(record.tradeId, record.orderId));
    else if (record.type === 'settle') this.#settle(record.token, record.payoutE4);
    else if (record.type === 'unwind') this.baskets.unwind(record);
    else if (record.type === 'day') this.baskets.days.begin(record.day);
    else return;
    this.#assertConserved();
  }

  #intend(record: JournalRecord & { type: 'intent' }): void {
    const { rootBatchId } = record;
    for (const order of record.orders) {
      this.#orders.set(order.orderId, { order, rootBatchId, reserveMicros: 0 });
      this.#venueOfToken.set(order.token, venueOfId(order.marketId));
    }
    this.#batches.set(
      record.batchId,
      record.orders.map(({ orderId }) => orderId),
    );
    if (record.batchId === rootBatchId || record.payoutE4 > 0) this.baskets.open(record);
  }

  /** A cleared batch sets its cash aside; a refused one leaves no order behind. */
  #gate(batchId: number, cause: string): void {
    const orderIds = this.#batches.get(batchId);
    assert(orderIds !== undefined, `batch ${batchId} was intended before the gate`);
    this.#batches.delete(batchId);
    for (const orderId of orderIds) {
      const open = this.#orders.get(orderId)!;
      if (cause !== '') this.#orders.delete(orderId);
      else this.#reserve(open, open.order.reserveMicros);
    }
    if (cause !== '') this.baskets.drop(batchId);
  }

  #release(orderId: string): void {
    const open = this.#orders.get(orderId);
    assert(open !== undefined, `order ${orderId} is known`);
    this.#reserve(open, -open.reserveMicros);
  }

  #reserve(open: OpenOrder, micros: number): void {
    open.reserveMicros += micros;
    const { token } = open.order;
    this.#accountOf(token).reservedMicros += micros;
    const left = (this.#reservedByToken.get(token) ?? 0) + micros;
    if (left === 0) this.#reservedByToken.delete(token);
    else this.#reservedByToken.set(token, left);
  }

  #fill(record: JournalRecord & { type: 'fill' }): void {
    const open = this.#orders.get(record.orderId);
    assert(open !== undefined, `the order of fill ${record.tradeId} is known`);
    const key = fillKey(record.tradeId, record.orderId);
    assert(!this.#fills.has(key), `fill ${key} is counted once`);
    const moved = this.#movedBy(open, record);
    this.#fills.set(key, moved);
    this.#move(moved, 1);
    const spent = Math.max(0, Math.min(open.reserveMicros, -moved.cash));
    this.#reserve(open, -spent);
  }

  #movedBy(open: OpenOrder, record: JournalRecord & { type: 'fill' }): Moved {
    const { order, rootBatchId } = open;
    const { priceE4, sizeMicros, feeMicros: fee } = record;
    const { token } = order;
    if (order.side === 'BUY') {
      const cost = costMicrosRoundedUp(priceE4, sizeMicros);
      const spent = { cashMicros: -cost, costMicros: cost, feeMicros: fee };
      const ofBasket = { rootBatchId, token, sizeMicros, ...spent };
      return { order, ofBasket, cash: -cost - fee, size: sizeMicros, cost, fee, realised: 0, state: 'matched' };
    }
    const proceeds = proceedsMicrosRoundedDown(priceE4, sizeMicros);
    const soldCost = this.#costOf(token, sizeMicros);
    // A basket's own average: the position's is that of all baskets together.
    const costMicros = 0 - this.baskets.costOf(rootBatchId, token, sizeMicros);
    const brought = { cashMicros: proceeds, costMicros, feeMicros: fee };
    const ofBasket = { rootBatchId, token, sizeMicros: -sizeMicros, ...brought };
    const [cash, realised] = [proceeds - fee, proceeds - soldCost];
    return { order, ofBasket, cash, size: -sizeMicros, cost: -soldCost, fee, realised, state: 'matched' };
  }

  /** Average cost of `sizeMicros` of a position, rounded down; the last share takes what is left. */
  #costOf(token: string, sizeMicros: number): number {
    const position = this.#positions.get(token);
    if (position === undefined || position.matchedMicros <= 0) return 0;
    if (sizeMicros >= position.matchedMicros) return position.costMicros;
    return Number((BigInt(position.costMicros) * BigInt(sizeMicros)) / BigInt(position.matchedMicros));
  }

  /** Applies what a fill moved, or with `sign` -1 takes it back. */
  #move(moved: Moved, sign: 1 | -1): void {
    const position = this.#positionOf(moved.order.token);
    position.matchedMicros += sign * moved.size;
    position.costMicros += sign * moved.cost;
    this.returning.note(moved.order.token, moved.cost, sign);
    this.#accountOf(moved.order.token).move(moved, sign);
    this.baskets.move(moved.ofBasket, sign);
  }

  #confirm(key: string): void {
    const moved = this.#fills.get(key);
    assert(moved?.state === 'matched', `fill ${key} is matched before it is confirmed`);
    moved.state = 'confirmed';
    this.returning.note(moved.order.token, moved.cost, -1);
    this.#positionOf(moved.order.token).confirmedMicros += moved.size;
  }

  #reverse(key: string): void {
    const moved = this.#fills.get(key);
    assert(moved?.state === 'matched', `fill ${key} is matched before it fails`);
    moved.state = 'failed';
    this.#move(moved, -1);
  }

  #settle(token: string, payoutE4: number): void {
    const position = this.#positions.get(token);
    if (position === undefined) return;
    const proceeds = proceedsMicrosRoundedDown(payoutE4, position.matchedMicros);
    this.baskets.settle(token, payoutE4, proceeds);
    const cost = -position.costMicros;
    this.#accountOf(token).move({ cash: proceeds, cost, realised: proceeds + cost });
    this.#positions.set(token, { matchedMicros: 0, confirmedMicros: 0, costMicros: 0 });
  }

  #positionOf(token: string): MutablePosition {
    const position = this.#positions.get(token) ?? { matchedMicros: 0, confirmedMicros: 0, costMicros: 0 };
    this.#positions.set(token, position);
    return position;
  }

  #accountOf(token: string): VenueAccount {
    return this.#venues[this.#venueOfToken.get(token) ?? 'polymarket'];
  }

  #sum(of: (venue: VenueMoney) => number): number {
    return of(this.#venues.polymarket) + of(this.#venues.kalshi);
  }

  #assertConserved(): void {
    for (const name of ['polymarket', 'kalshi'] as const) this.#venues[name].assertConserved(name);
    const moved = this.cashMicros - this.depositsMicros;
    const { cashMicros } = this.baskets;
    assert(moved === cashMicros, `cash moved ${moved} is what the baskets moved, ${cashMicros}`);
  }
}

function fillKey(tradeId: string, orderId: string): string {
  return `${tradeId}|${orderId}`;
}
