// The way to Polymarket over HTTP and the user channel. Main thread. Outcomes come as events, in arrival order.
//
// Nothing is sent twice: a request whose answer is late, cut, unreadable or a server's error is reported as unknown,
// because the venue may have accepted it. Only a readable 4xx is a definite no, and the venue's own word that it is in a
// cancel-only phase.
import type { Cleared } from '../../breaker/pass.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { CancelReport, Gateway, OrderBatch, OrderRequest, VenueEvent, VenueState } from '../contract.ts';
import { type HttpAnswer, HttpClient } from '../http.ts';
import { ToldEvents } from '../told-events.ts';
import { type DialUser, USER_PING_MS, USER_PONG_MS } from '../user-socket.ts';
import { errorOf, isAlreadyThere, isCancelled, orderAnswers } from './answers.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';
import { cancelEverything } from './cancel-all.ts';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.ts';
import { OrderQueries } from './query.ts';
import { UserChannel } from './user.ts';
import { isCancelOnly, PolymarketState } from './venue-state.ts';

export interface PolymarketGatewayOptions {
  /** REST origin, for example https://clob.polymarket.com. */
  readonly httpUrl: string;
  readonly userUrl: string;
  /** Opens the user channel's socket: `dial` of engine/ingest/dial.ts. */
  readonly dial: DialUser;
  readonly credentials: ApiCredentials;
  /** Address of the signing key. */
  readonly address: string;
  /** From the last byte of a request to the last byte of its answer, ms. Default 2,000; 100 .. 60,000. */
  readonly deadlineMs: number;
  readonly redialMs: number;
  readonly userAgent: string;
  /** Heartbeats with which the venue cancels what rests when we are gone; absent: none are sent. */
  readonly heartbeat?: HeartbeatOptions | undefined;
  /** False when no new order may be sent for a reason of our own. Absent: there is none. */
  maySend?(): boolean;
  /** False while whoever signs the orders does not answer. Absent: it always does. */
  canSign?(): boolean;
}

const ORDERS_PATH = '/orders';
const CANCEL_PATH = '/order';
const WARM_PATH = '/time';
const ANSWER_BYTES_MAX = 1 << 20;
/** After a restart of the matching engine (425) the venue is post-only for two minutes. */
const RESTART_HALT_NS = 120e9;
const HTTP_TOO_EARLY = 425;
/** A proxy has waited in vain; what it passed on it does not say. */
const HTTP_TIMEOUT = 408;

export class PolymarketGateway implements Gateway {
  readonly venue = 'polymarket';
  readonly #options: PolymarketGatewayOptions;
  readonly #clock: Clock;
  readonly #orders: HttpClient;
  readonly #queries: OrderQueries;
  readonly #user: UserChannel;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #known = new Map<string, OrderRequest>();
  readonly #told: ToldEvents;
  readonly #state = new PolymarketState();
  #haltedUntilNs = 0;

  constructor(options: PolymarketGatewayOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { httpUrl: url, userUrl, dial, credentials, userAgent, redialMs } = options;
    const http = { url, warmPath: WARM_PATH, userAgent, answerBytesMax: ANSWER_BYTES_MAX, redialMs };
    this.#told = new ToldEvents(clock);
    const { push } = this.#told;
    this.#orders = new HttpClient(http);
    this.#queries = new OrderQueries(new HttpClient(http), options, clock, push);
    const user = { dial, url: userUrl, credentials, userAgent, pingMs: USER_PING_MS, pongMs: USER_PONG_MS, redialMs };
    this.#user = new UserChannel(user, (orderId) => this.#known.has(orderId), push);
    const { heartbeat } = options;
    if (heartbeat !== undefined) this.#heartbeat = new Heartbeat(new HttpClient(http), options, clock, heartbeat);
  }

  /**
   * Connected, idle, not halted by the venue, and outcomes would reach us; with heartbeats, that they are answered. Cancels
   * ask for a connection only.
   */
  ready(): boolean {
    const isConnected = this.#orders.ready() && this.#user.connected();
    if (!isConnected || this.#clock.nowNs() < this.#haltedUntilNs) return false;
    return this.#heartbeat?.alive() !== false && this.#options.maySend?.() !== false;
  }

  canSign(): boolean {
    return this.#options.canSign?.() ?? true;
  }

  state(): VenueState {
    return this.#state.at(this.#clock.nowNs());
  }

  submit(pass: Cleared, batch: OrderBatch): void {
    assert(pass.batchId === batch.id, `pass ${pass.batchId} is for batch ${batch.id}`);
    // Its wire form has been sent, and is long.
    for (const order of batch.orders) this.#known.set(order.orderId, { ...order, wire: '' });
    const body = `[${batch.orders.map(({ wire }) => wire).join(',')}]`;
    const { credentials, address, deadlineMs } = this.#options;
    const call = { method: 'POST', path: ORDERS_PATH, body } as const;
    const headers = l2Headers(credentials, address, Math.floor(this.#clock.wallMs() / 1_000), call);
    const batchId = batch.id;
    const taken = this.#orders.call({
      ...{ ...call, headers, deadlineMs },
      ...this.#told.fateOf(batchId),
      onAnswer: (answer) => this.#onAnswer(batch, answer),
    });
    // The connection went between the gate and here.
    if (!taken) this.#told.refused(batchId, 'not connected');
  }

  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    return this.#told.poll(limit, onEvent);
  }

  onTold(listener: () => void): void {
    this.#told.onTold = listener;
  }

  query(orderId: string): void {
    const order = this.#known.get(orderId);
    if (order !== undefined) this.#queries.ask(order);
  }

  adopt(orders: readonly OrderRequest[]): void {
    for (const order of orders) this.#known.set(order.orderId, order);
  }

  /** The venue's word comes over the user channel; where the answer does not say that it did, the order is asked about. */
  cancel(orderId: string): boolean {
    const { credentials, address, deadlineMs } = this.#options;
    const call = { method: 'DELETE', path: CANCEL_PATH, body: JSON.stringify({ orderID: orderId }) } as const;
    const headers = l2Headers(credentials, address, Math.floor(this.#clock.wallMs() / 1_000), call);
    const ask = (): void => this.query(orderId);
    return this.#orders.call({
      ...{ ...call, headers, deadlineMs, onUnsent: ask, onLost: ask },
      onSent: () => undefined,
      onAnswer: ({ status, body }) => {
        if (status !== 200 || !isCancelled(body, orderId)) ask();
      },
    });
  }

  cancelEverything(): Promise<CancelReport> {
    return cancelEverything(this.#options, this.#clock);
  }

  async close(): Promise<void> {
    this.#user.close();
    await Promise.all([this.#orders.close(), this.#queries.close(), this.#heartbeat?.close()]);
  }

  /** Bytes over TCP, for the summary. */
  get bytes(): { readonly sent: number; readonly received: number; readonly userReceived: number } {
    const sent = this.#orders.bytesSent + this.#queries.bytesSent;
    const received = this.#orders.bytesReceived + this.#queries.bytesReceived;
    return { sent, received, userReceived: this.#user.bytesReceived };
  }

  #onAnswer(batch: OrderBatch, { status, body, retryAfterS }: HttpAnswer): void {
    const batchId = batch.id;
    if (status === HTTP_TOO_EARLY) this.#haltedUntilNs = this.#clock.nowNs() + RESTART_HALT_NS;
    const pauseNs = this.#clock.nowNs() + retryAfterS * 1e9;
    if (retryAfterS > 0) this.#haltedUntilNs = Math.max(this.#haltedUntilNs, pauseNs);
    const error = status >= 400 ? errorOf(body) : undefined;
    this.#state.note(status, error, this.#clock.nowNs());
    if ((status >= 400 && status < 500 && status !== HTTP_TIMEOUT) || isCancelOnly(status, error)) {
      if (error === undefined) this.#told.unknown(batchId, `status ${status} without a readable reason`);
      else if (isAlreadyThere(error)) this.#told.unknown(batchId, error);
      else this.#told.refused(batchId, error, status);
      return;
    }
    const answers = status === 200 || status === 201 ? orderAnswers(body, batch.orders) : undefined;
    if (answers === undefined) this.#told.unknown(batchId, `status ${status}, answer not readable`);
    else {
      for (const answer of answers) this.#state.noteOrder(answer.error, this.#clock.nowNs());
      this.#told.push({ kind: 'answer', batchId, answers });
    }
  }
}
