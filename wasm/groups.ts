// What only the bench calls: whole groups of Level records worked off in one call, without ring, frame ends and
// integrity checks, by the same functions that drain() uses. Detector thread.
import { updateLegs } from './basket';
import { applyClear, applyLevel, countApplied } from './book';
import { evaluateMarket } from './detect';
import { KIND_CLEAR, LEVEL_BYTES, LEVEL_FRAME_SEQ, LEVEL_KIND, LEVEL_MARKET } from './layout';
import { resetPart, takeReached } from './part';
import { applyPlain } from './plain';

/** Applies `records` Level records that lie from `from` on. */
export function applyRecords(from: usize, records: u32): void {
  const end = from + <usize>records * LEVEL_BYTES;
  for (let at = applyPlain(from, end, false); at < end; at = applyPlain(at + LEVEL_BYTES, end, false)) {
    if (load<u8>(at, LEVEL_KIND) === KIND_CLEAR) applyClear(at, 0);
    else applyLevel(at, 0);
  }
  countApplied();
  resetPart();
}

/** The same, and after each record its market's baskets are evaluated if it moved them. Answers how many opportunities were claimed. */
export function detectRecords(from: usize, records: u32): u32 {
  const end = from + <usize>records * LEVEL_BYTES;
  let claimed: u32 = 0;
  let at = from;
  while (at < end) {
    let next = applyPlain(at, end, true);
    if (next === at) {
      applyLevel(at, 0);
      next += LEVEL_BYTES;
    }
    at = next;
    const reached = takeReached();
    if (reached === 0) continue;
    const market = load<u32>(at - LEVEL_BYTES, LEVEL_MARKET);
    const legs = updateLegs(market, reached);
    if (legs !== 0) claimed += evaluateMarket(market, legs, load<u32>(at - LEVEL_BYTES, LEVEL_FRAME_SEQ), 0);
  }
  countApplied();
  resetPart();
  return claimed;
}
