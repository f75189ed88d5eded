// Baseline `typical`: JSON.parse, one book per token as Maps by price text, the best level found by sorting the keys
// after each change. The shape most bots on these venues have.
import { priceE4FromText, sizeMicrosFromText } from '../../engine/core/units.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { SIDE_ASK, SIDE_BID, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { type BaselineEngine, foldedE4, type VenueMessage } from './contract.ts';
import { visitBestFirst } from './json.ts';

interface TokenBook {
  readonly market: number;
  readonly view: number;
  readonly bids: Map<string, string>;
  readonly asks: Map<string, string>;
  bestBid: string | undefined;
  bestAsk: string | undefined;
}

function descending(a: string, b: string): number {
  return Number(b) - Number(a);
}

function ascending(a: string, b: string): number {
  return Number(a) - Number(b);
}

export class TypicalEngine implements BaselineEngine {
  readonly name = 'typical';
  readonly marketCount: number;
  readonly #books = new Map<string, TokenBook>();
  readonly #yes: TokenBook[] = [];
  readonly #no: (TokenBook | undefined)[] = [];

  constructor(metas: readonly MarketMeta[]) {
    this.marketCount = metas.length;
    for (const [market, meta] of metas.entries()) {
      this.#yes.push(this.#open(meta.yesToken, market, VIEW_YES));
      const noKey = meta.venue === 'kalshi' ? `${meta.yesToken}#no` : meta.noToken;
      this.#no.push(noKey === undefined ? undefined : this.#open(noKey, market, VIEW_NO));
    }
  }

  #open(token: string, market: number, view: number): TokenBook {
    const book = { market, view, bids: new Map(), asks: new Map(), bestBid: undefined, bestAsk: undefined };
    this.#books.set(token, book);
    return book;
  }

  onFrame(frame: Buffer): number {
    const parsed = JSON.parse(frame.toString()) as VenueMessage | VenueMessage[];
    let touched = -1;
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) touched = this.#one(message) ?? touched;
    return touched;
  }

  #one(message: VenueMessage): number | undefined {
    if (message.event_type === 'price_change') {
      let market: number | undefined;
      for (const { asset_id, price, size, side } of message.price_changes!) {
        market = this.#change(this.#books.get(asset_id), side === 'BUY', price, size) ?? market;
      }
      return market;
    }
    if (message.event_type === 'book') {
      const book = this.#books.get(message.asset_id!);
      if (book === undefined) return undefined;
      replace(
        book.bids,
        message.bids!.map(({ price, size }) => [price, size] as const),
      );
      replace(
        book.asks,
        message.asks!.map(({ price, size }) => [price, size] as const),
      );
      sortTops(book);
      return book.market;
    }
    return message.msg === undefined ? undefined : this.#kalshi(message);
  }

  #kalshi({ type, msg }: VenueMessage): number | undefined {
    const yes = this.#books.get(msg!.market_ticker);
    const no = this.#books.get(`${msg!.market_ticker}#no`);
    if (yes === undefined || no === undefined) return undefined;
    if (type === 'orderbook_snapshot') {
      replace(yes.bids, msg!.yes_dollars_fp ?? []);
      replace(no.bids, msg!.no_dollars_fp ?? []);
      sortTops(yes);
      sortTops(no);
    } else if (type === 'orderbook_delta') {
      const book = msg!.side === 'yes' ? yes : no;
      const size = Number(book.bids.get(msg!.price_dollars!) ?? '0') + Number(msg!.delta_fp);
      this.#change(book, true, msg!.price_dollars!, size > 0.005 ? size.toFixed(2) : '0');
    }
    return yes.market;
  }

  #change(book: TokenBook | undefined, buy: boolean, price: string, size: string): number | undefined {
    if (book === undefined) return undefined;
    const levels = buy ? book.bids : book.asks;
    if (size === '0') levels.delete(price);
    else levels.set(price, size);
    if (buy) book.bestBid = [...levels.keys()].sort(descending)[0];
    else book.bestAsk = [...levels.keys()].sort(ascending)[0];
    return book.market;
  }

  bestBidE4(market: number): number {
    return priceE4FromText(this.#yes[market]!.bestBid ?? '0')!;
  }

  bestAskE4(market: number): number {
    const { bestAsk } = this.#yes[market]!;
    // Kalshi shows bids only: the YES ask is one minus the NO bid.
    if (bestAsk === undefined) return 10_000 - priceE4FromText(this.#no[market]?.bestBid ?? '0')!;
    return priceE4FromText(bestAsk)!;
  }

  forEachLevel(market: number, side: number, visit: (priceE4: number, sizeMicros: number) => void): void {
    const yes = this.#yes[market]!;
    const no = this.#no[market];
    const kalshiAsk = side === SIDE_ASK && yes.asks.size === 0 && no !== undefined && no.asks.size === 0;
    const source = side === SIDE_BID ? yes.bids : kalshiAsk ? no.bids : yes.asks;
    const view = kalshiAsk ? VIEW_NO : VIEW_YES;
    const levels = [...source].map(([price, size]) => {
      return [foldedE4(priceE4FromText(price)!, view), sizeMicrosFromText(size)!] as const;
    });
    visitBestFirst(levels, side, visit);
  }
}

function replace(levels: Map<string, string>, pairs: readonly (readonly [string, string])[]): void {
  levels.clear();
  for (const [price, size] of pairs) levels.set(price, size);
}

function sortTops(book: TokenBook): void {
  book.bestBid = [...book.bids.keys()].sort(descending)[0];
  book.bestAsk = [...book.asks.keys()].sort(ascending)[0];
}
