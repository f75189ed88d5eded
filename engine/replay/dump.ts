// Writes dumps of all books as JSON, folded to the YES side, best level first, canonical decimals. Written piece by
// piece, so that a dump of many markets needs no more memory than one of them. Replay driver's thread; cold path.
import { closeSync, openSync, writeSync } from 'node:fs';
import { BOOK_EMPTY, SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import type { CanonicalBooks } from './book-chain.ts';

/** What a dump reads of the market table. */
export interface DumpMarkets {
  /** Market indexes in the order of their ids. */
  indexesById(): readonly number[];
  idOf(marketIndex: number): string;
  /** Token of view 0 (YES), '' when unknown. */
  tokenOf(marketIndex: number, view: number): string;
}

/** One dump file: either the books of one moment, or one object per frame asked for, keyed by its number. */
export class BookDump {
  readonly #file: number;
  readonly #books: CanonicalBooks;
  readonly #markets: DumpMarkets;
  readonly #frames: readonly number[];
  #next = 0;

  /** Creates or replaces `path`. `atFrames`: frame numbers from 1; empty = the books at the end of the run. */
  constructor(path: string, books: CanonicalBooks, markets: DumpMarkets, atFrames: readonly number[] = []) {
    this.#file = openSync(path, 'w');
    this.#books = books;
    this.#markets = markets;
    this.#frames = [...new Set(atFrames)].sort((a, b) => a - b);
  }

  /** Next frame number to stop at, or Infinity. */
  get nextFrame(): number {
    return this.#frames[this.#next] ?? Number.POSITIVE_INFINITY;
  }

  /** To be called after each frame; writes when `frame` was asked for. */
  afterFrame(frame: number): void {
    while (this.nextFrame === frame) {
      this.#write(`${this.#next === 0 ? '{' : ','}\n"${frame}":`);
      this.#writeBooks();
      this.#next += 1;
    }
  }

  /** Ends the file; answers the frame numbers that never came, which the file then lacks. */
  close(): number[] {
    if (this.#frames.length === 0) this.#writeBooks();
    else this.#write(this.#next === 0 ? '{}' : '\n}');
    this.#write('\n');
    closeSync(this.#file);
    return this.#frames.slice(this.#next);
  }

  /** A market without a snapshot has no book and is left out. */
  #writeBooks(): void {
    let separator = '{';
    for (const index of this.#markets.indexesById()) {
      if (this.#books.state(index) === BOOK_EMPTY) continue;
      this.#write(`${separator}\n${JSON.stringify(this.#markets.idOf(index))}:${this.#bookText(index)}`);
      separator = ',';
    }
    this.#write(separator === '{' ? '{}' : '\n}');
  }

  #bookText(index: number): string {
    const id = this.#markets.idOf(index);
    // A Kalshi market has no tokens; its ticker stands in the table in place of one.
    const token = id.startsWith('kalshi:') ? '' : this.#markets.tokenOf(index, 0);
    const yesToken = token === '' ? '' : `"yesToken":${JSON.stringify(token)},`;
    const bids = levelsJson(this.#books.canonicalSide(index, SIDE_BID));
    return `{${yesToken}"bids":${bids},"asks":${levelsJson(this.#books.canonicalSide(index, SIDE_ASK))}}`;
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }
}

/** `0.5 10,0.4 2` -> `[["0.5","10"],["0.4","2"]]`. */
function levelsJson(side: string): string {
  if (side === '') return '[]';
  const levels = side.split(',').map((level) => `["${level.replace(' ', '","')}"]`);
  return `[${levels.join(',')}]`;
}
