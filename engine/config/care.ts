// The config of the care that a feed's connections are given: the same keys for every feed, with defaults of its own.
import { z } from 'zod';
import type { CareOptions } from '../ingest/care.ts';
import { integer } from './fields.ts';

/** Equals CareOptions but for what the feed itself decides; `byDefault` is what feeds differ in. */
export function careSchema(byDefault: { readonly heartbeatMs: number; readonly idleMs: number }) {
  return z
    .strictObject({
      // The two ranges meet and do not overlap, so that no two values contradict each other.
      backoffMsMin: integer(10, 10_000, 1_000, 'Ceiling of the wait before the first reconnection; doubles each time.'),
      backoffMsMax: integer(
        10_000,
        600_000,
        60_000,
        'Highest such ceiling. The wait is drawn from nothing to the ceiling.',
      ),
      maxReconnectAttempts: integer(0, 1_000_000, 0, 'Failures in a row after which it is given up; 0: never.'),
      reconnectsPerMinute: integer(1, 600, 30, 'Dials of one connection within a minute.'),
      heartbeatMs: integer(10, 300_000, byDefault.heartbeatMs, 'Time between two pings.'),
      heartbeatTimeoutMs: integer(10, 300_000, 10_000, 'A ping without an answer for this long: half-open, replaced.'),
      idleMs: integer(
        0,
        3_600_000,
        byDefault.idleMs,
        'Without data for this long it is replaced, pongs or not; 0: quiet is normal.',
      ),
      openMs: integer(100, 60_000, 10_000, 'Longest wait for the open connection, then for the subscription.'),
      failuresToPoll: integer(1, 100, 5, 'Failures in a row after which it is polled instead.'),
    })
    .prefault({})
    .describe('Care of each connection.');
}

type CareKeys = Readonly<z.output<ReturnType<typeof careSchema>>>;

/** The care of a feed's connections as its config has it. */
export function careOptions({
  maxReconnectAttempts,
  heartbeatMs,
  heartbeatTimeoutMs,
  ...same
}: CareKeys): Omit<CareOptions, 'canPoll'> {
  const names = { reconnectAttemptsMax: maxReconnectAttempts, pingMs: heartbeatMs, pongMs: heartbeatTimeoutMs };
  return { ...same, ...names };
}
