// What a journal left open in markets that the run does not follow: orders get their outcome, then what was paid is booked, so
// that only what the venues do not say refuses the run. Main thread, once, before the engine starts.
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { StoppedError } from './engine.ts';
import type { RunJournal } from './journal-file.ts';
import { bookOrphans, orphansOf } from './orphan-orders.ts';
import { bookPaidBefore } from './paid-before.ts';
import { RECONCILE_WAIT_MS } from './reconcile.ts';
import type { VenueLink } from './venue-link.ts';

export interface BeforeParts {
  readonly options: Config['execute'];
  readonly clock: Clock;
  /** How long all of it may take. */
  readonly waitMs?: number;
  /** Ends it. */
  readonly stop?: AbortSignal | undefined;
  log(line: string): void;
}

/** `followed`: ids of the run's markets. Rejects with a sentence about what cannot be known, or not yet. */
export async function bookBeforeAdoption(
  { journal, state }: Pick<RunJournal, 'journal' | 'state'>,
  venue: Pick<VenueLink, 'readPaid' | 'readOver' | 'openGateways'>,
  followed: ReadonlySet<string>,
  { options, clock, waitMs = RECONCILE_WAIT_MS, stop, log }: BeforeParts,
): Promise<void> {
  if (state === undefined) return;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const untilNs = clock.nowNs() + waitMs * 1e6;
  const isTimeUp = (): boolean => stop?.aborted === true || clock.nowNs() >= untilNs;
  const shared = { journal, state, clock, isTimeUp, pause };
  const orphans = orphansOf(state, followed);
  if (orphans.length > 0 && venue.openGateways !== undefined) {
    log(`restart: ${orphans.length} orders in markets that are not followed: asking their venue`);
    const gateways = venue.openGateways(clock);
    try {
      refuse(await bookOrphans(orphans, { ...shared, gateways, options }), stop);
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.close()));
    }
  }
  refuse(await bookPaidBefore({ ...shared, venue }, followed), stop);
}

function refuse(why: string, stop: AbortSignal | undefined): void {
  if (why === '') return;
  if (stop?.aborted === true) throw new StoppedError(`stopped while it was waited for: ${why}`);
  throw new RangeError(`markets: ${why}`);
}
