// Sequence numbers of Kalshi's subscriptions: consecutive per sid of a connection, over all its markets. Judged a
// second time here, beside wasm/sequence.ts, so that each market's share is known. Off the hot path.

/** `jump`: a gap that proves nothing, because other markets' messages were left out. */
export type SequenceVerdict = 'first' | 'next' | 'gap' | 'jump' | 'stepBack';

export class SequenceLine {
  readonly #full: boolean;
  /** Last number by connection and sid; filtered recordings: by market too. */
  readonly #last = new Map<string, number>();

  constructor(seqScope: 'full' | 'marketFiltered') {
    this.#full = seqScope === 'full';
  }

  take(
    { marketId, sid, seq, snapshot }: { marketId: string; sid: number; seq: number; snapshot: boolean },
    connection: number,
  ): SequenceVerdict {
    const key = this.#full ? `${connection} ${sid}` : `${connection} ${sid} ${marketId}`;
    const last = this.#last.get(key);
    this.#last.set(key, seq);
    if (last === undefined) return 'first';
    if (seq === last + 1) return 'next';
    if (seq <= last) return snapshot ? 'first' : 'stepBack';
    return this.#full ? 'gap' : 'jump';
  }
}
