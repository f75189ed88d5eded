// What an order takes at the simulated Kalshi venue, where it must not meet an order of its own account. Reads, changes
// nothing.
import { otherSide } from './crossing.ts';
import type { KalshiOrder } from './kalshi-exchange-types.ts';
import type { LiveBook } from './live-book.ts';
import { crosses, type Take, takeLevels } from './matching.ts';
import type { BookSide, TapeLevel } from './tape.ts';

/** What the order takes: up to the first order of its own account, or past those where they give way. */
export function takesOf(order: KalshiOrder): Take[] {
  const { market, side, priceE4: limitE4, leftMicros: sizeMicros, request } = order;
  const isOwn = (resting: KalshiOrder) => resting.account === order.account;
  const other = otherSide(side);
  const passes = request.selfTrade === 'maker';
  const levels = passes ? market.book.bestFirst(other, isOwn) : untilOwn(market.book, other, isOwn);
  return takeLevels(levels, { side, limitE4, sizeMicros, type: 'FAK' });
}

/** Resting orders of its own account that the order would meet. */
export function ownMet({ market, side, priceE4, account }: KalshiOrder): KalshiOrder[] {
  return market.book
    .restingBestFirst(otherSide(side))
    .filter((resting) => resting.account === account && crosses(side, priceE4, resting.priceE4));
}

/** Best level first, and of the level that holds an order of one's own what stands before it; there it ends. */
function* untilOwn(
  book: LiveBook<KalshiOrder>,
  side: BookSide,
  isOwn: (order: KalshiOrder) => boolean,
): Generator<TapeLevel> {
  for (const level of book.bestFirst(side, () => false)) {
    const queue = book.queueAt(side, level.priceE4);
    const first = queue.findIndex(isOwn);
    if (first < 0) yield level;
    else {
      const flow = Math.min(queue[first]!.aheadMicros, book.externalAt(side, level.priceE4));
      const before = queue.slice(0, first).reduce((sum, { leftMicros }) => sum + leftMicros, flow);
      if (before > 0) yield { priceE4: level.priceE4, sizeMicros: before };
      return;
    }
  }
}
