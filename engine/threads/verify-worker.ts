// Thread shell of the verifier: binds to the arena, waits until the run has started, gives the agent its turns and a
// connection to ask the venue over, and ends when asked. No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import { AGENT_STARTING } from '../../wasm/layout.ts';
import { LiveClock } from '../core/clock.ts';
import { Verifier, type VerifierOptions } from '../integrity/verifier.ts';
import { AgentWords, verifierIndex } from '../memory/agent-words.ts';
import { Arena } from '../memory/arena.ts';
import { askBooks } from './ask-books.ts';
import type { ThreadContext } from './context.ts';

export interface VerifyTask {
  readonly options: VerifierOptions;
  /** Origin of the venue's REST. */
  readonly restUrl: string;
}

/** A book must be copied before its next message: the shorter, the more hashes of busy markets are judged. */
const TURN_MS = 1;

function main({ memory, startNs, task }: ThreadContext & { task: VerifyTask }): void {
  const arena = Arena.attach(memory);
  const index = verifierIndex(arena);
  const words = new AgentWords(arena, index);
  const executor = new AgentWords(arena, arena.detectors + 1);
  const clock = new LiveClock(startNs);
  const { ask, close } = askBooks(task.restUrl, clock);
  let verifier: Verifier | undefined;
  words.started();
  const timer = setInterval(() => {
    words.beat();
    if (words.stopRequested) {
      clearInterval(timer);
      verifier?.close();
      words.ended();
      void close().finally(() => parentPort!.close());
      return;
    }
    // The executor's start says that markets and baskets are written.
    if (executor.state === AGENT_STARTING) return;
    verifier ??= new Verifier(arena, index, task.options, ask);
    verifier.doWork(clock.nowNs());
  }, TURN_MS);
}

main(workerData as ThreadContext & { task: VerifyTask });
