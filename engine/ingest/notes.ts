// What a recorder writes between the messages, as control records: what changed books besides frames, and stretches that
// are missing. Written by ingest and the recorder's thread, read by whoever plays or verifies a recording. Pure.
import type { MarketMeta, TickRange } from '../venue/contract.ts';
import { gridFault } from '../venue/grid.ts';

/** What changed books here, or why they must not be trusted from here on until their next snapshot. */
export type RecorderNote =
  | { readonly recorder: 'connectionLost' }
  /** `framesLost` frames, of any connection, are missing here. */
  | { readonly recorder: 'gap'; readonly framesLost: number }
  /** The markets' books are STALE. */
  | { readonly recorder: 'stale'; readonly marketIds: readonly string[] }
  /** Evidence against the market's book as it was `framesBack` frames ago. */
  | { readonly recorder: 'suspect'; readonly marketId: string; readonly framesBack: number }
  /** An answer took number `seq` of subscription `sid` of the connection; the market is one of it. */
  | { readonly recorder: 'number'; readonly marketId: string; readonly sid: number; readonly seq: number }
  /** The numbers of the connection's subscriptions are forgotten; the market is one that it carried. */
  | { readonly recorder: 'connectionOver'; readonly marketId: string }
  /** The market is known from here on. */
  | { readonly recorder: 'market'; readonly market: MarketMeta }
  /** The market is over for good; a share of YES is paid `yesPayoutE4`, when that is known. */
  | { readonly recorder: 'resolved'; readonly marketId: string; readonly yesPayoutE4?: number | undefined }
  /** The market's grid is a uniform one from here on. */
  | { readonly recorder: 'tick'; readonly marketId: string; readonly tickE4: number }
  /** The same for one of several ranges. */
  | { readonly recorder: 'grid'; readonly marketId: string; readonly tickRanges: readonly TickRange[] };

const HEAD = '{"recorder":';

/** The note as the bytes of a record. */
export function noteBytes(note: RecorderNote): Buffer {
  return Buffer.from(JSON.stringify(note));
}

/** The note that a control record holds; undefined for others, such as PONG and acknowledgements. */
export function readNote(message: Buffer): RecorderNote | undefined {
  if (message.toString('latin1', 0, HEAD.length) !== HEAD) return undefined;
  try {
    return noteOf(JSON.parse(message.toString('utf8')) as Record<string, unknown>);
  } catch {
    // Not a note of ours: it says nothing.
    return undefined;
  }
}

function noteOf({
  recorder,
  marketId,
  marketIds,
  market,
  tickRanges,
  ...numbers
}: Record<string, unknown>): RecorderNote | undefined {
  const number = (name: string, least: number): number => {
    const value = numbers[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
    throw new TypeError(`${name}: no integer from ${least}`);
  };
  if (recorder === 'connectionLost') return { recorder };
  if (recorder === 'gap') return { recorder, framesLost: number('framesLost', 1) };
  if (recorder === 'stale')
    return Array.isArray(marketIds) ? { recorder, marketIds: marketIds.map(String) } : undefined;
  if (recorder === 'market') return isMarket(market) ? { recorder, market } : undefined;
  if (typeof marketId !== 'string') return undefined;
  if (recorder === 'connectionOver') return { recorder, marketId };
  if (recorder === 'resolved') {
    if (numbers['yesPayoutE4'] === undefined) return { recorder, marketId };
    const yesPayoutE4 = number('yesPayoutE4', 0);
    return yesPayoutE4 <= 10_000 ? { recorder, marketId, yesPayoutE4 } : undefined;
  }
  if (recorder === 'tick') return { recorder, marketId, tickE4: number('tickE4', 1) };
  if (recorder === 'grid') return isGrid(tickRanges) ? { recorder, marketId, tickRanges } : undefined;
  if (recorder === 'suspect') return { recorder, marketId, framesBack: number('framesBack', 0) };
  if (recorder !== 'number') return undefined;
  return { recorder, marketId, sid: number('sid', 0), seq: number('seq', 0) };
}

function isGrid(value: unknown): value is readonly TickRange[] {
  return Array.isArray(value) && gridFault(value) === undefined;
}

/** As far as the market table relies on it; a fee must have its three numbers. */
function isMarket(value: unknown): value is MarketMeta {
  if (typeof value !== 'object' || value === null) return false;
  const { id, venue, yesToken, noToken, tickRanges, minSizeMicros, fee } = value as Partial<MarketMeta>;
  const isText = (text: unknown): boolean => typeof text === 'string';
  const isNumber = (number: unknown): boolean => Number.isSafeInteger(number) && (number as number) >= 0;
  const { rateE6, exponent, roundMicros } = fee ?? { rateE6: 0, exponent: 0, roundMicros: 0 };
  return (
    isText(id) &&
    (venue === 'polymarket' || venue === 'kalshi') &&
    isText(yesToken) &&
    isText(noToken ?? '') &&
    (tickRanges === undefined || isGrid(tickRanges)) &&
    [minSizeMicros ?? 0, rateE6, exponent, roundMicros].every(isNumber)
  );
}
