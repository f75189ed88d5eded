// What the layout claims beyond its records: slots, cache lines, areas that do not overlap. Checked while the module is
// compiled, as in layout-check.ts, which imports this. No code comes out of this file.
import * as L from './layout';

// Records in rings stand on slots.
if (L.LEVEL_BYTES !== L.LEVEL_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: LEVEL_SLOTS');
if (L.FRAME_END_BYTES !== L.FRAME_END_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: FRAME_END_SLOTS');
if (L.CONTROL_BYTES !== L.CONTROL_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: CONTROL_SLOTS');
if (L.OPPORTUNITY_BYTES !== L.OPPORTUNITY_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: OPPORTUNITY_SLOTS');
if (L.OPP_LEG_BYTES !== L.OPP_LEG_SLOTS * L.RING_SLOT_BYTES) ERROR('layout: OPP_LEG_SLOTS');
if (L.RING_SLOTS % L.RING_SLOT_BYTES !== 0) ERROR('layout: RING_SLOTS');
// Producer's words, consumer's words, quiet words, slots: no two in one pair of cache lines.
if (L.RING_REFUSED + 4 > L.LINE_PAIR_BYTES || L.RING_HEAD !== L.LINE_PAIR_BYTES) ERROR('layout: RING_HEAD');
if (L.RING_CACHED_TAIL + 4 > 2 * L.LINE_PAIR_BYTES) ERROR('layout: RING_CACHED_TAIL');
if (L.RING_CAPACITY !== 2 * L.LINE_PAIR_BYTES) ERROR('layout: RING_CAPACITY');
if (L.RING_SLOTS !== 3 * L.LINE_PAIR_BYTES) ERROR('layout: RING_SLOTS');
if (L.LEVEL_KIND !== L.RECORD_KIND || L.FRAME_END_KIND !== L.RECORD_KIND) ERROR('layout: RECORD_KIND');
if (L.CONTROL_KIND !== L.RECORD_KIND || L.OPPORTUNITY_KIND !== L.RECORD_KIND) ERROR('layout: RECORD_KIND');
if (L.OPP_LEG_KIND !== L.RECORD_KIND) ERROR('layout: RECORD_KIND');
// In place of a hash a frame has its sequence numbers.
if (L.FRAME_END_SEQ < L.FRAME_END_HASH || L.FRAME_END_SEQ + 4 > L.FRAME_END_SID) ERROR('layout: FRAME_END_SEQ');
if (L.FRAME_END_SID + 4 > L.FRAME_END_HASH + 20) ERROR('layout: FRAME_END_SID');

// Items that several threads write or read stand on cache lines.
if (L.MARKET_BYTES % 64 !== 0 || L.BOOK_BYTES % 64 !== 0) ERROR('layout: MARKET_BYTES or BOOK_BYTES');
if (L.AGENT_BYTES % 64 !== 0 || L.COUNTER_BYTES % 64 !== 0) ERROR('layout: AGENT_BYTES or COUNTER_BYTES');
if (L.HISTOGRAM_BYTES % 64 !== 0 || L.BASKET_BYTES % 64 !== 0) ERROR('layout: HISTOGRAM_BYTES or BASKET_BYTES');
if (L.SCRATCH_BYTES % 64 !== 0 || L.FEE_BYTES % 64 !== 0) ERROR('layout: SCRATCH_BYTES or FEE_BYTES');

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
// One aligned 64-bit read sees the state and the causes, and is 0 when the breaker is closed.
if (L.BREAKER_AT % 8 !== 0 || L.BREAKER_STATE % 8 !== 0) ERROR('layout: BREAKER_STATE');
if (L.BREAKER_CAUSES !== L.BREAKER_STATE + 4 || L.BREAKER_CLOSED !== 0) ERROR('layout: BREAKER_CAUSES');
if (L.BREAKER_IN_FLIGHT + 4 * L.BREAKER_IN_FLIGHT_SLOTS > L.BREAKER_BYTES) ERROR('layout: BREAKER_BYTES');
if (L.HEADER_REGIONS + L.REGION_COUNT * L.REGION_ENTRY_BYTES > L.HEADER_BYTES) ERROR('layout: HEADER_BYTES');

// Counters.
if (L.COUNTER_REJECT_FIRST + L.REJECT_COUNT > L.COUNTER_LEVELS_APPLIED) ERROR('layout: COUNTER_REJECT_FIRST');
if (L.COUNTER_SWEEPS >= L.COUNTER_BLOCK) ERROR('layout: COUNTER_BLOCK');
if (8 * L.COUNTER_BLOCK > L.COUNTER_BYTES) ERROR('layout: COUNTER_BYTES');

// Scratch of a detector, area by area.
if (L.SCRATCH_PUBLISHED_DELTA_NS + 4 > L.SCRATCH_TOUCHED) ERROR('layout: SCRATCH_TOUCHED');
if (L.SCRATCH_TOUCHED + 4 * (L.SCRATCH_TOUCHED_MAX + 1) > L.SCRATCH_DIRTY) ERROR('layout: SCRATCH_DIRTY');
if (L.SCRATCH_DIRTY + 4 * L.SCRATCH_DIRTY_MAX > L.SCRATCH_SIDS) ERROR('layout: SCRATCH_SIDS');
if (L.SCRATCH_SIDS + L.SCRATCH_SIDS_MAX * L.SCRATCH_SID_BYTES > L.SCRATCH_WALK) ERROR('layout: SCRATCH_WALK');
if (L.SCRATCH_WALK + L.LEGS_MAX * L.WALK_BYTES > L.SCRATCH_RESLOT) ERROR('layout: SCRATCH_RESLOT');
if (L.SCRATCH_RESLOT + 32 * L.LADDER_SLOTS > L.SCRATCH_CONNECTION_RECV_NS) ERROR('layout: SCRATCH_CONNECTION_RECV_NS');
if (L.SCRATCH_CONNECTION_RECV_NS + 8 * L.CONNECTIONS_MAX > L.SCRATCH_BYTES) ERROR('layout: SCRATCH_BYTES');
// Scratch of ingest: publish() has the first 4,096 bytes.
if (L.SCRATCH_STAMPS < 4096) ERROR('layout: SCRATCH_STAMPS');
if (L.SCRATCH_STAMPS + 8 * L.STAMPS > L.SCRATCH_BYTES) ERROR('layout: STAMPS');

// The generic scanner's tokens, behind its tables.
if (L.TOKENS_KEYS + 64 * L.TOKEN_KEY_BYTES > L.TOKENS_FIELDS) ERROR('layout: TOKENS_FIELDS');
if (L.TOKENS_FIELDS + 4 * 32 > L.TOKENS_FIRST || L.TOKENS_FIRST % 8 !== 0) ERROR('layout: TOKENS_FIRST');
if (L.TOKEN_KEY_NUMBER + 4 > L.TOKEN_KEY_BYTES) ERROR('layout: TOKEN_KEY_BYTES');
