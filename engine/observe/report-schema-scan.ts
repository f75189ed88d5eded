// The JSON reports about opportunities: their lives, and what `scan` finds. The same rules as in report-schema.ts.
import type { REPORT_SCHEMA } from './report-schema.ts';

/** An opportunity from the frame that showed it to the one that ended it. Times are receive times. */
export interface LifeReport {
  readonly basketId: string;
  /** Form of the basket, as its id begins. */
  readonly form: string;
  readonly openNs: number;
  readonly endNs: number;
  /** Still there when the feed ended. */
  readonly open: boolean;
  /** Times it was told again with another size or edge. */
  readonly changes: number;
  /** Times it was gone for no longer than detect.flickerMs, and for how long in all. */
  readonly flickers: number;
  readonly goneNs: number;
  /** At the detection: shares, cost before fees, fees, and payout less both. */
  readonly sizeMicros: number;
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly edgeMicros: number;
  readonly edgeMicrosMax: number;
  /** The basket's edge a while after the detection, 0 for none; null: the feed ended before. */
  readonly edgeAfter5MsMicros: number | null;
  readonly edgeAfter25MsMicros: number | null;
  readonly edgeAfter100MsMicros: number | null;
  readonly edgeAfter350MsMicros: number | null;
  /** From the detection to the end of the last of its markets; null: not every end is stated. */
  readonly lockMs: number | null;
  /** The edge on cost and fees a year, basis points rounded down; null with `lockMs`. */
  readonly annualBps: number | null;
}

/** A life as `scan` lists it. */
export interface ScannedLifeReport extends LifeReport {
  readonly standing: 'proven' | 'suspect';
  /** A leg's book was older at the detection than the gate allows. */
  readonly tooOld: boolean;
}

/** Opportunities of one form and standing. Money is micro-dollars, summed over lives as they were detected. */
export interface ScannedFormReport {
  readonly form: string;
  /** Proven by a relation; suspect: two markets called the same without equal settlement fingerprints: no arbitrage. */
  readonly standing: 'proven' | 'suspect';
  readonly baskets: number;
  /** Of these, those whose legs all had a proven book with a price at once, at least once. */
  readonly basketsEvaluated: number;
  /** Of these, those that never had while all these books were young enough for the gate. */
  readonly basketsTooOld: number;
  readonly basketsFeeUnknown: number;
  /** Lives, and of these those detected on a book too old for the gate. */
  readonly opportunities: number;
  readonly opportunitiesTooOld: number;
  readonly flickers: number;
  /** Payout less cost, fees, and payout less both, for the most profitable size that the books' depth allowed. */
  readonly grossMicros: number;
  readonly feeMicros: number;
  readonly netMicros: number;
  readonly netMicrosMax: number;
  /** null: there was none. */
  readonly lifeNsP50: number | null;
  readonly lifeNsP90: number | null;
  readonly lifeNsMax: number | null;
  /** What was left of all edges a while after the detection, per ten thousand, rounded down; null: nothing known. */
  readonly leftAfter5MsBps: number | null;
  readonly leftAfter25MsBps: number | null;
  readonly leftAfter100MsBps: number | null;
  readonly leftAfter350MsBps: number | null;
  /** Lives whose capital lock is stated, and the median of their returns a year. */
  readonly locksStated: number;
  readonly annualBpsP50: number | null;
}

/** One basket. Gaps are priceE4 per unit, the largest seen; null: never evaluated. */
export interface ScannedBasketReport {
  readonly id: string;
  readonly form: string;
  readonly standing: 'proven' | 'suspect';
  /** Why it is suspect, or ''. */
  readonly doubt: string;
  readonly evaluated: boolean;
  readonly tooOld: boolean;
  readonly feeUnknown: boolean;
  /** Payout less best prices. */
  readonly gapE4Max: number | null;
  /** The same less fees before rounding; null as well while a fee is unknown. */
  readonly netE4Max: number | null;
  readonly opportunities: number;
}

/** What is counted of one recording and of all. */
export interface ScanCounts {
  readonly frames: number;
  readonly framesRejected: number;
  readonly basketsEvaluated: number;
  readonly opportunitiesDropped: number;
  /** Crossed books: what YES and NO of one market below 1 come to. Never opportunities. */
  readonly phantoms: number;
  /** Times a bot with a book per token would have bought both tokens of a market below 1. */
  readonly naiveTrades: number;
  readonly forms: readonly ScannedFormReport[];
}

export interface ScannedRecordingReport extends ScanCounts {
  readonly recording: string;
  readonly recordedNs: number;
  /** Markets that a frame told of. */
  readonly markets: number;
  /** Relations that name a market which neither the recording nor the config knows. */
  readonly relationsLeftOut: number;
  readonly baskets: readonly ScannedBasketReport[];
  readonly lives: readonly ScannedLifeReport[];
  readonly damage: readonly string[];
}

/** `scan --json`. */
export interface ScanReport extends ScanCounts {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'scan';
  readonly version: string;
  readonly configHash: string;
  readonly ended: 'done' | 'stopped' | 'failed';
  readonly exitCode: number;
  /** Why it failed, or ''. */
  readonly failure: string;
  readonly durationMs: number;
  readonly recordings: readonly ScannedRecordingReport[];
}
