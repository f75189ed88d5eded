// What the market feed tells of itself: how its connections stand and what happened to them. Plain numbers that travel
// between threads; made a few times a second.
import type { BookRestCounts } from './book-rest.ts';
import type { CareCounts, CutReason, FeedMode } from './care.ts';
import type { OutboundCounts } from './feed-contract.ts';
import type { OutboundFeed } from './outbound.ts';

/** How one connection stands. */
export interface ConnectionFacts {
  /** Its number, which frames and records bear. */
  readonly connection: number;
  readonly mode: FeedMode;
  readonly failures: number;
  /** It will not be dialled any more. */
  readonly hasEnded: boolean;
  /** How its last socket ended. */
  readonly lastClose: string;
}

type Sums = Omit<CareCounts, 'cuts'> & OutboundCounts;

export interface MarketFeedFacts extends Readonly<Sums> {
  /** By connection number. */
  readonly connections: readonly ConnectionFacts[];
  readonly streaming: number;
  /** Asked for by REST because the stream is lost: degraded. */
  readonly polling: number;
  /** Neither streamed nor asked for. */
  readonly down: number;
  /** Tokens subscribed, and those whose first book did not come though they were asked for again. */
  readonly assets: number;
  readonly booksAbsent: number;
  /** Connections cut, by reason. */
  readonly cuts: Readonly<Record<CutReason, number>>;
  /** Undefined: nothing is asked for by REST. */
  readonly rest: Readonly<BookRestCounts> | undefined;
}

const NO_COUNTS: Readonly<Sums> = {
  ...{ dials: 0, opens: 0, closes: 0, pings: 0, pongs: 0, budgetWaits: 0, degraded: 0, recovered: 0 },
  ...{ replaced: 0, replacementsFailed: 0, firstBooksAskedAgain: 0 },
};
const NO_CUTS: Readonly<Record<CutReason, number>> = {
  halfOpen: 0,
  idle: 0,
  openTimeout: 0,
  unconfirmed: 0,
  refuted: 0,
};

export function marketFeedFacts(
  feeds: readonly OutboundFeed[],
  rest: Readonly<BookRestCounts> | undefined,
): MarketFeedFacts {
  const connections = feeds.map(({ mode, failures, hasEnded, lastClose }, connection) => {
    return { connection, mode, failures, hasEnded, lastClose };
  });
  const inMode = (wanted: FeedMode): number => connections.filter(({ mode }) => mode === wanted).length;
  const sums: Record<keyof Sums, number> = { ...NO_COUNTS };
  const cuts: Record<CutReason, number> = { ...NO_CUTS };
  for (const { careCounts, counts } of feeds) {
    const { cuts: own, ...others } = careCounts;
    add(sums, others);
    add(sums, counts);
    add(cuts, own);
  }
  return {
    ...sums,
    ...{ connections, streaming: inMode('stream'), polling: inMode('poll'), down: inMode('down'), cuts },
    assets: feeds.reduce((sum, { tokens }) => sum + tokens.size, 0),
    booksAbsent: feeds.reduce((sum, { booksAbsent }) => sum + booksAbsent, 0),
    rest: rest === undefined ? undefined : { ...rest },
  };
}

/** A feed without connections. */
export const NO_MARKET_FEED: MarketFeedFacts = marketFeedFacts([], undefined);

function add<Key extends string>(sums: Record<Key, number>, more: Readonly<Partial<Record<Key, number>>>): void {
  for (const [key, value] of Object.entries(more) as [Key, number][]) sums[key] += value;
}
