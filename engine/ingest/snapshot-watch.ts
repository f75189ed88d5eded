// Which books of a connection need a snapshot, where the venue sends one when it is asked: those that are in doubt, and
// those whose last one is old. Ingest thread; reads book states, decides only.
//
// A relative change states neither top nor hash, so that nothing but a snapshot proves a book, and silence looks the same
// on a quiet market and on a frozen one. Asking is the probe: what is not answered in time is no longer trusted.
import { BOOK_EMPTY, BOOK_STALE, BOOK_SUSPECT } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import { canBeHelped } from './resync.ts';

export interface SnapshotTimes {
  /** A book whose last snapshot is older is asked for; below the age at which the gate refuses it. */
  readonly probeMs: number;
  /** A question without a snapshot for so long is unanswered. */
  readonly answerMs: number;
}

export const SNAPSHOT_TIMES: SnapshotTimes = { probeMs: 10_000, answerMs: 2_000 };

/** What is to be done about the books now, by market index. */
export interface SnapshotNeeds {
  readonly ask: number[];
  /** Asked in vain: to be made STALE. */
  readonly unanswered: number[];
}

const NS_PER_MS = 1e6;

export class SnapshotWatch {
  readonly #books: Books;
  readonly #times: SnapshotTimes;
  /** When a market was asked for, of those without an answer. */
  readonly #askedNs = new Map<number, number>();
  unanswered = 0;

  constructor(books: Books, times: SnapshotTimes) {
    this.#books = books;
    this.#times = times;
  }

  /** Another connection, or none: what was asked on the last one is not answered any more. */
  reset(): void {
    this.#askedNs.clear();
  }

  /** Snapshots of `markets` are due without asking, since `sinceNs`: they were subscribed. */
  expect(markets: Iterable<number>, sinceNs: number): void {
    for (const market of markets) this.#askedNs.set(market, sinceNs);
  }

  /** The needs of `markets` at `nowNs`, and from here on they count as asked for. */
  needs(markets: Iterable<number>, nowNs: number): SnapshotNeeds {
    const needs: SnapshotNeeds = { ask: [], unanswered: [] };
    for (const market of markets) {
      const state = this.#books.state(market);
      if (state === BOOK_EMPTY || !canBeHelped(this.#books, market)) this.#askedNs.delete(market);
      else this.#judge(market, state === BOOK_STALE || state === BOOK_SUSPECT, nowNs, needs);
    }
    return needs;
  }

  #judge(market: number, isInDoubt: boolean, nowNs: number, needs: SnapshotNeeds): void {
    const { probeMs, answerMs } = this.#times;
    // Numbers in order prove that nothing was lost, not that the market has not fallen silent.
    const provenNs = this.#books.statedNs(market);
    const askedNs = this.#askedNs.get(market);
    const isUnanswered = askedNs !== undefined && provenNs <= askedNs;
    if (!isUnanswered && !isInDoubt && nowNs - provenNs < probeMs * NS_PER_MS) {
      this.#askedNs.delete(market);
      return;
    }
    // In doubt though answered: its snapshot did not help, and the next one is not asked for in a hurry.
    const isAwaited = askedNs !== undefined && nowNs - askedNs < answerMs * NS_PER_MS;
    if (isAwaited && (isUnanswered || isInDoubt)) return;
    if (isUnanswered) {
      this.unanswered += 1;
      needs.unanswered.push(market);
    }
    this.#askedNs.set(market, nowNs);
    needs.ask.push(market);
  }
}
