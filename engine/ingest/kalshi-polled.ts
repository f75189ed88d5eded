// Books of a lost Kalshi stream that REST answered, handed on as the snapshots of a subscription that the venue does not
// give. Ingest thread.
import { VENUE_KALSHI } from '../../wasm/layout.ts';
import { type PolledBook, snapshotText } from '../venue/kalshi/books-answer.ts';
import type { KalshiSink } from './kalshi-contract.ts';

export class KalshiPolled {
  readonly #sink: KalshiSink;
  readonly #connection: number;
  #seq = 0;
  #hasTaken = false;

  constructor(sink: KalshiSink, connection: number) {
    this.#sink = sink;
    this.#connection = connection;
  }

  take(book: PolledBook, nowNs: number): 'taken' | 'refused' {
    this.#seq += 1;
    this.#hasTaken = true;
    const answer = this.#sink.frame(Buffer.from(snapshotText(book, this.#seq)), VENUE_KALSHI, this.#connection);
    // Answers are no sequence: one market's says nothing of the others, so no number is left that would prove them.
    this.#sink.connectionOver(this.#sink.marketOf(book.ticker)!, this.#connection, nowNs);
    return answer > 0 ? 'taken' : 'refused';
  }

  /** A stream is open: a polled book is of another time, and no change may be added to it. */
  over(nowNs: number): void {
    if (this.#hasTaken) this.#sink.lost(this.#connection, nowNs);
    this.#hasTaken = false;
  }
}
