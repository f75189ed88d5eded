// Where a frame's time goes: every frame of the cycle stamped between the steps of its path, one frame at a time, the
// product and careful in turn cycle by cycle. Unlike the suites' means over many calls these are single calls, so the
// percentiles are real ones, and each contains one reading of the clock, whose own cost is a row.
import { type Clock, LiveClock } from '../engine/core/clock.ts';
import { CarefulBooks } from './baseline/careful.ts';
import { CarefulDetector, createTally } from './baseline/detect.ts';
import { JsonDecoder } from './baseline/json.ts';
import { bookChecksum, type LevelSource } from './checksum.ts';
import { distribution, quantile } from './harness.ts';
import { createProductPath } from './whole-path.ts';
import type { Workload } from './workload.ts';

/** One step of one variant; `distributionNs` at DISTRIBUTION_SHARES. */
export interface StageResult {
  readonly variant: string;
  readonly scenario: string;
  readonly frames: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  readonly distributionNs: readonly number[];
}

/** A path whose steps are called one after the other; each gets the frame. */
interface Stepped {
  readonly name: string;
  readonly steps: readonly { readonly name: string; readonly run: (bytes: Buffer) => void }[];
  readonly levels: LevelSource;
}

const WHOLE = 'whole frame';

function productSteps(workload: Workload): Stepped {
  const { take, detect, poll, levels } = createProductPath(workload);
  return {
    name: 'dutchbook',
    steps: [
      { name: 'receive: stamp, copy, decode, publish', run: take },
      { name: 'decide: book, baskets, publish', run: detect },
      { name: 'hand over: read opportunities', run: poll },
    ],
    levels,
  };
}

function carefulSteps(workload: Workload): Stepped {
  const decoder = new JsonDecoder(workload.metas);
  const books = new CarefulBooks(workload.metas.length);
  const detector = new CarefulDetector(workload, books, createTally().add);
  let count = 0;
  const decode = (bytes: Buffer): void => {
    count = decoder.decode(bytes);
  };
  const decide = (): void => {
    const market = decoder.applyTo(books, count);
    if (market < 0) throw new Error('a frame was not taken');
    detector.onMarket(market);
  };
  for (const snapshot of workload.snapshots) {
    decode(snapshot);
    decide();
  }
  return {
    name: 'careful',
    steps: [
      { name: 'receive: stamp, copy, decode, publish', run: decode },
      { name: 'decide: book, baskets, publish', run: decide },
    ],
    levels: books,
  };
}

/** Every step of both variants over `cycles` cycles. Throws when the books are not the workload's. */
export function measureStages(workload: Workload, cycles: number): StageResult[] {
  const clock = new LiveClock();
  const paths = [productSteps(workload), carefulSteps(workload)];
  const frames = workload.frames.length;
  const samples = paths.map(({ steps }) => [...steps, WHOLE].map(() => new Float64Array(frames * cycles)));
  const discarded = paths.map(({ steps }) => [...steps, WHOLE].map(() => new Float64Array(frames)));
  for (const [at, path] of paths.entries()) playCycle(path, workload, clock, discarded[at]!, 0);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    for (let turn = 0; turn < paths.length; turn += 1) {
      const at = (cycle + turn) % paths.length;
      playCycle(paths[at]!, workload, clock, samples[at]!, cycle * frames);
    }
  }
  const results = paths.flatMap(({ name, steps }, at) =>
    [...steps.map((step) => step.name), WHOLE].map((stage, step) => summary(name, stage, samples[at]![step]!)),
  );
  return [...results, summary('clock', 'one reading', readings(clock, frames * cycles))];
}

/** Plays one cycle, stamping after each step, and checks the books at its half and at its end. */
function playCycle(
  { name, steps, levels }: Stepped,
  workload: Workload,
  clock: Clock,
  into: Float64Array[],
  first: number,
) {
  const { frames, halfChecksum, endChecksum } = workload;
  const whole = into[steps.length]!;
  for (let index = 0; index < frames.length; index += 1) {
    const bytes = frames[index]!;
    const startNs = clock.nowNs();
    let lastNs = startNs;
    for (let step = 0; step < steps.length; step += 1) {
      steps[step]!.run(bytes);
      const nowNs = clock.nowNs();
      into[step]![first + index] = nowNs - lastNs;
      lastNs = nowNs;
    }
    whole[first + index] = lastNs - startNs;
    if (index === frames.length / 2 - 1 && bookChecksum(levels) !== halfChecksum)
      throw new Error(`${name}: the books at the half are not the workload's`);
  }
  if (bookChecksum(levels) !== endChecksum) throw new Error(`${name}: the books at the end are not the workload's`);
}

/** Differences of readings that follow each other at once. */
function readings(clock: Clock, count: number): Float64Array {
  const found = new Float64Array(count);
  let lastNs = clock.nowNs();
  for (let index = 0; index < count; index += 1) {
    const nowNs = clock.nowNs();
    found[index] = nowNs - lastNs;
    lastNs = nowNs;
  }
  return found;
}

function summary(variant: string, scenario: string, samples: Float64Array): StageResult {
  const sorted = samples.sort();
  return {
    variant,
    scenario,
    frames: sorted.length,
    p50Ns: quantile(sorted, 0.5),
    p99Ns: quantile(sorted, 0.99),
    p999Ns: quantile(sorted, 0.999),
    maxNs: quantile(sorted, 1),
    distributionNs: distribution(sorted),
  };
}
