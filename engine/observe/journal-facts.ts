// What a run reports of its journal and of what it took up from it. Types only.

/** What an earlier run left, and what became of it at the restart. */
export interface RestartFacts {
  /** Records and segments that were there; bytes of a torn end that were cut. */
  readonly records: number;
  readonly segments: number;
  readonly cutBytes: number;
  /** Process whose lock was taken over, 0 when the earlier run ended by itself. */
  readonly takenOverFrom: number;
  readonly orders: number;
  /** Orders that had no outcome, fills that were not settled, baskets that were not done. */
  readonly unknownOrders: number;
  readonly openFills: number;
  readonly openBaskets: number;
  /** Orders that rested at a venue and were cancelled. */
  readonly cancelled: number;
  /** Fills that the venue had and the journal had not. */
  readonly fillsMissed: number;
  /** `reconciling`, `reconciled`, or why the run does not trade. */
  readonly state: string;
}

export interface JournalRunFacts {
  readonly dir: string;
  readonly segment: number;
  readonly records: number;
  /** Digest of the live state, and whether the fold of the journal's bytes has it; null until the end. */
  readonly digest: string | null;
  readonly foldEqual: boolean | null;
  /** null: the journal was begun by this run. */
  readonly restart: RestartFacts | null;
}
