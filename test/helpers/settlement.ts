// Two settlements that are equal in every field, for tests of `same`.
import type { SettlementFingerprint } from '../../engine/venue/contract.ts';

export const SETTLEMENT: SettlementFingerprint = {
  ...{ source: 'Associated Press', window: '2026-11-03 to 2027-01-20', timeZone: 'America/New_York' },
  ...{ threshold: 'none', inclusive: 'none', tieRule: 'none', voidRule: 'resolves NO', polarity: 'wins' },
};

export const EQUAL_SETTLEMENTS = [SETTLEMENT, SETTLEMENT] as const;
