// What stands subscribed on one Kalshi connection: commands and their answers, the sids the venue gave, errors by code.
// Ingest thread; knows no socket: it is given a way to send and told what came.
import { type JsonValue, jsonFromBytes } from '../venue/json.ts';
import { CHANNELS, subscribeText, UNSUPPORTED_CODES, unsubscribeText, updateText } from '../venue/kalshi/commands.ts';
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
/** What a command without an answer yet was for: a channel, or a change of its markets. */
type Pending = Channel | 'update';
/** A change of the markets of a channel. */
interface Change {
  readonly action: 'add_markets' | 'delete_markets';
  readonly tickers: readonly string[];
}

/** Commands without an answer, and changes that wait for one channel: several times the markets of a connection. */
export const PENDING_MAX = 1_024;
export const WAITING_MAX = 1_024;

const NOTHING: SessionNews = { kind: 'nothing' };

/** What outlives one connection when another takes its place. */
export class SessionHistory {
  /** False once the venue has refused the question for snapshots. */
  canAsk = true;
  /** Error answers, by code. */
  readonly errors: Record<number, number> = {};
  snapshotsAsked = 0;
  /** Changes of markets that were not said, because too many commands wait for an answer. */
  overflowed = 0;
}

export class KalshiSession {
  readonly #send: (text: string) => void;
  readonly #sids = new Map<string, number>();
  /** Changes of channels that are asked for and not confirmed, in their order. */
  readonly #waiting = new Map<string, Change[]>();
  /** By command. Questions for snapshots are not kept: there are many, and no answer to them is awaited by its id. */
  readonly #pending = new Map<number, Pending>();
  #command = 0;
  readonly #history: SessionHistory;

  /** `send`: to the connection that stands; what finds none is lost, as the subscription is. */
  constructor(send: (text: string) => void, history: SessionHistory = new SessionHistory()) {
    this.#send = send;
    this.#history = history;
  }

  get errors(): Readonly<Record<number, number>> {
    return this.#history.errors;
  }

  get snapshotsAsked(): number {
    return this.#history.snapshotsAsked;
  }

  get overflowed(): number {
    return this.#history.overflowed;
  }

  /** True when the venue has answered every command: what it does not tell now is not subscribed. */
  get isSettled(): boolean {
    return this.#pending.size === 0 && this.#sids.has(CHANNELS.book);
  }

  /** True when a snapshot can be asked for: the books are subscribed and the venue has not refused the question. */
  get canAsk(): boolean {
    return this.#history.canAsk && this.#sids.has(CHANNELS.book);
  }

  /** Subscriptions that stand, as the venue numbers them. */
  get sids(): readonly number[] {
    return [...this.#sids.values()];
  }

  /** A new connection is open: subscribes everything. */
  open(tickers: readonly string[]): void {
    for (const channel of Object.values(CHANNELS)) {
      if (channel !== CHANNELS.lifecycle) this.#waiting.set(channel, []);
      this.#say(channel, (id) => subscribeText(id, channel, tickers));
    }
  }

  /** The connection is over, and every sid with it. */
  over(): void {
    this.#sids.clear();
    this.#waiting.clear();
    this.#pending.clear();
  }

  /**
   * Books and trades of the same markets. False: too much waits for the venue's answers, nothing was said, and what stands
   * subscribed is not what was asked for: only another connection helps.
   */
  update(action: Change['action'], tickers: readonly string[]): boolean {
    const channels = [CHANNELS.book, CHANNELS.trade];
    const isFull = channels.some((channel) => (this.#waiting.get(channel)?.length ?? 0) >= WAITING_MAX);
    if (isFull || this.#pending.size + channels.length > PENDING_MAX) {
      this.#history.overflowed += 1;
      return false;
    }
    for (const channel of channels) {
      const sid = this.#sids.get(channel);
      if (sid === undefined) this.#waiting.get(channel)?.push({ action, tickers });
      else this.#change(sid, { action, tickers });
    }
    return true;
  }

  askForSnapshots(tickers: readonly string[]): void {
    const sid = this.#sids.get(CHANNELS.book);
    if (sid === undefined) return;
    this.#history.snapshotsAsked += tickers.length;
    this.#send(updateText(this.#nextId(), sid, 'get_snapshot', tickers));
  }

  unsubscribe(): void {
    if (this.#sids.size > 0) this.#send(unsubscribeText(this.#nextId(), [...this.#sids.values()]));
  }

  /** A message that changes no book, parsed or not. */
  read(message: JsonValue | Uint8Array): SessionNews {
    const parsed = message instanceof Uint8Array ? jsonFromBytes(message) : { value: message };
    if ('fault' in parsed) return NOTHING;
    const answer = readKalshiAnswer(parsed.value);
    if (answer === undefined) {
      const frame = readKalshiFrame(parsed.value);
      return frame.kind === 'lifecycle' ? { kind: 'life', event: frame.event } : NOTHING;
    }
    if (answer.kind === 'error') return this.#onError(answer.id, answer.code);
    this.#pending.delete(answer.id);
    if (answer.kind === 'subscribed') return this.#onSubscribed(answer.channel, answer.sid);
    return answer.seq === 0 ? NOTHING : { kind: 'number', sid: answer.sid, seq: answer.seq };
  }

  #onSubscribed(channel: string, sid: number): SessionNews {
    this.#sids.set(channel, sid);
    for (const change of this.#noLonger(channel)) this.#change(sid, change);
    return channel === CHANNELS.book ? { kind: 'confirmed' } : NOTHING;
  }

  /** Without books, or with a list of markets that is not the venue's, only another connection helps. */
  #onError(id: number, code: number): SessionNews {
    const { errors } = this.#history;
    errors[code] = (errors[code] ?? 0) + 1;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending === undefined) {
      // Of the commands that are not kept only questions can be refused so. Other codes are of the moment.
      if (UNSUPPORTED_CODES.has(code) && id > 0 && id <= this.#command) this.#history.canAsk = false;
      return NOTHING;
    }
    this.#noLonger(pending);
    return pending === CHANNELS.book || pending === 'update' ? { kind: 'useless' } : NOTHING;
  }

  /** What waits for `channel`, which waits no longer. */
  #noLonger(channel: string): readonly Change[] {
    const changes = this.#waiting.get(channel) ?? [];
    this.#waiting.delete(channel);
    return changes;
  }

  #change(sid: number, { action, tickers }: Change): void {
    this.#say('update', (id) => updateText(id, sid, action, tickers));
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
