// Asks a venue about single orders, one question at a time on a connection of its own. A question that fails is dropped
// and counted: the asker asks again. Main thread; what is asked and what an answer means is the venue's affair.
import type { OrderRequest } from './contract.ts';
import type { HttpClient } from './http.ts';
import { type JsonValue, jsonOf } from './json.ts';

const WAITING_MAX = 256;

export interface QuestionWays {
  readonly deadlineMs: number;
  /** Headers of a GET; `path` is without its query. */
  headers(path: string): Record<string, string>;
  /** Asks the first question about an order; false when the venue must not be asked now. */
  mayAsk(): boolean;
  ask(order: OrderRequest): void;
  /** Told of the status of each answer. */
  note?(status: number): void;
}

export class Questions {
  readonly #client: HttpClient;
  readonly #ways: QuestionWays;
  readonly #waiting = new Map<string, OrderRequest>();
  /** Questions without a usable answer. */
  failed = 0;

  constructor(client: HttpClient, ways: QuestionWays) {
    this.#client = client;
    this.#ways = ways;
  }

  get bytesSent(): number {
    return this.#client.bytesSent;
  }
  get bytesReceived(): number {
    return this.#client.bytesReceived;
  }

  /** Asks about `order` as soon as the connection is free; a question that waits already is not doubled. */
  add(order: OrderRequest): void {
    if (this.#waiting.size < WAITING_MAX) this.#waiting.set(order.orderId, order);
    else this.failed += 1;
    this.#next();
  }

  /** True when a question would be asked at once. */
  isFree(): boolean {
    return this.#client.ready() && this.#ways.mayAsk();
  }

  /** True when besides no order waits to be asked about. */
  isIdle(): boolean {
    return this.#waiting.size === 0 && this.isFree();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** One GET of a question; without any answer the question has failed. */
  get(path: string, query: string, onValue: (status: number, value: JsonValue | undefined) => void): void {
    const failed = (): void => {
      this.failed += 1;
      this.#next();
    };
    const headers = this.#ways.headers(path);
    const taken = this.#client.call({
      ...{ method: 'GET', path: path + query, headers, body: '', deadlineMs: this.#ways.deadlineMs },
      onSent: () => undefined,
      onAnswer: ({ status, body }) => {
        this.#ways.note?.(status);
        onValue(status, jsonOf(body));
        this.#next();
      },
      onUnsent: failed,
      onLost: failed,
    });
    if (!taken) this.failed += 1;
  }

  #next(): void {
    const first = this.#waiting.values().next();
    if (first.done === true || !this.isFree()) return;
    this.#waiting.delete(first.value.orderId);
    this.#ways.ask(first.value);
  }
}
