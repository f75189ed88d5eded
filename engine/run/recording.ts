// The recorder of a run: its thread started before anything is dialled, watched while it goes on, ended after ingest.
// Main thread. A recorder that stops, fails or is lost never stops the run: it is said, counted and shown.
import { join } from 'node:path';
import * as L from '../../wasm/layout.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { counterTotal } from '../memory/counters.ts';
import type { RecorderFacts } from '../observe/facts.ts';
import type { EngineMemory } from '../pipeline.ts';
import { recordingName } from '../replay/earlier-recordings.ts';
import type { RecordingHead, RecordingLimits } from '../replay/recording-writer.ts';
import { Threads } from '../threads.ts';

/** What waits in the ring and the block under way is written in less. */
export const RECORDER_STOP_MS = 5_000;

export interface RecordingOptions {
  readonly config: Config;
  readonly memory: EngineMemory;
  readonly startNs: bigint;
  readonly clock: Clock;
  readonly head: Omit<RecordingHead, 'startWallMs'>;
  /** Where to; undefined: a new folder in recorder.dir. */
  readonly folder: string | undefined;
  /** The recording ended by itself; one sentence. */
  readonly onOver: (why: string) => void;
}

/** A recording that cannot begin; one sentence with its folder and why. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** A recording that goes on. */
export interface Recording {
  readonly folder: string;
  facts(): RecorderFacts;
  /** Looks after its thread; a few times a second. */
  watch(nowNs: number): void;
  /** Writes what waits and closes the recording; false when that did not end in time. Call once ingest has ended. */
  stop(deadlineMs: number): Promise<boolean>;
}

/** Starts it; resolves when the recording is open. Rejects with why it cannot be. */
export async function startRecording(options: RecordingOptions): Promise<Recording> {
  const { config, memory, startNs, clock, head, onOver } = options;
  const { arena, module } = memory;
  const startWallMs = clock.wallMs() - clock.nowNs() / 1e6;
  const { dir, hungMs } = config.recorder;
  const folder = options.folder ?? join(dir, recordingName(startWallMs, process.pid));
  let state: RecorderFacts['state'] = 'recording';
  let reason = '';
  const over = (how: RecorderFacts['state'], why: string): void => {
    [state, reason] = [how, why];
    onOver(`recorder ${how}: ${why}`);
  };
  const threads = new Threads({
    ...{ context: { memory: arena.memory, module, startNs }, arena, hungNs: hungMs * 1e6 },
    onLost: (_role, why) => over('lost', why),
  });
  const task = {
    folder,
    head: { ...head, startWallMs },
    limits: limitsOf(config, options.folder === undefined ? dir : undefined),
    drill: config.drill,
  };
  try {
    await threads.startRecorder(task, (message) => over(message.state, message.reason));
  } catch (error) {
    throw new RecordingError(`recording to ${folder}: ${(error as Error).message}`, { cause: error });
  }
  const total = (id: number): number => counterTotal(arena, id);
  return {
    folder,
    facts: () => ({
      ...{ state, reason, folder, ...countsOf(total) },
    }),
    watch: (nowNs) => {
      threads.watch(nowNs);
      threads.noteCpu();
    },
    stop: async (deadlineMs) => {
      threads.requestStop('recorder');
      const inTime = state !== 'lost' && (await threads.ended(deadlineMs));
      if (inTime && state === 'recording') state = 'closed';
      if (!inTime && state === 'recording') over('lost', `did not end within ${deadlineMs} ms`);
      return inTime;
    },
  };
}

function countsOf(total: (id: number) => number): Omit<RecorderFacts, 'state' | 'reason' | 'folder'> {
  return {
    framesHanded: total(L.COUNTER_RECORD_FRAMES),
    framesWritten: total(L.COUNTER_RECORD_FRAMES_WRITTEN),
    framesLost: total(L.COUNTER_RECORD_FRAMES_LOST),
    gaps: total(L.COUNTER_RECORD_GAPS),
    framesDiscarded: total(L.COUNTER_RECORD_FRAMES_DISCARDED),
    bytesWritten: total(L.COUNTER_RECORD_BYTES_WRITTEN),
    segments: total(L.COUNTER_RECORD_SEGMENTS),
    recordingsRemoved: total(L.COUNTER_RECORD_RECORDINGS_REMOVED),
    segmentsRemoved: total(L.COUNTER_RECORD_SEGMENTS_REMOVED),
    framesRemoved: total(L.COUNTER_RECORD_FRAMES_REMOVED),
  };
}

function limitsOf({ recorder }: Config, dir: string | undefined): RecordingLimits {
  const { segmentBytes, segmentMinutes, flushMs, diskBytesMax, whenFull, quality } = recorder;
  const times = { segmentNs: segmentMinutes * 60e9, flushNs: flushMs * 1e6 };
  // So that the oldest of several can go.
  const bytes = { segmentBytes: Math.min(segmentBytes, diskBytesMax / 4), diskBytesMax };
  return { ...bytes, ...times, dir, whenFull, quality };
}
