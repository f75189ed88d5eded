// A replay over threads: playback in one, books and detection in another, the executor here. With baskets, detector
// and executor take turns frame by frame, so that the executor sees the books as they were at that frame.

import { COUNTER_FRAMES_RECEIVED } from '../../wasm/layout.ts';
import { LiveClock, runStartNs } from '../core/clock.ts';
import { EXIT } from '../core/exit-codes.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { counterTotal } from '../memory/counters.ts';
import { detectSettings } from '../pipeline.ts';
import { Threads } from '../threads.ts';
import type { WatchResult } from './frame-watcher.ts';
import { type Played, type ReplaySession, startExecutorWords } from './replay-session.ts';

const HUNG_NS = 5e9;
const WATCH_MS = 100;
const TURN_MS = 20;
const END_MS = 2_000;
const SPINS = 2_000;

/** Plays the whole recording, or until the stop signal. */
// tidy-ok: start, watch and end of the threads in one place
export async function replayThreads(session: ReplaySession): Promise<Played> {
  const { options, foundation, desk } = session;
  const { arena, module } = foundation;
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  let failure = '';
  const threads = new Threads({
    ...{ context: { memory: arena.memory, module, startNs }, arena, hungNs: HUNG_NS },
    onLost: (role, why) => {
      failure = failure === '' ? `${role} ${why}` : failure;
    },
  });
  const executor = startExecutorWords(foundation);
  const { recording, speed, bookChain, dumpBooks, dumpAtFrames } = options;
  const damage: string[] = [];
  const watch = { bookChain, dumpBooks, dumpAtFrames };
  const marks = bookChain || dumpAtFrames.length > 0 || desk !== undefined;
  const settings = detectSettings(options.config, session.seqScope);
  const task = { agentIndex: 1, settings, spins: SPINS, watch, lockstep: desk !== undefined };
  const result = threads.startReplayDetector<WatchResult>(task);
  const playback = { recording, speed, markEveryFrame: marks, lockstep: desk !== undefined };
  threads.startPlayback(playback, (end) => damage.push(...end.damage));
  const state = { over: false, watched: { bookChain: undefined, framesMissing: [] } as WatchResult };
  void threads.ingestEnded().then(() => threads.requestStop('others'));
  void result.then(
    (watched) => {
      state.watched = watched;
      state.over = true;
    },
    () => {
      state.over = true;
    },
  );
  let nextWatchNs = 0;
  const detector = new AgentWords(arena, 1);
  let steps = 0;
  while (!state.over && failure === '') {
    if (options.stop.aborted) threads.requestStop('ingest');
    // Turns are taken in bursts between two looks at the event loop; nothing else happens on this thread meanwhile.
    const untilNs = clock.nowNs() + TURN_MS * 1e6;
    while (desk !== undefined && clock.nowNs() < untilNs && detector.awaitStep((steps + 1) >>> 0, 1)) {
      steps = (steps + 1) >>> 0;
      desk.turn(detector.stepNowNs);
      executor.finishStep(steps, detector.stepNowNs);
    }
    const frames = counterTotal(arena, COUNTER_FRAMES_RECEIVED);
    options.onProgress({ done: frames, total: session.frames, frames });
    if (clock.nowNs() >= nextWatchNs) {
      threads.watch(clock.nowNs());
      nextWatchNs = clock.nowNs() + WATCH_MS * 1e6;
    }
    await new Promise((resolve) => (desk === undefined ? setTimeout(resolve, 5) : setImmediate(resolve)));
  }
  const inTime = await threads.ended(END_MS);
  executor.ended();
  if (failure === '' && !inTime) failure = 'a thread did not end';
  return { watched: state.watched, damage, failure, exitCode: failure === '' ? EXIT.ok : EXIT.workerLost };
}
