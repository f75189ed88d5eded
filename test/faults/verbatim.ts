// A venue that plays recorded messages word for word over a real socket, and the product behind it: real hashes and tops
// of a real venue. It has no books of its own and answers no question, so the frames' own evidence must do.
import { LiveClock } from '../../engine/core/clock.ts';
import { deferred } from '../../engine/core/deferred.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import { openServer } from '../../engine/ingest/server.ts';
import type { SocketConnection } from '../../engine/ingest/transport.ts';
import { Verifier } from '../../engine/integrity/verifier.ts';
import { verifierIndex } from '../../engine/memory/agent-words.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import { TapePlayer } from '../../engine/venue/sim/tape-player.ts';
import { createEngine } from './engine.ts';
import { Eye } from './eye.ts';
import { evidenceOf, outboundOf } from './polymarket.ts';
import { ProductCount } from './product-count.ts';
import { type Rig, type RigOptions, TURN_MS } from './rig.ts';
import type { Tape } from './tapes.ts';
import { Watch } from './watch.ts';

const HOST = '127.0.0.1';
const PATH = '/ws/market';
const BUFFERED_BYTES_MAX = 1 << 20;

/** A server that sends the tape to whoever subscribes, from the first subscription on. */
async function openPlayback({ frames, speed }: Tape, clock: LiveClock) {
  const connections = new Set<SocketConnection>();
  const ended = deferred<string>();
  const player = new TapePlayer<TapeFrame>(frames[Symbol.iterator](), clock, {
    ...{ speed, bufferedBytesMax: BUFFERED_BYTES_MAX, opening: () => undefined },
    bufferedBytes: () => Math.max(0, ...[...connections].map((connection) => connection.bufferedBytes())),
    apply: ({ bytes }) => {
      for (const connection of connections) connection.sendText(Buffer.from(bytes).toString('utf8'));
    },
    onEnd: (failure) => ended.resolve(failure),
  });
  const route = {
    onMessage: (connection: SocketConnection, bytes: Uint8Array) => {
      if (Buffer.from(bytes).toString('utf8') === 'PING') connection.sendText('PONG');
      else {
        connections.add(connection);
        player.start();
      }
    },
    onClose: (connection: SocketConnection) => connections.delete(connection),
  };
  const server = await openServer({ host: HOST, port: 0, transport: 'auto', sockets: { [PATH]: route } });
  const close = async (): Promise<void> => {
    player.stop();
    await server.close();
  };
  return { url: `ws://${HOST}:${server.port}${PATH}`, ended: ended.promise, close };
}

export async function openVerbatim(tape: Tape, options: RigOptions): Promise<Rig> {
  const { times, seed } = options;
  const clock = new LiveClock();
  const playback = await openPlayback(tape, clock);
  const { arena, intake, count, detect, counts } = createEngine(tape.markets, clock);
  const onFrame = (): void => {
    detect();
    watch.look();
  };
  const outbound = [outboundOf(tape, playback.url, options)];
  const agent = new IngestAgent({ outbound, ...times.resync, seed }, intake, clock, onFrame);
  const verifier = new Verifier(arena, verifierIndex(arena), { ...times.verifier, rest: false }, () => false);
  const evidence = () => evidenceOf(count, agent);
  const eye = new Eye(arena, clock, times);
  const product = new ProductCount(arena, times.rereadAgeMs);
  const watched = { markets: tape.markets.length, clock, truth: undefined, eye, product, evidence };
  const watch = new Watch(watched, options.watch);
  const timer = setInterval(() => {
    agent.doWork(clock.nowNs());
    onFrame();
    verifier.doWork(clock.nowNs());
  }, TURN_MS);
  await agent.open();
  return {
    ...{ watch, clock, counts, evidence, tapeEnded: playback.ended },
    fired: () => ({}),
    product: () => product.end(clock.nowNs()),
    facts: () => JSON.stringify(evidence()),
    close: async () => {
      clearInterval(timer);
      await agent.close();
      await playback.close();
    },
  };
}
