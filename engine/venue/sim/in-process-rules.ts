// What the in-process venue has against an order, by the rules of the venue that it stands for, and how it answers. Pure.
import { costMicrosRoundedUp } from '../../core/units.ts';
import type { FeeSchedule, OrderAnswer, OrderRequest, VenueName } from '../contract.ts';
import { takerFeeMicrosRoundedUp } from '../fees.ts';
import { FAK_KILLED, FOK_KILLED } from './exchange.ts';
import type { Placed } from './in-process-trades.ts';

const POST_ONLY_CROSSES = 'invalid post-only order: order crosses book';
const NO_BALANCE = 'not enough balance / allowance';
/** Least worth of a buy that takes. */
const MARKETABLE_BUY_MIN_MICROS: Readonly<Record<VenueName, number>> = { polymarket: 1_000_000, kalshi: 0 };

/** What an order meets on its arrival. */
export interface Arrival {
  readonly venue: VenueName;
  readonly fee: FeeSchedule | undefined;
  readonly isOver: boolean;
  readonly isFull: boolean;
  /** It could take something now. */
  readonly isMarketable: boolean;
  readonly freeShares: number;
  readonly freeCashMicros: number;
  readonly wallMs: number;
}

/** Why the venue refuses the order, or undefined. */
export function arrivalError(order: OrderRequest, arrival: Arrival): string | undefined {
  const { side, limitE4, sizeMicros, type, expiresMs } = order;
  const { fee, isMarketable, wallMs } = arrival;
  if (fee === undefined) return 'the fee of the market is unknown';
  if (arrival.isOver) return 'the market is over';
  if (mayRest(order) && arrival.isFull) return 'too many open orders';
  if (expiresMs !== undefined && expiresMs <= wallMs) return 'invalid expiration: it is over';
  if (type === 'postOnly' && isMarketable) return POST_ONLY_CROSSES;
  if (side === 'SELL') return arrival.freeShares < sizeMicros ? NO_BALANCE : undefined;
  const worthMicros = costMicrosRoundedUp(limitE4, sizeMicros);
  const takes = !mayRest(order) || isMarketable;
  if (takes && worthMicros < MARKETABLE_BUY_MIN_MICROS[arrival.venue]) {
    return 'invalid amount for a marketable BUY order, min size: $1';
  }
  const neededMicros = worthMicros + takerFeeMicrosRoundedUp(fee, limitE4, sizeMicros);
  return arrival.freeCashMicros < neededMicros ? NO_BALANCE : undefined;
}

/** The HTTP answer for an order that was taken. */
export function answerOf({ order, matchedMicros, isOpen }: Placed): OrderAnswer {
  const { orderId } = order;
  if (matchedMicros > 0) return { orderId, accepted: true, status: 'matched', error: '' };
  if (isOpen) return { orderId, accepted: true, status: 'live', error: '' };
  return { orderId, accepted: false, status: 'refused', error: order.type === 'FOK' ? FOK_KILLED : FAK_KILLED };
}

export function mayRest({ type }: OrderRequest): boolean {
  return type === 'GTC' || type === 'GTD' || type === 'postOnly';
}
