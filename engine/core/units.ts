// Units and the only conversions between text, priceE4, sizeMicros and money, off the hot path.
//
// priceE4: 1/10,000 dollar, 0..10,000. sizeMicros: 1e-6 share, integer-valued f64 up to 1e15. Money: micro-dollars.

export const PRICE_ONE_E4 = 10_000;
export const MICROS_PER_UNIT = 1_000_000;

const PLAIN_DECIMAL = /^(0|[1-9]\d{0,11})(?:\.(\d{1,20}))?$/;

/**
 * A plain decimal (no sign, no exponent, no white space) times 10^digits as an integer, or undefined when the text is
 * not one or has non-zero digits beyond `digits`.
 */
export function scaledFromText(text: string, digits: number): number | undefined {
  const match = PLAIN_DECIMAL.exec(text);
  if (!match) return undefined;
  const fraction = match[2] ?? '';
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const scaled = Number(match[1] + fraction.slice(0, digits).padEnd(digits, '0'));
  return Number.isSafeInteger(scaled) ? scaled : undefined;
}

/** Dollars as text to priceE4, or undefined when it is not on the 1e-4 grid or above 1. */
export function priceE4FromText(text: string): number | undefined {
  const priceE4 = scaledFromText(text, 4);
  return priceE4 !== undefined && priceE4 <= PRICE_ONE_E4 ? priceE4 : undefined;
}

/** Shares as text to sizeMicros, or undefined. */
export function sizeMicrosFromText(text: string): number | undefined {
  return scaledFromText(text, 6);
}

/** Canonical decimal of `scaled` / 10^digits: no trailing zeros, no sign but a leading minus. */
export function textFromScaled(scaled: number, digits: number): string {
  const negative = scaled < 0;
  const whole = Math.abs(scaled)
    .toFixed(0)
    .padStart(digits + 1, '0');
  const fraction = whole.slice(whole.length - digits).replace(/0+$/, '');
  const text = whole.slice(0, whole.length - digits) + (fraction === '' ? '' : `.${fraction}`);
  return negative ? `-${text}` : text;
}

/** priceE4 as canonical dollars: 2700 -> "0.27". */
export function priceText(priceE4: number): string {
  return textFromScaled(priceE4, 4);
}

/** sizeMicros as canonical shares: 26680000 -> "26.68". */
export function sizeText(sizeMicros: number): string {
  return textFromScaled(sizeMicros, 6);
}

/** Micro-dollars for people: 1234567 -> "1.234567". */
export function moneyText(micros: number): string {
  return textFromScaled(micros, 6);
}

/**
 * price x size in micro-dollars, rounded up (what we pay). Exact: splits the size so that no product passes 2^53.
 * cost = priceE4 * sizeMicros / 10^4.
 */
export function costMicrosRoundedUp(priceE4: number, sizeMicros: number): number {
  const wholes = Math.floor(sizeMicros / 10_000);
  const rest = sizeMicros - wholes * 10_000;
  return wholes * priceE4 + Math.ceil((rest * priceE4) / 10_000);
}

/** price x size in micro-dollars, rounded down (what we are paid). */
export function proceedsMicrosRoundedDown(priceE4: number, sizeMicros: number): number {
  const wholes = Math.floor(sizeMicros / 10_000);
  const rest = sizeMicros - wholes * 10_000;
  return wholes * priceE4 + Math.floor((rest * priceE4) / 10_000);
}
