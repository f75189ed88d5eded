// Accepts frames that relays, other hosts and the player push to /feed/<venue>: token, size and rate are checked
// here, the frame then takes the same decode path as any other. Runs on the ingest thread.
import { createHash, timingSafeEqual } from 'node:crypto';
import { CONNECTIONS_MAX, VENUE_KALSHI, VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { FrameSink } from './feed-contract.ts';
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

/** Who may push, from where, and how much: the state of one feed server. */
class PushGate {
  readonly counts: FeedServerCounts = { accepted: 0, unauthorized: 0, full: 0, overRate: 0, notText: 0 };
  readonly #setup: FeedServerSetup;
  readonly #sink: FrameSink;
  readonly #clock: Clock;
  readonly #pushers = new Map<number, Pusher>();
  readonly #free: number[];

  constructor(setup: FeedServerSetup, sink: FrameSink, clock: Clock) {
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    const { connectionsMax, firstConnection } = setup;
    this.#free = Array.from({ length: connectionsMax }, (_, index) => firstConnection + index).reverse();
  }

  route(venue: number): SocketRoute {
    return {
      authorize: (headers) => this.#authorize(headers),
      onOpen: (socket) => this.#open(socket, venue),
      onMessage: (socket, bytes, isText) => this.#message(socket, bytes, isText),
      onClose: (socket) => this.#close(socket),
    };
  }

  #authorize(headers: Readonly<Record<string, string>>): true | number {
    const presented = headers['authorization'] ?? '';
    if (!presented.startsWith('Bearer ') || !sameToken(presented.slice(7), this.#setup.token)) {
      this.counts.unauthorized += 1;
      return 401;
    }
    if (this.#free.length === 0) {
      this.counts.full += 1;
      return 503;
    }
    return true;
  }

  #open(socket: SocketConnection, venue: number): void {
    const connection = this.#free.pop();
    if (connection === undefined) {
      this.counts.full += 1;
      socket.close(CLOSE_POLICY);
      return;
    }
    this.counts.accepted += 1;
    this.#pushers.set(socket.id, { connection, venue, windowStartNs: this.#clock.nowNs(), frames: 0 });
  }

  #message(socket: SocketConnection, bytes: Uint8Array, isText: boolean): void {
    const nowNs = this.#clock.nowNs();
    const pusher = this.#pushers.get(socket.id);
    if (pusher === undefined) return;
    if (!isText) {
      this.counts.notText += 1;
      socket.close(CLOSE_UNSUPPORTED);
      return;
    }
    if (nowNs - pusher.windowStartNs > SECOND_NS) {
      pusher.windowStartNs = nowNs;
      pusher.frames = 0;
    }
    pusher.frames += 1;
    if (pusher.frames > this.#setup.framesPerSecondMax) {
      this.counts.overRate += 1;
      socket.close(CLOSE_POLICY);
      return;
    }
    this.#sink.frame(bytes, pusher.venue, pusher.connection);
  }

  #close(socket: SocketConnection): void {
    const pusher = this.#pushers.get(socket.id);
    if (pusher === undefined) return;
    this.#pushers.delete(socket.id);
    this.#free.push(pusher.connection);
    this.#sink.lost(pusher.connection, this.#clock.nowNs());
  }
}

/**
 * Opens the server; every accepted text message goes to `sink`. Throws RangeError when the pushers' connection numbers
 * would pass CONNECTIONS_MAX: past it nobody keeps a data clock.
 */
export async function openFeedServer(
  setup: FeedServerSetup,
  sink: FrameSink,
  clock: Clock,
): Promise<{ server: Server; counts: FeedServerCounts }> {
  const most = CONNECTIONS_MAX - setup.firstConnection;
  if (setup.connectionsMax < 1 || setup.connectionsMax > most) {
    throw new RangeError(`ingest.feedServer.connectionsMax: ${setup.connectionsMax}, allowed 1..${most}`);
  }
  const gate = new PushGate(setup, sink, clock);
  const server = await openServer({
    host: setup.host,
    port: setup.port,
    transport: setup.transport,
    maxPayloadBytes: setup.maxFrameBytes,
    idleTimeoutS: 120,
    sockets: { '/feed/polymarket': gate.route(VENUE_POLYMARKET), '/feed/kalshi': gate.route(VENUE_KALSHI) },
  });
  return { server, counts: gate.counts };
}
