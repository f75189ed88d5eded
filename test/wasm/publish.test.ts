// publish() against a plain model: which records reach which detector's ring, the LAST flags, refusal as a whole.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, type ArenaPlan } from '../../engine/memory/arena.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';
import { SMALL_PLAN, wasmOver } from '../helpers/arena.ts';

const RING_SLOTS = 16;
const MARKETS = 6;
/** Market 4 names a detector that is not there, market 5 is beyond the table: both are detector 0's. */
const DETECTOR_OF = [0, 1, 2, 1, 7];
const JUST_BELOW_WRAP = 2 ** 32 - 3;

interface PublishExports {
  publish(slots: number, policyLive: number): number;
}

interface Part {
  readonly market: number;
  readonly levels: number;
}

class Bench {
  readonly arena: Arena;
  readonly rings: readonly Ring[];
  readonly detectors: number;
  readonly #exports: PublishExports;
  #serial = 0;
  #slots = 0;

  constructor(detectors: number, plan: Partial<ArenaPlan> = {}) {
    this.detectors = detectors;
    this.arena = Arena.create({ ...SMALL_PLAN, markets: 5, detectors, levelRingSlots: RING_SLOTS, ...plan });
    for (const [market, detector] of DETECTOR_OF.entries()) {
      this.arena.u32[(this.arena.at(L.REGION_MARKETS, market) + L.MARKET_DETECTOR) >> 2] = detector;
    }
    this.rings = Array.from(
      { length: detectors },
      (_, at) => new Ring(this.arena, this.arena.at(L.REGION_LEVEL_RINGS, at)),
    );
    this.#exports = wasmOver<PublishExports>(this.arena, 0);
  }

  detectorOf(market: number): number {
    const detector = DETECTOR_OF[market] ?? 0;
    return detector < this.detectors ? detector : 0;
  }

  /** Stages a record of `slots` slots whose bytes tell it from every other; answers its bytes. */
  #stage(market: number, kind: number, slots: number): Uint8Array {
    const at = this.arena.at(L.REGION_STAGING, 0) + this.#slots * L.RING_SLOT_BYTES;
    this.#serial += 1;
    for (let byte = 0; byte < slots * L.RING_SLOT_BYTES; byte += 1)
      this.arena.bytes[at + byte] = this.#serial * 7 + byte;
    this.arena.view.setUint32(at + L.LEVEL_MARKET, market, true);
    this.arena.view.setUint8(at + L.RECORD_KIND, kind);
    // Every flag but LAST, which publish() sets.
    if (kind === L.KIND_FRAME_END) this.arena.view.setUint16(at + L.FRAME_END_FLAGS, 0xff & ~L.FRAME_FLAG_LAST, true);
    this.#slots += slots;
    return this.arena.bytes.slice(at, at + slots * L.RING_SLOT_BYTES);
  }

  /** Stages a frame; answers what each detector must get of it. */
  stage(parts: readonly Part[]): Uint8Array[][] {
    this.#slots = 0;
    const expected: Uint8Array[][] = this.rings.map(() => []);
    const lastEnd: (Uint8Array | undefined)[] = this.rings.map(() => undefined);
    for (const { market, levels } of parts) {
      const list = expected[this.detectorOf(market)]!;
      for (let level = 0; level < levels; level += 1) list.push(this.#stage(market, L.KIND_SET, L.LEVEL_SLOTS));
      const end = this.#stage(market, L.KIND_FRAME_END, L.FRAME_END_SLOTS);
      list.push(end);
      lastEnd[this.detectorOf(market)] = end;
    }
    for (const end of lastEnd) if (end !== undefined) end[L.FRAME_END_FLAGS]! |= L.FRAME_FLAG_LAST;
    // The frame's own last end carries the flag already, as the decoder leaves it.
    const at = this.arena.at(L.REGION_STAGING, 0) + (this.#slots - L.FRAME_END_SLOTS) * L.RING_SLOT_BYTES;
    if (parts.length > 0) this.arena.bytes[at + L.FRAME_END_FLAGS]! |= L.FRAME_FLAG_LAST;
    return expected;
  }

  publish(policyLive: boolean, slots = this.#slots): number {
    return this.#exports.publish(slots, policyLive ? 1 : 0);
  }

  /** Takes every published record of a detector, without PADs. */
  taken(detector: number): Uint8Array[] {
    const ring = this.rings[detector]!;
    const records: Uint8Array[] = [];
    for (let ready = ring.ready(); ready > 0; ready = ring.ready()) {
      const kind = ring.kindAt(0);
      const slots = kind === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : 1;
      const at = ring.slotAt(0);
      if (kind !== L.KIND_PAD) records.push(this.arena.bytes.slice(at, at + slots * L.RING_SLOT_BYTES));
      ring.release(slots);
    }
    return records;
  }

  levelsPublished(): number {
    return new Counters(this.arena, 0).get(L.COUNTER_LEVELS_PUBLISHED);
  }
}

const part: fc.Arbitrary<Part> = fc.record({
  market: fc.integer({ min: 0, max: MARKETS - 1 }),
  levels: fc.integer({ min: 0, max: 5 }),
});
const frame = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 6 }),
  live: fc.boolean(),
  /** Detectors that catch up behind it. */
  drained: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
});

function slotsWanted(records: readonly Uint8Array[]): number {
  return records.reduce((sum, { byteLength }) => sum + byteLength / L.RING_SLOT_BYTES, 0);
}

describe.each([1, 2, 3])('with %i detectors', (detectors) => {
  test('every ring gets its records in order or the whole frame is refused', () => {
    let refusals = 0;
    let published = 0;
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 40 }), (frames) => {
        const bench = new Bench(detectors);
        for (const ring of bench.rings) ring.startAt(JUST_BELOW_WRAP);
        const waiting: Uint8Array[][] = bench.rings.map(() => []);
        const refused = bench.rings.map(() => 0);
        let levels = 0;
        for (const { parts, live, drained } of frames) {
          const expected = bench.stage(parts);
          const before = bench.rings.map((ring) => ring.occupancy());
          const full = expected.findIndex(
            (records, at) => records.length > 0 && slotsWanted(records) + 1 > RING_SLOTS - before[at]!,
          );
          expect(bench.publish(live)).toBe(1 + full);
          if (full >= 0) {
            if (live) refused[full]! += 1;
            refusals += 1;
            expect(bench.rings.map((ring) => ring.occupancy())).toEqual(before);
          } else {
            published += 1;
            for (const [at, records] of expected.entries()) waiting[at]!.push(...records);
            levels += parts.reduce((sum, one) => sum + one.levels, 0);
          }
          for (const [at, ring] of bench.rings.entries()) {
            expect(ring.refused).toBe(refused[at]);
            if (drained[at] === true) expect(bench.taken(at)).toEqual(waiting[at]!.splice(0));
          }
        }
        for (const at of bench.rings.keys()) expect(bench.taken(at)).toEqual(waiting[at]);
        expect(bench.levelsPublished()).toBe(levels);
      }),
      { numRuns: 60 },
    );
    expect(Math.min(refusals, published)).toBeGreaterThan(20);
  });
});

test('more slots than the staging area has are cut to it', () => {
  for (const detectors of [1, 2]) {
    const bench = new Bench(detectors, { stagingSlots: 8, levelRingSlots: 64 });
    const expected = bench.stage([{ market: 0, levels: 6 }]);
    expect(bench.publish(true, 9)).toBe(0);
    expect(bench.taken(0)).toEqual(expected[0]);
    expect(bench.publish(true, -1)).toBe(0);
    expect(bench.taken(0)).toEqual(expected[0]);
  }
});
