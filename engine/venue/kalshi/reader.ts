// Reads what discovery asks Kalshi for: series with their open events, events and markets by ticker, page by page
// through their cursors, then the series that say the fees. Cold path; driven by the duty cycles of its RestGets.
import { isJsonObject, type JsonValue, member } from '../json.ts';
import type { RestFault, RestGets, RestResult } from '../rest-get.ts';
import { KalshiCatalogue } from './catalogue.ts';

/** What the config asks for; equals its `venues.kalshi.select`. A market is selected when any of it names it. */
export interface KalshiSelect {
  readonly series: readonly string[];
  readonly events: readonly string[];
  readonly markets: readonly string[];
}

/** What one reading found. */
export interface KalshiReading {
  readonly catalogue: KalshiCatalogue;
  readonly answers: number;
  /** Tickers that Kalshi does not know. */
  readonly unknownTickers: readonly string[];
  /** What was lost, in words; the list is whole when there is none. */
  readonly problems: readonly string[];
}

const PAGES_MAX = 1_000;
/** A list of tickers in one query stays below usual limits of a URL. */
const TICKERS_PER_REQUEST = 50;

type OnValue = (value: JsonValue) => void;

export class KalshiReader {
  readonly #gets: RestGets;
  readonly #pageSize: number;
  readonly #onDone: (reading: KalshiReading) => void;
  readonly #catalogue: KalshiCatalogue;
  readonly #unknown: string[] = [];
  readonly #problems: string[] = [];
  /** Events and series asked for, so that each is asked for once. */
  readonly #asked = new Set<string>();
  #answers = 0;
  #open = 1;

  /** `catalogue`: goes on with one that exists. */
  constructor(
    gets: RestGets,
    pageSize: number,
    onDone: (reading: KalshiReading) => void,
    catalogue: KalshiCatalogue = new KalshiCatalogue(),
  ) {
    this.#gets = gets;
    this.#pageSize = pageSize;
    this.#onDone = onDone;
    this.#catalogue = catalogue;
  }

  /** Starts; onDone is called once, from a duty cycle. */
  start({ series, events, markets }: KalshiSelect): void {
    for (const ticker of series) this.#openEvents(ticker);
    for (const ticker of events) this.#event(ticker);
    for (const ticker of markets) this.#market(ticker);
    this.#close();
  }

  /** Asks for markets whatever their status: what became of those that the lists do not show any more. */
  startMarkets(tickers: readonly string[]): void {
    for (let first = 0; first < tickers.length; first += TICKERS_PER_REQUEST) {
      const some = tickers.slice(first, first + TICKERS_PER_REQUEST);
      this.#page('markets', `/markets?tickers=${some.map(encodeURIComponent).join(',')}&limit=${some.length}`, '', 1);
    }
    this.#close();
  }

  #openEvents(series: string): void {
    const query = `series_ticker=${encodeURIComponent(series)}&status=open&with_nested_markets=true`;
    this.#page('events', `/events?${query}&limit=${this.#pageSize}`, '', 1);
    this.#series(series, true);
  }

  #event(ticker: string, isNamed = true): void {
    if (this.#asked.has(`event ${ticker}`)) return;
    this.#asked.add(`event ${ticker}`);
    const path = `/events/${encodeURIComponent(ticker)}?with_nested_markets=true`;
    // An event that a market was found in is there for its fees: its other markets are nobody's wish.
    this.#one(path, `event ${ticker}`, isNamed ? ticker : undefined, (value) => this.#takeEvent(value, isNamed));
  }

  #market(ticker: string): void {
    this.#one(`/markets/${encodeURIComponent(ticker)}`, `market ${ticker}`, ticker, (value) => {
      const market = isJsonObject(value) ? member(value, 'market') : undefined;
      if (market === undefined) this.#problem(`market ${ticker}`, 'notAnAnswer', 'no market');
      else {
        this.#catalogue.addMarket(market);
        const event = this.#catalogue.entries.get(ticker)?.market?.eventTicker;
        if (event !== undefined && !this.#catalogue.events.has(event)) this.#event(event, false);
      }
    });
  }

  #series(ticker: string, isNamed = false): void {
    if (this.#asked.has(`series ${ticker}`)) return;
    this.#asked.add(`series ${ticker}`);
    const name = isNamed ? ticker : undefined;
    this.#one(`/series/${encodeURIComponent(ticker)}`, `series ${ticker}`, name, (value) => {
      const series = isJsonObject(value) ? member(value, 'series') : undefined;
      if (series === undefined) this.#problem(`series ${ticker}`, 'notAnAnswer', 'no series');
      else this.#catalogue.addSeries(series);
    });
  }

  /** An event comes with its markets in it, or beside it. */
  #takeEvent(value: JsonValue, withMarkets: boolean): void {
    const event = isJsonObject(value) ? member(value, 'event') : undefined;
    if (!isJsonObject(event)) {
      this.#problem('event', 'notAnAnswer', 'no event');
      return;
    }
    const { markets: nested, ...head } = event;
    const markets = nested ?? (isJsonObject(value) ? member(value, 'markets') : undefined) ?? [];
    this.#keepEvent({ ...head, ...(withMarkets ? { markets } : {}) });
  }

  #keepEvent(event: JsonValue): void {
    this.#catalogue.addEvent(event);
    const ticker = isJsonObject(event) ? member(event, 'event_ticker') : undefined;
    const series = typeof ticker === 'string' ? this.#catalogue.events.get(ticker)?.series : undefined;
    if (series !== undefined && !this.#catalogue.series.has(series)) this.#series(series);
  }

  /** One item; `named`: the config's word for it, which may be unknown to Kalshi. */
  #one(path: string, where: string, named: string | undefined, onValue: OnValue): void {
    this.#get(path, (result) => {
      if ('fault' in result && result.fault === 'notFound' && named !== undefined) this.#unknown.push(named);
      else if ('fault' in result) this.#problem(where, result.fault, result.detail);
      else onValue(result.value);
    });
  }

  #page(list: 'events' | 'markets', path: string, cursor: string, page: number): void {
    const where = `page ${page} of ${list}`;
    this.#get(cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`, (result) => {
      const value = 'fault' in result ? undefined : result.value;
      const items = isJsonObject(value) ? member(value, list) : undefined;
      const next = isJsonObject(value) ? (member(value, 'cursor') ?? '') : '';
      if ('fault' in result) this.#problem(where, result.fault, result.detail);
      else if (!Array.isArray(items) || typeof next !== 'string') {
        this.#problem(where, 'notAnAnswer', `no list of ${list}`);
      } else {
        for (const item of items) {
          if (list === 'events') this.#keepEvent(item);
          else this.#catalogue.addMarket(item);
        }
        if (next === '' || items.length === 0) return;
        if (next !== cursor && page < PAGES_MAX) this.#page(list, path, next, page + 1);
        else this.#problem(where, 'endless', next === cursor ? 'its cursor leads back to it' : 'the list does not end');
      }
    });
  }

  #get(path: string, onResult: (result: RestResult) => void): void {
    this.#open += 1;
    this.#gets.get(path, (result) => {
      if (!('fault' in result)) this.#answers += 1;
      onResult(result);
      this.#close();
    });
  }

  #problem(where: string, fault: RestFault | 'notAnAnswer' | 'endless', detail: string): void {
    this.#problems.push(`${where}: ${fault}, ${detail}`);
  }

  #close(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    const [catalogue, answers] = [this.#catalogue, this.#answers];
    this.#onDone({ catalogue, answers, unknownTickers: this.#unknown, problems: this.#problems });
  }
}
