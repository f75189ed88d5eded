// Topology `threads`: ingest and detectors on threads of their own; this thread has the executor only.

import { REGION_OPPORTUNITY_RINGS } from '../../wasm/layout.ts';
import type { IngestSockets } from '../ingest/ingest-setup.ts';
import type { MarketEventSink } from '../ingest/market-events.ts';
import { ParkAll } from '../memory/park-all.ts';
import { Ring } from '../memory/ring.ts';
import type { EngineMemory } from '../pipeline.ts';
import { PostBox, type PostRoute } from '../signer/post-box.ts';
import type { DetectTask } from '../threads/detect-worker.ts';
import type { IngestTask } from '../threads/ingest-worker.ts';
import type { VerifyTask } from '../threads/verify-worker.ts';
import { startPostman, Threads } from '../threads.ts';
import { type Engine, HUNG_NS, type Loss, NO_SOCKETS, UnreachableError } from './engine.ts';

const PARK_MS = 2;
/** Threads of a run that did not start hold no data: they get this long to end. */
const FAILED_START_MS = 1_000;

export interface ThreadsEngineOptions {
  readonly memory: EngineMemory;
  readonly startNs: bigint;
  readonly ingest: IngestTask;
  readonly detectors: readonly DetectTask[];
  /** Absent: nothing verifies the books beside the run. */
  readonly verify?: VerifyTask | undefined;
  /** The signer's post; absent: there is no signer's process. */
  readonly post?: PostRoute | undefined;
  /**
   * What the main thread has to do while the others load their code and warm up: fills the memory, warms itself up,
   * and marks the executor as started, which the others wait for.
   */
  readonly prepare: () => Promise<unknown>;
  readonly onLost: (loss: Loss) => void;
  /** A venue answered a subscription with an error. */
  readonly onVenueError: (connection: number, code: number, message: string) => void;
  /** The venue told of a market. */
  readonly onMarketEvent?: MarketEventSink;
}

/**
 * Starts the threads; resolves when ingest has opened its sockets. Rejects when the port cannot be bound, but never
 * while `prepare` runs: what that opens is then there for the caller to close.
 */
// tidy-ok: start and stop of the threads in one place
export async function startThreadsEngine(options: ThreadsEngineOptions): Promise<Engine> {
  const { startNs, onLost } = options;
  const { arena, module } = options.memory;
  const threads = new Threads({
    ...{ context: { memory: arena.memory, module, startNs }, arena, hungNs: HUNG_NS },
    onLost: (role, why) => onLost({ role, why }),
  });
  const rings = Array.from({ length: arena.detectors }, (_, detector) => {
    return new Ring(arena, arena.at(REGION_OPPORTUNITY_RINGS, detector));
  });
  let sockets: IngestSockets = NO_SOCKETS;
  const { post } = options;
  const postman = post === undefined ? undefined : startPostman(post);
  threads.startDetectors(options.detectors.map((task) => ({ ...task, post: post?.box })));
  if (options.verify !== undefined) threads.startVerifier(options.verify);
  const opened = new Promise<void>((resolve, reject) => {
    threads.startIngest(options.ingest, (message) => {
      if (message.kind === 'failed') {
        reject(startError(message));
        return;
      }
      if (message.kind === 'venueError') {
        options.onVenueError(message.connection, message.code, message.message);
        return;
      }
      if (message.kind === 'marketEvent') {
        options.onMarketEvent?.(message.event);
        return;
      }
      sockets = message.sockets;
      if (message.kind === 'open') resolve();
    });
    void threads.ingestEnded().then(() => reject(new Error('ingest ended before it opened its sockets')));
  });
  const stop = async (deadlineMs: number): Promise<boolean> => {
    threads.requestStop('ingest');
    // Detectors end when their ring is empty, so ingest must be done first; a lost one is not waited for long.
    const ingestDone = await within(threads.ingestEnded(), deadlineMs / 2);
    threads.requestStop('others');
    const inTime = (await threads.ended(deadlineMs / 2)) && ingestDone;
    if (post !== undefined) new PostBox(post.box).stop();
    await postman;
    return inTime;
  };
  const parking = new ParkAll(rings, PARK_MS);
  const prepared = options.prepare();
  try {
    await Promise.all([prepared, opened]);
  } catch (error) {
    await Promise.allSettled([prepared]);
    await stop(FAILED_START_MS);
    throw error;
  }
  return {
    topology: 'threads',
    sockets: () => sockets,
    tell: (news) => threads.tellIngest(news),
    doWork: () => 0,
    idle: () => parking.next(),
    watch: (now) => {
      threads.watch(now);
      threads.noteCpu();
    },
    stop,
  };
}

/** What ingest failed to start with: a port that cannot be bound keeps its code across the thread's border. */
function startError(message: { readonly error: string; readonly code?: string | undefined }): Error {
  const isPort = message.code?.startsWith('EADDR') === true || /listen|EADDR/i.test(message.error);
  return isPort ? new UnreachableError(`feed server: ${message.error}`) : new Error(message.error);
}

async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
