// Every portfolio of a system that no mixture of others replaces: the corners of {x >= 0 : it pays at least 1 in every
// state}, in whole numbers. By the double description method: states are added one after the other, and each cuts the
// portfolios that do not pay in it. YES and NO of one market are never bought together: that is one book seen twice.
// Off the hot path; bounded.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { BasketLeg } from './certificate.ts';
import type { State, System } from './states.ts';

/** Legs of a unit with what it pays at least. */
export interface Portfolio {
  readonly legs: readonly BasketLeg[];
  readonly payoutE4: number;
}

/** Markets of a system whose corners are searched for: a leg's bit is in one 32-bit word. */
export const VERTEX_MARKETS_MAX = 8;
/** Portfolios at one time; beyond, the search is given up. */
const RAYS_MAX = 1_500;
const NO_BITS = 0x5555;

/** Half shares by leg (YES and NO of each market) and payout, in lowest terms. */
interface Ray {
  /** [payout, YES of market 0, NO of market 0, YES of market 1, …]. */
  readonly parts: readonly number[];
  /** Bit per leg that it has. */
  readonly legs: number;
  /** Limits that it meets exactly, 31 to a word: first the legs it lacks, then states. */
  readonly tight: readonly number[];
}

/** All corners, or undefined beyond the bounds. A state in which a leg is paid back counts as paying nothing for it. */
export function vertexPortfolios({ markets, states }: System): Portfolio[] | undefined {
  if (markets.length > VERTEX_MARKETS_MAX) return undefined;
  const columns = 2 * markets.length;
  const words = Math.ceil((columns + 1 + states.length) / 31);
  let rays = Array.from({ length: columns + 1 }, (_, at): Ray => {
    const parts = new Array<number>(columns + 1).fill(0);
    parts[at] = 1;
    return rayOf(parts, tightLegs(parts, words));
  });
  // Where everything is paid back no portfolio earns anything, whatever it is.
  const earning = states.filter(({ refunded }) => refunded.length < markets.length);
  for (const [number, state] of earning.entries()) {
    const next = cut(rays, rowOf(markets.length, state), columns + 1 + number);
    if (next.length > RAYS_MAX) return undefined;
    rays = next;
  }
  return rays.filter(({ parts }) => parts[0]! > 0).map(({ parts }) => portfolioOf(markets, parts));
}

/** What a half share of each leg pays in a state, in half dollars, less the payout promised. */
function rowOf(marketCount: number, { winners, split, refunded }: State): number[] {
  const row = [-2];
  for (let place = 0; place < marketCount; place += 1) {
    if (refunded.includes(place)) row.push(0, 0);
    else if (split.includes(place)) row.push(1, 1);
    else row.push(...(winners.includes(place) ? [2, 0] : [0, 2]));
  }
  return row;
}

function cut(rays: readonly Ray[], row: readonly number[], bit: number): Ray[] {
  const value = ({ parts }: Ray): number => parts.reduce((sum, part, at) => sum + part * row[at]!, 0);
  const valued = rays.map((ray) => ({ ray, at: value(ray) }));
  const kept = valued.filter(({ at }) => at >= 0).map(({ ray, at }) => (at === 0 ? withTight(ray, bit) : ray));
  const above = valued.filter(({ at }) => at > 0);
  for (const { ray: below, at: lacks } of valued.filter(({ at }) => at < 0)) {
    for (const { ray, at } of above) {
      if (kept.length > RAYS_MAX || !areNeighbours(ray, below, rays)) continue;
      const parts = lowest(ray.parts.map((part, place) => part * -lacks + below.parts[place]! * at));
      const tight = ray.tight.map((word, place) => word & below.tight[place]!);
      kept.push(withTight(rayOf(parts, tight), bit));
    }
  }
  return kept;
}

/** True when nothing else lies on all limits that both lie on, and together they never hold both sides of a market. */
function areNeighbours(one: Ray, other: Ray, rays: readonly Ray[]): boolean {
  const legs = one.legs | other.legs;
  if ((legs & (legs >> 1) & NO_BITS) !== 0) return false;
  return !rays.some((ray) => ray !== one && ray !== other && liesOnAll(ray, one, other));
}

function liesOnAll(ray: Ray, one: Ray, other: Ray): boolean {
  return ray.tight.every((word, at) => (one.tight[at]! & other.tight[at]! & ~word) === 0);
}

function rayOf(parts: readonly number[], tight: readonly number[]): Ray {
  let legs = 0;
  for (let at = 1; at < parts.length; at += 1) if (parts[at] !== 0) legs |= 1 << (at - 1);
  return { parts, legs, tight };
}

function tightLegs(parts: readonly number[], words: number): number[] {
  const tight = new Array<number>(words).fill(0);
  for (const [at, part] of parts.entries()) if (part === 0) tight[Math.floor(at / 31)]! |= 1 << (at % 31);
  return tight;
}

function withTight(ray: Ray, bit: number): Ray {
  const tight = [...ray.tight];
  tight[Math.floor(bit / 31)]! |= 1 << (bit % 31);
  return { ...ray, tight };
}

function lowest(parts: readonly number[]): number[] {
  const divisor = parts.reduce(greatestCommon, 0);
  return parts.map((part) => part / divisor);
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}

function portfolioOf(markets: readonly string[], parts: readonly number[]): Portfolio {
  const legs = markets.flatMap((marketId, place): BasketLeg[] => {
    const [yes, no] = [parts[1 + 2 * place]!, parts[2 + 2 * place]!];
    const leg = (action: number, ratio: number): BasketLeg[] => (ratio > 0 ? [{ marketId, action, ratio }] : []);
    return [...leg(L.ACTION_BUY_YES, yes), ...leg(L.ACTION_BUY_NO, no)];
  });
  const times = legs.reduce((divisor, { ratio }) => greatestCommon(divisor, ratio), 0);
  const inLowest = legs.map((leg) => ({ ...leg, ratio: leg.ratio / times }));
  return { legs: inLowest, payoutE4: (parts[0]! * PRICE_ONE_E4) / times };
}
