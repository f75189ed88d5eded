// Decisions that later evidence judges: every book that a basket was sent on is followed until a hash or an answer of the
// venue proves it, evidence refutes it, or it is given up. Executor's thread; decides nothing.
//
// Where the fault began nobody can say, only between which two looks at the book: so a decision in between counts as one
// on a wrong book, and the counts are upper bounds of what was found. A fault that came and went between two looks is found
// by nobody. Top: the best prices were wrong, by a later frame or an answer. Depth: levels below them were; since every
// order has a limit, that costs fill and not price.
import { Seals } from '../integrity/seals.ts';
import type { Arena } from '../memory/arena.ts';
import type { ExecuteStats } from './stats.ts';

interface Decision {
  readonly market: number;
  readonly atNs: number;
  /** How often the book's top had been found wrong when it was looked at last; undefined: it has agreed since. */
  topWrongs: number | undefined;
}

const REVIEW_EVERY_NS = 50e6;
/** A decision that nothing judged for so long stays so. */
const GIVE_UP_NS = 60e9;
/** Followed at most. */
const FOLLOWED_MAX = 4_096;

export class Decisions {
  readonly #seals: Seals;
  readonly #stats: ExecuteStats;
  #followed: Decision[] = [];
  #nextNs = 0;

  constructor(arena: Arena, stats: ExecuteStats) {
    this.#seals = new Seals(arena);
    this.#stats = stats;
  }

  /** A basket was sent on the books of these markets. */
  note(markets: readonly number[], nowNs: number): void {
    for (const market of markets) {
      if (this.#followed.length === FOLLOWED_MAX) {
        this.#followed.shift();
        this.#stats.decisionsNotJudged += 1;
      }
      this.#followed.push({ market, atNs: nowNs, topWrongs: this.#seals.topWrongs(market).count });
    }
  }

  /** Judges what can be judged now; `isEnd`: and gives up the rest. */
  review(nowNs: number, isEnd = false): void {
    if (!isEnd && (nowNs < this.#nextNs || this.#followed.length === 0)) return;
    this.#nextNs = nowNs + REVIEW_EVERY_NS;
    this.#followed = this.#followed.filter(
      (decision) => !this.#judge(decision) && !this.#givenUp(decision, nowNs, isEnd),
    );
  }

  /** True when it is judged. */
  #judge(decision: Decision): boolean {
    const { market, atNs } = decision;
    const { sinceNs, atNs: refutedNs, top } = this.#seals.lastRefuted(market);
    const isRefuted = refutedNs > 0 && sinceNs <= atNs && atNs <= refutedNs;
    if (this.#topRefuted(decision) || (isRefuted && top)) this.#stats.decisionsOnWrongTop += 1;
    else if (isRefuted) this.#stats.decisionsOnWrongDepth += 1;
    else if (this.#seals.provenNs(market) > atNs) this.#stats.decisionsProven += 1;
    else return false;
    return true;
  }

  /**
   * The first fault after a decision says all: a top that agreed since puts every later fault behind the decision. Of
   * several faults between two looks only the last one's time is known, so that they count against the decision.
   */
  #topRefuted(decision: Decision): boolean {
    if (decision.topWrongs === undefined) return false;
    const { count, agreedNs } = this.#seals.topWrongs(decision.market);
    const faults = (count - decision.topWrongs) >>> 0;
    if (faults === 0) return false;
    if (faults > 1 || agreedNs <= decision.atNs) return true;
    decision.topWrongs = undefined;
    return false;
  }

  #givenUp({ atNs }: Decision, nowNs: number, isEnd: boolean): boolean {
    if (!isEnd && nowNs - atNs <= GIVE_UP_NS) return false;
    this.#stats.decisionsNotJudged += 1;
    return true;
  }
}
