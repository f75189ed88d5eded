// The simulated Kalshi venue's rules for a new order: what it must say, and what the market, the book and the account have
// against it. Reads, changes nothing. Codes that are not documented are marked as this venue's own.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import { onGrid } from '../grid.ts';
import { isJsonObject, type JsonValue, member, textOf } from '../json.ts';
import type { Account } from './accounts.ts';
import { otherSide } from './crossing.ts';
import { closedView, collateralMicros, heldMicros } from './kalshi-collateral.ts';
import type { KalshiMarket, KalshiRefusal, NewKalshiOrder } from './kalshi-exchange-types.ts';
import { crosses } from './matching.ts';

const TIMES_IN_FORCE = ['fill_or_kill', 'immediate_or_cancel', 'good_till_canceled'] as const;
const SELF_TRADES = ['taker_at_cross', 'maker'] as const;
const SIDES = ['bid', 'ask'] as const;
const CLIENT_ID = /^[0-9A-Za-z_-]{1,64}$/;
/** Documented: an id is taken once. */
export const ALREADY_THERE: KalshiRefusal = { status: 409, code: 'order_already_exists' };
/** Documented: a killed order is answered so, and is no order. */
export const FOK_KILLED: KalshiRefusal = { status: 409, code: 'fill_or_kill_insufficient_resting_volume' };

/** A code of this venue's own. */
export function ownRefusal(code: string, status = 400): KalshiRefusal {
  return { status, code };
}

/** The order in a request's body, or what is wrong with it. */
export function readKalshiOrder(value: JsonValue | undefined): NewKalshiOrder | KalshiRefusal {
  if (!isJsonObject(value)) return ownRefusal('invalid_parameters');
  const one = <Name extends string>(key: string, names: readonly Name[]): Name | undefined =>
    names.find((name) => name === member(value, key));
  const [side, timeInForce] = [one('side', SIDES), one('time_in_force', TIMES_IN_FORCE)];
  const selfTrade = one('self_trade_prevention_type', SELF_TRADES);
  const priceE4 = priceE4FromText(textOf(value, 'price'));
  const sizeMicros = sizeMicrosFromText(textOf(value, 'count'));
  const clientId = textOf(value, 'client_order_id');
  const expires = member(value, 'expiration_time');
  if (side === undefined || timeInForce === undefined || selfTrade === undefined)
    return ownRefusal('invalid_parameters');
  if (clientId !== '' && !CLIENT_ID.test(clientId)) return ownRefusal('invalid_parameters');
  if (priceE4 === undefined) return ownRefusal('invalid_price');
  if (sizeMicros === undefined || sizeMicros === 0) return ownRefusal('invalid_order_size');
  if (expires !== undefined && timeInForce !== 'good_till_canceled') return ownRefusal('invalid_parameters');
  return {
    ...{ clientId, ticker: textOf(value, 'ticker'), side, priceE4, sizeMicros, timeInForce, selfTrade },
    postOnly: member(value, 'post_only') === true,
    reduceOnly: member(value, 'reduce_only') === true,
    cancelOnPause: member(value, 'cancel_order_on_pause') === true,
    expiresS: typeof expires === 'number' ? expires : undefined,
  };
}

/** What the market's state and its terms have against the order. */
export function marketRefusal(market: KalshiMarket | undefined, order: NewKalshiOrder): KalshiRefusal | undefined {
  const terms = market?.terms;
  if (market === undefined || terms === undefined) return ownRefusal('market_not_found', 404);
  if (market.status === 'paused') return ownRefusal('trading_is_paused', 409);
  if (market.status !== 'active') return ownRefusal('market_closed', 409);
  if (!onGrid(terms.tickRanges, order.priceE4)) return ownRefusal('invalid_price');
  if (order.sizeMicros % terms.stepMicros !== 0) return ownRefusal('invalid_order_size');
  const bestE4 = market.book.bestE4(otherSide(order.side));
  const takes = bestE4 !== undefined && crosses(order.side, order.priceE4, bestE4);
  return order.postOnly && (takes || order.timeInForce !== 'good_till_canceled')
    ? ownRefusal('post_only_cross', 409)
    : undefined;
}

/** What the account has against it: `others` is what its orders in other markets hold. */
export function accountRefusal(
  account: Account,
  market: KalshiMarket,
  { side, priceE4, sizeMicros: leftMicros }: NewKalshiOrder,
  others: number,
): KalshiRefusal | undefined {
  const needed = collateralMicros(account, market, [{ side, priceE4, leftMicros }]);
  return account.cashMicros - others >= needed ? undefined : ownRefusal('insufficient_balance');
}

/** The order as far as it only closes what is held; undefined when it would close nothing. */
export function reduced(account: Account, order: NewKalshiOrder): NewKalshiOrder | undefined {
  if (!order.reduceOnly) return order;
  const sizeMicros = Math.min(order.sizeMicros, heldMicros(account, order.ticker, closedView(order.side)));
  return sizeMicros === 0 ? undefined : { ...order, sizeMicros };
}
