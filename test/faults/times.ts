// The timers of the fault matrix: the config's defaults, all shorter by one factor, so that a fault that shows after half
// a minute shows after seconds and the proportions stay.
import { careOptions } from '../../engine/config/care.ts';
import { type Config, configSchema } from '../../engine/config/schema.ts';
import type { CareOptions } from '../../engine/ingest/care.ts';
import { RESYNC_DEFAULTS, type ResyncLimits } from '../../engine/ingest/resync.ts';
import { SNAPSHOT_TIMES, type SnapshotTimes } from '../../engine/ingest/snapshot-watch.ts';
import type { VerifierOptions } from '../../engine/integrity/verifier.ts';

/** Every timer is this many times shorter than its default. */
export const TIME_FACTOR = 10;
/** Reconnections are counted per minute, so their number grows as the times shrink. */
const RECONNECTS_PER_MINUTE_MAX = 600;

export interface Times {
  readonly config: Config;
  readonly care: CareOptions;
  readonly verifier: VerifierOptions;
  readonly resync: ResyncLimits;
  readonly snapshots: SnapshotTimes;
  readonly firstBookMs: number;
  readonly assetIdleMs: number;
  /** Ages of data and of evidence that the gate allows. */
  readonly dataAgeMs: number;
  readonly verifiedAgeMs: number;
  /** A book that nothing proved for longer is read again before anything is sent on it. */
  readonly rereadAgeMs: number;
}

/** The default times divided by `factor`. */
export function timesBy(factor: number): Times {
  const config = configSchema.parse({});
  const { integrity, ingest, breaker, execute } = config;
  const by = (ms: number): number => Math.max(1, Math.round(ms / factor));
  const care = careOptions(ingest.care);
  return {
    config,
    care: {
      ...care,
      ...{ backoffMsMin: by(care.backoffMsMin), backoffMsMax: by(care.backoffMsMax), canPoll: false },
      ...{ pingMs: by(care.pingMs), pongMs: by(care.pongMs), idleMs: by(care.idleMs), openMs: by(care.openMs) },
      reconnectsPerMinute: Math.min(RECONNECTS_PER_MINUTE_MAX, care.reconnectsPerMinute * factor),
    },
    verifier: {
      ...integrity,
      ...{ hashEveryMs: by(integrity.hashEveryMs), silenceMs: by(integrity.silenceMs) },
      ...{ probeAfterMs: by(integrity.probeAfterMs), probeEveryMs: by(integrity.probeEveryMs) },
    },
    resync: {
      resyncAfterMs: by(RESYNC_DEFAULTS.resyncAfterMs),
      resyncEveryMs: by(RESYNC_DEFAULTS.resyncEveryMs),
    },
    snapshots: { probeMs: by(SNAPSHOT_TIMES.probeMs), answerMs: by(SNAPSHOT_TIMES.answerMs) },
    ...{ firstBookMs: by(ingest.firstBookMs), assetIdleMs: by(ingest.assetIdleMs) },
    ...{ dataAgeMs: by(breaker.dataAgeMs), verifiedAgeMs: by(breaker.verifiedAgeMs) },
    rereadAgeMs: by(execute.rereadAgeMs),
  };
}
