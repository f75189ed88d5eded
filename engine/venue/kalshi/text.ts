// How Kalshi writes prices, counts and amounts of money. Pure.
import { textFromScaled } from '../../core/units.ts';

/** A price in dollars: 4800 is `0.4800`. */
export function dollarsText(priceE4: number): string {
  return paddedText(priceE4, 4, 4);
}

/** A count of contracts: -40,000,000 micros are `-40.00`. */
export function countText(micros: number): string {
  return paddedText(micros, 6, 2);
}

/** An amount of money: 18,500 micro-dollars are `0.0185`. */
export function moneyText(micros: number): string {
  return paddedText(micros, 6, 4);
}

/** `scaled` / 10^digits with `places` decimals or more. */
function paddedText(scaled: number, digits: number, places: number): string {
  const [whole = '0', fraction = ''] = textFromScaled(scaled, digits).split('.');
  return `${whole}.${fraction.padEnd(places, '0')}`;
}
