// Whether two markets of a `same` settle alike: their fingerprints, field by field. Pure; off the hot path.
import type { Relation, SettlementFingerprint } from '../venue/contract.ts';

export const FINGERPRINT_FIELDS = [
  ...(['source', 'window', 'timeZone', 'threshold', 'inclusive', 'tieRule', 'voidRule', 'polarity'] as const),
] as const satisfies readonly (keyof SettlementFingerprint)[];

/** Why two settlements are not known to be equal, by field: two values that differ, or one that nobody stated. */
export interface FingerprintGap {
  readonly field: (typeof FINGERPRINT_FIELDS)[number];
  readonly why: 'differs' | 'unknown';
}

const NOTHING: SettlementFingerprint = {};

/** Every field that is not equal; unknown is not equal. Empty: settlements are equal. */
export function fingerprintGaps([one, other]: readonly [
  SettlementFingerprint,
  SettlementFingerprint,
]): FingerprintGap[] {
  return FINGERPRINT_FIELDS.flatMap((field): FingerprintGap[] => {
    const [a, b] = [plain(one[field]), plain(other[field])];
    if (a === '' || b === '') return [{ field, why: 'unknown' }];
    return a === b ? [] : [{ field, why: 'differs' }];
  });
}

/** Blanks and case say nothing. */
function plain(text: string | undefined): string {
  return (text ?? '').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

/** The gaps of a relation that needs fingerprints; empty for the others. */
export function gapsOf(relation: Relation): FingerprintGap[] {
  return relation.kind === 'same' ? fingerprintGaps(relation.fingerprints ?? [NOTHING, NOTHING]) : [];
}

/** The gaps in words: `timeZone differs, voidRule unknown`. */
export function gapsText(gaps: readonly FingerprintGap[]): string {
  return gaps.map(({ field, why }) => `${field} ${why}`).join(', ');
}
