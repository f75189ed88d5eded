// Why discovery turns a Kalshi market away, by name, with the words people read. Data only; cold path.
import { LEFT_REASONS } from '../room.ts';

/** What is wrong with the text Kalshi sent for a market. */
export const KALSHI_SHAPE_REASONS = {
  notAnObject: 'not a JSON object',
  badTicker: 'a ticker of its own or of its event that is missing or no ticker',
  badText: 'a name that is no text or too long',
  badFlag: 'a flag that is neither true nor false',
  badGrid: 'price levels that cannot be read, or that contradict their name',
  badTime: 'a closing time that is missing or no time',
  badVolume: 'a volume that is no amount',
  badNotional: 'a contract that does not pay one dollar',
  unknownStatus: 'a status that is not known here',
} as const;

/** Why a well-formed market is not one to trade now. */
export const KALSHI_STATE_REASONS = {
  scalar: 'pays by a number, not yes or no',
  provisional: 'provisional: it may be taken back',
  unopened: 'not open yet',
  paused: 'trading pauses',
  closed: 'closed, the result is not known yet',
  determined: 'the result is known',
  disputed: 'the result is disputed',
  amended: 'the result was amended',
  settled: 'settled',
  ended: 'past its closing time, though still listed as open',
} as const;

/** Why a market's fee is unknown; such a market is kept and never traded. */
export const KALSHI_FEE_REASONS = {
  seriesUnknown: 'its series or event was not read',
  feeType: 'a fee type that is no formula known here',
  feeMultiplier: 'a multiplier that cannot be read exactly',
} as const;

export type KalshiShapeReason = keyof typeof KALSHI_SHAPE_REASONS;
export type KalshiStateReason = keyof typeof KALSHI_STATE_REASONS;
export type KalshiFeeReason = keyof typeof KALSHI_FEE_REASONS;

/** The words for any of the reasons. */
export function kalshiReasonText(reason: string): string {
  const all: Readonly<Record<string, string>> = {
    ...{ ...KALSHI_SHAPE_REASONS, ...KALSHI_STATE_REASONS },
    ...{ ...LEFT_REASONS, ...KALSHI_FEE_REASONS },
  };
  return all[reason] ?? reason;
}
