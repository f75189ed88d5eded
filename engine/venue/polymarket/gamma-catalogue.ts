// What one reading of Gamma brought: every market once, accepted or refused with the reason, and the events that hold
// them together. Built from any mix of pages, in any order; cold path.
//
// A market comes up several times when pages move while they are read, or when two queries name it: the newest copy
// counts. Who belongs to an event is known only from the event's own list, never from markets that mention it.
import { FieldReader } from '../field-reader.ts';
import { isJsonObject, type JsonValue, member } from '../json.ts';

import { type GammaMarket, readGammaMarket, readTags } from './gamma-market.ts';
import type { ShapeReason } from './gamma-reasons.ts';

/** One market that was seen. */
export interface GammaEntry {
  /** Its condition id, or what else names it. */
  readonly key: string;
  readonly slug: string;
  readonly market: GammaMarket | undefined;
  /** Why it could not be read. */
  readonly fault: ShapeReason | undefined;
  /** Closed for good: known even of a market that cannot be read otherwise. */
  readonly isClosed: boolean;
  /** The event it belongs to, '' for none. */
  readonly eventId: string;
  readonly updatedMs: number;
}

/** One event that was seen. */
export interface GammaEvent {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly negRisk: boolean;
  /** Undefined when nothing is said. */
  readonly augmented: boolean | undefined;
  readonly tags: readonly string[];
  /** Keys of all its markets; undefined while only markets mention it. */
  readonly members: readonly string[] | undefined;
}

export class GammaCatalogue {
  readonly #entries = new Map<string, GammaEntry>();
  readonly #events = new Map<string, GammaEvent>();
  /** Copies of a market beyond its first. */
  repeated = 0;
  /** Objects among events that could not be read; their markets count all the same. */
  eventsRefused = 0;
  #nameless = 0;

  get entries(): ReadonlyMap<string, GammaEntry> {
    return this.#entries;
  }

  get events(): ReadonlyMap<string, GammaEvent> {
    return this.#events;
  }

  /** The event of an entry, undefined for none. */
  eventOf({ eventId }: GammaEntry): GammaEvent | undefined {
    return eventId === '' ? undefined : this.#events.get(eventId);
  }

  /** Takes an event with the list of its markets. */
  addEvent(value: JsonValue): void {
    const markets = isJsonObject(value) ? member(value, 'markets') : undefined;
    const event = isJsonObject(value) ? readEvent(value) : undefined;
    if (event === undefined) this.eventsRefused += 1;
    const list = Array.isArray(markets) ? markets : [];
    const members = list.map((market) => this.#add(market, event?.id ?? ''));
    if (event !== undefined)
      this.#events.set(event.id, { ...event, members: Array.isArray(markets) ? members : undefined });
  }

  /** Takes a market that stands alone in a list; the events it mentions come without their members. */
  addMarket(value: JsonValue): void {
    const mentioned = isJsonObject(value) ? member(value, 'events') : undefined;
    const first = Array.isArray(mentioned) ? mentioned[0] : undefined;
    const event = isJsonObject(first) ? readEvent(first) : undefined;
    if (event !== undefined && !this.#events.has(event.id)) this.#events.set(event.id, event);
    this.#add(value, event?.id ?? '');
  }

  /** Takes a saved answer of any endpoint: a market, an event, a page or a list of them. */
  addAny(value: JsonValue): void {
    if (Array.isArray(value)) {
      for (const item of value) this.addAny(item);
      return;
    }
    const has = (key: string): boolean => isJsonObject(value) && member(value, key) !== undefined;
    const listOf = (key: string): JsonValue => (isJsonObject(value) ? (member(value, key) ?? null) : null);
    if (!has('conditionId') && has('slug') && Array.isArray(listOf('markets'))) this.addEvent(value);
    else if (!has('conditionId') && Array.isArray(listOf('events')))
      for (const event of listOf('events') as JsonValue[]) this.addEvent(event);
    else if (!has('conditionId') && Array.isArray(listOf('markets'))) this.addAny(listOf('markets'));
    else this.addMarket(value);
  }

  #add(value: JsonValue, eventId: string): string {
    const entry = this.#entryOf(value, eventId);
    const known = this.#entries.get(entry.key);
    if (known !== undefined) this.repeated += 1;
    const isNewer = known === undefined || entry.updatedMs > known.updatedMs;
    const kept = isNewer ? entry : known;
    // An event named by either copy holds for both.
    this.#entries.set(entry.key, { ...kept, eventId: kept.eventId || eventId || (known?.eventId ?? '') });
    return entry.key;
  }

  #entryOf(value: JsonValue, eventId: string): GammaEntry {
    const read = readGammaMarket(value);
    if (typeof read !== 'string') {
      const { slug, updatedMs, meta } = read;
      return { key: meta.id, slug, market: read, fault: undefined, isClosed: read.closed, eventId, updatedMs };
    }
    const fields = new FieldReader<ShapeReason>(isJsonObject(value) ? value : {});
    const [condition, id, slug] = [fields.text('conditionId'), fields.text('id'), fields.text('slug')];
    this.#nameless += condition === '' && id === '' ? 1 : 0;
    const key = condition === '' ? `gamma:${id === '' ? `nameless ${this.#nameless}` : id}` : `polymarket:${condition}`;
    const updatedMs = fields.timeMs('updatedAt', 'badEndDate') ?? 0;
    const isClosed = fields.value('closed') === true;
    return { key, slug, market: undefined, fault: read, isClosed, eventId, updatedMs };
  }
}

/** What an event says of itself; undefined when its id or slug cannot be read. */
function readEvent(value: { [key: string]: JsonValue }): GammaEvent | undefined {
  const fields = new FieldReader<ShapeReason>(value);
  const [id, slug] = [fields.requiredText('id'), fields.requiredText('slug')];
  const [negRisk, augmented] = [fields.flag('negRisk'), fields.flag('negRiskAugmented')];
  const title = fields.text('title');
  if (fields.fault !== undefined) return undefined;
  return { id, slug, title, negRisk: negRisk === true, augmented, tags: readTags(fields), members: undefined };
}
