// Signatures of requests that carry orders, where another process has the key: asked for beside the intents, kept until the
// request leaves. Executor's thread; the maker asks for them, the gateway takes them.
//
// A signature is of time, method and path, not of the orders: which request an order will leave in is known only at the gate,
// so that one order alone may have one for each of the two.
import type { Clock } from '../../core/clock.ts';
import type { NotSealed, OrderRequest, Sealing } from '../contract.ts';
import { BATCHED_PATH, ORDERS_PATH } from './paths.ts';

type Headers = Readonly<Record<string, string>>;

/** An order as whoever has the key is told of it. */
export interface ToldOrder {
  readonly wire: string;
  /** It sells what is held: its limits are those of sales, in contracts. */
  readonly closes: boolean;
}

/** Whoever has the key. */
export interface RequestSeal {
  /** Begins to sign POST requests to `paths`, all for `orders`; the answer waits for the headers. */
  begin(paths: readonly string[], orders: readonly ToldOrder[], wallMs: number): () => readonly Headers[] | NotSealed;
}

export interface SealedRequestsParts {
  readonly seal: RequestSeal;
  readonly clock: Clock;
  /** Of the REST API, with its prefix. */
  readonly httpUrl: string;
  /** Orders of several baskets may leave in one request. */
  readonly isShared: boolean;
}

interface Kept {
  readonly one: Headers | undefined;
  readonly many: Headers | undefined;
}

/** Requests that were signed and have not left: more than ever wait. */
const KEPT_MAX = 256;

export class SealedRequests {
  readonly #parts: SealedRequestsParts;
  readonly #prefix: string;
  /** By the id of the first order, the oldest first. */
  readonly #kept = new Map<string, Kept>();

  constructor(parts: SealedRequestsParts) {
    this.#parts = parts;
    this.#prefix = new URL(parts.httpUrl).pathname.replace(/\/$/, '');
  }

  /** Begins to sign the request of `orders`, which come back as they are. */
  seal(orders: readonly OrderRequest[]): Sealing {
    const { seal, clock, isShared } = this.#parts;
    const paths = orders.length > 1 ? [BATCHED_PATH] : isShared ? [ORDERS_PATH, BATCHED_PATH] : [ORDERS_PATH];
    const told = orders.map(({ wire, side }): ToldOrder => ({ wire, closes: side === 'SELL' }));
    const wait = seal.begin(
      paths.map((path) => this.#prefix + path),
      told,
      clock.wallMs(),
    );
    return () => {
      const headers = wait();
      if ('refused' in headers) return headers;
      const of = (path: string): Headers | undefined => headers[paths.indexOf(path)];
      this.#keep(orders[0]!.orderId, { one: of(ORDERS_PATH), many: of(BATCHED_PATH) });
      return orders;
    };
  }

  /** Headers of the request that carries `orders`, once; undefined when it was not signed. */
  take(orders: readonly OrderRequest[]): Headers | undefined {
    let taken: Headers | undefined;
    for (const { orderId } of orders) {
      const kept = this.#kept.get(orderId);
      this.#kept.delete(orderId);
      taken ??= orders.length > 1 ? kept?.many : kept?.one;
    }
    return taken;
  }

  #keep(orderId: string, kept: Kept): void {
    this.#kept.set(orderId, kept);
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
  }
}
