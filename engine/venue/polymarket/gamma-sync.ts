// Keeps the list of traded markets in step with Gamma: reads it every so many minutes and answers what changed. An
// agent, off the hot path. A page of 20 events takes some 50 ms, judging 10,000 markets some 200 ms: give it a thread
// that may stand still for as long. What the feed told first is never undone by an older answer.
//
// Closing is final and needs evidence: a market that a reading does not show is asked for by its id, and one that Gamma
// does not show at all stays, counted. One that pauses stays as well, with acceptingOrders false.
import type { Agent } from '../../core/agent.ts';
import type { Clock } from '../../core/clock.ts';
import type { MarketMeta, Relation } from '../contract.ts';
import { changedKeys, ReadingCadence } from '../reading-cadence.ts';
import type { RestGets } from '../rest-get.ts';
import { type ArenaRoom, Room, setKey } from '../room.ts';
import type { Taken } from '../taken.ts';
import type { GammaCatalogue } from './gamma-catalogue.ts';
import { TickFacts, withTick } from './gamma-facts.ts';
import type { GammaMarket, Winner } from './gamma-market.ts';
import { conditionQueries, GammaReader, type GammaReading, queriesFor } from './gamma-reader.ts';
import { type Select, type Selected, type Selection, selectMarkets } from './gamma-select.ts';
import { type Breach, breachOf, type TradedSet } from './gamma-sets.ts';

export interface GammaSyncOptions {
  readonly select: Select;
  readonly everyMinutes: number;
  readonly pageSize: number;
  readonly room: ArenaRoom;
  /** What the config declares and other venues have taken: it takes room as well, and is read anew with every reading. */
  readonly declared: Taken;
}

/** What happened to the markets that were traded before. */
interface Changes {
  /** `fields`: which facts changed: tick, minSize, fee, tokens, acceptingOrders. */
  readonly changed: readonly { readonly market: GammaMarket; readonly fields: readonly string[] }[];
  /** Closed, the outcome not final. */
  readonly closed: readonly GammaMarket[];
  readonly resolved: readonly { readonly market: GammaMarket; readonly winner: Winner }[];
  /** Ticks kept because the feed told a newer one. */
  readonly staleTicks: number;
  /** Answers older than what an earlier one said: not taken. */
  readonly staleMarkets: number;
  /** Traded markets that Gamma did not show, or not readably: they stay. */
  readonly missing: number;
}

/** A set that was complete, by its markets. */
export interface BrokenSet {
  readonly relation: Relation;
  readonly reason: Breach;
}

/** What one sync found, against the one before. */
export interface GammaDiff extends Changes {
  /** When Gamma was asked, ms since 1970. */
  readonly askedMs: number;
  readonly added: readonly Selected[];
  /** Complete sets among the traded markets. */
  readonly relations: readonly Relation[];
  /** Complete sets of earlier readings that this one speaks against. */
  readonly brokenSets: readonly BrokenSet[];
  /** Markets that Gamma shows open though they have closed here. */
  readonly alreadyClosed: number;
  readonly reading: GammaReading;
  readonly selection: Selection;
}

export class GammaSync implements Agent {
  readonly role = 'discovery';
  readonly #options: GammaSyncOptions;
  readonly #cadence: ReadingCadence;
  readonly #gets: RestGets;
  readonly #clock: Clock;
  readonly #onDiff: (diff: GammaDiff) => void;
  readonly #ticks = new TickFacts();
  readonly #open = new Map<string, GammaMarket>();
  /** Closed ones keep their place in the arena. */
  readonly #closed = new Map<string, MarketMeta>();
  /** Of these, the ones whose winner Gamma has not told yet, the feed's word or not: two sources are compared. */
  readonly #undecided = new Map<string, GammaMarket>();
  /** Every complete set that a reading has told: a run makes baskets of them. */
  #sets: readonly TradedSet[] = [];

  constructor(options: GammaSyncOptions, gets: RestGets, clock: Clock, onDiff: (diff: GammaDiff) => void) {
    this.#options = options;
    this.#cadence = new ReadingCadence(options.everyMinutes);
    this.#gets = gets;
    this.#clock = clock;
    this.#onDiff = onDiff;
  }

  /** Markets that are traded, by id. */
  get open(): ReadonlyMap<string, GammaMarket> {
    return this.#open;
  }

  doWork(nowNs: number): number {
    if (this.#cadence.begins(nowNs)) this.#read();
    return this.#gets.doWork(nowNs);
  }

  /** There is something new: the next reading comes sooner, as often as readings may. */
  hasten(nowNs: number): void {
    this.#cadence.hasten(nowNs);
  }

  close(): Promise<void> {
    return this.#gets.close();
  }

  /** The feed told a new tick. */
  tickChanged(marketId: string, tickE4: number, venueMs: number): void {
    const market = this.#open.get(marketId);
    if (this.#ticks.told(marketId, tickE4, venueMs) && market !== undefined) {
      this.#open.set(marketId, withTick(market, tickE4));
    }
  }

  /**
   * The feed told that the market has resolved. With who won that is final, whatever Gamma goes on saying; Gamma's own word
   * is waited for all the same, to be compared. Without, Gamma is asked soon.
   */
  marketResolved(marketId: string, isWinnerTold: boolean, nowNs: number): void {
    const market = this.#open.get(marketId);
    if (!isWinnerTold) this.hasten(nowNs);
    else if (market !== undefined) {
      this.#close(market);
      this.#undecided.set(marketId, market);
    }
  }

  #close({ meta }: GammaMarket): void {
    this.#closed.set(meta.id, meta);
    this.#open.delete(meta.id);
    this.#ticks.forget(meta.id);
  }

  #read(): void {
    const askedMs = this.#clock.wallMs();
    const { select, pageSize } = this.#options;
    new GammaReader(this.#gets, pageSize, (first) => this.#askForMissing(first, askedMs)).start(queriesFor(select));
  }

  /** Traded markets that the lists do not show may have closed: Gamma is asked for them by their ids. */
  #askForMissing(first: GammaReading, askedMs: number): void {
    const missing = [...this.#open.keys(), ...this.#undecided.keys()].filter((id) => !first.catalogue.entries.has(id));
    if (missing.length === 0) {
      this.#conclude(first, askedMs);
      return;
    }
    const both = (second: GammaReading): void => {
      const problems = [...first.problems, ...second.problems];
      this.#conclude({ ...first, pages: first.pages + second.pages, problems }, askedMs);
    };
    new GammaReader(this.#gets, this.#options.pageSize, both, first.catalogue).start(conditionQueries(missing));
  }

  #conclude(reading: GammaReading, askedMs: number): void {
    this.#cadence.ended(reading.problems.length > 0);
    const { select, room, declared } = this.#options;
    const taken = [...declared.markets, ...[...this.#open.values()].map(({ meta }) => meta), ...this.#closed.values()];
    const held = this.#sets.map(({ relation }) => relation);
    const places = new Room(room, taken, declared.relations, held);
    const kept = new Set(taken.map(({ id }) => id));
    const selection = selectMarkets(reading.catalogue, select, places, askedMs, kept);
    const changes = this.#changesOf(reading.catalogue, askedMs);
    const added = selection.selected
      .filter(({ market }) => !kept.has(market.meta.id))
      .map((one) => ({ ...one, market: this.#ticks.over(one.market, askedMs).market }));
    const alreadyClosed = selection.selected.filter(({ market }) => this.#closed.has(market.meta.id)).length;
    for (const { market } of added) this.#open.set(market.meta.id, market);
    const relations = selection.relations.filter(({ markets }) => !markets.some((id) => this.#closed.has(id)));
    const brokenSets = this.#brokenSets(reading.catalogue);
    this.#sets = [...this.#sets, ...newSets(this.#sets, setsOf(selection, relations))];
    this.#onDiff({ askedMs, added, ...changes, relations, brokenSets, alreadyClosed, reading, selection });
  }

  #brokenSets(catalogue: GammaCatalogue): BrokenSet[] {
    return this.#sets.flatMap((set) => {
      const reason = breachOf(set, catalogue);
      return reason === undefined ? [] : [{ relation: set.relation, reason }];
    });
  }

  #changesOf(catalogue: GammaCatalogue, askedMs: number): Changes {
    const changed: { market: GammaMarket; fields: string[] }[] = [];
    const closed: GammaMarket[] = [];
    const resolved: { market: GammaMarket; winner: Winner }[] = [];
    let [staleTicks, staleMarkets, missing] = [0, 0, 0];
    for (const [id, before] of [...this.#undecided]) {
      const now = catalogue.entries.get(id)?.market;
      if (now?.winner === undefined || now.updatedMs < before.updatedMs) continue;
      this.#undecided.delete(id);
      resolved.push({ market: now, winner: now.winner });
    }
    for (const [id, before] of [...this.#open]) {
      const entry = catalogue.entries.get(id);
      const shown = entry?.market ?? (entry?.isClosed === true ? { ...before, closed: true } : undefined);
      if (shown === undefined) missing += 1;
      else if (shown.updatedMs < before.updatedMs) staleMarkets += 1;
      else {
        const { market, stale } = this.#ticks.over(shown, askedMs);
        staleTicks += stale ? 1 : 0;
        const now = { ...market, meta: { ...market.meta, event: before.meta.event } };
        const fields = changedFields(before, now);
        const isOver = now.closed || now.archived;
        if (isOver) this.#close(now);
        else this.#open.set(id, now);
        if (now.winner !== undefined) resolved.push({ market: now, winner: now.winner });
        else if (isOver) {
          closed.push(now);
          this.#undecided.set(id, now);
        } else if (fields.length > 0) changed.push({ market: now, fields });
      }
    }
    return { changed, closed, resolved, staleTicks, staleMarkets, missing };
  }
}

/** Those of `told` among the selected sets, with their events. */
function setsOf({ relations, relationEvents }: Selection, told: readonly Relation[]): TradedSet[] {
  const among = new Set(told);
  const sets = relations.map((relation, place) => ({ relation, eventId: relationEvents[place]! }));
  return sets.filter(({ relation }) => among.has(relation));
}

function newSets(known: readonly TradedSet[], sets: readonly TradedSet[]): TradedSet[] {
  const keys = new Set(known.map(({ relation }) => setKey(relation.markets)));
  return sets.filter(({ relation }) => !keys.has(setKey(relation.markets)));
}

/** What the engine would have to take over. */
function changedFields(before: GammaMarket, now: GammaMarket): string[] {
  const facts = ({ meta, version, acceptingOrders }: GammaMarket): Readonly<Record<string, unknown>> => ({
    tick: meta.tickRanges,
    minSize: meta.minSizeMicros,
    fee: meta.fee,
    tokens: [meta.yesToken, meta.noToken, version],
    acceptingOrders,
  });
  return changedKeys(facts(before), facts(now));
}
