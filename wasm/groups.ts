// What only the bench calls: whole groups of Level records worked off in one call, without ring, frame ends and
// integrity checks, by the same functions that drain() uses. Detector thread.
import { updateLegs } from './basket';
import { applyClear, applyLevel, countApplied } from './book';
import { evaluateMarket } from './detect';
import { KIND_CLEAR, LEVEL_FRAME_SEQ, LEVEL_KIND, LEVEL_MARKET } from './layout';
import { resetPart } from './part';
import { marketCount } from './regions';

/** Applies `records` Level records that lie from `at` on. */
export function applyRecords(at: usize, records: u32): void {
  for (let index: u32 = 0; index < records; index += 1) {
    const record = at + ((<usize>index) << 5);
    if (load<u8>(record, LEVEL_KIND) === KIND_CLEAR) applyClear(record, 0);
    else applyLevel(record, 0);
  }
  countApplied();
  resetPart();
}

/** The same, and after each record its market's baskets are evaluated. Answers how many opportunities were claimed. */
export function detectRecords(at: usize, records: u32): u32 {
  let claimed: u32 = 0;
  for (let index: u32 = 0; index < records; index += 1) {
    const record = at + ((<usize>index) << 5);
    const market = load<u32>(record, LEVEL_MARKET);
    applyLevel(record, 0);
    if (market >= marketCount) continue;
    updateLegs(market);
    claimed += evaluateMarket(market, load<u32>(record, LEVEL_FRAME_SEQ), 0);
  }
  countApplied();
  resetPart();
  return claimed;
}
