// What a replay does after each frame besides the engine's own work: the book chain and the dumps. Runs on the
// detector's thread, where the books rest between two frames.
import { Books } from '../book/books.ts';
import type { Arena } from '../memory/arena.ts';
import { Markets } from '../venue/markets.ts';
import { BookChain } from './book-chain.ts';
import { BookDump } from './dump.ts';

export interface WatchTask {
  readonly bookChain: boolean;
  /** File for the dump; undefined: none. */
  readonly dumpBooks: string | undefined;
  /** Frame numbers from 1; empty: once, at the end. */
  readonly dumpAtFrames: readonly number[];
}

export interface WatchResult {
  readonly bookChain: string | undefined;
  /** Frames asked for that the recording does not have. */
  readonly framesMissing: readonly number[];
}

export class FrameWatcher {
  /** False: there is nothing to do after a frame. */
  readonly watches: boolean;
  readonly #markets: Markets;
  readonly #chain: BookChain | undefined;
  readonly #dump: BookDump | undefined;

  constructor(arena: Arena, task: WatchTask) {
    const books = new Books(arena);
    const markets = new Markets(arena);
    this.#markets = markets;
    if (task.bookChain) this.#chain = new BookChain(books, (marketIndex) => this.#idOf(marketIndex));
    if (task.dumpBooks !== undefined) this.#dump = new BookDump(task.dumpBooks, books, markets, task.dumpAtFrames);
    this.watches = task.bookChain || task.dumpAtFrames.length > 0;
  }

  /** `touched[1..count]`: markets whose book the frame set or changed, in order of first mention. */
  afterFrame(frameSeq: number, touched: Uint32Array, count: number): void {
    this.#chain?.addFrame(touched.subarray(1, 1 + count), count);
    if (this.#dump === undefined || this.#dump.nextFrame > frameSeq) return;
    this.#markets.refresh();
    this.#dump.afterFrame(frameSeq);
  }

  /** Writes the dump of the end, if that was asked for. */
  close(): WatchResult {
    this.#markets.refresh();
    return { bookChain: this.#chain?.hex, framesMissing: this.#dump?.close() ?? [] };
  }

  #idOf(marketIndex: number): string {
    if (marketIndex >= this.#markets.count) this.#markets.refresh();
    return this.#markets.idOf(marketIndex);
  }
}
