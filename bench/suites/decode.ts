// Suites `decode` and `decode-book`: bytes of one message, as they stand in a receive buffer, to records. The copy into
// the arena is part of ours; toString, JSON.parse, numbers and the Map look-ups of careful's. Other suites of messages
// are built by decodeSuite, too.
import { scanPlace } from '../../engine/ingest/scan-place.ts';
import * as L from '../../wasm/layout.ts';
import { JsonDecoder } from '../baseline/json.ts';
import { Checksum } from '../checksum.ts';
import { played } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import { createArena, createIngest, INGEST_AGENT } from '../rig.ts';
import type { Tape, Workload } from '../workload.ts';

const FRAMES_PER_SAMPLE = 64;
const FOLDS_PER_VERIFY = 2;
const WORD = 4_294_967_296;

/** Folds one level; `clear` records have neither side, price nor size. */
function addLevel(sum: Checksum, market: number, kind: number, side: number, priceE4: number, size: number): void {
  sum.add(market).add(kind);
  if (kind !== L.KIND_CLEAR) sum.add(side).add(priceE4).add(size);
}

/** The messages of one suite, and which of our paths must read them: on the other one the suite throws. */
interface Input {
  readonly venue: number;
  readonly path: 'fast' | 'fallback';
  readonly tape: Tape;
  readonly frames: readonly Buffer[];
}

/** `frames` cut to whole samples. */
function whole(frames: readonly Buffer[]): readonly Buffer[] {
  return frames.slice(0, Math.floor(frames.length / FRAMES_PER_SAMPLE / 2) * FRAMES_PER_SAMPLE * 2);
}

function ours({ venue, path, tape, frames }: Input): Variant {
  const arena = createArena(tape, []);
  const wasm = createIngest(arena);
  const { at, count } = arena.region(L.REGION_SCAN);
  const staging = arena.region(L.REGION_STAGING).at;
  const fallbacks = (arena.at(L.REGION_COUNTERS, INGEST_AGENT) >> 3) + L.COUNTER_DECODER_FALLBACKS;
  const fallbacksPerSample = path === 'fallback' ? FRAMES_PER_SAMPLE : 0;
  // Only what verify() plays is folded: there is a sum from its begin to its last fold.
  let sum: Checksum | undefined;
  let folds = 0;
  let frameSeq = 0;
  return {
    name: 'dutchbook',
    ...played({
      length: frames.length,
      step: FRAMES_PER_SAMPLE,
      play: (first) => {
        const expected = arena.f64[fallbacks]! + fallbacksPerSample;
        for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
          const frame = frames[index]!;
          const place = scanPlace(frame, at, count);
          arena.bytes.set(frame, place);
          frameSeq = (frameSeq + 1) >>> 0;
          const staged = wasm.decode(venue, place, frame.length, 0, frameSeq, frameSeq);
          if (staged <= 0) throw new Error(`frame ${index} was not decoded: ${staged}`);
          if (sum !== undefined) foldStaged(arena.view, staging, staged, sum);
        }
        if (arena.f64[fallbacks] !== expected)
          throw new Error(`frames from ${first} on: not all took the ${path} path`);
      },
      begin: () => {
        sum = new Checksum();
      },
      fold: () => {
        const text = sum?.hex() ?? '';
        folds += 1;
        if (folds % FOLDS_PER_VERIFY === 0) sum = undefined;
        return text;
      },
    }),
  };
}

/** Folds the levels of a staged frame. */
function foldStaged(view: DataView, staging: number, slots: number, sum: Checksum): void {
  for (let slot = 0; slot < slots; ) {
    const at = staging + slot * L.RING_SLOT_BYTES;
    const kind = view.getUint8(at + L.RECORD_KIND);
    if (kind === L.KIND_FRAME_END) {
      slot += L.FRAME_END_SLOTS;
      continue;
    }
    const low = view.getUint32(at + L.LEVEL_SIZE_MICROS, true);
    const high = view.getInt32(at + L.LEVEL_SIZE_MICROS + 4, true);
    const market = view.getUint32(at + L.LEVEL_MARKET, true);
    const priceE4 = view.getUint16(at + L.LEVEL_PRICE_E4, true);
    addLevel(sum, market, kind, view.getUint8(at + L.LEVEL_SIDE), priceE4, high * WORD + low);
    slot += L.LEVEL_SLOTS;
  }
}

function careful({ tape, frames }: Input): Variant {
  const decoder = new JsonDecoder(tape.metas);
  let sum: Checksum | undefined;
  let folds = 0;
  return {
    name: 'careful',
    ...played({
      length: frames.length,
      step: FRAMES_PER_SAMPLE,
      play: (first) => {
        for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
          const count = decoder.decode(frames[index]!);
          if (count === 0) throw new Error(`frame ${index} was not decoded`);
          if (sum !== undefined) foldColumns(decoder, count, sum);
        }
      },
      begin: () => {
        sum = new Checksum();
      },
      fold: () => {
        const text = sum?.hex() ?? '';
        folds += 1;
        if (folds % FOLDS_PER_VERIFY === 0) sum = undefined;
        return text;
      },
    }),
  };
}

function foldColumns({ market, kind, side, priceE4, sizeMicros }: JsonDecoder, count: number, sum: Checksum): void {
  for (let at = 0; at < count; at += 1) {
    addLevel(sum, market[at]!, kind[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
  }
}

/** A suite that decodes `input`'s frames, cut to whole samples. */
export function decodeSuite(name: string, operation: string, input: Input): Suite {
  const cut = { ...input, frames: whole(input.frames) };
  return { name, operation, variants: [ours(cut), careful(cut)] };
}

export function createDecodeSuite(workload: Workload): Suite {
  const { frames } = workload;
  const input: Input = { venue: L.VENUE_POLYMARKET, path: 'fast', tape: workload, frames };
  return decodeSuite('decode', 'two-change frame decoded', input);
}

export function createDecodeBookSuite(workload: Workload): Suite {
  const input: Input = { venue: L.VENUE_POLYMARKET, path: 'fast', tape: workload, frames: workload.refreshes };
  return decodeSuite('decode-book', '20 levels a side decoded', input);
}
