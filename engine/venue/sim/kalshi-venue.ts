// The simulated Kalshi venue: plays recorded messages into books of its own and serves them by signed WebSocket and by
// REST. Runs on one event loop; clients reach it by URL only. Scripted faults count when they fire.
import { type Clock, LiveClock } from '../../core/clock.ts';
import { deferred } from '../../core/deferred.ts';
import { openServer } from '../../ingest/server.ts';
import type { HttpRequest, SocketRoute, TransportChoice } from '../../ingest/transport.ts';
import type { JsonObject } from '../json.ts';
import { CHANNELS } from '../kalshi/commands.ts';
import { countText, dollarsText } from '../kalshi/text.ts';
import type { LedgerReport } from './accounts.ts';
import { FaultScript } from './fault-script.ts';
import { type AuthFault, KalshiAuth } from './kalshi-auth.ts';
import type { BookChange, KalshiBook } from './kalshi-book.ts';
import { KalshiClient, type Sending } from './kalshi-client.ts';
import { runCommand } from './kalshi-commands.ts';
import type { KalshiExchange } from './kalshi-exchange.ts';
import type { KalshiMarket } from './kalshi-exchange-types.ts';
import { createKalshiStats, type KalshiFaultRule, type KalshiVenueStats } from './kalshi-faults.ts';
import type { KalshiLists } from './kalshi-lists.ts';
import { kalshiRoutes, unauthorized } from './kalshi-rest.ts';
import {
  type KalshiTapeCounts,
  type KalshiTapeFrame,
  type KalshiTapeStep,
  kalshiTapeSteps,
  tradeOf,
} from './kalshi-tape.ts';
import { KalshiTrading, type KalshiTradingInput, type Tell } from './kalshi-trading.ts';
import { openRelay, type Relay } from './relay.ts';
import { TapePlayer } from './tape-player.ts';

export interface KalshiVenueInput {
  readonly keyId: string;
  /** Of the one account, PEM. */
  readonly publicKeyPem: string;
  readonly frames: Iterable<KalshiTapeFrame>;
  /** What REST lists. */
  readonly lists: KalshiLists;
  readonly faults: readonly KalshiFaultRule[];
  /** Factor of recorded time, or max. */
  readonly speed: number | 'max';
  readonly transport?: TransportChoice;
  /** Default true: an answer takes a number of its subscription. */
  readonly answersTakeNumbers?: boolean;
  /** Default true. */
  readonly snapshotsOnDemand?: boolean;
  /** Called when a market's book has changed and its message is sent, before anybody can have received it. */
  readonly onTold?: (book: KalshiBook) => void;
  /** The tape waits for start() instead of the first subscription. */
  readonly waitsForStart?: boolean;
  /** What the account may trade. Default: nothing. */
  readonly trading?: KalshiTradingInput;
}

const NO_TRADING: KalshiTradingInput = { cashMicros: 0, terms: [], seed: 1 };
const HOST = '127.0.0.1';
export const KALSHI_PREFIX = '/trade-api/v2';
const SOCKET_PATH = '/trade-api/ws/v2';
const BUFFERED_BYTES_MAX = 1024 * 1024;
const REFUSALS: Readonly<Record<string, number>> = {
  kalshiRefuse503: 503,
  kalshiRefuse429: 429,
  kalshiRefuse403: 403,
};

export class KalshiVenue {
  readonly stats: KalshiVenueStats = createKalshiStats();
  readonly tape: KalshiTapeCounts = { steps: 0, skipped: 0, unreadable: 0 };
  readonly #input: KalshiVenueInput;
  readonly #clock: Clock = new LiveClock();
  readonly #auth: KalshiAuth;
  readonly #trading: KalshiTrading;
  readonly #clients = new Map<number, KalshiClient>();
  readonly #onChange: FaultScript<KalshiFaultRule>;
  readonly #onUpgrade: FaultScript<KalshiFaultRule>;
  readonly #player: TapePlayer<KalshiTapeStep>;
  readonly #ended = deferred<string>();
  readonly #close: (() => Promise<void>)[] = [];
  #relay: Relay | undefined;
  #changes = 0;
  /** How far the times of messages are ahead of the clock. */
  #aheadMs = 0;
  url = '';
  restUrl = '';

  constructor(input: KalshiVenueInput) {
    this.#input = input;
    this.#auth = new KalshiAuth(input.keyId, input.publicKeyPem);
    const isUpgrade = /Refuse|Skew/;
    const of = (wanted: (kind: string) => boolean) =>
      new FaultScript(
        input.faults.filter(({ kind }) => wanted(kind)),
        this.stats.faults,
      );
    this.#onUpgrade = of((kind) => isUpgrade.test(kind));
    this.#onChange = of((kind) => !isUpgrade.test(kind) && !/^kalshi(Rest|Order|Fill)/.test(kind));
    const parts = { clock: this.#clock, faults: input.faults, stats: this.stats };
    this.#trading = new KalshiTrading(
      input.trading ?? NO_TRADING,
      ...([input.keyId, parts] as const),
      (market) => this.#tellBook(market),
      (...message) => this.#tell(...message),
    );
    this.#player = new TapePlayer(kalshiTapeSteps(input.frames, this.tape), this.#clock, {
      speed: input.speed,
      bufferedBytesMax: BUFFERED_BYTES_MAX,
      bufferedBytes: () => Math.max(0, ...[...this.#clients.values()].map((client) => client.bufferedBytes)),
      apply: (step) => this.#apply(step),
      opening: ({ type, ticker }) => (type === 'orderbook_snapshot' ? ticker : undefined),
      onEnd: (failure) => this.#ended.resolve(failure),
    });
    this.#player.prime();
  }

  /** Settles when the tape is over; '' or why it broke off. */
  get tapeEnded(): Promise<string> {
    return this.#ended.promise;
  }

  /** Throws when no port is free. */
  async open(): Promise<void> {
    const { transport = 'auto', lists, faults } = this.#input;
    const settings = { host: HOST, port: 0, transport } as const;
    const stream = await openServer({ ...settings, sockets: { [SOCKET_PATH]: this.#route() } });
    this.#relay = await openRelay(HOST, 0, stream.port);
    const authFault = ({ method, path, headers }: HttpRequest): AuthFault | undefined =>
      this.#auth.fault(method, path, headers, this.#clock.wallMs());
    const { exchange } = this.#trading;
    const bookOf = (ticker: string): KalshiBook | undefined => exchange.find(ticker)?.told;
    const places = { lists, bookOf, isTrading: () => !exchange.isPaused, faults, stats: this.stats, authFault };
    const ofAccount = { faults, unauthorized: (request: HttpRequest) => unauthorized(places, request, true) };
    const routes = { ...kalshiRoutes(KALSHI_PREFIX, places), ...this.#trading.routes(KALSHI_PREFIX, ofAccount) };
    const rest = await openServer({ ...settings, routes });
    const relay = this.#relay;
    this.#close.push(() => relay.close(), stream.close, rest.close);
    this.url = `ws://${HOST}:${relay.port}${SOCKET_PATH}`;
    this.restUrl = `http://${HOST}:${rest.port}${KALSHI_PREFIX}`;
  }

  /** Starts a tape that waits for it. */
  start(): void {
    this.#player.start();
  }

  async close(): Promise<void> {
    this.#player.stop();
    this.#trading.close();
    for (const close of this.#close) await close();
  }

  /** A market's book, as everybody is shown it. */
  book(ticker: string): KalshiBook {
    return this.exchange.market(ticker).told;
  }

  get exchange(): KalshiExchange {
    return this.#trading.exchange;
  }

  /** The venue's own books. */
  ledger(): LedgerReport {
    return this.#trading.accounts.report();
  }

  /** Tells everybody of a market's life. */
  lifecycle(ticker: string, eventType: string, more: JsonObject = {}): void {
    const msg = { market_ticker: ticker, event_type: eventType, ...more };
    this.#tell(CHANNELS.lifecycle, 'market_lifecycle_v2', ticker, msg);
  }

  #route(): SocketRoute {
    const { answersTakeNumbers = true, snapshotsOnDemand = true, waitsForStart = false } = this.#input;
    const options = {
      ...{ answersTakeNumbers, snapshotsOnDemand, stats: this.stats },
      snapshots: (client: KalshiClient, tickers: readonly string[]) => this.#snapshots(client, tickers),
      onSubscribed: () => {
        if (!waitsForStart) this.#player.start();
      },
    };
    return {
      authorize: (headers, path) => this.#authorize(headers, path),
      onOpen: (connection) => this.#clients.set(connection.id, new KalshiClient(connection)),
      onMessage: (connection, bytes) => {
        const client = this.#clients.get(connection.id);
        if (client !== undefined) runCommand(client, bytes, options);
      },
      onClose: (connection) => this.#clients.delete(connection.id),
    };
  }

  #authorize(headers: Readonly<Record<string, string>>, path: string): true | number {
    this.stats.upgrades += 1;
    let wallMs = this.#clock.wallMs();
    for (const { kind, ms = 0 } of this.#onUpgrade.firing(this.stats.upgrades)) {
      if (kind !== 'kalshiSkew') return REFUSALS[kind]!;
      wallMs += ms;
    }
    const fault = this.#auth.fault('GET', path, headers, wallMs);
    if (fault === undefined) return true;
    this.stats.refused[fault] = (this.stats.refused[fault] ?? 0) + 1;
    return 401;
  }

  #snapshots(client: KalshiClient, tickers: readonly string[]): void {
    for (const ticker of tickers) {
      const book = this.exchange.find(ticker)?.told;
      if (book?.isOpen !== true) continue;
      const msg = book.snapshotMsg();
      this.stats.snapshotsSent += client.tell(CHANNELS.book, 'orderbook_snapshot', ticker, msg);
    }
  }

  #apply({ type, ticker, msg }: KalshiTapeStep): void {
    this.tape.steps += 1;
    const market = this.exchange.market(ticker);
    const { tape, told } = market;
    if (type === 'trade') {
      const wallMs = this.#clock.wallMs() + this.#aheadMs;
      const trade = tradeOf(msg);
      if (trade !== undefined) this.exchange.applyTrade(market, trade.side, trade);
      this.#tell(CHANNELS.trade, 'trade', ticker, { ...msg, ts: Math.floor(wallMs / 1_000), ts_ms: wallMs });
    } else if (type === 'orderbook_delta') {
      const change = tape.changeOf(msg);
      if (change !== undefined) this.exchange.applyTape(market, [change]);
    } else {
      const isFirst = !told.isOpen;
      const changes = tape.changesTo(msg);
      told.marketId = tape.marketId;
      this.exchange.applyTape(market, changes);
      told.isOpen = true;
      if (isFirst) for (const client of this.#clients.values()) this.#snapshots(client, [ticker]);
      if (isFirst) this.#input.onTold?.(told);
    }
  }

  #tell(...[channel, type, ticker, msg, sending]: Parameters<Tell>): number {
    let sent = 0;
    for (const client of this.#clients.values()) sent += client.tell(channel, type, ticker, msg, sending);
    return sent;
  }

  /** Tells of every level that differs from what was told; before the first snapshot nobody is told of anything. */
  #tellBook({ book, told }: KalshiMarket): void {
    for (const { side: folded, priceE4: yesE4, sizeMicros } of book.takeChanges()) {
      const [side, priceE4] = folded === 'bid' ? (['yes', yesE4] as const) : (['no', 10_000 - yesE4] as const);
      const change = { side, priceE4, deltaMicros: sizeMicros - told.sizeAt(side, priceE4) };
      if (change.deltaMicros === 0) continue;
      if (told.isOpen) this.#change(told, change);
      else told.apply(change);
    }
  }

  #change(book: KalshiBook, change: BookChange): void {
    book.apply(change);
    this.#changes += 1;
    const sending = this.#faulty(book.ticker);
    const wallMs = this.#clock.wallMs() + this.#aheadMs;
    const msg = {
      ...{ market_ticker: book.ticker, market_id: book.marketId, price_dollars: dollarsText(change.priceE4) },
      ...{ delta_fp: countText(change.deltaMicros), side: change.side },
      // The venue writes microseconds.
      ...{ ts: `${new Date(wallMs).toISOString().slice(0, -1)}000Z`, ts_ms: wallMs },
    };
    this.stats.changesSent += this.#tell(CHANNELS.book, 'orderbook_delta', book.ticker, msg, sending);
    this.#input.onTold?.(book);
  }

  #pause(ticker: string, ms: number): void {
    this.lifecycle(ticker, 'deactivated');
    // A pause that is not over must not keep the process from ending.
    setTimeout(() => this.lifecycle(ticker, 'activated'), ms).unref();
  }

  /** Lets the faults of this change fire; answers how it is sent. */
  #faulty(ticker: string): Sending {
    let sending: Sending = 'plain';
    for (const { kind, bytes = 0, ms = 0 } of this.#onChange.firing(this.#changes)) {
      if (kind === 'kalshiDrop') sending = 'drop';
      if (kind === 'kalshiDuplicate') sending = 'duplicate';
      if (kind === 'kalshiReorder') sending = 'reorder';
      if (kind === 'kalshiCorrupt') sending = (text) => text.replace('"price_dollars":"', '"price_dollars":"x');
      if (kind === 'kalshiTruncate') sending = (text) => text.slice(0, text.length >> 1);
      if (kind === 'kalshiOversize') sending = (text) => text + ' '.repeat(bytes);
      for (const client of this.#clients.values()) {
        if (kind === 'kalshiFreezeMarket') client.freezeMarket(ticker);
        if (kind === 'kalshiFreeze') client.freeze();
        if (kind === 'kalshiFreezeBooks') client.freezeChannel(CHANNELS.book);
      }
      if (kind === 'kalshiPause') this.#pause(ticker, ms);
      if (kind === 'kalshiStamps') this.#aheadMs = ms;
      if (kind === 'kalshiHalfOpen') this.#relay?.holdAll();
      if (kind === 'kalshiCut') this.#relay?.cutAll();
    }
    return sending;
  }
}
