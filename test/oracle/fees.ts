// The slow reference for fees, from the venues' formulas alone: fractions of big integers, rounded at the end. It shares
// no code, unit or constant with the engine.

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** What a venue charges a taker, as its documentation writes it: decimals as text. */
export interface FeeTerms {
  /** Dollars per share at p(1-p) = 1. */
  readonly rate: string;
  readonly exponent: number;
  /** Dollars that a fee is rounded up to. */
  readonly step: string;
  /** Of what is traded, 0.001 = 10 basis points. */
  readonly builder: string;
}

function decimal(text: string): Fraction {
  const [whole, part = ''] = text.split('.');
  return { over: BigInt(whole! + part), under: 10n ** BigInt(part.length) };
}

function times(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.over, under: a.under * b.under };
}

function plus(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

/** The fee of `shares` at `price`, in steps of the terms: the least whole number of steps that is not below it. */
export function feeInSteps(terms: FeeTerms, price: string, shares: string): bigint {
  const p = decimal(price);
  const spread = times(p, { over: p.under - p.over, under: p.under });
  let perShare = decimal(terms.rate);
  for (let power = 0; power < terms.exponent; power += 1) perShare = times(perShare, spread);
  const both = plus(perShare, times(p, decimal(terms.builder)));
  const dollars = times(decimal(shares), both);
  const step = decimal(terms.step);
  const steps = { over: dollars.over * step.under, under: dollars.under * step.over };
  let count = steps.over / steps.under;
  while (count * steps.under < steps.over) count += 1n;
  return count;
}
