// The venue's rules for a new order: price grid, size step, minima, post-only, balance. Pure: reads, changes nothing.
import { costMicrosRoundedUp, moneyText, priceText, sizeText } from '../../core/units.ts';
import { takerFeeMicrosRoundedUp } from '../fees.ts';
import type { Account, Accounts } from './accounts.ts';
import type { NewOrder, VenueMarket } from './exchange-types.ts';
import { crosses } from './matching.ts';
import type { OrderType, SignedOrder } from './signed-order.ts';
import type { BookSide } from './tape.ts';

/** Shares have two decimals on the venue. */
const SIZE_STEP_MICROS = 10_000;
/** Buys that take must be worth a dollar. */
const MARKETABLE_MIN_MICROS = 1_000_000;

const CENT_MICROS = 10_000;

/** An order in terms of YES. */
export interface Folded {
  readonly side: BookSide;
  readonly priceE4: number;
}

/**
 * Limit and size of signed amounts; ask amountError first. A market buy states its dollars and the shares they buy at its
 * limit, rounded: its limit is the nearest price of the grid, and it takes no more shares than the dollars pay for.
 */
export function limitAndSize(
  order: SignedOrder,
  type: OrderType,
  tickE4: number,
): { limitE4: number; sizeMicros: number } {
  const { worth, shares } = amountsOf(order);
  if (worth % BigInt(shares) === 0n || !isMarketBuy(order, type)) {
    return { limitE4: Number(worth / BigInt(shares)), sizeMicros: shares };
  }
  const limitE4 = Math.round(Number(worth) / shares / tickE4) * tickE4;
  const affordable = limitE4 === 0 ? shares : Number(worth / BigInt(limitE4));
  return { limitE4, sizeMicros: Math.min(shares, affordable - (affordable % marketStepMicros(tickE4))) };
}

/** What is wrong with signed amounts: decimals, or a price that is not one. */
export function amountError(order: SignedOrder, type: OrderType, tickE4: number): string | undefined {
  const { worth, shares } = amountsOf(order);
  const isMarket = isMarketBuy(order, type);
  if (isMarket && order.makerAmount % CENT_MICROS !== 0) {
    return 'invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals';
  }
  const step = isMarket ? marketStepMicros(tickE4) : SIZE_STEP_MICROS;
  if (shares % step !== 0) {
    return `invalid amounts, the size supports a max accuracy of ${7 - String(step).length} decimals`;
  }
  const limit = BigInt(limitAndSize(order, type, tickE4).limitE4);
  const off = limit * BigInt(shares) - worth;
  // The rounding of a market buy's shares is all that may part its amounts from its price.
  const offMax = isMarket ? limit * BigInt(step) : 0n;
  return off >= -offMax && off <= offMax ? undefined : 'invalid amounts, the price has more than 4 decimals';
}

/** Dollars in 1e-10, so that they are the product of limitE4 and shares. */
function amountsOf({ side, makerAmount, takerAmount }: SignedOrder): { worth: bigint; shares: number } {
  const isBuy = side === 'BUY';
  return { worth: BigInt(isBuy ? makerAmount : takerAmount) * 10_000n, shares: isBuy ? takerAmount : makerAmount };
}

/** Shares of a market buy have two decimals more than the prices of the grid. */
function marketStepMicros(tickE4: number): number {
  const digits = [1, 2, 3].find((count) => tickE4 % 10 ** (4 - count) === 0) ?? 4;
  return 10 ** (4 - digits);
}

function isMarketBuy({ side }: SignedOrder, type: OrderType): boolean {
  return side === 'BUY' && (type === 'FOK' || type === 'FAK');
}

/** Why the venue refuses the order, or undefined. */
export function orderError(
  account: Account,
  accounts: Accounts,
  market: VenueMarket,
  view: number,
  order: NewOrder,
): string | undefined {
  const folded = foldOrder(order, view);
  return (
    gridError(market, order) ??
    sizeError(market, order, folded) ??
    crossingError(account, market, order, folded) ??
    balanceError(account, accounts, market.tokens[view]!, market, order)
  );
}

/** The order in terms of YES. */
export function foldOrder({ side, limitE4 }: Pick<NewOrder, 'side' | 'limitE4'>, view: number): Folded {
  return { side: (side === 'BUY') === (view === 0) ? 'bid' : 'ask', priceE4: view === 0 ? limitE4 : 10_000 - limitE4 };
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
  const isTaking = isTaker(order) || isMarketable(market, folded);
  const worthMicros = costMicrosRoundedUp(limitE4, sizeMicros);
  if (isTaking && order.side === 'BUY' && worthMicros < MARKETABLE_MIN_MICROS) {
    return `invalid amount for a marketable BUY order ($${moneyText(worthMicros)}), min size: $1`;
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

/** True when the order would take at once. */
export function isMarketable(market: VenueMarket, { side, priceE4 }: Folded): boolean {
  const bestE4 = market.book.bestE4(side === 'bid' ? 'ask' : 'bid');
  return bestE4 !== undefined && crosses(side, priceE4, bestE4);
}
