// Evaluates the baskets a market touches and writes opportunities to the detector's ring. Detector thread.
//
// A basket is looked into only while its slack exceeds the margin: every leg ready, and best prices with their fees sum
// to less than the payout; a leg whose book is not SYNCED is not ready, so a phantom cannot get here. Opportunities, and
// a Gone record when one that was told is no more, are claimed in the ring and published by publishOpportunities(nowNs):
// the module has no clock, and the executor must find the stamp.
// HOT PATH: allocates nothing.

import { entriesOf, LEGS_NO, LEGS_YES, noEnd, yesEnd } from './basket';
import { breakerOpen } from './breaker';
import { cursorAt, startWalk } from './cursor';
import {
  BASKET_BYTES,
  BASKET_FLAG_DISABLED,
  BASKET_FLAG_OPEN,
  BASKET_FLAG_TOLD,
  BASKET_FLAGS,
  BASKET_KIND,
  BASKET_LAST_EDGE_MICROS,
  BASKET_LAST_EDGE_NANOS,
  BASKET_LAST_FRAME,
  BASKET_LAST_SIZE_MICROS,
  BASKET_LEG_COUNT,
  BASKET_LEG_FIRST,
  BASKET_SLACK_E4,
  BOOK_BYTES,
  BOOK_EPOCH,
  COUNTER_BASKETS_EVALUATED,
  COUNTER_BASKETS_FEE_UNKNOWN,
  COUNTER_BASKETS_WITH_EDGE,
  COUNTER_OPPORTUNITIES,
  COUNTER_OPPORTUNITIES_DROPPED,
  ENTRY_BASKET,
  GONE_SLOTS,
  KIND_GONE,
  KIND_LEG,
  KIND_OPPORTUNITY,
  KIND_PAD,
  LEG_ACTION,
  LEG_BYTES,
  LEG_MARKET,
  LEGS_MAX,
  MARKET_LEG_BYTES,
  OPP_LEG_ACTION,
  OPP_LEG_COST_MICROS,
  OPP_LEG_EPOCH,
  OPP_LEG_FEE_MICROS,
  OPP_LEG_KIND,
  OPP_LEG_LIMIT_E4,
  OPP_LEG_MARKET,
  OPP_LEG_SIZE_MICROS,
  OPP_LEG_SLOTS,
  OPPORTUNITY_BASKET,
  OPPORTUNITY_BASKET_KIND,
  OPPORTUNITY_COST_MICROS,
  OPPORTUNITY_DETECT_NS,
  OPPORTUNITY_EDGE_MICROS,
  OPPORTUNITY_FEE_MICROS,
  OPPORTUNITY_FLAG_HALTED,
  OPPORTUNITY_FLAGS,
  OPPORTUNITY_FRAME_SEQ,
  OPPORTUNITY_KIND,
  OPPORTUNITY_LEG_COUNT,
  OPPORTUNITY_RECV_NS,
  OPPORTUNITY_SIZE_MICROS,
  OPPORTUNITY_SLOTS,
  RECORD_KIND,
  RING_CAPACITY,
  RING_CLAIMED,
  RING_SLOTS,
  RING_TAIL,
  WALK_PRICE_E4,
} from './layout';
import { bestEdgeMicros, bestSizeMicros, measureBest } from './near';
import { beginReach, noteAll, noteWalk } from './reach';
import { basketCount, basketsAt, booksAt, count, legsAt, opportunityRingAt } from './regions';
import { ringClaim, ringFree, ringPublish } from './ring';
import { costOfLeg, feeOfLeg } from './rooms';
import { marginE4, walkDepth } from './walk';

let goneClaimed: u32 = 0;

/** Gone records claimed since the last call. */
export function takeGone(): u32 {
  const claimed = goneClaimed;
  goneClaimed = 0;
  return claimed;
}

/** Evaluates the baskets with a leg in `market` of those that moved (LEGS_*). Answers how many opportunities were claimed. */
export function evaluateMarket(market: u32, moved: u32, frameSeq: u32, recvNs: f64): u32 {
  const legs = beginReach(market, moved);
  const middle = yesEnd(market);
  const first = (legs & LEGS_YES) !== 0 ? entriesOf(market) : middle;
  const end = (legs & LEGS_NO) !== 0 ? noEnd(market, middle) : middle;
  let claimed: u32 = 0;
  for (let entry = first; entry < end; entry += MARKET_LEG_BYTES) {
    claimed += <u32>evaluateBasket(load<u32>(entry, ENTRY_BASKET), frameSeq, recvNs);
  }
  return claimed;
}

/** Evaluates one basket; 1 = an opportunity was claimed. Also what the bench calls. */
export function evaluateBasket(index: u32, frameSeq: u32, recvNs: f64): i32 {
  if (index >= basketCount) return 0;
  const basket = basketsAt + <usize>index * BASKET_BYTES;
  const flags = load<u32>(basket, BASKET_FLAGS);
  if (load<i32>(basket, BASKET_SLACK_E4) <= marginE4 || !isEvaluated(basket, flags)) {
    if ((flags & (BASKET_FLAG_OPEN | BASKET_FLAG_TOLD)) !== 0) endOpportunity(index, basket, frameSeq, recvNs);
    return 0;
  }
  count(COUNTER_BASKETS_EVALUATED, 1);
  if (!startWalk(basket)) {
    count(COUNTER_BASKETS_FEE_UNKNOWN, 1);
    endOpportunity(index, basket, frameSeq, recvNs);
    noteAll(basket);
    return 0;
  }
  const found = walkDepth();
  noteWalk(basket);
  if (!found) {
    endOpportunity(index, basket, frameSeq, recvNs);
    return 0;
  }
  count(COUNTER_BASKETS_WITH_EDGE, 1);
  return isRepeat(basket, flags) ? 0 : report(index, basket, frameSeq, recvNs);
}

function isEvaluated(basket: usize, flags: u32): bool {
  return (flags & BASKET_FLAG_DISABLED) === 0 && load<u32>(basket, BASKET_LEG_COUNT) - 1 < <u32>LEGS_MAX;
}

/** The basket has no opportunity: one that was told is told as gone, at the next evaluation if the ring is full now. */
function endOpportunity(index: u32, basket: usize, frameSeq: u32, recvNs: f64): void {
  let flags = load<u32>(basket, BASKET_FLAGS) & ~BASKET_FLAG_OPEN;
  if ((flags & BASKET_FLAG_TOLD) !== 0) {
    if (ringFree(opportunityRingAt, GONE_SLOTS) < <u32>GONE_SLOTS) {
      noteAll(basket);
    } else {
      flags &= ~BASKET_FLAG_TOLD;
      const at = ringClaim(opportunityRingAt, GONE_SLOTS);
      store<u8>(at, KIND_GONE, OPPORTUNITY_KIND);
      store<u32>(at, index, OPPORTUNITY_BASKET);
      store<u32>(at, frameSeq, OPPORTUNITY_FRAME_SEQ);
      store<u32>(at, load<u32>(basket, BASKET_KIND), OPPORTUNITY_BASKET_KIND); // and the table
      store<f64>(at, recvNs, OPPORTUNITY_RECV_NS);
      goneClaimed += 1;
    }
  }
  store<u32>(basket, flags, BASKET_FLAGS);
}

/** An open opportunity is told again only when its edge or its size changed. */
function isRepeat(basket: usize, flags: u32): bool {
  return (
    (flags & BASKET_FLAG_OPEN) !== 0 &&
    load<i64>(basket, BASKET_LAST_EDGE_MICROS) === bestEdgeMicros &&
    load<u64>(basket, BASKET_LAST_SIZE_MICROS) === bestSizeMicros
  );
}

function report(index: u32, basket: usize, frameSeq: u32, recvNs: f64): i32 {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  const slots = <u32>OPPORTUNITY_SLOTS + legs * OPP_LEG_SLOTS + 1;
  const flags = load<u32>(basket, BASKET_FLAGS);
  if (ringFree(opportunityRingAt, slots) < slots) {
    // Not marked as open: the next change of a leg tells it again.
    store<u32>(basket, flags & ~BASKET_FLAG_OPEN, BASKET_FLAGS);
    count(COUNTER_OPPORTUNITIES_DROPPED, 1);
    noteAll(basket);
    return 0;
  }
  store<u32>(basket, flags | BASKET_FLAG_OPEN | BASKET_FLAG_TOLD, BASKET_FLAGS);
  store<u32>(basket, frameSeq, BASKET_LAST_FRAME);
  store<i64>(basket, bestEdgeMicros, BASKET_LAST_EDGE_MICROS);
  store<u64>(basket, bestSizeMicros, BASKET_LAST_SIZE_MICROS);
  store<i64>(basket, <i64>((<f64>bestEdgeMicros * 1e9) / <f64>bestSizeMicros), BASKET_LAST_EDGE_NANOS);
  const at = ringClaim(opportunityRingAt, OPPORTUNITY_SLOTS);
  store<u8>(at, KIND_OPPORTUNITY, OPPORTUNITY_KIND);
  store<u32>(at, index, OPPORTUNITY_BASKET);
  store<u32>(at, frameSeq, OPPORTUNITY_FRAME_SEQ);
  store<u16>(at, <u16>legs, OPPORTUNITY_LEG_COUNT);
  store<u32>(at, load<u32>(basket, BASKET_KIND), OPPORTUNITY_BASKET_KIND); // and the table
  store<f64>(at, recvNs, OPPORTUNITY_RECV_NS);
  store<u64>(at, bestSizeMicros, OPPORTUNITY_SIZE_MICROS);
  store<i64>(at, bestEdgeMicros, OPPORTUNITY_EDGE_MICROS);
  store<f64>(at, 0, OPPORTUNITY_DETECT_NS);
  writeLegs(at, basket, legs);
  count(COUNTER_OPPORTUNITIES, 1);
  return 1;
}

/** Writes a record per leg for the chosen size; the sums go into the opportunity at `at`. */
function writeLegs(at: usize, basket: usize, legs: u32): void {
  const first = legsAt + <usize>load<u32>(basket, BASKET_LEG_FIRST) * LEG_BYTES;
  const size = bestSizeMicros;
  let costs: u64 = 0;
  let fees: u64 = 0;
  measureBest();
  for (let place: u32 = 0; place < legs; place += 1) {
    const leg = first + <usize>(place * LEG_BYTES);
    const market = load<u32>(leg, LEG_MARKET);
    const cost = costOfLeg(place);
    const fee = feeOfLeg(place);
    costs += cost;
    fees += fee;
    const record = ringClaim(opportunityRingAt, OPP_LEG_SLOTS);
    store<u8>(record, KIND_LEG, OPP_LEG_KIND);
    store<u32>(record, market, OPP_LEG_MARKET);
    store<u32>(record, load<u32>(booksAt + <usize>market * BOOK_BYTES, BOOK_EPOCH), OPP_LEG_EPOCH);
    store<u16>(record, <u16>load<u32>(cursorAt(place), WALK_PRICE_E4), OPP_LEG_LIMIT_E4);
    store<u8>(record, <u8>load<u32>(leg, LEG_ACTION), OPP_LEG_ACTION);
    store<u32>(record, fee > <u64>u32.MAX_VALUE ? u32.MAX_VALUE : <u32>fee, OPP_LEG_FEE_MICROS);
    store<u64>(record, cost, OPP_LEG_COST_MICROS);
    store<u64>(record, size, OPP_LEG_SIZE_MICROS);
  }
  store<u64>(at, costs, OPPORTUNITY_COST_MICROS);
  store<u64>(at, fees, OPPORTUNITY_FEE_MICROS);
}

/**
 * Publishes what is claimed: stamps the opportunities with `nowNs` (0 = not stamped) and marks them when the breaker is
 * open. Answers how many they are. The mark saves the executor their planning; the gate decides all the same.
 */
export function publishClaimed(nowNs: f64): u32 {
  const ring = opportunityRingAt;
  const mask = load<u32>(ring, RING_CAPACITY) - 1;
  const end = load<u32>(ring, RING_CLAIMED);
  let index = load<u32>(ring, RING_TAIL);
  if (index === end) return 0;
  const flags = breakerOpen() !== 0 ? OPPORTUNITY_FLAG_HALTED : 0;
  let published: u32 = 0;
  while (index !== end) {
    const at = ring + RING_SLOTS + ((<usize>(index & mask)) << 5);
    const kind = load<u8>(at, RECORD_KIND);
    if (kind === KIND_OPPORTUNITY) {
      store<f64>(at, nowNs, OPPORTUNITY_DETECT_NS);
      store<u8>(at, <u8>flags, OPPORTUNITY_FLAGS);
      published += 1;
      index += OPPORTUNITY_SLOTS;
    } else {
      index += kind === KIND_PAD ? 1 : kind === KIND_GONE ? GONE_SLOTS : OPP_LEG_SLOTS;
    }
  }
  ringPublish(ring);
  return published;
}
