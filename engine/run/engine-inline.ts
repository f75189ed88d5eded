// Topology `inline`: sockets, decode, books, detection and the executor on one thread. A frame is worked off to its
// end in the call that brought it.

import type { Clock } from '../core/clock.ts';
import { DetectAgent, type DetectExports } from '../detect/detect.ts';
import { instantiate } from '../detect/host.ts';
import type { DecodeExports } from '../ingest/frame-host.ts';
import { createTap } from '../ingest/frame-tap.ts';
import { FrameIntake } from '../ingest/frames.ts';
import { IngestAgent } from '../ingest/ingest.ts';
import type { IngestSetup } from '../ingest/ingest-setup.ts';
import type { MarketEventSink } from '../ingest/market-events.ts';
import { MarketDesk } from '../ingest/market-news.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { Counters } from '../memory/counters.ts';
import type { Foundation } from '../pipeline.ts';
import type { DetectSettings } from '../threads/detect-worker.ts';
import { warmUp } from '../threads/warm-up.ts';
import { type Engine, UnreachableError } from './engine.ts';

const IDLE_MS = 1;

export interface InlineEngineOptions {
  readonly clock: Clock;
  readonly ingest: IngestSetup;
  readonly settings: DetectSettings;
  /** Synthetic frames before the sockets are opened. */
  readonly warmUpFrames: number;
  /** Fills the memory and warms the executor up, before them. */
  readonly prepare: () => Promise<Foundation>;
  /** The executor's turn, taken right after a frame. */
  readonly onFrame: () => void;
  /** A venue answered a subscription with an error. */
  readonly onVenueError: (connection: number, code: number, message: string) => void;
  /** The venue told of a market. */
  readonly onMarketEvent?: MarketEventSink;
}

/** Opens the sockets on this thread. Rejects when the port cannot be bound. */
export async function startInlineEngine(options: InlineEngineOptions): Promise<Engine> {
  const { clock } = options;
  const { arena, module, markets } = await options.prepare();
  warmUp(module, clock, options.warmUpFrames);
  const detect = new DetectAgent({
    ...options.settings,
    ...{ arena, agentIndex: 1, clock, exports: instantiate<DetectExports>(module, arena, 1) },
  });
  const counters = new Counters(arena, 0);
  const intake = new FrameIntake({
    ...{ arena, markets, clock, policy: 'live', registerUnknown: false, counters, tap: createTap(arena, counters) },
    exports: instantiate<DecodeExports>(module, arena, 0),
    ...{ onVenueError: options.onVenueError, distrustGaps: options.ingest.distrustGaps },
    onMarketEvent: (event) => {
      desk.heard(event);
      options.onMarketEvent?.(event);
    },
  });
  const words = [new AgentWords(arena, 0), new AgentWords(arena, 1)];
  for (const word of words) word.started();
  const ingest = new IngestAgent(options.ingest, intake, clock, () => {
    // It reads the clock itself where time is wanted.
    detect.doWork(0);
    options.onFrame();
  });
  const desk = new MarketDesk(intake, ingest, options.onMarketEvent);
  await open(ingest);
  return {
    topology: 'inline',
    sockets: () => ({ ...ingest.sockets(), news: { ...desk.counts } }),
    tell: (news) => desk.tell(news),
    doWork: (nowNs) => {
      for (const word of words) word.beat();
      return desk.doWork(nowNs) + ingest.doWork(nowNs) + detect.doWork(nowNs);
    },
    idle: () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)),
    watch: () => {
      for (const word of words) word.noteCpu();
    },
    stop: async () => {
      await ingest.close();
      while (detect.doWork(clock.nowNs()) > 0);
      for (const word of words) word.ended();
      return true;
    },
  };
}

async function open(ingest: IngestAgent): Promise<void> {
  try {
    await ingest.open();
  } catch (error) {
    await ingest.close();
    throw new UnreachableError(`feed server: ${(error as Error).message}`, { cause: error });
  }
}
