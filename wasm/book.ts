// Applies Level records to the folded books. Detector thread.
//
// Content depends on the records alone: the integrity state (integrity.ts) decides what may be traded, never what is
// applied. Every record's market, epoch, side, price and size are checked once, here, before an address is made of
// them: the module is compiled without bounds checks. A bad record is counted and makes its market STALE.
// HOT PATH: allocates nothing.
import {
  BOOK_BYTES,
  BOOK_EMPTY,
  BOOK_EPOCH,
  BOOK_FLAG_REFUSED,
  BOOK_FLAGS,
  BOOK_SLOTS,
  BOOK_STALE,
  BOOK_STATE,
  CHECK_BELOW_ZERO,
  COUNTER_LEVELS_APPLIED,
  COUNTER_LEVELS_BEFORE_SNAPSHOT,
  COUNTER_LEVELS_BELOW_ZERO,
  COUNTER_LEVELS_MIRRORED,
  COUNTER_LEVELS_OLD_EPOCH,
  COUNTER_LEVELS_REFUSED,
  COUNTER_MIRROR_OK,
  COUNTER_RECORDS_INVALID,
  KIND_ADD,
  LEVEL_EPOCH,
  LEVEL_FLAG_MIRROR,
  LEVEL_FLAGS,
  LEVEL_KIND,
  LEVEL_MARKET,
  LEVEL_PRICE_E4,
  LEVEL_SIDE,
  LEVEL_SIZE_MICROS,
  SIZE_MICROS_MAX,
} from './layout';
import { clearBook, putLevel, sizeAtSlot } from './levels';
import { mirrorClear, mirrorEnd, mirrorOpen, mirrorSet } from './mirror';
import { notePlain, openBook } from './open';
import {
  askSweep,
  countTouched,
  FAULT_STALE,
  FAULT_SUSPECT,
  noteClear,
  noteReached,
  partMirrored,
  partTouched,
  raiseFault,
} from './part';
import { levelReaches } from './reach';
import { booksAt, count, isOff, marketCount } from './regions';
import { slotOfPrice } from './slots';

/** Counts a bad record; a market it names is STALE from here. */
export function refuseRecord(market: u32): void {
  count(COUNTER_RECORDS_INVALID, 1);
  if (market >= marketCount) return;
  const book = booksAt + <usize>market * BOOK_BYTES;
  if (load<u32>(book, BOOK_STATE) !== BOOK_EMPTY) store<u32>(book, BOOK_STALE, BOOK_STATE);
  raiseFault(FAULT_STALE);
  askSweep();
}

/**
 * The book of a record, opening a registered market on its first one; 0 when the record is not to be applied, which
 * has been counted.
 */
export function bookOf(market: u32, epoch: u32): usize {
  if (market >= marketCount) {
    refuseRecord(market);
    return 0;
  }
  const book = booksAt + <usize>market * BOOK_BYTES;
  return load<u32>(book, BOOK_EPOCH) === epoch && load<u32>(book, BOOK_SLOTS) !== 0
    ? book
    : lateOrUnopened(market, epoch);
}

function lateOrUnopened(market: u32, epoch: u32): usize {
  const book = booksAt + <usize>market * BOOK_BYTES;
  if (load<u32>(book, BOOK_EPOCH) === 0 && openBook(market, epoch) && epoch !== 0) return book;
  if ((load<u32>(book, BOOK_FLAGS) & BOOK_FLAG_REFUSED) !== 0) count(COUNTER_LEVELS_REFUSED, 1);
  else if (<i32>(epoch - load<u32>(book, BOOK_EPOCH)) < 0) count(COUNTER_LEVELS_OLD_EPOCH, 1);
  else refuseRecord(market);
  return 0;
}

/** Applies one SET or ADD record, the long way; `index` is its place in the ring. */
export function applyLevel(at: usize, index: u32): void {
  const market = load<u32>(at, LEVEL_MARKET);
  const book = bookOf(market, load<u32>(at, LEVEL_EPOCH));
  if (book === 0) return;
  const side = <u32>load<u8>(at, LEVEL_SIDE);
  const priceE4 = <u32>load<u16>(at, LEVEL_PRICE_E4);
  const slot = slotOfPrice(book, priceE4);
  let sizeMicros = load<u64>(at, LEVEL_SIZE_MICROS);
  const relative = load<u8>(at, LEVEL_KIND) === KIND_ADD;
  if (side > 1 || slot < 0 || (!relative && sizeMicros > <u64>SIZE_MICROS_MAX)) {
    refuseRecord(market);
    return;
  }
  if (load<u32>(book, BOOK_STATE) === BOOK_EMPTY) {
    count(COUNTER_LEVELS_BEFORE_SNAPSHOT, 1);
    return;
  }
  if ((load<u16>(at, LEVEL_FLAGS) & LEVEL_FLAG_MIRROR) !== 0) {
    mirrorSet(book, side, priceE4, slot, sizeMicros);
    return;
  }
  if (mirrorOpen()) mirrorEnd(index);
  if (relative) {
    const sum = <i64>sizeAtSlot(book, side, slot) + <i64>sizeMicros;
    if (sum < 0) belowZero();
    if (sum > <i64>SIZE_MICROS_MAX) {
      refuseRecord(market);
      return;
    }
    sizeMicros = sum < 0 ? 0 : <u64>sum;
  }
  noteReached(levelReaches(book, side, priceE4));
  putLevel(book, side, priceE4, slot, sizeMicros);
  countTouched();
}

/** A relative change took more than the level had: the level goes, the book is under suspicion. */
function belowZero(): void {
  count(COUNTER_LEVELS_BELOW_ZERO, 1);
  if (!isOff(CHECK_BELOW_ZERO)) raiseFault(FAULT_SUSPECT);
}

/** Applies a CLEAR record: a snapshot begins. `index`: its place in the ring. */
export function applyClear(at: usize, index: u32): void {
  const book = bookOf(load<u32>(at, LEVEL_MARKET), load<u32>(at, LEVEL_EPOCH));
  if (book === 0) return;
  const state = load<u32>(book, BOOK_STATE);
  if ((load<u16>(at, LEVEL_FLAGS) & LEVEL_FLAG_MIRROR) !== 0 && state !== BOOK_EMPTY) {
    mirrorClear(book, index);
    return;
  }
  if (mirrorOpen()) mirrorEnd(index);
  clearBook(book);
  // Until the frame's end says what it is worth: no longer EMPTY, not tradable.
  if (state === BOOK_EMPTY) store<u32>(book, BOOK_STALE, BOOK_STATE);
  notePlain(book);
  noteClear(state === BOOK_EMPTY);
}

/** Counts the levels a part applied; one addition per part, not per level. */
export function countApplied(): void {
  if (partTouched !== 0) count(COUNTER_LEVELS_APPLIED, <f64>partTouched);
  if (partMirrored === 0) return;
  count(COUNTER_LEVELS_MIRRORED, <f64>partMirrored);
  count(COUNTER_MIRROR_OK, <f64>partMirrored);
}
