// The product under test: an arena sized for the workload, its markets and baskets registered, one WASM instance per
// agent, as engine/pipeline.ts wires them, on one thread.
import { compileBaskets } from '../engine/basket/compile.ts';
import { writeBaskets } from '../engine/basket/table.ts';
import { Books } from '../engine/book/books.ts';
import type { DetectExports } from '../engine/detect/detect.ts';
import { compileWasm, instantiate } from '../engine/detect/host.ts';
import { Arena } from '../engine/memory/arena.ts';
import { Ring } from '../engine/memory/ring.ts';
import type { Relation } from '../engine/venue/contract.ts';
import { Markets } from '../engine/venue/markets.ts';
import * as L from '../wasm/layout.ts';
import type { OnOpportunity } from './baseline/detect.ts';
import { JsonDecoder } from './baseline/json.ts';
import type { LevelSource } from './checksum.ts';
import type { Tape, Updates } from './workload.ts';

export const INGEST_AGENT = 0;
export const DETECT_AGENT = 1;
const LEVEL_RING_SLOTS = 65_536;
export const SCAN_BYTES = 1_048_576;
const RECEIVE_BYTES = 262_144;
const WORD = 4_294_967_296;

/** What the ingest thread calls in the WASM module. */
export interface IngestExports {
  decode(venue: number, at: number, bytes: number, connection: number, frameSeq: number, recvNs: number): number;
  publish(slots: number, policyLive: number): number;
}

/** An arena with the tape's markets and the relations' baskets registered; with `recordRingBytes` a recorder's ring. */
export function createArena(
  tape: Tape,
  relations: readonly Relation[],
  scanBytes = SCAN_BYTES,
  recordRingBytes = 0,
): Arena {
  const baskets = compileBaskets(relations);
  const arena = Arena.create({
    markets: tape.metas.length,
    fineLadders: 0,
    grids: 8,
    feeSchedules: 4,
    baskets: baskets.length,
    legs: baskets.reduce((sum, { legs }) => sum + legs.length, 0),
    detectors: 1,
    levelRingSlots: LEVEL_RING_SLOTS,
    opportunityRingSlots: 4_096,
    stagingSlots: 4_096,
    scanBytes,
    receiveSlices: 1,
    receiveBytes: RECEIVE_BYTES,
    recordRingBytes,
  });
  const markets = new Markets(arena);
  for (const meta of tape.metas) markets.register(meta);
  writeBaskets(arena, markets, baskets);
  return arena;
}

/** The detector's WASM instance over `arena`, its books opened. */
export function createDetector(arena: Arena): DetectExports {
  const exports = instantiate<DetectExports>(compileWasm(), arena, DETECT_AGENT);
  exports.setSeqScope(0);
  exports.setEdgeLimits(1, 0);
  const opened = exports.openBooks();
  const { count } = arena.region(L.REGION_MARKETS);
  if (opened !== count) throw new Error(`${opened} of ${count} books opened`);
  return exports;
}

/** The ingest thread's WASM instance over `arena`. */
export function createIngest(arena: Arena): IngestExports {
  return instantiate<IngestExports>(compileWasm(), arena, INGEST_AGENT);
}

/** Brings the opening snapshots through decode, ring and books. */
export function openThroughPath(tape: Tape, arena: Arena, ingest: IngestExports, detect: DetectExports): void {
  const { at } = arena.region(L.REGION_SCAN);
  for (const snapshot of tape.snapshots) {
    arena.bytes.set(snapshot, at);
    const staged = ingest.decode(L.VENUE_POLYMARKET, at, snapshot.length, 0, 1, 1);
    if (staged <= 0 || ingest.publish(staged, 0) !== 0) throw new Error(`a snapshot was not taken: ${staged}`);
    while (detect.drain(64) > 0) detect.publishOpportunities(0);
  }
}

/** Takes every published opportunity off its ring and tells `onOpportunity`; allocates nothing. */
export function createOpportunityPoll(arena: Arena, onOpportunity: OnOpportunity): () => number {
  const ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  const { u32 } = arena;
  const wide = (at: number): number => u32[at >> 2]! + u32[(at >> 2) + 1]! * WORD;
  return () => {
    const ready = ring.ready();
    for (let ahead = 0; ahead < ready; ahead += 1) {
      if (ring.kindAt(ahead) !== L.KIND_OPPORTUNITY) continue;
      const at = ring.slotAt(ahead);
      const legs = u32[(at + L.OPPORTUNITY_LEG_COUNT) >> 2]! & 0xffff;
      onOpportunity(wide(at + L.OPPORTUNITY_SIZE_MICROS), wide(at + L.OPPORTUNITY_EDGE_MICROS), legs);
      ahead += L.OPPORTUNITY_SLOTS + legs - 1;
    }
    if (ready > 0) ring.release(ready);
    return ready;
  };
}

/** The arena's books for the checksum. */
export function arenaLevels(arena: Arena): LevelSource {
  const books = new Books(arena);
  return {
    marketCount: arena.region(L.REGION_MARKETS).count,
    forEachLevel(market, side, visit) {
      books.eachLevel(market, side === L.SIDE_BID ? L.SIDE_BID : L.SIDE_ASK, L.FINE_SLOTS, (priceE4, sizeMicros) => {
        visit(priceE4, sizeMicros);
        return true;
      });
    },
  };
}

/** One Level record, as the decoder would leave it. */
export interface LevelFields {
  readonly market: number;
  readonly kind: number;
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly flags: number;
  readonly frameSeq: number;
}

/** Writes a Level record at byte `at`. */
export function writeLevel(arena: Arena, at: number, level: LevelFields): void {
  const { u32 } = arena;
  const word = at >> 2;
  u32[word + (L.LEVEL_MARKET >> 2)] = level.market;
  u32[word + (L.LEVEL_EPOCH >> 2)] = 1;
  u32[word + (L.LEVEL_PRICE_E4 >> 2)] = level.priceE4 | (level.side << 16) | (level.kind << 24);
  u32[word + (L.LEVEL_FLAGS >> 2)] = level.flags;
  u32[word + (L.LEVEL_FRAME_SEQ >> 2)] = level.frameSeq;
  u32[word + (L.LEVEL_SIZE_MICROS >> 2)] = level.sizeMicros;
  u32[word + (L.LEVEL_SIZE_MICROS >> 2) + 1] = level.sizeMicros / WORD;
}

/** Writes update `index` as a Level record at byte `at`. */
export function writeUpdate(arena: Arena, at: number, updates: Updates, index: number, frameSeq: number): void {
  writeLevel(arena, at, {
    market: updates.market[index]!,
    kind: L.KIND_SET,
    side: updates.side[index]!,
    priceE4: updates.priceE4[index]!,
    sizeMicros: updates.sizeMicros[index]!,
    flags: L.LEVEL_FLAG_LAST,
    frameSeq,
  });
}

/** Writes the FrameEnd of update `index` at byte `at`: its top, no hash, never stamped. */
export function writeFrameEnd(arena: Arena, at: number, updates: Updates, index: number, frameSeq: number): void {
  const { u32, f64 } = arena;
  const word = at >> 2;
  u32.fill(0, word, word + (L.FRAME_END_BYTES >> 2));
  u32[word + (L.FRAME_END_MARKET >> 2)] = updates.market[index]!;
  u32[word + (L.FRAME_END_EPOCH >> 2)] = 1;
  u32[word + (L.FRAME_END_CONNECTION >> 2)] = L.KIND_FRAME_END << 24;
  u32[word + (L.FRAME_END_FLAGS >> 2)] = L.FRAME_FLAG_LAST | (1 << 16);
  f64[(at + L.FRAME_END_RECV_NS) >> 3] = frameSeq;
  f64[(at + L.FRAME_END_VENUE_MS) >> 3] = 1_777_366_994_943 + frameSeq;
  u32[word + (L.FRAME_END_FRAME_SEQ >> 2)] = frameSeq;
  u32[word + (L.FRAME_END_BEST_BID_E4 >> 2)] = updates.bestBidE4[index]! | (updates.bestAskE4[index]! << 16);
}

/** Brings the snapshots' levels to `apply` one market at a time, as records. */
export function forEachSnapshot(tape: Tape, apply: (levels: readonly LevelFields[]) => void): void {
  const decoder = new JsonDecoder(tape.metas);
  for (const snapshot of tape.snapshots) {
    const count = decoder.decode(snapshot);
    const levels = Array.from({ length: count }, (_, at): LevelFields => {
      const clear = decoder.kind[at] === L.KIND_CLEAR;
      return {
        market: decoder.market[at]!,
        kind: decoder.kind[at]!,
        side: clear ? 0 : decoder.side[at]!,
        priceE4: clear ? 0 : decoder.priceE4[at]!,
        sizeMicros: clear ? 0 : decoder.sizeMicros[at]!,
        flags: clear ? L.LEVEL_FLAG_SNAPSHOT_FIRST : 0,
        frameSeq: 1,
      };
    });
    apply(levels);
  }
}
