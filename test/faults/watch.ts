// Watches one engine while a fault happens to its feed: at every look an order on each market is put to the gate, and the
// book of each that it would let through is held against the truth. One thread; the rig calls look().
import type { Clock } from '../../engine/core/clock.ts';
import type { Eye } from './eye.ts';
import type { ProductCount } from './product-count.ts';
import { LAG_NS, type Truth, type Verdict } from './truth.ts';

/** Counts that evidence raises, the most telling first. */
export type Evidence = Readonly<Record<string, number>>;

export interface Watched {
  readonly markets: number;
  readonly clock: Clock;
  readonly eye: Eye;
  /** Undefined: nobody knows, and nothing is held against it. */
  readonly truth: Truth | undefined;
  readonly product: ProductCount;
  evidence(): Evidence;
}

/** Decisions that the gate would have let through, one per look and market. */
export interface Decisions {
  passed: number;
  wrongTop: number;
  wrongDepth: number;
  /** On best prices that the fault had kept the engine from hearing of any more. */
  oldTop: number;
  /** The longest that such best prices had been superseded, ns. */
  oldTopNsMax: number;
}

/** The fault fired: when, on which market, and what stood then. */
export interface Fired {
  readonly atNs: number;
  readonly market: number;
  readonly version: number;
  readonly evidence: Evidence;
}

export interface WatchOptions {
  /** Every market's book is to fall, not the faulted one's alone. */
  readonly whole: boolean;
  /** The gate's ages are evidence too. Where a frame or an answer is to be, an age only shows that this machine was slow. */
  readonly ages: readonly Age[];
}

type Age = 'BOOK_TOO_OLD' | 'BOOK_UNPROVEN';

/** Wrong books that are described. */
const WRONGS_MAX = 3;
const FAULTY = new Set(['SUSPECT', 'STALE']);

export class Watch {
  readonly #of: Watched;
  readonly #options: WatchOptions;
  readonly #versions: number[];
  readonly #verdicts: Verdict[];
  /** Since when each market's book is wrong; 0: it is not. */
  readonly #wrongNs: number[];
  readonly decisions: Decisions = { passed: 0, wrongTop: 0, wrongDepth: 0, oldTop: 0, oldTopNsMax: 0 };
  /** Since when each market is refused without a break; 0: it is not. */
  readonly #refusedNs: number[];
  #lookNs = 0;
  /** Every market has been tradable. */
  isWarm = false;
  fired: Fired | undefined;
  /** The first victim could not be traded on any more, and by which evidence. */
  untradableNs = 0;
  by = '';
  /** Decisions on a victim after its faulty frame was taken in, before it fell for the first time. */
  afterFrame = 0;
  recoveredNs = 0;
  healedNs = 0;
  /** The longest time without a look: this machine was busy, and nothing could be decided. */
  pauseNsMax = 0;
  /** Books that fell before anything was wrong with them. */
  alarms: string[] = [];
  /** Books that a hash or an answer proved later than they had become wrong, while they were wrong. */
  provenWrong = 0;
  /** What decisions on a wrong top were taken on. */
  readonly wrongs: string[] = [];

  constructor(of: Watched, options: WatchOptions) {
    this.#of = of;
    this.#options = options;
    this.#versions = Array.from({ length: of.markets }, () => -1);
    this.#refusedNs = Array.from({ length: of.markets }, () => 0);
    this.#verdicts = Array.from({ length: of.markets }, () => 'right');
    this.#wrongNs = Array.from({ length: of.markets }, () => 0);
  }

  /** The fault fired on `market`, whose frames were just sent. */
  fire(market: number, nowNs: number): void {
    this.fired ??= {
      ...{ atNs: nowNs, market, version: this.#of.truth?.latest(market) ?? 0 },
      evidence: this.#of.evidence(),
    };
  }

  look(): void {
    const nowNs = this.#of.clock.nowNs();
    if (this.#lookNs > 0) this.pauseNsMax = Math.max(this.pauseNsMax, nowNs - this.#lookNs);
    this.#lookNs = nowNs;
    const refusals: (string | undefined)[] = [];
    for (let market = 0; market < this.#of.markets; market += 1) {
      const refusal = this.#of.eye.refusal(market, nowNs);
      refusals.push(refusal);
      this.#judge(market);
      this.#lookForProof(market, nowNs);
      if (refusal === undefined) this.#decide(market, nowNs);
    }
    this.#of.product.review(nowNs);
    if (!this.isWarm) this.isWarm = refusals.every((refusal) => refusal === undefined);
    else if (this.fired === undefined) this.#alarm();
    if (this.fired !== undefined) this.#follow(this.fired, refusals, nowNs);
  }

  #victims({ market }: Fired): number[] {
    return this.#options.whole ? [...this.#versions.keys()] : [market];
  }

  #judge(market: number): void {
    const version = this.#of.eye.version(market);
    if (version === this.#versions[market]) return;
    this.#versions[market] = version;
    const { truth, eye } = this.#of;
    if (truth === undefined) return;
    this.#verdicts[market] = truth.judge(market, eye.text(market));
  }

  #lookForProof(market: number, nowNs: number): void {
    const wrongNs = this.#wrongNs[market]!;
    if (this.#verdicts[market] === 'right') this.#wrongNs[market] = 0;
    else if (wrongNs === 0) this.#wrongNs[market] = nowNs;
    else if (this.#of.eye.provenNs(market) > wrongNs) {
      this.provenWrong += 1;
      this.#wrongNs[market] = nowNs;
    }
  }

  #decide(market: number, nowNs: number): void {
    const { decisions } = this;
    decisions.passed += 1;
    this.#of.product.note(market, nowNs);
    if (this.#verdicts[market] === 'top') this.#noteWrongTop(market, nowNs);
    if (this.#verdicts[market] === 'depth') decisions.wrongDepth += 1;
    if (this.#verdicts[market] !== 'right') return;
    const oldNs = this.#of.truth?.behindNs(market, nowNs, true) ?? 0;
    if (oldNs <= LAG_NS) return;
    decisions.oldTop += 1;
    decisions.oldTopNsMax = Math.max(decisions.oldTopNsMax, oldNs);
  }

  #noteWrongTop(market: number, nowNs: number): void {
    this.decisions.wrongTop += 1;
    if (this.wrongs.length === WRONGS_MAX) return;
    const { truth, eye } = this.#of;
    const sinceMs = this.fired === undefined ? 0 : (nowNs - this.fired.atNs) / 1e6;
    const what = truth?.describe(market, eye.text(market), nowNs);
    this.wrongs.push(`market ${market} ${sinceMs.toFixed(1)} ms after the fault: ${what}`);
  }

  #alarm(): void {
    for (let market = 0; market < this.#of.markets; market += 1) {
      const state = this.#of.eye.state(market);
      if (FAULTY.has(state) && this.alarms.length < 5) this.alarms.push(`market ${market} ${state}`);
    }
  }

  #follow(fired: Fired, refusals: readonly (string | undefined)[], nowNs: number): void {
    const victims = this.#victims(fired);
    for (const market of victims) this.#followOne(market, refusals[market], nowNs);
    if (this.untradableNs === 0) this.#lookForHealing(fired, refusals[fired.market], nowNs);
    else if (this.by === '') this.by = this.#risen(fired.evidence) ?? '';
    const isBack = victims.every(
      (market) =>
        refusals[market] === undefined && this.#verdicts[market] === 'right' && this.#isCurrent(market, fired),
    );
    if (this.untradableNs > 0 && isBack && this.recoveredNs === 0) this.recoveredNs = nowNs;
  }

  #followOne(market: number, refusal: string | undefined, nowNs: number): void {
    if (refusal === undefined) this.#refusedNs[market] = 0;
    else if (this.#refusedNs[market] === 0) this.#refusedNs[market] = nowNs;
    const isOld = this.#options.ages.some((age) => age === refusal);
    if (!isOld && refusal !== 'BOOK_REFUTED' && !FAULTY.has(this.#of.eye.state(market))) return;
    this.recoveredNs = 0;
    if (this.untradableNs > 0) return;
    // From when on it was refused without a break: a book may be PENDING before it is SUSPECT.
    this.untradableNs = this.#refusedNs[market]!;
    this.by = this.#risen(this.fired!.evidence) ?? (isOld ? refusal! : '');
  }

  /** Decisions after the faulty frame was taken in; and whether what the venue said next has put the book right. */
  #lookForHealing(fired: Fired, refusal: string | undefined, nowNs: number): void {
    if (refusal !== undefined || (this.#of.truth?.at(fired.market) ?? 0) <= fired.version) return;
    this.afterFrame += 1;
    if (this.#verdicts[fired.market] === 'right' && this.healedNs === 0) this.healedNs = nowNs;
  }

  /** Its book is a version the venue had after the fault, or none came. */
  #isCurrent(market: number, fired: Fired): boolean {
    return market !== fired.market || (this.#of.truth?.at(market) ?? 0) >= fired.version;
  }

  #risen(before: Evidence): string | undefined {
    const now = this.#of.evidence();
    return Object.keys(now).find((name) => now[name]! > (before[name] ?? 0));
  }
}
