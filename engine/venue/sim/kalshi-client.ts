// One connection of the simulated Kalshi venue: its subscriptions, each with its own numbers, and what is sent on them.
import type { SocketConnection } from '../../ingest/transport.ts';
import type { JsonObject } from '../json.ts';
import { PRIVATE_CHANNELS } from '../kalshi/commands.ts';

interface ClientSubscription {
  readonly sid: number;
  readonly channel: string;
  /** Undefined: every market. */
  readonly tickers: Set<string> | undefined;
  seq: number;
  /** A message held back until the next one has gone. */
  held: string | undefined;
}

const UNNUMBERED: ReadonlySet<string> = new Set(Object.values(PRIVATE_CHANNELS));

/** How one message is sent: unchanged, or as a fault has it. */
export type Sending = 'plain' | 'drop' | 'duplicate' | 'reorder' | ((text: string) => string);

export class KalshiClient {
  readonly #connection: SocketConnection;
  readonly #subscriptions = new Map<number, ClientSubscription>();
  /** Tickers and channels. */
  readonly #frozen = new Set<string>();
  #isFrozen = false;
  #lastSid = 0;

  constructor(connection: SocketConnection) {
    this.#connection = connection;
  }

  get bufferedBytes(): number {
    return this.#connection.bufferedBytes();
  }

  /** Subscriptions by sid and channel. */
  get list(): readonly { readonly sid: number; readonly channel: string }[] {
    return [...this.#subscriptions.values()].map(({ sid, channel }) => ({ channel, sid }));
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  freezeMarket(ticker: string): void {
    this.#frozen.add(ticker);
  }

  /** Nothing more is told on `channel`; answers still are. */
  freezeChannel(channel: string): void {
    this.#frozen.add(channel);
  }

  /** The sid of a channel, a new one or the one it has, with `tickers` added. */
  subscribe(channel: string, tickers: readonly string[] | undefined): number {
    const known = [...this.#subscriptions.values()].find((one) => one.channel === channel);
    if (known !== undefined) {
      for (const ticker of tickers ?? []) known.tickers?.add(ticker);
      return known.sid;
    }
    this.#lastSid += 1;
    const own = tickers === undefined ? undefined : new Set(tickers);
    this.#subscriptions.set(this.#lastSid, { sid: this.#lastSid, channel, tickers: own, seq: 0, held: undefined });
    return this.#lastSid;
  }

  /** The channel of a subscription, undefined for an unknown sid. */
  channelOf(sid: number): string | undefined {
    return this.#subscriptions.get(sid)?.channel;
  }

  tickersOf(sid: number): Set<string> {
    return this.#subscriptions.get(sid)?.tickers ?? new Set();
  }

  /** Ends a subscription; answers the number its end takes. */
  unsubscribe(sid: number): number {
    const seq = (this.#subscriptions.get(sid)?.seq ?? 0) + 1;
    this.#subscriptions.delete(sid);
    return seq;
  }

  /** The number an answer of subscription `sid` bears: the next one, or the last when answers take none. */
  answerSeq(sid: number, takesNumber: boolean): number {
    const subscription = this.#subscriptions.get(sid);
    if (subscription === undefined) return 0;
    if (takesNumber) subscription.seq += 1;
    return subscription.seq;
  }

  /** Sends an answer, which bears no number of its own. */
  answer(value: JsonObject): void {
    if (!this.#isFrozen) this.#connection.sendText(JSON.stringify(value));
  }

  /** Sends `msg` about `ticker` to the subscription of `channel` that has it; answers how many messages went. */
  tell(channel: string, type: string, ticker: string, msg: JsonObject, sending: Sending = 'plain'): number {
    if (this.#isFrozen || this.#frozen.has(ticker) || this.#frozen.has(channel)) return 0;
    let sent = 0;
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.channel !== channel || subscription.tickers?.has(ticker) === false) continue;
      const { sid } = subscription;
      if (!UNNUMBERED.has(channel)) subscription.seq += 1;
      const number = UNNUMBERED.has(channel) ? {} : { seq: subscription.seq };
      sent += this.#send(subscription, JSON.stringify({ type, sid, ...number, msg }), sending);
    }
    return sent;
  }

  close(code: number, reason: string): void {
    this.#connection.close(code, reason);
  }

  #send(subscription: ClientSubscription, text: string, sending: Sending): number {
    const { held } = subscription;
    if (sending === 'drop') return 0;
    if (sending === 'reorder' && held === undefined) {
      subscription.held = text;
      return 0;
    }
    const texts = [typeof sending === 'function' ? sending(text) : text];
    if (sending === 'duplicate') texts.push(text);
    if (held !== undefined) texts.push(held);
    subscription.held = undefined;
    for (const one of texts) {
      // A message that cannot be sent would leave a gap that is nobody's fault: better no connection than that.
      if (!this.#connection.sendText(one)) this.#connection.close(1008, 'slow consumer');
    }
    return texts.length;
  }
}
