// Opens the simulated Polymarket venue: exchange, channels, REST, and the tape that drives its books.
// Runs on one event loop; clients reach it by URL only.
import { LiveClock } from '../../core/clock.ts';
import { deferred } from '../../core/deferred.ts';
import { Random } from '../../core/random.ts';
import { openServer } from '../../ingest/server.ts';
import type { TransportChoice } from '../../ingest/transport.ts';
import type { MarketMeta, Relation } from '../contract.ts';
import type { JsonValue } from '../json.ts';
import { type Account, type AccountSetup, Accounts, type LedgerReport } from './accounts.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeListener, VenueMarket, VenueOrder } from './exchange-types.ts';
import { type FaultRule, Faults } from './faults.ts';
import { type FeedFaultRule, FeedFaults } from './feed-faults.ts';
import { type GammaFaultRule, openGamma } from './gamma.ts';
import { GammaLists } from './gamma-lists.ts';
import { Heartbeats } from './heartbeats.ts';
import { keyRoutes } from './key-rest.ts';
import type { Latency } from './latency.ts';
import { MarketChannel } from './market-channel.ts';
import { type MarketFaultRule, MarketFaults } from './market-faults.ts';
import { type BooksFaultRule, publicRoutes } from './public-rest.ts';
import { quoteRoutes } from './quotes.ts';
import { openRelay } from './relay.ts';
import { createStats, type VenueStats } from './stats.ts';
import { type TapeFrame, tapeSteps } from './tape.ts';
import { TapePlayer } from './tape-player.ts';
import type { SettlementOptions } from './trades.ts';
import { tradingRoutes } from './trading-rest.ts';
import { UserChannel } from './user-channel.ts';
import { NO_USER_FAULTS, type UserFaultOptions, UserFaults } from './user-faults.ts';

/** What does not differ between a venue in a test and one in its own process. */
export interface VenueSettings {
  readonly seed: number;
  /** Factor of recorded time, or max. */
  readonly speed: number | 'max';
  readonly accounts: readonly AccountSetup[];
  readonly host?: string;
  /** Of the channels; 0 or absent: any free port. */
  readonly port?: number;
  /** Of REST; 0 or absent: any free port. */
  readonly restPort?: number;
  readonly transport?: TransportChoice;
  readonly latency?: Partial<Latency>;
  readonly settlement?: Partial<SettlementOptions>;
  readonly faults?: readonly FaultRule[];
  readonly userFaults?: Partial<UserFaultOptions>;
  readonly feedFaults?: readonly FeedFaultRule[];
  readonly gammaFaults?: readonly GammaFaultRule[];
  readonly marketFaults?: readonly MarketFaultRule[];
  readonly booksFaults?: readonly BooksFaultRule[];
}

export interface VenueInput extends VenueSettings {
  readonly markets: readonly MarketMeta[];
  readonly frames: Iterable<TapeFrame>;
  /** How the markets relate: Gamma shows each relation as a neg-risk event. */
  readonly relations?: readonly Relation[];
  /** Ids of markets that Gamma does not list before list() does. */
  readonly unlisted?: ReadonlySet<string>;
  /** Called when a market's book has changed and its frames are sent, before anybody can have received them. */
  readonly onTold?: (market: VenueMarket) => void;
  /** Told the ids of the orders in a request when it has come. */
  readonly onPost?: (ids: readonly string[]) => void;
  /** Saved answers of Gamma that it serves besides the markets. */
  readonly gammaLists?: readonly JsonValue[];
}

export interface Venue {
  /** `ws://…/ws/market`. */
  readonly marketUrl: string;
  /** `ws://…/ws/user`. */
  readonly userUrl: string;
  /** `http://…`, without a slash at the end. */
  readonly restUrl: string;
  /** Gamma: `http://…`, without a slash at the end. */
  readonly gammaUrl: string;
  /** Of the channels. */
  readonly transportName: 'uws' | 'ws';
  /** Settles when the tape is over; '' or why it broke off. */
  readonly tapeEnded: Promise<string>;
  ledger(): LedgerReport;
  /** Lists markets at Gamma, as one event of their own, and tells of each on the market channel. */
  list(...ids: readonly string[]): void;
  /** The outcome `view` of a market has won: told on the market channel; it takes no orders any more. */
  resolve(id: string, view: number): void;
  stats(): VenueStats;
  /** Behind the wire, for whoever judges: orders, trades, and the accounts in the order of the setup. */
  readonly exchange: Exchange;
  readonly accounts: readonly Account[];
  close(): Promise<void>;
}

const USER_SEED = 0x75736572;
const REQUEST_SEED = 0x72657175;
const DEFAULT_LATENCY: Latency = { minMs: 20, maxMs: 60, tailMsMean: 0, takerDelayMs: 0 };
const DEFAULT_SETTLEMENT: SettlementOptions = { minedMsMean: 800, confirmedMsMean: 1_200, failProbability: 0 };
const HOUSEKEEPING_MS = 20;
const BUFFERED_BYTES_MAX = 1024 * 1024;

/** Opens the venue; the tape starts with the first subscription. Throws when the port is taken. */
// tidy-ok: wiring in order, no decisions
export async function openVenue(input: VenueInput): Promise<Venue> {
  const clock = new LiveClock();
  const random = new Random(input.seed);
  const stats = createStats();
  const accounts = new Accounts(input.accounts);
  // Seeds of their own: what they draw shifts no latency and no settlement.
  const userFaults = new UserFaults(
    { ...NO_USER_FAULTS, ...input.userFaults },
    new Random(input.seed ^ USER_SEED),
    stats,
  );
  const users = new UserChannel(accounts, clock, stats, userFaults);
  const ended = deferred<string>();
  const marketFaults = new MarketFaults(input.marketFaults ?? [], stats);
  const market = new MarketChannel(
    (token) => exchange.tokenView(token),
    clock,
    { stats, faults: new FeedFaults(input.feedFaults ?? [], stats), path: marketFaults },
    () => player.start(),
  );
  /** Orders that came to rest behind others. */
  const queued = new Set<string>();
  const settlement = { ...DEFAULT_SETTLEMENT, ...input.settlement };
  const exchange = new Exchange(input.markets, accounts, clock, random.split(), settlement, {
    book: (of, isFirst) => {
      market.book(of, isFirst);
      input.onTold?.(of);
    },
    tick: (of, oldTickE4) => market.tick(of, oldTickE4),
    print: (of, print) => market.print(of, print),
    order: (order, type) => {
      noteOrder(stats, order, type, queued);
      users.order(order, type);
    },
    trade: (trade) => {
      if (queued.delete(trade.order.id)) count(stats.outcomes, 'queueFilled');
      count(stats.trades, trade.status);
      users.trade(trade);
    },
  });
  const player = new TapePlayer(tapeSteps(input.frames, input.markets, stats.tape), clock, {
    speed: input.speed,
    bufferedBytesMax: BUFFERED_BYTES_MAX,
    bufferedBytes: () => market.bufferedBytesMax(),
    opening: ({ conditionId, events }) => (events.every(({ kind }) => kind === 'snapshot') ? conditionId : undefined),
    apply: (step) => {
      stats.tape.steps += 1;
      exchange.applyStep(step);
    },
    onEnd: (failure) => {
      stats.tape.ended = true;
      ended.resolve(failure);
    },
  });
  player.prime();
  const heartbeats = new Heartbeats(clock, random.split(), (account) => {
    for (const order of exchange.openOrders(account)) exchange.cancel(order);
  });
  const latency = { ...DEFAULT_LATENCY, ...input.latency };
  const faults = new Faults(input.faults ?? [], stats, new Random(input.seed ^ REQUEST_SEED));
  const { onPost } = input;
  const trading = { exchange, accounts, clock, random: random.split(), latency, faults, heartbeats, stats, onPost };
  const { host = '127.0.0.1', booksFaults = [] } = input;
  // REST is served by node:http: uWebSockets.js does not parse header names with an underscore, such as POLY_API_KEY.
  const rest = await openServer({
    host,
    port: input.restPort ?? 0,
    transport: 'ws',
    routes: {
      ...publicRoutes(trading, booksFaults),
      ...quoteRoutes(trading),
      ...keyRoutes(trading),
      ...tradingRoutes(trading),
    },
  });
  const channels = await openServer({
    host,
    port: input.port ?? 0,
    transport: input.transport ?? 'auto',
    sockets: { '/ws/market': market.route, '/ws/user': users.route },
  });
  // Not without need: it is one more hop on the way of every frame.
  if (marketFaults.needsRelay) marketFaults.relay = await openRelay(host, 0, channels.port);
  const marketPort = marketFaults.relay?.port ?? channels.port;
  const lists = new GammaLists();
  const listed = input.markets.filter(({ id }) => input.unlisted?.has(id) !== true);
  lists.addRecorded(listed, input.relations ?? [], clock.wallMs());
  const marketOf = (id: string): VenueMarket => exchange.market(id.slice(id.indexOf(':') + 1))!;
  for (const list of input.gammaLists ?? []) lists.put(list);
  const place = { host, transport: input.transport ?? 'auto' };
  const gamma = await openGamma({ ...place, lists, faults: input.gammaFaults ?? [], stats });
  const housekeeping = setInterval(() => {
    exchange.trades.settleDue();
    heartbeats.check();
  }, HOUSEKEEPING_MS);
  return {
    marketUrl: `ws://${host}:${marketPort}/ws/market`,
    userUrl: `ws://${host}:${channels.port}/ws/user`,
    restUrl: `http://${host}:${rest.port}`,
    gammaUrl: gamma.url,
    transportName: channels.transportName,
    tapeEnded: ended.promise,
    ledger: () => accounts.report(),
    list: (...ids) => {
      const found = ids.map(marketOf);
      const event = lists.addListed(
        found.map(({ meta }) => meta),
        clock.wallMs(),
      );
      for (const one of found) market.announce(one, String(event['slug']), ['Simulated']);
    },
    resolve: (id, view) => {
      const one = marketOf(id);
      one.haltedUntilMs = Number.POSITIVE_INFINITY;
      market.resolved(one, view);
    },
    ...{ exchange, accounts: accounts.all },
    stats: () => stats,
    close: async () => {
      clearInterval(housekeeping);
      player.stop();
      await Promise.all([marketFaults.relay?.close(), channels.close(), rest.close(), gamma.close()]);
    },
  };
}

function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** Counts how an order went on that did not fill whole at once; `queued` gets those that rest behind others. */
function noteOrder(
  { outcomes }: VenueStats,
  { id, type, matchedMicros, aheadMicros }: VenueOrder,
  what: Parameters<ExchangeListener['order']>[1],
  queued: Set<string>,
): void {
  if (what === 'PLACEMENT' && aheadMicros > 0) queued.add(id);
  if (what !== 'CANCELLATION' || (type !== 'FOK' && type !== 'FAK')) return;
  const isPart = matchedMicros > 0;
  count(outcomes, isPart ? 'fakPartial' : type === 'FOK' ? 'fokKilled' : 'fakKilled');
}
