// A slow, plain reference for the detector: every candidate size, every sum as a BigInt.
import type { FeeSchedule } from '../../engine/venue/contract.ts';

/** What a leg can buy: levels of the outcome bought, best first, and its market's rules. */
export interface OracleLeg {
  readonly levels: readonly (readonly [number, number])[];
  readonly fee: FeeSchedule;
  readonly minSizeMicros: number;
}

export interface OracleResult {
  readonly sizeMicros: bigint;
  readonly costMicros: bigint;
  readonly feeMicros: bigint;
  readonly edgeMicros: bigint;
  readonly legs: readonly { readonly limitE4: number; readonly cost: bigint; readonly fee: bigint }[];
}

const LOT = 10_000n;
const MAX = 1_000_000_000_000_000n;

function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

const nanosByFee = new Map<FeeSchedule, Map<number, bigint>>();

/** Fee per share, nano-dollars rounded up, from the schedule's formula; remembered, it is asked for often. */
function nanosPerShare(fee: FeeSchedule, priceE4: number): bigint {
  let known = nanosByFee.get(fee);
  if (known === undefined) {
    known = new Map();
    nanosByFee.set(fee, known);
  }
  let nanos = known.get(priceE4);
  if (nanos === undefined) {
    nanos = nanosFromFormula(fee, priceE4);
    known.set(priceE4, nanos);
  }
  return nanos;
}

function nanosFromFormula({ rateE6, exponent, builderBps }: FeeSchedule, priceE4: number): bigint {
  const spread = (BigInt(priceE4) * BigInt(10_000 - priceE4)) ** BigInt(exponent);
  const builder = BigInt(priceE4) * BigInt(builderBps ?? 0) * 10n;
  return builder + ceilDiv(BigInt(rateE6) * spread * 1000n, 100_000_000n ** BigInt(exponent));
}

function buy(leg: OracleLeg, sizeMicros: bigint): { limitE4: number; cost: bigint; fee: bigint } {
  let left = sizeMicros;
  let cost = 0n;
  let fee = 0n;
  let limitE4 = 0;
  for (const [priceE4, levelMicros] of leg.levels) {
    if (left === 0n) break;
    const take = left < BigInt(levelMicros) ? left : BigInt(levelMicros);
    cost += take * BigInt(priceE4);
    fee += take * nanosPerShare(leg.fee, priceE4);
    limitE4 = priceE4;
    left -= take;
  }
  if (left !== 0n) throw new Error('the oracle bought more than there is');
  const step = BigInt(leg.fee.roundMicros);
  return { limitE4, cost: ceilDiv(cost, 10_000n), fee: ceilDiv(fee, 1_000_000_000n * step) * step };
}

/** Price of the share just before `sizeMicros`, or undefined beyond the ladder. */
function marginalE4(leg: OracleLeg, sizeMicros: bigint): number | undefined {
  let reach = 0n;
  for (const [priceE4, levelMicros] of leg.levels) {
    reach += BigInt(levelMicros);
    if (sizeMicros <= reach) return priceE4;
  }
  return undefined;
}

/** The most profitable candidate of a basket that pays `payoutE4` per unit, or undefined. */
export function bestOf(
  legs: readonly OracleLeg[],
  payoutE4: number,
  minEdgeMicros: number,
  minEdgePerUnitE4: number,
): OracleResult | undefined {
  const ends = new Set<bigint>();
  for (const { levels } of legs) {
    let reach = 0n;
    for (const [, levelMicros] of levels) {
      reach += BigInt(levelMicros);
      ends.add(reach);
    }
  }
  const least = legs.reduce((most, { minSizeMicros }) => Math.max(most, minSizeMicros), 1);
  ends.add(ceilDiv(BigInt(least), LOT) * LOT);
  let best: OracleResult | undefined;
  for (const end of [...ends].sort((a, b) => (a < b ? -1 : 1))) {
    const prices = legs.map((leg) => marginalE4(leg, end));
    if (prices.includes(undefined)) break;
    if (prices.reduce<number>((sum, price) => sum + price!, 0) >= payoutE4) break;
    const capped = end > MAX ? MAX : end;
    const sizeMicros = capped - (capped % LOT);
    if (sizeMicros === 0n || legs.some((leg) => sizeMicros < BigInt(leg.minSizeMicros))) continue;
    const bought = legs.map((leg) => buy(leg, sizeMicros));
    const costMicros = bought.reduce((sum, { cost }) => sum + cost, 0n);
    const feeMicros = bought.reduce((sum, { fee }) => sum + fee, 0n);
    const edgeMicros = (sizeMicros * BigInt(payoutE4)) / 10_000n - costMicros - feeMicros;
    const enough = edgeMicros >= BigInt(Math.max(1, minEdgeMicros));
    if (!enough || edgeMicros * 10_000n < BigInt(minEdgePerUnitE4) * sizeMicros) continue;
    if (best !== undefined && edgeMicros <= best.edgeMicros) continue;
    best = { sizeMicros, costMicros, feeMicros, edgeMicros, legs: bought };
  }
  return best;
}
