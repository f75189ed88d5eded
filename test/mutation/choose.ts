// The seeded choice of mutants: spread over all files and, within a file, over all operators. A mutant's rank is a hash of
// the seed and its own key, so that a change of one file leaves the choice in the others as it was.
import { createHash } from 'node:crypto';
import type { Mutant } from './mutant.ts';

function rank(seed: number, key: string): string {
  return createHash('sha256').update(`${seed}:${key}`).digest('hex');
}

/** All mutants in the order in which they are taken: the first n of it are the choice of n. */
export function order(mutants: readonly Mutant[], seed: number): Mutant[] {
  const byFile = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const list = byFile.get(mutant.file) ?? [];
    list.push(mutant);
    byFile.set(mutant.file, list);
  }
  const queues = [...byFile.values()].map((list) => ({ list: acrossOperators(list, seed), taken: 0 }));
  const ordered: Mutant[] = [];
  while (ordered.length < mutants.length) {
    // The file that is furthest behind its share; shares grow with the square root of a file's mutants, so that the
    // tables of literals do not crowd out the rest.
    const open = queues.filter(({ list, taken }) => taken < list.length);
    const behind = ({ list, taken }: (typeof queues)[number]): number => (taken + 1) / Math.sqrt(list.length);
    const next = open.reduce((least, queue) => (behind(queue) < behind(least) ? queue : least));
    ordered.push(next.list[next.taken]!);
    next.taken += 1;
  }
  return ordered;
}

/** A file's mutants, one of each operator in turn. */
function acrossOperators(mutants: readonly Mutant[], seed: number): Mutant[] {
  const ranked = new Map(mutants.map((mutant) => [mutant, rank(seed, mutant.key)]));
  const sorted = [...mutants].sort((a, b) => (ranked.get(a)! < ranked.get(b)! ? -1 : 1));
  const turns = new Map<string, number>();
  const placed = sorted.map((mutant) => {
    const turn = (turns.get(mutant.operator) ?? 0) + 1;
    turns.set(mutant.operator, turn);
    return { mutant, turn };
  });
  return placed.sort((a, b) => a.turn - b.turn).map(({ mutant }) => mutant);
}
