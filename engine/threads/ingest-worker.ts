// Thread shell of ingest: binds to the arena, opens the sockets, beats, and closes them on its own thread when asked.
// No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import { AGENT_STARTING } from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { instantiate } from '../detect/host.ts';
import type { DecodeExports } from '../ingest/frame-host.ts';
import { createTap } from '../ingest/frame-tap.ts';
import { FrameIntake } from '../ingest/frames.ts';
import { IngestAgent } from '../ingest/ingest.ts';
import type { IngestSetup, IngestSockets } from '../ingest/ingest-setup.ts';
import type { MarketEvent, MarketEventSink } from '../ingest/market-events.ts';
import { MarketDesk, type MarketNews } from '../ingest/market-news.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { Arena } from '../memory/arena.ts';
import { Counters } from '../memory/counters.ts';
import { Markets } from '../venue/markets.ts';
import type { ThreadContext } from './context.ts';
import type { Drill } from './drill.ts';
import { runDrill } from './drill.ts';
import { warmUp } from './warm-up.ts';

export interface IngestTask {
  readonly setup: IngestSetup;
  /** Registers markets met for the first time instead of rejecting their frames. */
  readonly registerUnknown: boolean;
  /** Synthetic frames before the sockets are opened. */
  readonly warmUpFrames: number;
  readonly drill: Drill;
}

/** What the worker tells the supervisor. */
export type IngestMessage =
  | { readonly kind: 'open' | 'sockets' | 'ended'; readonly sockets: IngestSockets }
  /** `code`: the system's name of the error, EADDRINUSE for one, '' when it has none. */
  | { readonly kind: 'failed'; readonly error: string; readonly code: string }
  /** What the venue told of a market, or which there is no room for. */
  | { readonly kind: 'marketEvent'; readonly event: MarketEvent }
  /** An error answer of a venue, for the log. */
  | { readonly kind: 'venueError'; readonly connection: number; readonly code: number; readonly message: string };

/** What the supervisor tells the worker: markets, or that it is to end. */
export interface ToIngest {
  readonly stop?: true;
  readonly news?: readonly MarketNews[];
}

/** How an error travels to the supervisor. */
function failed(error: Error): IngestMessage {
  return { kind: 'failed', error: error.message, code: (error as NodeJS.ErrnoException).code ?? '' };
}

const DUTY_CYCLE_MS = 10;
const START_POLL_MS = 1;
const START_NS_MAX = 20e9;
const REPORT_EVERY_CYCLES = 25;

function tellMarketEvent(event: MarketEvent): void {
  parentPort!.postMessage({ kind: 'marketEvent', event } satisfies IngestMessage);
}

function tellVenueError(connection: number, code: number, message: string): void {
  parentPort!.postMessage({ kind: 'venueError', connection, code, message } satisfies IngestMessage);
}

/**
 * Nothing is dialled before every detector has opened its books and is warm, and so is the executor, whose start also
 * says that markets and baskets are written. Rejects when one does not get there; resolves early when `own` is asked
 * to stop.
 */
async function othersStarted(arena: Arena, own: AgentWords, clock: LiveClock): Promise<void> {
  const untilNs = clock.nowNs() + START_NS_MAX;
  for (let agent = 1; agent <= arena.detectors + 1; agent += 1) {
    const words = new AgentWords(arena, agent);
    while (words.state === AGENT_STARTING && !own.stopRequested) {
      const role = agent <= arena.detectors ? `detector ${agent - 1}` : 'the executor';
      if (clock.nowNs() > untilNs) throw new Error(`${role} did not start within 20 s`);
      await new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
    }
  }
}

/** Waits for the others; false when this thread is to end instead, which is seen to here. */
async function mayOpen(arena: Arena, words: AgentWords, clock: LiveClock): Promise<boolean> {
  try {
    await othersStarted(arena, words, clock);
    if (!words.stopRequested) return true;
  } catch (error) {
    parentPort!.postMessage(failed(error as Error));
  }
  words.ended();
  parentPort!.close();
  return false;
}

function intakeOf(
  { module, task }: ThreadContext & { task: IngestTask },
  arena: Arena,
  clock: LiveClock,
  onMarketEvent: MarketEventSink,
): FrameIntake {
  const exports = instantiate<DecodeExports>(module, arena, 0);
  const counters = new Counters(arena, 0);
  return new FrameIntake({
    ...{ arena, exports, clock, policy: 'live', registerUnknown: task.registerUnknown },
    ...{ markets: new Markets(arena), counters, onVenueError: tellVenueError, tap: createTap(arena, counters) },
    ...{ distrustGaps: task.setup.distrustGaps, onMarketEvent },
  });
}

/** Marks the wish to end; what is told of markets waits for the desk to be there, and goes to it at once from then on. */
function listen(words: AgentWords): (desk: MarketDesk) => void {
  const early: MarketNews[] = [];
  let desk: MarketDesk | undefined;
  parentPort!.on('message', ({ stop, news }: ToIngest) => {
    if (stop === true) words.requestStop();
    if (desk === undefined) early.push(...(news ?? []));
    else desk.tell(news ?? []);
  });
  return (opened) => {
    desk = opened;
    desk.tell(early);
  };
}

/** A bug on this thread: its sockets must be closed here, or their library aborts the whole process at the thread's end. */
function endOnCrash(words: AgentWords, agent: IngestAgent, stopCycles: () => void): void {
  process.once('uncaughtException', (error) => {
    stopCycles();
    words.failed();
    parentPort!.postMessage(failed(error));
    void agent.close().finally(() => process.exit(1));
  });
}

async function main(context: ThreadContext & { task: IngestTask }): Promise<void> {
  const port = parentPort!;
  const arena = Arena.attach(context.memory);
  const words = new AgentWords(arena, 0);
  const clock = new LiveClock(context.startNs);
  warmUp(context.module, clock, context.task.warmUpFrames);
  words.started();
  const tellDesk = listen(words);
  if (!(await mayOpen(arena, words, clock))) return;
  const intake = intakeOf(context, arena, clock, (event) => {
    desk.heard(event);
    tellMarketEvent(event);
  });
  const agent = new IngestAgent(context.task.setup, intake, clock);
  const desk = new MarketDesk(intake, agent, tellMarketEvent);
  tellDesk(desk);
  const socketsNow = (): IngestSockets => ({ ...agent.sockets(), news: { ...desk.counts } });
  let cycles = 0;
  const end = async (): Promise<void> => {
    clearInterval(timer);
    const sockets = socketsNow();
    await agent.close();
    words.ended();
    port.postMessage({ kind: 'ended', sockets } satisfies IngestMessage);
    port.close();
  };
  endOnCrash(words, agent, () => clearInterval(timer));
  const cycle = (): void => {
    words.beat();
    desk.doWork(clock.nowNs());
    agent.doWork(clock.nowNs());
    cycles += 1;
    if (cycles % REPORT_EVERY_CYCLES === 0) {
      words.noteCpu();
      port.postMessage({ kind: 'sockets', sockets: socketsNow() } satisfies IngestMessage);
      runDrill(context.task.drill, 'ingest', intake.frameSeq);
    }
    if (words.stopRequested) void end();
  };
  const timer = setInterval(cycle, DUTY_CYCLE_MS);
  try {
    await agent.open();
    port.postMessage({ kind: 'open', sockets: socketsNow() } satisfies IngestMessage);
  } catch (error) {
    port.postMessage(failed(error as Error));
    words.requestStop();
  }
}

await main(workerData as ThreadContext & { task: IngestTask });
