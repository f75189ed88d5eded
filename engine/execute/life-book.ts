// Keeps the lives of opportunities beside the executor: each becomes a journal record, which moves no money. Executor's
// thread, after the decisions of a cycle.
import type { Clock } from '../core/clock.ts';
import type { LifeRecord } from '../ledger/records.ts';
import type { Markets } from '../venue/markets.ts';
import { type Life, Lives } from './lives.ts';
import { annualBpsRoundedDown, lockMsOf } from './returns.ts';
import type { Scribe } from './scribe.ts';
import type { Gone, Opportunity } from './take.ts';

/** Longest that what a detector told may wait in its ring before a life is judged without it. */
const LATE_NS = 1e9;

export interface LifeOptions {
  /** An opportunity that comes back within so long after it was gone is the same one. */
  readonly flickerNs: number;
  /** When a market ends, ms since 1970; undefined: not stated. */
  endMsOf(marketIndex: number): number | undefined;
  /** Told of every life, as it is journalled. */
  readonly onLife?: ((life: LifeRecord) => void) | undefined;
}

export interface LifeBookParts {
  readonly markets: Markets;
  readonly clock: Clock;
  readonly scribe: Scribe;
}

const NOTHING_STATED: LifeOptions = { flickerNs: 0, endMsOf: () => undefined };

export class LifeBook {
  readonly #parts: LifeBookParts & LifeOptions;
  readonly #lives: Lives;
  /** Market of each leg by basket: its table may be replaced before its life is over. */
  readonly #markets = new Map<number, readonly number[]>();
  #ended = false;
  /** Lives that are over, or were there when the feed ended. */
  count = 0;

  constructor(parts: LifeBookParts, options: LifeOptions = NOTHING_STATED) {
    this.#parts = { ...parts, ...options };
    this.#lives = new Lives({ flickerNs: options.flickerNs, onLife: (life) => this.#record(life) });
  }

  tell(opportunity: Opportunity): void {
    if (this.#ended) return;
    const { basketIndex, legs } = opportunity;
    if (!this.#markets.has(basketIndex)) {
      this.#markets.set(
        basketIndex,
        legs.map(({ marketIndex }) => marketIndex),
      );
    }
    this.#lives.tell(opportunity);
  }

  gone({ basketIndex, recvNs }: Pick<Gone, 'basketIndex' | 'recvNs'>): void {
    if (!this.#ended) this.#lives.gone(basketIndex, recvNs);
  }

  /** To be called after what the rings hold was told. */
  advance(nowNs: number): void {
    this.#lives.advance(nowNs - LATE_NS);
  }

  /** The feed is over; what comes later is not told of. */
  end(nowNs: number): void {
    if (!this.#ended) this.#lives.end(nowNs);
    this.#ended = true;
  }

  #record(life: Life): void {
    const { scribe, onLife } = this.#parts;
    this.count += 1;
    const record = lifeRecord(life, this.#markets.get(life.basketIndex)!, this.#parts);
    scribe.record(record);
    onLife?.(record);
  }
}

function lifeRecord(
  life: Life,
  legs: readonly number[],
  { clock, markets, endMsOf }: LifeBookParts & LifeOptions,
): LifeRecord {
  const { recvNs, basketIndex, costMicros, feeMicros, edgeMicros } = life;
  const nowNs = clock.nowNs();
  const ends = legs.map((market) => endMsOf(market));
  const lockMs = lockMsOf(ends, clock.wallMs() - (nowNs - recvNs) / 1e6);
  return {
    ...{ type: 'life', atNs: nowNs, basketIndex, marketIds: legs.map((market) => markets.idOf(market)) },
    ...{ openNs: recvNs, endNs: life.endNs, open: life.open, changes: life.changes, flickers: life.flickers },
    ...{ goneNs: life.goneNs, sizeMicros: life.sizeMicros, costMicros, feeMicros, edgeMicros },
    ...{ edgeMicrosMax: life.edgeMicrosMax, edgeAfterMicros: life.edgeAfterMicros, lockMs },
    annualBps: annualBpsRoundedDown(edgeMicros, costMicros + feeMicros, lockMs),
  };
}
