// Trades of the feed on their way to orders that are matched on paper. Detector thread, the only producer of its trade
// ring; the executor takes them.
//
// A trade is in the ring before any later record of the feed changes its market's book: who sees such a change in the book,
// and then looks into the ring, finds the trade.
// HOT PATH: allocates nothing; one look at one word while nobody reads.
import { COUNTER_TRADES_LOST, HEADER_AT, HEADER_TRADES_READ, LEVEL_SLOTS } from './layout';
import { count, tradeRingAt } from './regions';
import { ringClaim, ringFree, ringPublish, ringRefuse } from './ring';

/** Hands the TRADE record at `at` on as it is; one that finds no room is counted, and moves no order up. */
export function handTrade(at: usize): void {
  if (atomic.load<u32>(HEADER_AT, HEADER_TRADES_READ) === 0) return;
  if (ringFree(tradeRingAt, LEVEL_SLOTS) < <u32>LEVEL_SLOTS) {
    ringRefuse(tradeRingAt);
    count(COUNTER_TRADES_LOST, 1);
    return;
  }
  const to = ringClaim(tradeRingAt, LEVEL_SLOTS);
  v128.store(to, v128.load(at));
  v128.store(to, v128.load(at, 16), 16);
  ringPublish(tradeRingAt);
}
