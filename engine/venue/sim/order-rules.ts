// The venue's rules for a new order: price grid, size step, minima, post-only, balance. Pure: reads, changes nothing.
import { costMicrosRoundedUp, moneyText, priceText, sizeText } from '../../core/units.ts';
import { takerFeeMicrosRoundedUp } from '../fees.ts';
import type { Account, Accounts } from './accounts.ts';
import type { NewOrder, VenueMarket } from './exchange-types.ts';
import { crosses } from './matching.ts';
import type { SignedOrder } from './signed-order.ts';
import type { BookSide } from './tape.ts';

/** Shares have two decimals on the venue. */
const SIZE_STEP_MICROS = 10_000;
/** Orders that take must be worth a dollar. */
const MARKETABLE_MIN_MICROS = 1_000_000;

/** An order in terms of YES. */
export interface Folded {
  readonly side: BookSide;
  readonly priceE4: number;
}

/**
 * Limit and size of signed amounts. A price that is not a whole 1e-4 comes from an amount rounded to cents, which the
 * venue allows to orders that take: it is rounded against the taker.
 */
export function limitAndSize(order: SignedOrder): { limitE4: number; sizeMicros: number; isExact: boolean } {
  const isBuy = order.side === 'BUY';
  const sizeMicros = isBuy ? order.takerAmount : order.makerAmount;
  const dollars = BigInt(isBuy ? order.makerAmount : order.takerAmount) * 10_000n;
  const size = BigInt(sizeMicros);
  const down = dollars / size;
  const isExact = down * size === dollars;
  return { limitE4: Number(isBuy || isExact ? down : down + 1n), sizeMicros, isExact };
}

/** The order folded to YES, or why the venue refuses it. */
export function checkOrder(
  account: Account,
  accounts: Accounts,
  market: VenueMarket,
  view: number,
  order: NewOrder,
): Folded | { readonly error: string } {
  const folded: Folded = {
    side: (order.side === 'BUY') === (view === 0) ? 'bid' : 'ask',
    priceE4: view === 0 ? order.limitE4 : 10_000 - order.limitE4,
  };
  const error =
    gridError(market, order) ??
    sizeError(market, order, folded) ??
    crossingError(account, market, order, folded) ??
    balanceError(account, accounts, market.tokens[view]!, market, order);
  return error === undefined ? folded : { error };
}

function gridError(market: VenueMarket, { id, limitE4 }: NewOrder): string | undefined {
  const { tickE4 } = market;
  if (limitE4 < tickE4 || limitE4 > 10_000 - tickE4) {
    return `order ${id} is invalid. Price (${priceText(limitE4)}), min: ${priceText(tickE4)} - max: ${priceText(10_000 - tickE4)}`;
  }
  return limitE4 % tickE4 === 0
    ? undefined
    : `order ${id} is invalid. Price (${priceText(limitE4)}) breaks minimum tick size rule: ${priceText(tickE4)}`;
}

function sizeError(market: VenueMarket, order: NewOrder, folded: Folded): string | undefined {
  const { id, sizeMicros, limitE4 } = order;
  if (sizeMicros % SIZE_STEP_MICROS !== 0) return `order ${id} is invalid: invalid amounts, size has over 2 decimals`;
  const isTaking = isTaker(order) || isMarketable(market, folded);
  const worthMicros = costMicrosRoundedUp(limitE4, sizeMicros);
  if (isTaking && worthMicros < MARKETABLE_MIN_MICROS) {
    return `invalid amount for a marketable ${order.side} order ($${moneyText(worthMicros)}), min size: $1`;
  }
  if (!isTaking && sizeMicros < market.minSizeMicros) {
    return `order ${id} is invalid. Size (${sizeText(sizeMicros)}) lower than the minimum: ${sizeText(market.minSizeMicros)}`;
  }
  return undefined;
}

function crossingError(account: Account, market: VenueMarket, order: NewOrder, folded: Folded): string | undefined {
  if (isTaker(order)) return order.postOnly ? 'invalid post-only order: only GTC and GTD can be post-only' : undefined;
  if (order.postOnly && isMarketable(market, folded)) return 'invalid post-only order: order crosses book';
  const own = market.book.restingBestFirst(folded.side === 'bid' ? 'ask' : 'bid');
  const crossesOwn = own.some(
    (resting) => resting.account === account && crosses(folded.side, folded.priceE4, resting.priceE4),
  );
  return crossesOwn ? 'order crosses an order of the same account' : undefined;
}

function balanceError(
  account: Account,
  accounts: Accounts,
  token: string,
  market: VenueMarket,
  order: NewOrder,
): string | undefined {
  const { side, limitE4, sizeMicros } = order;
  if (side === 'SELL') {
    return accounts.freeShares(account, token) >= sizeMicros ? undefined : 'not enough balance / allowance';
  }
  const { fee } = market.meta;
  // At a better price the fee may be larger, but never by as much as the price is better.
  const feeMicros = fee === undefined ? 0 : takerFeeMicrosRoundedUp(fee, limitE4, sizeMicros);
  const neededMicros = costMicrosRoundedUp(limitE4, sizeMicros) + feeMicros;
  return accounts.freeCashMicros(account) >= neededMicros ? undefined : 'not enough balance / allowance';
}

function isTaker({ type }: NewOrder): boolean {
  return type === 'FOK' || type === 'FAK';
}

function isMarketable(market: VenueMarket, { side, priceE4 }: Folded): boolean {
  const bestE4 = market.book.bestE4(side === 'bid' ? 'ask' : 'bid');
  return bestE4 !== undefined && crosses(side, priceE4, bestE4);
}
