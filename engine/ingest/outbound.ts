// One outbound market-data connection: what it subscribes, and what becomes of its messages. Ingest thread; hands every
// message to the frame sink, which takes the receive time first thing. Dialling, heartbeat and backoff are its link's.
//
// Only data is a sign of life. A venue that answers PING and sends nothing else has lost the subscription, so a PONG
// does not stop the clock of idle connections.
import { VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { subscribeText } from '../venue/polymarket/feed.ts';
import { CareHistory } from './care.ts';
import { FeedLink, type LinkOwner, type LinkSetup } from './feed-link.ts';
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
export interface OutboundSetup extends LinkSetup {
  readonly tokens: readonly string[];
  readonly connection: number;
}

/** Keeps one connection open until it is closed by us. */
export class OutboundFeed implements LinkOwner {
  readonly #setup: OutboundSetup;
  readonly #sink: PlacedSink;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #memory: ReceiveMemory | undefined;
  readonly #history = new CareHistory();
  #link: FeedLink;
  #before = { bytesReceived: 0, reads: 0 };
  /** Sockets that ended and were not closed by us. */
  reconnects = 0;

  /** `memory`: the part of the arena its sockets receive into, one after the other; without it frames are copied in. */
  constructor(setup: OutboundSetup, sink: PlacedSink, clock: Clock, random: Random, memory?: ReceiveMemory) {
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    this.#random = random;
    this.#memory = memory;
    this.#link = this.#newLink();
  }

  get bytesReceived(): number {
    return this.#before.bytesReceived + this.#link.bytesReceived;
  }

  /** Reads of its sockets that brought bytes. */
  get reads(): number {
    return this.#before.reads + this.#link.reads;
  }

  /** Since when the present socket is open and subscribed, ns; 0 while none is. */
  get openNs(): number {
    return this.#link.openNs;
  }

  get care(): FeedLink['care'] {
    return this.#link.care;
  }

  open(): void {
    this.#link.open(this.#clock.nowNs());
  }

  close(): void {
    this.#link.close();
  }

  doWork(nowNs: number): number {
    return this.#link.doWork(nowNs);
  }

  /** Replaces the connection without waiting: the new subscription brings new snapshots. */
  replace(): void {
    const { bytesReceived, reads } = this;
    const link = this.#link;
    link.drop();
    this.#before = { bytesReceived, reads };
    this.#link = this.#newLink();
    this.closed(link, this.#clock.nowNs());
    this.open();
  }

  opened(link: FeedLink): void {
    link.sendText(subscribeText(this.#setup.tokens));
  }

  message(_link: FeedLink, bytes: Uint8Array): number {
    return this.#sink.frame(bytes, VENUE_POLYMARKET, this.#setup.connection);
  }

  messageAt(_link: FeedLink, at: number, length: number): number {
    return this.#sink.frameAt(at, length, VENUE_POLYMARKET, this.#setup.connection);
  }

  read(): void {
    this.#sink.read();
  }

  readEnd(): void {
    this.#sink.readEnd();
  }

  closed(_link: FeedLink, nowNs: number): void {
    this.reconnects += 1;
    this.#sink.lost(this.#setup.connection, nowNs);
  }

  #newLink(): FeedLink {
    return new FeedLink(this.#setup, this, this.#clock, this.#random.split(), this.#history, this.#memory);
  }
}
