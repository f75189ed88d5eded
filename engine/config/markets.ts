// The declared part of the config: markets with their grid and fees, and how they relate. Recordings bring their own.
import { z } from 'zod';
import { ABNORMAL_ENDS, type MarketMeta, type Relation } from '../venue/contract.ts';
import { marketId } from './fields.ts';

const priceE4 = z.int().min(0).max(10_000);

const tickRange = z.strictObject({
  startE4: priceE4.describe('First price of the range, in 1/10,000 dollar.'),
  endE4: priceE4.describe('Price the range ends before; the last range ends at 10000.'),
  tickE4: z.int().min(1).max(1_000).describe('Tick, in 1/10,000 dollar.'),
});

const fee = z
  .strictObject({
    rateE6: z.int().min(0).max(1_000_000).describe('Rate in millionths: rate x (p(1-p))^exponent dollars per share.'),
    exponent: z.int().min(0).max(4).describe('Exponent of p(1-p).'),
    roundMicros: z.int().min(1).max(1_000_000).describe('Fees are rounded up to this many micro-dollars.'),
  })
  .describe('Taker fee. Left out: unknown, and then the market is never traded.');

const market = z.strictObject({
  id: marketId,
  venue: z.enum(['polymarket', 'kalshi']),
  yesToken: z.string().max(112).describe('Token of the YES outcome; for Kalshi the ticker.'),
  noToken: z.string().max(112).optional().describe('Token of the NO outcome (Polymarket).'),
  title: z.string().max(500).optional(),
  event: z.string().max(200).optional(),
  negRisk: z.boolean().optional().describe('True when the market belongs to a neg-risk event.'),
  protocol: z
    .enum(['v1', 'v2'])
    .optional()
    .describe('What Polymarket calls the market’s version: orders of v2 are signed for another contract.'),
  tickRanges: z.array(tickRange).min(1).max(7).optional().describe('Tick grid. Left out: assumed 0.001.'),
  minSizeMicros: z.int().min(0).max(1e15).optional().describe('Smallest order, in 1e-6 share.'),
  fee: fee.optional(),
  endMs: z
    .int()
    .min(1)
    .max(4_102_444_800_000)
    .optional()
    .describe('When it ends, in ms since 1970. Left out: how long capital is locked there is not known.'),
  abnormalEnds: z
    .array(z.enum(ABNORMAL_ENDS))
    .max(ABNORMAL_ENDS.length)
    .optional()
    .describe(
      'How it may end besides YES and NO. split: both pay half. refund: every price is paid back. fairPrice: the venue names a price.',
    ),
});

function idsAreUnique(markets: readonly { id: string }[]): boolean {
  return new Set(markets.map(({ id }) => id)).size === markets.length;
}

/** `markets`: metadata of markets that no recording or venue list brings. */
export const marketsSchema = z
  .array(market)
  .max(65_536)
  .refine(idsAreUnique, { error: 'every market id once' })
  .default([])
  .describe('Markets known before their first frame.') satisfies z.ZodType<readonly MarketMeta[]>;

const pair = z.tuple([marketId, marketId]);
const eventMarkets = z.array(marketId).min(2).max(64);

const counted = z.strictObject({
  kind: z.enum(['exactlyOne', 'atMostOne']),
  markets: eventMarkets.describe('Markets of which exactly one, or at most one, resolves to YES.'),
});

const atLeastOne = z.strictObject({
  kind: z.literal('atLeastOne'),
  markets: z.array(marketId).min(2).max(12).describe('Markets of which at least one resolves to YES.'),
});

const ladder = z.strictObject({
  kind: z.literal('ladder'),
  markets: eventMarkets.describe('Markets, the strictest first: YES in one makes YES in all after it.'),
});

const implies = z.strictObject({
  kind: z.literal('implies'),
  markets: pair.describe('YES in the first makes YES in the second.'),
});

const complement = z.strictObject({
  kind: z.literal('complement'),
  markets: pair.describe('Two different markets of which exactly one resolves to YES.'),
});

const words = (description: string) => z.string().min(1).max(500).optional().describe(description);

const fingerprint = z
  .strictObject({
    source: words('Who says how it ended.'),
    window: words('From when to when what happens counts.'),
    timeZone: words('Zone of the window, such as America/New_York.'),
    threshold: words('Number that is compared with, or none.'),
    inclusive: z.enum(['yes', 'no', 'none']).optional().describe('Whether the threshold itself counts.'),
    tieRule: words('How a tie resolves, or none.'),
    voidRule: words('How it resolves when the event does not take place.'),
    polarity: words('What YES says, such as above or wins.'),
  })
  .describe('What a market settles by. A field left out is unknown, and unknown is not equal.');

const same = z.strictObject({
  kind: z.literal('same'),
  markets: pair.describe('Two markets that always resolve alike.'),
  fingerprints: z
    .tuple([fingerprint, fingerprint])
    .optional()
    .describe('Settlement of each. Unless all fields are stated and equal, the relation is never traded.'),
});

/** `relations`: what is known about how markets resolve; compiled into baskets. */
export const relationsSchema = z
  .array(z.discriminatedUnion('kind', [counted, atLeastOne, ladder, implies, complement, same]))
  .max(65_536)
  .default([])
  .describe('How markets relate; each relation becomes baskets.') satisfies z.ZodType<readonly Relation[]>;
