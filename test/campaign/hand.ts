// What a campaign does to its field besides the venues' own faults, drawn by its seed: trips and resets, halts and ends of
// markets, and a neighbour whose orders stand behind others on the book.
import { CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import type { Random } from '../../engine/core/random.ts';
import type { Field } from './field.ts';
import type { CampaignTape, Group } from './tape.ts';

const MS = 1e6;
const TRIP_MS_MEAN = 2_000;
const HALT_MS_MEAN = 4_000;
/** Share of the sets and pairs that end while the campaign goes on. */
const ENDING_SHARE = 0.4;
const NEIGHBOUR_SHARE = 0.25;
const NEIGHBOUR_SHARES = 15;
const NEIGHBOUR_REST_MS = 1_200;

/** What was done, by name. */
export type Deeds = Record<
  'trips' | 'tripsInFlight' | 'ownTrips' | 'kalshiHalts' | 'resolutions' | 'neighbours',
  number
>;

interface Deed {
  readonly atNs: number;
  readonly run: () => void;
}

export class Hand {
  readonly deeds: Deeds = { trips: 0, tripsInFlight: 0, ownTrips: 0, kalshiHalts: 0, resolutions: 0, neighbours: 0 };
  /** Own trips by cause. */
  readonly ownCauses: Record<string, number> = {};
  readonly settled = new Set<string>();
  /** When Polymarket restarted. */
  restartNs = Number.POSITIVE_INFINITY;
  readonly #field: Field;
  readonly #random: Random;
  readonly #tape: CampaignTape;
  #planned: Deed[] = [];
  #nextTripNs: number;
  #nextHaltNs: number;
  #resetAtNs: number | undefined;
  #orders = 0;

  constructor(field: Field, tape: CampaignTape, random: Random, seconds: number) {
    this.#field = field;
    this.#tape = tape;
    this.#random = random;
    const nowNs = field.clock.nowNs();
    this.#nextTripNs = nowNs + 2_000 * MS;
    this.#nextHaltNs = nowNs + 2_000 * MS;
    for (const group of tape.groups) {
      if (!random.chance(ENDING_SHARE)) continue;
      this.#at(nowNs + (0.35 + 0.6 * random.float()) * seconds * 1e9, () => this.#end(group));
    }
    for (const chance of tape.chances) {
      if (!random.chance(NEIGHBOUR_SHARE)) continue;
      this.#at(nowNs + (chance.atMs + random.float() * 60) * MS, () => this.#stand(chance.id, chance.priceE4));
    }
  }

  /** What is due now. `mayTrip`: whether trips are drawn. */
  turn(mayTrip: boolean): void {
    const nowNs = this.#field.clock.nowNs();
    const due = this.#planned.filter(({ atNs }) => atNs <= nowNs);
    if (due.length > 0) this.#planned = this.#planned.filter(({ atNs }) => atNs > nowNs);
    for (const { run } of due) run();
    if (nowNs >= this.#nextHaltNs) this.#halt(nowNs);
    if (this.restartNs > nowNs && (this.#field.polymarket.stats().faults['http425'] ?? 0) > 0) this.restartNs = nowNs;
    if (mayTrip) this.#tripOrReset(nowNs);
  }

  /** Opens the breaker, as an operator does who wants quiet. */
  stop(): void {
    this.#field.breaker.trip(CAUSE_MANUAL, 0);
    this.#resetAtNs = undefined;
  }

  reset(): void {
    const { breaker, executor, clock } = this.#field;
    if (breaker.isOpen()) executor.breakerDesk.reset(breaker.causes(), 'campaign', 'drawn', clock.nowNs());
    this.#nextTripNs = clock.nowNs() + (50 + this.#random.exponential(TRIP_MS_MEAN)) * MS;
    this.#resetAtNs = undefined;
  }

  #tripOrReset(nowNs: number): void {
    const { breaker, eye } = this.#field;
    if (breaker.isOpen()) {
      if (this.#resetAtNs === undefined) {
        this.#noteOwn(eye.open.at(-1)!.causes);
        this.#resetAtNs = nowNs + (30 + this.#random.float() * 270) * MS;
      }
      if (nowNs >= this.#resetAtNs) this.reset();
      return;
    }
    const isInFlight = breaker.inFlight().length > 0;
    // Every other one waits for a request in flight.
    if (nowNs < this.#nextTripNs || (!isInFlight && this.deeds.trips % 2 === 1)) return;
    this.deeds.trips += 1;
    this.deeds.tripsInFlight += isInFlight ? 1 : 0;
    breaker.trip(CAUSE_MANUAL, 0);
    this.#resetAtNs = nowNs + (30 + this.#random.float() * 270) * MS;
  }

  #noteOwn(causes: readonly string[]): void {
    if (causes.join() === 'manual') return;
    this.deeds.ownTrips += 1;
    for (const cause of causes) this.ownCauses[cause] = (this.ownCauses[cause] ?? 0) + 1;
  }

  #at(atNs: number, run: () => void): void {
    this.#planned.push({ atNs, run });
  }

  /** A Kalshi market takes no orders for a while; the feed says so a little later. */
  #halt(nowNs: number): void {
    this.#nextHaltNs = nowNs + (200 + this.#random.exponential(HALT_MS_MEAN)) * MS;
    const { kalshi } = this.#field;
    const market = kalshi.exchange.find(this.#random.pick(this.#tape.terms).ticker);
    if (market?.status !== 'active') return;
    const { ticker } = market;
    this.deeds.kalshiHalts += 1;
    kalshi.exchange.pause(market);
    this.#at(nowNs + this.#random.float() * 300 * MS, () => kalshi.lifecycle(ticker, 'deactivated'));
    this.#at(nowNs + (400 + this.#random.float() * 600) * MS, () => {
      if (market.status === 'paused') market.status = 'active';
      kalshi.lifecycle(ticker, 'activated');
    });
  }

  /** The markets of a set or pair end together: one of a set wins, a pair resolves alike. */
  #end({ kind, ids }: Group): void {
    this.deeds.resolutions += 1;
    const winner = this.#random.integer(0, ids.length - 1);
    for (const [at, id] of ids.entries()) {
      const wins = kind === 'pair' ? winner === 0 : at === winner;
      if (id.startsWith('polymarket:')) this.#field.polymarket.resolve(id, wins ? 0 : 1);
      else this.#endKalshi(id.slice('kalshi:'.length), wins);
    }
  }

  #endKalshi(ticker: string, wins: boolean): void {
    const { kalshi, clock } = this.#field;
    const market = kalshi.exchange.market(ticker);
    kalshi.exchange.closeMarket(market);
    kalshi.lifecycle(ticker, 'determined', { result: wins ? 'yes' : 'no' });
    this.#at(clock.nowNs() + (200 + this.#random.float() * 800) * MS, () => {
      kalshi.exchange.settle(market, wins ? 10_000 : 0);
      this.settled.add(ticker);
      kalshi.lifecycle(ticker, 'settled');
    });
    // The stream may have been cut when it said so: a run reads it in the list.
    this.#at(clock.nowNs() + (2_000 + this.#random.float() * 2_000) * MS, () => {
      this.#field.tell([{ kind: 'resolve', id: `kalshi:${ticker}`, yesPayoutE4: wins ? 10_000 : 0 }]);
    });
  }

  /** The neighbour offers YES behind those who offer it already, and goes again. */
  #stand(id: string, priceE4: number): void {
    const { exchange, accounts } = this.#field.polymarket;
    const { tokens } = exchange.market(id.slice('polymarket:'.length))!;
    this.#orders += 1;
    const offered = { token: tokens[1], side: 'BUY', limitE4: 10_000 - priceE4 } as const;
    const size = { sizeMicros: NEIGHBOUR_SHARES * 1_000_000, type: 'GTC', postOnly: true } as const;
    const placed = exchange.place(accounts[1]!, { id: `neighbour-${this.#orders}`, ...offered, ...size });
    if (!placed.accepted) return;
    this.deeds.neighbours += 1;
    this.#at(this.#field.clock.nowNs() + NEIGHBOUR_REST_MS * MS, () => void exchange.cancel(placed.order));
  }
}
