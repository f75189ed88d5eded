// What both topologies of a run offer the supervisor: everything before the opportunity rings.
import { NO_MARKET_FEED } from '../ingest/feed-facts.ts';
import type { IngestSockets } from '../ingest/ingest-setup.ts';
import type { MarketNews } from '../ingest/market-news.ts';

/** Why a run cannot go on. */
export interface Loss {
  readonly role: string;
  readonly why: string;
}

/** A thread whose heartbeat stands still this long is lost: a healthy one beats every 10 ms. */
export const HUNG_NS = 1.5e9;

/** A port that cannot be bound; the message says which. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** It was asked to end before there was anything to end. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

export interface Engine {
  readonly topology: 'threads' | 'inline';
  /** What ingest last told of its sockets. */
  sockets(): IngestSockets;
  /** Markets that come, go and change. */
  tell(news: readonly MarketNews[]): void;
  /** One duty cycle of what runs on this thread; 0 = idle. */
  doWork(nowNs: number): number;
  /** Waits for work, a few ms at most. */
  idle(): Promise<void>;
  /** Looks after the threads; a few times a second. */
  watch(nowNs: number): void;
  /** Closes the sockets, drains the rings, ends the threads; false when one did not end in time. */
  stop(deadlineMs: number): Promise<boolean>;
}

export const NO_SOCKETS: IngestSockets = {
  ...{ feedServerPort: 0, transport: 'none', bytesReceived: 0, reads: 0, reconnects: 0, pushed: undefined },
  market: NO_MARKET_FEED,
};
