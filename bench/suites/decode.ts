// Suites `decode` and `decode-book`, and how others are built: bytes of one message, as they stand in a receive buffer, to records.
// The copy into the arena is part of `dutchbook`; toString, the parser, numbers and the Map look-ups of the baselines'.
import { simdjsonState } from '../../engine/venue/json.ts';
import * as L from '../../wasm/layout.ts';
import { JsonDecoder } from '../baseline/json.ts';
import { SimdjsonLevels } from '../baseline/simdjson.ts';
import type { Checksum } from '../checksum.ts';
import { played } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import type { Workload } from '../workload.ts';
import { addLevel, FRAMES_PER_SAMPLE, type Input, inPlace, VerifySum, withCopy } from './decode-ours.ts';

/** `frames` cut to whole samples. */
function whole(frames: readonly Buffer[]): readonly Buffer[] {
  return frames.slice(0, Math.floor(frames.length / FRAMES_PER_SAMPLE / 2) * FRAMES_PER_SAMPLE * 2);
}

/** Columns a baseline leaves its records in. */
interface Columns {
  readonly market: Int32Array;
  readonly kind: Uint8Array;
  readonly side: Uint8Array;
  readonly priceE4: Int32Array;
  readonly sizeMicros: Float64Array;
}

function foldColumns({ market, kind, side, priceE4, sizeMicros }: Columns, count: number, sum: Checksum): void {
  for (let at = 0; at < count; at += 1) {
    addLevel(sum, market[at]!, kind[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
  }
}

function careful({ tape, frames }: Input): Variant {
  const decoder = new JsonDecoder(tape.metas);
  const verify = new VerifySum();
  const play = (first: number): void => {
    for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
      const count = decoder.decode(frames[index]!);
      if (count === 0) throw new Error(`frame ${index} was not decoded`);
      if (verify.sum !== undefined) foldColumns(decoder, count, verify.sum);
    }
  };
  const { begin, fold } = verify;
  return { name: 'careful', ...played({ length: frames.length, step: FRAMES_PER_SAMPLE, play, begin, fold }) };
}

function simdjson({ tape, frames }: Input): Variant {
  const decoder = new SimdjsonLevels(tape.metas);
  const verify = new VerifySum();
  const play = (first: number): void => {
    for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
      const count = decoder.decode(frames[index]!);
      if (count === 0) throw new Error(`frame ${index} was not decoded`);
      if (verify.sum !== undefined) foldColumns(decoder, count, verify.sum);
    }
  };
  const { begin, fold } = verify;
  return { name: 'simdjson', ...played({ length: frames.length, step: FRAMES_PER_SAMPLE, play, begin, fold }) };
}

/** A suite of other messages: ours with the copy beside careful. */
export function decodeSuite(name: string, operation: string, input: Input): Suite {
  const cut = { ...input, frames: whole(input.frames) };
  return { name, operation, variants: [withCopy(cut), careful(cut)] };
}

export function createDecodeSuite(workload: Workload): Suite {
  const input = polymarket(workload, workload.frames);
  const variants = [withCopy(input), inPlace(input), careful(input)];
  const state = simdjsonState();
  if (state === 'native') return { name: 'decode', operation: OPERATION, variants: [...variants, simdjson(input)] };
  // The package's own fallback is JSON.parse: it would be careful under another name.
  return { name: 'decode', operation: `${OPERATION}; no variant simdjson, as its native part is ${state}`, variants };
}

const OPERATION = 'two-change frame decoded';

export function createDecodeBookSuite(workload: Workload): Suite {
  const input = polymarket(workload, workload.refreshes);
  const variants = [withCopy(input), inPlace(input), careful(input)];
  return { name: 'decode-book', operation: '20 levels a side decoded', variants };
}

function polymarket(tape: Workload, frames: readonly Buffer[]): Input {
  return { venue: L.VENUE_POLYMARKET, path: 'fast', tape, frames: whole(frames) };
}
