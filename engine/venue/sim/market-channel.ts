// The market channel of the simulated venue: subscriptions, snapshots, PING/PONG, and the frames of every change.
// Runs on the venue's event loop.
import type { Clock } from '../../core/clock.ts';
import type { SocketConnection, SocketRoute } from '../../ingest/transport.ts';
import type { Print, VenueMarket } from './exchange-types.ts';
import type { FeedFaults, Topic } from './feed-faults.ts';
import { bestBidAskFrame, bookFrames, newMarketFrame, resolvedFrame, tickFrame, tradeFrame } from './frames.ts';
import type { Frozen, MarketFaults } from './market-faults.ts';
import type { VenueStats } from './stats.ts';

interface Subscriber {
  readonly connection: SocketConnection;
  /** Views subscribed, by market. */
  readonly views: Map<VenueMarket, Set<number>>;
  wantsCustom: boolean;
  /** Its frames have ended, all or those of some markets or topics, though it stays open and answers PING. */
  isFrozen: boolean;
  readonly frozen: Set<VenueMarket | Topic>;
}

/** The market of a token and which outcome it is. */
type TokenView = (token: string) => { readonly market: VenueMarket; readonly view: number } | undefined;

/** `faults`: what its frames get wrong; `path`: which connections break, fall silent or are refused. */
export interface ChannelParts {
  readonly stats: VenueStats;
  readonly faults: FeedFaults;
  readonly path: MarketFaults;
}

const CLOSE_BINARY = 1003;
const CLOSE_POLICY = 1008;
const TOKENS_MAX = 10_000;
/** Above so many tokens a connection gets changes but no snapshots, as at the venue. */
const TOKENS_WITH_BOOKS_MAX = 500;

/** Serves `/ws/market`. */
export class MarketChannel {
  readonly #tokenView: TokenView;
  readonly #clock: Clock;
  readonly #stats: VenueStats;
  readonly #faults: FeedFaults;
  readonly #path: MarketFaults;
  readonly #onSubscribed: () => void;
  readonly #subscribers = new Map<number, Subscriber>();
  readonly #toldTop = new Map<VenueMarket, string>();
  /** By how much its last venue time was ahead, where it was. */
  readonly #aheadMs = new Map<VenueMarket, number>();

  /** `onSubscribed` is called after each subscription: the tape waits for the first. */
  constructor(tokenView: TokenView, clock: Clock, { stats, faults, path }: ChannelParts, onSubscribed: () => void) {
    this.#tokenView = tokenView;
    this.#clock = clock;
    this.#stats = stats;
    this.#faults = faults;
    this.#path = path;
    this.#onSubscribed = onSubscribed;
  }

  readonly route: SocketRoute = {
    authorize: () => this.#path.refusal() ?? true,
    onOpen: (connection) => {
      const fresh = { views: new Map(), wantsCustom: false, isFrozen: false, frozen: new Set<VenueMarket | Topic>() };
      this.#subscribers.set(connection.id, { connection, ...fresh });
    },
    onMessage: (connection, bytes, isText) => {
      const subscriber = this.#subscribers.get(connection.id);
      if (subscriber === undefined) return;
      if (isText) this.#onText(subscriber, Buffer.from(bytes).toString('utf8'));
      else connection.close(CLOSE_BINARY, 'Binary is not supported');
    },
    onClose: (connection) => {
      this.#subscribers.delete(connection.id);
    },
  };

  /** Tells the levels that changed as one frame; the first snapshot as the array of both tokens. */
  book(market: VenueMarket, isFirstSnapshot: boolean): void {
    const changes = market.book.takeChanges();
    if (isFirstSnapshot) {
      const stampMs = this.#stampMs(market, 1);
      for (const subscriber of this.#subscribers.values()) this.#snapshot(subscriber, [market], () => stampMs);
      return;
    }
    if (changes.length === 0) return;
    this.#end(this.#faults.beforeChange());
    const venueMs = this.#stampMs(market, 1);
    const frames = this.#faults.changeFrames(market, market.book, changes, venueMs);
    if (frames === undefined) this.#freeze('asset', market);
    for (const frame of frames ?? []) this.#broadcast(market, frame, 'changes');
    this.#tellTop(market, venueMs);
    for (const tickE4 of this.#faults.reticks(market)) {
      const oldTickE4 = market.tickE4;
      market.tickE4 = tickE4;
      this.tick(market, oldTickE4);
    }
  }

  /** Told for both tokens. */
  tick(market: VenueMarket, oldTickE4: number): void {
    const venueMs = this.#stampMs(market, 0);
    for (let times = this.#faults.tickTimes(); times > 0; times -= 1) {
      for (const view of [0, 1]) this.#broadcast(market, tickFrame(market, view, oldTickE4, venueMs));
    }
  }

  /** A market is listed: told to all who asked for such events, twice, as the venue repeats it. */
  announce(market: VenueMarket, slug: string, tags: readonly string[]): void {
    for (let time = 0; time < 2; time += 1) this.#tellAll(newMarketFrame(market, slug, tags, this.#clock.wallMs()));
  }

  /** Told to all who asked for such events. */
  resolved(market: VenueMarket, view: number): void {
    this.#tellAll(resolvedFrame(market, view, this.#stampMs(market, 0)));
  }

  print(market: VenueMarket, print: Print): void {
    this.#end(this.#faults.beforeTrade());
    const frame = tradeFrame(market, print, this.#stampMs(market, 0));
    const lateMs = this.#faults.tradeLateMs();
    if (lateMs === 0) this.#broadcast(market, frame, 'trades');
    else setTimeout(() => this.#broadcast(market, frame, 'trades'), lateMs);
  }

  /**
   * Venue time for a frame of `market`: now, and `step` ms after the last told. Changes step by 1: one frame per market
   * and millisecond, so that each carries the final hash. Where stamps jump, so does what was told last.
   */
  #stampMs(market: VenueMarket, step: 0 | 1): number {
    const { aheadMs } = this.#faults;
    const jumpMs = aheadMs - (this.#aheadMs.get(market) ?? 0);
    if (jumpMs !== 0) this.#aheadMs.set(market, aheadMs);
    market.toldMs = Math.max(this.#clock.wallMs() + aheadMs, market.toldMs + jumpMs + step);
    return market.toldMs;
  }

  /** Most bytes that any subscriber has not taken yet. */
  bufferedBytesMax(): number {
    let most = 0;
    for (const { connection } of this.#subscribers.values()) most = Math.max(most, connection.bufferedBytes());
    return most;
  }

  #onText(subscriber: Subscriber, text: string): void {
    if (text === 'PING') {
      this.#send(subscriber, 'PONG');
      return;
    }
    const request = requestOf(text);
    if (request === undefined) {
      subscriber.connection.close(CLOSE_POLICY, 'invalid message');
      return;
    }
    if (request.custom) subscriber.wantsCustom = true;
    if (request.operation === 'unsubscribe') this.#unsubscribe(subscriber, request.tokens);
    else this.#subscribe(subscriber, request.tokens, request.initialDump);
  }

  /** Tokens already subscribed get no second snapshot; unknown ones are silently left out, as at the venue. */
  #subscribe(subscriber: Subscriber, tokens: readonly string[], initialDump: boolean): void {
    const added: VenueMarket[] = [];
    const before = new Map([...subscriber.views].map(([market, views]) => [market, new Set(views)]));
    for (const token of tokens) {
      const at = this.#tokenView(token);
      if (at === undefined) continue;
      const views = subscriber.views.get(at.market) ?? new Set<number>();
      subscriber.views.set(at.market, views.add(at.view));
      subscriber.frozen.delete(at.market);
      if (!added.includes(at.market)) added.push(at.market);
    }
    const isCrowded = sizesOf(subscriber.views) > TOKENS_WITH_BOOKS_MAX;
    const room = isCrowded ? 0 : this.#path.tokensWithBooks();
    if (initialDump) this.#snapshot(subscriber, added, (market) => this.#stampMs(market, 0), before, room);
    this.#stats.subscriptions += 1;
    this.#onSubscribed();
  }

  #unsubscribe(subscriber: Subscriber, tokens: readonly string[]): void {
    for (const token of tokens) {
      const at = this.#tokenView(token);
      if (at === undefined) continue;
      const views = subscriber.views.get(at.market);
      views?.delete(at.view);
      if (views?.size === 0) subscriber.views.delete(at.market);
    }
  }

  #snapshot(
    subscriber: Subscriber,
    markets: readonly VenueMarket[],
    stampMs: (market: VenueMarket) => number,
    before?: ReadonlyMap<VenueMarket, ReadonlySet<number>>,
    room = Number.POSITIVE_INFINITY,
  ): void {
    let place = sizesOf(before);
    const frames = markets.flatMap((market) => {
      const known = before?.get(market);
      const views = [...(subscriber.views.get(market) ?? [])].filter((view) => {
        if (known?.has(view) === true) return false;
        place += 1;
        if (place > room) this.#stats.booksWithheld += 1;
        return place <= room;
      });
      return views.length === 0 ? [] : bookFrames(market, market.book, stampMs(market), views);
    });
    if (frames.length > 0) this.#send(subscriber, `[${frames.join(',')}]`);
  }

  #tellTop(market: VenueMarket, venueMs: number): void {
    const top = `${market.book.bestE4('bid')}/${market.book.bestE4('ask')}`;
    if (this.#toldTop.get(market) === top) return;
    this.#toldTop.set(market, top);
    for (const subscriber of this.#subscribers.values()) {
      if (!subscriber.wantsCustom || isSilent(subscriber, market, 'tops')) continue;
      for (const view of subscriber.views.get(market) ?? []) {
        this.#send(subscriber, bestBidAskFrame(market, market.book, view, venueMs));
      }
    }
  }

  #broadcast(market: VenueMarket, frame: string, topic?: Topic): void {
    for (const what of this.#path.beforeFrame()) this.#freeze(what, market);
    for (const subscriber of this.#subscribers.values()) {
      if (subscriber.views.has(market) && !isSilent(subscriber, market, topic)) this.#send(subscriber, frame);
    }
  }

  #tellAll(frame: string): void {
    for (const subscriber of this.#subscribers.values()) {
      if (subscriber.wantsCustom && !subscriber.isFrozen) this.#send(subscriber, frame);
    }
  }

  #end(topics: readonly Topic[]): void {
    for (const topic of topics) for (const { frozen } of this.#subscribers.values()) frozen.add(topic);
  }

  #freeze(what: Frozen, market: VenueMarket): void {
    const all = [...this.#subscribers.values()];
    if (what === 'asset') for (const { views, frozen } of all) if (views.has(market)) frozen.add(market);
    if (what !== 'asset') for (const subscriber of what === 'all' ? all : all.slice(0, 1)) subscriber.isFrozen = true;
  }

  #send({ connection }: Subscriber, text: string): void {
    if (connection.sendText(text)) {
      this.#stats.marketFrames += 1;
      this.#stats.marketBytes += text.length;
      return;
    }
    // A frame that cannot be sent would leave the client with a wrong book: better no connection than that.
    this.#subscribers.delete(connection.id);
    this.#stats.slowConsumers += 1;
    connection.close(CLOSE_POLICY, 'slow consumer');
  }
}

function isSilent({ isFrozen, frozen }: Subscriber, market: VenueMarket, topic: Topic | undefined): boolean {
  return isFrozen || frozen.has(market) || (topic !== undefined && frozen.has(topic));
}

function sizesOf(views: ReadonlyMap<unknown, ReadonlySet<number>> | undefined): number {
  return [...(views?.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
}

interface Request {
  readonly operation: 'subscribe' | 'unsubscribe';
  readonly tokens: readonly string[];
  readonly custom: boolean;
  readonly initialDump: boolean;
}

function requestOf(text: string): Request | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Record<string, unknown>;
  const tokens = fields['assets_ids'];
  if (!Array.isArray(tokens) || tokens.length > TOKENS_MAX) return undefined;
  if (!tokens.every((token): token is string => typeof token === 'string')) return undefined;
  return {
    operation: fields['operation'] === 'unsubscribe' ? 'unsubscribe' : 'subscribe',
    tokens,
    custom: fields['custom_feature_enabled'] === true,
    initialDump: fields['initial_dump'] !== false,
  };
}
