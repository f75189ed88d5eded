// The care of one connection as a pure state machine: when to dial, to ping, to cut, and in which mode the feed is. Every
// feed that needs a socket kept alive uses this one. The owner tells it what happened and asks what is due; it knows
// neither sockets nor timers, so that a test runs it on a virtual clock.
//
// Only data resets the backoff: a server that accepts and says nothing must not be dialled at full speed. A pong proves
// the path, never the subscription, so it stops the clock of half-open connections and not that of idle ones.
import type { Random } from '../core/random.ts';

/** `stream`: the socket brings the data. `poll`: asked for by REST meanwhile, degraded. `down`: nothing brings it. */
export type FeedMode = 'stream' | 'poll' | 'down';

export interface CareOptions {
  /** Ceiling of the first wait; doubles with each failure up to the greatest. The wait is drawn from 0 to the ceiling. */
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** Failures in a row after which it is not dialled any more; 0: never. */
  readonly reconnectAttemptsMax: number;
  /** Dials within any 60 s, over-long storms of short connections included. */
  readonly reconnectsPerMinute: number;
  /** Time between two pings. */
  readonly pingMs: number;
  /** A ping unanswered for this long, by pong or anything else: half-open, cut. */
  readonly pongMs: number;
  /** An open connection without data for this long is cut, pongs or not; 0: quiet is normal on this feed. */
  readonly idleMs: number;
  /** From the dial to the open connection, and from there to the confirmed subscription or the first data. */
  readonly openMs: number;
  /** Failures in a row after which the feed is polled instead. */
  readonly failuresToPoll: number;
  /** False: there is nothing to poll, so it is down then. */
  readonly canPoll: boolean;
}

/** What the owner must do now. */
export type CareAction = 'dial' | 'ping' | 'cut';
/** What its owner does when it is due. */
export interface CareHands {
  dial(): void;
  ping(): void;
  /** Must be followed by closed(). */
  cut(): void;
}
export type CutReason = 'halfOpen' | 'idle' | 'openTimeout' | 'unconfirmed' | 'refuted';

/** What happened, by name; owner and status read it. */
export interface CareCounts {
  dials: number;
  opens: number;
  closes: number;
  pings: number;
  pongs: number;
  /** Dials that had to wait for the budget of the minute. */
  budgetWaits: number;
  /** Times it became poll or down, and times it came back to stream. */
  degraded: number;
  recovered: number;
  readonly cuts: Record<CutReason, number>;
}

/** What outlives one connection when another takes its place: the counts, and the dials that the budget looks at. */
export class CareHistory {
  readonly dialsNs: number[] = [];
  readonly counts: CareCounts = {
    ...{ dials: 0, opens: 0, closes: 0, pings: 0, pongs: 0, budgetWaits: 0, degraded: 0, recovered: 0 },
    cuts: { halfOpen: 0, idle: 0, openTimeout: 0, unconfirmed: 0, refuted: 0 },
  };
}

type State = 'idle' | 'waiting' | 'dialling' | 'open' | 'cutting' | 'ended';

const NS_PER_MS = 1e6;
const MINUTE_NS = 60e9;

export class ConnectionCare {
  readonly #options: CareOptions;
  readonly #random: Random;
  readonly #history: CareHistory;
  #state: State = 'idle';
  #mode: FeedMode;
  #dueNs = 0;
  #waitedForBudget = false;
  #failures = 0;
  #sinceNs = 0;
  #dataNs = 0;
  #pingNs = 0;
  #isAnswerDue = false;
  #isConfirmed = false;

  /** `history`: of the connection whose place this one takes. */
  constructor(options: CareOptions, random: Random, history: CareHistory = new CareHistory()) {
    this.#options = options;
    this.#random = random;
    this.#history = history;
    this.#mode = options.canPoll ? 'poll' : 'down';
  }

  get counts(): CareCounts {
    return this.#history.counts;
  }

  /** Until data came it is what the feed does without a stream. */
  get mode(): FeedMode {
    return this.#mode;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** True when it will never be dialled again. */
  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Failures since the last data. */
  get failures(): number {
    return this.#failures;
  }

  start(nowNs: number): void {
    if (this.#state !== 'idle') return;
    this.#state = 'waiting';
    this.#dueNs = nowNs;
    this.#mode = 'stream';
  }

  opened(nowNs: number): void {
    if (this.#state !== 'dialling') return;
    this.#state = 'open';
    this.counts.opens += 1;
    this.#dataNs = nowNs;
    this.#pingNs = nowNs;
    this.#sinceNs = nowNs;
    this.#isAnswerDue = false;
    this.#isConfirmed = false;
  }

  /** The server confirmed the subscription: it streams again, though what it is worth only data will show. */
  subscribed(nowNs: number): void {
    if (this.#state !== 'open') return;
    this.#dataNs = nowNs;
    this.#isAnswerDue = false;
    this.#isConfirmed = true;
    if (this.#mode === 'stream') return;
    this.#mode = 'stream';
    this.counts.recovered += 1;
  }

  data(nowNs: number): void {
    if (this.#state !== 'open') return;
    this.subscribed(nowNs);
    this.#failures = 0;
  }

  pong(): void {
    if (this.#state !== 'open') return;
    this.counts.pongs += 1;
    this.#isAnswerDue = false;
  }

  /** The connection ended, or never came to be. */
  closed(nowNs: number): void {
    if (this.#state !== 'dialling' && this.#state !== 'open' && this.#state !== 'cutting') return;
    this.counts.closes += 1;
    this.#failures += 1;
    const { reconnectAttemptsMax, failuresToPoll, canPoll, backoffMsMin, backoffMsMax } = this.#options;
    const isOver = reconnectAttemptsMax > 0 && this.#failures > reconnectAttemptsMax;
    if (this.#mode === 'stream' && (isOver || this.#failures >= failuresToPoll)) {
      this.#mode = canPoll ? 'poll' : 'down';
      this.counts.degraded += 1;
    }
    this.#state = isOver ? 'ended' : 'waiting';
    // Full jitter: the whole interval is drawn, so that many clients do not come back together.
    const ceilingMs = Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(this.#failures - 1, 30));
    this.#dueNs = nowNs + this.#random.float() * ceilingMs * NS_PER_MS;
    this.#waitedForBudget = false;
  }

  /** Evidence from elsewhere says that the stream lies: true when the owner must cut it now. */
  refuted(): boolean {
    return this.#state === 'open' && this.#cut('refuted') === 'cut';
  }

  /** Has `hands` do what is due; answers how much that was. A ping leaves room for more, the others for nothing now. */
  act(nowNs: number, hands: CareHands): number {
    let work = 0;
    for (let action = this.due(nowNs); action !== undefined; action = this.due(nowNs)) {
      work += 1;
      hands[action]();
      if (action !== 'ping') break;
    }
    return work;
  }

  /** What is due; ask until there is nothing. A cut must be followed by closed(). */
  due(nowNs: number): CareAction | undefined {
    if (this.#state === 'waiting') return this.#dial(nowNs);
    if (this.#state === 'dialling') {
      return nowNs - this.#sinceNs >= this.#options.openMs * NS_PER_MS ? this.#cut('openTimeout') : undefined;
    }
    return this.#state === 'open' ? this.#watch(nowNs) : undefined;
  }

  #dial(nowNs: number): CareAction | undefined {
    if (nowNs < this.#dueNs) return undefined;
    const dials = this.#history.dialsNs;
    while (dials.length > 0 && nowNs - dials[0]! >= MINUTE_NS) dials.shift();
    if (dials.length >= this.#options.reconnectsPerMinute) {
      if (!this.#waitedForBudget) this.counts.budgetWaits += 1;
      this.#waitedForBudget = true;
      return undefined;
    }
    dials.push(nowNs);
    this.#state = 'dialling';
    this.#sinceNs = nowNs;
    this.counts.dials += 1;
    return 'dial';
  }

  #watch(nowNs: number): CareAction | undefined {
    const { pingMs, pongMs, idleMs, openMs } = this.#options;
    if (!this.#isConfirmed && nowNs - this.#sinceNs >= openMs * NS_PER_MS) return this.#cut('unconfirmed');
    if (idleMs > 0 && nowNs - this.#dataNs >= idleMs * NS_PER_MS) return this.#cut('idle');
    if (this.#isAnswerDue) return nowNs - this.#pingNs >= pongMs * NS_PER_MS ? this.#cut('halfOpen') : undefined;
    if (nowNs - this.#pingNs < pingMs * NS_PER_MS) return undefined;
    this.#pingNs = nowNs;
    this.#isAnswerDue = true;
    this.counts.pings += 1;
    return 'ping';
  }

  #cut(reason: CutReason): CareAction {
    this.#state = 'cutting';
    this.counts.cuts[reason] += 1;
    return 'cut';
  }
}
