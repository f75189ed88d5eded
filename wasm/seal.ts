// Seals: what a hash stated of a book, left for the verifier, which compares it off the hot path. Detector thread; a
// seal is taken only when the verifier wants one (layout.ts: SEAL_*), and costs one load per part otherwise.
//
// A hash holds at the end of its venue millisecond. So the part that follows notes its own venue time in the seal: a later
// one proves that the book as sealed was the final one, an equal one that it was not.
// HOT PATH: allocates nothing.
import {
  BOOK_SYNCED,
  FRAME_END_CONNECTION,
  FRAME_END_EPOCH,
  FRAME_END_FLAGS,
  FRAME_END_FRAME_SEQ,
  FRAME_END_HASH,
  FRAME_END_MARKET,
  FRAME_END_RECV_NS,
  FRAME_END_VENUE_MS,
  FRAME_FLAG_HAS_HASH,
  LEVEL_MARKET,
  LEVEL_PRICE_E4,
  SEAL_BYTES,
  SEAL_CONNECTION,
  SEAL_EPOCH,
  SEAL_FLAGS,
  SEAL_FOLLOWED,
  SEAL_FRAME_SEQ,
  SEAL_HASH,
  SEAL_LAST_TRADE_E4,
  SEAL_NEXT_MS,
  SEAL_RECV_NS,
  SEAL_SNAPSHOT_SEQ,
  SEAL_STATE,
  SEAL_TAKEN,
  SEAL_TOP_AGREED_NS,
  SEAL_TOP_WRONGS,
  SEAL_VENUE_MS,
  SEAL_WANTED,
} from './layout';
import { partClear } from './part';
import { sealsAt } from './regions';

function sealOf(market: u32): usize {
  return sealsAt + <usize>market * SEAL_BYTES;
}

/** The part that the FrameEnd at `end` closes was judged and left its book in `state`; `late`: older than the book. */
export function sealPart(end: usize, state: u32, late: bool): void {
  const seal = sealOf(load<u32>(end, FRAME_END_MARKET));
  if (partClear !== 0) store<u32>(seal, load<u32>(end, FRAME_END_FRAME_SEQ), SEAL_SNAPSHOT_SEQ);
  const wanted = load<u32>(seal, SEAL_STATE);
  if (wanted === SEAL_WANTED) take(seal, end, state, late);
  else if (wanted === SEAL_TAKEN) follow(seal, end);
}

/** Only of a tradable book: one under suspicion proves nothing, one whose top is unequal is in mid-millisecond. */
function take(seal: usize, end: usize, state: u32, late: bool): void {
  const flags = <u32>load<u16>(end, FRAME_END_FLAGS);
  if (state !== BOOK_SYNCED || late || (flags & FRAME_FLAG_HAS_HASH) === 0) return;
  store<u32>(seal, load<u32>(end, FRAME_END_FRAME_SEQ), SEAL_FRAME_SEQ);
  store<u32>(seal, load<u32>(end, FRAME_END_EPOCH), SEAL_EPOCH);
  store<u16>(seal, <u16>flags, SEAL_FLAGS);
  store<u16>(seal, load<u16>(end, FRAME_END_CONNECTION), SEAL_CONNECTION);
  store<f64>(seal, load<f64>(end, FRAME_END_VENUE_MS), SEAL_VENUE_MS);
  store<f64>(seal, load<f64>(end, FRAME_END_RECV_NS), SEAL_RECV_NS);
  v128.store(seal, v128.load(end, FRAME_END_HASH), SEAL_HASH);
  store<u32>(seal, load<u32>(end, FRAME_END_HASH + 16), SEAL_HASH + 16);
  atomic.store<u32>(seal, SEAL_TAKEN, SEAL_STATE);
}

/** Another connection or epoch says nothing about how the millisecond ended. */
function follow(seal: usize, end: usize): void {
  const sameFeed =
    load<u16>(end, FRAME_END_CONNECTION) === load<u16>(seal, SEAL_CONNECTION) &&
    load<u32>(end, FRAME_END_EPOCH) === load<u32>(seal, SEAL_EPOCH);
  store<f64>(seal, sameFeed ? load<f64>(end, FRAME_END_VENUE_MS) : 0, SEAL_NEXT_MS);
  // After the time it hands over, and only if the seal is still the one taken: the verifier may have had its verdict since
  // and ask for another, which a plain store would take back.
  atomic.cmpxchg<u32>(seal, SEAL_TAKEN, SEAL_FOLLOWED, SEAL_STATE);
}

/** True when a snapshot replaced the market's book after frame `frameSeq`. */
export function isReplaced(market: u32, frameSeq: u32): bool {
  return <i32>(load<u32>(sealOf(market), SEAL_SNAPSHOT_SEQ) - frameSeq) > 0;
}

/** The top of the market's book was found wrong; `agreedNs`: receive time of the last frame that had agreed. */
export function noteTopWrong(market: u32, agreedNs: f64): void {
  const seal = sealOf(market);
  store<f64>(seal, agreedNs, SEAL_TOP_AGREED_NS);
  store<u32>(seal, load<u32>(seal, SEAL_TOP_WRONGS) + 1, SEAL_TOP_WRONGS);
}

/** Keeps the price of the TRADE record at `at`, of a market of the arena: hashes cover it. */
export function noteTrade(at: usize): void {
  store<u32>(sealOf(load<u32>(at, LEVEL_MARKET)), <u32>load<u16>(at, LEVEL_PRICE_E4), SEAL_LAST_TRADE_E4);
}
