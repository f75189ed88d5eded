// Every JSON output of the CLI, declared once, here or in report-schema-data.ts: one object with `schema: 1`, camelCase
// names, units last. A field is added here first; none is ever renamed within a schema number.

import type { ExecuteStats } from '../execute/stats.ts';
import type { Exposure, UnhedgedFacts } from '../execute/unhedged.ts';
import type { MarketFeedFacts } from '../ingest/feed-facts.ts';
import type { KalshiFeedFacts } from '../ingest/kalshi-facts.ts';
import type { MarketNewsCounts } from '../ingest/market-news.ts';
import type { VenueMoney } from '../ledger/venue-money.ts';
import type { VenueName } from '../venue/contract.ts';
import type { BasketPnl, BreakerFacts, DayPnl, RecorderFacts, ReloadFacts, TransportName } from './facts.ts';
import type { JournalRunFacts } from './journal-facts.ts';
import type { LifeReport } from './report-schema-scan.ts';

export const REPORT_SCHEMA = 1;

/** Percentiles in ns; max is exact, the others are bucket tops, at most 6.25 % above. */
export interface LatencyReport {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** One agent's thread, by the kernel's own count. */
export interface ThreadReport {
  readonly role: string;
  /** Kernel thread id; equal ids are one thread. */
  readonly threadId: number;
  readonly cpuMicros: number;
}

/** What every run over frames reports, live or replayed. */
export interface EngineReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'run' | 'replay' | 'record';
  readonly version: string;
  readonly node: string;
  readonly configHash: string;
  /** How it ended: `done`, `stopped` (Ctrl-C, SIGTERM, --seconds) or `failed`. */
  readonly ended: 'done' | 'stopped' | 'failed';
  readonly exitCode: number;
  /** Why it failed, or ''. */
  readonly failure: string;
  readonly durationMs: number;
  /** From the wish to end to the last thing closed; 0 for a replay. */
  readonly shutdownMs: number;
  readonly topology: 'threads' | 'inline';
  readonly threads: readonly ThreadReport[];
  readonly transport: TransportName;
  readonly transportReason: string;
  /** Bytes over TCP of the venue connections; what pushers sent counts in frameBytes. */
  readonly socketBytesReceived: number;
  readonly socketBytesSent: number;
  /** Venue connections that were opened anew. */
  readonly reconnects: number;
  /** What the feed server took and turned away; null: it did not listen. */
  readonly feedServer: Readonly<Record<string, number>> | null;
  /** How the market feed's connections stood at the end, and what happened to them; null: there was no such feed. */
  readonly marketFeed: MarketFeedFacts | null;
  /** The same of Kalshi's feed, whose gaps are in `seqGaps`; null: it was not opened. */
  readonly kalshiFeed: KalshiFeedFacts | null;
  /** Markets that came, went and changed while it ran; null: none could. */
  readonly marketNews: Readonly<MarketNewsCounts> | null;
  readonly framesReceived: number;
  readonly framesDecoded: number;
  readonly framesApplied: number;
  readonly framesRejected: number;
  readonly framesUnknown: number;
  readonly framesControl: number;
  /** Frames a full ring refused under policy live. */
  readonly framesDropped: number;
  /** Copies of frames that another connection had brought, and frames that it had overtaken. */
  readonly framesDuplicate: number;
  readonly framesStale: number;
  readonly frameBytes: number;
  readonly decoderFallbacks: number;
  /** Rejected frames by cause; causes that did not occur are left out. */
  readonly rejectedByCause: Readonly<Record<string, number>>;
  readonly levelsApplied: number;
  readonly levelsMirrored: number;
  readonly levelsBeforeSnapshot: number;
  readonly levelsBelowZero: number;
  readonly snapshots: number;
  readonly trades: number;
  readonly tickChanges: number;
  readonly topOk: number;
  readonly topMismatched: number;
  readonly mirrorOk: number;
  readonly mirrorMismatched: number;
  readonly seqGaps: number;
  readonly seqStepBacks: number;
  readonly recordsInvalid: number;
  /** Every counter of the memory layout by name, summed over the agents. */
  readonly counters: Readonly<Record<string, number>>;
  /** Books by state at the end. */
  readonly books: Readonly<Record<string, number>>;
  /** Keys in section `integrity` of the checks that are off: their evidence changed no book. */
  readonly checksOff: readonly string[];
  /** Crossed books and the like: feed faults that look like opportunities; never reported as such. */
  readonly phantoms: number;
  /** Times a bot without states would have bought YES and NO of one market below 1, looking behind each message. */
  readonly naiveTrades: number;
  readonly basketsEvaluated: number;
  readonly basketsFeeUnknown: number;
  readonly opportunities: number;
  readonly opportunitiesDropped: number;
  readonly refusedByCause: Readonly<Record<string, number>>;
  /** What the relations of the table of baskets in force came to, the first of those never traded named; null: not a run. */
  readonly relations: RelationsReport | null;
  /** Tables of baskets that replaced another while it ran; null: none could. */
  readonly reloads: ReloadFacts | null;
  /** null: there was no journal. */
  readonly journal: JournalRunFacts | null;
  /** Lives of opportunities that are over, or were there when the feed ended. */
  readonly livesEnded: number;
  /** Each of them, in the order in which they were told; null: not a replay, its journal has them. */
  readonly lives: readonly LifeReport[] | null;
  /** Books that baskets were sent on and that later evidence proved wrong; upper bounds of what was found. */
  readonly decisionsOnWrongBook: { readonly top: number; readonly depth: number };
  /** All that the executor counts. */
  readonly executor: Readonly<ExecuteStats>;
  /** Lone legs held at the end; `carried`: nothing more was tried. */
  readonly exposures: readonly Exposure[];
  /** What lone legs cost, in micro-dollars and milliseconds. */
  readonly unhedged: UnhedgedFacts;
  readonly batchesSent: number;
  readonly ordersSent: number;
  readonly fills: number;
  readonly misses: number;
  readonly unwinds: number;
  readonly unwindCostMicros: number;
  readonly unknownOutcomes: number;
  readonly cashMicros: number;
  readonly feesMicros: number;
  readonly realisedMicros: number;
  readonly lockedMicros: number;
  readonly openMicros: number;
  readonly pnlMicros: number;
  /** Holdings that nobody bids for on a book to rely on: worth nothing in openMicros. */
  readonly unmarked: number;
  /** The last 1,000 baskets, one by one, and how many before them are left out. */
  readonly pnlByBasket: readonly BasketPnl[];
  readonly basketsLeftOut: number;
  readonly pnlByDay: readonly DayPnl[];
  /** Of each venue that was given cash. */
  readonly moneyByVenue: Readonly<Partial<Record<VenueName, VenueMoney>>>;
  /** null: there was no venue ledger to compare with. */
  readonly venueLedgerEqual: boolean | null;
  readonly venueLedgerDifference: string;
  readonly breaker: BreakerFacts;
  /** recvNs -> book applied and baskets evaluated. */
  readonly latencyNs: LatencyReport;
  readonly latencyNsByStage: Readonly<Record<string, LatencyReport & { readonly count: number }>>;
  /** BLAKE3 of the final state; null: this command does not compute it. */
  readonly stateHash: string | null;
  /** BLAKE3 of the books alone: equal for what recorded and the replay of its recording; null: not computed. */
  readonly booksHash: string | null;
  /** SHA-256 chain over every book change; null: not asked for. */
  readonly bookChain: string | null;
  /** null: nothing was recorded. */
  readonly recorder: RecorderFacts | null;
}

/** `import --json`. */
export interface ImportReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'import';
  readonly version: string;
  /** Folder made. */
  readonly recording: string;
  readonly frames: number;
  readonly restAnswers: number;
  readonly records: number;
  readonly markets: number;
  /** Time the recording spans. */
  readonly recordedNs: number;
  readonly fileBytes: number;
  /** Malformed input lines; the manifest names the first of them. */
  readonly rejectedLines: number;
  /** Well-formed lines that are not this venue's feed, by source. */
  readonly skippedBySource: Readonly<Record<string, number>>;
  /** Deltas before their market's first snapshot, left out by a re-encoding. */
  readonly ignoredDeltas: number;
  readonly durationMs: number;
}

/** `play --json`. */
export interface PlayReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'play';
  readonly version: string;
  readonly recording: string;
  readonly frames: number;
  readonly frameBytes: number;
  readonly durationMs: number;
}

/** What relations come to. */
export interface RelationsReport {
  /** Baskets that are traded. */
  readonly baskets: number;
  /** Proved and never traded: by `fingerprint`, `ratio` or `refund`, and for what. */
  readonly untraded: readonly { readonly basket: string; readonly reason: string; readonly detail: string }[];
  /** Groups of relations that share markets: how many, too large to be joined, to be searched; relations beyond proof. */
  readonly groups: number;
  readonly groupsNotJoined: number;
  readonly groupsNotSearched: number;
  readonly relationsNotProved: number;
  /** Baskets that pay nothing in some end. */
  readonly promiseNothing: number;
  /** Baskets that another makes useless, that a group has no place for, that the arena has no room for. */
  readonly dominated: number;
  readonly cut: number;
  readonly cutForRoom: number;
  /** Traded, and never bought while the fee of a leg is not known. */
  readonly feeUnknown: number;
  /** Left out of a table made while running: their legs are of several detectors. */
  readonly acrossDetectors: number;
  /** Proved and never traded, by reason. */
  readonly untradedByReason: Readonly<Record<string, number>>;
}

/** `check --json`. */
export interface CheckReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'check';
  readonly version: string;
  readonly valid: boolean;
  /** File read; null: embedded defaults. */
  readonly file: string | null;
  readonly problems: readonly string[];
  readonly configHash: string | null;
  readonly arenaBytes: number | null;
  readonly variables: readonly string[];
  readonly config: unknown;
  /** What the config's own relations come to; null when the config is not valid. */
  readonly relations: RelationsReport | null;
}

/** A native package as it is installed. */
export interface NativePackageReport {
  readonly name: string;
  readonly version: string;
  /** File name of the binary for this platform and Node; '' when there is none. */
  readonly binary: string;
  readonly sha256: string;
  /** It was loaded in a process of its own and works. */
  readonly loads: boolean;
  /** Why it does not load and what is worse without it; '' when it loads. */
  readonly degraded: string;
}

/** `doctor --json`. */
export interface DoctorReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'doctor';
  readonly version: string;
  readonly node: string;
  readonly nodeAbi: string;
  /** True for a Node line that gets no more security fixes. */
  readonly nodeEndOfLife: boolean;
  readonly platform: string;
  readonly arch: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly nativePackages: readonly NativePackageReport[];
  /** Layout version of build/engine.wasm; null: not built. */
  readonly wasmLayoutVersion: number | null;
  readonly sourceLayoutVersion: number;
  readonly transport: TransportName;
  readonly topology: 'threads' | 'inline';
  readonly detectors: number;
  /** What would sign orders. */
  readonly curve: 'secp256k1' | '@noble/curves';
  readonly arenaBytes: number | null;
  readonly configHash: string | null;
  readonly configProblems: readonly string[];
  /** What would be worse than it could be, one sentence each. */
  readonly degraded: readonly string[];
  /** What keeps it from running, one sentence each. */
  readonly broken: readonly string[];
}
