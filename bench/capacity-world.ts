// A world at the engine's stated capacity: markets on 1,000-slot ladders and events of 2 to 32 outcomes over them, the
// last of 64; two baskets to an event.
import type { Random } from '../engine/core/random.ts';
import type { MarketMeta, Relation } from '../engine/venue/contract.ts';
import { uniformGrid } from '../engine/venue/grid.ts';

const TICK_E4 = 10;
const OUTCOMES_MAX = 32;
const OUTCOMES_LAST = 64;
const FEE = { rateE6: 40_000, exponent: 1, roundMicros: 10 };

export interface CapacityWorld {
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
  /** Legs of all baskets. */
  readonly legs: number;
}

function digits(random: Random, count: number): string {
  let text = String(random.integer(1, 9));
  while (text.length < count) text += String(random.integer(0, 9));
  return text;
}

function hex(random: Random, count: number): string {
  let text = '';
  while (text.length < count) text += random.uint32().toString(16).padStart(8, '0');
  return text.slice(0, count);
}

/** Draws `markets` markets and `events` events. */
export function createCapacityWorld(random: Random, markets: number, events: number): CapacityWorld {
  const metas = Array.from({ length: markets }, (): MarketMeta => {
    const ids = { id: `polymarket:0x${hex(random, 64)}`, yesToken: digits(random, 77), noToken: digits(random, 77) };
    const rules = { negRisk: true, tickRanges: uniformGrid(TICK_E4), minSizeMicros: 5_000_000, fee: FEE };
    return { ...ids, ...rules, venue: 'polymarket' };
  });
  let legs = 0;
  const relations = Array.from({ length: events }, (_, event): Relation => {
    const outcomes = event === events - 1 ? OUTCOMES_LAST : random.integer(2, OUTCOMES_MAX);
    const first = random.integer(0, markets - outcomes);
    legs += 2 * outcomes;
    return { kind: 'exactlyOne', markets: metas.slice(first, first + outcomes).map(({ id }) => id) };
  });
  return { markets: metas, relations, legs };
}
