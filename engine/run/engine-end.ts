// The end of an engine and of what records it, in the order that keeps the recording whole: nothing is written any more when
// the recorder ends. Main thread.
import { booksByState } from '../observe/snapshot.ts';
import type { Foundation } from '../pipeline.ts';
import { booksHash } from '../replay/state-hash.ts';
import type { Engine } from './engine.ts';
import { RECORDER_STOP_MS, type Recording } from './recording.ts';

/** Threads end in milliseconds; the limit is for a machine so busy that they hardly run, and for one that hangs. */
const ENGINE_STOP_MS = 2_000;

/** The books as the engine left them. */
export interface BooksAtEnd {
  /** As they stood when the end began. */
  readonly booksByState: Record<string, number> | undefined;
  /** What a replay of the recording comes to; undefined without one, and when a thread did not end. */
  readonly booksHash: string | undefined;
}

export const NO_BOOKS_AT_END: BooksAtEnd = { booksByState: undefined, booksHash: undefined };

/** `onLate` is called when a thread did not end in time. */
export async function endEngine(
  engine: Engine,
  { arena, markets }: Foundation,
  recording: Recording | undefined,
  onLate: (why: string) => void,
): Promise<BooksAtEnd> {
  const states = booksByState(arena);
  const inTime = await engine.stop(ENGINE_STOP_MS);
  if (!inTime) onLate('a thread did not end in time');
  // Ingest may have registered markets since.
  markets.refresh();
  const hash = inTime && recording !== undefined ? booksHash(arena, markets) : undefined;
  await recording?.stop(RECORDER_STOP_MS);
  return { booksByState: states, booksHash: hash };
}
