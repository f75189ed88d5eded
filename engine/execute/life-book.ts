// Keeps the lives of opportunities beside the executor: each becomes a journal record, which moves no money. Executor's
// thread, after the decisions of a cycle.
import * as L from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { LifeRecord } from '../ledger/records.ts';
import type { Arena } from '../memory/arena.ts';
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
  readonly arena: Arena;
  readonly markets: Markets;
  readonly clock: Clock;
  readonly scribe: Scribe;
}

const NOTHING_STATED: LifeOptions = { flickerNs: 0, endMsOf: () => undefined };

export class LifeBook {
  readonly #parts: LifeBookParts & LifeOptions;
  readonly #lives: Lives;
  #ended = false;
  /** Lives that are over, or were there when the feed ended. */
  count = 0;

  constructor(parts: LifeBookParts, options: LifeOptions = NOTHING_STATED) {
    this.#parts = { ...parts, ...options };
    this.#lives = new Lives({ flickerNs: options.flickerNs, onLife: (life) => this.#record(life) });
  }

  tell(opportunity: Opportunity): void {
    if (!this.#ended) this.#lives.tell(opportunity);
  }

  readonly gone = ({ basketIndex, recvNs }: Gone): void => {
    if (!this.#ended) this.#lives.gone(basketIndex, recvNs);
  };

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
    const { scribe, clock, onLife } = this.#parts;
    this.count += 1;
    const record = lifeRecord(life, clock, this.#parts);
    scribe.record(record);
    onLife?.(record);
  }
}

function lifeRecord(life: Life, clock: Clock, { arena, markets, endMsOf }: LifeBookParts & LifeOptions): LifeRecord {
  const { recvNs, basketIndex, costMicros, feeMicros, edgeMicros } = life;
  const nowNs = clock.nowNs();
  const legs = marketsOfBasket(arena, basketIndex);
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

/** Market of each leg of a basket, in their order. */
function marketsOfBasket(arena: Arena, basketIndex: number): number[] {
  const word = arena.at(L.REGION_BASKETS, basketIndex) >> 2;
  const first = arena.u32[word + (L.BASKET_LEG_FIRST >> 2)]!;
  const count = arena.u32[word + (L.BASKET_LEG_COUNT >> 2)]!;
  return Array.from({ length: count }, (_, place) => {
    return arena.u32[(arena.at(L.REGION_LEGS, first + place) + L.LEG_MARKET) >> 2]!;
  });
}
