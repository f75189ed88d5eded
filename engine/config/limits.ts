// The config's limits on trading: what the breaker trips on and what the executor may send. Units are in the names.
import { z } from 'zod';
import { integer } from './fields.ts';

/** What the gate and the breaker hold trading to; equals BreakerLimits of engine/breaker. */
export const breakerSchema = z
  .strictObject({
    realisedLossRunMicros: integer(0, 1e12, 50_000_000, 'Realised loss and fees since the process began that trip.'),
    realisedLossDayMicros: integer(
      0,
      1e12,
      50_000_000,
      'The same within one UTC day, earlier runs of the journal included.',
    ),
    realisedLossHourMicros: integer(0, 1e12, 50_000_000, 'The same within sixty minutes, earlier runs included.'),
    drawdownMicros: integer(
      0,
      1e12,
      50_000_000,
      'How far the result may fall below its highest, of the whole journal or since a reset, before it trips.',
    ),
    openNotionalMicros: integer(0, 1e15, 5_000_000_000, 'Positions at cost and reservations that trip.'),
    marketExposureMicros: integer(
      0,
      1e15,
      5_000_000_000,
      'The same in one market; orders are sized by execute.marketMicrosMax.',
    ),
    eventExposureMicros: integer(0, 1e15, 5_000_000_000, 'The same in all markets of one event.'),
    venueExposureMicros: integer(0, 1e15, 5_000_000_000, 'The same in all markets of one venue.'),
    openPositions: integer(1, 100_000, 1_000, 'Tokens held or ordered at the same time; above it the breaker trips.'),
    unhedgedDollarSeconds: integer(
      0,
      1e12,
      100_000,
      'Cost of the lone legs that are held, in dollars, times how long they have been; above it the breaker trips.',
    ),
    basketNotionalMicros: integer(0, 1e13, 500_000_000, 'Cost and fee of one basket; it is sized to stay below.'),
    ordersPerSecond: integer(1, 1_000, 60, 'Orders in one second; above it the gate refuses.'),
    ordersPerMinute: integer(1, 60_000, 1_200, 'Orders in one minute; above it the breaker trips.'),
    consecutiveFailures: integer(1, 1_000, 10, 'Baskets refused, unknown or one-legged in a row that trip.'),
    errorRateBps: integer(
      1,
      10_000,
      6_000,
      'Share of the last baskets that were refused, unknown or one-legged; at it the breaker trips.',
    ),
    errorRateBaskets: integer(1, 1_000, 30, 'How many baskets that share is taken of.'),
    latencyMs: integer(0, 600_000, 2_000, 'Time from a frame to the last byte of the basket that it showed; 0 = off.'),
    latencyBaskets: integer(1, 1_000, 5, 'Baskets in a row beyond that time that trip.'),
    repeatsPerMinute: integer(
      1,
      60_000,
      60,
      'Times that one basket is sent within a minute; above it the breaker trips.',
    ),
    unknownOutcomes: integer(1, 100, 3, 'Requests of unknown outcome at the same time that trip.'),
    staleFeedsMs: integer(0, 3_600_000, 60_000, 'Silence of one venue that trips, once it has spoken; 0 = off.'),
    dataAgeMs: integer(
      1,
      60_000,
      1_500,
      'Age of the last data on the connection of every leg; above it the gate refuses.',
    ),
    verifiedAgeMs: integer(
      1,
      600_000,
      30_000,
      'Age of the last evidence for the book of every leg; above it the gate refuses.',
    ),
    collarE4: integer(0, 9_999, 500, 'How far a limit price may lie beyond the best price, in 1/10,000 dollar.'),
    coolDownMs: integer(
      0,
      86_400_000,
      30_000,
      'What closes by itself is half-opened so long after its limit holds again; doubles when that fails; 0 = never.',
    ),
    coolDownMsMax: integer(0, 86_400_000, 600_000, 'Longest such time.'),
    probes: integer(
      1,
      15,
      3,
      'Baskets that a half-open breaker lets out at most, and that must succeed before it closes.',
    ),
    probeMicros: integer(0, 1e13, 50_000_000, 'Cost and fee of one such basket.'),
  })
  .prefault({})
  .describe('Limits of the gate and the breaker, money in micro-dollars. A tripped breaker sends no new exposure.');

/** What orders that carry a builder's code pay besides. */
export const builderFeeBps = integer(
  0,
  1_000,
  0,
  'Fee of the builder whose code orders carry, in basis points of what they trade.',
);

/** How orders are sent and followed; equals ExecuteOptions of engine/execute. */
export const executeSchema = z
  .strictObject({
    opportunityAgeMs: integer(
      1,
      10_000,
      250,
      'Opportunities taken up later than this after their frame are dropped; a re-read that takes longer is given up.',
    ),
    rereadAgeMs: integer(
      0,
      600_000,
      1_500,
      'A leg whose book nothing proved for longer is read again before sending, all legs by one request.',
    ),
    crossVenue: z
      .enum(['together', 'afterFirst'])
      .default('afterFirst')
      .describe('Legs at different venues: all at once, or the hardest first and the others with what it filled.'),
    secondLegMs: integer(
      0,
      60_000,
      1_000,
      'A leg that waits for the one at another venue is given up so long after its basket was sent.',
    ),
    batchWindowUs: integer(
      0,
      100_000,
      0,
      'Baskets that are ready within so long of the first share a request per venue, in microseconds; 0: never.',
    ),
    batchOrders: integer(1, 100, 15, 'Orders of one shared request, at most what its venue takes.'),
    coolDownMs: integer(0, 3_600_000, 1_000, 'Pause of a basket after it was tried.'),
    openBaskets: integer(1, 32, 4, 'Baskets worked off at the same time: sent, or being unwound.'),
    basketSizeMicros: integer(
      10_000,
      1e12,
      1_000_000_000,
      'Largest size of one basket, in 1e-6 share, before its orders are rounded up.',
    ),
    minEdgeMicros: integer(
      0,
      1e15,
      10_000,
      'Least profit of a basket after rounding, fees and exit, in micro-dollars.',
    ),
    minEdgeBps: integer(0, 10_000, 0, 'The same in basis points of what the basket pays.'),
    legMicrosMin: integer(0, 1e12, 10_000_000, 'Least cost of each leg, in micro-dollars.'),
    spreadE4Max: integer(1, 10_000, 10_000, 'Widest spread of the book of any leg, in 1/10,000 dollar.'),
    sameGapE4Max: integer(
      0,
      10_000,
      500,
      'Largest gap of a pair that resolves alike, payout less best prices, in 1/10,000 dollar: a larger one is a doubt, not a chance.',
    ),
    marketMicrosMax: integer(0, 1e15, 5_000_000_000, 'Positions at cost and reservations in one market.'),
    eventMicrosMax: integer(0, 1e15, 5_000_000_000, 'The same in all markets of one event.'),
    venueMicrosMax: integer(0, 1e15, 5_000_000_000, 'The same in all markets of one venue.'),
    cashShareBps: integer(1, 10_000, 10_000, 'Share of the free cash that one basket may take, in basis points.'),
    convertMicros: integer(0, 1e9, 0, 'What it costs to convert a NO side into cash, where the venue does not pay it.'),
    redeemMicros: integer(0, 1e9, 0, 'What it costs to redeem a leg that won, where the venue does not pay it.'),
    outcomeWaitMs: integer(100, 60_000, 2_000, 'Wait for fills that an answer promised before the venue is asked.'),
    askPauseMs: integer(50, 10_000, 250, 'First pause between two questions about one order; doubles each time.'),
    askPauseMaxMs: integer(50, 600_000, 8_000, 'Longest such pause.'),
    endSettleMs: integer(
      0,
      10_000,
      0,
      'Longest wait for fills to be confirmed or to fail when a recording is over; one that is stopped ends sooner.',
    ),
    settleWaitMs: integer(
      100,
      3_600_000,
      10_000,
      'Wait for a fill to be confirmed or to fail before the venue is asked about it; doubles each time.',
    ),
    asksPerSecond: integer(1, 100, 10, 'Questions in one second, over all orders.'),
    absentAnswers: integer(1, 20, 3, 'Absent answers that prove, with absentWindowMs, that an order never arrived.'),
    absentWindowMs: integer(0, 600_000, 10_000, 'Longest flight and late booking of an order.'),
    unwindAttempts: integer(1, 6, 5, 'Attempts to unwind one basket before the breaker trips.'),
    unwindPauseMs: integer(0, 10_000, 250, 'Pause between two attempts.'),
    unwindWaitMs: integer(
      0,
      600_000,
      30_000,
      'Longest wait of an unwind for a way out on SYNCED books or for the gateway.',
    ),
    unwindSlipE4: integer(0, 9_999, 100, 'How far below the best bid an unwind may sell, in 1/10,000 dollar.'),
    unwindLockBps: integer(
      0,
      10_000,
      25,
      'Price of holding a pair that covers a lone leg until it pays, in basis points of what it pays.',
    ),
    unwindLossMicrosMax: integer(
      0,
      1e12,
      50_000_000,
      'Most that a basket may have lost after an unwind, what is still loose taken at its cost; beyond it is carried.',
    ),
  })
  .prefault({})
  .describe('How orders are sent, followed and unwound.');
