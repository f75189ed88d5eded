// Which change of a part says again what the market's other token said: looked for among the records staged before it.
// Ingest thread; reads STAGING, writes nothing.
import * as L from './layout';

/**
 * MIRROR when one of the records from `first` to `to` is of the other view, no mirror itself, and has `word` at
 * LEVEL_PRICE_E4; else 0. Looks at the last MIRROR_WINDOW of them.
 */
export function mirrorAmong(first: usize, to: usize, word: u32, view: u32): u32 {
  let at = to;
  for (let back = 0; back < L.MIRROR_WINDOW && at > first; back += 1) {
    at -= L.LEVEL_BYTES;
    if (load<u32>(at, L.LEVEL_PRICE_E4) !== word) continue;
    const otherView = <u32>load<u16>(at, L.LEVEL_VIEW) !== view;
    if (otherView && (load<u16>(at, L.LEVEL_FLAGS) & L.LEVEL_FLAG_MIRROR) === 0) return L.LEVEL_FLAG_MIRROR;
  }
  return 0;
}
