// Starts the sender's process for bench/socket.ts and gives it orders.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PlayOrder, SenderMessage, SenderSetup } from './socket-wire.ts';

const SENDER = fileURLToPath(new URL('./socket-sender.js', import.meta.url));

/** The process that sends. */
export interface Sender {
  readonly pid: number;
  readonly ready: Extract<SenderMessage, { kind: 'ready' }>;
  play(order: PlayOrder): Promise<{ readonly sentNs: Float64Array; readonly waits: number }>;
  close(): void;
}

/** Rejects when it ends before it listens. */
export async function startSender(setup: SenderSetup): Promise<Sender> {
  const child = fork(SENDER, [JSON.stringify(setup)], { serialization: 'advanced' });
  const next = (): Promise<SenderMessage> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`the sender ended with ${code}`));
      child.once('exit', onExit);
      child.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message as SenderMessage);
      });
    });
  const ready = await next();
  if (ready.kind !== 'ready') throw new Error('the sender did not say where it listens');
  return {
    pid: child.pid!,
    ready,
    play: async (order) => {
      const answer = next();
      child.send(order);
      const played = await answer;
      if (played.kind !== 'played') throw new Error('the sender did not say that it played');
      return played;
    },
    close: () => child.disconnect(),
  };
}
