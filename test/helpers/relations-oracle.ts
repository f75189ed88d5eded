// A slow, plain reference for compiled baskets, written from the definitions alone: ends by trying every combination,
// corners by solving every square system in whole numbers, and a drawer of relations that can hold together.
import type { Random } from '../../engine/core/random.ts';
import type { Relation } from '../../engine/venue/contract.ts';
import { ACTION_BUY_NO, ACTION_BUY_YES } from '../../wasm/layout.ts';

/** Whether `relation` holds when the markets in `yes` resolve to YES. */
export function holds({ kind, markets }: Relation, yes: ReadonlySet<string>): boolean {
  const won = markets.map((id) => yes.has(id));
  const count = won.filter(Boolean).length;
  if (kind === 'exactlyOne' || kind === 'complement') return count === 1;
  if (kind === 'atMostOne') return count <= 1;
  if (kind === 'atLeastOne') return count >= 1;
  if (kind === 'same') return won[0] === won[1];
  return won.every((isYes, place) => !isYes || won.slice(place).every(Boolean));
}

/** Every way in which all relations hold, as a bit per market. */
export function truthsOf(markets: readonly string[], relations: readonly Relation[]): number[] {
  const truths: number[] = [];
  for (let mask = 0; mask < 2 ** markets.length; mask += 1) {
    const yes = new Set(markets.filter((_, place) => ((mask >> place) & 1) === 1));
    if (relations.every((relation) => holds(relation, yes))) truths.push(mask);
  }
  return truths;
}

/** Shares by leg, YES of market 0, NO of market 0, YES of market 1, …, over `payout` dollars; in lowest terms. */
export interface Corner {
  readonly shares: readonly number[];
  readonly payout: number;
}

/** Name of a corner, to compare sets of them. */
export function cornerKey({ shares, payout }: Corner): string {
  return `${shares.join(',')}/${payout}`;
}

/** Every corner of {x >= 0 : pays at least 1 in every truth} that holds no market on both sides. */
export function cornersOf(marketCount: number, truths: readonly number[]): Corner[] {
  const found = new Map<string, Corner>();
  const sides = new Array<number>(marketCount).fill(0);
  for (let number = 1; number < 3 ** marketCount; number += 1) {
    for (let place = 0, rest = number; place < marketCount; place += 1, rest = Math.floor(rest / 3)) {
      sides[place] = rest % 3;
    }
    const legs = sides.flatMap((side, place) => (side === 0 ? [] : [{ place, isYes: side === 1 }]));
    const rows = new Set(
      truths.map((truth) => legs.reduce((bits, leg, at) => bits | (Number(pays(truth, leg)) << at), 0)),
    );
    // A row that pays wherever another pays asks for less; without one leg at least nothing is paid.
    const least = [...rows].filter((row) => ![...rows].some((other) => other !== row && (other & row) === other));
    if (least.includes(0)) continue;
    for (const chosen of choices(least, legs.length)) {
      const solved = solve(chosen, legs.length);
      if (solved === undefined) continue;
      const { shares, payout } = solved;
      if (shares.some((share) => share <= 0)) continue;
      if (least.some((row) => sumOf(row, shares) < payout)) continue;
      const all = new Array<number>(2 * marketCount).fill(0);
      for (const [at, { place, isYes }] of legs.entries()) all[2 * place + (isYes ? 0 : 1)] = shares[at]!;
      const corner = { shares: all, payout };
      found.set(cornerKey(corner), corner);
    }
  }
  return [...found.values()];
}

function pays(truth: number, { place, isYes }: { place: number; isYes: boolean }): boolean {
  return (((truth >> place) & 1) === 1) === isYes;
}

function sumOf(row: number, shares: readonly number[]): number {
  return shares.reduce((sum, share, at) => sum + (((row >> at) & 1) === 1 ? share : 0), 0);
}

function* choices(rows: readonly number[], count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  else
    for (let at = from; at + count <= rows.length; at += 1)
      for (const rest of choices(rows, count - 1, at + 1)) yield [rows[at]!, ...rest];
}

/** The one solution of `rows · x = 1` in lowest terms, or undefined; elimination without fractions. */
function solve(rows: readonly number[], count: number): Corner | undefined {
  const table = rows.map((row) => [...Array.from({ length: count }, (_, at) => (row >> at) & 1), 1]);
  for (let column = 0; column < count; column += 1) {
    const pivotAt = table.findIndex((row, at) => at >= column && row[column] !== 0);
    if (pivotAt < 0) return undefined;
    [table[column], table[pivotAt]] = [table[pivotAt]!, table[column]!];
    const pivot = table[column]!;
    for (const [at, row] of table.entries()) {
      if (at === column || row[column] === 0) continue;
      const [a, b] = [pivot[column]!, row[column]!];
      table[at] = lowestTerms(row.map((value, place) => value * a - pivot[place]! * b));
    }
  }
  const payout = table.reduce((product, row, at) => leastMultiple(product, Math.abs(row[at]!)), 1);
  const shares = table.map((row, at) => (row[count]! * payout) / row[at]!);
  const [, ...lowest] = lowestTerms([payout, ...shares]);
  return { shares: lowest, payout: lowestTerms([payout, ...shares])[0]! };
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

function leastMultiple(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}

function lowestTerms(values: readonly number[]): number[] {
  const divisor = values.reduce(gcd, 0);
  return values.map((value) => (divisor === 0 ? value : value / divisor));
}

const KINDS = ['exactlyOne', 'atMostOne', 'atLeastOne', 'implies', 'same', 'complement', 'ladder'] as const;

/** Connected relations of mixed kinds over all of `markets` that can hold together. */
export function drawSystem(
  random: Random,
  markets: readonly string[],
  fingerprints: Extract<Relation, { kind: 'same' }>['fingerprints'],
): Relation[] {
  for (;;) {
    const relations: Relation[] = [];
    let covered: string[] = [];
    while (covered.length < markets.length || random.chance(0.25)) {
      const kind = random.pick(KINDS);
      const isPair = kind === 'implies' || kind === 'same' || kind === 'complement';
      const size = isPair ? 2 : random.integer(2, Math.min(5, markets.length));
      const first = covered.length === 0 ? [] : [random.pick(covered)];
      const chosen = [...first];
      const fresh = markets.filter((id) => !covered.includes(id));
      while (chosen.length < size) {
        const id = fresh.length > 0 && random.chance(0.8) ? random.pick(fresh) : random.pick(markets);
        if (!chosen.includes(id)) chosen.push(id);
      }
      relations.push(relationOf(kind, chosen, fingerprints));
      covered = [...new Set([...covered, ...chosen])];
    }
    if (truthsOf(markets, relations).length > 0) return relations;
  }
}

function relationOf(
  kind: (typeof KINDS)[number],
  markets: readonly string[],
  fingerprints: Extract<Relation, { kind: 'same' }>['fingerprints'],
): Relation {
  const pair = [markets[0]!, markets[1]!] as const;
  if (kind === 'same') return { kind, markets: pair, fingerprints };
  return kind === 'implies' || kind === 'complement' ? { kind, markets: pair } : { kind, markets };
}

/** Shares by leg in the order of corners. */
export function sharesOf(
  markets: readonly string[],
  legs: readonly { readonly marketId: string; readonly action: number; readonly ratio: number }[],
): number[] {
  const shares = new Array<number>(2 * markets.length).fill(0);
  for (const { marketId, action, ratio } of legs) {
    shares[2 * markets.indexOf(marketId) + (action === ACTION_BUY_YES ? 0 : action === ACTION_BUY_NO ? 1 : 2)]! +=
      ratio;
  }
  return shares;
}
