// The config's limits on trading: what the breaker trips on and what the executor may send. Units are in the names.
import { z } from 'zod';
import { integer } from './fields.ts';

/** Limits whose breach opens the breaker. */
export const breakerSchema = z
  .strictObject({
    ordersPerSecondMax: integer(1, 10_000, 100, 'Orders per second.'),
    lossMicrosMax: integer(1, 1e12, 100_000_000, 'Realised loss of the run, in micro-dollars.'),
    openNotionalMicrosMax: integer(1, 1e15, 5_000_000_000, 'Cost of all open positions, in micro-dollars.'),
    unwindCostMicrosMax: integer(1, 1e12, 50_000_000, 'Cost of unwinding lone legs in the run, in micro-dollars.'),
    unknownOutcomesMax: integer(0, 1_000, 3, 'Orders whose outcome is unknown at one time.'),
    refusalsInRowMax: integer(1, 1_000, 10, 'Order batches refused by the venue one after the other.'),
  })
  .prefault({})
  .describe('Limits that trip the breaker: after that nothing is sent but cancels and reducing orders.');

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
