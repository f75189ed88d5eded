// Names of the arena's counters and latency stages, and their readers. Each counter has one writer: its agent.
import * as L from '../../wasm/layout.ts';
import type { Arena } from './arena.ts';

/** Why a frame was rejected, in REJECT_* order; also the JSON names. */
export const REJECT_NAMES: readonly string[] = [
  'malformed',
  'oversize',
  'tooManyLevels',
  'tooDeep',
  'missingField',
  'wrongType',
  'badNumber',
  'offGrid',
  'outOfRange',
  'badSide',
  'marketMismatch',
  'notPlainText',
  'invalidUtf8',
  'unknownMarket',
  'badHash',
  'longKey',
];

/** Stage names in STAGE_* order. */
export const STAGE_NAMES: readonly string[] = [
  'decode',
  'hop',
  'bookDetect',
  'frame',
  'found',
  'handOver',
  'opportunity',
  'gate',
  'sent',
  'outcome',
];

/** Book state names in BOOK_* order. */
export const BOOK_STATE_NAMES: readonly string[] = ['EMPTY', 'SYNCED', 'PENDING', 'SUSPECT', 'STALE'];

const NOT_COUNTERS: readonly string[] = ['COUNTER_REJECT_FIRST', 'COUNTER_BLOCK', 'COUNTER_BYTES'];

/** JSON name and id of every counter of the layout but the rejections, which have names of their own. */
export const COUNTER_NAMES: readonly (readonly [string, number])[] = Object.entries(L).flatMap(([constant, id]) => {
  if (!constant.startsWith('COUNTER_') || NOT_COUNTERS.includes(constant)) return [];
  const words = constant.slice('COUNTER_'.length).toLowerCase();
  return [[words.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), id as number]];
});

/** Counters of one agent: adds to its own block. */
export class Counters {
  readonly #f64: Float64Array;
  readonly #first: number;

  constructor(arena: Arena, agentIndex: number) {
    this.#f64 = arena.f64;
    this.#first = arena.at(L.REGION_COUNTERS, agentIndex) >> 3;
  }

  /** Adds `by` to counter `id`, one of COUNTER_*. */
  add(id: number, by: number): void {
    this.#f64[this.#first + id] = this.#f64[this.#first + id]! + by;
  }

  get(id: number): number {
    return this.#f64[this.#first + id]!;
  }
}

/** Sum of counter `id` over all agents. */
export function counterTotal(arena: Arena, id: number): number {
  const { count } = arena.region(L.REGION_COUNTERS);
  let total = 0;
  for (let agent = 0; agent < count; agent += 1) total += arena.f64[(arena.at(L.REGION_COUNTERS, agent) >> 3) + id]!;
  return total;
}
