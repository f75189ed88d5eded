// The REST side of the simulated Kalshi venue: lists with cursors, single items, order books, and scripted faults.
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../ingest/transport.ts';
import { FaultScript } from './fault-script.ts';
import type { KalshiBook } from './kalshi-book.ts';
import type { KalshiFaultRule, KalshiRestFaultKind, KalshiVenueStats } from './kalshi-faults.ts';
import type { KalshiLists } from './kalshi-lists.ts';
import { json } from './public-rest.ts';
import { withRestFaults } from './rest-faults.ts';

export interface KalshiRestPlaces {
  readonly lists: KalshiLists;
  readonly books: ReadonlyMap<string, KalshiBook>;
  readonly faults: readonly KalshiFaultRule[];
  readonly stats: KalshiVenueStats;
}

const ORDERBOOK = '/orderbook';

/** Routes by `METHOD path` below `prefix`. */
export function kalshiRoutes(prefix: string, places: KalshiRestPlaces): Record<string, HttpHandler> {
  const { lists, books, stats } = places;
  const isRest = (rule: KalshiFaultRule): boolean => rule.kind.startsWith('kalshiRest');
  const script = new FaultScript(places.faults.filter(isRest), stats.faults);
  const faulty = (handler: (request: HttpRequest) => HttpAnswer): HttpHandler => {
    return (request) => {
      stats.restRequests += 1;
      const firing = script.firing(stats.restRequests) as readonly { kind: KalshiRestFaultKind; ms?: number }[];
      return withRestFaults('kalshiRest', firing, () => handler(request));
    };
  };
  const item = (make: (name: string, query: URLSearchParams) => object | undefined): HttpHandler =>
    faulty(({ path, query }) => {
      const name = decodeURIComponent(path.slice(path.indexOf('/', prefix.length + 1) + 1));
      const found = make(name, new URLSearchParams(query));
      return found === undefined ? json({ error: { code: 'not_found', message: 'not found' } }, 404) : json(found);
    });
  const bookOf = (ticker: string): object | undefined => {
    const orderbook = books.get(ticker)?.restBook();
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
    [`GET ${prefix}/exchange/status`]: () => json({ exchange_active: true, trading_active: true }),
    [`GET ${prefix}/markets`]: faulty(({ query }) => json(lists.page('markets', new URLSearchParams(query)))),
    [`GET ${prefix}/events`]: faulty(({ query }) => json(lists.page('events', new URLSearchParams(query)))),
    [`GET ${prefix}/markets/*`]: item((name) =>
      name.endsWith(ORDERBOOK) ? bookOf(name.slice(0, -ORDERBOOK.length)) : marketOf(name),
    ),
    [`GET ${prefix}/events/*`]: item(eventOf),
    [`GET ${prefix}/series/*`]: item((name) => {
      const series = lists.series(name);
      return series === undefined ? undefined : { series };
    }),
  };
}
