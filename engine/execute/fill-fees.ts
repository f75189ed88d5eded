// The fee of one fill: as the venue says it, or by the schedule, rounded as the venue rounds. Pure.
import type { FeeSchedule, VenueEvent } from '../venue/contract.ts';
import { type Fill, orderFeeMicrosRoundedUp, takerFeeMicrosRoundedUp } from '../venue/fees.ts';

/** A fill of an order that has not failed, with the fee booked for it. */
export interface FillFee {
  readonly tradeId: string;
  readonly isMaker: boolean;
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly feeMicros: number;
}

/** `earlier`: the order's fills so far. Where the fee of an order is rounded, a fill costs what it adds to that. */
export function fillFeeOf(
  event: VenueEvent & { kind: 'trade' },
  earlier: readonly FillFee[],
  fee: FeeSchedule | undefined,
  isPerOrder: boolean,
): FillFee {
  const { tradeId, priceE4, sizeMicros, isMaker = false } = event;
  const feeMicros = event.feeMicros ?? feeBySchedule([priceE4, sizeMicros], isMaker, earlier, fee, isPerOrder);
  return { tradeId, isMaker, priceE4, sizeMicros, feeMicros };
}

function feeBySchedule(
  fill: Fill,
  isMaker: boolean,
  earlier: readonly FillFee[],
  fee: FeeSchedule | undefined,
  isPerOrder: boolean,
): number {
  if (fee === undefined || isMaker) return 0;
  if (!isPerOrder) return takerFeeMicrosRoundedUp(fee, ...fill);
  const taken = earlier.filter((one) => !one.isMaker);
  const booked = taken.reduce((sum, { feeMicros }) => sum + feeMicros, 0);
  const fills = taken.map(({ priceE4, sizeMicros }): Fill => [priceE4, sizeMicros]);
  return Math.max(0, orderFeeMicrosRoundedUp(fee, [...fills, fill]) - booked);
}
