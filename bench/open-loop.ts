// Frames by schedule, and what each took over many rounds: arrivals that do not wait for the server, and the estimate that
// keeps a frame's own time and lets the machine's stalls fall out.
//
// Every round plays the same frames at the same times. What a frame takes is the lower quartile over the rounds of what it
// took: a stall of the machine meets other frames each time and falls out, while what comes with the frame (its kind, a
// walk over a basket's depth, a burst, the queue behind a slow one) is there in every round and stays. Two kinds of stall
// would come back at the same frame. Many are periodic: a drawn delay lets each round begin at another phase of them. And
// a virtual machine's host puts pages aside that were not touched for half a second, some of them in every second round,
// each 150 us when it is touched again: more than a median can lose, and why it is the quartile.
import type { Clock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import { quantile } from './harness.ts';

/** What takes one frame, and the clock it is timed by. */
export interface Server {
  readonly clock: Clock;
  readonly frame: (bytes: Buffer) => void;
}

/** When each frame is due, ns from the round's start: exponential gaps. */
export function arrivals(seed: number, count: number, meanGapNs: number): Float64Array {
  const random = new Random(seed);
  let next = 0;
  return Float64Array.from({ length: count }, () => {
    next += random.exponential(meanGapNs);
    return next;
  });
}

/** One round's times in ns by arrival: from due to done, and from taken up to done. */
export interface RoundNs {
  readonly due: Float64Array;
  readonly service: Float64Array;
}

/**
 * Plays `frames` round and round, one for each time of `dueNs`. The first of them are the lead-in when `into` has room for
 * fewer: played like the others, and not noted. The schedule begins `delayNs` from now.
 */
export function playRound(
  { clock, frame }: Server,
  frames: readonly Buffer[],
  dueNs: Float64Array,
  into: RoundNs,
  delayNs = 0,
): void {
  const leadIn = dueNs.length - into.due.length;
  const startNs = clock.nowNs() + delayNs;
  for (let index = 0; index < dueNs.length; index += 1) {
    const due = startNs + dueNs[index]!;
    let takenNs = clock.nowNs();
    while (takenNs < due) takenNs = clock.nowNs();
    frame(frames[index % frames.length]!);
    const doneNs = clock.nowNs();
    if (index < leadIn) continue;
    into.due[index - leadIn] = doneNs - due;
    into.service[index - leadIn] = doneNs - takenNs;
  }
}

/** The lower quartile over the rounds of each arrival, ascending. Throws RangeError for no rounds, or unequal ones. */
export function quartiles(rounds: readonly Float64Array[]): Float64Array {
  const count = rounds[0]?.length;
  if (count === undefined) throw new RangeError('0 rounds: allowed 1 and more');
  if (rounds.some(({ length }) => length !== count)) throw new RangeError('rounds of unequal length');
  const ofOne = new Float64Array(rounds.length);
  const found = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    for (let round = 0; round < rounds.length; round += 1) ofOne[round] = rounds[round]![index]!;
    found[index] = quantile(ofOne.sort(), 0.25);
  }
  return found.sort();
}

/** All rounds in one, ascending. */
export function pooled(rounds: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(rounds.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const round of rounds) {
    all.set(round, next);
    next += round.length;
  }
  return all.sort();
}

export interface Percentiles {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
}

/** Of ascending values. */
export function percentiles(sorted: Float64Array): Percentiles {
  const [p50Ns, p99Ns, p999Ns, maxNs] = [0.5, 0.99, 0.999, 1].map((share) => quantile(sorted, share));
  return { p50Ns: p50Ns!, p99Ns: p99Ns!, p999Ns: p999Ns!, maxNs: maxNs! };
}
