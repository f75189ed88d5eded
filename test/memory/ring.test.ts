// The rings in both languages: order, wrap across 2^32, refusal when full.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';

const CAPACITY = 16;
const JUST_BELOW_WRAP = 2 ** 32 - 5;

interface RingExports {
  ringFree(ring: number, wanted: number): number;
  ringClaim(ring: number, slots: number): number;
  ringPublish(ring: number): void;
  ringReady(ring: number): number;
  ringSlotAt(ring: number, ahead: number): number;
  ringRelease(ring: number, slots: number): void;
}

/** One side of a ring, in either language. */
interface Side {
  free(wanted: number): number;
  claim(slots: number): number;
  publish(): void;
  ready(): number;
  slotAt(ahead: number): number;
  release(slots: number): void;
}

function wasmSide(arena: Arena, at: number): Side {
  const x = wasmOver<RingExports>(arena, 1);
  return {
    free: (wanted) => x.ringFree(at, wanted),
    claim: (slots) => x.ringClaim(at, slots),
    publish: () => x.ringPublish(at),
    ready: () => x.ringReady(at),
    slotAt: (ahead) => x.ringSlotAt(at, ahead),
    release: (slots) => x.ringRelease(at, slots),
  };
}

function rings(): { arena: Arena; at: number; ts: Ring; wasm: Side } {
  const arena = smallArena({ levelRingSlots: CAPACITY });
  const at = arena.at(L.REGION_LEVEL_RINGS, 0);
  const ts = new Ring(arena, at);
  ts.startAt(JUST_BELOW_WRAP);
  return { arena, at, ts, wasm: wasmSide(arena, at) };
}

/** Writes records numbered from `next`, one or two slots each, as one group; answers the next number. */
function push(arena: Arena, producer: Side, sizes: readonly number[], next: number): number {
  let number = next;
  for (const slots of sizes) {
    const at = producer.claim(slots);
    arena.bytes[at + L.RECORD_KIND] = slots === 2 ? L.KIND_FRAME_END : L.KIND_SET;
    arena.view.setUint32(at, number, true);
    if (slots === 2) arena.view.setUint32(at + 60, number, true);
    number += 1;
  }
  producer.publish();
  return number;
}

/** Takes every ready record; answers their numbers. */
function pull(arena: Arena, consumer: Side): number[] {
  const numbers: number[] = [];
  for (let ready = consumer.ready(); ready > 0; ready = consumer.ready()) {
    const at = consumer.slotAt(0);
    const kind = arena.bytes[at + L.RECORD_KIND];
    if (kind === L.KIND_PAD) {
      consumer.release(1);
      continue;
    }
    numbers.push(arena.view.getUint32(at, true));
    if (kind === L.KIND_FRAME_END) expect(arena.view.getUint32(at + 60, true)).toBe(numbers.at(-1));
    consumer.release(kind === L.KIND_FRAME_END ? 2 : 1);
  }
  return numbers;
}

describe('ring', () => {
  for (const [producerName, consumerName] of [
    ['ts', 'ts'],
    ['ts', 'wasm'],
    ['wasm', 'ts'],
    ['wasm', 'wasm'],
  ] as const) {
    test(`delivers every record once and in order across the 2^32 wrap, ${producerName} to ${consumerName}`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 6 }), fc.boolean()), {
            maxLength: 40,
          }),
          (steps) => {
            const all = rings();
            const producer = all[producerName];
            const consumer = all[consumerName];
            const got: number[] = [];
            let next = 0;
            for (const [sizes, drain] of steps) {
              const needed = sizes.reduce((sum, slots) => sum + (slots === 2 ? 3 : 1), 0);
              if (producer.free(needed) >= needed) next = push(all.arena, producer, sizes, next);
              expect(all.ts.occupancy()).toBeLessThanOrEqual(CAPACITY);
              if (drain) got.push(...pull(all.arena, consumer));
            }
            got.push(...pull(all.arena, consumer));
            expect(got).toEqual(Array.from({ length: next }, (_, number) => number));
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  test('refuses the write that would lap the reader', () => {
    const { arena, ts } = rings();
    push(arena, ts, Array(CAPACITY).fill(1), 0);
    expect(ts.free(1)).toBe(0);
    ts.release(1);
    expect(ts.free(1)).toBe(1);
  });

  test('shows nothing of a group before it is published, and nothing of an abandoned one', () => {
    const { arena, ts } = rings();
    arena.bytes[ts.claim(1) + L.RECORD_KIND] = L.KIND_SET;
    expect(ts.ready()).toBe(0);
    ts.abandon();
    ts.publish();
    expect(ts.ready()).toBe(0);
    push(arena, ts, [1, 1], 7);
    expect(pull(arena, ts)).toEqual([7, 8]);
  });

  test('wakes a parked consumer when something is published', async () => {
    const { arena, ts } = rings();
    const parked = ts.parkAsync(10_000);
    push(arena, ts, [1], 3);
    await parked;
    expect(pull(arena, ts)).toEqual([3]);
  });

  test('does not park when something was published before', async () => {
    const { arena, ts } = rings();
    push(arena, ts, [1], 3);
    await ts.parkAsync(10_000);
    ts.park(10_000);
    expect(ts.ready()).toBe(1);
  });
});
