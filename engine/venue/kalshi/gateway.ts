// The way to Kalshi over signed HTTP and its private channels. Main thread. Outcomes come as events, in arrival order.
//
// Nothing is sent twice: a request whose answer is late, cut, unreadable or a server's error is reported as unknown,
// because the venue may have accepted it. Only a readable 4xx is a definite no. Fills are final when they are told.
import type { Cleared } from '../../breaker/pass.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { CancelReport, Gateway, OrderBatch, OrderRequest, Resolution, VenueEvent } from '../contract.ts';
import { type HttpAnswer, HttpClient } from '../http.ts';
import { ToldEvents } from '../told-events.ts';
import { type DialUser, USER_PING_MS, USER_PONG_MS } from '../user-socket.ts';
import { ALREADY_THERE, createAnswers, errorOf } from './answers.ts';
import { KalshiCancels, type SignedCall } from './cancel.ts';
import { cancelEverything } from './cancel-all.ts';
import { tickerOfOutcome } from './outcome.ts';
import { OwnOrders } from './own-orders.ts';
import { BATCHED_PATH, ORDERS_PATH } from './paths.ts';
import { KalshiPayouts } from './payouts.ts';
import { KalshiQueries } from './query.ts';
import { RatePause } from './rate-pause.ts';
import type { SealedRequests } from './seal.ts';
import type { RequestSigner } from './sign.ts';
import { KalshiUserChannel } from './user.ts';

export interface KalshiGatewayOptions {
  /** REST with its prefix, for example https://external-api.kalshi.com/trade-api/v2. */
  readonly httpUrl: string;
  /** For example wss://external-api-ws.kalshi.com/trade-api/ws/v2. */
  readonly userUrl: string;
  /** Opens the private channels' socket: `dial` of engine/ingest/dial.ts. */
  readonly dial: DialUser;
  readonly signer: RequestSigner;
  /** Signatures of requests that carry orders, from a process of their own; absent: `signer` makes them. */
  readonly sealed?: SealedRequests;
  /** Whoever signs is there; absent: always. */
  readonly maySend?: () => boolean;
  /** From the last byte of a request to the last byte of its answer, ms. */
  readonly deadlineMs: number;
  readonly redialMs: number;
  readonly userAgent: string;
}

const WARM_PATH = '/exchange/status';
const ANSWER_BYTES_MAX = 1 << 20;
const HTTP_CREATED = 201;
const HTTP_OK = 200;
/** A proxy has waited for us in vain; what it passed on it does not say. */
const HTTP_TIMEOUT = 408;

export class KalshiGateway implements Gateway {
  readonly venue = 'kalshi';
  readonly #options: KalshiGatewayOptions;
  readonly #clock: Clock;
  readonly #pathPrefix: string;
  readonly #client: HttpClient;
  readonly #queries: KalshiQueries;
  readonly #payouts: KalshiPayouts;
  readonly #cancels: KalshiCancels;
  readonly #user: KalshiUserChannel;
  readonly #pause: RatePause;
  readonly #orders = new OwnOrders();
  readonly #told: ToldEvents;

  constructor(options: KalshiGatewayOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { httpUrl: url, userUrl, dial, signer, userAgent, redialMs, deadlineMs } = options;
    this.#pathPrefix = new URL(url).pathname.replace(/\/$/, '');
    this.#pause = new RatePause(url, clock);
    const http = { url, warmPath: WARM_PATH, userAgent, answerBytesMax: ANSWER_BYTES_MAX, redialMs };
    this.#told = new ToldEvents(clock);
    const { push } = this.#told;
    this.#client = new HttpClient(http);
    const headers = (path: string): Record<string, string> => this.#headers('GET', path) ?? {};
    const note = (status: number): void => this.#pause.note(status);
    const mayAsk = (): boolean => this.#pause.isOver() && this.#maySend() && this.canSign();
    const ways = { deadlineMs, headers, note, mayAsk };
    this.#queries = new KalshiQueries(new HttpClient(http), ways, clock, this.#orders, push);
    this.#payouts = new KalshiPayouts(this.#queries, push);
    const call = (of: SignedCall): boolean => this.#call(of);
    this.#cancels = new KalshiCancels(this.#orders, { call, query: (orderId) => this.query(orderId), push });
    const user = { dial, url: userUrl, signer, userAgent, pingMs: USER_PING_MS, pongMs: USER_PONG_MS, redialMs };
    this.#user = new KalshiUserChannel(user, clock, this.#orders, push);
  }

  /** Connected, idle, not told to wait by the venue, and outcomes would reach us. */
  ready(): boolean {
    return this.#client.ready() && this.#user.connected() && this.#pause.isOver() && this.#maySend();
  }

  canSign(): boolean {
    return this.#options.signer.answers?.() ?? true;
  }

  submit(pass: Cleared, batch: OrderBatch): void {
    assert(pass.batchId === batch.id, `pass ${pass.batchId} is for batch ${batch.id}`);
    for (const order of batch.orders) this.#orders.add(order, this.#clock.wallMs());
    const [first, ...others] = batch.orders.map(({ wire }) => wire);
    const isBatch = others.length > 0;
    const body = isBatch ? `{"orders":[${[first, ...others].join(',')}]}` : String(first);
    const batchId = batch.id;
    const call: SignedCall = {
      ...{ method: 'POST', path: isBatch ? BATCHED_PATH : ORDERS_PATH, query: '', body },
      ...this.#told.fateOf(batchId),
      onAnswer: (answer) => this.#onAnswer(batchId, isBatch, batch.orders, answer),
    };
    const { sealed } = this.#options;
    const headers = sealed === undefined ? this.#headers('POST', call.path) : sealed.take(batch.orders);
    if (headers === undefined) this.#told.refused(batchId, 'not signed');
    // The connection went between the gate and here.
    else if (!this.#call(call, headers)) this.#told.refused(batchId, 'not connected');
  }

  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    return this.#told.poll(limit, onEvent);
  }

  onTold(listener: () => void): void {
    this.#told.onTold = listener;
  }

  query(orderId: string): void {
    const order = this.#orders.get(orderId);
    if (order !== undefined) this.#queries.ask(order.request);
  }

  /** At any time: what an earlier run told the venue, and when, it took with it. */
  adopt(orders: readonly OrderRequest[]): void {
    for (const order of orders) this.#orders.add(order, 0);
  }

  /** An order without a name of the venue's cannot be cancelled yet: the venue is asked for it, and the answer is false. */
  cancel(orderId: string): boolean {
    return this.#cancels.one(orderId);
  }

  /** Cancels several orders by one request; those without a name of the venue's are asked about instead. */
  cancelMany(orderIds: readonly string[]): boolean {
    return this.#cancels.many(orderIds);
  }

  /** Cancels whatever rests in the account, of us or of others; `orderIds`: whose end is asked for besides. */
  cancelAll(orderIds: readonly string[]): boolean {
    return this.#cancels.all(orderIds);
  }

  cancelEverything(): Promise<CancelReport> {
    const { httpUrl, userAgent, deadlineMs } = this.#options;
    const headers = this.#headers.bind(this);
    return cancelEverything({ httpUrl, userAgent, deadlineMs, headers }, this.#clock);
  }

  /** The venue pays by itself, what was traded there: it is asked whether it has. */
  redeem(resolution: Resolution): void {
    if (this.#orders.hasTraded(resolution.tokens[0])) this.#payouts.add(resolution);
  }

  askPaid(tokens: readonly string[]): void {
    for (const ticker of new Set(tokens.map(tickerOfOutcome))) this.#payouts.look(ticker);
  }

  async close(): Promise<void> {
    this.#user.close();
    this.#payouts.close();
    this.#pause.leave();
    await Promise.all([this.#client.close(), this.#queries.close()]);
  }

  /** Bytes over TCP, for the summary. */
  get bytes(): { readonly sent: number; readonly received: number; readonly userReceived: number } {
    const sent = this.#client.bytesSent + this.#queries.bytesSent;
    const received = this.#client.bytesReceived + this.#queries.bytesReceived;
    return { sent, received, userReceived: this.#user.bytesReceived };
  }

  /**
   * Takes a call; false when the connection is not idle, or nobody signs. The signature, made here where `signed` has none,
   * does not cover the query.
   */
  #call({ query, ...call }: SignedCall, signed?: Readonly<Record<string, string>>): boolean {
    if (!this.#client.ready() || !this.#maySend()) return false;
    const headers = signed ?? this.#headers(call.method, call.path);
    if (headers === undefined) return false;
    const onAnswer = (answer: HttpAnswer): void => {
      this.#pause.note(answer.status);
      call.onAnswer(answer);
    };
    const path = call.path + query;
    return this.#client.call({ ...call, path, headers, deadlineMs: this.#options.deadlineMs, onAnswer });
  }

  #maySend(): boolean {
    return this.#options.maySend?.() ?? true;
  }

  /** undefined: nobody signs it, and it does not leave. */
  #headers(method: string, path: string): Record<string, string> | undefined {
    const headers = this.#options.signer.headers(method, this.#pathPrefix + path, this.#clock.wallMs());
    return Object.keys(headers).length === 0 ? undefined : headers;
  }

  #onAnswer(batchId: number, isBatch: boolean, requests: readonly OrderRequest[], { status, body }: HttpAnswer): void {
    if (status >= 400 && status < 500 && status !== HTTP_TIMEOUT) {
      const error = errorOf(body);
      if (error === undefined) this.#told.unknown(batchId, `status ${status} without a readable reason`);
      // Nothing was sent twice by us, so it was on the way: what became of it the venue must say.
      else if (error.code === ALREADY_THERE) this.#told.unknown(batchId, error.text);
      else this.#told.refused(batchId, error.text, status);
      return;
    }
    const isDone = status === HTTP_OK || status === HTTP_CREATED;
    const read = isDone ? createAnswers(body, isBatch, requests, this.#orders) : undefined;
    if (read === undefined) {
      this.#told.unknown(batchId, `status ${status}, answer not readable`);
      return;
    }
    this.#told.push({ kind: 'answer', batchId, answers: read.answers }, ...read.stated);
  }
}
