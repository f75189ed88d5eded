// Thread shell of a replay's ingest: plays a recording into the level rings with back-pressure, then ends.
// No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import * as L from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { instantiate } from '../detect/host.ts';
import type { DecodeExports } from '../ingest/frame-host.ts';
import { FrameIntake } from '../ingest/frames.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { Arena } from '../memory/arena.ts';
import { Counters } from '../memory/counters.ts';
import { Ring } from '../memory/ring.ts';
import { PlaybackAgent } from '../replay/playback.ts';
import { damageText, RecordingReader } from '../replay/recording.ts';
import { Markets } from '../venue/markets.ts';
import type { ThreadContext } from './context.ts';

export interface PlaybackTask {
  readonly recording: string;
  readonly speed: number | 'max';
  /** Frames that change no book pass through the ring too, by number. */
  readonly markEveryFrame: boolean;
  /** Detector and executor take turns frame by frame. */
  readonly lockstep: boolean;
}

/** What the worker posts once, at its end. */
export interface PlaybackEnd {
  readonly kind: 'played';
  /** Lines of damage found in the recording; empty for a whole one. */
  readonly damage: readonly string[];
}

const IDLE_MS = 1;
const FULL_RING_MS = 1;
const SETTLE_POLL_MS = 1;
const SETTLE_NS_MAX = 5e9;

/**
 * Comes back when the only detector has worked its ring off and the executor has taken its turn after that. The ring is
 * empty before the turn is: the heartbeat, which goes on after a duty cycle, and the steps tell of both. Throws after 5 s.
 */
function createSettled(arena: Arena, own: AgentWords, clock: LiveClock): () => void {
  const detector = new AgentWords(arena, 1);
  const executor = new AgentWords(arena, arena.detectors + 1);
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  const stopWord = (arena.at(L.REGION_AGENTS, 0) + L.AGENT_STOP) >> 2;
  const until = (isTrue: () => boolean): void => {
    for (const startNs = clock.nowNs(); !isTrue() && !own.stopRequested; own.beat()) {
      if (clock.nowNs() - startNs > SETTLE_NS_MAX) throw new Error('detector and executor took no turn for 5 s');
      Atomics.wait(arena.i32, stopWord, 0, SETTLE_POLL_MS);
    }
  };
  return () => {
    until(() => ring.occupancy() === 0);
    const { heartbeat } = detector;
    until(() => detector.heartbeat !== heartbeat && detector.stepped === executor.stepped);
  };
}

function main(context: ThreadContext & { task: PlaybackTask }): void {
  const arena = Arena.attach(context.memory);
  const words = new AgentWords(arena, 0);
  const clock = new LiveClock(context.startNs);
  const reader = new RecordingReader(context.task.recording);
  const intake = new FrameIntake({
    ...{ arena, clock, policy: 'replay', registerUnknown: true, waitClock: clock },
    stampAtAccept: true,
    markEveryFrame: context.task.markEveryFrame,
    ...(context.task.lockstep ? { settled: createSettled(arena, words, clock) } : {}),
    exports: instantiate<DecodeExports>(context.module, arena, 0),
    ...{ markets: new Markets(arena), counters: new Counters(arena, 0) },
    backPressure: (detector) => {
      words.beat();
      const headWord = (arena.at(L.REGION_LEVEL_RINGS, detector) + L.RING_HEAD) >> 2;
      Atomics.wait(arena.i32, headWord, Atomics.load(arena.i32, headWord), FULL_RING_MS);
    },
  });
  const agent = new PlaybackAgent(reader, intake, context.task.speed);
  words.started();
  const stopWord = (arena.at(L.REGION_AGENTS, 0) + L.AGENT_STOP) >> 2;
  while (!agent.finished && !words.stopRequested) {
    words.beat();
    if (agent.doWork(clock.nowNs()) === 0 && !agent.finished) Atomics.wait(arena.i32, stopWord, 0, IDLE_MS);
  }
  const damage = reader.damage().map(damageText);
  reader.close();
  words.ended();
  parentPort!.postMessage({ kind: 'played', damage } satisfies PlaybackEnd);
}

main(workerData as ThreadContext & { task: PlaybackTask });
