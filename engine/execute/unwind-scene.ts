// What the ways out of an incomplete basket are priced from, and what a priced way is. Pure; executor's thread.
//
// Loose shares are those beyond the complete sets that nothing covers. Every way is worth what it pays, less what it costs
// with fees, and the best sale of what it leaves loose; so ways that handle different sizes compare.
import type { Room } from './caps.ts';
import { bestSale, type Lot } from './sale.ts';
import type { SizeLeg } from './size.ts';

/**
 * `complete`: buy what is missing. `sellBack`: sell what is loose. `complement`: buy the other outcome of its market; a pair
 * pays 1. `hedge`: buy the other outcome of a market that is the same. `convert`: k NO of one event become k - 1 dollars
 * and a YES of each other outcome. `carry`: none of them.
 */
export type UnwindKind = 'sellBack' | 'complement' | 'hedge' | 'convert' | 'complete' | 'carry';

/** Something that can be bought, and where. */
export interface Buy extends SizeLeg {
  readonly marketIndex: number;
}

/** A leg of the basket. What is undefined cannot be done now: no verified book, or no known fee. */
export interface SceneLeg {
  /** Held beyond the sets and what covers it. */
  readonly looseMicros: number;
  /** All of it, or 0 when it is a residual and nothing to unwind. */
  readonly excessMicros: number;
  readonly sale?: Lot | undefined;
  /** More of the same. */
  readonly more?: Buy | undefined;
  readonly complement?: Buy | undefined;
  readonly hedge?: Buy | undefined;
}

/** One outcome of the event. */
export interface Member {
  /** Its leg, when NO of it is loose. */
  readonly place?: number | undefined;
  /** Its YES; undefined: it cannot be sold now and is worth nothing. */
  readonly sale?: Lot | undefined;
}

/** An event whose NO can be converted. */
export interface Conversion {
  /** All outcomes of the event. */
  readonly members: readonly Member[];
  readonly costMicros: number;
}

export interface Scene {
  readonly legs: readonly SceneLeg[];
  readonly payoutE4: number;
  /** What a pair is worth: what it pays less the price of holding it until then. */
  readonly pairE4: number;
  /** What turning complete sets into cash costs more than now; and the same of a pair. */
  readonly exitMicros: number;
  readonly pairMicros: number;
  /** False: nothing missing may be bought now. */
  readonly mayComplete: boolean;
  readonly conversion?: Conversion | undefined;
  readonly room: Room;
}

export interface PricedOrder {
  readonly place: number;
  readonly sizeMicros: number;
  /** Worst price; of a sale the lowest bid that it reaches. */
  readonly limitE4: number;
}

export interface Priced {
  readonly kind: Exclude<UnwindKind, 'carry'>;
  /** What it brings, and the best sale of what is left loose. */
  readonly valueMicros: number;
  /** What it brings alone. */
  readonly netMicros: number;
  /** By leg: loose shares that are loose no more. */
  readonly handledMicros: readonly number[];
  readonly orders: readonly PricedOrder[];
}

/** Best sale of what is loose of a leg beside what is handled. */
export function restMicros({ sale, excessMicros, looseMicros }: SceneLeg, handledMicros: number): number {
  return sale === undefined || excessMicros === 0
    ? 0
    : bestSale(sale, Math.max(0, looseMicros - handledMicros)).netMicros;
}
