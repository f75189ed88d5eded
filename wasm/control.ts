// Applies Control records: market opened, tick change, loss, outside evidence, resolution. Detector thread; ingest
// publishes them in the level ring, so each takes effect at exactly its place in the stream.
import { LEGS_BOTH, updateLegs } from './basket';
import { refuseRecord } from './book';
import {
  BOOK_BYTES,
  BOOK_EMPTY,
  BOOK_EPOCH,
  BOOK_FLAG_REFUSED,
  BOOK_FLAG_RESOLVED,
  BOOK_FLAGS,
  BOOK_PENDING,
  BOOK_STALE,
  BOOK_STATE,
  BOOK_SUSPECT,
  BOOK_SYNCED,
  CONTROL_AGAINST_SEQ,
  CONTROL_CONNECTION,
  CONTROL_EPOCH,
  CONTROL_GRID,
  CONTROL_MARKET,
  CONTROL_OP,
  CONTROL_OP_CONNECTION_OVER,
  CONTROL_OP_NOTHING,
  CONTROL_OP_OPEN,
  CONTROL_OP_RESOLVED,
  CONTROL_OP_SEQUENCE,
  CONTROL_OP_STALE,
  CONTROL_OP_SUSPECT,
  CONTROL_OP_TICK_CHANGE,
  CONTROL_SEQ,
  CONTROL_SID,
  COUNTER_SUSPECTS_OVERTAKEN,
} from './layout';
import { changeTick, openBook } from './open';
import { resetPart } from './part';
import { booksAt, count, marketCount } from './regions';
import { isReplaced } from './seal';
import { forgetConnection, passNumber } from './sequence';

/**
 * Applies the Control record at `at`; answers the LEGS_* of its market whose baskets are to be evaluated. A bad one is
 * counted and makes the market it names STALE.
 */
export function control(at: usize): u32 {
  const market = load<u32>(at, CONTROL_MARKET);
  const op = <u32>load<u16>(at, CONTROL_OP);
  if (op === <u32>CONTROL_OP_NOTHING) return 0;
  if (op === <u32>CONTROL_OP_SEQUENCE) {
    passNumber(load<u32>(at, CONTROL_SID), load<u32>(at, CONTROL_SEQ), load<u32>(at, CONTROL_CONNECTION));
    return 0;
  }
  if (op === <u32>CONTROL_OP_CONNECTION_OVER) {
    forgetConnection(load<u32>(at, CONTROL_CONNECTION));
    return 0;
  }
  if (market >= marketCount || op < <u32>CONTROL_OP_OPEN || op > <u32>CONTROL_OP_RESOLVED) {
    refuseRecord(market);
    resetPart();
    return 0; // it asked for the sweep
  }
  const book = booksAt + <usize>market * BOOK_BYTES;
  const epoch = load<u32>(at, CONTROL_EPOCH);
  const isNew = load<u32>(book, BOOK_EPOCH) === 0;
  // A market opened here already has the grid of a tick change in the table.
  if (isNew) openBook(market, epoch);
  if ((load<u32>(book, BOOK_FLAGS) & BOOK_FLAG_REFUSED) !== 0 || load<u32>(book, BOOK_EPOCH) === 0) return 0;
  if (op === CONTROL_OP_TICK_CHANGE) changeTick(market, load<u32>(at, CONTROL_GRID));
  // Ingest tells of evidence a little after it was found.
  const against = load<u32>(at, CONTROL_AGAINST_SEQ);
  if (op === CONTROL_OP_SUSPECT && against !== 0 && isReplaced(market, against)) {
    count(COUNTER_SUSPECTS_OVERTAKEN, 1);
    return 0;
  }
  store<u32>(book, epoch, BOOK_EPOCH);
  changeState(book, op);
  updateLegs(market, 0);
  return LEGS_BOTH;
}

function changeState(book: usize, op: u32): void {
  const state = load<u32>(book, BOOK_STATE);
  if (op === CONTROL_OP_RESOLVED) {
    store<u32>(book, load<u32>(book, BOOK_FLAGS) | BOOK_FLAG_RESOLVED, BOOK_FLAGS);
    // An EMPTY book stays EMPTY: what comes before its first snapshot is ignored.
    if (state !== BOOK_EMPTY) store<u32>(book, BOOK_STALE, BOOK_STATE);
  } else if (op === CONTROL_OP_STALE && state !== BOOK_EMPTY) {
    store<u32>(book, BOOK_STALE, BOOK_STATE);
  } else if (op === CONTROL_OP_SUSPECT && (state === BOOK_SYNCED || state === BOOK_PENDING)) {
    store<u32>(book, BOOK_SUSPECT, BOOK_STATE);
  }
}
