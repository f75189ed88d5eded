// The care of connections in tests: patient in everything that a test does not set itself.
import type { CareOptions } from '../../engine/ingest/care.ts';

const PATIENT_MS = 600_000;

/** `more` in place of hour-long clocks, waits of some 10 ms, and no poll. */
export function careWith(more: Partial<CareOptions> = {}): CareOptions {
  return {
    ...{ backoffMsMin: 10, backoffMsMax: 20, reconnectAttemptsMax: 0, reconnectsPerMinute: 600 },
    ...{ pingMs: PATIENT_MS, pongMs: PATIENT_MS, idleMs: 0, openMs: 10_000, failuresToPoll: 5, canPoll: false },
    ...more,
  };
}

/** The rest of a connection's setup, as patient. */
export const ONE_COPY = { copies: 1, customEvents: true, firstBookMs: PATIENT_MS } as const;
