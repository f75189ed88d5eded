// The ingest agent: owns the outbound feeds and the feed server, hands every frame to the intake, replaces connections
// that are silent or whose books do not recover. Lives where its sockets live; writer of the level rings.
import {
  RECEIVE_BEHIND_BYTES,
  REGION_LEVEL_RINGS,
  REGION_RECEIVE,
  REGION_STAGING,
  RING_SLOT_BYTES,
  RING_SLOTS,
} from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Agent } from '../core/agent.ts';
import type { Clock } from '../core/clock.ts';
import { Random } from '../core/random.ts';
import type { Arena } from '../memory/arena.ts';
import { type FeedServerCounts, type FeedServerSetup, openFeedServer } from './feed-server.ts';
import type { FrameIntake } from './frames.ts';
import { OutboundFeed, type OutboundSetup, type PlacedSink } from './outbound.ts';
import { FeedWatch, marketsOfFeeds, RESYNC_DEFAULTS, type ResyncLimits } from './resync.ts';
import type { Server } from './server.ts';
import type { ReceiveMemory } from './ws-receive.ts';

/** Ring slots of one read published before they are worked off: some sixteen changes of two levels. */
const GROUP_SLOTS = 64;

/** How often connections are looked at: a fraction of the shortest time they are given. */
const CHECK_EVERY_NS = 50e6;

/** Limits that are absent are RESYNC_DEFAULTS. */
export interface IngestSetup extends Partial<ResyncLimits> {
  readonly outbound: readonly OutboundSetup[];
  readonly feedServer?: FeedServerSetup | undefined;
  readonly seed: number;
}

/** What ingest knows of its sockets, for the status line and the summary. */
export interface IngestSockets {
  readonly feedServerPort: number;
  readonly transport: string;
  readonly bytesReceived: number;
  /** Reads that brought them: few bytes a read show a thread that is woken for every frame. */
  readonly reads: number;
  readonly reconnects: number;
  readonly pushed: FeedServerCounts | undefined;
}

/**
 * The part of the arena that connection `index` receives into; undefined when it has none. One socket at a time: a
 * destroyed one reads no more.
 */
export function receiveMemory(arena: Arena, index: number): ReceiveMemory | undefined {
  const { count, bytesEach } = arena.region(REGION_RECEIVE);
  if (index >= count) return undefined;
  return { memory: arena.bytes, at: arena.at(REGION_RECEIVE, index), bytes: bytesEach - RECEIVE_BEHIND_BYTES };
}

/**
 * Sockets in, frames out. `onFrame` runs after accepted frames (inline topology: work them off at once): after each
 * frame that is copied in, and after a few frames or the last of those that one read brought into the arena.
 */
export class IngestAgent implements Agent, PlacedSink {
  readonly role = 'ingest';
  readonly #setup: IngestSetup;
  readonly #intake: FrameIntake;
  readonly #clock: Clock;
  readonly #onFrame: (() => void) | undefined;
  /** By connection. */
  readonly feeds: readonly OutboundFeed[];
  readonly #watches: FeedWatch[];
  /** Slots that may wait for being worked off; a frame of any size must find room in the ring beside them. */
  readonly #groupSlots: number;
  #waitingSlots = 0;
  #nextCheckNs = 0;
  #server: Server | undefined;
  #pushed: FeedServerCounts | undefined;

  constructor(setup: IngestSetup, intake: FrameIntake, clock: Clock, onFrame?: () => void) {
    this.#setup = setup;
    this.#intake = intake;
    this.#clock = clock;
    this.#onFrame = onFrame;
    const random = new Random(setup.seed);
    this.feeds = setup.outbound.map((outbound, index) => {
      return new OutboundFeed(outbound, this, clock, random.split(), receiveMemory(intake.arena, index));
    });
    const ring = intake.arena.region(REGION_LEVEL_RINGS).bytesEach - RING_SLOTS;
    const spare = ring / RING_SLOT_BYTES - intake.arena.region(REGION_STAGING).count;
    this.#groupSlots = Math.min(GROUP_SLOTS, spare >> 1);
    const books = new Books(intake.arena);
    const markets = marketsOfFeeds(
      intake.markets,
      setup.outbound.map(({ tokens }) => tokens),
    );
    const limits = { ...RESYNC_DEFAULTS, ...setup };
    this.#watches = markets.map((own) => new FeedWatch(books, own, limits));
  }

  /** Opens the feed server, then dials out. Rejects when the port cannot be bound. */
  async open(): Promise<void> {
    if (this.#setup.feedServer !== undefined) {
      const { server, counts } = await openFeedServer(this.#setup.feedServer, this, this.#clock);
      this.#server = server;
      this.#pushed = counts;
    }
    for (const feed of this.feeds) feed.open();
  }

  /** Looks after the connections; Control records that found a full ring go out as soon as there is room. */
  doWork(nowNs: number): number {
    if (nowNs >= this.#nextCheckNs) {
      this.#nextCheckNs = nowNs + CHECK_EVERY_NS;
      this.#checkFeeds(nowNs);
    }
    return this.#intake.flushControls() ? 0 : 1;
  }

  frame(bytes: Uint8Array, venue: number, connection: number): number {
    const answer = this.#intake.acceptNow(bytes, venue, connection);
    this.#onFrame?.();
    return answer;
  }

  read(): void {
    this.#intake.stampRead();
  }

  frameAt(at: number, length: number, venue: number, connection: number): number {
    const answer = this.#intake.acceptAt(at, length, venue, connection);
    this.#waitingSlots += Math.max(1, answer);
    if (this.#waitingSlots >= this.#groupSlots) this.readEnd();
    return answer;
  }

  readEnd(): void {
    if (this.#waitingSlots === 0) return;
    this.#waitingSlots = 0;
    this.#onFrame?.();
  }

  lost(connection: number, nowNs: number): void {
    this.#intake.disconnected(connection, nowNs);
    this.#onFrame?.();
  }

  sockets(): IngestSockets {
    return {
      feedServerPort: this.#server?.port ?? 0,
      transport: this.#server?.transportName ?? 'none',
      bytesReceived: this.feeds.reduce((sum, feed) => sum + feed.bytesReceived, 0),
      reads: this.feeds.reduce((sum, feed) => sum + feed.reads, 0),
      reconnects: this.feeds.reduce((sum, feed) => sum + feed.reconnects, 0),
      pushed: this.#pushed,
    };
  }

  #checkFeeds(nowNs: number): void {
    for (const [index, feed] of this.feeds.entries()) {
      feed.doWork(nowNs);
      if (!this.#watches[index]!.wantsResync(feed.openNs, nowNs)) continue;
      this.#intake.countResync();
      feed.replace();
    }
  }

  /** Closes every socket on the thread that owns it, the server last. */
  async close(): Promise<void> {
    for (const feed of this.feeds) feed.close();
    await this.#server?.close();
  }
}
