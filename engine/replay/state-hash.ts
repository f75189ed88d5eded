// The state hash: BLAKE3 over everything a run decided, the same for every run and topology of the same recording.
// Order: books in market-id order (content, state, epoch), opportunities by (frameSeq, basketId), the ledger's columns.
// Computed once, at the end, by the replay driver; cold path.
import { SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import { Blake3 } from '../core/digest.ts';
import type { Arena } from '../memory/arena.ts';
import { BOOK_STATE_NAMES } from '../memory/counters.ts';
import type { CanonicalBooks } from './book-chain.ts';
import type { DumpMarkets } from './dump.ts';

/** What the hash reads of books besides their content. */
export interface HashedBooks extends CanonicalBooks {
  /** Name of the integrity state, `SYNCED`, ... */
  stateName(marketIndex: number): string;
  epoch(marketIndex: number): number;
}

/** One opportunity as it was reported. Money in micro-dollars, sizes in micro-shares. */
export interface HashedOpportunity {
  readonly frameSeq: number;
  readonly basketId: string;
  readonly sizeMicros: number;
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly edgeMicros: number;
  readonly legs: readonly {
    readonly marketId: string;
    readonly action: number;
    readonly limitE4: number;
    readonly sizeMicros: number;
  }[];
}

/** Named columns of integers or ids, each in the ledger's own order. */
export type HashedColumns = Readonly<Record<string, readonly (number | string)[]>>;

/** 64 hex digits. Times of this machine must not be in `ledger`: they differ from run to run. */
export function stateHash(
  books: HashedBooks,
  markets: DumpMarkets,
  opportunities: readonly HashedOpportunity[],
  ledger: HashedColumns,
): string {
  const digest = new Blake3();
  for (const index of markets.indexesById()) {
    const bids = books.canonicalSide(index, SIDE_BID);
    const asks = books.canonicalSide(index, SIDE_ASK);
    const state = `${books.stateName(index)} ${books.epoch(index)}`;
    digest.update(`book ${markets.idOf(index)}\n${bids}\n${asks}\n${state}\n`);
  }
  for (const one of [...opportunities].sort(byFrameThenBasket)) {
    const legs = one.legs.map((leg) => `${leg.marketId} ${leg.action} ${leg.limitE4} ${leg.sizeMicros}`);
    const sums = `${one.sizeMicros} ${one.costMicros} ${one.feeMicros} ${one.edgeMicros}`;
    digest.update(`opportunity ${one.frameSeq} ${one.basketId} ${sums}\n${legs.join('\n')}\n`);
  }
  for (const name of Object.keys(ledger).sort()) digest.update(`column ${name}\n${ledger[name]!.join(',')}\n`);
  return digest.hex();
}

/** The books of `arena` as the hash reads them. */
export function hashedBooks(arena: Arena): HashedBooks {
  const books = new Books(arena);
  return {
    canonicalSide: (marketIndex, side) => books.canonicalSide(marketIndex, side === SIDE_BID ? SIDE_BID : SIDE_ASK),
    state: (marketIndex) => books.state(marketIndex),
    stateName: (marketIndex) => BOOK_STATE_NAMES[books.state(marketIndex)] ?? 'UNKNOWN',
    epoch: (marketIndex) => books.epoch(marketIndex),
  };
}

/** The same over the books alone: equal for a run and for the replay of what it recorded. */
export function booksHash(arena: Arena, markets: DumpMarkets): string {
  return stateHash(hashedBooks(arena), markets, [], {});
}

function byFrameThenBasket(a: HashedOpportunity, b: HashedOpportunity): number {
  if (a.frameSeq !== b.frameSeq) return a.frameSeq - b.frameSeq;
  if (a.basketId === b.basketId) return 0;
  return a.basketId < b.basketId ? -1 : 1;
}
