// What the breaker's state word says. Pure; read by any thread, written by breaker.ts alone.
import * as L from '../../wasm/layout.ts';

/**
 * `closed`: everything passes. `halfOpen`: as many probes pass as the budget has left. `open`: only what reduces exposure
 * passes. Reduce-only is a mode besides, of any state.
 */
export type BreakerState = 'closed' | 'halfOpen' | 'open';

export function stateOf(word: number): BreakerState {
  if ((word & L.BREAKER_OPEN) !== 0) return 'open';
  return (word & L.BREAKER_HALF_OPEN) === 0 ? 'closed' : 'halfOpen';
}

export function isReduceOnly(word: number): boolean {
  return (word & L.BREAKER_REDUCE_ONLY) !== 0;
}

/** Baskets that a half-open breaker still lets out. */
export function probesLeft(word: number): number {
  return (word & L.BREAKER_PROBES_MASK) / L.BREAKER_PROBE;
}

/** Why a basket may not leave by the breaker alone. `isFollowed`: part of it left before, so that it takes no probe. */
export function breakerRefusal(
  word: number,
  isFollowed: boolean,
): 'BREAKER_OPEN' | 'REDUCE_ONLY' | 'PROBES_OUT' | undefined {
  if (word === 0) return undefined;
  const state = stateOf(word);
  if (state === 'open') return 'BREAKER_OPEN';
  if (isReduceOnly(word)) return 'REDUCE_ONLY';
  return state === 'halfOpen' && !isFollowed && probesLeft(word) === 0 ? 'PROBES_OUT' : undefined;
}
