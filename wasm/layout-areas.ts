// What the layout claims beyond its records: slots, cache lines, areas that do not overlap. Checked while the module is
// compiled, as in layout-check.ts, which imports this. No code comes out of this file.
import * as L from './layout';

// Records in rings stand on slots.
if (L.LEVEL_BYTES !== L.LEVEL_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: LEVEL_SLOTS');
if (L.FRAME_END_BYTES !== L.FRAME_END_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: FRAME_END_SLOTS');
if (L.CONTROL_BYTES !== L.CONTROL_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: CONTROL_SLOTS');
if (L.OPPORTUNITY_BYTES !== L.OPPORTUNITY_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: OPPORTUNITY_SLOTS');
if (L.OPP_LEG_BYTES !== L.OPP_LEG_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: OPP_LEG_SLOTS');
if (L.TAP_BYTES !== L.TAP_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: TAP_SLOTS');
if (L.EVIDENCE_BYTES !== L.RING_SLOT_BYTES) ERROR('layout: EVIDENCE_BYTES');
if (L.RING_SLOTS % L.RING_SLOT_BYTES !== 0) ERROR('layout: RING_SLOTS');
// Producer's words, consumer's words, quiet words, slots: no two in one pair of cache lines.
if (L.RING_REFUSED + 4 > L.LINE_PAIR_BYTES || L.RING_HEAD !== L.LINE_PAIR_BYTES) ERROR('layout: RING_HEAD');
if (L.RING_CACHED_TAIL + 4 > 2 * L.LINE_PAIR_BYTES) ERROR('layout: RING_CACHED_TAIL');
if (L.RING_CAPACITY !== 2 * L.LINE_PAIR_BYTES) ERROR('layout: RING_CAPACITY');
if (L.RING_SLOTS !== 3 * L.LINE_PAIR_BYTES) ERROR('layout: RING_SLOTS');
if (L.LEVEL_KIND !== L.RECORD_KIND || L.FRAME_END_KIND !== L.RECORD_KIND) ERROR('layout: RECORD_KIND');
if (L.CONTROL_KIND !== L.RECORD_KIND || L.OPPORTUNITY_KIND !== L.RECORD_KIND) ERROR('layout: RECORD_KIND');
if (L.OPP_LEG_KIND !== L.RECORD_KIND || L.EVIDENCE_KIND !== L.RECORD_KIND) ERROR('layout: RECORD_KIND');
// In place of a hash a frame has its sequence numbers.
if (L.FRAME_END_SEQ < L.FRAME_END_HASH || L.FRAME_END_SEQ + 4 > L.FRAME_END_SID) ERROR('layout: FRAME_END_SEQ');
if (L.FRAME_END_SID + 4 > L.FRAME_END_HASH + 20) ERROR('layout: FRAME_END_SID');

// Items that several threads write or read stand on cache lines.
if (L.MARKET_BYTES % 64 !== 0 || L.BOOK_BYTES % 64 !== 0) ERROR('layout: MARKET_BYTES or BOOK_BYTES');
if (L.AGENT_BYTES % 64 !== 0 || L.COUNTER_BYTES % 64 !== 0) ERROR('layout: AGENT_BYTES or COUNTER_BYTES');
if (L.HISTOGRAM_BYTES % 64 !== 0 || L.BASKET_BYTES % 64 !== 0) ERROR('layout: HISTOGRAM_BYTES or BASKET_BYTES');
if (L.SCRATCH_BYTES % 64 !== 0 || L.FEE_BYTES % 64 !== 0) ERROR('layout: SCRATCH_BYTES or FEE_BYTES');

@unmanaged
class Seal {
  state!: u32;
  frameSeq!: u32;
  epoch!: u32;
  flags!: u16;
  connection!: u16;
  venueMs!: f64;
  recvNs!: f64;
  nextMs!: f64;
  hash!: u32; // u8[20]
  hash1!: u32;
  hash2!: u32;
  hash3!: u32;
  hash4!: u32;
  lastTradeE4!: u32;
  snapshotSeq!: u32;
  topWrongs!: u32;
  topAgreedNs!: f64;
  detectorsSpare!: v128;
  detectorsSpare1!: v128;
  detectorsSpare2!: v128;
  verifiedNs!: f64;
  refutedNs!: f64;
  refutedSinceNs!: f64;
  refutedSeq!: u32;
  refutedTop!: u32;
  doubtedSeq!: u32;
  doubtedSpare!: u32;
  doubtedNs!: f64;
  verifiersSpare!: v128;
}
if (offsetof<Seal>('state') !== L.SEAL_STATE) ERROR('layout: SEAL_STATE');
if (offsetof<Seal>('frameSeq') !== L.SEAL_FRAME_SEQ) ERROR('layout: SEAL_FRAME_SEQ');
if (offsetof<Seal>('epoch') !== L.SEAL_EPOCH) ERROR('layout: SEAL_EPOCH');
if (offsetof<Seal>('flags') !== L.SEAL_FLAGS) ERROR('layout: SEAL_FLAGS');
if (offsetof<Seal>('connection') !== L.SEAL_CONNECTION) ERROR('layout: SEAL_CONNECTION');
if (offsetof<Seal>('venueMs') !== L.SEAL_VENUE_MS) ERROR('layout: SEAL_VENUE_MS');
if (offsetof<Seal>('recvNs') !== L.SEAL_RECV_NS) ERROR('layout: SEAL_RECV_NS');
if (offsetof<Seal>('nextMs') !== L.SEAL_NEXT_MS) ERROR('layout: SEAL_NEXT_MS');
if (offsetof<Seal>('hash') !== L.SEAL_HASH) ERROR('layout: SEAL_HASH');
if (offsetof<Seal>('lastTradeE4') !== L.SEAL_LAST_TRADE_E4) ERROR('layout: SEAL_LAST_TRADE_E4');
if (offsetof<Seal>('snapshotSeq') !== L.SEAL_SNAPSHOT_SEQ) ERROR('layout: SEAL_SNAPSHOT_SEQ');
if (offsetof<Seal>('topWrongs') !== L.SEAL_TOP_WRONGS) ERROR('layout: SEAL_TOP_WRONGS');
if (offsetof<Seal>('topAgreedNs') !== L.SEAL_TOP_AGREED_NS) ERROR('layout: SEAL_TOP_AGREED_NS');
if (offsetof<Seal>('verifiedNs') !== L.SEAL_VERIFIED_NS) ERROR('layout: SEAL_VERIFIED_NS');
if (offsetof<Seal>('refutedNs') !== L.SEAL_REFUTED_NS) ERROR('layout: SEAL_REFUTED_NS');
if (offsetof<Seal>('refutedSinceNs') !== L.SEAL_REFUTED_SINCE_NS) ERROR('layout: SEAL_REFUTED_SINCE_NS');
if (offsetof<Seal>('refutedSeq') !== L.SEAL_REFUTED_SEQ) ERROR('layout: SEAL_REFUTED_SEQ');
if (offsetof<Seal>('refutedTop') !== L.SEAL_REFUTED_TOP) ERROR('layout: SEAL_REFUTED_TOP');
if (offsetof<Seal>('doubtedSeq') !== L.SEAL_DOUBTED_SEQ) ERROR('layout: SEAL_DOUBTED_SEQ');
if (offsetof<Seal>('doubtedNs') !== L.SEAL_DOUBTED_NS) ERROR('layout: SEAL_DOUBTED_NS');
if (offsetof<Seal>() !== L.SEAL_BYTES) ERROR('layout: SEAL_BYTES');
// The market's detector writes all up to the top's fields, the verifier all behind: on cache lines of their own.
if (L.SEAL_TOP_AGREED_NS + 8 > L.SEAL_VERIFIED_NS || L.SEAL_VERIFIED_NS % 64 !== 0) ERROR('layout: SEAL_VERIFIED_NS');
if (L.SEAL_SNAPSHOT_SEQ > L.SEAL_VERIFIED_NS - 4 || L.SEAL_TOP_WRONGS > L.SEAL_VERIFIED_NS - 4)
  ERROR('layout: SEAL_VERIFIED_NS');
if (L.SEAL_REFUTED_NS < L.SEAL_VERIFIED_NS || L.SEAL_REFUTED_SINCE_NS < L.SEAL_VERIFIED_NS)
  ERROR('layout: SEAL_VERIFIED_NS');
if (L.SEAL_REFUTED_SEQ < L.SEAL_VERIFIED_NS || L.SEAL_REFUTED_TOP < L.SEAL_VERIFIED_NS)
  ERROR('layout: SEAL_VERIFIED_NS');
if (L.SEAL_BYTES % 64 !== 0) ERROR('layout: SEAL_BYTES');

// Ladders are whole blocks.
if (L.LADDER_BITS !== 2 * L.LADDER_SIDE_BYTES) ERROR('layout: LADDER_BITS');
if (L.LADDER_BITS + 16 > L.LADDER_BLOCK_BYTES) ERROR('layout: LADDER_BLOCK_BYTES');
if (L.LADDER_BYTES !== 16 * L.LADDER_BLOCK_BYTES) ERROR('layout: LADDER_BYTES');
if (L.FINE_BYTES !== L.FINE_HEAD_BYTES + 157 * L.LADDER_BLOCK_BYTES) ERROR('layout: FINE_BYTES');

// Lanes: rows of 8, groups on cache lines, sums that cannot overflow.
if (L.LANE_ROW_BYTES !== L.GROUP_BASKETS_MAX * L.LANE_BYTES) ERROR('layout: LANE_ROW_BYTES');
if (L.GROUP_PAYOUTS_E4 + 4 * L.GROUP_BASKETS_MAX > L.GROUP_BASKETS) ERROR('layout: GROUP_BASKETS');
if (L.GROUP_BASKETS + 4 * L.GROUP_BASKETS_MAX > L.GROUP_BYTES) ERROR('layout: GROUP_BYTES');
if (6 * L.LANE_E4_MAX >= L.NO_LANE_E4) ERROR('layout: LANE_E4_MAX');
if (L.LEGS_MAX * L.LANE_E4_MAX >= L.NOT_READY_E4) ERROR('layout: NOT_READY_E4');
if (<i64>L.LEGS_MAX * L.NOT_READY_E4 > i32.MAX_VALUE) ERROR('layout: LEGS_MAX');

// Fixed block.
if (L.BREAKER_WAITERS + 4 > L.BREAKER_IN_FLIGHT) ERROR('layout: BREAKER_IN_FLIGHT');
// The parts of the state word do not meet, and the budget counts in steps of a probe.
if ((L.BREAKER_CAUSES_MASK & (L.BREAKER_PROBES_MASK | L.BREAKER_HALF_OPEN)) !== 0) ERROR('layout: BREAKER_CAUSES_MASK');
if ((L.BREAKER_PROBES_MASK & (L.BREAKER_HALF_OPEN | L.BREAKER_REDUCE_ONLY)) !== 0) ERROR('layout: BREAKER_HALF_OPEN');
if (L.BREAKER_PROBES_MAX * L.BREAKER_PROBE !== L.BREAKER_PROBES_MASK) ERROR('layout: BREAKER_PROBES_MASK');
if ((L.BREAKER_OPEN & (L.BREAKER_REDUCE_ONLY | L.BREAKER_HALF_OPEN)) !== 0) ERROR('layout: BREAKER_OPEN');
if (L.BREAKER_IN_FLIGHT + 4 * L.BREAKER_IN_FLIGHT_SLOTS > L.BREAKER_BYTES) ERROR('layout: BREAKER_BYTES');
if (L.HEADER_CHECKS_OFF < L.HEADER_DETECTORS + 4 || L.HEADER_CHECKS_OFF + 4 > L.HEADER_TRADES_READ)
  ERROR('layout: HEADER_CHECKS_OFF');
if (L.HEADER_TRADES_READ + 4 > L.HEADER_REGIONS) ERROR('layout: HEADER_TRADES_READ');
if (L.HEADER_REGIONS + L.REGION_COUNT * L.REGION_ENTRY_BYTES > L.HEADER_BYTES) ERROR('layout: HEADER_BYTES');

// Counters.
if (L.COUNTER_REJECT_FIRST + L.REJECT_COUNT > L.COUNTER_LEVELS_APPLIED) ERROR('layout: COUNTER_REJECT_FIRST');
if (L.COUNTER_TRADES_TAKEN >= L.COUNTER_BLOCK) ERROR('layout: COUNTER_BLOCK');
if (8 * L.COUNTER_BLOCK > L.COUNTER_BYTES) ERROR('layout: COUNTER_BYTES');

// Scratch of a detector, area by area.
if (L.SCRATCH_PUBLISHED_DELTA_NS + 4 > L.SCRATCH_TOUCHED) ERROR('layout: SCRATCH_TOUCHED');
if (L.SCRATCH_TOUCHED + 4 * (L.SCRATCH_TOUCHED_MAX + 1) > L.SCRATCH_DIRTY) ERROR('layout: SCRATCH_DIRTY');
if (L.SCRATCH_DIRTY + 4 * L.SCRATCH_DIRTY_MAX > L.SCRATCH_SIDS) ERROR('layout: SCRATCH_SIDS');
if (L.SCRATCH_SIDS + L.SCRATCH_SIDS_MAX * L.SCRATCH_SID_BYTES > L.SCRATCH_WALK) ERROR('layout: SCRATCH_WALK');
if (L.SCRATCH_WALK + L.LEGS_MAX * L.WALK_BYTES > L.SCRATCH_RESLOT) ERROR('layout: SCRATCH_RESLOT');
if (L.SCRATCH_RESLOT + 32 * L.LADDER_SLOTS > L.SCRATCH_CONNECTION_RECV_NS) ERROR('layout: SCRATCH_CONNECTION_RECV_NS');
if (L.SCRATCH_CONNECTION_RECV_NS + 8 * L.CONNECTIONS_MAX > L.SCRATCH_SID_RECV_NS) ERROR('layout: SCRATCH_SID_RECV_NS');
if (L.SCRATCH_SID_RECV_NS + 8 * L.SCRATCH_SIDS_MAX > L.SCRATCH_ENDS) ERROR('layout: SCRATCH_ENDS');
// By leg, each area as long as the one before: the walk finds them from one another.
if (L.SCRATCH_ENDS + 8 * L.LEGS_MAX !== L.SCRATCH_FEE_ROOMS) ERROR('layout: SCRATCH_FEE_ROOMS');
if (L.SCRATCH_FEE_ROOMS + 8 * L.LEGS_MAX !== L.SCRATCH_FEE_STEPS) ERROR('layout: SCRATCH_FEE_STEPS');
if (L.SCRATCH_FEE_STEPS + 8 * L.LEGS_MAX !== L.SCRATCH_FEE_TURNS) ERROR('layout: SCRATCH_FEE_TURNS');
if (L.SCRATCH_FEE_TURNS + 8 * L.LEGS_MAX !== L.SCRATCH_FEE_LOTS) ERROR('layout: SCRATCH_FEE_LOTS');
if (L.SCRATCH_FEE_LOTS + 8 * L.LEGS_MAX !== L.SCRATCH_COST_ROOMS) ERROR('layout: SCRATCH_COST_ROOMS');
if (L.SCRATCH_COST_ROOMS + 8 * L.LEGS_MAX !== L.SCRATCH_ROOMS_KEPT) ERROR('layout: SCRATCH_ROOMS_KEPT');
if (L.SCRATCH_ROOMS_KEPT + 8 * L.LEGS_MAX !== L.SCRATCH_COSTS) ERROR('layout: SCRATCH_COSTS');
if (L.SCRATCH_COSTS + 8 * L.LEGS_MAX !== L.SCRATCH_FEES) ERROR('layout: SCRATCH_FEES');
if (L.SCRATCH_FEES + 8 * L.LEGS_MAX !== L.SCRATCH_TRAIL) ERROR('layout: SCRATCH_TRAIL');
if (L.SCRATCH_TRAIL + L.WALK_STEPS_MAX * L.WALK_TRAIL_BYTES > L.SCRATCH_BYTES) ERROR('layout: SCRATCH_BYTES');
// Scratch of ingest: publish() has the first 4,096 bytes.
if (L.SCRATCH_STAMPS < 4096) ERROR('layout: SCRATCH_STAMPS');
if (L.SCRATCH_STAMPS + 8 * L.STAMPS > L.SCRATCH_BYTES) ERROR('layout: STAMPS');

// The generic scanner's tokens, behind its tables.
if (L.TOKENS_KEYS + 64 * L.TOKEN_KEY_BYTES > L.TOKENS_FIELDS) ERROR('layout: TOKENS_FIELDS');
if (L.TOKENS_FIELDS + 4 * 32 > L.TOKENS_ALL_QUOTES) ERROR('layout: TOKENS_ALL_QUOTES');
if (L.TOKENS_ALL_RETURNS + 16 > L.PIECES_COUNT || L.PIECES_FULL + 4 > L.PIECES_FIRST) ERROR('layout: PIECES_COUNT');
if (L.PIECES_FIRST + 4 * (L.DEPTH_MAX + 1) > L.PIECES) ERROR('layout: PIECES');
if (L.PIECE_BEHIND + 4 > L.PIECE_BYTES) ERROR('layout: PIECE_BYTES');
if (L.PIECES + L.PIECES_MAX * L.PIECE_BYTES > L.TOKENS_FIRST || L.TOKENS_FIRST % 8 !== 0) ERROR('layout: TOKENS_FIRST');
if (L.TOKEN_KEY_NUMBER + 4 > L.TOKEN_KEY_BYTES) ERROR('layout: TOKEN_KEY_BYTES');
