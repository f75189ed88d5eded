// Detection as a careful engineer writes it without WASM: best prices summed per touched basket, ladders sorted and
// walked only when the sum leaves an edge. Finds the same opportunities as the product: same sizes, same exact profit.
import { compileBaskets } from '../../engine/basket/compile.ts';
import { feeNanosPerShareRoundedUp } from '../../engine/venue/fees.ts';
import * as L from '../../wasm/layout.ts';
import type { Workload } from '../workload.ts';
import type { BaselineBooks } from './contract.ts';
import { bestNear, type Size } from './near.ts';

type Books = Pick<BaselineBooks, 'bestBidE4' | 'bestAskE4' | 'forEachLevel'>;

interface Leg {
  readonly market: number;
  readonly action: number;
  readonly feeNanos: Float64Array;
  readonly feeStepMicros: number;
  readonly minSizeMicros: number;
}

interface Basket {
  readonly legs: readonly Leg[];
  readonly payoutE4: number;
  open: boolean;
  edgeMicros: number;
  sizeMicros: number;
}

/** Levels a leg can buy, best first, and what has been taken of them. */
interface Cursor {
  readonly leg: Leg;
  readonly prices: number[];
  readonly sizes: number[];
  at: number;
  leftMicros: number;
}

/** A prime below 2^52, so that sums stay exact. */
const FOLD_MODULUS = 4_503_599_627_370_449;

/** Told of every opportunity. */
export type OnOpportunity = (sizeMicros: number, edgeMicros: number, legs: number) => void;

/** Order-independent fold of opportunities, so that the order of baskets within a frame does not matter. */
export function createTally() {
  const tally = new Float64Array(3);
  return {
    add: (sizeMicros: number, edgeMicros: number, legs: number): void => {
      tally[0] = tally[0]! + 1;
      tally[1] = (tally[1]! + sizeMicros * legs) % FOLD_MODULUS;
      tally[2] = (tally[2]! + edgeMicros) % FOLD_MODULUS;
    },
    clear: (): void => {
      tally.fill(0);
    },
    take: (): string => `${tally[0]}-${tally[1]}-${tally[2]}`,
  };
}

export class CarefulDetector {
  readonly #books: Books;
  readonly #byMarket: Basket[][];
  readonly #onOpportunity: OnOpportunity;

  constructor({ metas, relations }: Pick<Workload, 'metas' | 'relations'>, books: Books, onOpportunity: OnOpportunity) {
    this.#books = books;
    this.#onOpportunity = onOpportunity;
    this.#byMarket = metas.map(() => []);
    const indexes = new Map(metas.map(({ id }, market) => [id, market]));
    const tables = new Map(metas.map(({ fee }) => [fee, feeTable(fee)]));
    for (const { legs, payoutE4 } of compileBaskets(relations)) {
      const basket: Basket = {
        legs: legs.map(({ marketId, action }) => {
          const market = indexes.get(marketId)!;
          const { fee, minSizeMicros = 0 } = metas[market]!;
          return { market, action, feeNanos: tables.get(fee)!, feeStepMicros: fee!.roundMicros, minSizeMicros };
        }),
        payoutE4,
        open: false,
        edgeMicros: 0,
        sizeMicros: 0,
      };
      for (const { market } of basket.legs) this.#byMarket[market]!.push(basket);
    }
  }

  /** Evaluates the baskets of a market whose book changed. */
  onMarket(market: number): void {
    for (const basket of this.#byMarket[market]!) this.#evaluate(basket);
  }

  #evaluate(basket: Basket): void {
    if (this.#topCostE4(basket) >= basket.payoutE4) {
      basket.open = false;
      return;
    }
    const { sizeMicros, edgeMicros } = walk(basket, this.#cursors(basket));
    if (sizeMicros === 0) {
      basket.open = false;
      return;
    }
    if (basket.open && basket.edgeMicros === edgeMicros && basket.sizeMicros === sizeMicros) return;
    basket.open = true;
    basket.edgeMicros = edgeMicros;
    basket.sizeMicros = sizeMicros;
    this.#onOpportunity(sizeMicros, edgeMicros, basket.legs.length);
  }

  /** Sum of the legs' best prices; infinite when a leg has none. */
  #topCostE4({ legs }: Basket): number {
    let costE4 = 0;
    for (const { market, action } of legs) {
      const priceE4 =
        action === L.ACTION_BUY_YES ? this.#books.bestAskE4(market) : 10_000 - this.#books.bestBidE4(market);
      if (priceE4 === 10_000) return Number.POSITIVE_INFINITY;
      costE4 += priceE4;
    }
    return costE4;
  }

  #cursors({ legs }: Basket): Cursor[] {
    return legs.map((leg) => {
      const prices: number[] = [];
      const sizes: number[] = [];
      const buysYes = leg.action === L.ACTION_BUY_YES;
      this.#books.forEachLevel(leg.market, buysYes ? L.SIDE_ASK : L.SIDE_BID, (priceE4, sizeMicros) => {
        prices.push(buysYes ? priceE4 : 10_000 - priceE4);
        sizes.push(sizeMicros);
      });
      return { leg, prices, sizes, at: 0, leftMicros: sizes[0]! };
    });
  }
}

function feeTable(fee: Parameters<typeof feeNanosPerShareRoundedUp>[0] | undefined): Float64Array {
  if (fee === undefined) throw new RangeError('the workload states every fee');
  return Float64Array.from({ length: 10_001 }, (_, priceE4) => feeNanosPerShareRoundedUp(fee, priceE4));
}

/**
 * The exact best size: equal shares of all legs are taken from level end to level end while a unit gains after fees, and
 * the best lies near where it no longer does. Minimum sizes of the workload are whole lots.
 */
function walk(basket: Basket, cursors: readonly Cursor[]): Size {
  const least = Math.max(L.LOT_MICROS, ...basket.legs.map(({ minSizeMicros }) => minSizeMicros));
  const peak = peakOf(basket.payoutE4, cursors);
  if (peak === 0) return { sizeMicros: 0, edgeMicros: 0 };
  const ladders = cursors.map(({ leg, prices, sizes }) => {
    return { prices, sizes, feeNanos: leg.feeNanos, feeStepMicros: leg.feeStepMicros };
  });
  return bestNear(ladders, basket.payoutE4, peak, least);
}

/** The level end up to which a unit gains; behind it none does. */
function peakOf(payoutE4: number, cursors: readonly Cursor[]): number {
  let peak = 0;
  for (let step = 0; step < L.WALK_STEPS_MAX; step += 1) {
    let [unitE4, feeNanos, common] = [0, 0, Number.POSITIVE_INFINITY];
    for (const { leg, prices, at, leftMicros } of cursors) {
      const priceE4 = prices[at];
      if (priceE4 === undefined) return peak;
      unitE4 += priceE4;
      feeNanos += leg.feeNanos[priceE4]!;
      if (leftMicros < common) common = leftMicros;
    }
    if ((payoutE4 - unitE4) * 100_000 <= feeNanos) return peak;
    for (const cursor of cursors) take(cursor, common);
    peak += common;
  }
  return peak;
}

function take(cursor: Cursor, sizeMicros: number): void {
  cursor.leftMicros -= sizeMicros;
  if (cursor.leftMicros > 0) return;
  cursor.at += 1;
  cursor.leftMicros = cursor.sizes[cursor.at] ?? 0;
}
