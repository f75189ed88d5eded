// What the pipeline tells the CLI about a run besides the arena's counters: plain snapshots, made off the hot path.

import type { ExecuteStats } from '../execute/stats.ts';
import type { Exposure, UnhedgedFacts } from '../execute/unhedged.ts';
import type { MarketFeedFacts } from '../ingest/feed-facts.ts';
import type { KalshiFeedFacts } from '../ingest/kalshi-facts.ts';
import type { MarketNewsCounts } from '../ingest/market-news.ts';
import type { VenueMoney } from '../ledger/venue-money.ts';
import type { VenueName } from '../venue/contract.ts';
import type { JournalRunFacts } from './journal-facts.ts';
import type { RelationsReport } from './report-schema.ts';
import type { LifeReport } from './report-schema-scan.ts';

/** Money in micro-dollars. pnl = realised + locked + open; fees and unwind costs are in realised already. */
export interface MoneyFacts {
  readonly cashMicros: number;
  readonly feesMicros: number;
  readonly realisedMicros: number;
  /** Payout less cost of complete baskets that are held. */
  readonly lockedMicros: number;
  /** Other open positions at what selling them now would bring, less fees and their cost; at nothing where `unmarked`. */
  readonly openMicros: number;
  readonly pnlMicros: number;
  /** Holdings of a basket in one token that nobody bids for on a book to rely on. */
  readonly unmarked: number;
  /** Venues that were given cash. */
  readonly moneyByVenue: Readonly<Partial<Record<VenueName, VenueMoney>>>;
}

/** One basket. pnl = realised + locked + open; fees and unwind costs are in realised and locked already. */
export interface BasketPnl {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  /** UTC day on which it was opened, as 2026-11-28. */
  readonly day: string;
  readonly setsMicros: number;
  /** Less fees. */
  readonly realisedMicros: number;
  readonly feesMicros: number;
  readonly lockedMicros: number;
  readonly openMicros: number;
  readonly unmarked: number;
  /** What it lost because of lone legs: paid and not guaranteed back; below 0: it gained; 0 when it had none. */
  readonly unwindCostMicros: number;
  readonly pnlMicros: number;
}

/** One UTC day: what was booked on it, and how the baskets that were opened on it stand now. */
export interface DayPnl {
  readonly day: string;
  readonly baskets: number;
  /** Less fees. */
  readonly realisedMicros: number;
  readonly feesMicros: number;
  readonly lockedMicros: number;
  readonly openMicros: number;
  readonly unwindCostMicros: number;
}

export interface PnlFacts {
  /** The last ones, and how many before them are left out of the list. */
  readonly baskets: readonly BasketPnl[];
  readonly basketsLeftOut: number;
  readonly days: readonly DayPnl[];
  readonly lockedMicros: number;
  readonly openMicros: number;
  /** Less fees, by each basket's own average cost. */
  readonly realisedMicros: number;
  readonly unmarked: number;
}

/** What became of opportunities and orders. */
export interface OrderFacts {
  readonly batchesSent: number;
  readonly ordersSent: number;
  readonly fills: number;
  /** Orders that came too late: accepted, nothing or less than asked was filled. */
  readonly misses: number;
  readonly unwinds: number;
  readonly unwindCostMicros: number;
  /** Orders whose outcome is unknown now. */
  readonly unknownOutcomes: number;
  /** Opportunities that the gate or a limit refused, by cause. */
  readonly refusedByCause: Readonly<Record<string, number>>;
  /** Books that baskets were sent on and that later evidence proved wrong, by what was wrong. */
  readonly decisionsOnWrongBook: { readonly top: number; readonly depth: number };
  /** All that the executor counts. */
  readonly executor: Readonly<ExecuteStats>;
  /** Lives of opportunities that are journalled. */
  readonly livesEnded: number;
  /** Lone legs that are held now. */
  readonly exposures: readonly Exposure[];
  /** What lone legs cost, and for how long. */
  readonly unhedged: UnhedgedFacts;
}

export interface BreakerFacts {
  /** True when nothing that adds exposure leaves: the state is open, or reduce-only is on. */
  readonly open: boolean;
  readonly state: 'closed' | 'halfOpen' | 'open';
  readonly reduceOnly: boolean;
  readonly trips: number;
  /** Every cause seen in the run, by name. */
  readonly causes: readonly string[];
}

/** Our sockets. Bytes: venue connections out, WebSocket and HTTP, over TCP; what pushers sent is in frameBytes only. */
export interface SocketFacts {
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Venue connections that were opened anew. */
  readonly reconnects: number;
  /** What the feed server took and turned away; undefined: it did not listen. */
  readonly feedServer: Readonly<Record<string, number>> | undefined;
  /** How the market feed's connections stand; undefined: there is no such feed. */
  readonly market?: MarketFeedFacts | undefined;
  /** The same of Kalshi's feed; undefined: it is not opened. */
  readonly kalshi?: KalshiFeedFacts | undefined;
  /** Markets that came, went and changed while it ran; undefined: none could. */
  readonly news?: Readonly<MarketNewsCounts> | undefined;
}

export type TransportName = 'uws' | 'ws' | 'none';

/** A recording as it goes on. Frames: messages of venues. handed = written + discarded + what still waits. */
export interface RecorderFacts {
  /** `lost`: its thread crashed or hangs. `stopped`: the bound on disk. `failed`: an error of the file system. */
  readonly state: 'recording' | 'closed' | 'stopped' | 'failed' | 'lost';
  /** Why it stopped, failed or was lost, or ''. */
  readonly reason: string;
  readonly folder: string;
  readonly framesHanded: number;
  readonly framesWritten: number;
  /** Frames that found no room between ingest and the recorder, in how many stretches. */
  readonly framesLost: number;
  readonly gaps: number;
  /** Frames that came after the recording had ended by itself. */
  readonly framesDiscarded: number;
  readonly bytesWritten: number;
  readonly segments: number;
  /** Removed to stay within the bound on disk: earlier recordings, and segments of this one with their frames. */
  readonly recordingsRemoved: number;
  readonly segmentsRemoved: number;
  readonly framesRemoved: number;
}

/** Tables of baskets while it ran. */
export interface ReloadFacts {
  /** Generation of the table in force; 0 is that of the start. */
  readonly table: number;
  /** Tables that replaced another, by what asked for them; and changes that left the relations as they were. */
  readonly fromConfig: number;
  readonly fromDiscovery: number;
  readonly unchanged: number;
  /** Refused as a whole, the table before stayed; what was wrong with the last of these. */
  readonly refused: number;
  readonly problems: readonly string[];
  /** Keys of the config file that have another value now and need a restart. */
  readonly needsRestart: readonly string[];
}

/** A snapshot; also the state at the end. */
export interface EngineFacts {
  readonly topology: 'threads' | 'inline';
  /** Library of the feed server; `none` when nothing listens. */
  readonly transport: TransportName;
  /** Why it is `ws` though `auto` was asked, or ''. */
  readonly transportReason: string;
  readonly money: MoneyFacts;
  /** Undefined: there was no executor. Read once, by the report. */
  readonly pnl?: PnlFacts | undefined;
  readonly orders: OrderFacts;
  readonly breaker: BreakerFacts;
  readonly sockets: SocketFacts;
  /** True when our ledger equals the venue's own; undefined until it was compared. */
  readonly venueLedgerEqual: boolean | undefined;
  /** What differs, or ''. */
  readonly venueLedgerDifference: string;
  /** From the wish to end to the last thing closed, ms; 0 while it runs. */
  readonly shutdownMs: number;
  /** Books by state just before the connections were closed, which makes them STALE; undefined: as they are now. */
  readonly booksByState?: Readonly<Record<string, number>> | undefined;
  readonly stateHash: string | undefined;
  /** Over the books alone, at the end of a replay and of a run that recorded. */
  readonly booksHash: string | undefined;
  readonly bookChain: string | undefined;
  /** undefined: not a run. */
  readonly relations?: RelationsReport | undefined;
  readonly reloads?: ReloadFacts | undefined;
  readonly journal?: JournalRunFacts | undefined;
  /** undefined: nothing is recorded. */
  readonly recorder: RecorderFacts | undefined;
  /** Lives of opportunities; undefined: only the journal has them. */
  readonly lives?: readonly LifeReport[] | undefined;
}
