// The config's limits on trading: what the breaker trips on and what the executor may send. Units are in the names.
import { z } from 'zod';
import { integer } from './fields.ts';

/** What the gate and the breaker hold trading to; equals BreakerLimits of engine/breaker. */
export const breakerSchema = z
  .strictObject({
    realisedLossRunMicros: integer(0, 1e12, 50_000_000, 'Realised loss and fees of the run that trips.'),
    realisedLossDayMicros: integer(0, 1e12, 50_000_000, 'The same within one UTC day.'),
    openNotionalMicros: integer(0, 1e15, 5_000_000_000, 'Positions at cost and reservations that trip.'),
    basketNotionalMicros: integer(0, 1e13, 500_000_000, 'Cost and fee of one basket; above it the gate refuses.'),
    ordersPerSecond: integer(1, 1_000, 60, 'Orders in one second; above it the gate refuses.'),
    ordersPerMinute: integer(1, 60_000, 1_200, 'Orders in one minute; above it the breaker trips.'),
    consecutiveFailures: integer(1, 1_000, 10, 'Baskets refused, unknown or one-legged in a row that trip.'),
    unknownOutcomes: integer(1, 100, 3, 'Requests of unknown outcome at the same time that trip.'),
    staleFeedsMs: integer(0, 3_600_000, 60_000, 'Silence of all feeds that trips, once one has spoken; 0 = off.'),
    dataAgeMs: integer(1, 60_000, 1_500, 'Age of the last frame of every leg; above it the gate refuses.'),
    verifiedAgeMs: integer(1, 600_000, 30_000, 'Age of the last frame whose top agreed, of every leg.'),
    collarE4: integer(0, 9_999, 500, 'How far a limit price may lie beyond the best price, in 1/10,000 dollar.'),
  })
  .prefault({})
  .describe('Limits of the gate and the breaker, money in micro-dollars. A tripped breaker sends no new exposure.');

/** How orders are sent. */
export const executeSchema = z
  .strictObject({
    orderType: z.enum(['FAK', 'FOK']).default('FAK').describe('FAK fills what it can, FOK all or nothing.'),
    legsMax: integer(2, 15, 15, 'Legs of one order batch; Polymarket takes 15 orders in a request.'),
    orderMicrosMax: integer(1, 1e15, 500_000_000, 'Largest order, in 1e-6 share.'),
    batchCostMicrosMax: integer(1, 1e15, 500_000_000, 'Largest cost of one order batch, in micro-dollars.'),
    coolDownMs: integer(0, 600_000, 500, 'Time before the same basket is sent again, in ms.'),
    requestMsMax: integer(10, 120_000, 2_000, 'An order request unanswered for this long has an unknown outcome.'),
    inFlightBatchesMax: integer(1, 64, 4, 'Order batches in flight at one time.'),
  })
  .prefault({})
  .describe('Limits of each order batch.');
