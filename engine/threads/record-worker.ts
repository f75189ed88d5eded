// Thread shell of the recorder: opens the recording, writes what ingest taps until it is asked to end and its ring is
// empty. It looks at the ring now and then instead of being woken, so that ingest never makes a system call for it.
// No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import * as L from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { AgentWords, recorderIndex } from '../memory/agent-words.ts';
import { Arena } from '../memory/arena.ts';
import { counterTotal } from '../memory/counters.ts';
import { RecorderAgent } from '../replay/recorder.ts';
import { type RecordingHead, type RecordingLimits, RecordingWriter } from '../replay/recording-writer.ts';
import type { ThreadContext } from './context.ts';
import { type Drill, runDrill } from './drill.ts';

export interface RecordTask {
  readonly folder: string;
  readonly head: RecordingHead;
  readonly limits: RecordingLimits;
  readonly drill: Drill;
}

/** The recording ended by itself: at the bound on disk (`stopped`), or by an error of the file system. */
export interface RecordOver {
  readonly kind: 'over';
  readonly state: 'stopped' | 'failed';
  readonly reason: string;
}

/** What the worker tells the supervisor; `failed`: it could not begin. */
export type RecordMessage =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly error: string }
  | RecordOver;

const IDLE_MS = 5;

function tell(message: RecordMessage): void {
  parentPort!.postMessage(message);
}

function open({ folder, head, limits }: RecordTask): RecordingWriter | undefined {
  try {
    return new RecordingWriter(folder, head, limits);
  } catch (error) {
    tell({ kind: 'failed', error: (error as Error).message });
    return undefined;
  }
}

function main({ memory, startNs, task }: ThreadContext & { task: RecordTask }): void {
  const arena = Arena.attach(memory);
  const words = new AgentWords(arena, recorderIndex(arena));
  const clock = new LiveClock(startNs);
  const writer = words.stopRequested ? undefined : open(task);
  if (writer === undefined) {
    words.ended();
    return;
  }
  const agent = new RecorderAgent(arena, writer, (state, reason) => tell({ kind: 'over', state, reason }));
  words.started();
  tell({ kind: 'open' });
  const stopWord = (arena.at(L.REGION_AGENTS, recorderIndex(arena)) + L.AGENT_STOP) >> 2;
  for (;;) {
    const stopping = words.stopRequested;
    const taken = agent.doWork(clock.nowNs());
    words.beat();
    if (taken > 0) continue;
    if (stopping) break;
    words.noteCpu();
    runDrill(task.drill, agent.role, counterTotal(arena, L.COUNTER_RECORD_FRAMES));
    Atomics.wait(arena.i32, stopWord, 0, IDLE_MS);
  }
  agent.close();
  words.ended();
}

main(workerData as ThreadContext & { task: RecordTask });
