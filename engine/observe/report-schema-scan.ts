// The JSON reports about opportunities: their lives, and what `scan` finds. The same rules as in report-schema.ts.

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
