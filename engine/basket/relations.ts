// What relations say: which combinations of outcomes of their markets can come true. Off the hot path.
import type { Relation } from '../venue/contract.ts';

/** At least one of so many markets comes true in 2^n - 1 ways. */
export const AT_LEAST_ONE_MAX = 12;

/** What is wrong with a relation, or undefined. */
export function relationFault({ kind, markets }: Relation): string | undefined {
  const isPair = kind === 'same' || kind === 'implies' || kind === 'complement';
  if (isPair && markets.length !== 2) return 'exactly 2 markets';
  if (markets.length < 2) return 'at least 2 markets';
  if (kind === 'atLeastOne' && markets.length > AT_LEAST_ONE_MAX) return `at most ${AT_LEAST_ONE_MAX} markets`;
  if (new Set(markets).size !== markets.length) return 'different markets';
  return undefined;
}

/** Places of markets in which YES wins, NO in all others. */
export type Winners = readonly number[];

const BOTH_OR_NONE: readonly Winners[] = [[0, 1], []];
const EITHER: readonly Winners[] = [[0], [1]];
const NONE: Winners = [];
/** One winner at each place, for relations of any size so far. */
const alone: Winners[] = [];

/** Every truth that the relation allows. Throws RangeError naming the relation when it is not usable. */
export function winnersOf(relation: Relation): readonly Winners[] {
  const fault = relationFault(relation);
  const { kind, markets } = relation;
  if (fault !== undefined) throw new RangeError(`relation ${kind} [${markets.join(', ')}]: allowed ${fault}`);
  const count = markets.length;
  while (alone.length < count) alone.push([alone.length]);
  const each = alone.slice(0, count);
  switch (kind) {
    case 'same':
      return BOTH_OR_NONE;
    case 'complement':
      return EITHER;
    case 'exactlyOne':
      return each;
    case 'atMostOne':
      return [...each, NONE];
    case 'atLeastOne':
      return subsetsOf(count).slice(1);
    default:
      // The strictest stands first, so YES wins from some place on.
      return Array.from({ length: count + 1 }, (_, first) => [...Array(count).keys()].slice(first));
  }
}

/** All subsets of the first `count` places, the empty one first. */
function subsetsOf(count: number): Winners[] {
  const places = [...Array(count).keys()];
  return Array.from({ length: 2 ** count }, (_, mask) => places.filter((place) => ((mask >> place) & 1) === 1));
}
