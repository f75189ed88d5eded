// Plays a recording over a socket: sends its frames to a feed server at their recorded pace, or as fast as it takes
// them. Main thread of `dutchbook play`; what waits to be sent is bounded.
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveClock } from '../core/clock.ts';
import { dial } from '../ingest/dial.ts';
import type { DialedSocket } from '../ingest/dial-contract.ts';
import type { VenueName } from '../venue/contract.ts';
import { RecordingReader } from './recording.ts';
import { RECORD_TEXT } from './segment.ts';

export interface PlaySettings {
  /** `ws://host/feed/<venue>`; only that venue's frames are sent, all of them when the path names none. */
  readonly to: string;
  /** 1 = as recorded. */
  readonly speed: number | 'max';
  /** Sent as `Authorization: Bearer …`; '' sends none. */
  readonly token: string;
  readonly stop: AbortSignal;
  readonly onProgress: (progress: { readonly done: number; readonly total: number; readonly frames: number }) => void;
}

export interface PlayedCounts {
  readonly frames: number;
  /** Bytes of the messages, without framing. */
  readonly frameBytes: number;
}

/** The server could not be reached, refused us, or stopped reading. */
export class PlayError extends Error {
  override readonly name = 'PlayError';
}

/** Above this, sending waits for the socket to drain. */
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
/** A server that takes nothing for this long is given up. */
const STALL_MS_MAX = 30_000;
const DRAIN_POLL_MS = 2;
const CLOSE_MS_MAX = 5_000;
/** Frames between two looks at the event loop and the progress bar. */
const BURST_FRAMES = 256;

/**
 * Sends the recording in directory `path`. Ends early, without error, when `stop` fires. Throws PlayError, and what
 * opening the recording throws.
 */
export async function playRecording(path: string, settings: PlaySettings): Promise<PlayedCounts> {
  const reader = new RecordingReader(path);
  try {
    const venue = venueOf(settings.to, reader);
    const line = await connect(settings);
    try {
      const counts = await sendAll(reader, venue, line, settings);
      await drain(line, settings.stop, 0);
      return counts;
    } finally {
      await line.hangUp();
    }
  } finally {
    reader.close();
  }
}

function venueOf(url: string, reader: RecordingReader): VenueName | undefined {
  const named = /\/feed\/([\w-]+)\/?(?:\?|$)/.exec(url)?.[1];
  if (named === undefined) return undefined;
  const venue = reader.manifest.segments.find((segment) => segment.venue === named)?.venue;
  if (venue === undefined) throw new PlayError(`the recording has no frames of ${named}`);
  return venue;
}

interface Line {
  readonly socket: DialedSocket;
  /** Why the connection ended, or undefined while it is open. */
  ended(): string | undefined;
  hangUp(): Promise<void>;
}

async function connect({ to, token }: PlaySettings): Promise<Line> {
  let endedBy: string | undefined;
  const events = new EventEmitter();
  const closed = once(events, 'close');
  const opened = once(events, 'open');
  const socket = dial(to, {
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    onOpen: () => events.emit('open'),
    onMessage: () => {},
    onClose: (code, reason) => {
      endedBy = `${code}${reason === '' ? '' : ` ${reason}`}`;
      events.emit('close');
    },
  });
  await Promise.race([opened, closed]);
  if (endedBy !== undefined) throw new PlayError(`${to}: ${endedBy}`);
  const hangUp = async (): Promise<void> => {
    if (endedBy === undefined) socket.close();
    const timer = setTimeout(() => socket.terminate(), CLOSE_MS_MAX);
    await closed;
    clearTimeout(timer);
  };
  return { socket, ended: () => endedBy, hangUp };
}

async function sendAll(
  reader: RecordingReader,
  venue: VenueName | undefined,
  line: Line,
  { speed, stop, onProgress }: PlaySettings,
): Promise<PlayedCounts> {
  const clock = new LiveClock();
  const total = reader.manifest.segments.reduce((sum, { records }) => sum + records, 0);
  let [frames, frameBytes, done] = [0, 0, 0];
  while (!stop.aborted && reader.next()) {
    const { current } = reader;
    done += 1;
    if (current.flags !== RECORD_TEXT || (venue !== undefined && current.info.venue !== venue)) continue;
    const waitNs = speed === 'max' ? 0 : current.recvNs / speed - clock.nowNs();
    if (waitNs > 1e6) await pause(waitNs / 1e6, stop);
    if (line.socket.bufferedBytes > BUFFERED_BYTES_MAX) await drain(line, stop, BUFFERED_BYTES_MAX / 2);
    if (stop.aborted) break;
    if (!line.socket.sendText(current.message().toString('utf8')))
      throw new PlayError(`the server ended the connection after ${frames} frames: ${line.ended() ?? 'closing'}`);
    frames += 1;
    frameBytes += current.length;
    if (frames % BURST_FRAMES === 0) {
      onProgress({ done, total, frames });
      await pause(0, stop);
    }
  }
  onProgress({ done, total, frames });
  return { frames, frameBytes };
}

/** Waits until at most `bytes` wait to be sent. Throws PlayError when nothing moves for STALL_MS_MAX. */
async function drain(line: Line, stop: AbortSignal, bytes: number): Promise<void> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let idleMs = 0; line.socket.bufferedBytes > bytes && !stop.aborted; idleMs += DRAIN_POLL_MS) {
    if (line.ended() !== undefined) throw new PlayError(`the server ended the connection: ${line.ended()}`);
    if (line.socket.bufferedBytes < lowest) [lowest, idleMs] = [line.socket.bufferedBytes, 0];
    if (idleMs > STALL_MS_MAX) throw new PlayError(`the server took nothing for ${STALL_MS_MAX} ms`);
    await pause(DRAIN_POLL_MS, stop);
  }
}

/** Sleeps, or less when `stop` fires. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
}
