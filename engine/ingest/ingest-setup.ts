// What ingest is given, and what it tells of its sockets: plain, so that both travel between threads. Made by the pipeline,
// read by the ingest thread and by whoever shows how a run stands.
import type { BookRestSetup } from './book-rest.ts';
import type { OutboundSetup } from './feed-contract.ts';
import type { MarketFeedFacts } from './feed-facts.ts';
import type { FeedServerCounts, FeedServerSetup } from './feed-server.ts';
import type { KalshiFeedSetup } from './kalshi-contract.ts';
import type { KalshiFeedFacts } from './kalshi-facts.ts';
import type { KalshiPlace } from './kalshi-feeds.ts';
import type { KalshiRestSetup } from './kalshi-rest.ts';
import type { MarketNewsCounts } from './market-news.ts';
import type { ResyncLimits } from './resync.ts';

/** Numbers of venue connections: the first of Kalshi's, and the first of pushed frames. Polymarket's are those before. */
export const KALSHI_CONNECTION_FIRST = 448;
export const PUSHED_CONNECTION_FIRST = 512;

/** Connections beyond those of the start. */
export interface FurtherFeeds {
  readonly setup: Omit<OutboundSetup, 'tokens' | 'connection'>;
  /** Tokens on one connection at most. */
  readonly assetsPerConnection: number;
}

/** Limits that are absent are RESYNC_DEFAULTS. */
export interface IngestSetup extends Partial<ResyncLimits> {
  readonly outbound: readonly OutboundSetup[];
  /** Connections of the Kalshi feed; each has the markets of one detector. */
  readonly kalshi?: readonly KalshiFeedSetup[];
  /** The Kalshi feed by its markets: which connections they need follows from their detectors. */
  readonly kalshiPlace?: KalshiPlace | undefined;
  /** Where Kalshi's books are asked for while a stream is lost; undefined: nowhere, and the feed is then down. */
  readonly kalshiRest?: KalshiRestSetup | undefined;
  /** What connections that are opened while it runs are like; without it nothing can be subscribed then. */
  readonly further?: FurtherFeeds | undefined;
  readonly feedServer?: FeedServerSetup | undefined;
  /** Without it a lost stream is down, and one frozen asset among others is not found. */
  readonly books?: BookRestSetup | undefined;
  /** FrameIntakeOptions.distrustGaps. */
  readonly distrustGaps?: boolean;
  readonly seed: number;
}

/** What ingest knows of its sockets, for the status line and the summary. */
export interface IngestSockets {
  readonly feedServerPort: number;
  readonly transport: string;
  readonly bytesReceived: number;
  /** Reads that brought them: few bytes a read show a thread that is woken for every frame. */
  readonly reads: number;
  readonly reconnects: number;
  readonly pushed: FeedServerCounts | undefined;
  readonly market: MarketFeedFacts;
  /** Undefined: the Kalshi feed is not opened. */
  readonly kalshi?: KalshiFeedFacts | undefined;
  readonly news?: Readonly<MarketNewsCounts>;
}
