// Names and metadata of markets that are made from other data: for the re-encoder, the demo and the warm-up. Cold path.
import { createHash } from 'node:crypto';
import { sizeMicrosFromText } from '../core/units.ts';
import type { MarketMeta } from '../venue/contract.ts';
import { uniformGrid } from '../venue/grid.ts';
import type { WireIdentity } from './polymarket-wire.ts';

const MIN_SIZE_TEXT = '5';

/** Condition and token ids made from the ticker: the same for the same ticker, and never those of a real market. */
export function derivedIdentity(ticker: string, tickE4: number, negRisk = false): WireIdentity {
  const digest = (part: string): string => createHash('sha256').update(`dutchbook/${ticker}/${part}`).digest('hex');
  return {
    conditionId: `0x${digest('condition')}`,
    yesToken: BigInt(`0x${digest('yes')}`).toString(),
    noToken: BigInt(`0x${digest('no')}`).toString(),
    tickE4,
    minSizeText: MIN_SIZE_TEXT,
    negRisk,
  };
}

/** Metadata of a market that derivedIdentity named. */
export function derivedMeta(identity: WireIdentity, title: string): MarketMeta {
  return {
    id: `polymarket:${identity.conditionId}`,
    venue: 'polymarket',
    yesToken: identity.yesToken,
    noToken: identity.noToken,
    title,
    negRisk: identity.negRisk,
    tickRanges: uniformGrid(identity.tickE4),
    minSizeMicros: sizeMicrosFromText(identity.minSizeText),
  };
}
