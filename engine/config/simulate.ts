// The config's simulated venue: what it plays, how slow it is, and which faults it is told to have. Units are in the names.
import { z } from 'zod';
import { integer, path } from './fields.ts';

/** What may happen to an order request; equals FAULT_KINDS of engine/venue/sim/faults.ts. */
const ORDER_FAULTS = [
  ...(['http403', 'http425', 'http429', 'http500', 'http503', 'lostRequest', 'lostAnswer'] as const),
  ...(['lateAnswer', 'lateBooking', 'unreadable', 'halt', 'noBalance'] as const),
] as const;

function share(description: string) {
  return z.number().min(0).max(1).default(0).describe(description);
}

const faultRule = z.strictObject({
  kind: z
    .enum(ORDER_FAULTS)
    .describe(
      '425: restart, then post-only. 503: cancel-only. lostRequest: cut, not taken. lostAnswer: taken, then cut. lateBooking: cut, then taken. unreadable: taken, answered with a page. halt: no orders in the first one’s market. noBalance: each order is refused.',
    ),
  firstRequest: z.int().min(1).max(1e9).describe('First order request it fires on, from 1.'),
  every: integer(1, 1e9, 1, 'Then every so many requests.'),
  count: integer(1, 1e9, 1, 'How often at most.'),
  chance: z.number().min(0).max(1).default(1).describe('Drawn: of those requests it fires on this share.'),
  ms: integer(0, 600_000, 2_000, 'How long the 425, 503 or halt lasts, how late the answer or booking is.'),
  postOnlyMs: integer(0, 600_000, 120_000, 'Post-only time after a 425.'),
});

const feedFault = z.strictObject({
  kind: z
    .enum(['corruptDeep', 'dropDeep', 'freezeMarket', 'crossedBook', 'crossedBurst', 'lateTrade', 'doubleTick'])
    .describe(
      'corruptDeep, dropDeep: below the top. freezeMarket: until the next subscription. crossedBurst: for half a burst.',
    ),
  firstFrame: z.int().min(1).max(1e9).describe('First frame it fires on, from 1, of those it can happen to.'),
  every: integer(1, 1e9, 1, 'Then every so many of them.'),
  count: integer(1, 1e9, 1, 'How often at most.'),
  ms: integer(0, 600_000, 200, 'How late the late trade is told.'),
});

const gammaFault = z.strictObject({
  kind: z
    .enum(['gamma429', 'gamma403', 'gamma502', 'gammaChallenge', 'gammaSlow', 'gammaTruncated', 'gammaCut'])
    .describe(
      '403, 502 and the challenge (status 200) are pages. gammaTruncated: half of the answer. gammaCut: the connection ends instead.',
    ),
  firstRequest: z.int().min(1).max(1e9).describe('First request it fires on, from 1.'),
  every: integer(1, 1e9, 1, 'Then every so many requests.'),
  count: integer(1, 1e9, 1, 'How often at most.'),
  ms: integer(0, 600_000, 1_000, 'How late the slow answer is; what Retry-After asks for.'),
});

/** The embedded simulated venue. */
export const simulateSchema = z
  .strictObject({
    recording: path('Recording whose order flow the venue plays.').default('recordings/demo'),
    seed: integer(0, 4_294_967_295, 1, 'Seed of latency and faults: the same seed draws the same.'),
    speed: z
      .union([z.number().min(0.01).max(10_000), z.literal('max')])
      .default(1)
      .describe('Playing speed: a factor of recorded time, or max.'),
    latencyMs: z
      .strictObject({
        min: z.number().min(0).max(10_000).default(20).describe('Shortest.'),
        max: z.number().min(0).max(10_000).default(60).describe('Longest.'),
        tailMean: z.number().min(0).max(10_000).default(0).describe('Mean of an exponential tail beyond it; 0: none.'),
      })
      .refine(({ min, max }) => min <= max, { error: 'min not above max' })
      .prefault({})
      .describe('Time from an order’s arrival to its matching, drawn evenly, in ms.'),
    takerDelayMs: integer(
      0,
      10_000,
      0,
      'Orders that would trade at once are answered delayed and matched so much later, at the prices of then.',
    ),
    cashMicros: integer(0, 1e15, 10_000_000_000, 'Cash at the start at each venue that is traded, in micro-dollars.'),
    faults: z.array(faultRule).max(100).default([]).describe('Scripted faults of order requests.'),
    userFaults: z
      .strictObject({
        lost: share('Events that are not told.'),
        doubled: share('Told twice.'),
        late: share('Told late, and so in another order.'),
        lateMsMax: integer(0, 60_000, 500, 'Longest such delay.'),
        cut: share('Events instead of which the connection ends.'),
      })
      .prefault({})
      .describe('Drawn faults of the user channel, shares of its events.'),
    settlement: z
      .strictObject({
        minedMsMean: integer(0, 600_000, 800, 'Mean time from a match to its block, in ms.'),
        confirmedMsMean: integer(0, 600_000, 1_200, 'Mean time from the block to its confirmation, in ms.'),
        retryProbability: share('Trades that are RETRYING first.'),
        failProbability: share('Trades that end FAILED.'),
      })
      .prefault({})
      .describe('How trades of the simulated venue settle.'),
    feedFaults: z.array(feedFault).max(100).default([]).describe('Scripted faults of the market channel.'),
    gammaFiles: z
      .array(path('A file.'))
      .max(100)
      .default([])
      .describe('Saved answers of Gamma, JSON, that `venue` serves.'),
    gammaFaults: z.array(gammaFault).max(100).default([]).describe('Scripted faults of `venue`’s Gamma.'),
  })
  .prefault({})
  .describe('The simulated venue that `run` embeds and that `venue` serves.');
