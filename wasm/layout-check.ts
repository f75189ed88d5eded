// The layout's own claims, checked while the module is compiled: asc evaluates these conditions, and ERROR in a branch
// it keeps is a compile error. Declares the records once more as classes, whose fields the compiler places by itself,
// so that offsetof can judge every offset of layout.ts. No code comes out of this file.
import * as L from './layout';
import './layout-areas';

@unmanaged
class Level {
  market!: u32;
  epoch!: u32;
  priceE4!: u16;
  side!: u8;
  kind!: u8;
  flags!: u16;
  view!: u16;
  frameSeq!: u32;
  spare!: u32;
  sizeMicros!: u64;
}
if (offsetof<Level>('market') !== L.LEVEL_MARKET) ERROR('layout: LEVEL_MARKET');
if (offsetof<Level>('epoch') !== L.LEVEL_EPOCH) ERROR('layout: LEVEL_EPOCH');
if (offsetof<Level>('priceE4') !== L.LEVEL_PRICE_E4) ERROR('layout: LEVEL_PRICE_E4');
if (offsetof<Level>('side') !== L.LEVEL_SIDE) ERROR('layout: LEVEL_SIDE');
if (offsetof<Level>('kind') !== L.LEVEL_KIND) ERROR('layout: LEVEL_KIND');
if (offsetof<Level>('flags') !== L.LEVEL_FLAGS) ERROR('layout: LEVEL_FLAGS');
if (offsetof<Level>('view') !== L.LEVEL_VIEW) ERROR('layout: LEVEL_VIEW');
if (offsetof<Level>('frameSeq') !== L.LEVEL_FRAME_SEQ) ERROR('layout: LEVEL_FRAME_SEQ');
if (offsetof<Level>('spare') !== L.LEVEL_SPARE) ERROR('layout: LEVEL_SPARE');
if (offsetof<Level>('sizeMicros') !== L.LEVEL_SIZE_MICROS) ERROR('layout: LEVEL_SIZE_MICROS');
if (offsetof<Level>() !== L.LEVEL_BYTES) ERROR('layout: LEVEL_BYTES');

@unmanaged
class FrameEnd {
  market!: u32;
  epoch!: u32;
  connection!: u16;
  spare!: u8;
  kind!: u8;
  flags!: u16;
  levels!: u16;
  recvNs!: f64;
  venueMs!: f64;
  frameSeq!: u32;
  bestBidE4!: u16;
  bestAskE4!: u16;
  hash!: u32; // u8[20]
  hash1!: u32;
  hash2!: u32;
  hash3!: u32;
  hash4!: u32;
  publishedDeltaNs!: u32;
}
if (offsetof<FrameEnd>('market') !== L.FRAME_END_MARKET) ERROR('layout: FRAME_END_MARKET');
if (offsetof<FrameEnd>('epoch') !== L.FRAME_END_EPOCH) ERROR('layout: FRAME_END_EPOCH');
if (offsetof<FrameEnd>('connection') !== L.FRAME_END_CONNECTION) ERROR('layout: FRAME_END_CONNECTION');
if (offsetof<FrameEnd>('spare') !== L.FRAME_END_SPARE) ERROR('layout: FRAME_END_SPARE');
if (offsetof<FrameEnd>('kind') !== L.FRAME_END_KIND) ERROR('layout: FRAME_END_KIND');
if (offsetof<FrameEnd>('flags') !== L.FRAME_END_FLAGS) ERROR('layout: FRAME_END_FLAGS');
if (offsetof<FrameEnd>('levels') !== L.FRAME_END_LEVELS) ERROR('layout: FRAME_END_LEVELS');
if (offsetof<FrameEnd>('recvNs') !== L.FRAME_END_RECV_NS) ERROR('layout: FRAME_END_RECV_NS');
if (offsetof<FrameEnd>('venueMs') !== L.FRAME_END_VENUE_MS) ERROR('layout: FRAME_END_VENUE_MS');
if (offsetof<FrameEnd>('frameSeq') !== L.FRAME_END_FRAME_SEQ) ERROR('layout: FRAME_END_FRAME_SEQ');
if (offsetof<FrameEnd>('bestBidE4') !== L.FRAME_END_BEST_BID_E4) ERROR('layout: FRAME_END_BEST_BID_E4');
if (offsetof<FrameEnd>('bestAskE4') !== L.FRAME_END_BEST_ASK_E4) ERROR('layout: FRAME_END_BEST_ASK_E4');
if (offsetof<FrameEnd>('hash') !== L.FRAME_END_HASH) ERROR('layout: FRAME_END_HASH');
if (offsetof<FrameEnd>('publishedDeltaNs') !== L.FRAME_END_PUBLISHED_DELTA_NS)
  ERROR('layout: FRAME_END_PUBLISHED_DELTA_NS');
if (offsetof<FrameEnd>() !== L.FRAME_END_BYTES) ERROR('layout: FRAME_END_BYTES');

@unmanaged
class Control {
  market!: u32;
  epoch!: u32;
  op!: u16;
  spare!: u8;
  kind!: u8;
  grid!: u32;
  recvNs!: f64;
  venueMs!: f64;
  frameSeq!: u32;
  againstSeq!: u32;
  connection!: u32;
  sid!: u32;
  seq!: u32;
}
if (offsetof<Control>('market') !== L.CONTROL_MARKET) ERROR('layout: CONTROL_MARKET');
if (offsetof<Control>('epoch') !== L.CONTROL_EPOCH) ERROR('layout: CONTROL_EPOCH');
if (offsetof<Control>('op') !== L.CONTROL_OP) ERROR('layout: CONTROL_OP');
if (offsetof<Control>('spare') !== L.CONTROL_SPARE) ERROR('layout: CONTROL_SPARE');
if (offsetof<Control>('kind') !== L.CONTROL_KIND) ERROR('layout: CONTROL_KIND');
if (offsetof<Control>('grid') !== L.CONTROL_GRID) ERROR('layout: CONTROL_GRID');
if (offsetof<Control>('recvNs') !== L.CONTROL_RECV_NS) ERROR('layout: CONTROL_RECV_NS');
if (offsetof<Control>('venueMs') !== L.CONTROL_VENUE_MS) ERROR('layout: CONTROL_VENUE_MS');
if (offsetof<Control>('frameSeq') !== L.CONTROL_FRAME_SEQ) ERROR('layout: CONTROL_FRAME_SEQ');
if (offsetof<Control>('againstSeq') !== L.CONTROL_AGAINST_SEQ) ERROR('layout: CONTROL_AGAINST_SEQ');
if (offsetof<Control>('connection') !== L.CONTROL_CONNECTION) ERROR('layout: CONTROL_CONNECTION');
if (offsetof<Control>('sid') !== L.CONTROL_SID) ERROR('layout: CONTROL_SID');
if (offsetof<Control>('seq') !== L.CONTROL_SEQ) ERROR('layout: CONTROL_SEQ');
if (<i32>offsetof<Control>() > L.CONTROL_BYTES) ERROR('layout: CONTROL_BYTES');

@unmanaged
class Tap {
  length!: u32;
  connection!: u32;
  recvNs!: f64;
  venue!: u32;
  kind!: u32;
  skip!: u32;
  lost!: u32;
}
if (offsetof<Tap>('length') !== L.TAP_LENGTH) ERROR('layout: TAP_LENGTH');
if (offsetof<Tap>('connection') !== L.TAP_CONNECTION) ERROR('layout: TAP_CONNECTION');
if (offsetof<Tap>('recvNs') !== L.TAP_RECV_NS) ERROR('layout: TAP_RECV_NS');
if (offsetof<Tap>('venue') !== L.TAP_VENUE) ERROR('layout: TAP_VENUE');
if (offsetof<Tap>('kind') !== L.TAP_KIND) ERROR('layout: TAP_KIND');
if (offsetof<Tap>('skip') !== L.TAP_SKIP) ERROR('layout: TAP_SKIP');
if (offsetof<Tap>('lost') !== L.TAP_LOST) ERROR('layout: TAP_LOST');
if (offsetof<Tap>() !== L.TAP_BYTES) ERROR('layout: TAP_BYTES');

@unmanaged
class Opportunity {
  basket!: u32;
  frameSeq!: u32;
  legCount!: u16;
  flags!: u8;
  kind!: u8;
  basketKind!: u16;
  table!: u16;
  recvNs!: f64;
  sizeMicros!: u64;
  costMicros!: i64;
  feeMicros!: i64;
  edgeMicros!: i64;
  detectNs!: f64;
}
if (offsetof<Opportunity>('basket') !== L.OPPORTUNITY_BASKET) ERROR('layout: OPPORTUNITY_BASKET');
if (offsetof<Opportunity>('frameSeq') !== L.OPPORTUNITY_FRAME_SEQ) ERROR('layout: OPPORTUNITY_FRAME_SEQ');
if (offsetof<Opportunity>('legCount') !== L.OPPORTUNITY_LEG_COUNT) ERROR('layout: OPPORTUNITY_LEG_COUNT');
if (offsetof<Opportunity>('flags') !== L.OPPORTUNITY_FLAGS) ERROR('layout: OPPORTUNITY_FLAGS');
if (offsetof<Opportunity>('kind') !== L.OPPORTUNITY_KIND) ERROR('layout: OPPORTUNITY_KIND');
if (offsetof<Opportunity>('basketKind') !== L.OPPORTUNITY_BASKET_KIND) ERROR('layout: OPPORTUNITY_BASKET_KIND');
if (offsetof<Opportunity>('table') !== L.OPPORTUNITY_TABLE) ERROR('layout: OPPORTUNITY_TABLE');
if (offsetof<Opportunity>('recvNs') !== L.OPPORTUNITY_RECV_NS) ERROR('layout: OPPORTUNITY_RECV_NS');
if (offsetof<Opportunity>('sizeMicros') !== L.OPPORTUNITY_SIZE_MICROS) ERROR('layout: OPPORTUNITY_SIZE_MICROS');
if (offsetof<Opportunity>('costMicros') !== L.OPPORTUNITY_COST_MICROS) ERROR('layout: OPPORTUNITY_COST_MICROS');
if (offsetof<Opportunity>('feeMicros') !== L.OPPORTUNITY_FEE_MICROS) ERROR('layout: OPPORTUNITY_FEE_MICROS');
if (offsetof<Opportunity>('edgeMicros') !== L.OPPORTUNITY_EDGE_MICROS) ERROR('layout: OPPORTUNITY_EDGE_MICROS');
if (offsetof<Opportunity>('detectNs') !== L.OPPORTUNITY_DETECT_NS) ERROR('layout: OPPORTUNITY_DETECT_NS');
if (offsetof<Opportunity>() !== L.OPPORTUNITY_BYTES) ERROR('layout: OPPORTUNITY_BYTES');

@unmanaged
class OppLeg {
  market!: u32;
  epoch!: u32;
  limitE4!: u16;
  action!: u8;
  kind!: u8;
  feeMicros!: u32;
  costMicros!: i64;
  sizeMicros!: u64;
}
if (offsetof<OppLeg>('market') !== L.OPP_LEG_MARKET) ERROR('layout: OPP_LEG_MARKET');
if (offsetof<OppLeg>('epoch') !== L.OPP_LEG_EPOCH) ERROR('layout: OPP_LEG_EPOCH');
if (offsetof<OppLeg>('limitE4') !== L.OPP_LEG_LIMIT_E4) ERROR('layout: OPP_LEG_LIMIT_E4');
if (offsetof<OppLeg>('action') !== L.OPP_LEG_ACTION) ERROR('layout: OPP_LEG_ACTION');
if (offsetof<OppLeg>('kind') !== L.OPP_LEG_KIND) ERROR('layout: OPP_LEG_KIND');
if (offsetof<OppLeg>('feeMicros') !== L.OPP_LEG_FEE_MICROS) ERROR('layout: OPP_LEG_FEE_MICROS');
if (offsetof<OppLeg>('costMicros') !== L.OPP_LEG_COST_MICROS) ERROR('layout: OPP_LEG_COST_MICROS');
if (offsetof<OppLeg>('sizeMicros') !== L.OPP_LEG_SIZE_MICROS) ERROR('layout: OPP_LEG_SIZE_MICROS');
if (offsetof<OppLeg>() !== L.OPP_LEG_BYTES) ERROR('layout: OPP_LEG_BYTES');

@unmanaged
class Book {
  state!: u32;
  epoch!: u32;
  grid!: u32;
  ladderAt!: u32;
  slots!: u32;
  bestBidE4!: u32;
  bestAskE4!: u32;
  bidBlocks!: u32;
  askBlocks!: u32;
  tickE4!: u32;
  tickReciprocal!: u32;
  flags!: u32;
  blockStride!: u32;
  plainTickE4!: u32;
  reachYesE4!: u16;
  reachNoE4!: u16;
  feeAt!: u32;
  recvNs!: f64;
  venueMs!: f64;
  verifiedNs!: f64;
  pendingVenueMs!: f64;
  frameSeq!: u32;
  seq!: u32;
  sid!: u32;
  touchedStep!: u32;
  seenBidE4!: u32;
  seenAskE4!: u32;
  connection!: u32;
  version!: u32;
}
if (offsetof<Book>('state') !== L.BOOK_STATE) ERROR('layout: BOOK_STATE');
if (offsetof<Book>('epoch') !== L.BOOK_EPOCH) ERROR('layout: BOOK_EPOCH');
if (offsetof<Book>('grid') !== L.BOOK_GRID) ERROR('layout: BOOK_GRID');
if (offsetof<Book>('ladderAt') !== L.BOOK_LADDER_AT) ERROR('layout: BOOK_LADDER_AT');
if (offsetof<Book>('slots') !== L.BOOK_SLOTS) ERROR('layout: BOOK_SLOTS');
if (offsetof<Book>('bestBidE4') !== L.BOOK_BEST_BID_E4) ERROR('layout: BOOK_BEST_BID_E4');
if (offsetof<Book>('bestAskE4') !== L.BOOK_BEST_ASK_E4) ERROR('layout: BOOK_BEST_ASK_E4');
if (offsetof<Book>('tickE4') !== L.BOOK_TICK_E4) ERROR('layout: BOOK_TICK_E4');
if (offsetof<Book>('tickReciprocal') !== L.BOOK_TICK_RECIPROCAL) ERROR('layout: BOOK_TICK_RECIPROCAL');
if (offsetof<Book>('flags') !== L.BOOK_FLAGS) ERROR('layout: BOOK_FLAGS');
if (offsetof<Book>('bidBlocks') !== L.BOOK_BID_BLOCKS) ERROR('layout: BOOK_BID_BLOCKS');
if (offsetof<Book>('askBlocks') !== L.BOOK_ASK_BLOCKS) ERROR('layout: BOOK_ASK_BLOCKS');
if (offsetof<Book>('reachYesE4') !== L.BOOK_REACH_YES_E4) ERROR('layout: BOOK_REACH_YES_E4');
if (offsetof<Book>('reachNoE4') !== L.BOOK_REACH_NO_E4) ERROR('layout: BOOK_REACH_NO_E4');
if (offsetof<Book>('feeAt') !== L.BOOK_FEE_AT) ERROR('layout: BOOK_FEE_AT');
if (offsetof<Book>('recvNs') !== L.BOOK_RECV_NS) ERROR('layout: BOOK_RECV_NS');
if (offsetof<Book>('venueMs') !== L.BOOK_VENUE_MS) ERROR('layout: BOOK_VENUE_MS');
if (offsetof<Book>('verifiedNs') !== L.BOOK_VERIFIED_NS) ERROR('layout: BOOK_VERIFIED_NS');
if (offsetof<Book>('pendingVenueMs') !== L.BOOK_PENDING_VENUE_MS) ERROR('layout: BOOK_PENDING_VENUE_MS');
if (offsetof<Book>('frameSeq') !== L.BOOK_FRAME_SEQ) ERROR('layout: BOOK_FRAME_SEQ');
if (offsetof<Book>('seq') !== L.BOOK_SEQ) ERROR('layout: BOOK_SEQ');
if (offsetof<Book>('sid') !== L.BOOK_SID) ERROR('layout: BOOK_SID');
if (offsetof<Book>('touchedStep') !== L.BOOK_TOUCHED_STEP) ERROR('layout: BOOK_TOUCHED_STEP');
if (offsetof<Book>('seenBidE4') !== L.BOOK_SEEN_BID_E4) ERROR('layout: BOOK_SEEN_BID_E4');
if (offsetof<Book>('seenAskE4') !== L.BOOK_SEEN_ASK_E4) ERROR('layout: BOOK_SEEN_ASK_E4');
if (offsetof<Book>('connection') !== L.BOOK_CONNECTION) ERROR('layout: BOOK_CONNECTION');
if (offsetof<Book>('version') !== L.BOOK_VERSION) ERROR('layout: BOOK_VERSION');
if (offsetof<Book>('blockStride') !== L.BOOK_BLOCK_STRIDE) ERROR('layout: BOOK_BLOCK_STRIDE');
if (offsetof<Book>('plainTickE4') !== L.BOOK_PLAIN_TICK_E4) ERROR('layout: BOOK_PLAIN_TICK_E4');
if (<i32>offsetof<Book>() > L.BOOK_BYTES) ERROR('layout: BOOK_BYTES');

@unmanaged
class Market {
  flags!: u32;
  epoch!: u32;
  grid!: u32;
  detector!: u32;
  fee!: u32;
  venue!: u32;
  minSizeMicros!: u64;
  snapshotFrame!: u32;
  snapshotView!: u32;
  connection!: u32;
  statedFrame!: u32;
  statedTickE4!: u32;
  conditionKey!: u32;
  yesKey!: u32;
  noKey!: u32;
}
if (offsetof<Market>('flags') !== L.MARKET_FLAGS) ERROR('layout: MARKET_FLAGS');
if (offsetof<Market>('epoch') !== L.MARKET_EPOCH) ERROR('layout: MARKET_EPOCH');
if (offsetof<Market>('grid') !== L.MARKET_GRID) ERROR('layout: MARKET_GRID');
if (offsetof<Market>('detector') !== L.MARKET_DETECTOR) ERROR('layout: MARKET_DETECTOR');
if (offsetof<Market>('fee') !== L.MARKET_FEE) ERROR('layout: MARKET_FEE');
if (offsetof<Market>('venue') !== L.MARKET_VENUE) ERROR('layout: MARKET_VENUE');
if (offsetof<Market>('minSizeMicros') !== L.MARKET_MIN_SIZE_MICROS) ERROR('layout: MARKET_MIN_SIZE_MICROS');
if (offsetof<Market>('snapshotFrame') !== L.MARKET_SNAPSHOT_FRAME) ERROR('layout: MARKET_SNAPSHOT_FRAME');
if (offsetof<Market>('snapshotView') !== L.MARKET_SNAPSHOT_VIEW) ERROR('layout: MARKET_SNAPSHOT_VIEW');
if (offsetof<Market>('connection') !== L.MARKET_CONNECTION) ERROR('layout: MARKET_CONNECTION');
if (offsetof<Market>('statedFrame') !== L.MARKET_STATED_FRAME) ERROR('layout: MARKET_STATED_FRAME');
if (offsetof<Market>('statedTickE4') !== L.MARKET_STATED_TICK_E4) ERROR('layout: MARKET_STATED_TICK_E4');
if (offsetof<Market>('conditionKey') !== L.MARKET_CONDITION_KEY) ERROR('layout: MARKET_CONDITION_KEY');
if (offsetof<Market>('yesKey') !== L.MARKET_YES_KEY) ERROR('layout: MARKET_YES_KEY');
if (offsetof<Market>('noKey') !== L.MARKET_NO_KEY) ERROR('layout: MARKET_NO_KEY');
if (offsetof<Market>() !== L.MARKET_BYTES) ERROR('layout: MARKET_BYTES');
