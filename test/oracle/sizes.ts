// The slow reference for sizing: every number of sets in small steps, every order by its venue's rules in big integers. It
// shares no code with engine/execute or the venues' rules.

import { textFromScaled } from '../../engine/core/units.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { feeInSteps } from './fees.ts';

export interface BruteLeg {
  readonly offers: readonly (readonly [number, number])[];
  readonly tickE4: number;
  readonly fee: FeeSchedule;
  readonly venue: 'polymarket' | 'kalshi';
  readonly stepMicros: number;
}

export interface BrutePlan {
  readonly legs: readonly BruteLeg[];
  readonly payoutE4: number;
  readonly sizeMicrosMax: number;
  readonly legMicrosMin: number;
  readonly spendMicrosMax: number;
}

/** An order that a venue takes: its shares, and what the offers ask for them. */
export interface Order {
  readonly size: bigint;
  readonly cost: bigint;
  readonly fee: bigint;
  readonly isBelowDollar: boolean;
  /** The cents that it states are less than a dollar: what its venue refuses. */
  readonly isRefused: boolean;
}

const E4 = 10_000n;

function ceil(over: bigint, under: bigint): bigint {
  return (over + under - 1n) / under;
}

/** Decimals of shares in a market buy: those of the price and two more. */
function shareStep(tickE4: number): bigint {
  if (tickE4 % 100 === 0) return 100n;
  return tickE4 % 10 === 0 ? 10n : 1n;
}

export function feeOf({ fee }: BruteLeg, priceE4: number, size: bigint): bigint {
  const [rate, step] = [textFromScaled(fee.rateE6, 6), textFromScaled(fee.roundMicros, 6)];
  const terms = { rate, exponent: fee.exponent, step, builder: textFromScaled(fee.builderBps ?? 0, 4) };
  return feeInSteps(terms, textFromScaled(priceE4, 4), textFromScaled(Number(size), 6)) * BigInt(fee.roundMicros);
}

/** Fee of an order at Kalshi: of all fills, rounded once. At 0.07 and whole cents every fill is whole in 1e-12 dollar. */
export function orderFee(leg: BruteLeg, fills: readonly (readonly [number, bigint])[]): bigint {
  const exact = fills.reduce((sum, [priceE4, size]) => {
    const spread = BigInt(priceE4) * (E4 - BigInt(priceE4));
    const builder = BigInt(priceE4) * BigInt(leg.fee.builderBps ?? 0);
    const power = BigInt(leg.fee.exponent);
    // In 1e-26 dollar: sizes 1e-6, rates 1e-6, spreads 1e-8 each.
    const rated = BigInt(leg.fee.rateE6) * spread ** power * 10n ** (8n * (2n - power));
    return sum + size * (rated + builder * 10n ** 14n);
  }, 0n);
  const step = BigInt(leg.fee.roundMicros) * 10n ** 22n;
  return ceil(exact, step) * BigInt(leg.fee.roundMicros);
}

function orderAt(leg: BruteLeg, limitE4: number, size: bigint): Order {
  let left = size;
  let cost = 0n;
  const fills: [number, bigint][] = [];
  for (const [priceE4, offered] of leg.offers) {
    const take = left < BigInt(offered) ? left : BigInt(offered);
    if (take === 0n) break;
    cost += ceil(take * BigInt(priceE4), E4);
    fills.push([priceE4, take]);
    left -= take;
  }
  const perFill = (): bigint => fills.reduce((sum, [priceE4, take]) => sum + feeOf(leg, priceE4, take), 0n);
  const fee = leg.venue === 'kalshi' ? orderFee(leg, fills) : perFill();
  const isBelowDollar = leg.venue === 'polymarket' && size * BigInt(limitE4) < E4 * 1_000_000n;
  const isRefused = leg.venue === 'polymarket' && ceil(size * BigInt(limitE4), E4) < 1_000_000n;
  return { size, cost, fee, isBelowDollar, isRefused };
}

/** Every order of a leg that its venue takes, by size, each with the price of the level it ends in as its limit. */
export function ordersOf(leg: BruteLeg): Order[] {
  const found: Order[] = [];
  let reach = 0n;
  for (const [priceE4, offered] of leg.offers) {
    const before = reach;
    reach += BigInt(offered);
    const add = (size: bigint): void => {
      if (size > before) found.push(orderAt(leg, priceE4, size));
    };
    if (leg.venue === 'kalshi') {
      for (let size = BigInt(leg.stepMicros); size <= reach; size += BigInt(leg.stepMicros)) add(size);
      continue;
    }
    const step = shareStep(leg.tickE4);
    for (let cents = 1n; ; cents += 1n) {
      const exact = (cents * E4 * E4) / BigInt(priceE4);
      const size = exact - (exact % step);
      if (size > reach) break;
      add(size);
    }
  }
  return found.sort((a, b) => (a.size < b.size ? -1 : 1));
}

/** The most that any number of sets gains, or undefined when none can be sent. */
export function bruteBest(plan: BrutePlan): bigint | undefined {
  const { legs, payoutE4, sizeMicrosMax, legMicrosMin, spendMicrosMax } = plan;
  const orders = legs.map(ordersOf);
  const places = legs.map(() => 0);
  let best: bigint | undefined;
  const ends = [...new Set(orders.flat().map(({ size }) => size))].sort((a, b) => (a < b ? -1 : 1));
  for (const sets of ends) {
    if (sets > BigInt(sizeMicrosMax)) break;
    const chosen = orders.map((own, leg) => {
      while (places[leg]! < own.length && own[places[leg]!]!.size < sets) places[leg]! += 1;
      return own[places[leg]!];
    });
    if (chosen.some((order) => order === undefined)) break;
    const all = chosen as Order[];
    if (all.some(({ isBelowDollar, cost }) => isBelowDollar || cost < BigInt(legMicrosMin))) continue;
    const spent = all.reduce((sum, { cost, fee }) => sum + cost + fee, 0n);
    if (spent > BigInt(spendMicrosMax)) continue;
    const covered = all.reduce((least, { size }) => (size < least ? size : least), all[0]!.size);
    const edge = (covered * BigInt(payoutE4)) / E4 - spent;
    if (best === undefined || edge > best) best = edge;
  }
  return best;
}
