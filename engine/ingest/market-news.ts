// Markets that come, go and change while a run goes on: registers, subscribes and withdraws them. Ingest thread, in its
// duty cycle, between two frames; off the hot path. Writes MARKETS and keys as the frame host does.
//
// A market that is withdrawn is unsubscribed and its book STALE, so that nothing can be traded on it.
import { VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import type { MarketMeta } from '../venue/contract.ts';
import { tokensOf } from '../venue/markets.ts';
import type { FrameIntake } from './frames.ts';

export type MarketNews =
  | { readonly kind: 'add'; readonly meta: MarketMeta; readonly detector: number }
  | { readonly kind: 'withdraw' | 'restore'; readonly id: string }
  | { readonly kind: 'resolve'; readonly id: string }
  | { readonly kind: 'tick'; readonly id: string; readonly tickE4: number };

/** What became of the news, by name. */
export interface MarketNewsCounts {
  added: number;
  /** Not taken for want of room: in the arena, or on connections. */
  refused: number;
  withdrawn: number;
  restored: number;
  resolved: number;
  ticksChanged: number;
}

/** What subscribes. */
export interface Subscriptions {
  subscribe(tokens: readonly string[]): boolean;
  unsubscribe(tokens: readonly string[]): void;
}

export class MarketDesk {
  readonly #intake: FrameIntake;
  readonly #subscriptions: Subscriptions;
  #waiting: MarketNews[] = [];
  readonly counts: MarketNewsCounts = {
    ...{ added: 0, refused: 0, withdrawn: 0, restored: 0, resolved: 0, ticksChanged: 0 },
  };

  constructor(intake: FrameIntake, subscriptions: Subscriptions) {
    this.#intake = intake;
    this.#subscriptions = subscriptions;
  }

  /** Taken up by the next duty cycle. */
  tell(news: readonly MarketNews[]): void {
    this.#waiting.push(...news);
  }

  doWork(nowNs: number): number {
    const news = this.#waiting;
    if (news.length === 0) return 0;
    this.#waiting = [];
    for (const one of news) {
      if (one.kind === 'add') this.#add(one.meta, one.detector, nowNs);
      else this.#change(one, nowNs);
    }
    return news.length;
  }

  #add(meta: MarketMeta, detector: number, nowNs: number): void {
    const { host, markets } = this.#intake;
    if (markets.indexOf(meta.id) !== undefined) return;
    const market = host.register(meta, detector, this.#seen(nowNs));
    const isTaken = market !== undefined && this.#subscriptions.subscribe(tokensOf(meta));
    this.counts[isTaken ? 'added' : 'refused'] += 1;
  }

  #change(news: Exclude<MarketNews, { kind: 'add' }>, nowNs: number): void {
    const { host, markets } = this.#intake;
    const market = markets.indexOf(news.id);
    if (market === undefined) return;
    const tokens = [VIEW_YES, VIEW_NO].map((view) => markets.tokenOf(market, view)).filter((token) => token !== '');
    if (news.kind === 'restore') {
      this.counts[this.#subscriptions.subscribe(tokens) ? 'restored' : 'refused'] += 1;
    } else if (news.kind === 'tick') {
      this.counts.ticksChanged += host.changeTick(market, news.tickE4, this.#seen(nowNs)) ? 1 : 0;
    } else {
      if (news.kind === 'resolve') host.resolve(market, this.#seen(nowNs));
      this.counts[news.kind === 'resolve' ? 'resolved' : 'withdrawn'] += 1;
      this.#subscriptions.unsubscribe(tokens);
    }
  }

  #seen(recvNs: number) {
    return { recvNs, venueMs: 0, frameSeq: this.#intake.frameSeq };
  }
}
