// Polymarket's user channel: our orders and trades as the venue tells them. Main thread. The socket is handed in.
import type { VenueEvent } from '../contract.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import { jsonOf, orderEventOf, textOf, tradeEventsOf } from './answers.ts';
import type { ApiCredentials } from './auth.ts';

/** An outbound connection, as engine/ingest/dial.ts makes it. */
export interface UserSocket {
  sendText(text: string): boolean;
  terminate(): void;
  readonly bytesReceived: number;
}

/** Dials a WebSocket server; everything later comes through the callbacks. */
export type DialUser = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly maxPayloadBytes: number;
    onOpen(): void;
    onMessage(bytes: Uint8Array, isText: boolean): void;
    onClose(code: number, reason: string): void;
  },
) => UserSocket;

export interface UserChannelOptions {
  readonly dial: DialUser;
  /** For example wss://ws-subscriptions-clob.polymarket.com/ws/user. */
  readonly url: string;
  readonly credentials: ApiCredentials;
  readonly userAgent: string;
  readonly pingMs: number;
  /** Without a PONG for so long the connection is given up. */
  readonly pongMs: number;
  readonly redialMs: number;
}

export const USER_PING_MS = 10_000;
export const USER_PONG_MS = 30_000;
const PAYLOAD_BYTES_MAX = 1 << 20;
const REDIAL_DOUBLINGS_MAX = 6;
const PONG = 'PONG';

export class UserChannel {
  readonly #options: UserChannelOptions;
  readonly #onEvent: (event: VenueEvent) => void;
  readonly #ours: (orderId: string) => boolean;
  #socket: UserSocket | undefined;
  #open = false;
  #closed = false;
  #redials = 0;
  #pings = 0;
  #bytesBefore = 0;
  #pingTimer: NodeJS.Timeout | undefined;
  #redialTimer: NodeJS.Timeout | undefined;
  /** Messages that are no order or trade event that can be read. */
  unreadable = 0;

  constructor(options: UserChannelOptions, ours: (orderId: string) => boolean, onEvent: (event: VenueEvent) => void) {
    this.#options = options;
    this.#ours = ours;
    this.#onEvent = onEvent;
    this.#dial();
  }

  /** True while outcomes would reach us. */
  connected(): boolean {
    return this.#open;
  }

  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#redialTimer);
    clearInterval(this.#pingTimer);
    this.#socket?.terminate();
  }

  #dial(): void {
    this.#socket = this.#options.dial(this.#options.url, {
      headers: { 'user-agent': this.#options.userAgent },
      maxPayloadBytes: PAYLOAD_BYTES_MAX,
      onOpen: () => this.#onOpen(),
      onMessage: (bytes, isText) => this.#onMessage(bytes, isText),
      onClose: () => this.#onClose(),
    });
  }

  /** The subscription goes first: a PING before it is answered by close 1008. */
  #onOpen(): void {
    this.#redials = 0;
    this.#pings = 0;
    this.#socket?.sendText(JSON.stringify({ auth: this.#options.credentials, type: 'user' }));
    this.#open = true;
    this.#pingTimer = setInterval(() => this.#ping(), this.#options.pingMs);
    this.#pingTimer.unref();
  }

  #ping(): void {
    if (this.#pings * this.#options.pingMs >= this.#options.pongMs) {
      this.#socket?.terminate();
      return;
    }
    this.#pings += 1;
    this.#socket?.sendText('PING');
  }

  #onMessage(bytes: Uint8Array, isText: boolean): void {
    const text = isText ? Buffer.from(bytes).toString('utf8') : '';
    if (text === PONG) {
      this.#pings = 0;
      return;
    }
    const value = jsonOf(bytes);
    for (const item of Array.isArray(value) ? value : [value]) this.#onItem(item);
  }

  #onItem(item: JsonValue | undefined): void {
    const events = this.#eventsOf(item);
    if (events.length === 0) this.unreadable += 1;
    for (const event of events) this.#onEvent(event);
  }

  #eventsOf(item: JsonValue | undefined): VenueEvent[] {
    if (!isJsonObject(item)) return [];
    const type = textOf(item, 'event_type');
    if (type === 'trade') return tradeEventsOf(item, this.#ours);
    const order = type === 'order' ? orderEventOf(item) : undefined;
    return order === undefined ? [] : [order];
  }

  #onClose(): void {
    this.#open = false;
    clearInterval(this.#pingTimer);
    this.#bytesBefore = this.bytesReceived;
    this.#socket = undefined;
    if (this.#closed) return;
    const pauseMs = this.#options.redialMs * 2 ** Math.min(this.#redials, REDIAL_DOUBLINGS_MAX);
    this.#redials += 1;
    this.#redialTimer = setTimeout(() => this.#dial(), pauseMs);
    this.#redialTimer.unref();
  }
}
