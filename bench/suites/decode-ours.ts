// Ours in the decode suites: with the copy of each frame into the arena, and with the frames lying there already.
//
// The two have loops of their own: one loop handed its way to place a frame would call it, and that costs as much as a
// part of the decoding.
import { scanPlace } from '../../engine/ingest/scan-place.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';
import { Checksum } from '../checksum.ts';
import { played } from '../cycle.ts';
import type { Variant } from '../harness.ts';
import { createArena, createIngest, INGEST_AGENT } from '../rig.ts';
import type { Tape } from '../workload.ts';

export const FRAMES_PER_SAMPLE = 64;
const FOLDS_PER_VERIFY = 2;
const WORD = 4_294_967_296;
/** Bytes before the payload of a server's frame of 126 to 65,535 bytes. */
const WS_HEADER_BYTES = 4;
const READABLE_BEHIND_BYTES = 64;

/** The messages of one suite, and which of our paths must read them: on the other one the suite throws. */
export interface Input {
  readonly venue: number;
  readonly path: 'fast' | 'fallback';
  readonly tape: Tape;
  /** A whole number of pairs of samples. */
  readonly frames: readonly Buffer[];
}

/** Folds one level; `clear` records have neither side, price nor size. */
export function addLevel(
  sum: Checksum,
  market: number,
  kind: number,
  side: number,
  priceE4: number,
  size: number,
): void {
  sum.add(market).add(kind);
  if (kind !== L.KIND_CLEAR) sum.add(side).add(priceE4).add(size);
}

/** The sum of what verify() plays: there is one from its begin to its last fold, and none while time is taken. */
export class VerifySum {
  sum: Checksum | undefined;
  #folds = 0;

  readonly begin = (): void => {
    this.sum = new Checksum();
  };

  readonly fold = (): string => {
    const text = this.sum?.hex() ?? '';
    this.#folds += 1;
    if (this.#folds % FOLDS_PER_VERIFY === 0) this.sum = undefined;
    return text;
  };
}

/** Throws unless every frame of a sample took the suite's path; `before` is the count at the sample's begin. */
class PathCheck {
  readonly #arena: Arena;
  readonly #path: Input['path'];
  readonly #fallbacks: number;

  constructor(arena: Arena, path: Input['path']) {
    this.#arena = arena;
    this.#path = path;
    this.#fallbacks = (arena.at(L.REGION_COUNTERS, INGEST_AGENT) >> 3) + L.COUNTER_DECODER_FALLBACKS;
  }

  count(): number {
    return this.#arena.f64[this.#fallbacks]!;
  }

  hold(before: number): void {
    if (this.count() - before !== (this.#path === 'fallback' ? FRAMES_PER_SAMPLE : 0)) {
      throw new Error(`not every frame took the ${this.#path} path`);
    }
  }
}

/** Each frame is copied from its buffer to the scan region and decoded there. */
export function withCopy({ venue, path, tape, frames }: Input): Variant {
  const arena = createArena(tape, []);
  const wasm = createIngest(arena);
  const { at, count } = arena.region(L.REGION_SCAN);
  const staging = arena.region(L.REGION_STAGING).at;
  const verify = new VerifySum();
  const check = new PathCheck(arena, path);
  let frameSeq = 0;
  const play = (first: number): void => {
    const before = check.count();
    for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
      const frame = frames[index]!;
      const place = scanPlace(frame, at, count);
      arena.bytes.set(frame, place);
      frameSeq = (frameSeq + 1) >>> 0;
      const staged = wasm.decode(venue, place, frame.length, 0, frameSeq, frameSeq);
      if (staged <= 0) throw new Error(`frame ${index} was not decoded: ${staged}`);
      if (verify.sum !== undefined) foldStaged(arena.view, staging, staged, verify.sum);
    }
    check.hold(before);
  };
  const { begin, fold } = verify;
  return { name: 'dutchbook', ...played({ length: frames.length, step: FRAMES_PER_SAMPLE, play, begin, fold }) };
}

/** The frames lie side by side, each behind its header, as reads of a socket into the arena leave them; one call each. */
export function inPlace({ venue, path, tape, frames }: Input): Variant {
  const scanBytes = frames.reduce((sum, { length }) => sum + WS_HEADER_BYTES + length, READABLE_BEHIND_BYTES);
  const arena = createArena(tape, [], scanBytes);
  const wasm = createIngest(arena);
  const staging = arena.region(L.REGION_STAGING).at;
  const verify = new VerifySum();
  const check = new PathCheck(arena, path);
  const places = new Uint32Array(frames.length);
  const lengths = Uint32Array.from(frames, ({ length }) => length);
  let next = arena.region(L.REGION_SCAN).at;
  for (const [index, frame] of frames.entries()) {
    places[index] = next + WS_HEADER_BYTES;
    arena.bytes.set(frame, next + WS_HEADER_BYTES);
    next += WS_HEADER_BYTES + frame.length;
  }
  let frameSeq = 0;
  const play = (first: number): void => {
    const before = check.count();
    for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
      frameSeq = (frameSeq + 1) >>> 0;
      const staged = wasm.decode(venue, places[index]!, lengths[index]!, 0, frameSeq, frameSeq);
      if (staged <= 0) throw new Error(`frame ${index} was not decoded: ${staged}`);
      if (verify.sum !== undefined) foldStaged(arena.view, staging, staged, verify.sum);
    }
    check.hold(before);
  };
  const { begin, fold } = verify;
  return {
    name: 'dutchbook, in place',
    ...played({ length: frames.length, step: FRAMES_PER_SAMPLE, play, begin, fold }),
  };
}

/** Folds the levels of a staged frame. */
function foldStaged(view: Arena['view'], staging: number, slots: number, sum: Checksum): void {
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
