// What a check finds and how it is counted. Shared by all checks; no state.

/** `superseded`: a later message of the same venue time proved what this one stated. */
export type Verdict = 'verified' | 'superseded' | 'unverifiable' | 'mismatched';

/** Statements by verdict. */
export type VerdictCounts = Record<Verdict, number>;

/** Kinds of evidence, each countable and switchable by itself. */
export type Check = 'hashRest' | 'hashWs' | 'hashDelta' | 'top' | 'mirror' | 'sequence';

export const CHECKS: readonly Check[] = ['hashRest', 'hashWs', 'hashDelta', 'top', 'mirror', 'sequence'];

/** Verdicts of every check for one market, and what is counted beside them. */
export interface EvidenceCounts {
  readonly checks: Record<Check, VerdictCounts>;
  /** Changes of the sequence that show loss; only a feed that is not filtered can show it. */
  sequenceGaps: number;
  /** Messages the engine refused that name the market. */
  refused: number;
  /** REST answers that equalled the engine's book of the same venue time, level for level. */
  restAgreed: number;
  /** Hashes that only a last trade price or a tick nobody had stated yet explains; they count as verified. */
  termsInferred: number;
}

/** All zero. */
export function noEvidence(): EvidenceCounts {
  const none = (): VerdictCounts => ({ verified: 0, superseded: 0, unverifiable: 0, mismatched: 0 });
  const checks = { hashRest: none(), hashWs: none(), hashDelta: none(), top: none(), mirror: none(), sequence: none() };
  return { checks, sequenceGaps: 0, refused: 0, restAgreed: 0, termsInferred: 0 };
}

/** Adds `counts` to `total`. */
export function addEvidence(total: EvidenceCounts, counts: EvidenceCounts): void {
  for (const check of CHECKS) {
    for (const [verdict, count] of Object.entries(counts.checks[check]))
      total.checks[check][verdict as Verdict] += count;
  }
  total.sequenceGaps += counts.sequenceGaps;
  total.refused += counts.refused;
  total.restAgreed += counts.restAgreed;
  total.termsInferred += counts.termsInferred;
}
