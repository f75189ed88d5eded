// Thread shell of a replay's detector: steps frame by frame when a book chain, dumps or lockstep ask for it, else
// drains. A piscina task that answers the chain. No decisions here.

import * as L from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { DetectAgent, type DetectExports } from '../detect/detect.ts';
import { instantiate } from '../detect/host.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { Arena } from '../memory/arena.ts';
import { type RingExports, SpinThenPark } from '../memory/idle.ts';
import { Ring } from '../memory/ring.ts';
import { FrameWatcher, type WatchResult, type WatchTask } from '../replay/frame-watcher.ts';
import type { ThreadContext } from './context.ts';
import type { DetectSettings } from './detect-worker.ts';

export interface ReplayDetectTask {
  readonly agentIndex: number;
  readonly settings: DetectSettings;
  readonly spins: number;
  readonly watch: WatchTask;
  /** True: after each frame the executor takes its turn before the next one is worked off. */
  readonly lockstep: boolean;
}

const TURN_MS = 100;
/** 5 s without the executor's turn is an error, as with a full ring. */
const TURNS_MAX = 50;

/** Runs until ingest has ended and the ring is empty; answers the book chain and the dump frames that never came. */
export function runReplayDetector(context: ThreadContext & { task: ReplayDetectTask }): WatchResult {
  const { task } = context;
  const arena = Arena.attach(context.memory);
  const words = new AgentWords(arena, task.agentIndex);
  const executor = new AgentWords(arena, task.agentIndex + 1);
  const clock = new LiveClock(context.startNs);
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, task.agentIndex - 1));
  const watcher = new FrameWatcher(arena, task.watch);
  const recvNsAt = (arena.at(L.REGION_SCRATCH, task.agentIndex) + L.SCRATCH_RECV_NS) >> 3;
  let steps = 0;
  const onStep = (frameSeq: number, touched: Uint32Array, count: number): void => {
    watcher.afterFrame(frameSeq, touched, count);
    if (!task.lockstep) return;
    steps = (steps + 1) >>> 0;
    words.finishStep(steps, arena.f64[recvNsAt]!);
    for (let turns = 0; !executor.awaitStep(steps, TURN_MS); turns += 1) {
      words.beat();
      if (turns === TURNS_MAX) throw new Error(`the executor did not take its turn after frame ${frameSeq} for 5 s`);
    }
  };
  const exports = instantiate<DetectExports & RingExports>(context.module, arena, task.agentIndex);
  const agent = new DetectAgent({
    ...task.settings,
    ...{ arena, agentIndex: task.agentIndex, clock },
    exports,
    ...(watcher.watches || task.lockstep ? { onStep } : {}),
  });
  const idle = new SpinThenPark(ring, task.spins, exports);
  words.started();
  for (;;) {
    // It reads the clock itself where time is wanted; a double handed on would be boxed in every duty cycle.
    const worked = agent.doWork(0);
    words.beat();
    if (worked === 0 && words.stopRequested && ring.occupancy() === 0) break;
    idle.idle(worked);
  }
  const result = watcher.close();
  words.ended();
  return result;
}
