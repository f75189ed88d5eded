// What the simulated Kalshi venue lists by REST: series, events and markets, from saved answers of the real one or made
// from a recording's metadata, with its filters and pages.
import type { MarketMeta } from '../contract.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import { dollarsText } from '../kalshi/text.ts';

export type KalshiList = 'markets' | 'events';

const PAGE_DEFAULT = 100;
const PAGE_MAX: Readonly<Record<KalshiList, number>> = { markets: 1_000, events: 200 };
const LIFETIME_MS = 30 * 86_400_000;
/** What a filter by status matches. */
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  unopened: ['initialized'],
  open: ['active'],
  paused: ['inactive'],
  closed: ['closed', 'determined', 'disputed', 'amended'],
  settled: ['finalized'],
};

export class KalshiLists {
  readonly #markets = new Map<string, JsonObject>();
  readonly #events = new Map<string, JsonObject>();
  readonly #series = new Map<string, JsonObject>();

  /** Adds or replaces a saved answer of any endpoint, or a list of them. */
  put(value: JsonValue): void {
    if (Array.isArray(value)) for (const item of value) this.put(item);
    if (!isJsonObject(value)) return;
    const [ticker, event] = [member(value, 'ticker'), member(value, 'event_ticker')];
    if (typeof ticker === 'string' && typeof event === 'string') this.#markets.set(ticker, value);
    else if (typeof ticker === 'string') this.#series.set(ticker, value);
    else if (typeof event === 'string') {
      const { markets = [], ...head } = value;
      this.#events.set(event, head);
      this.put(markets);
    } else {
      for (const key of ['response', 'event', 'market', 'series', 'markets', 'events'])
        this.put(member(value, key) ?? null);
    }
  }

  /** Adds the Kalshi markets of a recording, with an event and a series for each as far as there are none. */
  addRecorded(metas: readonly MarketMeta[], wallMs: number): void {
    for (const meta of metas.filter(({ venue }) => venue === 'kalshi')) {
      const event = meta.event ?? meta.yesToken.replace(/-[^-]*$/, '');
      const series = event.replace(/-.*$/, '');
      this.put(marketOf(meta, event, wallMs));
      const title = meta.title ?? meta.yesToken;
      const head = { event_ticker: event, series_ticker: series, title, sub_title: '', mutually_exclusive: false };
      if (!this.#events.has(event)) this.put(head);
      if (!this.#series.has(series))
        this.put({ ticker: series, title: series, fee_type: 'quadratic', fee_multiplier: 1 });
    }
  }

  /** Takes a market out: it answers to no question any more. */
  remove(ticker: string): void {
    this.#markets.delete(ticker);
  }

  market(ticker: string): JsonObject | undefined {
    return this.#markets.get(ticker);
  }

  series(ticker: string): JsonObject | undefined {
    return this.#series.get(ticker);
  }

  /** An event by itself and its markets. */
  event(ticker: string): { readonly event: JsonObject; readonly markets: JsonObject[] } | undefined {
    const event = this.#events.get(ticker);
    return event === undefined ? undefined : { event, markets: this.#marketsOf(ticker) };
  }

  page(list: KalshiList, query: URLSearchParams): JsonObject {
    const found = list === 'markets' ? this.#matchingMarkets(query) : this.#matchingEvents(query);
    const after = query.get('cursor') ?? '';
    const first = after === '' ? 0 : found.findIndex(([key]) => cursorOf(key) === after) + 1;
    const limit = Number(query.get('limit') ?? PAGE_DEFAULT);
    const size = Number.isInteger(limit) && limit > 0 ? Math.min(limit, PAGE_MAX[list]) : PAGE_DEFAULT;
    const page = found.slice(first, first + size);
    const isEnd = first + page.length >= found.length;
    return { [list]: page.map(([, item]) => item), cursor: isEnd ? '' : cursorOf(page.at(-1)![0]) };
  }

  #matchingMarkets(query: URLSearchParams): [string, JsonObject][] {
    const tickers = query.get('tickers')?.split(',');
    const [event, series] = [query.get('event_ticker'), query.get('series_ticker')];
    return [...this.#markets].filter(([ticker, market]) => {
      const own = String(member(market, 'event_ticker'));
      if (tickers !== undefined && !tickers.includes(ticker)) return false;
      if (event !== null && own !== event) return false;
      if (series !== null && this.#seriesOf(own) !== series) return false;
      return hasStatus(market, query.get('status'));
    });
  }

  #matchingEvents(query: URLSearchParams): [string, JsonObject][] {
    const isNested = query.get('with_nested_markets') === 'true';
    const series = query.get('series_ticker');
    return [...this.#events].flatMap(([ticker, event]): [string, JsonObject][] => {
      const markets = this.#marketsOf(ticker);
      if (series !== null && member(event, 'series_ticker') !== series) return [];
      if (query.get('status') !== null && !markets.some((market) => hasStatus(market, query.get('status')))) return [];
      return [[ticker, isNested ? { ...event, markets } : event]];
    });
  }

  #seriesOf(event: string): JsonValue | undefined {
    const found = this.#events.get(event);
    return found === undefined ? undefined : member(found, 'series_ticker');
  }

  #marketsOf(event: string): JsonObject[] {
    return [...this.#markets.values()].filter((market) => member(market, 'event_ticker') === event);
  }
}

function hasStatus(market: JsonObject, filter: string | null): boolean {
  if (filter === null || filter === '') return true;
  return filter.split(',').some((name) => STATUSES[name]?.includes(String(member(market, 'status'))) === true);
}

function cursorOf(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64url');
}

function marketOf({ yesToken, title, tickRanges }: MarketMeta, event: string, wallMs: number): JsonObject {
  const time = (ms: number): string => new Date(ms).toISOString();
  const cent = [{ startE4: 0, endE4: 10_000, tickE4: 100 }];
  const ranges = (tickRanges ?? cent).map(({ startE4, endE4, tickE4 }) => ({
    ...{ start: dollarsText(startE4), end: dollarsText(endE4), step: dollarsText(tickE4) },
  }));
  return {
    ...{ ticker: yesToken, event_ticker: event, market_type: 'binary', title: title ?? yesToken, status: 'active' },
    ...{ created_time: time(wallMs), updated_time: time(wallMs), open_time: time(wallMs) },
    ...{ close_time: time(wallMs + LIFETIME_MS), result: '', notional_value_dollars: '1.0000', volume_fp: '0.00' },
    // No name: the recording knows the ranges only.
    ...{ price_level_structure: '', price_ranges: ranges },
  };
}
