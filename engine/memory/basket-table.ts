// Where the table of baskets lies: one of two areas of the arena is in force, the other free for the next table. The word
// of the generation in force is the main thread's; every detector says by which one it works.
import * as L from '../../wasm/layout.ts';
import type { Arena } from './arena.ts';

const OTHER_AREA: Readonly<Record<number, number>> = {
  [L.REGION_BASKETS]: L.REGION_OTHER_BASKETS,
  [L.REGION_LEGS]: L.REGION_OTHER_LEGS,
  [L.REGION_MARKET_LEGS]: L.REGION_OTHER_MARKET_LEGS,
  [L.REGION_GROUPS]: L.REGION_OTHER_GROUPS,
  [L.REGION_LANES]: L.REGION_OTHER_LANES,
};

const GENERATION_WORD = (L.HEADER_AT + L.HEADER_TABLE) >> 2;

/** The region that holds part `id` (REGION_BASKETS and the like) of the table of `generation`. */
export function tableRegion(id: number, generation: number): number {
  return (generation & 1) === 0 ? id : OTHER_AREA[id]!;
}

/** Generation of the table in force. */
export function tableInForce(arena: Arena): number {
  return Atomics.load(arena.u32, GENERATION_WORD);
}

/** Puts a table in force that is written whole: each detector takes it over between two frames. Main thread. */
export function publishTable(arena: Arena, generation: number): void {
  Atomics.store(arena.u32, GENERATION_WORD, generation);
}

/** True when every detector works by the table in force, so that the other area is free. */
export function tableTaken(arena: Arena): boolean {
  const generation = tableInForce(arena);
  for (let detector = 1; detector <= arena.detectors; detector += 1) {
    if (Atomics.load(arena.u32, (arena.at(L.REGION_AGENTS, detector) + L.AGENT_TABLE) >> 2) !== generation)
      return false;
  }
  return true;
}

/** Byte address of basket `index` in the table of `generation`, by default the one in force. */
export function basketAt(arena: Arena, index: number, generation = tableInForce(arena)): number {
  return arena.at(tableRegion(L.REGION_BASKETS, generation), index);
}

/** Index in the table before of every basket of the table of `generation`, -1 where it is new. */
export function placesBefore(arena: Arena, generation: number): number[] {
  const { count } = arena.region(L.REGION_BASKETS);
  const places: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const word = basketAt(arena, index, generation) >> 2;
    if (arena.u32[word + (L.BASKET_LEG_COUNT >> 2)] === 0) break;
    places.push(arena.u32[word + (L.BASKET_BEFORE >> 2)]! - 1);
  }
  return places;
}

/** Where each detector's opportunity ring ends now. */
export function ringTails(arena: Arena): number[] {
  return ringWords(arena, L.RING_TAIL);
}

/** True when the executor has read every ring as far as `tails`. */
export function ringsReadTo(arena: Arena, tails: readonly number[]): boolean {
  return ringWords(arena, L.RING_HEAD).every((head, ring) => ((head - tails[ring]!) | 0) >= 0);
}

function ringWords(arena: Arena, field: number): number[] {
  const { count } = arena.region(L.REGION_OPPORTUNITY_RINGS);
  return Array.from({ length: count }, (_, ring) => {
    return Atomics.load(arena.u32, (arena.at(L.REGION_OPPORTUNITY_RINGS, ring) + field) >> 2);
  });
}
