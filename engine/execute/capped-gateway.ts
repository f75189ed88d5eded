// The last limit before a venue: counts the orders and the money that went to it and refuses locally what goes beyond, for
// whoever sends. Stands around the gateway itself, so that no defect of what decides can pass it. Executor's thread.
//
// Every order that was handed over counts, filled or not. Sales count as orders and are never refused by a cap: to keep an
// operator from getting out would be the worse harm.
import type { Cleared } from '../breaker/pass.ts';
import type { Clock } from '../core/clock.ts';
import { buyMicros, type SentMinute, type SentOrder } from '../ledger/sent-hour.ts';
import type {
  Gateway,
  OrderBatch,
  OrderRequest,
  Resolution,
  VenueEvent,
  VenueName,
  VenueState,
} from '../venue/contract.ts';

/** What one venue is sent at most; given by the config, where defaults and ranges stand. Money in micro-dollars. */
export interface OrderCaps {
  /** Budget of the venue's rate limit: so many orders a second, and so many at once after a pause. */
  readonly ordersPerSecond: number;
  readonly ordersBurst: number;
  /** Orders, and what buys cost at their limits, in any hour and in the run. */
  readonly ordersPerHour: number;
  readonly microsPerHour: number;
  readonly ordersPerRun: number;
  readonly microsPerRun: number;
}

/** Why the gateway would not take orders now. */
export type CapRefusal = 'RATE_BUDGET' | 'GATEWAY_CAP';

/** What caps count of orders. */
export type CappedOrders = readonly SentOrder[];

const MINUTES = 60;
const MINUTE_NS = 60e9;

export class CappedGateway implements Gateway {
  readonly venue: VenueName;
  /** Requests that came here although they were beyond a cap. */
  refused = 0;
  readonly #inner: Gateway;
  readonly #caps: OrderCaps;
  readonly #clock: Clock;
  readonly #events: VenueEvent[] = [];
  /** By minute of the last hour. */
  readonly #orders = new Float64Array(MINUTES);
  readonly #micros = new Float64Array(MINUTES);
  #minute = 0;
  #runOrders = 0;
  #runMicros = 0;
  #tokens: number;
  #filledNs: number;

  constructor(inner: Gateway, caps: OrderCaps, clock: Clock) {
    this.venue = inner.venue;
    this.#inner = inner;
    this.#caps = caps;
    this.#clock = clock;
    this.#tokens = caps.ordersBurst;
    this.#filledNs = clock.nowNs();
  }

  /** Why these orders would be refused now, or undefined. */
  refusal(orders: CappedOrders): CapRefusal | undefined {
    const { ordersPerHour, microsPerHour, ordersPerRun, microsPerRun } = this.#caps;
    this.#turn();
    if (orders.length > this.#tokens) return 'RATE_BUDGET';
    const micros = buyMicros(orders);
    if (micros === 0) return undefined;
    const isBeyond =
      this.#runOrders + orders.length > ordersPerRun ||
      this.#runMicros + micros > microsPerRun ||
      sumOf(this.#orders) + orders.length > ordersPerHour ||
      sumOf(this.#micros) + micros > microsPerHour;
    return isBeyond ? 'GATEWAY_CAP' : undefined;
  }

  submit(pass: Cleared, batch: OrderBatch): void {
    const cause = this.refusal(batch.orders);
    if (cause !== undefined) {
      this.refused += 1;
      this.#events.push({ kind: 'refused', batchId: batch.id, status: 0, error: cause });
      return;
    }
    const micros = buyMicros(batch.orders);
    this.#tokens -= batch.orders.length;
    this.#runOrders += batch.orders.length;
    this.#runMicros += micros;
    const place = this.#minute % MINUTES;
    this.#orders[place] = this.#orders[place]! + batch.orders.length;
    this.#micros[place] = this.#micros[place]! + micros;
    this.#inner.submit(pass, batch);
  }

  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    const own = this.#events.splice(0, limit);
    for (const event of own) onEvent(event);
    return own.length + this.#inner.poll(limit - own.length, onEvent);
  }

  onTold(listener: () => void): void {
    this.#inner.onTold?.(listener);
  }

  ready(): boolean {
    return this.#inner.ready();
  }

  canSign(): boolean {
    return this.#inner.canSign?.() ?? true;
  }

  state(): VenueState {
    return this.#inner.state?.() ?? 'open';
  }

  query(orderId: string): void {
    this.#inner.query(orderId);
  }

  /** What an earlier run sent within the hour counts in it, and not in this run. */
  adoptSent(sent: readonly SentMinute[]): void {
    this.#turn();
    for (const { minutesAgo, orders, micros } of sent) {
      const place = (this.#minute + MINUTES - minutesAgo) % MINUTES;
      this.#orders[place]! += orders;
      this.#micros[place]! += micros;
    }
  }

  adopt(orders: readonly OrderRequest[]): void {
    this.#inner.adopt?.(orders);
  }

  cancel(orderId: string): boolean {
    return this.#inner.cancel(orderId);
  }

  redeem(resolution: Resolution): void {
    this.#inner.redeem?.(resolution);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Brings the budget and the hour up to now. */
  #turn(): void {
    const { ordersPerSecond, ordersBurst } = this.#caps;
    const nowNs = this.#clock.nowNs();
    this.#tokens = Math.min(ordersBurst, this.#tokens + ((nowNs - this.#filledNs) / 1e9) * ordersPerSecond);
    this.#filledNs = nowNs;
    const minute = Math.floor(nowNs / MINUTE_NS);
    for (let gone = Math.max(this.#minute + 1, minute - MINUTES + 1); gone <= minute; gone += 1) {
      this.#orders[gone % MINUTES] = 0;
      this.#micros[gone % MINUTES] = 0;
    }
    this.#minute = minute;
  }
}

/** A loop: a callback boxes every sum, and the gate asks for two of them. */
function sumOf(minutes: Float64Array): number {
  let sum = 0;
  for (let minute = 0; minute < MINUTES; minute += 1) sum += minutes[minute]!;
  return sum;
}
