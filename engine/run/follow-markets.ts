// From what a reading of a venue's list says to what the running engine does about it, and to lines for people. Pure but for what it
// remembers: the complete sets that are traded. Main thread.
//
// What makes a traded fact doubtful takes the market out: its book is STALE then and nothing is sent for it. A fee or a
// minimum size is in the baskets, which are made at the start, so such a market comes back with the next start.
import type { MarketNews } from '../ingest/market-news.ts';
import { countText, entriesText } from '../observe/text.ts';
import type { Relation } from '../venue/contract.ts';
import type { ChangedMarket, DiscoveryNews } from '../venue/polymarket/gamma-news.ts';
import { reasonText } from '../venue/polymarket/gamma-reasons.ts';
import type { Breach } from '../venue/polymarket/gamma-sets.ts';
import type { BrokenSet } from '../venue/polymarket/gamma-sync.ts';

/** Facts that only a new start takes over. */
const FIXED_AT_START: ReadonlySet<string> = new Set(['fee', 'minSize', 'tokens']);

export class FollowMarkets {
  readonly #detectors: number;
  readonly #traded: ReadonlySet<string>;
  readonly #broken = new Set<string>();
  readonly #outdated = new Set<string>();
  #nextDetector = 0;
  #leftText = '';
  #untraded = 0;

  /** `relations`: the complete sets that discovery found at the start. */
  constructor(detectors: number, relations: readonly Relation[]) {
    this.#detectors = detectors;
    this.#traded = new Set(relations.map(keyOf));
  }

  /** What ingest is to do, and what is to be said. */
  follow(news: DiscoveryNews): { readonly markets: readonly MarketNews[]; readonly lines: readonly string[] } {
    const added = news.added.map((meta) => ({ kind: 'add' as const, meta, detector: this.#detectorOfNext() }));
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
    return { markets, lines: [...this.#lines(news, broken)] };
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

  *#lines(news: DiscoveryNews, broken: readonly BrokenSet[]): Generator<string> {
    const { added, changed, closed, resolved, relations, leftForRoom, problems } = news;
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
    const untraded = relations.filter((relation) => !this.#traded.has(keyOf(relation))).length;
    if (untraded > this.#untraded) {
      yield `discovery: ${countText(untraded)} complete sets are new since the start; they are traded from the next start on`;
    }
    this.#untraded = untraded;
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
