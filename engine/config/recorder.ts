// The config of the recorder: what it writes, where to, how much. Pure; part of the schema.
import { z } from 'zod';
import { integer, path, powerOfTwo } from './fields.ts';

/** The recorder; its limits are RecordingLimits of engine/replay in other units. */
export const recorderSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Record the frames that `run` receives, beside it. `record` records whatever this says.'),
    dir: path('Folder of recordings; each gets a folder of its own in it.').default('.dutchbook/recordings'),
    ringBytes: powerOfTwo(
      65_536,
      1_073_741_824,
      16_777_216,
      'Bytes between ingest and the recorder, at least twice arena.scanBytes. A frame that finds them full is not recorded: a gap.',
    ),
    segmentBytes: integer(
      1_048_576,
      1e12,
      67_108_864,
      'Bytes after which a segment is closed and the next begun; a quarter of diskBytesMax where that is less.',
    ),
    segmentMinutes: integer(1, 10_080, 60, 'The same by time.'),
    flushMs: integer(10, 60_000, 1_000, 'What was received is written after this long at most: what a crash can lose.'),
    diskBytesMax: integer(
      4_194_304,
      1e15,
      10_737_418_240,
      'Bytes the recordings in `dir` may take together, or one with a folder of its own.',
    ),
    whenFull: z
      .enum(['removeOldest', 'stop'])
      .default('removeOldest')
      .describe('At that bound: remove the oldest recordings, then segments, or stop recording.'),
    hungMs: integer(
      500,
      60_000,
      10_000,
      'A recorder that shows no sign of life for so long is given up; a disk may stall for long.',
    ),
    quality: integer(0, 11, 4, 'Effort of the compression (Brotli).'),
  })
  .prefault({})
  .describe('Recording of raw frames, with `record` or beside `run`.');
