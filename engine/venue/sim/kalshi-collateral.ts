// What the resting orders of an account hold at the simulated Kalshi venue. A contract of one outcome is closed before one of
// the other is opened, so orders against a position need nothing as far as it goes. Reads, changes nothing.

import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import { costMicrosRoundedUp, proceedsMicrosRoundedDown } from '../../core/units.ts';
import { kalshiOutcome } from '../kalshi/outcome.ts';
import type { Account } from './accounts.ts';
import type { KalshiMarket } from './kalshi-exchange-types.ts';
import { BALANCE_STEP_MICROS, tradeFeeMicros } from './kalshi-fill-fees.ts';

/** An order as far as its collateral goes. */
export interface Held {
  readonly side: 'bid' | 'ask';
  readonly priceE4: number;
  readonly leftMicros: number;
}

/** Contracts of an outcome that an account holds. */
export function heldMicros(account: Account, ticker: string, view: number): number {
  return account.positions.get(kalshiOutcome(ticker, view)) ?? 0;
}

/** What an order of `side` closes before it opens anything. */
export function closedView(side: 'bid' | 'ask'): number {
  return side === 'bid' ? VIEW_NO : VIEW_YES;
}

/** Cash that an account needs in a market for its resting orders and `more`, with their fees as if they took. */
export function collateralMicros(account: Account, market: KalshiMarket, more: readonly Held[]): number {
  const { terms, ticker, book } = market;
  if (terms === undefined) return 0;
  let needed = 0;
  for (const side of ['bid', 'ask'] as const) {
    const resting: readonly Held[] = book.restingBestFirst(side).filter((order) => order.account === account);
    const own = [...resting, ...more.filter((order) => order.side === side)];
    let closes = heldMicros(account, ticker, closedView(side));
    // The position closes the cheapest ones: whichever is met first, no more is needed than this.
    for (const { priceE4, leftMicros } of own.sort((a, b) => openE4(a) - openE4(b))) {
      const closed = Math.min(closes, leftMicros);
      closes -= closed;
      const fee = tradeFeeMicros(terms.fee.rateE6, terms.fee, priceE4, leftMicros) + BALANCE_STEP_MICROS;
      const opens = costMicrosRoundedUp(openE4({ side, priceE4 }), leftMicros - closed);
      const brings = proceedsMicrosRoundedDown(10_000 - openE4({ side, priceE4 }), closed);
      needed += Math.max(0, opens + fee - brings);
    }
  }
  return needed;
}

function openE4({ side, priceE4 }: Pick<Held, 'side' | 'priceE4'>): number {
  return side === 'bid' ? priceE4 : 10_000 - priceE4;
}
