// What a scan answers: types shared by the scanner (engine/replay/scan.ts), the report and the CLI.
import type { Life } from '../execute/lives.ts';
import type { VerifyOptions } from './verify-facts.ts';

/** One basket over one recording. Gaps are per unit of the basket, priceE4, at best prices that could be had at once. */
export interface ScannedBasket {
  readonly id: string;
  /** Proven by a relation, or suspect: only suggested by one that lacks a settlement fingerprint. */
  readonly standing: 'proven' | 'suspect';
  /** Why it is suspect, or ''. */
  readonly doubt: string;
  /** Every leg had a proven book with a price at once, at least once. */
  readonly evaluated: boolean;
  /** It did, but never while all these books were young enough for the gate. */
  readonly tooOld: boolean;
  /** The fee of a leg is unknown, so it is never an opportunity. */
  readonly feeUnknown: boolean;
  /** Payout less the best prices, the largest seen; undefined while not evaluated. */
  readonly gapE4Max: number | undefined;
  /** The same less fees before rounding; undefined as well while a fee is unknown. */
  readonly netE4Max: number | undefined;
}

/** The life of an opportunity. */
export interface ScannedLife extends Life {
  /** A leg's book was too old for the gate when it was detected. */
  readonly tooOld: boolean;
  readonly lockMs: number | null;
  readonly annualBps: number | null;
}

/** One recording. */
export interface ScannedRecording {
  readonly recording: string;
  readonly frames: number;
  readonly recordedNs: number;
  /** Markets that a frame told of. */
  readonly markets: number;
  /** Relations that name a market which neither the recording nor the config knows. */
  readonly relationsLeftOut: number;
  readonly baskets: readonly ScannedBasket[];
  /** In the order in which they were told; `basketIndex` counts in `baskets`. */
  readonly lives: readonly ScannedLife[];
  readonly opportunitiesDropped: number;
  readonly framesRejected: number;
  /** Crossed books: what YES and NO of one market below 1 come to. */
  readonly phantoms: number;
  /** Times a bot with a book per token would have bought both tokens of a market below 1. */
  readonly naiveTrades: number;
  readonly damage: readonly string[];
}

/** Scans recordings and captures, in order. */
export type Scan = (paths: readonly string[], options: VerifyOptions) => Promise<ScannedRecording[]>;
