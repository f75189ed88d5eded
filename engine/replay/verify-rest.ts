// REST answers of a recording, each read by the engine's own decoder into books of its own: they verify, they never
// change the books of the feed. Cold path.
import { DECODE_IGNORED, VENUE_POLYMARKET, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import type { Config } from '../config/schema.ts';
import type { HeldBook } from '../integrity/contract.ts';
import { restStatements } from '../venue/polymarket/statements.ts';
import type { BookStatement } from '../venue/statements.ts';
import { BookEngine, type BookEngineMarkets } from './book-engine.ts';

/** One book of an answer, as the engine reads it. */
export interface AnsweredBook {
  readonly statement: BookStatement;
  /** undefined: the engine refuses it. */
  readonly held: HeldBook | undefined;
  /** Its sides as the engine's canonical text, YES view. */
  readonly sides: readonly [string, string];
}

/** Reads answers to `/book` and `/books`. */
export class RestProbe {
  readonly #config: Config;
  readonly #known: BookEngineMarkets;
  #engine: BookEngine | undefined;

  constructor(config: Config, { markets }: BookEngineMarkets) {
    this.#config = config;
    this.#known = { markets, relations: [] };
  }

  /** The books in the answer `value`; each is valid until the next call. None: it is about something else. */
  *books(value: unknown, recvNs: number): Generator<AnsweredBook> {
    for (const book of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      for (const statement of restStatements(book)) yield this.#read(book as object, statement, recvNs);
    }
  }

  #read(book: object, statement: BookStatement, recvNs: number): AnsweredBook {
    this.#engine ??= new BookEngine(this.#config, this.#known, 'full');
    const { books, foundation } = this.#engine;
    const frame = Buffer.from(JSON.stringify({ event_type: 'book', ...book }), 'utf8');
    const answer = this.#engine.accept(frame, VENUE_POLYMARKET, 0, recvNs);
    const index = foundation.markets.indexOf(statement.marketId);
    if (answer <= DECODE_IGNORED || index === undefined) return { statement, held: undefined, sides: ['', ''] };
    const view = foundation.markets.tokenOf(index, VIEW_NO) === statement.token ? VIEW_NO : VIEW_YES;
    const sides = [books.canonicalSide(index, 0), books.canonicalSide(index, 1)] as const;
    return { statement, held: { books, index, view }, sides };
  }
}
