// The venue's book hash: SHA-1 over a compact JSON of ten keys in fixed order. Evidence, not a chain of ours: those are
// BLAKE3 (docs/adr/0016-book-evidence.md). Off the hot path.
//
//   {"market":…,"asset_id":…,"timestamp":…,"hash":"","bids":[…],"asks":[…],
//    "min_order_size":…,"tick_size":…,"neg_risk":…,"last_trade_price":…}
//
// Bids ascend, asks descend: the worst level stands first. What is not in the levels stands at the end, so that many
// candidates for it cost one pass over the levels.
import { createHash, type Hash } from 'node:crypto';
import { SIDE_ASK, SIDE_BID, VIEW_NO } from '../../../wasm/layout.ts';
import { PRICE_ONE_E4, priceText, sizeText } from '../../core/units.ts';

/** What stands behind the levels. */
export interface SummaryTail {
  readonly minSizeText: string;
  readonly tickText: string;
  readonly negRisk: boolean;
  /** With at least three decimals; '' = never traded. */
  readonly lastTradeText: string;
}

/** The levels of a folded book; engine/book/books.ts has it. */
export interface LevelSource {
  eachLevel(
    marketIndex: number,
    side: number,
    limit: number,
    onLevel: (priceE4: number, sizeMicros: number) => unknown,
  ): number;
}

/** Levels best first as the venue's JSON has them, worst first. */
export function levelsJson(bestFirst: readonly (readonly [priceE4: number, sizeMicros: number])[]): string {
  const items = bestFirst.map(([priceE4, micros]) => `{"price":"${priceText(priceE4)}","size":"${sizeText(micros)}"}`);
  return `[${items.reverse().join(',')}]`;
}

/** One side of one token's book, read out of the folded book: the NO token's bids are the YES asks, mirrored. */
export function viewSideJson(books: LevelSource, marketIndex: number, view: number, side: number): string {
  const levels: [number, number][] = [];
  const folded = view === VIEW_NO ? 1 - side : side;
  books.eachLevel(marketIndex, folded, Number.POSITIVE_INFINITY, (priceE4, sizeMicros) => {
    levels.push([view === VIEW_NO ? PRICE_ONE_E4 - priceE4 : priceE4, sizeMicros]);
  });
  return levelsJson(levels);
}

/** SHA-1 of one token's book at one venue time, but for what stands behind the levels. */
export class BookDigest {
  readonly #hash: Hash;

  constructor(condition: string, token: string, venueMs: number, bidsJson: string, asksJson: string) {
    this.#hash = createHash('sha1').update(
      `{"market":"${condition}","asset_id":"${token}","timestamp":"${venueMs}","hash":"","bids":${bidsJson},"asks":${asksJson},`,
      'utf8',
    );
  }

  /** Digest of the book that the engine holds of `token`, which is view `view` of the market. */
  static ofBook(
    books: LevelSource,
    market: { readonly index: number; readonly condition: string },
    token: string,
    view: number,
    venueMs: number,
  ): BookDigest {
    const bids = viewSideJson(books, market.index, view, SIDE_BID);
    return new BookDigest(market.condition, token, venueMs, bids, viewSideJson(books, market.index, view, SIDE_ASK));
  }

  /** The hash, 40 hex digits, when the summary ends with `tail`. */
  hex({ minSizeText, tickText, negRisk, lastTradeText }: SummaryTail): string {
    return this.#hash
      .copy()
      .update(
        `"min_order_size":"${minSizeText}","tick_size":"${tickText}","neg_risk":${negRisk},"last_trade_price":"${lastTradeText}"}`,
      )
      .digest('hex');
  }
}

/** A trade's price as the summary has it: at least three decimals. */
export function lastTradeText(priceE4: number): string {
  const [whole = '0', fraction = ''] = priceText(priceE4).split('.');
  return `${whole}.${fraction.padEnd(3, '0')}`;
}
