// The arena: regions, guards, sealing and attaching; the histogram buckets in it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena } from '../../engine/memory/arena.ts';
import { bucketOf, bucketTopNs, Histogram, latencyOf } from '../../engine/memory/histogram.ts';
import * as L from '../../wasm/layout.ts';
import { SMALL_PLAN, smallArena } from '../helpers/arena.ts';

describe('arena', () => {
  test('lays regions out in order, 64-byte aligned, without overlap and within the memory', () => {
    const arena = smallArena();
    let end = L.REGIONS_START_AT;
    for (let id = 0; id < L.REGION_COUNT; id += 1) {
      const region = arena.region(id);
      expect(region.at % 64).toBe(0);
      expect(region.at).toBeGreaterThanOrEqual(end);
      end = region.at + region.count * region.bytesEach;
    }
    expect(end).toBeLessThanOrEqual(arena.bytes.length);
  });

  test('holds 4,000 markets and 10,000 baskets within 256 MiB', () => {
    const arena = Arena.create({
      ...SMALL_PLAN,
      markets: 4000,
      fineLadders: 64,
      baskets: 10_000,
      legs: 160_000,
      levelRingSlots: 1 << 16,
      scanBytes: 4 << 20,
    });
    expect(arena.bytes.length).toBeLessThanOrEqual(256 * 1024 * 1024);
  });

  test('refuses a memory of another layout version', () => {
    const arena = smallArena();
    arena.view.setUint32(L.HEADER_AT + L.HEADER_VERSION, L.LAYOUT_VERSION + 1, true);
    expect(() => Arena.attach(arena.memory)).toThrow(/arena layout/);
  });

  test('names the key, the value and the allowed range of an unusable capacity', () => {
    expect(() => smallArena({ markets: 0 })).toThrow('arena.markets: 0, allowed an integer from 1');
    expect(() => smallArena({ levelRingSlots: 1000 })).toThrow('arena.levelRingSlots: 1000, allowed powers of two');
  });

  test('reports guard words that were written over, on either side of the breaker', () => {
    for (const at of [L.GUARD_LOW_AT + L.GUARD_BYTES - 4, L.GUARD_HIGH_AT]) {
      const arena = smallArena();
      expect(arena.guardsIntact()).toBe(true);
      arena.view.setUint32(at, 0, true);
      expect(arena.guardsIntact()).toBe(false);
    }
  });
});

describe('latency histogram', () => {
  test('puts every duration into a bucket whose top is at most 6.25 % above it', () => {
    for (let exponent = 0; exponent < 39; exponent += 1) {
      for (const ns of [2 ** exponent, 2 ** exponent + 1, Math.floor(2 ** exponent * 1.7)]) {
        const top = bucketTopNs(bucketOf(ns));
        expect(top).toBeGreaterThanOrEqual(ns);
        expect(top).toBeLessThanOrEqual(ns * 1.0625 + 1);
      }
    }
  });

  test('answers percentiles that are at most 6.25 % above a sorted list of the same durations, never below', () => {
    const durationNs = fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.integer({ min: 2 ** 30 - 3, max: 2 ** 30 + 3 }),
      fc.maxSafeInteger().map((ns) => Math.abs(ns) % 2 ** 39),
    );
    fc.assert(
      fc.property(fc.array(durationNs, { minLength: 1, maxLength: 300 }), (durations) => {
        const arena = smallArena();
        const histograms = [0, 1].map((agent) => new Histogram(arena, agent, L.STAGE_HOP));
        for (const [index, ns] of durations.entries()) histograms[index % 2]!.record(ns);
        const latency = latencyOf(arena, L.STAGE_HOP);
        const sorted = durations.toSorted((a, b) => a - b);
        expect([latency.count, latency.max]).toEqual([durations.length, sorted.at(-1)]);
        for (const [found, share] of [
          [latency.p50, 0.5],
          [latency.p99, 0.99],
          [latency.p999, 0.999],
        ] as const) {
          const exact = sorted[Math.ceil(sorted.length * share) - 1]!;
          expect(found).toBeGreaterThanOrEqual(exact);
          expect(found).toBeLessThanOrEqual(exact * 1.0625);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('merges agents and answers percentiles within a bucket, and the exact maximum', () => {
    const arena = smallArena();
    const first = new Histogram(arena, 0, L.STAGE_FRAME);
    const second = new Histogram(arena, 1, L.STAGE_FRAME);
    for (let ns = 1; ns <= 1000; ns += 1) (ns % 2 === 0 ? first : second).record(ns);
    second.record(123_456_789);
    const latency = latencyOf(arena, L.STAGE_FRAME);
    expect(latency.count).toBe(1001);
    expect(latency.max).toBe(123_456_789);
    expect(latency.p50).toBeGreaterThanOrEqual(500);
    expect(latency.p50).toBeLessThanOrEqual(532);
    expect(latency.p99).toBeGreaterThanOrEqual(990);
    expect(latencyOf(arena, L.STAGE_DECODE).count).toBe(0);
  });
});
