// Accepts frames that relays, other hosts and the player push to /feed/<venue>: token, size and rate are checked
// here, the frame then takes the same decode path as any other. Runs on the ingest thread.
import { createHash, timingSafeEqual } from 'node:crypto';
import { VENUE_KALSHI, VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { FrameSink } from './outbound.ts';
import { openServer, type Server, type SocketConnection, type SocketRoute } from './server.ts';

export interface FeedServerSetup {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly transport: 'auto' | 'uws' | 'ws';
  /** Pushers present it as `Authorization: Bearer <token>`. */
  readonly token: string;
  readonly maxFrameBytes: number;
  /** Per connection; the frame above it closes the connection with 1008. */
  readonly framesPerSecondMax: number;
  /** Connection numbers of pushers start here. */
  readonly firstConnection: number;
  readonly connectionsMax: number;
}

/** What was turned away, by reason. */
export interface FeedServerCounts {
  accepted: number;
  unauthorized: number;
  full: number;
  overRate: number;
  notText: number;
}

interface Pusher {
  readonly connection: number;
  readonly venue: number;
  windowStartNs: number;
  frames: number;
}

const CLOSE_POLICY = 1008;
const CLOSE_UNSUPPORTED = 1003;
const SECOND_NS = 1e9;

function sameToken(presented: string, token: string): boolean {
  // Hashes have one length, so the comparison takes the same time for every guess.
  const a = createHash('sha256').update(presented).digest();
  return timingSafeEqual(a, createHash('sha256').update(token).digest());
}

/** Opens the server; every accepted text message goes to `sink` with its receive time. */
export async function openFeedServer(
  setup: FeedServerSetup,
  sink: FrameSink,
  clock: Clock,
): Promise<{ server: Server; counts: FeedServerCounts }> {
  const counts: FeedServerCounts = { accepted: 0, unauthorized: 0, full: 0, overRate: 0, notText: 0 };
  const pushers = new Map<number, Pusher>();
  const free = Array.from({ length: setup.connectionsMax }, (_, index) => setup.firstConnection + index).reverse();

  const authorize = (headers: Readonly<Record<string, string>>): true | number => {
    const presented = headers['authorization'] ?? '';
    if (!presented.startsWith('Bearer ') || !sameToken(presented.slice(7), setup.token)) {
      counts.unauthorized += 1;
      return 401;
    }
    if (free.length === 0) {
      counts.full += 1;
      return 503;
    }
    return true;
  };

  const route = (venue: number): SocketRoute => ({
    authorize,
    onOpen: (socket: SocketConnection): void => {
      const connection = free.pop();
      if (connection === undefined) {
        counts.full += 1;
        socket.close(CLOSE_POLICY);
        return;
      }
      counts.accepted += 1;
      pushers.set(socket.id, { connection, venue, windowStartNs: clock.nowNs(), frames: 0 });
    },
    onMessage: (socket: SocketConnection, bytes: Uint8Array, isText: boolean): void => {
      const recvNs = clock.nowNs();
      const pusher = pushers.get(socket.id);
      if (pusher === undefined) return;
      if (!isText) {
        counts.notText += 1;
        socket.close(CLOSE_UNSUPPORTED);
        return;
      }
      if (recvNs - pusher.windowStartNs > SECOND_NS) {
        pusher.windowStartNs = recvNs;
        pusher.frames = 0;
      }
      pusher.frames += 1;
      if (pusher.frames > setup.framesPerSecondMax) {
        counts.overRate += 1;
        socket.close(CLOSE_POLICY);
        return;
      }
      sink.frame(bytes, pusher.venue, pusher.connection, recvNs);
    },
    onClose: (socket: SocketConnection): void => {
      const pusher = pushers.get(socket.id);
      if (pusher === undefined) return;
      pushers.delete(socket.id);
      free.push(pusher.connection);
      sink.lost(pusher.connection, clock.nowNs());
    },
  });

  const server = await openServer({
    host: setup.host,
    port: setup.port,
    transport: setup.transport,
    maxPayloadBytes: setup.maxFrameBytes,
    idleTimeoutS: 120,
    sockets: { '/feed/polymarket': route(VENUE_POLYMARKET), '/feed/kalshi': route(VENUE_KALSHI) },
  });
  return { server, counts };
}
