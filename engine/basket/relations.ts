// What relations say: which combinations of outcomes of their markets can come true. Off the hot path.
import type { Relation } from '../venue/contract.ts';

/** One possible end: the places of the relation's markets in which YES wins, NO in all others; its name for people. */
export interface State {
  readonly name: string;
  readonly winners: readonly number[];
}

/** What is wrong with a relation, or undefined. */
export function relationFault(relation: Relation): string | undefined {
  const { markets } = relation;
  if (relation.kind === 'same' && markets.length !== 2) return 'exactly 2 markets';
  if (markets.length < 2) return 'at least 2 markets';
  if (new Set(markets).size !== markets.length) return 'different markets';
  return undefined;
}

/** The winners of the two ends of `same`. */
const BOTH_OR_NONE: readonly (readonly number[])[] = [[0, 1], []];
/** One winner at each place, for relations of any size so far. */
const alone: (readonly number[])[] = [];

/**
 * The places in which YES wins, for every end the relation allows: its states without their names. Throws RangeError
 * naming the relation when it is not usable.
 */
export function winnersOf(relation: Relation): readonly (readonly number[])[] {
  const fault = relationFault(relation);
  if (fault !== undefined) {
    throw new RangeError(`relation ${relation.kind} [${relation.markets.join(', ')}]: allowed ${fault}`);
  }
  if (relation.kind === 'same') return BOTH_OR_NONE;
  while (alone.length < relation.markets.length) alone.push([alone.length]);
  return alone.slice(0, relation.markets.length);
}

/** Every end the relation allows, named. Throws RangeError like winnersOf. */
export function statesOf(relation: Relation): readonly State[] {
  const { kind, markets } = relation;
  return winnersOf(relation).map((winners, place) => {
    if (kind === 'same') return { name: place === 0 ? 'both YES' : 'both NO', winners };
    return { name: `${markets[place]} YES, every other NO`, winners };
  });
}
