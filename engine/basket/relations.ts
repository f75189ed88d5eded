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

/** Every end the relation allows. Throws RangeError naming the relation when it is not usable. */
export function statesOf(relation: Relation): readonly State[] {
  const fault = relationFault(relation);
  if (fault !== undefined) {
    throw new RangeError(`relation ${relation.kind} [${relation.markets.join(', ')}]: allowed ${fault}`);
  }
  const { markets } = relation;
  if (relation.kind === 'same') {
    return [
      { name: 'both YES', winners: [0, 1] },
      { name: 'both NO', winners: [] },
    ];
  }
  return markets.map((winner, place) => ({ name: `${winner} YES, every other NO`, winners: [place] }));
}
