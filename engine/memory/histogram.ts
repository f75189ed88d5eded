// Latency histograms in the arena: log-linear buckets, 16 per power of two, so a value is known to within 6.25 %.
// One writer per (agent, stage); read from any thread.
//
// HOT PATH: recordAt() allocates nothing. A double handed to record is boxed when the call is not inlined.
import * as L from '../../wasm/layout.ts';
import type { Arena } from './arena.ts';

const SUB_BUCKET_BITS = 4;
const SUB_BUCKETS = 16;
/** Durations below this are worked out in 31-bit integers. */
const WHOLE_NS_MAX = 2 ** 30;

/** Bucket of a duration in ns; the last bucket takes what is above 2^39 ns. */
export function bucketOf(ns: number): number {
  const value = ns < 0 ? 0 : Math.floor(ns);
  if (value < SUB_BUCKETS) return value;
  const high = value >= 4_294_967_296 ? Math.floor(value / 4_294_967_296) : 0;
  const exponent = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value);
  const sub = Math.floor(value / 2 ** (exponent - SUB_BUCKET_BITS)) - SUB_BUCKETS;
  const bucket = (exponent - SUB_BUCKET_BITS + 1) * SUB_BUCKETS + sub;
  return bucket < L.HISTOGRAM_BUCKET_COUNT ? bucket : L.HISTOGRAM_BUCKET_COUNT - 1;
}

/** bucketOf() of a whole number below 2^30; below 0 counts as 0. */
function bucketOfWhole(ns: number): number {
  if (ns < SUB_BUCKETS) return ns < 0 ? 0 : ns;
  const exponent = 31 - Math.clz32(ns);
  return ((exponent - SUB_BUCKET_BITS) << SUB_BUCKET_BITS) + (ns >> (exponent - SUB_BUCKET_BITS));
}

/** Largest ns that falls into `bucket`. */
export function bucketTopNs(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const exponent = Math.floor(bucket / SUB_BUCKETS) + SUB_BUCKET_BITS - 1;
  const sub = (bucket % SUB_BUCKETS) + SUB_BUCKETS;
  return (sub + 1) * 2 ** (exponent - SUB_BUCKET_BITS) - 1;
}

/** Percentiles of one stage in ns; `max` is exact, the rest are bucket tops. */
export interface LatencyNs {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The histogram one agent writes for one stage. */
export class Histogram {
  readonly #f64: Float64Array;
  readonly #u32: Uint32Array;
  readonly #head: number;
  readonly #buckets: number;
  readonly #value = new Float64Array(1);

  constructor(arena: Arena, agentIndex: number, stage: number) {
    const at = arena.at(L.REGION_HISTOGRAMS, agentIndex * L.STAGE_COUNT + stage);
    this.#f64 = arena.f64;
    this.#u32 = arena.u32;
    this.#head = at >> 3;
    this.#buckets = (at + L.HISTOGRAM_BUCKETS) >> 2;
  }

  /** Records a duration in ns; below 0 counts as 0. */
  record(ns: number): void {
    this.#value[0] = ns;
    this.recordAt(this.#value, 0);
  }

  /** Records the duration that lies in `values[at]`: for paths that may allocate nothing, inlined or not. */
  recordAt(values: Float64Array, at: number): void {
    const ns = values[at]!;
    // Up to a second in integers, which need no box on the way to bucketOf().
    const bucket = this.#buckets + (ns < WHOLE_NS_MAX ? bucketOfWhole(ns | 0) : bucketOf(ns));
    this.#u32[bucket] = this.#u32[bucket]! + 1;
    this.#f64[this.#head] = this.#f64[this.#head]! + 1;
    if (ns > this.#f64[this.#head + 1]!) this.#f64[this.#head + 1] = ns;
  }
}

/** Percentiles of `stage` over all agents. */
export function latencyOf(arena: Arena, stage: number): LatencyNs {
  const agents = arena.region(L.REGION_AGENTS).count;
  const merged = new Float64Array(L.HISTOGRAM_BUCKET_COUNT);
  let count = 0;
  let max = 0;
  for (let agent = 0; agent < agents; agent += 1) {
    const at = arena.at(L.REGION_HISTOGRAMS, agent * L.STAGE_COUNT + stage);
    count += arena.f64[at >> 3]!;
    max = Math.max(max, arena.f64[(at + L.HISTOGRAM_MAX_NS) >> 3]!);
    const first = (at + L.HISTOGRAM_BUCKETS) >> 2;
    for (let bucket = 0; bucket < merged.length; bucket += 1) {
      merged[bucket] = merged[bucket]! + arena.u32[first + bucket]!;
    }
  }
  return { count, p50: at(merged, count, 0.5), p99: at(merged, count, 0.99), p999: at(merged, count, 0.999), max };
}

function at(buckets: Float64Array, count: number, quantile: number): number {
  if (count === 0) return 0;
  const rank = Math.ceil(count * quantile);
  let seen = 0;
  for (let bucket = 0; bucket < buckets.length; bucket += 1) {
    seen += buckets[bucket]!;
    if (seen >= rank) return bucketTopNs(bucket);
  }
  return bucketTopNs(buckets.length - 1);
}
