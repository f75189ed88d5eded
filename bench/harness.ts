// Times suites in interleaved rounds: the only importer of tinybench, which takes and summarises each round's samples.
//
// Every variant of a suite runs in turn in every round, each round starting with another variant, so that a busy
// neighbour hits all of them alike. A turn begins with samples that do not count: the variants before it have put its
// tables and frames out of the caches, which is no work of its own; the first of them are told apart, as `cold`. A variant's figure is the median over rounds of the
// round's median sample; a ratio is the ratio of two such figures. A sample is one call of `run`: many operations, far
// above the timer's step.
import { Bench } from 'tinybench';

/** One way to do a suite's work. */
export interface Variant {
  readonly name: string;
  /** Operations in one call of `run`. */
  readonly opsPerSample: number;
  /** What part of the work it does not do, or does otherwise: its row is not like for like. */
  readonly note?: string;
  /** Prepares a call; not timed. */
  readonly before?: () => void;
  readonly run: () => void;
  /** Does the suite's whole work once, untimed, and folds the result; equal for all variants of the suite. */
  readonly verify: () => string;
}

/** Variants that do the same work on the same input. */
export interface Suite {
  readonly name: string;
  /** What one operation is, for the table. */
  readonly operation: string;
  readonly variants: readonly Variant[];
}

/** How much to measure. */
export interface Effort {
  readonly rounds: number;
  /** Samples at the begin of a turn that do not count, the same number for every variant. */
  readonly leadInSamples: number;
  readonly samplesPerRound: number;
  readonly warmupMs: number;
}

/** The workload's cycle is 128 samples: twice it for the lead-in, once for the timing. */
export const FULL_EFFORT: Effort = { rounds: 15, leadInSamples: 256, samplesPerRound: 128, warmupMs: 400 };
export const SMOKE_EFFORT: Effort = { rounds: 2, leadInSamples: 2, samplesPerRound: 4, warmupMs: 1 };
/** Of the lead-in: what the variants before have left in the caches is still felt. */
const COLD_SAMPLES = 8;

/** Figures of one variant in ns per operation; percentiles are over all samples, so of means within a sample. */
export interface VariantResult {
  readonly name: string;
  readonly note?: string;
  readonly nsPerOp: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  /** Samples at DISTRIBUTION_SHARES. */
  readonly distributionNs: readonly number[];
  readonly samples: number;
  readonly opsPerSample: number;
  readonly roundNs: readonly number[];
  /** Median over rounds of a turn's first samples, COLD_SAMPLES of the lead-in: behind the others' turns. */
  readonly coldNs: number;
}

/** Shares at which the distribution of samples is kept for the pictures. */
export const DISTRIBUTION_SHARES: readonly number[] = [
  0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1,
];

export interface SuiteResult {
  readonly suite: string;
  readonly operation: string;
  readonly checksum: string;
  readonly variants: readonly VariantResult[];
  /** What tinybench found wrong with its own samples. */
  readonly warnings: readonly string[];
}

/** Mean of the first samples, median and samples of one variant's turn, in ns per operation. */
export interface Turn {
  readonly coldNs: number;
  readonly medianNs: number;
  readonly samplesNs: readonly number[];
}

/** A suite warmed up: each call of `round` gives every variant one turn. */
export interface Rounds {
  /** Turns by variant, in the suite's order; `at` says which variant begins. */
  readonly round: (at: number) => Turn[];
  /** What tinybench found wrong with its own samples so far. */
  readonly warnings: ReadonlySet<string>;
}

/** Runs one suite. Throws when checksums differ, before or after the timing, or when nothing was measured. */
export function runSuite(suite: Suite, effort: Effort): SuiteResult {
  const checksum = verifyAll(suite);
  const { round, warnings } = warmUp(suite, effort);
  const rounds = Array.from({ length: effort.rounds }, (_, at) => round(at));
  if (verifyAll(suite) !== checksum) throw new Error(`${suite.name}: the checksum changed while it was timed`);
  return {
    suite: suite.name,
    operation: suite.operation,
    checksum,
    variants: suite.variants.map((variant, at) =>
      summary(
        variant,
        rounds.map((turns) => turns[at]!),
      ),
    ),
    warnings: [...warnings],
  };
}

/** Warms every variant of `suite` up for `effort.warmupMs`. */
export function warmUp(suite: Suite, effort: Omit<Effort, 'rounds'>): Rounds {
  const warnings = new Set<string>();
  const bench = new Bench({
    name: suite.name,
    iterations: effort.samplesPerRound,
    time: 0,
    warmup: false,
    warmupTime: effort.warmupMs,
    retainSamples: true,
    throws: true,
    timestampProvider: 'hrtimeNow',
  });
  bench.addEventListener('warning', (event) => {
    warnings.add(`${event.task?.name ?? suite.name}: ${event.reason ?? 'unreliable samples'}`);
  });
  for (const { name, run, before } of suite.variants) {
    // Told that the function is synchronous, tinybench does not call it once to find out.
    bench.add(name, run, before === undefined ? { async: false } : { async: false, beforeEach: () => before() });
  }
  for (const task of bench.tasks) task.warmupSync();
  return { round: (at) => runRound(bench, suite, effort.leadInSamples, at), warnings };
}

/** Plays the samples that begin a turn; answers ns per operation of the first COLD_SAMPLES of them. */
function leadIn({ before, run, opsPerSample }: Variant, samples: number): number {
  let coldNs = 0;
  const cold = Math.min(samples, COLD_SAMPLES);
  for (let sample = 0; sample < samples; sample += 1) {
    before?.();
    const startNs = sample < cold ? process.hrtime.bigint() : 0n;
    run();
    if (sample < cold) coldNs += Number(process.hrtime.bigint() - startNs);
  }
  return coldNs / cold / opsPerSample;
}

function runRound(bench: Bench, { name: suite, variants }: Suite, leadInSamples: number, round: number): Turn[] {
  const turns: Turn[] = [];
  for (let turn = 0; turn < variants.length; turn += 1) {
    const at = (round + turn) % variants.length;
    const variant = variants[at]!;
    const { name, opsPerSample } = variant;
    const task = bench.getTask(name)!;
    task.reset();
    const coldNs = leadIn(variant, leadInSamples);
    task.runSync();
    const { result } = task;
    if (result.state !== 'completed') throw new Error(`${suite}/${name}: tinybench ended ${result.state}`);
    const nsPerMs = 1e6 / opsPerSample;
    turns[at] = {
      coldNs,
      medianNs: result.latency.p50 * nsPerMs,
      samplesNs: (result.latency.samples ?? []).map((sampleMs) => sampleMs * nsPerMs),
    };
  }
  return turns;
}

/** The one checksum of all variants. */
export function verifyAll(suite: Suite): string {
  const sums = suite.variants.map((variant) => `${variant.name} ${verified(suite, variant)}`);
  const [first, ...others] = sums.map((sum) => sum.slice(sum.lastIndexOf(' ') + 1));
  if (first === undefined) throw new Error(`${suite.name}: no variants`);
  if (others.some((sum) => sum !== first)) throw new Error(`${suite.name}: checksums differ: ${sums.join(', ')}`);
  return first;
}

/** The variant's own checksum; what it finds wrong by itself is told with its name. */
function verified(suite: Suite, { name, verify }: Variant): string {
  try {
    return verify();
  } catch (error) {
    throw new Error(`${suite.name}/${name}: ${(error as Error).message}`, { cause: error });
  }
}

function summary(variant: Variant, turns: readonly Turn[]): VariantResult {
  const roundNs = turns.map(({ medianNs }) => medianNs);
  const nsPerOp = median(roundNs);
  if (!(nsPerOp > 0)) throw new Error(`${variant.name}: nothing was measured`);
  const sorted = turns.flatMap(({ samplesNs }) => samplesNs).sort((a, b) => a - b);
  return {
    name: variant.name,
    ...(variant.note === undefined ? {} : { note: variant.note }),
    nsPerOp,
    p50Ns: quantile(sorted, 0.5),
    p99Ns: quantile(sorted, 0.99),
    p999Ns: quantile(sorted, 0.999),
    maxNs: sorted.at(-1) ?? 0,
    distributionNs: distribution(sorted),
    samples: sorted.length,
    opsPerSample: variant.opsPerSample,
    roundNs,
    coldNs: median(turns.map(({ coldNs }) => coldNs)),
  };
}

/** Ascending values at DISTRIBUTION_SHARES. */
export function distribution(sorted: ArrayLike<number>): number[] {
  return DISTRIBUTION_SHARES.map((share) => quantile(sorted, share));
}

/** Middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nearest-rank quantile of ascending values. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(sorted.length * share)));
  return sorted[rank - 1] ?? 0;
}
