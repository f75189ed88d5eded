// The child's side of the launcher: heartbeats, the stop request, and the announced exit code. Main thread only.
// Without a launcher (node dist/engine/main.js) everything here still works, by signals and process.exit alone.

const HEARTBEAT_MS = 500;

/** Sends heartbeats until the process ends; from then on the launcher ends a main thread that stops sending. */
export function startHeartbeats(): void {
  const send = process.send?.bind(process);
  if (send === undefined) return;
  send({ kind: 'alive' });
  setInterval(() => {
    if (process.connected) send({ kind: 'alive' });
  }, HEARTBEAT_MS).unref();
}

/** Answers a signal that aborts at the first Ctrl-C, SIGTERM, SIGHUP or stop request of the launcher. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('message', (message: { kind?: string }) => {
    if (message?.kind === 'stop') stop();
  });
  // The launcher is gone: nobody would map our exit code or forward a signal any more.
  process.on('disconnect', stop);
  process.channel?.unref();
  return controller.signal;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/** Flushes the output, announces `code` to the launcher and ends the process with it. */
export async function endProcess(code: number): Promise<never> {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (process.send !== undefined && process.connected) {
    await new Promise<void>((resolve) => {
      process.send?.({ kind: 'exit', code }, undefined, undefined, () => resolve());
    });
  }
  process.exit(code);
}
