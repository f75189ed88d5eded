// Decoding of one frame: bytes to staged records, the entry the host calls. Ingest thread; reads the frame, the key
// table, MARKETS and GRIDS, writes STAGING and the decoder's scratch words. Never throws, never touches a ring.
import { fastChanges } from './decode-changes';
import { fastMarket } from './decode-fast';
import { fastKalshi } from './decode-fast-kalshi';
import { fastPolymarket } from './decode-fast-polymarket';
import { decodeKalshi } from './decode-kalshi';
import { decodePolymarket } from './decode-polymarket';
import { beginFrame, countFallback, endFrame, refuse } from './decode-stage';
import { learnIds } from './ids';
import { buildKeys } from './json-keys';
import { isPlain } from './json-scan';
import { rootToken, scanFrame } from './json-tokens';
import { walkFrame } from './json-walk';
import * as L from './layout';
import { TEXT_PING, TEXT_PONG } from './words';

const FAST_BYTES_MIN: u32 = 365; // of a frame of one change
const CHANGES_FOLLOW: u32 = 0x7022202c; // `, "p` behind the condition

/**
 * Touches the frame's cache lines in ascending order, as what follows does not: those not in the cache come all at once.
 * A frame is at least 365 bytes long, and 64 behind it are readable.
 */
function askFor(at: usize, bytes: u32): void {
  load<u8>(at);
  load<u8>(at, 64);
  load<u8>(at, 128);
  load<u8>(at, 192);
  load<u8>(at, 256);
  load<u8>(at, 320);
  load<u8>(at, 384);
  if (bytes < 513) return;
  load<u8>(at, 448);
  load<u8>(at, 512);
  load<u8>(at, 576);
}

/**
 * Decodes the `bytes` bytes at `at` (anywhere in the memory, with 64 readable bytes behind them) as one message of
 * `venue`. Answers the ring slots staged (> 0), DECODE_*, or -(DECODE_REJECT_BASE + REJECT_*).
 */
export function decode(venue: i32, at: usize, bytes: u32, connection: u32, frameSeq: u32, recvNs: f64): i32 {
  if (bytes >= FAST_BYTES_MIN) askFor(at, bytes);
  let end = at + <usize>bytes;
  // The venue ends some messages with a line feed.
  while (end > at && load<u8>(end - 1) === 0x0a) end -= 1;
  if (venue === L.VENUE_POLYMARKET && bytes >= FAST_BYTES_MIN && load<u32>(at, 78) === CHANGES_FOLLOW) {
    const changes = fastChanges(at, end, connection, frameSeq, recvNs);
    if (changes > 0) return changes;
  }
  beginFrame(connection, frameSeq, recvNs);
  const fast = venue === L.VENUE_KALSHI ? fastKalshi(at, end) : fastPolymarket(at, end);
  if (fast > 0) {
    if (venue === L.VENUE_POLYMARKET) learnIds(fastMarket);
    return fast;
  }
  return countFallback(decodeGeneric(venue, at, bytes, connection, frameSeq, recvNs));
}

/** decode without its fast paths: what they are tested against. */
export function decodeGeneric(venue: i32, at: usize, bytes: u32, connection: u32, frameSeq: u32, recvNs: f64): i32 {
  beginFrame(connection, frameSeq, recvNs);
  if (bytes === 4) {
    const text = <u64>load<u32>(at);
    if (text === TEXT_PONG || text === TEXT_PING) return L.DECODE_IGNORED;
  }
  buildKeys();
  const cause = scanFrame(at, at + <usize>bytes);
  if (cause >= 0) {
    // What has been scanned to its end is plain; what has not may be JSON that only the host reads.
    if (!isPlain(at, bytes)) return L.DECODE_HOST;
    refuse(cause);
    return endFrame();
  }
  walkFrame(at);
  const value = rootToken();
  return venue === L.VENUE_KALSHI ? decodeKalshi(value) : decodePolymarket(value);
}
