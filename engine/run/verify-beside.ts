// The verifier beside a run on one thread: it has a thread of its own there too, because a hash takes as long as a
// thousand frames. Main thread.
import type { EngineMemory } from '../pipeline.ts';
import type { VerifyTask } from '../threads/verify-worker.ts';
import { Threads } from '../threads.ts';
import { type Engine, HUNG_NS, type Loss } from './engine.ts';

/** `engine`, with the verifier started beside it and ended before it. */
export function withVerifier(
  engine: Engine,
  task: VerifyTask,
  { arena, module }: EngineMemory,
  startNs: bigint,
  onLost: (loss: Loss) => void,
): Engine {
  const threads = new Threads({
    ...{ context: { memory: arena.memory, module, startNs }, arena, hungNs: HUNG_NS },
    onLost: (role, why) => onLost({ role, why }),
  });
  threads.startVerifier(task);
  return {
    topology: engine.topology,
    sockets: () => engine.sockets(),
    tell: (news) => engine.tell(news),
    doWork: (nowNs) => engine.doWork(nowNs),
    idle: () => engine.idle(),
    watch: (nowNs) => {
      engine.watch(nowNs);
      threads.watch(nowNs);
      threads.noteCpu();
    },
    stop: async (deadlineMs) => {
      threads.requestStop('others');
      const ended = await threads.ended(deadlineMs);
      return (await engine.stop(deadlineMs)) && ended;
    },
  };
}
