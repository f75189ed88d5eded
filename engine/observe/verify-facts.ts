// What a verification answers: types shared by the verifier (engine/replay/verify.ts), the report and the CLI.
import type { Config } from '../config/schema.ts';
import type { Fault } from '../integrity/contract.ts';
import type { MarketTimes } from '../integrity/feed-time.ts';
import type { EvidenceCounts } from '../integrity/verdicts.ts';
import type { ImportOptions } from './driver.ts';
import type { Progress } from './progress.ts';

/** One market of one recording. */
export interface VerifiedMarket {
  readonly id: string;
  readonly title: string;
  readonly evidence: EvidenceCounts;
  readonly times: Readonly<MarketTimes>;
  /** Different venue times of its book messages, each a batch of one or more. */
  readonly venueBatches: number;
  /** Times a bot with a book per token would have bought both of its tokens for less than 1. */
  readonly naiveTrades: number;
  /** State its book ended in. */
  readonly state: string;
}

/** One recording. */
export interface VerifiedRecording {
  readonly recording: string;
  readonly frames: number;
  readonly restAnswers: number;
  readonly recordedNs: number;
  readonly markets: readonly VerifiedMarket[];
  readonly baskets: readonly { readonly id: string; readonly tradableNs: number }[];
  /** Price changes, and those in which every token's hash held. */
  readonly deltaFrames: number;
  readonly deltaFramesVerified: number;
  /** The first faults, in order; `evidence` has all of them in numbers. */
  readonly faults: readonly Fault[];
  /** What reading the recording itself found wrong: torn, changed or refused input. */
  readonly damage: readonly string[];
  /** What the engine's own integrity state machine counted, to be compared with the evidence. */
  readonly engine: {
    readonly topMismatched: number;
    readonly mirrorMismatched: number;
    readonly framesRejected: number;
    readonly phantoms: number;
  };
}

/** How recordings are verified. */
export interface VerifyOptions {
  readonly config: Config;
  /** Format of captured files; undefined: told by what they hold. */
  readonly from: ImportOptions['from'] | undefined;
  /** File with market metadata for captured files. */
  readonly markets: string | undefined;
  readonly stop: AbortSignal;
  onProgress(progress: Progress): void;
}

/** Verifies recordings and captured files, in order. */
export type Verify = (paths: readonly string[], options: VerifyOptions) => Promise<VerifiedRecording[]>;
