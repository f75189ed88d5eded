// A replay with every agent on the main thread: play, step, take the executor's turn, frame by frame.

import * as L from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { EXIT } from '../core/exit-codes.ts';
import { DetectAgent, type DetectExports } from '../detect/detect.ts';
import { instantiate } from '../detect/host.ts';
import type { DecodeExports } from '../ingest/frame-host.ts';
import { FrameIntake } from '../ingest/frames.ts';
import { AgentWords } from '../memory/agent-words.ts';
import { Counters } from '../memory/counters.ts';
import { detectSettings } from '../pipeline.ts';
import { FrameWatcher } from './frame-watcher.ts';
import { PlaybackAgent } from './playback.ts';
import { damageText, RecordingReader } from './recording.ts';
import { type Played, type ReplaySession, startExecutorWords } from './replay-session.ts';

const IDLE_MS = 1;

/** Plays the whole recording, or until the stop signal. */
export async function replayInline(session: ReplaySession): Promise<Played> {
  const { options, foundation, desk } = session;
  const { arena, markets, module } = foundation;
  const clock = new LiveClock();
  const reader = new RecordingReader(options.recording);
  const watcher = new FrameWatcher(arena, options);
  const recvNsAt = (arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_RECV_NS) >> 3;
  const onStep = (frameSeq: number, touched: Uint32Array, count: number): void => {
    watcher.afterFrame(frameSeq, touched, count);
    desk?.turn(arena.f64[recvNsAt]!);
  };
  const detect = new DetectAgent({
    ...detectSettings(options.config, session.seqScope),
    ...{ arena, agentIndex: 1, clock, exports: instantiate<DetectExports>(module, arena, 1) },
    ...(watcher.watches || desk !== undefined ? { onStep } : {}),
  });
  const workOff = (): void => {
    while (detect.doWork(clock.nowNs()) > 0);
  };
  const intake = new FrameIntake({
    ...{ arena, markets, clock, policy: 'replay', registerUnknown: true, waitClock: clock, backPressure: workOff },
    ...{ exports: instantiate<DecodeExports>(module, arena, 0), counters: new Counters(arena, 0) },
    stampAtAccept: true,
    markEveryFrame: watcher.watches || desk !== undefined,
  });
  const ingest = new PlaybackAgent(reader, intake, options.speed, workOff);
  const words = [new AgentWords(arena, 0), new AgentWords(arena, 1)];
  for (const word of words) word.started();
  const executor = startExecutorWords(foundation);
  while (!ingest.finished && !options.stop.aborted) {
    const played = ingest.doWork(clock.nowNs());
    options.onProgress({ done: intake.frameSeq, total: session.frames, frames: intake.frameSeq });
    // Signals and timers get their turn between two bursts.
    await new Promise((resolve) => (played === 0 ? setTimeout(resolve, IDLE_MS) : setImmediate(resolve)));
  }
  workOff();
  const watched = watcher.close();
  const damage = reader.damage().map(damageText);
  reader.close();
  for (const word of [...words, executor]) word.ended();
  return { watched, damage, failure: '', exitCode: EXIT.ok };
}
