// What a market feed is given and what it delivers to: the setup of one, the sink of its frames, what it counts.
import type { Arena } from '../memory/arena.ts';
import type { Copies } from './copies.ts';
import type { LinkSetup } from './feed-link.ts';
import type { TokenPlace } from './first-books.ts';

/** Where a connection delivers: its frames, and its loss. */
export interface FrameSink {
  /** Answers what FrameIntake.acceptNow answers; DECODE_IGNORED is no data. */
  frame(bytes: Uint8Array, venue: number, connection: number): number;
  lost(connection: number, nowNs: number): void;
}

/** A sink that takes frames where a socket's read left them, and knows what the tokens are. */
export interface PlacedSink extends FrameSink {
  readonly arena: Arena;
  /** Bytes came in: the frames that frameAt() brings next were received now. */
  read(): void;
  /** frame() for a message that lies in the arena, with 64 readable bytes behind it. */
  frameAt(at: number, length: number, venue: number, connection: number): number;
  /** The last frame of the read was brought. */
  readEnd(): void;
  /** The frames brought next are one of several copies; undefined: they are not. */
  judgeBy(copies: Copies | undefined): void;
  /** A frame that is not brought: another connection has brought it. */
  duplicate(bytes: number): void;
  /** The market has lost its frames, the rest of its connection has not. */
  lostMarket(market: number, nowNs: number): void;
  /** Undefined for a token of no market. */
  placeOf(token: string): TokenPlace | undefined;
  /** False for a market that no snapshot helps. */
  canBeHelped(market: number): boolean;
}

/** One feed of Polymarket's market channel. */
export interface OutboundSetup extends LinkSetup {
  readonly tokens: readonly string[];
  readonly connection: number;
  /** Sockets that carry the tokens at the same time. */
  readonly copies: number;
  /** best_bid_ask, new_market and market_resolved too. */
  readonly customEvents: boolean;
  /** A token without its first book for this long is asked for again; once more, and its socket is replaced. */
  readonly firstBookMs: number;
}

/** What happened, by name, beside what the care counts. */
export interface OutboundCounts {
  /** Sockets that another took the place of while they were open. */
  replaced: number;
  /** Sockets dialled for that which never opened, brought no books, or fewer than the first has. */
  replacementsFailed: number;
  /** Tokens asked for again because their first book did not come. */
  firstBooksAskedAgain: number;
}
