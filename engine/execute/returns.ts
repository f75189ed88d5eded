// What an edge earns in a year, net of how long its capital is locked: until the last of its legs' markets ends, as far
// as their metadata states that. Pure.

const YEAR_MS = 365 * 86_400_000;
const BPS = 10_000n;

/**
 * Time from `wallMs` to the last of `endsMs`, both ms since 1970; null when one of them is not stated or all have passed,
 * because then nobody knows when the payout comes.
 */
export function lockMsOf(endsMs: readonly (number | undefined)[], wallMs: number): number | null {
  let lastMs = 0;
  for (const endMs of endsMs) {
    if (endMs === undefined) return null;
    lastMs = Math.max(lastMs, endMs);
  }
  const lockMs = Math.ceil(lastMs - wallMs);
  return lockMs > 0 ? lockMs : null;
}

/** `edgeMicros` on `capitalMicros` locked for `lockMs`, as basis points a year without compounding, rounded down. */
export function annualBpsRoundedDown(edgeMicros: number, capitalMicros: number, lockMs: number | null): number | null {
  if (lockMs === null || capitalMicros <= 0) return null;
  const yearly = BigInt(edgeMicros) * BPS * BigInt(YEAR_MS);
  const capital = BigInt(capitalMicros) * BigInt(lockMs);
  const whole = yearly / capital;
  // BigInt division truncates; a loss is rounded down too.
  return Number(yearly < 0n && whole * capital !== yearly ? whole - 1n : whole);
}
