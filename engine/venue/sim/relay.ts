// A TCP relay before a simulated server, for the faults of the path that no server can play: connections cut without a
// goodbye, and half-open ones that stay up while nothing passes either way.
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** Cuts every connection; answers how many. */
  cutAll(): number;
  /** Cuts the connection that has been open for the longest. */
  cutOldest(): void;
  /** Cuts the one opened last. */
  cutNewest(): void;
  /** Lets nothing pass any more on the connections that are open now; answers how many. */
  holdAll(): number;
  close(): Promise<void>;
}

interface Pair {
  readonly inward: Socket;
  readonly outward: Socket;
}

/** Opens a relay to `targetPort`. Throws when the port is taken. */
export async function openRelay(host: string, port: number, targetPort: number): Promise<Relay> {
  const pairs = new Set<Pair>();
  const server = createServer({ noDelay: true }, (inward) =>
    join(inward, connect({ host, port: targetPort, noDelay: true }), pairs),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    port: address.port,
    cutAll: () => {
      const count = pairs.size;
      for (const pair of [...pairs]) cut(pair);
      return count;
    },
    cutOldest: () => cut([...pairs].at(0)),
    cutNewest: () => cut([...pairs].at(-1)),
    holdAll: () => {
      for (const { inward, outward } of pairs) {
        inward.unpipe(outward).pause();
        outward.unpipe(inward).pause();
      }
      return pairs.size;
    },
    close: () =>
      new Promise((resolve) => {
        for (const { inward } of pairs) inward.destroy();
        server.close(() => resolve());
      }),
  };
}

function cut(pair: Pair | undefined): void {
  pair?.inward.destroy();
  pair?.outward.destroy();
}

/** Passes on what either end sends until one of them ends. */
function join(inward: Socket, outward: Socket, pairs: Set<Pair>): void {
  const pair = { inward, outward };
  pairs.add(pair);
  const end = (): void => {
    pairs.delete(pair);
    inward.destroy();
    outward.destroy();
  };
  for (const [from, to] of [
    [inward, outward],
    [outward, inward],
  ] as const) {
    // What the error was is the client's to find out: it sees the end.
    from.on('error', end).on('close', end);
    from.pipe(to);
  }
}
