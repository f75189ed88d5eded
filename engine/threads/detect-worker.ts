// Thread shell of a detector: a long piscina task that binds to the arena and runs the agent until it is asked to end
// and its ring is empty. No decisions here.

import * as L from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { DetectAgent, type DetectExports, type DetectOptions } from '../detect/detect.ts';
import { instantiate } from '../detect/host.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { Arena } from '../memory/arena.ts';
import { type RingExports, SpinThenPark } from '../memory/idle.ts';
import { Ring } from '../memory/ring.ts';
import { PostBox } from '../signer/post-box.ts';
import type { ThreadContext } from './context.ts';
import { type Drill, runDrill } from './drill.ts';
import { warmUp } from './warm-up.ts';

/** The part of DetectOptions that can be posted to a thread. */
export type DetectSettings = Pick<DetectOptions, 'seqScope' | 'minEdgeMicros' | 'minEdgePerUnitE4'>;

/** Where this detector runs and how. */
export interface DetectTask {
  /** 1-based: agent 0 is ingest. */
  readonly agentIndex: number;
  readonly settings: DetectSettings;
  /** Empty duty cycles before it sleeps on its ring. */
  readonly spins: number;
  /** Synthetic frames before the first duty cycle. */
  readonly warmUpFrames: number;
  readonly drill: Drill;
  /** Box of the postman that is rung when an opportunity is published; absent: nobody is. */
  readonly post?: SharedArrayBuffer | undefined;
}

const DRILL_EVERY_CYCLES = 256;
const EXECUTOR_WAIT_MS = 100;
const EXECUTOR_WAITS_MAX = 200;

/**
 * Waits for the executor: it has started when the main thread has written markets and baskets and is warm. Answers
 * false when `own` is asked to stop before; throws when it takes longer than 20 s.
 */
function awaitExecutor(arena: Arena, own: AgentWords): boolean {
  const executor = new AgentWords(arena, arena.detectors + 1);
  for (let waits = 0; executor.state === L.AGENT_STARTING; waits += 1) {
    if (own.stopRequested) return false;
    if (waits === EXECUTOR_WAITS_MAX) throw new Error('the executor did not start within 20 s');
    executor.awaitStart(EXECUTOR_WAIT_MS);
  }
  return true;
}

/** Runs until asked to stop and drained. Rejects when the agent throws: the supervisor sees a crash. */
export function runDetector(context: ThreadContext & { task: DetectTask }): void {
  const { task } = context;
  const arena = Arena.attach(context.memory);
  const words = new AgentWords(arena, task.agentIndex);
  const clock = new LiveClock(context.startNs);
  warmUp(context.module, clock, task.warmUpFrames);
  if (!awaitExecutor(arena, words)) {
    words.ended();
    return;
  }
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, task.agentIndex - 1));
  const exports = instantiate<DetectExports & RingExports>(context.module, arena, task.agentIndex);
  const box = task.post === undefined ? undefined : new PostBox(task.post);
  const agent = new DetectAgent({
    ...{ ...task.settings, arena, exports, agentIndex: task.agentIndex, clock },
    ...(box === undefined ? {} : { onOpportunities: () => box.ring() }),
  });
  words.started();
  const idle = new SpinThenPark(ring, task.spins, exports);
  for (let cycles = 0; ; cycles += 1) {
    // It reads the clock itself where time is wanted; a double handed on would be boxed in every duty cycle.
    const worked = agent.doWork(0);
    words.beat();
    if (worked === 0 && words.stopRequested && ring.occupancy() === 0) break;
    idle.idle(worked);
    if (cycles % DRILL_EVERY_CYCLES === 0) runDrill(task.drill, agent.role, words.watermark);
  }
  words.ended();
}
