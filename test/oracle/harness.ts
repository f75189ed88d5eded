// The product's decoder as a Verdict giver: FrameIntake over its own arena, its records read back from STAGING.
import { VirtualClock } from '../../engine/core/clock.ts';
import { compileWasm, instantiate } from '../../engine/detect/host.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { Arena, type ArenaPlan } from '../../engine/memory/arena.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { Ring } from '../../engine/memory/ring.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { readGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { linesOfRecords, type Verdict } from './record.ts';

const CONNECTION = 7;
/** Compiled once: a module that is new starts on slow code again. */
const MODULE = compileWasm();

export interface TestExports extends DecodeExports {
  decodeGeneric(venue: number, at: number, bytes: number, connection: number, frameSeq: number, recvNs: number): number;
}

export const TEST_PLAN: ArenaPlan = {
  markets: 64,
  fineLadders: 2,
  grids: 32,
  feeSchedules: 2,
  baskets: 0,
  legs: 0,
  detectors: 1,
  levelRingSlots: 4096,
  opportunityRingSlots: 8,
  stagingSlots: 2048,
  scanBytes: 131_072,
};

/** Runs frames through FrameIntake; also compares the fast paths with the generic path, byte by byte. */
export class DecoderUnderTest {
  readonly arena: Arena;
  readonly exports: TestExports;
  readonly markets: Markets;
  readonly counters: Counters;
  readonly intake: FrameIntake;
  readonly ring: Ring;
  #recvNs = 0;

  constructor(metas: readonly MarketMeta[], registerUnknown: boolean, plan: ArenaPlan = TEST_PLAN) {
    this.arena = Arena.create(plan);
    this.exports = instantiate<TestExports>(MODULE, this.arena, 0);
    this.markets = new Markets(this.arena);
    for (const meta of metas) this.markets.register(meta);
    this.counters = new Counters(this.arena, 0);
    this.ring = new Ring(this.arena, this.arena.at(L.REGION_LEVEL_RINGS, 0));
    this.intake = new FrameIntake({
      arena: this.arena,
      exports: this.exports,
      markets: this.markets,
      counters: this.counters,
      clock: new VirtualClock(),
      policy: 'replay',
      registerUnknown,
      backPressure: () => this.drain(),
    });
  }

  drain(): void {
    for (let ready = this.ring.ready(); ready > 0; ready = this.ring.ready()) this.ring.release(ready);
  }

  /** Grids of all markets, by id: what frames have taught. */
  grids(): string {
    const grids: string[] = [];
    for (let market = 0; market < this.markets.count; market += 1) {
      const grid = this.arena.u32[(this.arena.at(L.REGION_MARKETS, market) + L.MARKET_GRID) >> 2]!;
      grids.push(`${this.markets.idOf(market)} ${readGrid(this.arena, grid).map(({ tickE4 }) => tickE4)}`);
    }
    return grids.sort().join('\n');
  }

  judge(bytes: Uint8Array, venue: number): Verdict {
    this.#recvNs += 1000;
    const answer = this.intake.accept(bytes, venue, CONNECTION, this.#recvNs);
    this.drain();
    if (answer > 0) return { kind: 'records', lines: this.#lines(answer, bytes.length, venue) };
    if (answer === L.DECODE_IGNORED) return { kind: 'ignored' };
    if (answer === L.DECODE_UNKNOWN) return { kind: 'unknown' };
    if (answer === L.DECODE_CONTROL) return { kind: 'control' };
    return { kind: 'reject', cause: -answer - L.DECODE_REJECT_BASE };
  }

  #lines(slots: number, length: number, venue: number): string[] {
    const { at } = this.arena.region(L.REGION_STAGING);
    const expected = { frameSeq: this.intake.frameSeq, recvNs: this.#recvNs, connection: CONNECTION };
    const lines = linesOfRecords(this.arena, at, slots, (market) => this.markets.idOf(market), expected);
    const before = this.arena.bytes.slice(at, at + slots * L.RING_SLOT_BYTES);
    // The intake notes there when it published a stamped frame.
    const last = before.length - L.FRAME_END_BYTES + L.FRAME_END_PUBLISHED_DELTA_NS;
    before.fill(0, last, last + 4);
    const scanAt = this.arena.region(L.REGION_SCAN).at;
    const { frameSeq, recvNs } = expected;
    const generic = this.exports.decodeGeneric(venue, scanAt, length, CONNECTION, frameSeq, recvNs);
    if (generic !== slots) lines.push(`the generic path answers ${generic}`);
    const after = this.arena.bytes.slice(at, at + slots * L.RING_SLOT_BYTES);
    if (Buffer.compare(before, after) !== 0) lines.push('the generic path stages other bytes');
    return lines;
  }
}
