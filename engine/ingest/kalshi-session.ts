// What stands subscribed on one Kalshi connection: commands and their answers, the sids the venue gave, errors by code.
// Ingest thread; knows no socket: it is given a way to send and told what came.
import { jsonFromBytes } from '../venue/json.ts';
import { CHANNELS, subscribeText, unsubscribeText, updateText } from '../venue/kalshi/commands.ts';
import { type KalshiLifecycle, readKalshiAnswer, readKalshiFrame } from '../venue/kalshi/control.ts';

/**
 * What a message means to the connection. `confirmed`: the books stand subscribed. `number`: an answer took number `seq`
 * of subscription `sid`. `useless`: without what was refused, the connection serves nothing. `life`: of a market.
 */
export type SessionNews =
  | { readonly kind: 'confirmed' | 'useless' | 'nothing' }
  | { readonly kind: 'number'; readonly sid: number; readonly seq: number }
  | { readonly kind: 'life'; readonly event: KalshiLifecycle };

type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
/** What a command without an answer yet was for. */
type Pending = { readonly what: 'subscribe'; readonly channel: Channel } | { readonly what: 'update' | 'snapshot' };

const NOTHING: SessionNews = { kind: 'nothing' };

export class KalshiSession {
  readonly #send: (text: string) => void;
  readonly #sids = new Map<string, number>();
  readonly #pending = new Map<number, Pending>();
  #command = 0;
  #canAsk = true;
  /** Error answers, by code. */
  readonly errors: Record<number, number> = {};
  snapshotsAsked = 0;

  /** `send`: to the connection that stands; what finds none is lost, as the subscription is. */
  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** True when a snapshot can be asked for: the books are subscribed and the venue has not refused the question. */
  get canAsk(): boolean {
    return this.#canAsk && this.#sids.has(CHANNELS.book);
  }

  /** A new connection is open: subscribes everything. */
  open(tickers: readonly string[]): void {
    for (const channel of Object.values(CHANNELS)) {
      this.#say({ what: 'subscribe', channel }, (id) => subscribeText(id, channel, tickers));
    }
  }

  /** The connection is over, and every sid with it. */
  over(): void {
    this.#sids.clear();
    this.#pending.clear();
  }

  /** Books and trades of the same markets. */
  update(action: 'add_markets' | 'delete_markets', tickers: readonly string[]): void {
    for (const channel of [CHANNELS.book, CHANNELS.trade]) {
      const sid = this.#sids.get(channel);
      if (sid !== undefined) this.#say({ what: 'update' }, (id) => updateText(id, sid, action, tickers));
    }
  }

  askForSnapshots(tickers: readonly string[]): void {
    const sid = this.#sids.get(CHANNELS.book);
    if (sid === undefined) return;
    this.snapshotsAsked += tickers.length;
    this.#say({ what: 'snapshot' }, (id) => updateText(id, sid, 'get_snapshot', tickers));
  }

  unsubscribe(): void {
    if (this.#sids.size > 0) this.#send(unsubscribeText(this.#nextId(), [...this.#sids.values()]));
  }

  /** A message that changes no book. */
  read(bytes: Uint8Array): SessionNews {
    const parsed = jsonFromBytes(bytes);
    if ('fault' in parsed) return NOTHING;
    const answer = readKalshiAnswer(parsed.value);
    if (answer === undefined) {
      const frame = readKalshiFrame(parsed.value);
      return frame.kind === 'lifecycle' ? { kind: 'life', event: frame.event } : NOTHING;
    }
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === 'subscribed') {
      this.#sids.set(answer.channel, answer.sid);
      return answer.channel === CHANNELS.book ? { kind: 'confirmed' } : NOTHING;
    }
    if (answer.kind === 'error') return this.#onError(answer.code, pending);
    return answer.seq === 0 ? NOTHING : { kind: 'number', sid: answer.sid, seq: answer.seq };
  }

  /** Without books, or with a list of markets that is not the venue's, only another connection helps. */
  #onError(code: number, pending: Pending | undefined): SessionNews {
    this.errors[code] = (this.errors[code] ?? 0) + 1;
    if (pending?.what === 'snapshot') this.#canAsk = false;
    const isBook = pending?.what === 'subscribe' && pending.channel === CHANNELS.book;
    return isBook || pending?.what === 'update' ? { kind: 'useless' } : NOTHING;
  }

  #nextId(): number {
    this.#command += 1;
    return this.#command;
  }

  #say(pending: Pending, textOf: (id: number) => string): void {
    const id = this.#nextId();
    this.#pending.set(id, pending);
    this.#send(textOf(id));
  }
}
