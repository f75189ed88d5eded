// The latency estimate on constructed latencies, on a clock that each reading moves: a planted stall at random places
// vanishes, a slow frame of every round stays, and so does the queue behind it.
import { describe, expect, test } from 'vitest';
import {
  arrivals,
  percentiles,
  playRound,
  pooled,
  quartiles,
  type RoundNs,
  type Server,
} from '../../bench/open-loop.ts';
import { Random } from '../../engine/core/random.ts';

const FRAMES = 4_000;
const ROUNDS = 9;
const GAP_NS = 20_000;
const SERVICE_NS = 2_000;
const SLOW_NS = 90_000;
const STALL_NS = 400_000;
const STEP_NS = 10;
const SEED = 11;

const FAST = Buffer.from('f');
const SLOW = Buffer.from('s');

/** A server on a clock of its own, which stalls before the frames that `stalls` draws; counts the stalls. */
function createServer(stalls: (index: number) => boolean): Server & { readonly stalled: () => number } {
  let nowNs = 0;
  let index = 0;
  let stalled = 0;
  const nowAfterStep = (): number => {
    nowNs += STEP_NS;
    return nowNs;
  };
  const clock = { nowNs: nowAfterStep, stampNow: () => undefined, wallMs: () => 0 };
  const frame = (bytes: Buffer): void => {
    if (stalls(index)) {
      nowNs += STALL_NS;
      stalled += 1;
    }
    nowNs += bytes === SLOW ? SLOW_NS : SERVICE_NS;
    index += 1;
  };
  return { clock, frame, stalled: () => stalled };
}

const dueNs = arrivals(SEED, FRAMES, GAP_NS);

/** `ROUNDS` rounds of the same frames at the same times. */
function play(server: Server, frames: readonly Buffer[]): Float64Array[] {
  return Array.from({ length: ROUNDS }, () => {
    const into: RoundNs = { due: new Float64Array(FRAMES), service: new Float64Array(FRAMES) };
    playRound(server, frames, dueNs, into);
    return into.due;
  });
}

/** What each frame must take when nothing stalls: it starts when it is due and the one before is done. */
function queued(frames: readonly Buffer[]): Float64Array {
  let freeNs = 0;
  return Float64Array.from(dueNs, (due, index) => {
    freeNs = Math.max(due, freeNs) + (frames[index % frames.length] === SLOW ? SLOW_NS : SERVICE_NS);
    return freeNs - due;
  });
}

/** Greatest difference of two ascending lists. */
function apart(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

/** One frame in a thousand is slow, always the same ones. */
const frames = Array.from({ length: FRAMES }, (_, at) => (at % 1_000 === 500 ? SLOW : FAST));
/** A frame costs up to three readings of the clock, and a queue adds those of the frames in it. */
const NEAR_NS = 40 * STEP_NS;

describe('the estimate', () => {
  test('is what each frame took, its queue included, when nothing stalls', () => {
    const found = quartiles(
      play(
        createServer(() => false),
        frames,
      ),
    );
    expect(apart(found, queued(frames).sort())).toBeLessThan(NEAR_NS);
  });

  test('loses stalls at random places, which the figures as they came are full of', () => {
    const random = new Random(SEED + 1);
    const server = createServer(() => random.chance(0.002));
    const rounds = play(server, frames);
    expect(server.stalled()).toBeGreaterThan(40);
    const estimate = percentiles(quartiles(rounds));
    const asTheyCame = percentiles(pooled(rounds));
    const wanted = percentiles(queued(frames).sort());
    for (const figure of ['p50Ns', 'p99Ns', 'p999Ns', 'maxNs'] as const) {
      expect(Math.abs(estimate[figure] - wanted[figure]), figure).toBeLessThan(NEAR_NS);
    }
    expect(asTheyCame.maxNs).toBeGreaterThan(STALL_NS);
    expect(asTheyCame.p99Ns).toBeGreaterThan(2 * wanted.p99Ns);
  });

  test('keeps a frame that is slow in every round, and the frames that wait behind it', () => {
    const fast = percentiles(
      quartiles(
        play(
          createServer(() => false),
          [FAST],
        ),
      ),
    );
    const slow = quartiles(
      play(
        createServer(() => false),
        frames,
      ),
    );
    expect(fast.maxNs).toBeLessThan(SLOW_NS / 4);
    expect(slow.filter((ns) => ns >= SLOW_NS).length).toBe(FRAMES / 1_000);
    // Some four frames are due while one is slow; each waits for what is left of it.
    const waited = slow.filter((ns) => ns > fast.maxNs).length;
    expect(waited).toBeGreaterThan(2 * (FRAMES / 1_000));
    expect(waited).toBe(queued(frames).filter((ns) => ns > fast.maxNs).length);
  });

  test('keeps a stall that comes at the same frame in most rounds, as one that the code makes would', () => {
    const most = 1 + ROUNDS - Math.ceil(ROUNDS / 4);
    const server = createServer((index) => index % FRAMES === 77 && index < FRAMES * most);
    expect(percentiles(quartiles(play(server, [FAST]))).maxNs).toBeGreaterThan(STALL_NS);
    const lesser = createServer((index) => index % FRAMES === 77 && index < FRAMES * (most - 1));
    expect(percentiles(quartiles(play(lesser, [FAST]))).maxNs).toBeLessThan(STALL_NS / 4);
    expect(lesser.stalled()).toBe(most - 1);
  });

  test('is taken over rounds of one length', () => {
    const rounds = [Float64Array.of(9, 1), Float64Array.of(5, 2), Float64Array.of(7, 30), Float64Array.of(6, 0)];
    expect(quartiles(rounds)).toEqual(Float64Array.of(0, 5));
    expect(quartiles([...rounds, Float64Array.of(8, 8)])).toEqual(Float64Array.of(1, 6));
    expect(quartiles(rounds.slice(1, 2))).toEqual(Float64Array.of(2, 5));
    expect(() => quartiles([])).toThrow('0 rounds: allowed 1 and more');
    expect(() => quartiles([rounds[0]!, Float64Array.of(1)])).toThrow('unequal length');
  });
});

test('the lead-in of a round is played and not noted', () => {
  const server = createServer((index) => index === 2);
  const into: RoundNs = { due: new Float64Array(FRAMES - 100), service: new Float64Array(FRAMES - 100) };
  playRound(server, frames, dueNs, into);
  expect(server.stalled()).toBe(1);
  const whole = queued(frames).slice(100);
  expect(into.due.every((ns, at) => Math.abs(ns - whole[at]!) < STALL_NS && ns > 0)).toBe(true);
  expect(into.service.filter((ns) => ns >= SLOW_NS).length).toBe(FRAMES / 1_000);
  expect(into.service.every((ns) => ns >= SERVICE_NS && ns < STALL_NS)).toBe(true);
});

test('a round begins after its delay', () => {
  const taken: number[] = [];
  const server = createServer(() => false);
  const timed: Server = {
    clock: server.clock,
    frame: (bytes) => {
      taken.push(server.clock.nowNs());
      server.frame(bytes);
    },
  };
  const into: RoundNs = { due: new Float64Array(1), service: new Float64Array(1) };
  playRound(timed, [FAST], Float64Array.of(100), into, 5_000);
  expect(taken[0]).toBeGreaterThanOrEqual(5_100);
  expect(taken[0]).toBeLessThan(5_100 + NEAR_NS);
  expect(into.due[0]).toBeLessThan(SERVICE_NS + NEAR_NS);
});

test('arrivals are a function of their seed, ascending, at the mean gap', () => {
  expect(arrivals(SEED, FRAMES, GAP_NS)).toEqual(dueNs);
  expect(arrivals(SEED + 1, FRAMES, GAP_NS)).not.toEqual(dueNs);
  expect(dueNs.every((due, at) => at === 0 || due >= dueNs[at - 1]!)).toBe(true);
  expect(dueNs.at(-1)! / FRAMES / GAP_NS).toBeCloseTo(1, 1);
});
