// How orders that rest on a simulated book are met: by a taker of the venue, by flow of the tape that crosses them, and by
// trades of the tape. Moves the book and tells of each hit; whose the orders are and what a hit costs is the exchange's.
import type { LiveBook, Resting } from './live-book.ts';
import { crosses, shareLevel, shareTrade, type Take } from './matching.ts';
import type { BookSide } from './tape.ts';

/** A resting order is met with `sizeMicros`, at its own price. Takes the size off the book. */
export type Hit<R extends Resting> = (order: R, sizeMicros: number) => void;

/** The side that a taker of `side` takes from, and that an order of `side` may cross. */
export function otherSide(side: BookSide): BookSide {
  return side === 'bid' ? 'ask' : 'bid';
}

/** One level of a taker's walk: the orders on it by time, without those that `isOwn`. Answers who was hit, and with what. */
export function takeLevel<R extends Resting>(
  book: LiveBook<R>,
  side: BookSide,
  { priceE4, sizeMicros }: Take,
  isOwn: (order: R) => boolean,
  hit: Hit<R>,
): readonly { readonly order: R; readonly sizeMicros: number }[] {
  const queue = book.queueAt(side, priceE4).filter((resting) => !isOwn(resting));
  const shared = shareLevel(sizeMicros, book.externalAt(side, priceE4), queue);
  book.consumeExternal(side, priceE4, shared.externalMicros);
  for (const fill of shared.fills) hit(fill.order, fill.sizeMicros);
  return shared.fills;
}

/** The tape moved through orders that rest: they trade at their price with the flow that crossed them. */
export function fillCrossed<R extends Resting>(book: LiveBook<R>, hit: Hit<R>): void {
  const isAnyOrder = () => true;
  for (const side of ['bid', 'ask'] as const) {
    const other = otherSide(side);
    for (const order of book.restingBestFirst(side)) {
      for (const { priceE4 } of [...book.bestFirst(other, isAnyOrder)]) {
        if (order.leftMicros === 0 || !crosses(side, order.priceE4, priceE4)) break;
        const sizeMicros = Math.min(order.leftMicros, book.externalAt(other, priceE4));
        book.consumeExternal(other, priceE4, sizeMicros);
        hit(order, sizeMicros);
      }
    }
  }
}

/**
 * A taker on the tape would have met orders that rest on `side`: better prices first, then those at the price, by time.
 * True when the book may have changed.
 */
export function fillQueued<R extends Resting>(
  book: LiveBook<R>,
  side: BookSide,
  { priceE4, sizeMicros }: Take,
  hit: Hit<R>,
): boolean {
  const { fills, externalMicros } = shareTrade(side, priceE4, sizeMicros, book.restingBestFirst(side));
  for (const fill of fills) hit(fill.order, fill.sizeMicros);
  book.moveUp(side, priceE4, externalMicros);
  return fills.length > 0 || externalMicros > 0;
}
