// Whether an order could trade with another one of ours. Pure.
import type { OrderRequest } from '../venue/contract.ts';

/** An order in terms of YES. */
interface Folded {
  readonly isBuy: boolean;
  readonly priceE4: number;
}

/** `yesToken`: the name of the market's YES. */
function folded({ side, token, limitE4 }: OrderRequest, yesToken: string): Folded {
  const isYes = token === yesToken;
  return { isBuy: (side === 'BUY') === isYes, priceE4: isYes ? limitE4 : 10_000 - limitE4 };
}

/**
 * True when the limits of two orders of one market cross: one could be the other's counterparty, resting or on its way. An
 * order that never rests meets none that never rests either, but what the venue delays it may hold meanwhile.
 */
export function couldMeet(one: OrderRequest, other: OrderRequest, yesToken: string): boolean {
  if (one.marketIndex !== other.marketIndex || one.orderId === other.orderId) return false;
  const [a, b] = [folded(one, yesToken), folded(other, yesToken)];
  if (a.isBuy === b.isBuy) return false;
  return a.isBuy ? a.priceE4 >= b.priceE4 : b.priceE4 >= a.priceE4;
}
