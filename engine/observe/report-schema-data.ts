// The JSON reports about data: `verify` and `markets`. The same rules as in report-schema.ts, which holds the others.
import type { Fault } from '../integrity/contract.ts';
import type { Relation, TickRange } from '../venue/contract.ts';
import type { Proposal } from '../venue/proposals.ts';
import type { WalletCounts } from './driver.ts';
import type { REPORT_SCHEMA } from './report-schema.ts';

/** Superseded: proven by a later message of the same venue time. Unverifiable: cut off by the end. */
type VerdictsReport<Check extends string> = Readonly<
  Record<`${Check}${'Verified' | 'Superseded' | 'Unverifiable' | 'Mismatched'}`, number>
>;

/**
 * Statements of a venue about books, compared with the engine's books. `ws`: hashes of snapshots; `delta`: of price
 * changes, one per changed token of a frame; `top`: best prices.
 */
export interface EvidenceReport extends VerdictsReport<'ws'>, VerdictsReport<'delta'>, VerdictsReport<'top'> {
  /** REST answers whose own hash holds, or not. */
  readonly restVerified: number;
  readonly restMismatched: number;
  /** Of those that hold, answers that equalled the engine's book at that moment. */
  readonly restAgreed: number;
  /** Hashes of any kind that the book contradicts. */
  readonly mismatched: number;
  /** Hashes that held with a last trade price or tick that nothing had stated before. */
  readonly termsInferred: number;
  /** Levels that YES and NO of one message state alike, or not. */
  readonly mirrorVerified: number;
  readonly mirrorMismatched: number;
  /** Sequence numbers that follow on the one before; unverifiable: the first, or behind messages left out. */
  readonly seqVerified: number;
  readonly seqUnverifiable: number;
  readonly seqGaps: number;
  readonly seqStepBacks: number;
  /** Frames the engine refused, by the markets they name. */
  readonly refused: number;
}

/** One market of a verified recording. */
export interface VerifiedMarketReport extends EvidenceReport {
  readonly id: string;
  readonly title: string;
  readonly frames: number;
  /** Different venue times of its book messages. */
  readonly venueBatches: number;
  readonly gaps: number;
  readonly silences: number;
  readonly silenceNsMax: number;
  /** Time its book was proven, and proven and fresh enough for the gate. */
  readonly syncedNs: number;
  readonly tradableNs: number;
  /** Times a bot with a book per token, and no evidence, would have bought YES and NO for less than 1. */
  readonly naiveTrades: number;
  /** State its book ended in. */
  readonly state: string;
}

/** One recording of `verify --json`. */
export interface VerifiedRecordingReport extends EvidenceReport {
  readonly recording: string;
  readonly frames: number;
  readonly restAnswers: number;
  readonly recordedNs: number;
  readonly markets: readonly VerifiedMarketReport[];
  /** Baskets of the relations in config and recording: time all their legs were tradable at once. */
  readonly baskets: readonly { readonly id: string; readonly tradableNs: number }[];
  /** First faults in order; `message` is the record's number from 1. */
  readonly faults: readonly Fault[];
  /** What is wrong with the recording itself. */
  readonly damage: readonly string[];
}

/** `verify --json`: sums over all recordings, then each of them. */
export interface VerifyReport extends EvidenceReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'verify';
  readonly version: string;
  /** `failed`: something is mismatched, refused or damaged, or nothing was verified. */
  readonly ended: 'done' | 'stopped' | 'failed';
  readonly exitCode: number;
  /** Why it failed, or ''. */
  readonly failure: string;
  readonly frames: number;
  readonly restAnswers: number;
  readonly venueBatches: number;
  /** Price-change frames with a hash, and those in which the hash of every token held. */
  readonly deltaFrames: number;
  readonly deltaFramesVerified: number;
  readonly gaps: number;
  readonly silences: number;
  /** What the engine's own state machine counted over the same messages. */
  readonly engine: Readonly<Record<'topMismatched' | 'mirrorMismatched' | 'framesRejected' | 'phantoms', number>>;
  /** Beside the engine's phantoms: the same temptation for a bot with a book per token, over all markets. */
  readonly naiveTrades: number;
  readonly recordings: readonly VerifiedRecordingReport[];
  readonly durationMs: number;
}

/** A market of `markets --json`. */
export interface SelectedMarketReport {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  /** Slug of its event; null: none. */
  readonly event: string | null;
  /** What named it: `slug`, `event …`, `tag …`, `negRisk`, `volume`. */
  readonly why: string;
  readonly protocol: 'v1' | 'v2';
  readonly yesToken: string;
  readonly noToken: string;
  readonly yesOutcome: string;
  readonly noOutcome: string;
  /** null: Gamma does not say. */
  readonly negRisk: boolean | null;
  readonly tickE4: number;
  readonly minSizeMicros: number;
  /** null: unknown, and then the market is never traded. */
  readonly feeRateE6: number | null;
  readonly feeExponent: number | null;
  readonly endMs: number;
  readonly volumeMicros: number;
}

/** A market of `markets --venue kalshi --json`. */
export interface SelectedKalshiReport {
  readonly id: string;
  readonly title: string;
  readonly event: string;
  /** '' when its event was not read. */
  readonly series: string;
  /** What named it: `market`, `event …`, `series …`. */
  readonly why: string;
  readonly status: string;
  readonly priceLevelStructure: string;
  readonly tickRanges: readonly TickRange[];
  readonly minSizeMicros: number;
  /** null: unknown, and then the market is never traded. */
  readonly feeType: string | null;
  readonly feeRateE6: number | null;
  readonly makerRateE6: number | null;
  /** Why the fee is unknown, ''. */
  readonly feeUnknown: string;
  /** null: its event was not read. */
  readonly mutuallyExclusive: boolean | null;
  readonly closeMs: number;
  readonly volumeMicros: number;
}

/** `markets --venue kalshi --json`. seen = selected + left + rejected. */
export interface KalshiMarketsReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'markets';
  readonly venue: 'kalshi';
  readonly version: string;
  /** Origin of the REST API, or the files read. */
  readonly sources: readonly string[];
  readonly asOfMs: number;
  readonly answers: number;
  readonly seen: number;
  readonly repeated: number;
  readonly eventsSeen: number;
  readonly eventsRefused: number;
  readonly seriesSeen: number;
  readonly selected: number;
  readonly markets: readonly SelectedKalshiReport[];
  readonly left: number;
  readonly leftByReason: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
  readonly rejectedMarkets: readonly { readonly ticker: string; readonly reason: string }[];
  /** Relations that the venue's words propose; none is traded before the config declares it. */
  readonly proposals: readonly Proposal[];
  readonly unknownTickers: readonly string[];
  readonly problems: readonly string[];
  /** null: read from files. */
  readonly requests: number | null;
  readonly retries: number | null;
  readonly restFaults: Readonly<Record<string, number>>;
}

/** `markets --venue kalshi --watch --json` after the first reading. */
export interface KalshiDiffReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'markets';
  readonly venue: 'kalshi';
  readonly version: string;
  readonly asOfMs: number;
  readonly added: readonly string[];
  readonly changed: readonly { readonly ticker: string; readonly fields: readonly string[] }[];
  readonly closed: readonly string[];
  readonly resolved: readonly { readonly ticker: string; readonly winner: 'yes' | 'no' }[];
  readonly missing: number;
  readonly problems: readonly string[];
}

/** `markets --json`. seen = selected + left + rejected. */
export interface MarketsReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'markets';
  readonly version: string;
  /** Origin of Gamma, or the files read. */
  readonly sources: readonly string[];
  readonly asOfMs: number;
  readonly pages: number;
  /** Different markets. */
  readonly seen: number;
  /** Copies of markets seen before. */
  readonly repeated: number;
  readonly eventsSeen: number;
  readonly eventsRefused: number;
  readonly selected: number;
  readonly markets: readonly SelectedMarketReport[];
  /** Tradable and not selected, by reason. */
  readonly left: number;
  readonly leftByReason: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
  readonly rejectedMarkets: readonly { readonly id: string; readonly slug: string; readonly reason: string }[];
  /** Complete sets, as relations of the config. */
  readonly relations: readonly Relation[];
  readonly incompleteSets: readonly { readonly event: string; readonly members: number; readonly reason: string }[];
  /** Relations that the venue's words propose; none is traded before the config declares it. */
  readonly proposals: readonly Proposal[];
  /** Slugs asked for that Gamma does not know. */
  readonly unknownSlugs: readonly string[];
  /** What could not be read, one sentence each. */
  readonly problems: readonly string[];
  /** null: no request was made. */
  readonly requests: number | null;
  readonly retries: number | null;
  readonly restFaults: Readonly<Record<string, number>>;
}

/** A line of `markets --watch --json` after the first. */
export interface MarketsDiffReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'markets';
  readonly version: string;
  readonly asOfMs: number;
  readonly added: readonly string[];
  readonly changed: readonly { readonly id: string; readonly fields: readonly string[] }[];
  readonly closed: readonly string[];
  readonly resolved: readonly { readonly id: string; readonly winner: 'yes' | 'no' | 'split' }[];
  readonly relations: readonly Relation[];
  readonly staleTicks: number;
  readonly staleMarkets: number;
  readonly missing: number;
  readonly alreadyClosed: number;
  readonly problems: readonly string[];
}

/** A line of `wallets --json`: one trade of a watched wallet, told once. */
export interface WalletTradeReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'wallets';
  readonly event: 'trade';
  readonly wallet: string;
  /** What the config calls it. */
  readonly label: string;
  readonly side: 'BUY' | 'SELL';
  readonly sizeMicros: number;
  /** To the nearest; an average when the fill crossed levels. */
  readonly priceE4: number;
  readonly outcome: string;
  /** Slug of the market. */
  readonly market: string;
  readonly conditionId: string;
  readonly tokenId: string;
  readonly txHash: string;
  /** The venue's time, in whole s since 1970. */
  readonly venueS: number;
  readonly source: 'stream' | 'poll';
}

/** A line of `wallets --json`: a connection's mode changed, or it is given up. */
export interface WalletAlertReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'wallets';
  readonly event: 'alert';
  readonly connection: number;
  readonly mode: 'stream' | 'poll' | 'down';
  /** Failed connections in a row. */
  readonly failures: number;
  readonly ended: boolean;
  readonly because: string;
}

/** The last line of `wallets --json`. */
export interface WalletsReport extends WalletCounts {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'wallets';
  readonly event: 'end';
  readonly version: string;
}
