// One outbound market-data connection: subscribe, heartbeat, reconnect with backoff. Runs on the ingest thread's
// event loop; hands every text message to the frame sink with its receive time.
import { VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { PING_TEXT, subscribeText } from '../venue/polymarket/feed.ts';
import { type DialedSocket, dial } from './dial.ts';

/** Where a connection delivers: frames with their receive time, and its loss. */
export interface FrameSink {
  frame(bytes: Uint8Array, venue: number, connection: number, recvNs: number): void;
  lost(connection: number, nowNs: number): void;
}

/** One socket of a Polymarket market feed. */
export interface OutboundSetup {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly connection: number;
  readonly maxFrameBytes: number;
  readonly pingMs: number;
  /** Nothing heard for this long, not even a PONG: the socket is replaced. */
  readonly silenceMsMax: number;
  readonly reconnectMsMin: number;
  readonly reconnectMsMax: number;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Keeps one socket open until it is closed by us. */
export class OutboundFeed {
  readonly #setup: OutboundSetup;
  readonly #sink: FrameSink;
  readonly #clock: Clock;
  readonly #random: Random;
  #socket: DialedSocket | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #heardNs = 0;
  #bytesBefore = 0;
  #failures = 0;
  reconnects = 0;

  constructor(setup: OutboundSetup, sink: FrameSink, clock: Clock, random: Random) {
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    this.#random = random;
  }

  /** Bytes read from the network over all sockets this feed has had. */
  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  open(): void {
    const { url, tokens, connection, maxFrameBytes, pingMs } = this.#setup;
    this.#heardNs = this.#clock.nowNs();
    const socket = dial(url, {
      maxPayloadBytes: maxFrameBytes,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      onOpen: () => {
        socket.sendText(subscribeText(tokens));
        this.#pingTimer = setInterval(() => this.#ping(), pingMs);
      },
      onMessage: (bytes) => {
        const recvNs = this.#clock.nowNs();
        this.#heardNs = recvNs;
        this.#failures = 0;
        this.#sink.frame(bytes, VENUE_POLYMARKET, connection, recvNs);
      },
      onClose: () => this.#onClose(),
    });
    this.#socket = socket;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#retryTimer);
    this.#socket?.close();
  }

  #ping(): void {
    if (this.#clock.nowNs() - this.#heardNs > this.#setup.silenceMsMax * 1e6) this.#socket?.terminate();
    else this.#socket?.sendText(PING_TEXT);
  }

  #onClose(): void {
    clearInterval(this.#pingTimer);
    this.#bytesBefore += this.#socket?.bytesReceived ?? 0;
    this.#socket = undefined;
    this.#sink.lost(this.#setup.connection, this.#clock.nowNs());
    if (this.#closed) return;
    // Full jitter: the whole interval is drawn, so that many clients do not come back together.
    const ceilingMs = Math.min(this.#setup.reconnectMsMax, this.#setup.reconnectMsMin * 2 ** this.#failures);
    this.#failures += 1;
    this.reconnects += 1;
    this.#retryTimer = setTimeout(() => this.open(), this.#random.float() * ceilingMs);
  }
}
