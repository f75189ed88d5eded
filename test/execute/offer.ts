// An opportunity that any executor would take up, for tests of what the breaker lets out.
import type { Rig } from './rig.ts';

const MARKETS = [0, 1, 2];
const SETS = 10;

/** Offers ten sets of fresh books and lets the executor take them up for `ms`; answers how many requests had left before. */
export function offerSets(rig: Rig, ms = 1): number {
  const before = rig.gateway.batches.length;
  for (const market of MARKETS) rig.setBook(market, 2_900, 3_000);
  rig.offer(SETS);
  rig.run(ms);
  rig.run(10);
  return before;
}

/** The same; answers how many requests left. */
export function offer(rig: Rig): number {
  const before = offerSets(rig);
  return rig.gateway.batches.length - before;
}
