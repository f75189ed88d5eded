// The config's limits of what one venue is sent, by whoever sends: its rate budget, and orders and money in an hour and in
// the run. Units are in the names.
import { z } from 'zod';
import { integer } from './fields.ts';

/** Equals OrderCaps of engine/execute. `ordersPerSecond`: the venue's own limit, with room left. */
export function orderCapsSchema(ordersPerSecond: number) {
  return z
    .strictObject({
      ordersPerSecond: integer(1, 1_000, ordersPerSecond, 'Orders that its rate budget grows by in one second.'),
      ordersBurst: integer(1, 10_000, 2 * ordersPerSecond, 'Most that the budget holds: orders at once after a pause.'),
      ordersPerHour: integer(
        1,
        10_000_000,
        20_000,
        'Orders in any hour, earlier runs included; beyond it buys are refused.',
      ),
      microsPerHour: integer(0, 1e15, 50_000_000_000, 'What buys cost at their limits in any hour, in micro-dollars.'),
      ordersPerRun: integer(1, 100_000_000, 500_000, 'Orders since the process began; beyond it buys are refused.'),
      microsPerRun: integer(
        0,
        1e15,
        1_000_000_000_000,
        'What buys cost at their limits since it began, in micro-dollars.',
      ),
    })
    .prefault({})
    .describe('What this venue is sent at most, counted at the gateway itself, filled or not.');
}
