// The breaker's words as WASM reads and writes them: which states refuse, slots are taken once, a retirement wakes its trip.
import { beforeEach, expect, test } from 'vitest';
import { type BreakerExports, NO_SLOT } from '../../engine/breaker/breaker.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';

const STATE = (L.BREAKER_AT + L.BREAKER_STATE) >> 2;
const TRIPS = (L.BREAKER_AT + L.BREAKER_TRIPS) >> 2;
const WAITERS = (L.BREAKER_AT + L.BREAKER_WAITERS) >> 2;
const SLOT_FIRST = (L.BREAKER_AT + L.BREAKER_IN_FLIGHT) >> 2;

let arena: Arena;
let wasm: BreakerExports;

beforeEach(() => {
  arena = smallArena();
  wasm = wasmOver<BreakerExports>(arena, 0);
});

const slots = (): number[] => [...arena.i32.subarray(SLOT_FIRST, SLOT_FIRST + L.BREAKER_IN_FLIGHT_SLOTS)];

test('it refuses while it is open, reduce-only, or half-open without a probe, and for no other word', () => {
  expect(wasm.breakerOpen()).toBe(0);
  arena.i32[TRIPS] = 5;
  expect(wasm.breakerOpen()).toBe(0);
  const refuses = (word: number): number => {
    arena.i32[STATE] = word;
    expect(wasm.breakerWord()).toBe(word);
    return wasm.breakerOpen();
  };
  for (const causes of [0, 1, L.BREAKER_CAUSES_MASK]) {
    expect(refuses(L.BREAKER_OPEN | causes)).toBe(1);
    expect(refuses(L.BREAKER_HALF_OPEN | causes)).toBe(1);
    expect(refuses(L.BREAKER_HALF_OPEN | L.BREAKER_PROBE | causes)).toBe(0);
    expect(refuses(L.BREAKER_HALF_OPEN | L.BREAKER_PROBES_MASK | causes)).toBe(0);
    expect(refuses(L.BREAKER_OPEN | L.BREAKER_HALF_OPEN | L.BREAKER_PROBE | causes)).toBe(1);
    expect(refuses(L.BREAKER_REDUCE_ONLY | L.BREAKER_HALF_OPEN | L.BREAKER_PROBE | causes)).toBe(1);
  }
  expect(refuses(L.BREAKER_REDUCE_ONLY)).toBe(1);
  expect(refuses(0)).toBe(0);
});

test('slots are taken from the first, each once, and a freed one again', () => {
  const taken = slots().map((_, place) => wasm.breakerAnnounce(100 + place));
  expect(taken).toEqual(slots().map((_, place) => place));
  expect(slots()).toEqual(taken.map((place) => 100 + place));
  expect(wasm.breakerAnnounce(7)).toBe(NO_SLOT);
  expect(arena.i32[SLOT_FIRST + L.BREAKER_IN_FLIGHT_SLOTS]).toBe(0);
  for (const place of [3, L.BREAKER_IN_FLIGHT_SLOTS - 1]) {
    wasm.breakerRetire(place);
    expect(arena.i32[SLOT_FIRST + place]).toBe(0);
    expect(wasm.breakerAnnounce(8)).toBe(place);
  }
  expect(slots().filter((id) => id === 8)).toHaveLength(2);
});

test('a retirement wakes who counted itself as waiting for that slot', { timeout: 10_000 }, async () => {
  const place = wasm.breakerAnnounce(42);
  Atomics.add(arena.i32, WAITERS, 1);
  const wait = Atomics.waitAsync(arena.i32, SLOT_FIRST + place, 42, 60_000);
  expect(wait.async).toBe(true);
  wasm.breakerRetire(place);
  expect(await wait.value).toBe('ok');
});
