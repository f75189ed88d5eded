// What the CLI drives and what drives it answer: the contracts between main and the pipeline, replay, recordings and
// the simulated venue.
import type { ConfigSource } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import type { FeedMode } from '../ingest/care.ts';
import type { Arena } from '../memory/arena.ts';
import type { WalletAlert, WalletSignal } from '../signal/wallet-feed.ts';
import type { KalshiDiff } from '../venue/kalshi/sync.ts';
import type { GammaDiff } from '../venue/polymarket/gamma-sync.ts';
import type { RestCounts } from '../venue/rest-get.ts';
import type { EngineFacts } from './facts.ts';
import type { Progress } from './progress.ts';
import type { SolveReport } from './report-schema-solve.ts';

/** How a run ended: an exit code of engine/core/exit-codes.ts and one sentence when it is not 0. */
export interface Outcome {
  readonly exitCode: number;
  readonly failure: string;
}

export interface RunHooks {
  /** A lasting line for people: what was started where, a lost thread, a failed journal. Never a secret. */
  log(text: string): void;
  /** Ends a start that takes its time, such as the reading of a venue's markets. */
  readonly stop?: AbortSignal;
}

/** A run that goes on. */
export interface RunHandle {
  readonly arena: Arena;
  /** Snapshot for the status line and, after `done`, the final state. Cheap; main thread. */
  facts(): EngineFacts;
  /** Resolves when everything has ended: by itself (recording over), by stop(), or failed. Never rejects. */
  readonly done: Promise<Outcome>;
  /** Asks for the end: drain, flush, close. Idempotent; `done` resolves after it. */
  stop(): void;
}

/** What is to run. */
export interface RunPlan {
  /** The effective config: the command line's words are in it. */
  readonly config: Config;
  /** Its digest, for the journal and the summary; of the paths as they were configured. */
  readonly configHash: string;
  /** Where the recording that simulate.recording names lies on this machine. */
  readonly recording: string;
  /** Where the config came from, to be read again while it runs; undefined: it is not. */
  readonly source?: ConfigSource | undefined;
  /** Folder to record to; undefined: a new one in recorder.dir, where something is recorded at all. */
  readonly recordTo?: string | undefined;
  /** Orders go out with real money: config and command line both say so, and the keys are there. */
  readonly live?: boolean | undefined;
}

/** Starts the whole engine. Rejects with ConfigError or an error whose message a user can act on. */
export type StartRun = (plan: RunPlan, secrets: Secrets, hooks: RunHooks) => Promise<RunHandle>;

export interface ReplayOptions {
  readonly config: Config;
  /** Digest of `config`. */
  readonly configHash: string;
  readonly recording: string;
  readonly topology: 'inline' | 'threads';
  /** Factor of recorded time, or max. */
  readonly speed: number | 'max';
  readonly bookChain: boolean;
  /** File for the dump of the books; undefined: no dump. */
  readonly dumpBooks: string | undefined;
  /** Frame numbers, from 1, ascending, at which to dump; empty: once, at the end. */
  readonly dumpAtFrames: readonly number[];
  readonly stop: AbortSignal;
  onProgress(progress: Progress): void;
}

/** A replay that is over. */
export interface ReplayResult {
  readonly arena: Arena;
  readonly facts: EngineFacts;
  readonly outcome: Outcome;
}

export type Replay = (options: ReplayOptions) => Promise<ReplayResult>;

/** The simulated venue, served. */
export interface ServedVenue {
  readonly marketUrl: string;
  readonly userUrl: string;
  readonly restUrl: string;
  readonly gammaUrl: string;
  /** Resolves when the recording is over. */
  readonly done: Promise<Outcome>;
  close(): Promise<void>;
}

export interface ServeVenueOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Address of the account whose credentials are in `secrets`; undefined: no account. */
  readonly address: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly hooks: RunHooks;
}

export type ServeVenue = (options: ServeVenueOptions) => Promise<ServedVenue>;

export interface DiscoverOptions<Diff = GammaDiff> {
  readonly config: Config;
  /** Saved answers of the venue to read instead of asking it; empty: it is asked. */
  readonly files: readonly string[];
  /** What the files are judged as of, ms since 1970; undefined: now. */
  readonly asOfMs: number | undefined;
  /** Go on, one reading every `metadataSyncMinutes`, until `stop`. */
  readonly watch: boolean;
  readonly stop: AbortSignal;
  /** Told of every reading against the one before; the first has all markets as added. `rest`: null for files. */
  onDiff(diff: Diff, rest: RestCounts | null): void;
}

/** Finds the markets that the config selects. Rejects with an error whose message a user can act on. */
export type Discover = (options: DiscoverOptions) => Promise<void>;

export type DiscoverKalshiOptions = DiscoverOptions<KalshiDiff>;

/** The same for Kalshi. */
export type DiscoverKalshi = (options: DiscoverKalshiOptions) => Promise<void>;

/** What a wallet feed has told and met so far. */
export interface WalletCounts {
  /** Trades told, by where they came from. */
  readonly streamed: number;
  readonly polled: number;
  /** The worst of its connections' modes at the end. */
  readonly mode: FeedMode;
  readonly connections: number;
  readonly opens: number;
  readonly closes: number;
  /** Messages that were not what the source promises. */
  readonly bad: number;
  /** Trades that came again. */
  readonly duplicates: number;
  /** Trades of wallets nobody watches. */
  readonly unwatched: number;
  /** Trades the stream should have brought and polling found. */
  readonly missedByStream: number;
  /** Told too late to be kept: the oldest go. */
  readonly signalsLost: number;
  readonly alertsLost: number;
  /** Requests of the poll. */
  readonly requests: number;
}

export interface WatchWalletsOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly stop: AbortSignal;
  onSignal(signal: WalletSignal): void;
  onAlert(alert: WalletAlert): void;
}

/** Watches the wallets of the config until it is stopped or every connection is given up. Rejects with UsageError. */
export type WatchWallets = (options: WatchWalletsOptions) => Promise<WalletCounts>;

export interface ImportOptions {
  readonly from: 'kalshi-ndjson' | 'polymarket-jsonl' | 'polymarket-frames';
  readonly as?: 'polymarket' | undefined;
  readonly markets?: string | undefined;
  /** Aborts the import: it rejects and leaves nothing behind. */
  readonly stop?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface ImportResult {
  readonly frames: number;
  readonly restAnswers: number;
  readonly records: number;
  readonly markets: number;
  readonly durationNs: number;
  readonly fileBytes: number;
  readonly rejected: {
    readonly lines: number;
    readonly first: readonly { readonly line: number; readonly reason: string }[];
  };
  readonly skipped: Readonly<Record<string, number>>;
  readonly ignored: number;
}

/** Makes a recording of a tape; leaves nothing behind when it fails. */
export type ImportRecording = (inPath: string, outDir: string, options: ImportOptions) => Promise<ImportResult>;

export interface PlayOptions {
  readonly to: string;
  readonly speed: number | 'max';
  /** Token of the feed server; '' sends none. */
  readonly token: string;
  readonly stop: AbortSignal;
  onProgress(progress: Progress): void;
}

export interface PlayResult {
  readonly frames: number;
  readonly frameBytes: number;
}

/** Pushes a recording's frames to a feed server at their recorded pace. */
export type Play = (recording: string, options: PlayOptions) => Promise<PlayResult>;

export interface SolveOptions {
  readonly config: Config;
  /** The moment: seconds of recorded time, or the wall clock in ms; undefined: the recording's end. */
  readonly at?: { readonly seconds: number } | { readonly wallMs: number } | undefined;
  readonly stop: AbortSignal;
}

export type SolvedRecording = Pick<SolveReport, 'atNs' | 'atMs' | 'frames' | 'groups' | 'groupsNotJoined'>;

/** Solves every group of relations of a recording and the config over the books of one moment. */
export type SolveRecording = (recording: string, options: SolveOptions) => Promise<SolvedRecording>;
