// Keeps the list of traded Kalshi markets in step with the venue: reads it every so many minutes and answers what
// changed. An agent, off the hot path. Closing is final and needs evidence: a market that a reading does not show is
// asked for by its ticker, and one that Kalshi does not show at all stays, counted.
import type { Agent } from '../../core/agent.ts';
import type { Clock } from '../../core/clock.ts';
import type { MarketMeta } from '../contract.ts';
import { changedKeys, ReadingCadence } from '../reading-cadence.ts';
import type { RestGets } from '../rest-get.ts';
import { type ArenaRoom, Room } from '../room.ts';
import type { Taken } from '../taken.ts';
import { isOver, type KalshiMarket } from './market.ts';
import { KalshiReader, type KalshiReading, type KalshiSelect } from './reader.ts';
import { type KalshiSelected, type KalshiSelection, selectKalshi } from './select.ts';

export interface KalshiSyncOptions {
  readonly select: KalshiSelect;
  readonly everyMinutes: number;
  readonly pageSize: number;
  readonly room: ArenaRoom;
  /** What the config declares and other venues have taken: it takes room as well, and is read anew with every reading. */
  readonly declared: Taken;
}

/** What one sync found, against the one before. */
export interface KalshiDiff {
  /** When Kalshi was asked, ms since 1970. */
  readonly askedMs: number;
  readonly added: readonly KalshiSelected[];
  /** `fields`: which facts changed: tick, minSize, fee, status. */
  readonly changed: readonly { readonly ticker: string; readonly fields: readonly string[] }[];
  /** Over, the result not settled. */
  readonly closed: readonly string[];
  readonly resolved: readonly { readonly ticker: string; readonly winner: 'yes' | 'no' }[];
  /** Traded markets that Kalshi did not show, or not readably: they stay. */
  readonly missing: number;
  readonly reading: KalshiReading;
  readonly selection: KalshiSelection;
}

export class KalshiSync implements Agent {
  readonly role = 'kalshiDiscovery';
  readonly #options: KalshiSyncOptions;
  readonly #cadence: ReadingCadence;
  readonly #gets: RestGets;
  readonly #clock: Clock;
  readonly #onDiff: (diff: KalshiDiff) => void;
  readonly #open = new Map<string, KalshiMarket>();
  /** Closed ones keep their place in the arena. */
  readonly #closed = new Map<string, MarketMeta>();
  /** Of these, the ones that are not finalized yet: asked for until Kalshi says who won. */
  readonly #undecided = new Map<string, KalshiMarket>();

  constructor(options: KalshiSyncOptions, gets: RestGets, clock: Clock, onDiff: (diff: KalshiDiff) => void) {
    this.#options = options;
    this.#cadence = new ReadingCadence(options.everyMinutes);
    this.#gets = gets;
    this.#clock = clock;
    this.#onDiff = onDiff;
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

  #read(): void {
    const askedMs = this.#clock.wallMs();
    const { select, pageSize } = this.#options;
    new KalshiReader(this.#gets, pageSize, (first) => this.#askForMissing(first, askedMs)).start(select);
  }

  #askForMissing(first: KalshiReading, askedMs: number): void {
    const missing = [...this.#open.keys(), ...this.#undecided.keys()].filter(
      (ticker) => !first.catalogue.entries.has(ticker),
    );
    if (missing.length === 0) {
      this.#conclude(first, askedMs);
      return;
    }
    const both = (second: KalshiReading): void => {
      const problems = [...first.problems, ...second.problems];
      this.#conclude({ ...first, answers: first.answers + second.answers, problems }, askedMs);
    };
    new KalshiReader(this.#gets, this.#options.pageSize, both, first.catalogue).startMarkets(missing);
  }

  #conclude(reading: KalshiReading, askedMs: number): void {
    this.#cadence.ended(reading.problems.length > 0);
    const { select, room, declared } = this.#options;
    const taken = [...declared.markets, ...[...this.#open.values()].map(({ meta }) => meta), ...this.#closed.values()];
    const kept = new Set(taken.map(({ id }) => id));
    const places = new Room(room, taken, declared.relations);
    const selection = selectKalshi(reading.catalogue, select, places, askedMs, kept);
    const changes = this.#changesOf(reading, selection);
    const added = selection.selected.filter(({ market }) => !kept.has(market.meta.id));
    for (const { market } of added) this.#open.set(market.ticker, market);
    this.#onDiff({ askedMs, added, ...changes, reading, selection });
  }

  #changesOf(
    { catalogue }: KalshiReading,
    { selected }: KalshiSelection,
  ): Pick<KalshiDiff, 'changed' | 'closed' | 'resolved' | 'missing'> {
    const changed: { ticker: string; fields: string[] }[] = [];
    const closed: string[] = [];
    const resolved: { ticker: string; winner: 'yes' | 'no' }[] = [];
    let missing = 0;
    for (const [ticker, before] of [...this.#undecided]) {
      const now = catalogue.entries.get(ticker)?.market;
      if (now?.status !== 'finalized' || now.updatedMs < before.updatedMs) continue;
      this.#undecided.delete(ticker);
      if (now.winner !== undefined) resolved.push({ ticker, winner: now.winner });
    }
    const found = new Map(selected.map((one) => [one.market.ticker, one]));
    for (const [ticker, before] of [...this.#open]) {
      const chosen = found.get(ticker);
      const shown = chosen?.market ?? catalogue.entries.get(ticker)?.market;
      if (shown === undefined || shown.updatedMs < before.updatedMs) {
        missing += 1;
        continue;
      }
      // A pausing market is not among the selected, and the answer of a series may be lost: no fee has changed for that.
      const isTold = chosen !== undefined && chosen.fee !== 'seriesUnknown';
      const now = isTold ? shown : { ...shown, meta: { ...shown.meta, fee: before.meta.fee } };
      this.#open.set(ticker, now);
      const fields = changedFields(before, now);
      if (isOver(now)) {
        this.#closed.set(ticker, now.meta);
        this.#open.delete(ticker);
        if (now.winner === undefined) {
          if (now.status !== 'finalized') this.#undecided.set(ticker, now);
          closed.push(ticker);
        } else resolved.push({ ticker, winner: now.winner });
      } else if (fields.length > 0) changed.push({ ticker, fields });
    }
    return { changed, closed, resolved, missing };
  }
}

/** What the engine would have to take over. */
function changedFields(before: KalshiMarket, now: KalshiMarket): string[] {
  const facts = ({ meta, status }: KalshiMarket): Readonly<Record<string, unknown>> => ({
    ...{ tick: meta.tickRanges, minSize: meta.minSizeMicros, fee: meta.fee, status },
  });
  return changedKeys(facts(before), facts(now));
}
