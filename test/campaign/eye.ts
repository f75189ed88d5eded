// Sees what a campaign does, as it happens and by one clock: requests handed to a gateway, orders that a venue's socket
// brought, trips and resets of the breaker, and what is open after every record. Wraps what it looks at; changes nothing.
import type { Breaker } from '../../engine/breaker/breaker.ts';
import { causeNames } from '../../engine/breaker/causes.ts';
import type { Cleared } from '../../engine/breaker/pass.ts';
import type { Clock } from '../../engine/core/clock.ts';
import type { Ledger } from '../../engine/ledger/ledger.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import type { Gateway, OrderBatch, VenueName } from '../../engine/venue/contract.ts';

/** An order that came to a venue. */
interface Arrival {
  readonly venue: VenueName;
  readonly orderId: string;
  readonly atNs: number;
}

/** A time during which the breaker was open. */
export interface OpenTime {
  readonly fromNs: number;
  toNs: number;
  readonly causes: readonly string[];
  /** Requests whose bytes might still be leaving when it opened. */
  readonly inFlight: ReadonlySet<number>;
}

/** A request as it was handed to its gateway. */
interface Handed {
  readonly requestId: number;
  readonly atNs: number;
}

export class Eye {
  readonly arrivals: Arrival[] = [];
  readonly handed = new Map<string, Handed>();
  readonly open: OpenTime[] = [];
  openMicrosMax = 0;
  /** The record that opened most. */
  atMost: JournalRecord | undefined;
  /** From handing a request over to its answer. */
  readonly answerMs: number[] = [];
  readonly #handedNs = new Map<number, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be told by the venue. */
  arrived(venue: VenueName, ids: readonly string[]): void {
    const atNs = this.#clock.nowNs();
    for (const orderId of ids) this.arrivals.push({ venue, orderId, atNs });
  }

  watchGateway(gateway: Gateway): void {
    const submit = gateway.submit.bind(gateway);
    gateway.submit = (pass: Cleared, batch: OrderBatch) => {
      const atNs = this.#clock.nowNs();
      for (const { orderId } of batch.orders) this.handed.set(orderId, { requestId: batch.id, atNs });
      this.#handedNs.set(batch.id, atNs);
      submit(pass, batch);
    };
    const poll = gateway.poll.bind(gateway);
    gateway.poll = (limit, onEvent) =>
      poll(limit, (event) => {
        if (event.kind === 'answer')
          this.answerMs.push((this.#clock.nowNs() - this.#handedNs.get(event.batchId)!) / 1e6);
        onEvent(event);
      });
  }

  watchBreaker(breaker: Breaker): void {
    const [trip, reset] = [breaker.trip.bind(breaker), breaker.reset.bind(breaker)];
    breaker.trip = (cause, deadlineMs) => {
      const wasOpen = breaker.isOpen();
      const result = trip(cause, deadlineMs);
      const inFlight = new Set(result.clear ? [] : result.inFlight);
      const times = { fromNs: this.#clock.nowNs(), toNs: Number.POSITIVE_INFINITY };
      if (!wasOpen) this.open.push({ ...times, causes: causeNames(cause), inFlight });
      return result;
    };
    breaker.reset = (...args) => {
      const isReset = reset(...args);
      if (isReset) this.open.at(-1)!.toNs = this.#clock.nowNs();
      return isReset;
    };
  }

  watchLedger(ledger: Ledger): void {
    const apply = ledger.apply.bind(ledger);
    ledger.apply = (record) => {
      apply(record);
      if (ledger.openNotionalMicros > this.openMicrosMax) this.atMost = record;
      this.openMicrosMax = Math.max(this.openMicrosMax, ledger.openNotionalMicros);
    };
  }
}
