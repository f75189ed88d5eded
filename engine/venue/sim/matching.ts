// Matching: which levels an incoming order takes, and how a taken level is shared by what rests on it. Pure; shared by
// the simulated venue, which serves it over sockets, and the in-process venue of a replay.
import type { BookSide, TapeLevel } from './tape.ts';

/** Shares taken at one price. */
export type Take = TapeLevel;

/** An order folded to YES, as the matcher sees it. */
export interface Incoming {
  /** `bid` buys YES (or sells NO) and takes asks. */
  readonly side: BookSide;
  readonly limitE4: number;
  readonly sizeMicros: number;
  /** FOK fills whole or not at all; the others take what there is. */
  readonly type: 'FOK' | 'FAK' | 'GTC' | 'GTD' | 'postOnly';
}

/** True when `priceE4` on the other side is within the order's limit. */
export function crosses(side: BookSide, limitE4: number, priceE4: number): boolean {
  return side === 'bid' ? priceE4 <= limitE4 : priceE4 >= limitE4;
}

/** What `order` takes from the other side's `levels`, best first: price order, each level at its own price. */
export function takeLevels(levels: Iterable<TapeLevel>, order: Incoming): Take[] {
  const takes: Take[] = [];
  let leftMicros = order.sizeMicros;
  for (const { priceE4, sizeMicros } of levels) {
    if (leftMicros === 0 || !crosses(order.side, order.limitE4, priceE4)) break;
    const taken = Math.min(leftMicros, sizeMicros);
    if (taken > 0) takes.push({ priceE4, sizeMicros: taken });
    leftMicros -= taken;
  }
  return order.type === 'FOK' && leftMicros > 0 ? [] : takes;
}

/** An order that rests on a level. */
export interface Queued {
  /** Shares of the market's own flow that stood before it when it joined and have not traded since. */
  aheadMicros: number;
  leftMicros: number;
  /** Since when the level is smaller than what stands ahead, and the most that it was since. */
  shrunk?: { readonly sinceMs: number; levelMicros: number } | undefined;
}

/** A print may come after the change of the level that it made, by so much. */
export const PRINT_LAG_MS = 1_000;

/** How a take of one level was shared. */
export interface Shared<Q extends Queued> {
  /** Shares taken from the market's own flow. */
  readonly externalMicros: number;
  readonly fills: readonly { readonly order: Q; readonly sizeMicros: number }[];
}

/**
 * Shares `takenMicros` of a level by time: the flow ahead of the first order, that order, the flow ahead of the
 * second, and so on, then the flow that came last. `queue` is in time order; it is only read.
 */
export function shareLevel<Q extends Queued>(
  takenMicros: number,
  externalMicros: number,
  queue: readonly Q[],
): Shared<Q> {
  const fills: { order: Q; sizeMicros: number }[] = [];
  let leftMicros = takenMicros;
  let externalTaken = 0;
  for (const order of queue) {
    const ahead = Math.min(leftMicros, Math.max(0, Math.min(order.aheadMicros, externalMicros) - externalTaken));
    externalTaken += ahead;
    leftMicros -= ahead;
    const sizeMicros = Math.min(leftMicros, order.leftMicros);
    if (sizeMicros > 0) fills.push({ order, sizeMicros });
    leftMicros -= sizeMicros;
  }
  externalTaken += Math.min(leftMicros, externalMicros - externalTaken);
  return { externalMicros: externalTaken, fills };
}

/**
 * Shares what a taker on the tape took at `priceE4` among orders that rest on the side he took from, best price first and
 * by time: those at a better price would have been met first; at the price the flow ahead of each goes before it.
 * `externalMicros`: flow ahead of them that is gone.
 */
export function shareTrade<Q extends Queued & { readonly priceE4: number }>(
  side: BookSide,
  priceE4: number,
  tradedMicros: number,
  bestFirst: readonly Q[],
): Shared<Q> {
  const fills: { order: Q; sizeMicros: number }[] = [];
  let leftMicros = tradedMicros;
  let externalMicros = 0;
  for (const order of bestFirst) {
    if (leftMicros === 0 || !crosses(side === 'bid' ? 'ask' : 'bid', priceE4, order.priceE4)) break;
    if (order.priceE4 === priceE4) {
      const ahead = Math.min(leftMicros, Math.max(0, order.aheadMicros - externalMicros));
      externalMicros += ahead;
      leftMicros -= ahead;
    }
    const sizeMicros = Math.min(leftMicros, order.leftMicros);
    if (sizeMicros > 0) fills.push({ order, sizeMicros });
    leftMicros -= sizeMicros;
  }
  return { externalMicros, fills };
}

/**
 * Tells a resting order the size of its level. What is cancelled is taken from behind it first: only a level that is
 * smaller than what stood ahead moves it up, and only when that lasts, because a trade whose print is still to come makes
 * the level smaller too and would count twice.
 */
export function noteLevel(order: Queued, levelMicros: number, nowMs: number): void {
  if (levelMicros >= order.aheadMicros) {
    order.shrunk = undefined;
    return;
  }
  order.shrunk ??= { sinceMs: nowMs, levelMicros };
  const { shrunk } = order;
  shrunk.levelMicros = Math.max(shrunk.levelMicros, levelMicros);
  if (nowMs - shrunk.sinceMs < PRINT_LAG_MS) return;
  order.aheadMicros = shrunk.levelMicros;
  order.shrunk = undefined;
}
