// The WASM side of a ring at its edges: what it wakes, what it prefetches, what it refuses, when it looks at the other side.
import { beforeEach, expect, test } from 'vitest';
import type { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';

const CAPACITY = 8;

interface RingExports {
  ringFree(ring: number, wanted: number): number;
  ringClaim(ring: number, slots: number): number;
  ringPublish(ring: number): void;
  ringAbandon(ring: number): void;
  ringRefuse(ring: number): void;
  ringReady(ring: number): number;
  ringAwait(ring: number, looks: number): number;
  ringSlotAt(ring: number, ahead: number): number;
  ringRelease(ring: number, slots: number): void;
}

let arena: Arena;
let at: number;
let ts: Ring;
let wasm: RingExports;

beforeEach(() => {
  arena = smallArena({ levelRingSlots: CAPACITY });
  at = arena.at(L.REGION_LEVEL_RINGS, 0);
  ts = new Ring(arena, at);
  wasm = wasmOver<RingExports>(arena, 0);
});

const kindOfSlot = (slot: number): number => arena.bytes[at + L.RING_SLOTS + slot * L.RING_SLOT_BYTES + L.RECORD_KIND]!;

function push(count: number): void {
  for (let record = 0; record < count; record += 1) arena.bytes[wasm.ringClaim(at, 1) + L.RECORD_KIND] = L.KIND_SET;
  wasm.ringPublish(at);
}

test('publishing wakes a consumer that sleeps', { timeout: 10_000 }, async () => {
  const parked = ts.parkAsync(60_000);
  push(1);
  await parked;
  expect(ts.ready()).toBe(1);
});

test('a two-slot record never straddles the end: a PAD takes the last slot', () => {
  push(CAPACITY - 1);
  ts.release(ts.ready());
  expect(wasm.ringFree(at, 3)).toBe(CAPACITY);
  expect(wasm.ringClaim(at, 2)).toBe(at + L.RING_SLOTS);
  wasm.ringPublish(at);
  expect(ts.ready()).toBe(3);
  expect(kindOfSlot(CAPACITY - 1)).toBe(L.KIND_PAD);
  // A one-slot record needs none.
  ts.release(3);
  push(CAPACITY - 3);
  expect(wasm.ringFree(at, CAPACITY)).toBe(3);
  expect(wasm.ringClaim(at, 1)).toBe(at + L.RING_SLOTS + (CAPACITY - 1) * L.RING_SLOT_BYTES);
});

test('publishing touches no slot that the consumer may still read', () => {
  push(CAPACITY);
  expect(Array.from({ length: CAPACITY }, (_, slot) => kindOfSlot(slot))).toEqual(Array(CAPACITY).fill(L.KIND_SET));
  wasm.ringPublish(at);
  expect(ts.ready()).toBe(CAPACITY);
  expect(Array.from({ length: CAPACITY }, (_, slot) => kindOfSlot(slot))).toEqual(Array(CAPACITY).fill(L.KIND_SET));
});

test('free slots are counted from the last head seen, and the head is asked when too few seem free', () => {
  push(6);
  expect(wasm.ringFree(at, 2)).toBe(2);
  ts.release(5);
  expect(wasm.ringFree(at, 2)).toBe(2);
  expect(wasm.ringFree(at, 3)).toBe(7);
  expect(wasm.ringFree(at, 1)).toBe(7);
});

test('ready slots are counted to the last tail seen, and the tail is asked when none seem left', () => {
  push(2);
  expect(wasm.ringReady(at)).toBe(2);
  push(3);
  expect(wasm.ringReady(at)).toBe(2);
  wasm.ringRelease(at, 1);
  expect(wasm.ringReady(at)).toBe(1);
  wasm.ringRelease(at, 1);
  expect(wasm.ringReady(at)).toBe(3);
  expect(wasm.ringSlotAt(at, 2)).toBe(at + L.RING_SLOTS + 4 * L.RING_SLOT_BYTES);
  wasm.ringRelease(at, 3);
  expect(wasm.ringReady(at)).toBe(0);
});

test('what is abandoned is claimed again, and a refusal is counted', () => {
  push(1);
  const first = wasm.ringClaim(at, 1);
  wasm.ringClaim(at, 2);
  wasm.ringAbandon(at);
  expect(wasm.ringClaim(at, 1)).toBe(first);
  wasm.ringRefuse(at);
  wasm.ringRefuse(at);
  expect(ts.refused).toBe(2);
  expect(ts.ready()).toBe(1);
});

test('waiting looks as often as told and no longer, and answers what is ready', () => {
  expect(wasm.ringAwait(at, 1000)).toBe(0);
  push(3);
  expect(wasm.ringAwait(at, 0)).toBe(0);
  expect(wasm.ringAwait(at, 1)).toBe(3);
  wasm.ringRelease(at, 2);
  expect(wasm.ringReady(at)).toBe(1);
  push(1);
  expect(wasm.ringAwait(at, 1)).toBe(2);
  expect(wasm.ringReady(at)).toBe(2);
});
