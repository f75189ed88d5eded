// One outbound market-data connection: subscribe, heartbeat, reconnect with backoff. Runs on the ingest thread's
// event loop; hands every message to the frame sink, which takes the receive time first thing.
//
// Only data is a sign of life. A venue that answers PING and sends nothing else has lost the subscription, so a PONG
// does not stop the silence clock; a connection that says nothing at all is silent in that sense too.
import { DECODE_IGNORED, VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { Random } from '../core/random.ts';
import { PING_TEXT, subscribeText } from '../venue/polymarket/feed.ts';
import { dial } from './dial.ts';
import type { DialedSocket, DialTransport, ReceiveSlice } from './dial-contract.ts';
import type { ReceiveMemory } from './ws-receive.ts';

/** Where a connection delivers: its frames, and its loss. */
export interface FrameSink {
  /** Answers what FrameIntake.acceptNow answers; DECODE_IGNORED is no data. */
  frame(bytes: Uint8Array, venue: number, connection: number): number;
  lost(connection: number, nowNs: number): void;
}

/** A sink that takes frames where a socket's read left them. */
export interface PlacedSink extends FrameSink {
  /** Bytes came in: the frames that frameAt() brings next were received now. */
  read(): void;
  /** frame() for a message that lies in the arena, with 64 readable bytes behind it. */
  frameAt(at: number, length: number, venue: number, connection: number): number;
  /** The last frame of the read was brought. */
  readEnd(): void;
}

/** One socket of a Polymarket market feed. */
export interface OutboundSetup {
  readonly url: string;
  readonly transport: DialTransport;
  readonly tokens: readonly string[];
  readonly connection: number;
  readonly maxFrameBytes: number;
  /** Certificate authority in PEM to trust in place of the system's. */
  readonly ca?: string;
  readonly pingMs: number;
  /** No data for this long, whatever PONG says: the socket is replaced. */
  readonly silenceMsMax: number;
  readonly reconnectMsMin: number;
  readonly reconnectMsMax: number;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Keeps one socket open until it is closed by us. */
export class OutboundFeed {
  readonly #setup: OutboundSetup;
  readonly #sink: PlacedSink;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #receive: ReceiveSlice | undefined;
  #socket: DialedSocket | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #ended = deferred<void>();
  /** Data frames so far, and how many of them check() has seen. */
  #data = 0;
  #dataSeen = 0;
  #heardNs = 0;
  #atOnce = false;
  #bytesBefore = 0;
  #failures = 0;
  reconnects = 0;
  /** Reads of its sockets that brought bytes. */
  reads = 0;
  /** Since when the present socket is open and subscribed, ns; 0 while none is. */
  openNs = 0;

  /** `memory`: the part of the arena its sockets receive into, one after the other; without it frames are copied in. */
  constructor(setup: OutboundSetup, sink: PlacedSink, clock: Clock, random: Random, memory?: ReceiveMemory) {
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    this.#random = random;
    const onMessageAt = (at: number, length: number): boolean =>
      this.#count(this.#sink.frameAt(at, length, VENUE_POLYMARKET, setup.connection));
    this.#receive = memory === undefined ? undefined : { ...memory, onMessageAt };
  }

  /** Bytes read from the network over all sockets this feed has had. */
  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  open(): void {
    const { url, transport, ca, tokens, connection, maxFrameBytes, pingMs } = this.#setup;
    const socket = dial(url, {
      transport,
      ...(ca === undefined ? {} : { ca }),
      ...(this.#receive === undefined ? {} : { receive: this.#receive }),
      maxPayloadBytes: maxFrameBytes,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      onOpen: () => {
        socket.sendText(subscribeText(tokens));
        this.openNs = this.#clock.nowNs();
        this.#heardNs = this.openNs;
        this.#pingTimer = setInterval(() => socket.sendText(PING_TEXT), pingMs);
      },
      onRead: () => {
        this.reads += 1;
        this.#sink.read();
      },
      onReadEnd: () => this.#sink.readEnd(),
      onMessage: (bytes) => this.#count(this.#sink.frame(bytes, VENUE_POLYMARKET, connection)),
      onClose: () => this.#onClose(),
    });
    this.#socket = socket;
  }

  /** Notes what became of a message; true when it was published, which only plain ASCII is. */
  #count(answer: number): boolean {
    if (answer === DECODE_IGNORED) return false;
    this.#data += 1;
    this.#failures = 0;
    return answer > 0;
  }

  /** Closes for good; resolves when the socket is closed and everything it brought was handed on. */
  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#retryTimer);
    if (this.#socket === undefined) this.#ended.resolve();
    else this.#socket.close();
    return this.#ended.promise;
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Cuts the connection when it brought no data for too long; call several times within silenceMsMax. */
  checkSilence(nowNs: number): void {
    if (this.openNs === 0) return;
    if (this.#data !== this.#dataSeen) {
      this.#dataSeen = this.#data;
      this.#heardNs = nowNs;
    } else if (nowNs - this.#heardNs > this.#setup.silenceMsMax * 1e6) {
      this.#cut();
    }
  }

  /** Replaces the connection without waiting: the new subscription brings new snapshots. */
  replace(): void {
    this.#atOnce = true;
    this.#cut();
  }

  #cut(): void {
    this.openNs = 0;
    this.#socket?.terminate();
  }

  #onClose(): void {
    clearInterval(this.#pingTimer);
    this.openNs = 0;
    this.#bytesBefore += this.#socket?.bytesReceived ?? 0;
    this.#socket = undefined;
    this.#sink.lost(this.#setup.connection, this.#clock.nowNs());
    if (this.#closed) {
      this.#ended.resolve();
      return;
    }
    this.reconnects += 1;
    if (this.#atOnce) {
      this.#atOnce = false;
      this.open();
      return;
    }
    // Full jitter: the whole interval is drawn, so that many clients do not come back together.
    const ceilingMs = Math.min(this.#setup.reconnectMsMax, this.#setup.reconnectMsMin * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.open(), this.#random.float() * ceilingMs);
  }
}
