// What the sweep reads per second, beside plain reads: of as many bytes again and again, and of more than any cache
// holds. All in turn in one process, so that the sweep's figure can be held against what this machine's memory gives.
import { LiveClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import type { Arena } from '../engine/memory/arena.ts';
import * as L from '../wasm/layout.ts';
import { median } from './harness.ts';
import { createSweepTable, type SweepTable, sweepFold } from './suites/sweep.ts';
import type { Workload } from './workload.ts';

const MEMORY_BYTES = 134_217_728;
const SMALL_PASSES = 64;
const WARMUP_ROUNDS = 20;
const LINE_BYTES = 64;

/** One way of reading, with what it read per ns. */
export interface BandwidthRow {
  readonly variant: string;
  readonly readBytes: number;
  readonly nsPerPass: number;
  readonly gigabytesPerSecond: number;
}

/** Throws unless the sweep finds what the scalar one finds, and a read of `bytes` folds what is there. */
function verify(table: SweepTable, at: number, bytes: number): void {
  const { arena, wasm } = table;
  const fold = sweepFold(table, at + bytes, (into) => wasm.sweepHits(into));
  const scalar = sweepFold(table, at + bytes, (into) => wasm.sweepHitsScalar(into));
  if (fold !== scalar) throw new Error(`sweep-bandwidth: ${fold}, scalar ${scalar}`);
  const expected = [0, 0];
  for (let word = at >> 2; word < (at + bytes) >> 2; word += 1) expected[word & 1]! ^= arena.u32[word]!;
  const read = BigInt.asUintN(64, wasm.readThrough(at, bytes));
  const words = [Number(read & 0xffff_ffffn) | 0, Number(read >> 32n) | 0];
  if (words.join() !== expected.join()) throw new Error(`sweep-bandwidth: read ${words}, expected ${expected}`);
}

/** Measures `rounds` rounds after the warm-up. Throws when sweep or reads are wrong, before or after. */
export function measureSweepBandwidth(workload: Workload, rounds: number): BandwidthRow[] {
  const table = createSweepTable(workload, MEMORY_BYTES);
  const { arena, wasm } = table;
  const scan = arena.region(L.REGION_SCAN).at;
  // Pages that were never written are all the same one; and words that are all the same would fold to nothing.
  const random = new Random(workload.plan.seed);
  for (let word = scan >> 2; word < (scan + MEMORY_BYTES) >> 2; word += 1) arena.u32[word] = random.uint32();
  const readBytes = sweptBytes(arena);
  verify(table, scan, readBytes);
  const ways = [
    { variant: 'simd', readBytes, passes: SMALL_PASSES, pass: () => wasm.sweepHits(scan + readBytes) },
    {
      ...{ variant: 'plain read of as many bytes', readBytes, passes: SMALL_PASSES },
      pass: () => wasm.readThrough(scan, readBytes),
    },
    {
      ...{ variant: 'plain read of 128 MiB', readBytes: MEMORY_BYTES, passes: 1 },
      pass: () => wasm.readThrough(scan, MEMORY_BYTES),
    },
  ];
  const clock = new LiveClock();
  const roundNs = ways.map((): number[] => []);
  for (let round = 0; round < WARMUP_ROUNDS + rounds; round += 1) {
    for (const [at, { passes, pass }] of ways.entries()) {
      const startNs = clock.nowNs();
      for (let count = 0; count < passes; count += 1) pass();
      if (round >= WARMUP_ROUNDS) roundNs[at]!.push((clock.nowNs() - startNs) / passes);
    }
  }
  verify(table, scan, readBytes);
  return ways.map((way, at) => {
    const nsPerPass = median(roundNs[at]!);
    const { variant } = way;
    return { variant, readBytes: way.readBytes, nsPerPass, gigabytesPerSecond: way.readBytes / nsPerPass };
  });
}

/** Bytes a sweep reads: every row in use and the first line of every group. */
function sweptBytes(arena: Arena): number {
  const groups = arena.region(L.REGION_GROUPS);
  let bytes = 0;
  for (let group = 0; group < groups.count; group += 1) {
    const rows = arena.u32[(groups.at + group * groups.bytesEach + L.GROUP_ROWS) >> 2]!;
    if (rows > 0) bytes += rows * L.LANE_ROW_BYTES + LINE_BYTES;
  }
  return Math.floor(bytes / LINE_BYTES) * LINE_BYTES;
}
