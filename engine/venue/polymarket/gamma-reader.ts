// Reads Gamma into a catalogue: single events and markets by slug, whole lists page by page (keyset paging), markets by
// condition id. Driven by the duty cycle of the RestGets it is given; a reading that lost a page says so.
import { isJsonObject, type JsonValue, member } from '../json.ts';
import type { RestFault, RestGets } from '../rest-get.ts';
import { GammaCatalogue } from './gamma-catalogue.ts';
import type { Select } from './gamma-select.ts';

/** One thing to ask for. `events` is a list, of one tag when one is named. */
export type GammaQuery =
  | { readonly kind: 'market' | 'event'; readonly slug: string }
  | { readonly kind: 'events'; readonly tag: string }
  | { readonly kind: 'conditions'; readonly ids: readonly string[] };

/** What a reading brought. */
export interface GammaReading {
  readonly catalogue: GammaCatalogue;
  readonly pages: number;
  /** Slugs that Gamma does not know. */
  readonly unknownSlugs: readonly string[];
  /** What could not be read, one sentence each; without any the reading is complete. */
  readonly problems: readonly string[];
}

/** A list that goes on for longer than this is given up, not read for ever. */
const PAGES_MAX = 2_000;
/** How the venue marks the last page, besides leaving the cursor out. */
const LAST_CURSOR = 'LTE=';
/** Condition ids of one request: they are 73 characters each, in its path. */
const CONDITIONS_PER_REQUEST = 40;

/** What must be asked for `select`: names one by one, classes as lists. */
export function queriesFor({ slugs, events, tags, negRisk, volumeMicrosMin }: Select): GammaQuery[] {
  const queries: GammaQuery[] = slugs.map((slug) => ({ kind: 'market', slug }));
  for (const slug of events) queries.push({ kind: 'event', slug });
  // Neither neg-risk nor volume is a filter of the event list: both need all of it, and then the tags are in it.
  if (negRisk || volumeMicrosMin !== undefined) queries.push({ kind: 'events', tag: '' });
  else for (const tag of tags) queries.push({ kind: 'events', tag });
  return queries;
}

/** Queries for markets by their ids, open and closed: the venue leaves out the closed unless asked for them. */
export function conditionQueries(marketIds: readonly string[]): GammaQuery[] {
  const queries: GammaQuery[] = [];
  for (let first = 0; first < marketIds.length; first += CONDITIONS_PER_REQUEST) {
    queries.push({ kind: 'conditions', ids: marketIds.slice(first, first + CONDITIONS_PER_REQUEST) });
  }
  return queries;
}

/** One reading. `onDone` is called once, from a duty cycle of `gets`. */
export class GammaReader {
  readonly #gets: RestGets;
  readonly #pageSize: number;
  readonly #onDone: (reading: GammaReading) => void;
  readonly #catalogue: GammaCatalogue;
  readonly #unknownSlugs: string[] = [];
  readonly #problems: string[] = [];
  #pages = 0;
  #open = 0;

  /** `catalogue`: goes on with one that exists. */
  constructor(
    gets: RestGets,
    pageSize: number,
    onDone: (reading: GammaReading) => void,
    catalogue: GammaCatalogue = new GammaCatalogue(),
  ) {
    this.#gets = gets;
    this.#pageSize = pageSize;
    this.#onDone = onDone;
    this.#catalogue = catalogue;
  }

  /** Starts; `queries` must not be empty. */
  start(queries: readonly GammaQuery[]): void {
    // All are counted before the first is asked, so that none ends the reading before its time.
    const asks = queries.flatMap((query) => this.#asksOf(query));
    this.#open = asks.length;
    for (const ask of asks) ask();
  }

  #asksOf(query: GammaQuery): (() => void)[] {
    if (query.kind === 'events') return [() => this.#page('events', listPath(query.tag, this.#pageSize), '', 1)];
    if (query.kind !== 'conditions') return [() => this.#named(query.kind, query.slug)];
    const ids = query.ids.map((id) => `condition_ids=${id.slice(id.indexOf(':') + 1)}`).join('&');
    const path = `/markets/keyset?${ids}&limit=${query.ids.length}`;
    return [false, true].map((closed) => () => this.#page('markets', `${path}&closed=${closed}`, '', 1));
  }

  #named(kind: 'market' | 'event', slug: string): void {
    this.#gets.get(`/${kind}s/slug/${encodeURIComponent(slug)}`, (result) => {
      if ('fault' in result && result.fault === 'notFound') this.#unknownSlugs.push(slug);
      else if ('fault' in result) this.#problem(`${kind} ${slug}`, result);
      else {
        this.#pages += 1;
        if (kind === 'event') this.#catalogue.addEvent(result.value);
        else this.#catalogue.addMarket(result.value);
      }
      this.#close();
    });
  }

  #page(list: 'events' | 'markets', path: string, cursor: string, page: number): void {
    const where = `page ${page} of ${list}`;
    this.#gets.get(cursor === '' ? path : `${path}&after_cursor=${encodeURIComponent(cursor)}`, (result) => {
      const read = 'fault' in result ? result : readPage(result.value, list);
      if ('fault' in read) {
        this.#problem(where, read);
        this.#close();
        return;
      }
      this.#pages += 1;
      for (const item of read.items) {
        if (list === 'events') this.#catalogue.addEvent(item);
        else this.#catalogue.addMarket(item);
      }
      const { next } = read;
      if (next === '' || read.items.length === 0) this.#close();
      else if (next === cursor || page >= PAGES_MAX) {
        this.#problems.push(`${where}: ${next === cursor ? 'its cursor leads back to it' : 'the list does not end'}`);
        this.#close();
      } else this.#page(list, path, next, page + 1);
    });
  }

  #problem(where: string, { fault, detail }: { fault: RestFault | 'notAPage'; detail: string }): void {
    this.#problems.push(`${where}: ${fault}, ${detail}`);
  }

  #close(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    const [catalogue, unknownSlugs, problems] = [this.#catalogue, this.#unknownSlugs, this.#problems];
    this.#onDone({ catalogue, pages: this.#pages, unknownSlugs, problems });
  }
}

function listPath(tag: string, pageSize: number): string {
  const ofTag = tag === '' ? '' : `&tag_slug=${encodeURIComponent(tag)}`;
  return `/events/keyset?closed=false&limit=${pageSize}${ofTag}`;
}

interface Page {
  readonly items: readonly JsonValue[];
  /** '' for the last page. */
  readonly next: string;
}

function readPage(value: JsonValue, list: 'events' | 'markets'): Page | { fault: 'notAPage'; detail: string } {
  const items = isJsonObject(value) ? member(value, list) : undefined;
  const cursor = isJsonObject(value) ? (member(value, 'next_cursor') ?? '') : undefined;
  if (!Array.isArray(items) || typeof cursor !== 'string') return { fault: 'notAPage', detail: `no list of ${list}` };
  return { items, next: cursor === LAST_CURSOR ? '' : cursor };
}
