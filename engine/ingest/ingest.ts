// The ingest agent: owns the outbound feeds and the feed server, hands every frame to the intake, replaces connections
// that are silent or whose books do not recover. Lives where its sockets live; writer of the level rings.
import {
  MARKET_DETECTOR,
  REGION_LEVEL_RINGS,
  REGION_MARKETS,
  REGION_STAGING,
  RING_SLOT_BYTES,
  RING_SLOTS,
} from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Agent } from '../core/agent.ts';
import type { Clock } from '../core/clock.ts';
import { Random } from '../core/random.ts';
import { EvidenceRing } from '../integrity/evidence-ring.ts';
import type { Arena } from '../memory/arena.ts';
import type { BookRest } from './book-rest.ts';
import type { Subscription } from './controls.ts';
import type { Copies } from './copies.ts';
import type { OutboundSetup } from './feed-contract.ts';
import { marketFeedFacts } from './feed-facts.ts';
import { type FeedServerCounts, openFeedServer } from './feed-server.ts';
import { marketOf, type TokenPlace } from './first-books.ts';
import type { FrameIntake } from './frames.ts';
import { type IngestSetup, type IngestSockets, KALSHI_CONNECTION_FIRST } from './ingest-setup.ts';
import type { KalshiSink } from './kalshi-contract.ts';
import { KalshiFeed } from './kalshi-feed.ts';
import { KalshiFeeds } from './kalshi-feeds.ts';
import { OutboundFeed } from './outbound.ts';
import { ArenaPool } from './receive-pool.ts';
import { canBeHelped, FeedWatch, RESYNC_DEFAULTS } from './resync.ts';
import type { Server } from './server.ts';
import { TokenPlaces } from './token-places.ts';

/** Ring slots of one read published before they are worked off: some sixteen changes of two levels. */
const GROUP_SLOTS = 64;

/** How often connections are looked at: a fraction of the shortest time they are given. */
const CHECK_EVERY_NS = 50e6;
/** A venue gets this long to answer that a connection is to be closed. */
const CLOSE_MS_MAX = 500;

/**
 * Sockets in, frames out. `onFrame` runs after accepted frames (inline topology: work them off at once): after each
 * frame that is copied in, and after a few frames or the last of those that one read brought into the arena.
 */
export class IngestAgent implements Agent, KalshiSink {
  readonly role = 'ingest';
  readonly #setup: IngestSetup;
  readonly #intake: FrameIntake;
  readonly #evidence: EvidenceRing;
  readonly #clock: Clock;
  readonly #onFrame: (() => void) | undefined;
  /** By connection. */
  readonly feeds: OutboundFeed[] = [];
  readonly #watches: FeedWatch[];
  readonly #kalshi: KalshiFeeds;
  readonly takeKalshi: KalshiSink['takeKalshi'] = (connection) => this.#intake.takeKalshi(connection);
  readonly #places: TokenPlaces;
  readonly #books: Books;
  readonly #pool: ArenaPool;
  readonly #random: Random;
  /** Slots that may wait for being worked off; a frame of any size must find room in the ring beside them. */
  readonly #groupSlots: number;
  #waitingSlots = 0;
  #nextCheckNs = 0;
  #rest: BookRest | undefined;
  #server: Server | undefined;
  #pushed: FeedServerCounts | undefined;

  constructor(setup: IngestSetup, intake: FrameIntake, clock: Clock, onFrame?: () => void) {
    this.#setup = setup;
    this.#intake = intake;
    this.#evidence = new EvidenceRing(intake.arena);
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#random = new Random(setup.seed);
    this.#books = new Books(intake.arena);
    this.#places = new TokenPlaces(intake.markets);
    this.#pool = new ArenaPool(intake.arena);
    this.#watches = [];
    for (const outbound of setup.outbound) this.#addFeed(outbound);
    const ring = intake.arena.region(REGION_LEVEL_RINGS).bytesEach - RING_SLOTS;
    const spare = ring / RING_SLOT_BYTES - intake.arena.region(REGION_STAGING).count;
    this.#groupSlots = Math.min(GROUP_SLOTS, spare >> 1);
    this.#kalshi = new KalshiFeeds(setup, {
      marketOf: (ticker) => this.marketOf(ticker),
      detectorOf: (market) => intake.arena.u32[(intake.arena.at(REGION_MARKETS, market) + MARKET_DETECTOR) >> 2]!,
      make: (feed) => new KalshiFeed(feed, this, this.#books, [clock, this.#random.split(), this.#pool]),
    });
  }

  /** The open connections of the Kalshi feed. */
  get kalshi(): readonly KalshiFeed[] {
    return this.#kalshi.feeds;
  }

  get arena(): Arena {
    return this.#intake.arena;
  }

  /** Opens the feed server, then dials out. Rejects when the port cannot be bound. */
  async open(): Promise<void> {
    if (this.#setup.feedServer !== undefined) {
      const { server, counts } = await openFeedServer(this.#setup.feedServer, this, this.#clock);
      this.#server = server;
      this.#pushed = counts;
    }
    if (this.#setup.books !== undefined) {
      // Loaded where it is wanted only: what it imports is a good part of a start.
      const { BookRest } = await import('./book-rest.ts');
      this.#rest = new BookRest(this.#setup.books, this, this.#books);
    }
    for (const feed of this.feeds) feed.open();
    await this.#kalshi.open();
  }

  /** Looks after the connections, passes evidence against books on; Control records that found a full ring go out as soon as there is room. */
  doWork(nowNs: number): number {
    if (nowNs >= this.#nextCheckNs) {
      this.#nextCheckNs = nowNs + CHECK_EVERY_NS;
      this.#checkFeeds(nowNs);
    }
    this.#evidence.take((market, frameSeq) => this.#intake.offStream.suspect(market, frameSeq, nowNs));
    const work = this.#kalshi.doWork(nowNs);
    this.#rest?.doWork(nowNs, this.feeds);
    return work + (this.#intake.flushControls() ? 0 : 1);
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
    this.#intake.offStream.disconnected(connection, nowNs);
    this.#onFrame?.();
  }

  marketOf(ticker: string): number | undefined {
    return this.#intake.markets.indexOf(`kalshi:${ticker}`);
  }

  stale(market: number, nowNs: number): void {
    this.#intake.offStream.stale(market, nowNs);
    this.#onFrame?.();
  }

  withdrawn(market: number, is: boolean): void {
    this.#intake.offStream.withdrawn(market, is);
  }

  passNumber(market: number, subscription: Subscription, nowNs: number): void {
    this.#intake.offStream.passNumber(market, subscription, nowNs);
  }

  connectionOver(market: number, connection: number, nowNs: number): void {
    this.#intake.offStream.connectionOver(market, connection, nowNs);
  }

  countResync(): void {
    this.#intake.countResync();
  }

  sockets(): IngestSockets {
    const feeds = [...this.feeds, this.#kalshi];
    return {
      feedServerPort: this.#server?.port ?? 0,
      transport: this.#server?.transportName ?? 'none',
      bytesReceived: feeds.reduce((sum, feed) => sum + feed.bytesReceived, 0),
      reads: feeds.reduce((sum, feed) => sum + feed.reads, 0),
      reconnects: feeds.reduce((sum, feed) => sum + feed.reconnects, 0),
      pushed: this.#pushed,
      market: marketFeedFacts(this.feeds, this.#rest?.counts),
      kalshi: this.#kalshi.facts,
    };
  }

  /**
   * Subscribes the tokens of one market, which is registered: on the first connection with room, else on a new one.
   * False when there can be none.
   */
  subscribe(tokens: readonly string[]): boolean {
    const [ticker] = tokens;
    if (ticker !== undefined && this.marketOf(ticker) !== undefined) return this.#kalshi.subscribe(ticker);
    const { further } = this.#setup;
    if (further === undefined) return false;
    const room = further.assetsPerConnection - tokens.length;
    this.#places.refresh();
    let index = this.feeds.findIndex((feed) => feed.tokens.size <= room);
    if (index < 0) {
      index = this.feeds.length;
      if (index >= KALSHI_CONNECTION_FIRST) return false;
      this.#addFeed({ ...further.setup, tokens, connection: index });
      this.feeds[index]!.open();
    } else this.feeds[index]!.subscribe(tokens);
    this.#watch(index, tokens);
    return true;
  }

  /** The market's frames are wanted no more. */
  unsubscribe(tokens: readonly string[]): void {
    this.#kalshi.unsubscribe(tokens);
    for (const [index, feed] of this.feeds.entries()) {
      const own = tokens.filter((token) => feed.tokens.has(token));
      feed.unsubscribe(own);
      for (const token of own) this.#watches[index]!.remove(marketOf(this.#places.of(token)!));
    }
  }

  judgeBy(copies: Copies | undefined): void {
    this.#intake.copies = copies;
  }

  duplicate(bytes: number): void {
    this.#intake.offStream.duplicate(bytes);
  }

  lostMarket(market: number, nowNs: number): void {
    this.#intake.offStream.lostMarket(market, nowNs);
    this.#onFrame?.();
  }

  placeOf(token: string): TokenPlace | undefined {
    return this.#places.of(token);
  }

  canBeHelped(market: number): boolean {
    return canBeHelped(this.#books, market);
  }

  #addFeed(outbound: OutboundSetup): void {
    this.feeds.push(new OutboundFeed(outbound, this, this.#clock, this.#random.split(), this.#pool));
    this.#watches.push(new FeedWatch(this.#books, { ...RESYNC_DEFAULTS, ...this.#setup }));
    this.#watch(this.feeds.length - 1, outbound.tokens);
  }

  #watch(index: number, tokens: readonly string[]): void {
    for (const token of tokens) {
      const place = this.#places.of(token);
      if (place !== undefined) this.#watches[index]!.add(marketOf(place));
    }
  }

  #checkFeeds(nowNs: number): void {
    for (const [index, feed] of this.feeds.entries()) {
      feed.doWork(nowNs);
      if (!this.#watches[index]!.wantsResync(feed.openNs, nowNs, feed.lacksBooks(nowNs), feed.hasBooks)) continue;
      this.#intake.countResync();
      feed.replace();
    }
  }

  /**
   * Closes every socket on the thread that owns it, the server last. What is on its way when a venue is told still
   * comes in; a venue that does not answer in time is cut. Nothing comes in once it resolves.
   */
  async close(): Promise<void> {
    const feeds = [...this.feeds, this.#kalshi];
    const closed = Promise.all(feeds.map((feed) => feed.close()));
    const timer = setTimeout(() => {
      for (const feed of feeds) feed.cut();
    }, CLOSE_MS_MAX);
    await closed.finally(() => clearTimeout(timer));
    await this.#rest?.close();
    await this.#server?.close();
  }
}
