// From what a reading of a venue's list says to what the running engine does about it, and to lines for people. Pure but for what it
// remembers: the complete sets that are traded. Main thread.
//
// What makes a traded fact doubtful takes the market out: its book is STALE then and nothing is sent for it. A fee or a
// minimum size stands where all threads read it without a lock, so such a market comes back with the next start. Markets of a
// new set go to one detector, so that its baskets can be made while the run goes on.
import type { MarketNews } from '../ingest/market-news.ts';
import { countText, entriesText } from '../observe/text.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';
import type { ChangedMarket, DiscoveryNews } from '../venue/polymarket/gamma-news.ts';
import { reasonText } from '../venue/polymarket/gamma-reasons.ts';
import type { Breach } from '../venue/polymarket/gamma-sets.ts';
import type { BrokenSet } from '../venue/polymarket/gamma-sync.ts';

/** Facts that only a new start takes over. */
const FIXED_AT_START: ReadonlySet<string> = new Set(['fee', 'minSize', 'tokens']);

export interface Followed {
  readonly markets: readonly MarketNews[];
  readonly sets: readonly Relation[];
  readonly lines: readonly string[];
}

export class FollowMarkets {
  readonly #detectors: number;
  readonly #detectorOf: (id: string) => number | undefined;
  readonly #traded: Set<string>;
  readonly #broken = new Set<string>();
  readonly #outdated = new Set<string>();
  #nextDetector = 0;
  #leftText = '';

  /**
   * `relations`: the complete sets that discovery found at the start. `detectorOf`: of a registered market; undefined: it is
   * not registered.
   */
  constructor(
    detectors: number,
    relations: readonly Relation[],
    detectorOf: (id: string) => number | undefined = () => undefined,
  ) {
    this.#detectors = detectors;
    this.#detectorOf = detectorOf;
    this.#traded = new Set(relations.map(keyOf));
  }

  /** What ingest is to do, complete sets that are new, and what is to be said. */
  follow(news: DiscoveryNews): Followed {
    const sets = this.#newSets(news);
    const detectors = this.#detectorsOf(news.added, sets);
    const added = news.added.map((meta) => ({ kind: 'add' as const, meta, detector: detectors.get(meta.id)! }));
    const changed = news.changed.flatMap((market) => this.#changes(market));
    const over = [
      ...news.closed.map((id) => ({ kind: 'withdraw' as const, id })),
      ...news.resolved.map((one) => ({ kind: 'resolve' as const, ...one })),
    ];
    const broken = this.#newlyBroken(news);
    const ids = broken.flatMap(({ relation }) => relation.markets);
    // Their baskets are there until the next start, so nothing brings them back before.
    for (const id of ids) this.#outdated.add(id);
    const markets = [...added, ...changed, ...over, ...ids.map((id) => ({ kind: 'withdraw' as const, id }))];
    return { markets, sets, lines: [...this.#lines(news, sets, broken)] };
  }

  /** Sets that no reading has told before; one with a market that was given up until the next start is none. */
  #newSets({ relations }: DiscoveryNews): Relation[] {
    const isNew = (relation: Relation): boolean => {
      return !this.#traded.has(keyOf(relation)) && !relation.markets.some((id) => this.#outdated.has(id));
    };
    const sets = relations.filter(isNew);
    for (const set of sets) this.#traded.add(keyOf(set));
    return sets;
  }

  /** Detector of each new market: one for all that are in sets together, beginning with those of known markets. */
  #detectorsOf(added: readonly MarketMeta[], sets: readonly Relation[]): Map<string, number> {
    const detectors = new Map<string, number>();
    const fresh = new Set(added.map(({ id }) => id));
    for (const { markets } of sets) {
      const known = markets.map((id) => detectors.get(id) ?? (fresh.has(id) ? undefined : this.#detectorOf(id)));
      const detector = known.find((one) => one !== undefined) ?? this.#detectorOfNext();
      for (const id of markets) if (fresh.has(id) && !detectors.has(id)) detectors.set(id, detector);
    }
    for (const { id } of added) if (!detectors.has(id)) detectors.set(id, this.#detectorOfNext());
    return detectors;
  }

  #detectorOfNext(): number {
    this.#nextDetector += 1;
    return (this.#nextDetector - 1) % this.#detectors;
  }

  #changes({ meta, fields, acceptingOrders }: ChangedMarket): MarketNews[] {
    const { id } = meta;
    if (fields.some((field) => FIXED_AT_START.has(field))) this.#outdated.add(id);
    if (this.#outdated.has(id)) return [{ kind: 'withdraw', id }];
    const news: MarketNews[] = [];
    const { tickRanges } = meta;
    const tickE4 = tickRanges?.[0]?.tickE4;
    if (fields.includes('tick') && tickRanges !== undefined && tickE4 !== undefined) {
      news.push(tickRanges.length > 1 ? { kind: 'grid', id, tickRanges } : { kind: 'tick', id, tickE4 });
    }
    if (fields.includes('acceptingOrders')) news.push({ kind: acceptingOrders ? 'restore' : 'withdraw', id });
    return news;
  }

  /** Sets that are complete no more: what their markets pay together is not known. A set that is not shown proves nothing. */
  #newlyBroken({ brokenSets }: DiscoveryNews): BrokenSet[] {
    const isNew = (key: string): boolean => this.#traded.has(key) && !this.#broken.has(key);
    const broken = brokenSets.filter(({ relation }) => isNew(keyOf(relation)));
    for (const { relation } of broken) this.#broken.add(keyOf(relation));
    return broken;
  }

  *#lines(news: DiscoveryNews, sets: readonly Relation[], broken: readonly BrokenSet[]): Generator<string> {
    const { added, changed, closed, resolved, leftForRoom, problems } = news;
    const counts = { added: added.length, changed: changed.length, closed: closed.length, resolved: resolved.length };
    if (Object.values(counts).some((count) => count > 0)) yield `discovery: ${entriesText(counts, 'nothing')}`;
    for (const { relation, reason } of broken) {
      const text = `${countText(relation.markets.length)} markets are no complete set any more: ${breachText(reason)}`;
      yield `discovery: ${text}; they are not traded until the next start (${relation.markets[0]})`;
    }
    const leftText = entriesText(leftForRoom, '');
    if (leftText !== this.#leftText && leftText !== '') {
      yield `discovery: not taken for want of room: ${leftText}`;
    }
    this.#leftText = leftText;
    if (sets.length > 0) yield `discovery: ${countText(sets.length)} complete sets are new; their baskets are made now`;
    const [problem] = problems;
    if (problem !== undefined) yield `discovery: ${countText(problems.length)} problems, the first: ${problem}`;
  }
}

/** What is said of markets that ingest has no room for. */
export function refusedLine(ids: readonly string[]): string {
  return `discovery: ${countText(ids.length)} markets have no room at ingest and are not subscribed, the first: ${ids[0]}`;
}

function breachText(reason: Breach): string {
  return reason === 'membersDiffer' ? 'its event lists other outcomes' : reasonText(reason);
}

function keyOf({ kind, markets }: Relation): string {
  return `${kind} ${[...markets].sort().join(' ')}`;
}
