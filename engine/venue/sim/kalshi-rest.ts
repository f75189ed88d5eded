// The REST side of the simulated Kalshi venue: lists with cursors, single items, order books, and scripted faults. Market
// data is for everybody, but a signature that is presented must hold; what is of an account needs one.
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../ingest/transport.ts';
import { FaultScript } from './fault-script.ts';
import type { AuthFault } from './kalshi-auth.ts';
import type { KalshiBook } from './kalshi-book.ts';
import type { KalshiFaultRule, KalshiRestFaultKind, KalshiVenueStats } from './kalshi-faults.ts';
import type { KalshiLists } from './kalshi-lists.ts';
import { json } from './public-rest.ts';
import { withRestFaults } from './rest-faults.ts';

export interface KalshiRestPlaces {
  readonly lists: KalshiLists;
  /** The book of a market, as everybody is shown it. */
  readonly bookOf: (ticker: string) => KalshiBook | undefined;
  /** Whether orders are taken at all. */
  readonly isTrading: () => boolean;
  readonly faults: readonly KalshiFaultRule[];
  readonly stats: KalshiVenueStats;
  /** What is wrong with the signature of a request. */
  readonly authFault: (request: HttpRequest) => AuthFault | undefined;
}

const ORDERBOOK = '/orderbook';
const ORDERBOOKS_MAX = 100;
/** Of the tier that every account begins with. */
const LIMITS = {
  usage_tier: 'basic',
  read: { refill_rate: 200, bucket_capacity: 200 },
  write: { refill_rate: 100, bucket_capacity: 100 },
  grants: [],
};

/** Routes by `METHOD path` below `prefix`. */
export function kalshiRoutes(prefix: string, places: KalshiRestPlaces): Record<string, HttpHandler> {
  const { lists, stats } = places;
  const isRest = (rule: KalshiFaultRule): boolean => rule.kind.startsWith('kalshiRest');
  const script = new FaultScript(places.faults.filter(isRest), stats.faults);
  const faulty = (handler: (request: HttpRequest) => HttpAnswer, needsAccount = false): HttpHandler => {
    return (request) => {
      stats.restRequests += 1;
      const firing = script.firing(stats.restRequests) as readonly { kind: KalshiRestFaultKind; ms?: number }[];
      return withRestFaults(
        'kalshiRest',
        firing,
        () => unauthorized(places, request, needsAccount) ?? handler(request),
      );
    };
  };
  const item = (make: (name: string, query: URLSearchParams) => object | undefined): HttpHandler =>
    faulty(({ path, query }) => {
      const name = decodeURIComponent(path.slice(path.indexOf('/', prefix.length + 1) + 1));
      const found = make(name, new URLSearchParams(query));
      return found === undefined ? json({ error: { code: 'not_found', message: 'not found' } }, 404) : json(found);
    });
  const bookOf = (ticker: string, query: URLSearchParams): object | undefined => {
    const orderbook = places.bookOf(ticker)?.restBook(Number(query.get('depth') ?? 0));
    return orderbook === undefined ? undefined : { orderbook_fp: orderbook };
  };
  const marketOf = (ticker: string): object | undefined => {
    const market = lists.market(ticker);
    return market === undefined ? undefined : { market };
  };
  const eventOf = (ticker: string, query: URLSearchParams): object | undefined => {
    const found = lists.event(ticker);
    if (found === undefined || query.get('with_nested_markets') !== 'true') return found;
    return { event: { ...found.event, markets: found.markets } };
  };
  return {
    [`GET ${prefix}/exchange/status`]: () => json({ exchange_active: true, trading_active: places.isTrading() }),
    [`GET ${prefix}/markets`]: faulty(({ query }) => json(lists.page('markets', new URLSearchParams(query)))),
    [`GET ${prefix}/events`]: faulty(({ query }) => json(lists.page('events', new URLSearchParams(query)))),
    [`GET ${prefix}/account/limits`]: faulty(() => json(LIMITS), true),
    [`GET ${prefix}/markets/orderbooks`]: faulty(({ query }) => manyBooks(places, new URLSearchParams(query))),
    [`GET ${prefix}/markets/*`]: item((name, query) =>
      name.endsWith(ORDERBOOK) ? bookOf(name.slice(0, -ORDERBOOK.length), query) : marketOf(name),
    ),
    [`GET ${prefix}/events/*`]: item(eventOf),
    [`GET ${prefix}/series/*`]: item((name) => {
      const series = lists.series(name);
      return series === undefined ? undefined : { series };
    }),
  };
}

/** The answer to a request whose signature does not hold or is missing where one is needed, or undefined. */
export function unauthorized(
  places: Pick<KalshiRestPlaces, 'stats' | 'authFault'>,
  request: HttpRequest,
  needsAccount: boolean,
): HttpAnswer | undefined {
  const { stats, authFault } = places;
  const fault = authFault(request);
  if (fault === undefined) stats.restSigned += 1;
  if (fault === undefined || (fault === 'missing' && !needsAccount)) return undefined;
  stats.refused[fault] = (stats.refused[fault] ?? 0) + 1;
  return json({ error: { code: 'authentication_error', message: 'authentication_error' } }, 401);
}

/** Books by the tickers asked for; unknown ones are left out. */
function manyBooks({ bookOf }: KalshiRestPlaces, query: URLSearchParams): HttpAnswer {
  const tickers = query.getAll('tickers');
  if (tickers.length === 0 || tickers.length > ORDERBOOKS_MAX)
    return json({ error: { code: 'bad_request', message: `1 to ${ORDERBOOKS_MAX} tickers` } }, 400);
  const found = tickers.flatMap((ticker) => bookOf(ticker) ?? []);
  return json({ orderbooks: found.map((book) => ({ ticker: book.ticker, orderbook_fp: book.restBook() })) });
}
