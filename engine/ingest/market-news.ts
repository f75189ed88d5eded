// Markets that come, go and change while a run goes on: registers, subscribes and withdraws them. Ingest thread, in its
// duty cycle, between two frames; off the hot path. What changes a book goes through OffStream, which notes it.
//
// A market that is withdrawn is unsubscribed and its book STALE, so that nothing can be traded on it; until that record has
// reached its detector, a flag tells the gate. One for which the
// connections have no room is told of, and tried again when another one has left them; the arena's places are taken for good.
import { BOOK_SYNCED, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { MarketMeta, TickRange } from '../venue/contract.ts';
import { payoutOf } from '../venue/markets.ts';
import type { FrameIntake } from './frames.ts';
import type { MarketEvent, MarketEventSink } from './market-events.ts';

export type MarketNews =
  | { readonly kind: 'add'; readonly meta: MarketMeta; readonly detector: number }
  | { readonly kind: 'withdraw' | 'restore'; readonly id: string }
  /** `yesPayoutE4`: what a share of YES is paid; undefined when nobody has said. */
  | { readonly kind: 'resolve'; readonly id: string; readonly yesPayoutE4: number | undefined }
  | { readonly kind: 'tick'; readonly id: string; readonly tickE4: number }
  | { readonly kind: 'grid'; readonly id: string; readonly tickRanges: readonly TickRange[] };

/** What became of the news, by name. */
export interface MarketNewsCounts {
  added: number;
  /** Not taken at once for want of room: in the arena, or on connections. */
  refused: number;
  withdrawn: number;
  restored: number;
  resolved: number;
  /** A second source named another payout than the first: the first holds. */
  payoutsDiffering: number;
  ticksChanged: number;
}

export const NO_MARKET_NEWS: Readonly<MarketNewsCounts> = {
  ...{ added: 0, refused: 0, withdrawn: 0, restored: 0, resolved: 0, payoutsDiffering: 0, ticksChanged: 0 },
};

/** What subscribes. */
export interface Subscriptions {
  subscribe(tokens: readonly string[]): boolean;
  unsubscribe(tokens: readonly string[]): void;
}

export class MarketDesk {
  readonly #intake: FrameIntake;
  readonly #subscriptions: Subscriptions;
  readonly #books: Books;
  /** Markets that are not subscribed any more. */
  readonly #gone = new Map<number, 'withdrawn' | 'resolved'>();
  /** Of these, the ones that are wanted and wait for room on a connection, and what they count as then. */
  readonly #roomless = new Map<number, 'added' | 'restored'>();
  readonly #onRefused: MarketEventSink | undefined;
  #hasRoomLeft = false;
  #waiting: MarketNews[] = [];
  readonly counts: MarketNewsCounts = { ...NO_MARKET_NEWS };

  /** `onRefused` hears which markets have no room, once each. */
  constructor(intake: FrameIntake, subscriptions: Subscriptions, onRefused?: MarketEventSink) {
    this.#intake = intake;
    this.#subscriptions = subscriptions;
    this.#books = new Books(intake.arena);
    this.#onRefused = onRefused;
  }

  /** Taken up by the next duty cycle; nothing is sent from now on for what is given up. */
  tell(news: readonly MarketNews[]): void {
    for (const one of news) {
      const market = one.kind === 'withdraw' || one.kind === 'resolve' ? this.#indexOf(one.id) : undefined;
      if (market !== undefined) this.#intake.offStream.withdrawn(market, true);
    }
    this.#waiting.push(...news);
  }

  /** What the feed itself told: the book of a resolved market is closed already, its tokens still take up room. */
  heard(event: MarketEvent): void {
    if (event.kind === 'resolved') this.tell([{ kind: 'resolve', id: event.id, yesPayoutE4: event.yesPayoutE4 }]);
  }

  doWork(nowNs: number): number {
    const news = this.#waiting;
    if (news.length > 0) this.#take(news, nowNs);
    // A snapshot may have been on its way when its market was unsubscribed.
    for (const market of this.#gone.keys()) {
      if (this.#books.state(market) === BOOK_SYNCED) this.#intake.offStream.stale(market, nowNs);
    }
    return news.length;
  }

  #take(news: readonly MarketNews[], nowNs: number): void {
    this.#waiting = [];
    const waited = new Set(this.#roomless.keys());
    const refused: string[] = [];
    for (const one of news) {
      if (one.kind !== 'add') this.#change(one, nowNs);
      else if (!this.#add(one.meta, one.detector, nowNs)) refused.push(one.meta.id);
    }
    if (this.#hasRoomLeft) for (const [market, as] of [...this.#roomless]) this.#subscribe(market, as);
    this.#hasRoomLeft = false;
    for (const market of this.#roomless.keys()) {
      if (!waited.has(market)) refused.push(this.#intake.markets.idOf(market));
    }
    this.counts.refused += refused.length;
    if (refused.length > 0) this.#onRefused?.({ kind: 'refused', ids: refused });
  }

  /** False when the arena has no place for it. */
  #add(meta: MarketMeta, detector: number, nowNs: number): boolean {
    const { offStream, markets } = this.#intake;
    if (markets.indexOf(meta.id) !== undefined) return true;
    const market = offStream.register(meta, detector, nowNs);
    if (market !== undefined) this.#subscribe(market, 'added');
    return market !== undefined;
  }

  /** Without room on a connection the market stays away, and waits. */
  #subscribe(market: number, as: 'added' | 'restored'): void {
    if (this.#subscriptions.subscribe(this.#tokens(market))) {
      this.#gone.delete(market);
      this.#roomless.delete(market);
      this.#intake.offStream.withdrawn(market, false);
      this.counts[as] += 1;
    } else {
      this.#gone.set(market, 'withdrawn');
      this.#intake.offStream.withdrawn(market, true);
      this.#roomless.set(market, as);
    }
  }

  #change(news: Exclude<MarketNews, { kind: 'add' }>, nowNs: number): void {
    const { offStream } = this.#intake;
    const market = this.#indexOf(news.id);
    if (market === undefined) return;
    const before = this.#gone.get(market);
    if (news.kind === 'tick') {
      offStream.changeTick(market, news.tickE4, nowNs);
      this.counts.ticksChanged += 1;
    } else if (news.kind === 'grid') {
      offStream.changeGrid(market, news.tickRanges, nowNs);
      this.counts.ticksChanged += 1;
    } else if (news.kind === 'restore') {
      // What was never given up is subscribed, and what has resolved never comes back.
      if (before !== 'withdrawn') return;
      this.#subscribe(market, this.#roomless.get(market) ?? 'restored');
    } else {
      const isSubscribed = before === undefined;
      this.#roomless.delete(market);
      const state = news.kind === 'resolve' ? 'resolved' : 'withdrawn';
      if (news.kind === 'resolve') this.#resolve(market, news.yesPayoutE4, before !== 'resolved', nowNs);
      if (before === 'resolved' || before === state) return;
      this.#gone.set(market, state);
      offStream.withdrawn(market, true);
      this.counts[state] += 1;
      if (!isSubscribed) return;
      this.#subscriptions.unsubscribe(this.#tokens(market));
      this.#hasRoomLeft = true;
    }
  }

  #indexOf(id: string): number | undefined {
    return this.#intake.markets.indexOf(id);
  }

  /** The end of a market is told by the feed and by the list of markets, and not always with who won. */
  #resolve(market: number, yesPayoutE4: number | undefined, isFirst: boolean, nowNs: number): void {
    const { offStream, arena } = this.#intake;
    const known = payoutOf(arena, market);
    if (known !== undefined && yesPayoutE4 !== undefined && known !== yesPayoutE4) this.counts.payoutsDiffering += 1;
    if (isFirst || (known === undefined && yesPayoutE4 !== undefined)) offStream.resolved(market, nowNs, yesPayoutE4);
  }

  #tokens(market: number): string[] {
    const { markets } = this.#intake;
    return [VIEW_YES, VIEW_NO].map((view) => markets.tokenOf(market, view)).filter((token) => token !== '');
  }
}
