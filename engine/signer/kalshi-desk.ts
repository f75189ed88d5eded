// Judges what is to be signed for Kalshi, and signs it. The signer's process; holds the key by its KalshiSigner.
//
// A signature there is of time, method and path alone. So this signs calls of a short list only, none of which moves money or
// makes keys, at its own time, and counts the orders that it is told of: see docs/adr/0037 for what that does not bound.
import { costMicrosRoundedUp, PRICE_ONE_E4, priceE4FromText, sizeMicrosFromText } from '../core/units.ts';
import { BATCHED_PATH, ORDERS_PATH } from '../venue/kalshi/paths.ts';
import type { ToldOrder } from '../venue/kalshi/seal.ts';
import type { KalshiSigner } from '../venue/kalshi/sign.ts';
import type { KalshiSignerSetup, KalshiSignRequest } from './kalshi-protocol.ts';
import type { SignerLimits } from './limits.ts';
import type { SignAnswer, SignerRefusal } from './protocol.ts';

/** Orders that no list of a batch is longer than. */
const ORDERS_MAX = 100;
const CALLS_MAX = 2;
/** What the venue is told may be so far from this process's time. */
const APART_MS_MAX = 5_000;
/** A time of so many digits is told apart from the method behind it. */
const WALL_MS_MIN = 1e12;
const WALL_MS_MAX = 1e13;
const ID = '[0-9A-Za-z%-]{1,100}';
const READS = new RegExp(`^/portfolio/(orders|orders/${ID}|fills|balance|positions|settlements)$`);
const CANCELS = new RegExp(`^${ORDERS_PATH}(/${ID})?$`);

/** An order as the signer counts it. */
interface JudgedOrder {
  readonly ticker: string;
  /** As SignerLimits has them: 0 opens, 1 closes. */
  readonly side: number;
  /** Of one that opens the most that it can lose: a bid its price, an ask the rest of the dollar. Of one that closes its contracts. */
  readonly micros: number;
}

export class KalshiDesk {
  readonly #signer: KalshiSigner;
  readonly #setup: KalshiSignerSetup;
  readonly #limits: SignerLimits;

  constructor(signer: KalshiSigner, setup: KalshiSignerSetup, limits: SignerLimits) {
    this.#signer = signer;
    this.#setup = setup;
    this.#limits = limits;
  }

  /** One answer per call; a request is signed whole or not at all. `nowMs`: monotonic; `wallMs`: this process's own. */
  answers(request: KalshiSignRequest, nowMs: number, wallMs: number): SignAnswer[] {
    const refusal = this.#refusal(request, nowMs, wallMs);
    return request.calls.map(([method, path], place): SignAnswer => {
      const sequence = request.sequence + place;
      if (refusal !== undefined) return { sequence, kind: 'refused', text: refusal };
      return { sequence, kind: 'signed', text: this.#signer.signature(method, path, request.wallMs) };
    });
  }

  #refusal(request: KalshiSignRequest, nowMs: number, ownMs: number): SignerRefusal | undefined {
    const { wallMs, calls, orders } = request;
    if (!isWhole(request)) return 'badRequest';
    if (wallMs < WALL_MS_MIN || wallMs >= WALL_MS_MAX || Math.abs(wallMs - ownMs) > APART_MS_MAX) return 'time';
    if (!calls.every(([method, path]) => this.#isAllowed(method, path, orders.length > 0))) return 'call';
    const judged = orders.map(judgedOrder);
    if (!judged.every((order) => order !== undefined)) return 'badRequest';
    if (!judged.every(({ ticker }) => this.#limits.allowsTicker(ticker))) return 'asset';
    return this.#limits.refusalOfAll(judged, nowMs);
  }

  #isAllowed(method: string, path: string, hasOrders: boolean): boolean {
    const { pathPrefix, socketPath } = this.#setup;
    if (method === 'GET' && path === socketPath) return !hasOrders;
    if (!path.startsWith(`${pathPrefix}/`)) return false;
    const rest = path.slice(pathPrefix.length);
    if (method === 'POST') return hasOrders && (rest === ORDERS_PATH || rest === BATCHED_PATH);
    if (hasOrders) return false;
    return (method === 'GET' && READS.test(rest)) || (method === 'DELETE' && CANCELS.test(rest));
  }
}

function isWhole({ sequence, wallMs, calls, orders }: KalshiSignRequest): boolean {
  const numbers = Number.isSafeInteger(sequence) && Number.isSafeInteger(wallMs);
  const lists = Array.isArray(calls) && Array.isArray(orders) && calls.length > 0;
  return numbers && lists && calls.length <= CALLS_MAX && orders.length <= ORDERS_MAX;
}

/** An order by its wire form; undefined when it says anything else than one. */
function judgedOrder({ wire, closes }: ToldOrder): JudgedOrder | undefined {
  const { side, ticker, price, count } = fieldsOf(wire);
  const priceE4 = typeof price === 'string' ? priceE4FromText(price) : undefined;
  const sizeMicros = typeof count === 'string' ? sizeMicrosFromText(count) : undefined;
  if (priceE4 === undefined || sizeMicros === undefined || sizeMicros === 0 || typeof ticker !== 'string') {
    return undefined;
  }
  if ((side !== 'bid' && side !== 'ask') || typeof closes !== 'boolean') return undefined;
  const atRiskE4 = side === 'bid' ? priceE4 : PRICE_ONE_E4 - priceE4;
  return { ticker, side: closes ? 1 : 0, micros: closes ? sizeMicros : costMicrosRoundedUp(atRiskE4, sizeMicros) };
}

/** Own JSON: the product's door to it loads a native parser, which has no place beside a key. */
function fieldsOf(wire: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(wire);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
