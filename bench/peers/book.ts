// Suite `peers-book`: the book suite's work, one decoded change applied and the best level readable after it, in the order
// books that libraries offer. Each is used through its public interface, with integers, so that it converts nothing.
import { SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import type { BaselineBooks } from '../baseline/contract.ts';
import { played, truthOf } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import { createBookSuite, openBaseline } from '../suites/book.ts';
import type { Workload } from '../workload.ts';
import { loadPeer } from './install.ts';

const UPDATES_PER_SAMPLE = 256;
const NO_BID_E4 = 0;
const NO_ASK_E4 = 10_000;

/** One market's book of a library. */
interface PeerBook {
  clear(): void;
  /** Sets a level; 0 removes it. Afterwards `best` is readable. */
  set(side: number, priceE4: number, sizeMicros: number): void;
  /** Best price of a side, undefined when it is empty. */
  best(side: number): number | undefined;
  /** Levels of a side, best first. */
  levels(side: number): Iterable<readonly [number, number]>;
}

interface CcxtBook {
  readonly bids: (readonly [number, number])[] & { storeArray(level: [number, number]): void };
  readonly asks: (readonly [number, number])[] & { storeArray(level: [number, number]): void };
  reset(): void;
}

interface Ccxt {
  readonly default: { readonly prediction: { readonly polymarket: new () => { orderBook(): CcxtBook } } };
}

async function ccxtBooks(): Promise<() => PeerBook> {
  const { default: ccxt } = await loadPeer<Ccxt>('ccxt');
  const exchange = new ccxt.prediction.polymarket();
  return () => {
    const book = exchange.orderBook();
    const sideOf = (side: number) => (side === SIDE_BID ? book.bids : book.asks);
    return {
      clear: () => book.reset(),
      set: (side, priceE4, sizeMicros) => sideOf(side).storeArray([priceE4, sizeMicros]),
      best: (side) => sideOf(side)[0]?.[0],
      levels: (side) => sideOf(side),
    };
  };
}

interface TardisLevel {
  readonly price: number;
  readonly amount: number;
}

interface TardisBook {
  update(change: { isSnapshot: boolean; bids: TardisLevel[]; asks: TardisLevel[] }): void;
  bestBid(): TardisLevel | undefined;
  bestAsk(): TardisLevel | undefined;
  bids(): IterableIterator<TardisLevel>;
  asks(): IterableIterator<TardisLevel>;
}

async function tardisBooks(): Promise<() => PeerBook> {
  const { OrderBook } = await loadPeer<{ OrderBook: new () => TardisBook }>('tardis-dev');
  return () => {
    const book = new OrderBook();
    const best: [number | undefined, number | undefined] = [undefined, undefined];
    return {
      clear: () => book.update({ isSnapshot: true, bids: [], asks: [] }),
      set: (side, price, amount) => {
        const level = [{ price, amount }];
        const bid = side === SIDE_BID;
        book.update({ isSnapshot: false, bids: bid ? level : [], asks: bid ? [] : level });
        best[side] = (bid ? book.bestBid() : book.bestAsk())?.price;
      },
      best: (side) => best[side],
      levels: (side) =>
        [...(side === SIDE_BID ? book.bids() : book.asks())].map(({ price, amount }) => [price, amount]),
    };
  };
}

interface Tree {
  set(key: number, value: number): void;
  delete(key: number): boolean;
  clear(): void;
  minKey(): number | undefined;
  entries(): IterableIterator<[number, number]>;
}

async function treeBooks(): Promise<() => PeerBook> {
  const { default: module } = await loadPeer<{ default: { default: new () => Tree } }>('sorted-btree');
  return () => {
    // Bids by minus their price: the best level is the least key on both sides.
    const sides = [new module.default(), new module.default()] as const;
    const best: [number | undefined, number | undefined] = [undefined, undefined];
    const sign = (side: number): number => (side === SIDE_BID ? -1 : 1);
    return {
      clear: () => {
        for (const tree of sides) tree.clear();
      },
      set: (side, priceE4, sizeMicros) => {
        const tree = sides[side]!;
        if (sizeMicros === 0) tree.delete(priceE4 * sign(side));
        else tree.set(priceE4 * sign(side), sizeMicros);
        best[side] = tree.minKey();
      },
      best: (side) => (best[side] === undefined ? undefined : best[side] * sign(side)),
      levels: (side) => [...sides[side]!.entries()].map(([key, size]) => [key * sign(side), size]),
    };
  };
}

interface MatchingBook {
  limit(order: { side: string; id: string; size: number; price: number }): { err: Error | null };
  cancel(id: string): unknown;
  depth(): [[number, number][], [number, number][]];
}

const ENGINE_SIDES = ['buy', 'sell'] as const;

/** A level is one resting order, replaced when its size changes: a matching engine has no other way to be told. */
async function matchingBooks(): Promise<() => PeerBook> {
  const { OrderBook } = await loadPeer<{ OrderBook: new () => MatchingBook }>('nodejs-order-book');
  return () => {
    let book = new OrderBook();
    const resting = new Set<string>();
    return {
      clear: () => {
        book = new OrderBook();
        resting.clear();
      },
      set: (side, price, size) => {
        const id = `${side}.${price}`;
        if (resting.delete(id)) book.cancel(id);
        if (size === 0) return;
        const { err } = book.limit({ side: ENGINE_SIDES[side]!, id, size, price });
        if (err !== null) throw err;
        resting.add(id);
      },
      best: (side) => levelsOf(book, side)[0]?.[0],
      levels: (side) => levelsOf(book, side),
    };
  };
}

function levelsOf(book: MatchingBook, side: number): [number, number][] {
  const [asks, bids] = book.depth();
  return side === SIDE_BID ? bids.sort(([a], [b]) => b - a) : asks.sort(([a], [b]) => a - b);
}

/** A library's books for all markets of the workload. */
function booksOf(count: number, create: () => PeerBook): BaselineBooks {
  const books = Array.from({ length: count }, create);
  return {
    marketCount: count,
    clear: (market) => books[market]!.clear(),
    set: (market, side, priceE4, sizeMicros) => books[market]!.set(side, priceE4, sizeMicros),
    size: (market, side, priceE4) => [...books[market]!.levels(side)].find(([price]) => price === priceE4)?.[1] ?? 0,
    bestBidE4: (market) => books[market]!.best(SIDE_BID) ?? NO_BID_E4,
    bestAskE4: (market) => books[market]!.best(SIDE_ASK) ?? NO_ASK_E4,
    forEachLevel: (market, side, visit) => {
      for (const [priceE4, sizeMicros] of books[market]!.levels(side)) visit(priceE4, sizeMicros);
    },
  };
}

function variant(name: string, workload: Workload, create: () => PeerBook, note?: string): Variant {
  const books = booksOf(workload.metas.length, create);
  openBaseline(books, workload);
  const { market, side, priceE4, sizeMicros } = workload.updates;
  return {
    name,
    ...(note === undefined ? {} : { note }),
    ...played({
      length: market.length,
      step: UPDATES_PER_SAMPLE,
      play: (first) => {
        for (let at = first; at < first + UPDATES_PER_SAMPLE; at += 1) {
          books.set(market[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
        }
      },
      books: { levels: books, truth: truthOf(workload) },
    }),
  };
}

export async function createPeersBookSuite(workload: Workload): Promise<Suite> {
  const beside = ['dutchbook', 'careful', 'array'];
  return {
    name: 'peers-book',
    operation: 'change applied, best level readable',
    variants: [
      ...createBookSuite(workload).variants.filter(({ name }) => beside.includes(name)),
      variant('ccxt', workload, await ccxtBooks()),
      variant('sorted-btree', workload, await treeBooks()),
      variant(
        'tardis-dev',
        workload,
        await tardisBooks(),
        'its order book alone: this version maps no Polymarket feed',
      ),
      variant(
        'nodejs-order-book',
        workload,
        await matchingBooks(),
        'a matching engine: a level is a resting order, replaced when its size changes',
      ),
    ],
  };
}
