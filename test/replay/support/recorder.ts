// A recorder without its thread: the tap on one side of the ring, the agent on the other, moved by hand.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FrameTap } from '../../../engine/ingest/frame-tap.ts';
import type { Arena } from '../../../engine/memory/arena.ts';
import { Counters, counterTotal } from '../../../engine/memory/counters.ts';
import { readManifest } from '../../../engine/replay/manifest.ts';
import { RecorderAgent } from '../../../engine/replay/recorder.ts';
import { type RecordingHead, type RecordingLimits, RecordingWriter } from '../../../engine/replay/recording-writer.ts';
import * as L from '../../../wasm/layout.ts';
import { smallArena } from '../../helpers/arena.ts';
import { recordsOf, temporaryDirectory } from './files.ts';

const MB = 1 << 20;

export const WIDE_LIMITS: RecordingLimits = {
  ...{ segmentBytes: 64 * MB, segmentNs: 3_600e9, flushNs: 1e9, diskBytesMax: 1_024 * MB, whenFull: 'removeOldest' },
  ...{ quality: 1, dir: undefined },
};

export const HEAD: RecordingHead = {
  ...{ title: 'test', source: 'test', origin: 'derived', provenance: ['Made by a test.'] },
  ...{ startWallMs: 1_786_410_063_944.5, markets: [], relations: [] },
};

export const PLAN = { scanBytes: 65_536, recordRingBytes: 131_072 };

interface RigOptions {
  readonly arena?: Arena;
  readonly limits?: Partial<RecordingLimits>;
  readonly head?: Partial<RecordingHead>;
  /** Absent: one of its own. */
  readonly folder?: string;
}

/** One recording under way. */
export class RecorderRig {
  readonly arena: Arena;
  readonly folder: string;
  readonly tap: FrameTap;
  readonly writer: RecordingWriter;
  readonly agent: RecorderAgent;
  /** How it ended by itself. */
  readonly ends: string[] = [];
  readonly #takenAt: number;

  constructor({ arena = smallArena(PLAN), limits = {}, head = {}, folder }: RigOptions = {}) {
    this.folder = folder ?? join(temporaryDirectory(), 'recording');
    this.arena = arena;
    this.tap = new FrameTap(arena, new Counters(arena, 0));
    this.writer = new RecordingWriter(this.folder, { ...HEAD, ...head }, { ...WIDE_LIMITS, ...limits });
    this.agent = new RecorderAgent(arena, this.writer, (state, reason) => this.ends.push(`${state}: ${reason}`));
    this.#takenAt = (arena.at(L.REGION_SCRATCH, 0) + L.SCRATCH_TAKEN_NS) >> 3;
  }

  /** Taps a message that lies `skip` bytes into the scan region, as ingest does. */
  offer(bytes: Uint8Array, recvNs: number, connection = 0, venue = L.VENUE_POLYMARKET, skip = 0): void {
    const at = this.arena.region(L.REGION_SCAN).at + skip;
    this.arena.bytes.set(bytes, at);
    this.arena.f64[this.#takenAt] = recvNs;
    this.tap.take(at, bytes.length, venue, connection);
  }

  /** Lets the recorder work until its ring is empty. */
  drain(nowNs: number): void {
    while (this.agent.doWork(nowNs) > 0);
  }

  count(id: number): number {
    return counterTotal(this.arena, id);
  }

  get manifest() {
    return readManifest(this.folder);
  }

  get records() {
    return recordsOf(this.folder);
  }

  /** Bytes of all files in the folder. */
  get diskBytes(): number {
    return readdirSync(this.folder).reduce((sum, name) => sum + statSync(join(this.folder, name)).size, 0);
  }
}
