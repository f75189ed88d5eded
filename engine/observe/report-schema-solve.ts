// What `dutchbook solve --json` prints: field names end in their unit. Data only.
import type { REPORT_SCHEMA } from './report-schema.ts';

/** One leg of a portfolio. */
export interface SolvedLegReport {
  readonly market: string;
  readonly buy: 'YES' | 'NO';
  readonly sizeMicros: number;
  readonly limitE4: number;
  readonly costMicros: number;
  readonly feeMicros: number;
}

/** The best portfolio of relations that share markets. */
export interface SolvedGroupReport {
  /** `kind [market, …]` of each. */
  readonly relations: readonly string[];
  readonly markets: number;
  readonly states: number;
  /** Baskets that are traded of it, and that are proved and not traded. */
  readonly baskets: number;
  readonly untraded: number;
  /** Why it is a suspicion and never traded: the fields that are not known to be equal; ''. */
  readonly suspect: string;
  /** Markets that take no part: the book is not SYNCED, or the fee is unknown. */
  readonly booksNotSynced: number;
  readonly feesUnknown: number;
  /** Empty: nothing earns in every end. */
  readonly legs: readonly SolvedLegReport[];
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly worstState: string;
  readonly worstPayoutMicros: number;
  /** In the worst state, exact. */
  readonly profitMicros: number;
  /** What the linear programme promised before sizes were whole lots. */
  readonly programmeMicros: number;
  /** Why the portfolio is none to buy: minSize, roundedAway, gaveUp; or ''. */
  readonly refused: string;
}

/** `solve --json`. */
export interface SolveReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly command: 'solve';
  readonly version: string;
  readonly recording: string;
  /** Recorded time of the last record taken, ns since its start, and the wall clock of it. */
  readonly atNs: number;
  readonly atMs: number;
  readonly frames: number;
  /** The most profitable first. */
  readonly groups: readonly SolvedGroupReport[];
  /** Groups whose ends are too many to be solved as one: each relation is solved by itself. */
  readonly groupsNotJoined: number;
  readonly durationMs: number;
}
