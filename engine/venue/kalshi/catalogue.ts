// What one reading of Kalshi's REST brought: every market once, read or refused with the reason, their events and
// series, and the fee that follows from the three. Built from any mix of answers, in any order; cold path.
import { FieldReader } from '../field-reader.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import { type FeeTerms, type KalshiFee, kalshiFee, readFeeTerms } from './fees.ts';
import { isTicker, type KalshiMarket, readKalshiMarket } from './market.ts';
import type { KalshiFeeReason, KalshiShapeReason } from './reasons.ts';

/** One market that was seen. */
export interface KalshiEntry {
  /** Its ticker, or a number when it has none. */
  readonly key: string;
  readonly market: KalshiMarket | undefined;
  readonly fault: KalshiShapeReason | undefined;
  readonly updatedMs: number;
}

/** One event that was seen. */
export interface KalshiEvent {
  readonly ticker: string;
  readonly series: string;
  readonly title: string;
  /** At most one of its markets comes true; that one does is not said. */
  readonly mutuallyExclusive: boolean;
  /** What counts in place of the series' fee type, of its multiplier, or of both. */
  readonly fee: FeeTerms;
}

export class KalshiCatalogue {
  readonly #entries = new Map<string, KalshiEntry>();
  readonly #events = new Map<string, KalshiEvent>();
  readonly #series = new Map<string, FeeTerms>();
  /** Copies of a market beyond its first. */
  repeated = 0;
  /** Events that could not be read; their markets count all the same. */
  eventsRefused = 0;
  #nameless = 0;

  get entries(): ReadonlyMap<string, KalshiEntry> {
    return this.#entries;
  }

  get events(): ReadonlyMap<string, KalshiEvent> {
    return this.#events;
  }

  /** Tickers of the series that were read. */
  get series(): ReadonlySet<string> {
    return new Set(this.#series.keys());
  }

  eventOf({ eventTicker }: KalshiMarket): KalshiEvent | undefined {
    return this.#events.get(eventTicker);
  }

  /** What takers and makers of `market` pay, or why it is unknown. */
  feeOf(market: KalshiMarket): KalshiFee | KalshiFeeReason {
    const event = this.eventOf(market);
    if (event === undefined) return 'seriesUnknown';
    return kalshiFee(this.#series.get(event.series), event.fee);
  }

  /** Takes a market; the newest copy counts. */
  addMarket(value: JsonValue): void {
    const entry = this.#entryOf(value);
    const known = this.#entries.get(entry.key);
    if (known !== undefined) this.repeated += 1;
    if (known === undefined || entry.updatedMs >= known.updatedMs) this.#entries.set(entry.key, entry);
  }

  /** Takes an event, with its markets when they are in it. */
  addEvent(value: JsonValue): void {
    const markets = isJsonObject(value) ? member(value, 'markets') : undefined;
    const event = isJsonObject(value) ? readEvent(value) : undefined;
    if (event === undefined) this.eventsRefused += 1;
    else this.#events.set(event.ticker, event);
    for (const market of Array.isArray(markets) ? markets : []) this.addMarket(market);
  }

  /** Takes a series; one without readable fees is known and its fees are not. */
  addSeries(value: JsonValue): void {
    const ticker = isJsonObject(value) ? member(value, 'ticker') : undefined;
    if (isJsonObject(value) && isTicker(ticker)) this.#series.set(ticker, readFeeTerms(value, ''));
  }

  /** Takes a saved answer of any endpoint, an item, or a list of them. */
  addAny(value: JsonValue): void {
    if (Array.isArray(value)) for (const item of value) this.addAny(item);
    if (!isJsonObject(value)) return;
    const has = (key: string): boolean => member(value, key) !== undefined;
    const wrappers = ['response', 'event', 'market', 'series', 'events', 'markets'].filter(has);
    if (has('event_ticker') && (has('ticker') || has('status'))) this.addMarket(value);
    else if (has('event_ticker')) this.addEvent(value);
    else if (has('ticker') && has('fee_type')) this.addSeries(value);
    else if (wrappers.length > 0) for (const key of wrappers) this.addAny(member(value, key)!);
    else this.addMarket(value);
  }

  #entryOf(value: JsonValue): KalshiEntry {
    const read = readKalshiMarket(value);
    if (typeof read !== 'string') {
      return { key: read.ticker, market: read, fault: undefined, updatedMs: read.updatedMs };
    }
    const ticker = isJsonObject(value) ? member(value, 'ticker') : undefined;
    if (!isTicker(ticker)) this.#nameless += 1;
    const fields = new FieldReader<KalshiShapeReason>(isJsonObject(value) ? value : {});
    const updatedMs = fields.timeMs('updated_time', 'badTime') ?? 0;
    return { key: isTicker(ticker) ? ticker : `nameless ${this.#nameless}`, market: undefined, fault: read, updatedMs };
  }
}

/** What an event says of itself; undefined when its tickers cannot be read. */
function readEvent(value: JsonObject): KalshiEvent | undefined {
  const fields = new FieldReader(value);
  const [ticker, series] = [fields.value('event_ticker'), fields.value('series_ticker')];
  const title = fields.text('title');
  const mutuallyExclusive = fields.flag('mutually_exclusive') === true;
  if (!isTicker(ticker) || !isTicker(series) || fields.fault !== undefined) return undefined;
  return { ticker, series, title, mutuallyExclusive, fee: readFeeTerms(value, '_override') };
}
