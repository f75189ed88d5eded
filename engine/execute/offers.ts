// What a leg can buy at now: the levels of its book within the opportunity's limit, less what our own fills took of them.
// Executor's thread; the book is its detector's, read by version.
import * as L from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { Fill } from '../venue/fees.ts';
import type { OpportunityLeg } from './take.ts';

/** Which outcome of which market is bought, and up to which price. */
type Wanted = Pick<OpportunityLeg, 'marketIndex' | 'action' | 'limitE4'>;

/** Levels of one book as somebody reads them: `Books`, or a copy that an answer of the venue brought. */
export type EachLevel = (side: number, onLevel: (priceE4: number, sizeMicros: number) => unknown) => unknown;

/** Shares of an outcome still to be had within a limit, after what our own fills took. */
export type LeftMicros = (marketIndex: number, action: number, limitE4: number) => number;

/** What those levels offer of the outcome that the leg buys, best first, within the leg's limit. */
export function offersOf(eachLevel: EachLevel, { action, limitE4 }: Wanted): Fill[] {
  const buysYes = action === L.ACTION_BUY_YES;
  const offers: Fill[] = [];
  eachLevel(buysYes ? L.SIDE_ASK : L.SIDE_BID, (priceE4, sizeMicros) => {
    const boughtE4 = buysYes ? priceE4 : PRICE_ONE_E4 - priceE4;
    if (boughtE4 > limitE4) return false;
    offers.push([boughtE4, sizeMicros]);
    return true;
  });
  return offers;
}

/** The leg's offers in the engine's book; undefined when the detector was applying a frame. */
export function offersNow(books: Books, leg: Wanted): Fill[] | undefined {
  const { marketIndex } = leg;
  const version = books.version(marketIndex);
  const offers = offersOf(
    (side, onLevel) => books.eachLevel(marketIndex, side, Number.POSITIVE_INFINITY, onLevel),
    leg,
  );
  return (version & 1) !== 0 || books.version(marketIndex) !== version ? undefined : offers;
}

/** The offers less what our own fills took of them, where the books do not show it. */
export function offersLeft(offers: readonly Fill[], leg: Wanted, leftMicros: LeftMicros | undefined): Fill[] {
  if (leftMicros === undefined) return [...offers];
  let before = 0;
  return offers.flatMap(([priceE4, sizeMicros]): Fill[] => {
    const within = leftMicros(leg.marketIndex, leg.action, priceE4);
    const here = Math.min(sizeMicros, within - before);
    before = within;
    return here > 0 ? [[priceE4, here]] : [];
  });
}

/** Shares of all offers. */
export function sumOf(offers: readonly Fill[]): number {
  return offers.reduce((sum, [, sizeMicros]) => sum + sizeMicros, 0);
}
