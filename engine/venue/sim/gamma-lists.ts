// What the simulated Gamma serves: events with their markets, from saved answers of the real one or made from a
// recording's metadata, and the filters and pages it answers lists with.
import type { MarketMeta, Relation } from '../contract.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import { gammaEvents } from './gamma-made.ts';

/** Most items of one page, whatever `limit` asks for. */
const PAGE_MAX = 100;
const PAGE_DEFAULT = 20;

export type ListName = 'events' | 'markets';

export class GammaLists {
  /** By list, in the order of their first coming; an item keeps its place when it changes. */
  readonly #items: Record<ListName, Map<string, JsonObject>> = { events: new Map(), markets: new Map() };

  /** Adds the markets of a recording; each relation becomes a neg-risk event, every other market one of its own. */
  addRecorded(markets: readonly MarketMeta[], relations: readonly Relation[], wallMs: number): void {
    for (const event of gammaEvents(markets, relations, wallMs)) this.put(event);
  }

  /** Adds markets later than the others, as an event of their own, a neg-risk one when they are several; answers it. */
  addListed(metas: readonly MarketMeta[], wallMs: number): JsonObject {
    const sets: Relation[] = metas.length > 1 ? [{ kind: 'exactlyOne', markets: metas.map(({ id }) => id) }] : [];
    const [event] = gammaEvents(metas, sets, wallMs) as [JsonObject];
    const id = `later-${this.#items.events.size}`;
    const markets = (member(event, 'markets') as JsonObject[]).map((market, place) => {
      return { ...market, id: `${id}-market${place === 0 ? '' : `-${place}`}` };
    });
    const own = { ...event, id, markets };
    this.put(own);
    return own;
  }

  /** Adds or replaces: an event with its markets, a market, or a list of either, as the real Gamma answered them. */
  put(value: JsonValue): void {
    if (Array.isArray(value)) for (const item of value) this.put(item);
    if (!isJsonObject(value)) return;
    const markets = member(value, 'markets');
    if (Array.isArray(markets)) this.#putEvent(value, markets);
    else this.#putMarket(value);
  }

  /** Takes an item out by its id: delisted ones answer to no question any more. */
  remove(list: ListName, id: string): void {
    this.#items[list].delete(id);
  }

  /** One page in the keyset form; the last names no cursor. */
  keysetPage(list: ListName, query: URLSearchParams): JsonObject {
    const found = this.#matching(list, query);
    const after = query.get('after_cursor');
    const last = after === null ? -1 : found.findIndex(([key]) => cursorOf(key) === after);
    const first = last + 1;
    const page = found.slice(first, first + limitOf(query));
    const isEnd = first + page.length >= found.length;
    const items = page.map(([, item]) => item);
    return isEnd ? { [list]: items } : { [list]: items, next_cursor: cursorOf(page.at(-1)![0]) };
  }

  /** A bare array by limit and offset. */
  offsetPage(list: ListName, query: URLSearchParams): JsonValue[] {
    const first = Number(query.get('offset') ?? 0);
    return this.#matching(list, query)
      .slice(first, first + limitOf(query))
      .map(([, item]) => item);
  }

  bySlug(list: ListName, slug: string): JsonObject | undefined {
    return [...this.#items[list].values()].find((item) => member(item, 'slug') === slug);
  }

  byId(list: ListName, id: string): JsonObject | undefined {
    return this.#items[list].get(id);
  }

  #putEvent(event: JsonObject, markets: readonly JsonValue[]): void {
    const { markets: _, ...head } = event;
    for (const market of markets) if (isJsonObject(market)) this.#putMarket({ ...market, events: [head] }, event);
    this.#items.events.set(keyOf(event), event);
  }

  /** A market by itself also stands in the list of the event it names, as far as the event is known. */
  #putMarket(market: JsonObject, event?: JsonObject): void {
    this.#items.markets.set(keyOf(market), market);
    const named = member(market, 'events');
    const head = Array.isArray(named) && isJsonObject(named[0]) ? named[0] : undefined;
    if (event !== undefined || head === undefined) return;
    const known = this.#items.events.get(keyOf(head));
    const others = known === undefined ? [] : (member(known, 'markets') as JsonObject[]);
    const { events: _, ...alone } = market;
    const rest = others.filter((other) => keyOf(other) !== keyOf(market));
    this.#items.events.set(keyOf(head), { ...head, tags: member(market, 'tags') ?? [], markets: [...rest, alone] });
  }

  #matching(list: ListName, query: URLSearchParams): [string, JsonObject][] {
    const ids = new Set(query.getAll('condition_ids'));
    const slugs = new Set(query.getAll('slug'));
    const tag = query.get('tag_slug');
    // Markets are open ones unless closed ones are asked for; a list of events has both.
    const closed = query.get('closed') ?? (list === 'markets' ? 'false' : null);
    return [...this.#items[list]].filter(([, item]) => {
      if (closed !== null && String(member(item, 'closed') === true) !== closed) return false;
      if (ids.size > 0 && !ids.has(String(member(item, 'conditionId')))) return false;
      if (slugs.size > 0 && !slugs.has(String(member(item, 'slug')))) return false;
      return tag === null || hasTag(item, tag);
    });
  }
}

function hasTag(item: JsonObject, slug: string): boolean {
  const tags = member(item, 'tags');
  return Array.isArray(tags) && tags.some((tag) => isJsonObject(tag) && member(tag, 'slug') === slug);
}

function keyOf(item: JsonObject): string {
  return String(member(item, 'id') ?? member(item, 'conditionId') ?? member(item, 'slug'));
}

function cursorOf(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64');
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? PAGE_DEFAULT);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, PAGE_MAX) : PAGE_DEFAULT;
}
