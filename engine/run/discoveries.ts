// Discovery of a run at all its venues: the lists that the config names, read one after the other before the start, since
// what one takes of the arena the next cannot have; Kalshi's first, whose markets are named, and then Polymarket's, which may
// be all there are. Main thread; decides nothing.
import type { Config } from '../config/schema.ts';
import type { MarketEvent } from '../ingest/market-events.ts';
import { countText, entriesText } from '../observe/text.ts';
import type { VenueName } from '../venue/contract.ts';
import { namesAnyKalshi } from '../venue/kalshi/setup.ts';
import type { DiscoveryNews } from '../venue/polymarket/gamma-news.ts';
import { namesAnything } from '../venue/polymarket/gamma-setup.ts';
import { setKey } from '../venue/room.ts';
import { NOTHING_TAKEN, type Taken } from '../venue/taken.ts';
import { Discovery, type Follower } from './discovery.ts';
import { refusedLine } from './follow-markets.ts';

/** What the first readings found. */
export interface Found extends Taken {
  /** Markets left for want of room, by limit of the arena. */
  readonly leftForRoom: Readonly<Partial<Record<VenueName, DiscoveryNews['leftForRoom']>>>;
}

export class Discoveries {
  readonly #config: Config;
  readonly #log: (text: string) => void;
  readonly #byVenue = new Map<VenueName, Discovery>();
  /** Complete sets told so far. */
  readonly #sets = new Set<string>();

  constructor(config: Config, log: (text: string) => void) {
    this.#config = config;
    this.#log = log;
  }

  /** The first readings. Rejects as Discovery.first() does; close() is to be called then as well. */
  async first(stop?: AbortSignal): Promise<Found> {
    const { polymarket, kalshi } = this.#config.venues;
    let found: Found = { ...NOTHING_TAKEN, leftForRoom: {} };
    if (kalshi.restUrl !== undefined && kalshi.webSocketUrl !== undefined && namesAnyKalshi(kalshi.select)) {
      found = await this.#open('kalshi', kalshi.restUrl, found, stop);
    }
    if (polymarket.gamma.url !== undefined && polymarket.marketUrl !== undefined && namesAnything(polymarket.select)) {
      found = await this.#open('polymarket', polymarket.gamma.url, found, stop);
    }
    return found;
  }

  /** Discovery.follow() of each. */
  follow(follower: Follower): void {
    for (const discovery of this.#byVenue.values()) discovery.follow(follower);
  }

  /** What a venue's feed told of a market, or what ingest had no room for. */
  told(event: MarketEvent): void {
    if (event.kind === 'refused') this.#log(refusedLine(event.ids));
    else this.#byVenue.get(venueOf(event))?.told(event);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byVenue.values()].map((discovery) => discovery.close()));
  }

  async #open(venue: VenueName, url: string, found: Found, stop: AbortSignal | undefined): Promise<Found> {
    const { markets, relations } = found;
    const task = { config: this.#config, venue, url, taken: { markets, relations } };
    const discovery = new Discovery(task, this.#log, (news) => this.#took(discovery, news));
    this.#byVenue.set(venue, discovery);
    const news = await discovery.first(stop);
    for (const line of firstLines(venue, news)) this.#log(line);
    return {
      ...{ markets: [...markets, ...news.added], relations: [...relations, ...news.relations] },
      leftForRoom: { ...found.leftForRoom, [venue]: news.leftForRoom },
    };
  }

  /** What one venue takes of the arena the others count. */
  #took(discovery: Discovery, { added, relations }: DiscoveryNews): void {
    const sets = relations.filter(({ markets }) => !this.#sets.has(setKey(markets)));
    for (const { markets } of sets) this.#sets.add(setKey(markets));
    if (added.length + sets.length === 0) return;
    const taken = { markets: added, relations: sets };
    for (const other of this.#byVenue.values()) if (other !== discovery) other.taken(taken);
  }
}

function venueOf(event: Exclude<MarketEvent, { kind: 'refused' }>): VenueName {
  if (event.kind === 'life') return 'kalshi';
  return 'id' in event && event.id.startsWith('kalshi:') ? 'kalshi' : 'polymarket';
}

function firstLines(venue: VenueName, { added, relations, leftForRoom, problems }: DiscoveryNews): string[] {
  const left = entriesText(leftForRoom, 'none');
  const sets = venue === 'kalshi' ? ' of Kalshi' : `, ${countText(relations.length)} complete sets`;
  return [
    `discovery: ${countText(added.length)} markets${sets}; left for want of room: ${left}`,
    ...problems.slice(0, 1).map((first) => `discovery: ${countText(problems.length)} problems, the first: ${first}`),
  ];
}
