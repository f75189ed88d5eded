// A socket of the Kalshi feed that is to take the place of the one that stands: what it brings is held back, and judged.
// Ingest thread; publishes nothing, the feed acts.
import { BOOK_EMPTY, BOOK_SYNCED } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import { jsonFromBytes } from '../venue/json.ts';
import type { KalshiFeedSetup } from './kalshi-contract.ts';
import { KalshiHeld } from './kalshi-held.ts';
import type { KalshiLink } from './kalshi-link.ts';
import type { KalshiMarkets } from './kalshi-markets.ts';
import { canBeHelped } from './resync.ts';
import type { StandbyVerdict } from './standby.ts';

export class KalshiStandby {
  readonly link: KalshiLink;
  readonly held = new KalshiHeld();
  readonly #dialledNs: number;
  readonly #timeNs: number;

  constructor(link: KalshiLink, { care, resync }: KalshiFeedSetup, nowNs: number) {
    this.link = link;
    this.#dialledNs = nowNs;
    this.#timeNs = (care.openMs + resync.firstBookMs) * 1e6;
    link.care.start(nowNs);
  }

  /** Takes a message; `isOwn`: of a market of this feed. */
  take(bytes: Uint8Array, nowNs: number, isOwn: (ticker: string) => boolean): void {
    const { held, link } = this;
    const parsed = jsonFromBytes(bytes);
    if ('fault' in parsed) {
      held.fault = parsed.fault;
      return;
    }
    held.take(parsed.value);
    const news = link.session.read(parsed.value);
    if (news.kind === 'confirmed') link.care.subscribed(nowNs);
    if (news.kind === 'number') held.passNumber(news.sid, news.seq);
    if (news.kind === 'useless') held.fault = 'useless';
    if (news.kind === 'life' && isOwn(news.event.ticker)) held.holdLife(bytes);
  }

  /** It takes over with every book that there is; when its time is up, with every good one. */
  verdict(markets: KalshiMarkets, books: Books, nowNs: number): StandbyVerdict {
    const { held, link } = this;
    if (held.fault !== '') return 'giveUp';
    const isLate = nowNs - this.#dialledNs > this.#timeNs;
    const isWanted = (market: number): boolean => {
      const state = books.state(market);
      return (isLate ? state === BOOK_SYNCED : state !== BOOK_EMPTY) && canBeHelped(books, market);
    };
    const isWhole = [...markets.trading].every((market) => !isWanted(market) || held.has(markets.tickerOf(market)!));
    if (isWhole && held.seq > 0 && link.session.isSettled) return 'promote';
    return isLate ? 'giveUp' : 'wait';
  }
}
