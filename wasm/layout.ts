// THE byte layouts, shared by TypeScript and AssemblyScript: the only place with offsets.
//
// Portable subset: only `export const NAME = integer expression`; imports nothing, so asc and tsc both compile it.
// Every offset is the one before it plus its size. All numbers are little-endian. `AT` is an absolute byte address,
// `BYTES` a size, `SLOTS` a count of ring slots; a field constant is an offset within its record.
//
//   0        1024        1088           1600        1664         2688       3712
//   | unused | guard low | breaker      | guard high| header     | literals | regions, placed by engine/memory/arena.ts ...

export const LAYOUT_VERSION = 14;

// ---- fixed block -----------------------------------------------------------------------------------------------
export const FIXED_AT = 1024;
export const GUARD_BYTES = 64;
export const GUARD_WORD = 0x5afe600d;
export const GUARD_LOW_AT = FIXED_AT;

// Breaker: the state word and the in-flight slots on lines of their own. One word holds the whole state, so that every
// change of it is one atomic step: 0 is closed; OPEN counts before all else.
export const BREAKER_AT = GUARD_LOW_AT + GUARD_BYTES;
export const BREAKER_STATE = 0; // i32, BREAKER_OPEN, BREAKER_HALF_OPEN, BREAKER_REDUCE_ONLY, probes left, causes since the last reset
export const BREAKER_TRIPS = 8; // u32
export const BREAKER_ORDER_WINDOW_START = 12; // u32, second the order-rate window began in
export const BREAKER_ORDER_WINDOW_COUNT = 16; // u32
export const BREAKER_WAITERS = 20; // i32, trips that wait for an in-flight slot
export const BREAKER_IN_FLIGHT = 64; // i32[BREAKER_IN_FLIGHT_SLOTS], id of an announced order batch, 0 = free
export const BREAKER_IN_FLIGHT_SLOTS = 64;
export const BREAKER_BYTES = BREAKER_IN_FLIGHT + 4 * BREAKER_IN_FLIGHT_SLOTS + 192;
export const BREAKER_CAUSES_MASK = 0x00ffffff;
export const BREAKER_PROBE = 0x01000000;
export const BREAKER_PROBES_MASK = 0x0f000000;
export const BREAKER_PROBES_MAX = 15;
export const BREAKER_HALF_OPEN = 0x10000000;
export const BREAKER_REDUCE_ONLY = 0x20000000;
export const BREAKER_OPEN = 0x40000000;

export const GUARD_HIGH_AT = BREAKER_AT + BREAKER_BYTES;

export const HEADER_AT = GUARD_HIGH_AT + GUARD_BYTES;
export const HEADER_VERSION = 0; // u32, LAYOUT_VERSION
export const HEADER_SEALED = 4; // u32, 1 once every region is placed
export const HEADER_BYTES_TOTAL = 8; // u32, bytes of the whole arena
export const HEADER_DETECTORS = 12; // u32
export const HEADER_CHECKS_OFF = 16; // u32, CHECK_*: evidence that is counted, or not looked for, and changes no book
export const HEADER_TRADES_READ = 20; // u32, 1 = the executor takes the trades of the feed: its orders are matched on paper
export const HEADER_TABLE = 24; // u32, generation of the table of baskets in force; its last bit says in which area it lies
export const HEADER_REGIONS = 32; // REGION_COUNT x {at u32, count u32, bytesEach u32, spare u32}
export const REGION_ENTRY_BYTES = 16;
export const REGION_AT = 0;
export const REGION_ITEMS = 4;
export const REGION_BYTES_EACH = 8;
export const HEADER_BYTES = 1024;
export const CHECK_TOP = 1;
export const CHECK_MIRROR = 2;
export const CHECK_SEQUENCE = 4;
export const CHECK_CROSSED = 8;
export const CHECK_BELOW_ZERO = 16;
export const CHECK_HASH = 32; // this and what follows: the verifier's
export const CHECK_SILENCE = 64;
export const CHECK_REST = 128;

// Pieces of the venue's text and other blocks of 16 bytes that the decoder compares frames with: from memory, at addresses
// known to the compiler, that is a third of the instructions of constants in the code. Writer and reader: ingest.
export const LITERALS_AT = HEADER_AT + HEADER_BYTES;
export const LITERALS_BYTES = 1024;
export const REGIONS_START_AT = LITERALS_AT + LITERALS_BYTES;

// ---- regions ---------------------------------------------------------------------------------------------------
export const REGION_AGENTS = 0;
export const REGION_COUNTERS = 1;
export const REGION_HISTOGRAMS = 2;
export const REGION_GRIDS = 3;
export const REGION_FEES = 4;
export const REGION_MARKETS = 5;
export const REGION_KEYS = 6;
export const REGION_BOOKS = 7;
export const REGION_LADDERS = 8;
export const REGION_FINE_LADDERS = 9;
export const REGION_BASKETS = 10;
export const REGION_LEGS = 11;
export const REGION_MARKET_LEGS = 12;
export const REGION_LEVEL_RINGS = 13;
export const REGION_OPPORTUNITY_RINGS = 14;
export const REGION_STAGING = 15;
export const REGION_SCAN = 16;
export const REGION_SCRATCH = 17;
export const REGION_GROUPS = 18;
export const REGION_LANES = 19;
export const REGION_TOKENS = 20;
export const REGION_RECEIVE = 21; // a slice per venue connection: what its socket read
export const REGION_IDS = 22;
export const REGION_ID_SLOTS = 23;
export const REGION_RECORD_RINGS = 24; // none, or the recorder's one
export const REGION_SEALS = 25;
export const REGION_EVIDENCE_RING = 26; // one ring: the verifier asks ingest to make a book SUSPECT
export const REGION_TRADE_RINGS = 27; // a ring per detector: trades of the feed, as Level records, for orders on paper
// The second area of the table of baskets: the one that is not in force is free for the next.
export const REGION_OTHER_BASKETS = 28;
export const REGION_OTHER_LEGS = 29;
export const REGION_OTHER_MARKET_LEGS = 30;
export const REGION_OTHER_GROUPS = 31;
export const REGION_OTHER_LANES = 32;
export const REGION_COUNT = 33;
export const TRADE_RING_SLOTS = 1024;
export const EVIDENCE_RING_SLOTS = 1024;
export const RECEIVE_BEHIND_BYTES = 64; // behind each slice: the decoder may read so far past a frame

// Agent words: one block per agent. Agent 0 is ingest, 1..detectors the detectors, detectors+1 the executor, detectors+2
// the recorder, detectors+3 the verifier.
export const AGENT_HEARTBEAT = 0; // u32, counted up by the agent each duty cycle
export const AGENT_STOP = 4; // i32, 1 = drain and end, set by the supervisor
export const AGENT_STATE = 8; // i32, AGENT_*
export const AGENT_WATERMARK = 12; // u32, frameSeq of the last frame wholly worked off
export const AGENT_THREAD_ID = 16; // u32, the kernel's thread id
export const AGENT_CPU_MICROS = 24; // f64, CPU time of the agent's thread when it ended
export const AGENT_STEPPED = 32; // u32, lockstep replay: steps this agent has finished
export const AGENT_NOW_NS = 40; // f64, lockstep replay: recorded time of that step
export const AGENT_TABLE = 48; // u32, detectors: generation of the table of baskets it works by
export const AGENT_BYTES = 64;
export const AGENT_STARTING = 0;
export const AGENT_RUNNING = 1;
export const AGENT_ENDED = 2;
export const AGENT_FAILED = 3;

// Counters: a block of f64 per agent; each has one writer, its agent. Names in engine/memory/counters.ts.
export const COUNTER_FRAMES_RECEIVED = 0;
export const COUNTER_BYTES_RECEIVED = 1;
export const COUNTER_FRAMES_DECODED = 2;
export const COUNTER_FRAMES_REJECTED = 3;
export const COUNTER_FRAMES_UNKNOWN = 4;
export const COUNTER_FRAMES_CONTROL = 5;
export const COUNTER_DECODER_FALLBACKS = 6;
export const COUNTER_FRAMES_DROPPED = 7; // a full ring under policy live
export const COUNTER_LEVELS_PUBLISHED = 8;
export const COUNTER_REJECT_FIRST = 9; // one per REJECT_* code, REJECT_COUNT of them
export const COUNTER_FRAMES_DUPLICATE = 27; // another connection had brought the same frame
export const COUNTER_FRAMES_STALE = 28; // another connection counted alone, or had brought newer ones
export const COUNTER_LEVELS_APPLIED = 29;
export const COUNTER_LEVELS_MIRRORED = 30;
export const COUNTER_LEVELS_BEFORE_SNAPSHOT = 31;
export const COUNTER_LEVELS_OLD_EPOCH = 32;
export const COUNTER_LEVELS_BELOW_ZERO = 33;
export const COUNTER_RECORDS_INVALID = 34;
export const COUNTER_SNAPSHOTS = 35;
export const COUNTER_TOP_OK = 36;
export const COUNTER_TOP_PENDING = 37;
export const COUNTER_TOP_MISMATCHED = 38; // PENDING that a later venue timestamp turned into SUSPECT
export const COUNTER_MIRROR_OK = 39;
export const COUNTER_MIRROR_MISMATCHED = 40;
export const COUNTER_SEQ_GAPS = 41;
export const COUNTER_SEQ_STEP_BACKS = 42;
export const COUNTER_CROSSED = 43;
export const COUNTER_PHANTOMS = 44;
export const COUNTER_TICK_CHANGES = 45;
export const COUNTER_LEVELS_OFF_NEW_GRID = 46;
export const COUNTER_LADDER_POOL_EMPTY = 47;
export const COUNTER_TRADES = 48;
export const COUNTER_TOP_ONLY_MISMATCHED = 49;
export const COUNTER_BASKETS_EVALUATED = 50;
export const COUNTER_BASKETS_WITH_EDGE = 51;
export const COUNTER_OPPORTUNITIES = 52;
export const COUNTER_OPPORTUNITIES_DROPPED = 53;
export const COUNTER_BASKETS_FEE_UNKNOWN = 54;
export const COUNTER_FRAMES_APPLIED = 55;
export const COUNTER_LEVELS_REFUSED = 56; // levels of a market refused for want of a ladder
export const COUNTER_RESYNCS = 57; // connections replaced because their books did not recover
export const COUNTER_SIDS_FULL = 58; // frames of a subscription that found no room in the table of sids
export const COUNTER_FALLBACKS_FAST_SHAPE = 59; // fallbacks of shapes that have a fast path
export const COUNTER_FALLBACKS_TRADE = 60; // fallbacks of trades
export const COUNTER_FALLBACKS_TOP = 61; // fallbacks of best_bid_ask
export const COUNTER_SWEEPS = 62; // sweeps over all baskets of the detector
export const COUNTER_FRAMES_IN_PLACE = 63; // frames decoded where the socket's read left them
export const COUNTER_RECORD_FRAMES = 64; // frames handed to the recorder
export const COUNTER_RECORD_FRAMES_LOST = 65; // frames and notes of what changed books that found no room in its ring
export const COUNTER_RECORD_GAPS = 66; // stretches of such frames
export const COUNTER_RECORD_FRAMES_WRITTEN = 67; // frames in blocks that were written
export const COUNTER_RECORD_BYTES_WRITTEN = 68; // bytes of segments
export const COUNTER_RECORD_SEGMENTS = 69; // segments opened
export const COUNTER_RECORD_SEGMENTS_REMOVED = 70; // segments removed to stay within the bound on disk
export const COUNTER_RECORD_FRAMES_REMOVED = 71; // frames in them
export const COUNTER_RECORD_FRAMES_DISCARDED = 72; // frames that came after the recording had stopped
export const COUNTER_RECORD_RECORDINGS_REMOVED = 73; // earlier recordings removed for the same
// Of the verifier, which checks live books against what the venue states of them.
export const COUNTER_HASH_VERIFIED = 74;
export const COUNTER_HASH_MISMATCHED = 75;
export const COUNTER_HASH_UNVERIFIABLE = 76; // the book moved on before it could be read or judged
export const COUNTER_HASH_TERMS_INFERRED = 77; // verified by a last trade price or tick nobody had stated yet
export const COUNTER_SILENCES = 78; // books without a change or snapshot for integrity.silenceMs on a connection that has data; trades and best_bid_ask do not count
export const COUNTER_PROBES = 79; // books asked for by REST; each ends in one of the four below
export const COUNTER_PROBES_AGREED = 80;
export const COUNTER_PROBES_DIFFERED = 81;
export const COUNTER_PROBES_UNDECIDED = 82; // the book moved meanwhile, the answer is older than it, or the run ended
export const COUNTER_PROBES_FAILED = 83; // no answer for it, or one that does not prove itself
export const COUNTER_SUSPECTS_ASKED = 84; // by the verifier
export const COUNTER_SUSPECTS_SENT = 85; // by ingest
export const COUNTER_SUSPECTS_OVERTAKEN = 86; // by detectors: a snapshot had replaced the book meanwhile
export const COUNTER_NAIVE_TRADES = 87; // by detectors: times a bot without states would have bought YES and NO of one market
export const COUNTER_TRADES_LOST = 88; // by detectors: trades that found no room on their way to orders on paper
export const COUNTER_TRADES_TAKEN = 89; // by the executor: trades that orders on paper were told of
export const COUNTER_BLOCK = 96; // counters per agent
export const COUNTER_BYTES = 768; // COUNTER_BLOCK f64

// Latency histograms: log-linear buckets, 16 per power of two, one histogram per agent and stage.
export const HISTOGRAM_COUNT = 0; // f64
export const HISTOGRAM_MAX_NS = 8; // f64
export const HISTOGRAM_BUCKETS = 64; // u32[HISTOGRAM_BUCKET_COUNT]
export const HISTOGRAM_BUCKET_COUNT = 640; // 40 powers of two
export const HISTOGRAM_BYTES = HISTOGRAM_BUCKETS + 4 * HISTOGRAM_BUCKET_COUNT;
export const STAGE_DECODE = 0; // recvNs -> frame decoded and published
export const STAGE_HOP = 1; // published -> the detector takes it up
export const STAGE_BOOK_DETECT = 2; // taken up -> applied and evaluated
export const STAGE_FRAME = 3; // recvNs -> applied and evaluated
export const STAGE_FOUND = 4; // recvNs -> opportunity found, of each
export const STAGE_HAND_OVER = 5; // opportunity found -> taken up by the executor, of each
export const STAGE_OPPORTUNITY = 6; // recvNs -> opportunity taken up by the executor
export const STAGE_GATE = 7; // opportunity taken up -> gate passed
export const STAGE_SENT = 8; // recvNs -> request handed to the socket
export const STAGE_OUTCOME = 9; // request handed to the socket -> every leg's outcome known
export const STAGE_COUNT = 10;

// Tick grid: ranges in ascending price; slot of a price = firstSlot + (price - startE4) / tickE4.
// Slot 0 is never a price; prices run from 1 tick to 1 - 1 tick.
export const GRID_RANGES = 0; // u32, 0 = entry unused
export const GRID_SLOTS = 4; // u32, highest slot + 1
export const GRID_FACTOR = 8; // u32, 0xffffffff / tick of a one-range grid: price x (this + 1) <= this on its ticks; 0 = several
export const GRID_RANGE_FIRST = 16; // GRID_RANGES_MAX x {startE4 u32, endE4 u32, tickE4 u32, firstSlot u32}
export const GRID_RANGE_BYTES = 16;
export const GRID_RANGE_START_E4 = 0; // inclusive
export const GRID_RANGE_END_E4 = 4; // exclusive, but for the last range
export const GRID_RANGE_TICK_E4 = 8;
export const GRID_RANGE_FIRST_SLOT = 12;
export const GRID_RANGES_MAX = 7;
export const GRID_BYTES = GRID_RANGE_FIRST + GRID_RANGES_MAX * GRID_RANGE_BYTES;
export const NO_GRID = 0xffff;

// Fee schedule: taker fee in nano-dollars per share at every priceE4, and the step one order's fee is rounded up to.
export const FEE_KNOWN = 0; // u32, 0 = unknown: no trade
export const FEE_ROUND_MICROS = 4; // u32, rounding step of one order's fee
export const FEE_BOUNDS = 8; // u32, 1 = price + fee never falls with the price: what the top costs bounds what lies below
export const FEE_NANOS = 64; // u32[10001], by priceE4 of the outcome bought
export const FEE_BYTES = FEE_NANOS + 40064;
export const FEE_UNKNOWN = 0; // schedule 0 is "unknown"

// Market: identity and ingest's view of it. Writer: ingest (the supervisor before start). Readers: everyone.
export const MARKET_FLAGS = 0; // u32, MARKET_FLAG_*
export const MARKET_EPOCH = 4; // u32, counted up at tick change, disconnect, lost frame
export const MARKET_GRID = 8; // u32, index into GRIDS
export const MARKET_DETECTOR = 12; // u32
export const MARKET_FEE = 16; // u32, index into FEES
export const MARKET_VENUE = 20; // u32, VENUE_*
export const MARKET_MIN_SIZE_MICROS = 24; // u64
export const MARKET_SNAPSHOT_FRAME = 32; // u32, decoder scratch: decode call that saw its last snapshot, 0 = none yet
export const MARKET_SNAPSHOT_VIEW = 36; // u32, decoder scratch: view of the first snapshot in that call
export const MARKET_CONNECTION = 40; // u32, connection that feeds it
export const MARKET_STATED_FRAME = 44; // u32, decoder scratch: decode call that last saw a tick stated
export const MARKET_STATED_TICK_E4 = 48; // u32, decoder scratch: that tick
export const MARKET_CONDITION_KEY = 52; // u32, decoder scratch: key entry of the condition id, 0 = not looked up
export const MARKET_YES_KEY = 56; // u32, decoder scratch: key entry of the YES token or ticker
export const MARKET_NO_KEY = 60; // u32, decoder scratch: key entry of the NO token
export const MARKET_BYTES = 64;
export const MARKET_FLAG_REGISTERED = 1;
export const MARKET_FLAG_GRID_ASSUMED = 2; // no metadata: the grid is a guess that a finer price may correct
export const MARKET_FLAG_CLOSED = 4; // resolved or halted
export const MARKET_FLAG_NEG_RISK = 8;
export const MARKET_FLAG_WITHDRAWN = 16; // given up by ingest; said at once, before the stream's record makes its book STALE
export const MARKET_FLAG_PROTOCOL_V2 = 32; // Polymarket: its orders are signed for ExchangeV3
export const MARKET_PAYOUT_SHIFT = 16; // above it in MARKET_FLAGS: what a share of YES was paid at the end, E4, plus 1; 0 = not known
export const VENUE_POLYMARKET = 0;
export const VENUE_KALSHI = 1;

// Key table: open addressing by the hash of the key's bytes. Writer and reader: ingest.
export const KEY_HASH = 0; // u32, 0 = free entry
export const KEY_LENGTH = 4; // u32, bytes
export const KEY_MARKET = 8; // u32, market index
export const KEY_VIEW = 12; // u32, VIEW_*
export const KEY_TEXT = 16; // u8[KEY_TEXT_BYTES], zero padded
export const KEY_TEXT_BYTES = 112;
export const KEY_BYTES = KEY_TEXT + KEY_TEXT_BYTES;
export const VIEW_YES = 0; // token of the YES outcome, or a Kalshi ticker
export const VIEW_NO = 1; // token of the NO outcome
export const VIEW_CONDITION = 2; // the condition id itself

// Ids of a market as frames write them, for the fast paths: made by the decoder out of the key table when it has met the
// market, and always the same as that. Found through ID_SLOTS by the hash of the condition's tail. Writer, reader: ingest.
export const IDS_HEAD = 0; // u8[80], `{"market":"`, the condition and its quote: 78 bytes, then zeros
export const IDS_HEAD_BYTES = 78;
export const IDS_CONDITION = 11; // where the condition stands in the head and in a frame
export const IDS_CONDITION_BYTES = 66;
export const IDS_TOKENS = 80; // u8[160], the YES token, then the NO token, in quotes, IDS_TOKEN_BYTES each, zero padded
export const IDS_TOKEN_BYTES = 80;
export const IDS_TOKEN_MIN_BYTES = 64;
export const IDS_TOKEN_MAX_BYTES = 78; // a number below 2^256 has no more digits
export const IDS_LENGTHS = 240; // u32[2], bytes of each token without its quotes, 0 = not met yet
export const IDS_MARKET = 248; // u32
export const IDS_KNOWN = 252; // u32, 1 = in the slots
export const IDS_BYTES = 256;
export const ID_SLOT_HASH = 0; // u32
export const ID_SLOT_AT = 4; // u32, address of the ids, 0 = free
export const ID_SLOT_BYTES = 8;

// Book: one folded book per market. Writer: its detector. Readers: everyone, through typed-array views.
// The first 64 bytes, one cache line, are all that applying a level needs.
export const BOOK_STATE = 0; // u32, BOOK_*
export const BOOK_EPOCH = 4; // u32
export const BOOK_GRID = 8; // u32
export const BOOK_LADDER_AT = 12; // u32, byte address of its block 0
export const BOOK_SLOTS = 16; // u32, slots per side
export const BOOK_BEST_BID_E4 = 20; // u32, NO_BID_E4 when empty
export const BOOK_BEST_ASK_E4 = 24; // u32, NO_ASK_E4 when empty
export const BOOK_BID_BLOCKS = 28; // u32, bit per block of its standard ladder that has a bid
export const BOOK_ASK_BLOCKS = 32; // u32
export const BOOK_TICK_E4 = 36; // u32, tick of a one-range grid, 0 = several ranges
export const BOOK_TICK_RECIPROCAL = 40; // u32, 2^31 / tick rounded up: price / tick without a division
export const BOOK_FLAGS = 44; // u32, BOOK_FLAG_*
export const BOOK_BLOCK_STRIDE = 48; // u32, bytes from one block of its ladder to the next
export const BOOK_PLAIN_TICK_E4 = 52; // u32, BOOK_TICK_E4 when the ladder is standard and a snapshot was had, else 0
export const BOOK_REACH_YES_E4 = 56; // u16, worst YES price that its baskets rest on (reach.ts)
export const BOOK_REACH_NO_E4 = 58; // u16, worst NO price
export const BOOK_FEE_AT = 60; // u32, address of its market's FEE_NANOS when the schedule is known and bounds, else 0
export const BOOK_RECV_NS = 64; // f64, receive time of that frame
export const BOOK_VENUE_MS = 72; // f64, its venue time
export const BOOK_VERIFIED_NS = 80; // f64, receive time of the last frame whose top agreed
export const BOOK_PENDING_VENUE_MS = 88; // f64, venue time of the frame that left the top unequal
export const BOOK_FRAME_SEQ = 96; // u32, last frame applied
export const BOOK_SEQ = 100; // u32, last sequence number (Kalshi)
export const BOOK_SID = 104; // u32
export const BOOK_TOUCHED_STEP = 108; // u32, step() that listed it last
export const BOOK_SEEN_BID_E4 = 112; // u32, best bid as the baskets last saw it, NO_BID_E4 when not tradable
export const BOOK_SEEN_ASK_E4 = 116; // u32
export const BOOK_CONNECTION = 120; // u32, connection of the last frame
export const BOOK_VERSION = 124; // u32, odd while the detector applies a part, even when the book is whole
export const BOOK_BYTES = 128;
export const BOOK_EMPTY = 0; // no snapshot yet
export const BOOK_SYNCED = 1; // tradable
export const BOOK_PENDING = 2; // own top differs from the frame's; not tradable, not yet a fault
export const BOOK_SUSPECT = 3; // evidence against it; not tradable until a snapshot
export const BOOK_STALE = 4; // connection lost, frame lost or too old; not tradable until a snapshot
export const BOOK_FLAG_FINE = 1; // its ladder comes from the pool of fine ladders
export const BOOK_FLAG_REFUSED = 2; // the pool was empty: this market is refused
export const BOOK_FLAG_RESOLVED = 4; // closed for good: never tradable again
export const BOOK_FLAG_CROSSED = 8; // crossed at its last judgement
export const BOOK_FLAG_TEMPTING = 16; // YES and NO cost less than 1 together behind its last part, whatever its state
export const BOOK_FLAG_CROSSING = 32; // crossed since BOOK_PENDING_VENUE_MS behind unequal tops that are not heeded
export const NO_BID_E4 = 0;
export const NO_ASK_E4 = 10000;

// Seal: what the venue's hash said of one market's book, left for the verifier to compare. The state hands it over: the
// verifier writes IDLE and WANTED, the market's detector TAKEN and FOLLOWED. The rest is the detector's up to VERIFIED_NS and
// the verifier's from there on, but for the executor's doubt.
export const SEAL_STATE = 0; // u32, SEAL_*
export const SEAL_FRAME_SEQ = 4; // u32, the book is the one hashed while this is its last frame
export const SEAL_EPOCH = 8; // u32
export const SEAL_FLAGS = 12; // u16 FRAME_FLAG_*, u16 connection
export const SEAL_CONNECTION = 14;
export const SEAL_VENUE_MS = 16; // f64
export const SEAL_RECV_NS = 24; // f64
export const SEAL_NEXT_MS = 32; // f64, venue time of the market's next part; 0 = it came on another connection or epoch
export const SEAL_HASH = 40; // u8[20]
export const SEAL_LAST_TRADE_E4 = 60; // u32, price of the last trade, folded to YES; 0 = none seen
export const SEAL_SNAPSHOT_SEQ = 64; // u32, frame of the book's last snapshot
export const SEAL_TOP_WRONGS = 68; // u32, how often the book's top was found wrong
export const SEAL_TOP_AGREED_NS = 72; // f64, receive time of the last frame that had agreed before that
export const SEAL_VERIFIED_NS = 128; // f64, receive time of the last frame, or answer, that proved the book
export const SEAL_REFUTED_NS = 136; // f64, when the book was last found wrong
export const SEAL_REFUTED_SINCE_NS = 144; // f64, when it had last been found right before that
export const SEAL_REFUTED_SEQ = 152; // u32, last frame of the wrong book, 0 = never
export const SEAL_REFUTED_TOP = 156; // u32, 1 = its best prices were wrong too
export const SEAL_DOUBTED_SEQ = 160; // u32, by the executor: last frame of the book that an answer before sending differed from
export const SEAL_DOUBTED_NS = 168; // f64, when that was found
export const SEAL_BYTES = 192;
export const SEAL_IDLE = 0;
export const SEAL_WANTED = 1;
export const SEAL_TAKEN = 2;
export const SEAL_FOLLOWED = 3;

// Evidence against a book: one slot of the evidence ring. Writer: the verifier; reader: ingest.
export const EVIDENCE_MARKET = 0; // u32
export const EVIDENCE_KIND = 11; // u8, KIND_EVIDENCE
export const EVIDENCE_FRAME_SEQ = 16; // u32, last frame of the book that it speaks against
export const EVIDENCE_BYTES = 32;

// Ladder: blocks of 64 slots; a block holds the sizes of both sides by slot and a bit per non-empty slot. An odd number
// of cache lines: a power of two would put all markets in few cache sets. Block n of market m's standard ladder is
// number n x (markets of the arena) + m of the region; the blocks of a fine ladder follow its head.
export const LADDER_SLOTS = 1000;
export const LADDER_BLOCK_SHIFT = 6; // slot >> this = block
export const LADDER_SIDE_BYTES = 512; // u64[64] sizeMicros of bids, then of asks
export const LADDER_BITS = 1024; // u64 of bids, u64 of asks
export const LADDER_BLOCK_BYTES = 1088;
export const LADDER_BYTES = 17408; // 16 blocks
export const FINE_SLOTS = 10000;
export const FINE_SUMMARY = 0; // u64[3] of bids, u64[3] of asks: bit per block that has a level
export const FINE_SUMMARY_SIDE_BYTES = 24;
export const FINE_OWNER = 48; // u32, market index + 1, 0 = free
export const FINE_HEAD_BYTES = 64;
export const FINE_BYTES = 170880; // head and 157 blocks

// Basket: a set of legs with a guaranteed payout per unit. Table: supervisor before start, the reload thread in the area
// that is not in force; slack: its detector.
export const BASKET_KIND = 0; // u16, BASKET_KIND_*
export const BASKET_TABLE = 2; // u16, low half of its table's generation
export const BASKET_LEG_FIRST = 4; // u32, index into LEGS
export const BASKET_LEG_COUNT = 8; // u32
export const BASKET_PAYOUT_E4 = 12; // u32, per unit
export const BASKET_SLACK_E4 = 16; // i32, payout less the lanes of its legs; a leg not ready takes NOT_READY_E4
export const BASKET_BEFORE = 20; // u32, its index in the table before plus 1, 0 = new
export const BASKET_FLAGS = 24; // u32
export const BASKET_LAST_FRAME = 28; // u32, frameSeq of the last opportunity reported
export const BASKET_LAST_EDGE_NANOS = 32; // i64, its edge per unit
export const BASKET_LAST_SIZE_MICROS = 40; // u64
export const BASKET_LAST_EDGE_MICROS = 48; // i64, its edge in all
export const BASKET_BYTES = 64;
export const BASKET_KIND_NEG_RISK_YES = 1; // buy every YES: pays 1
export const BASKET_KIND_NEG_RISK_NO = 2; // buy every NO: pays n - 1
export const BASKET_KIND_SAME = 3; // YES here, NO there: pays 1
export const BASKET_KIND_IMPLICATION = 4; // NO of what implies, YES of what is implied: pays 1
export const BASKET_KIND_LADDER = 5; // the same of two steps of a ladder
export const BASKET_KIND_AT_MOST_ONE = 6; // buy every NO: pays n - 1
export const BASKET_KIND_AT_LEAST_ONE = 7; // buy every YES: pays 1
export const BASKET_KIND_COMPLEMENT = 8; // both YES, or both NO: pays 1
export const BASKET_KIND_COMBINED = 9; // follows from several relations together
export const BASKET_FLAG_OPEN = 1; // an opportunity of it is open
export const BASKET_FLAG_DISABLED = 2;
export const BASKET_FLAG_TOLD = 4; // its last opportunity was told and its end was not
export const LEGS_MAX = 64;

// Leg of a basket.
export const LEG_MARKET = 0; // u32
export const LEG_ACTION = 4; // u32, ACTION_*
export const LEG_BASKET = 8; // u32
export const LEG_LANE_AT = 12; // u32, byte address of its lane
export const LEG_BYTES = 16;
export const ACTION_BUY_YES = 0;
export const ACTION_BUY_NO = 1;

// Index from a market to its legs: {first u32, YES legs u16, NO legs u16} per market, then one entry per leg, each
// market's YES legs before its NO legs; `first` counts entries.
export const INDEX_FIRST = 0; // u32
export const INDEX_YES_COUNT = 4; // u16
export const INDEX_NO_COUNT = 6; // u16
export const MARKET_LEG_BYTES = 8;
export const ENTRY_BASKET = 0; // u32
export const ENTRY_LANE_AT = 4; // u32

// Prices by basket, as the sweep reads them: baskets of one detector in groups of 8, shortest first, and row n of a
// group holds the n-th leg of its 8 baskets side by side. A lane is what one share of the leg costs at least, price and
// fee in E4 rounded down; NO_LANE_E4 while its leg is not ready; 0 where a basket has no such leg.
export const GROUP_ROWS = 0; // u32, legs of its longest basket; 0 = unused, and so are all after it
export const GROUP_LANES_AT = 4; // u32, byte address of row 0
export const GROUP_DETECTOR = 8; // u32
export const GROUP_PAYOUTS_E4 = 16; // i32[GROUP_BASKETS_MAX], 0 where it has no basket
export const GROUP_BASKETS = 64; // u32[GROUP_BASKETS_MAX]
export const GROUP_BASKETS_MAX = 8;
export const GROUP_BYTES = 128;
export const LANE_BYTES = 2;
export const LANE_ROW_BYTES = 16; // GROUP_BASKETS_MAX lanes
export const LANE_E4_MAX = 10000; // 6 of these fit into a lane
export const NO_LANE_E4 = 65535;
export const NOT_READY_E4 = 16777216; // above every payout; LEGS_MAX of these fit into an i32

// ---- rings -----------------------------------------------------------------------------------------------------
// Single producer, single consumer. Indexes are u32 and wrap; occupancy is always (tail - head) as u32. What the
// producer writes, what the consumer writes and what nobody writes while records flow lie LINE_PAIR_BYTES apart: the
// processor fetches cache lines in pairs, so a neighbouring line is as good as the same one (docs/adr/0013-rings-breaker-and-stamps.md).
export const LINE_PAIR_BYTES = 128;
export const RING_TAIL = 0; // u32, published by the producer
export const RING_CACHED_HEAD = 4; // u32, producer's copy of head
export const RING_CLAIMED = 8; // u32, producer's next slot, not yet published
export const RING_REFUSED = 12; // u32, publish groups refused because the ring was full
export const RING_HEAD = 128; // u32, published by the consumer
export const RING_CACHED_TAIL = 132; // u32, consumer's copy of tail
export const RING_CAPACITY = 256; // u32, slots, a power of two
export const RING_SLEEPING = 260; // i32, 1 while the consumer sleeps on the tail
export const RING_SLOTS = 384;
export const RING_SLOT_BYTES = 32;

// Every record starts on a slot and has its kind in byte 11. A record of two slots never straddles the ring's end:
// a PAD record fills the last slot instead.
export const RECORD_KIND = 11; // u8, KIND_*
export const KIND_PAD = 0;
export const KIND_SET = 1; // absolute size at a price
export const KIND_ADD = 2; // relative change (Kalshi)
export const KIND_CLEAR = 3; // a snapshot begins: forget the book
export const KIND_TRADE = 4;
export const KIND_FRAME_END = 5;
export const KIND_CONTROL = 6;
export const KIND_OPPORTUNITY = 7;
export const KIND_LEG = 8;
export const KIND_EVIDENCE = 9;
export const KIND_GONE = 10; // the opportunity told last of a basket is no more

// Level: 32 B, one slot. Also CLEAR and TRADE. Prices and sides are folded to the YES side.
export const LEVEL_MARKET = 0; // u32
export const LEVEL_EPOCH = 4; // u32
export const LEVEL_PRICE_E4 = 8; // u16
export const LEVEL_SIDE = 10; // u8, SIDE_*
export const LEVEL_KIND = 11; // u8
export const LEVEL_FLAGS = 12; // u16, LEVEL_FLAG_*
export const LEVEL_VIEW = 14; // u16, VIEW_YES or VIEW_NO: the view it came from
export const LEVEL_FRAME_SEQ = 16; // u32
export const LEVEL_SPARE = 20; // u32
export const LEVEL_SIZE_MICROS = 24; // u64; i64 for ADD
export const LEVEL_BYTES = 32;
export const LEVEL_SLOTS = 1;
export const SIDE_BID = 0;
export const SIDE_ASK = 1;
export const LEVEL_FLAG_MIRROR = 1; // repeats a first view of this frame: compare, do not apply
export const LEVEL_FLAG_SNAPSHOT_FIRST = 2; // on CLEAR
export const LEVEL_FLAG_LAST = 4; // last level of its frame part

// FrameEnd: 64 B, two slots. Closes the levels of one market in one frame.
export const FRAME_END_MARKET = 0; // u32
export const FRAME_END_EPOCH = 4; // u32
export const FRAME_END_CONNECTION = 8; // u16
export const FRAME_END_SPARE = 10; // u8
export const FRAME_END_KIND = 11; // u8
export const FRAME_END_FLAGS = 12; // u16, FRAME_FLAG_*
export const FRAME_END_LEVELS = 14; // u16, records of this part before it
export const FRAME_END_RECV_NS = 16; // f64
export const FRAME_END_VENUE_MS = 24; // f64, 0 = the frame has none
export const FRAME_END_FRAME_SEQ = 32; // u32
export const FRAME_END_BEST_BID_E4 = 36; // u16, NO_TOP_E4 = the frame has none
export const FRAME_END_BEST_ASK_E4 = 38; // u16
export const FRAME_END_HASH = 40; // u8[20], of the view in FRAME_FLAG_HASH_NO_VIEW; the last hash of the part
export const FRAME_END_SEQ = 40; // u32, Kalshi: in place of the hash
export const FRAME_END_SID = 44; // u32, Kalshi
export const FRAME_END_PUBLISHED_DELTA_NS = 60; // u32, recvNs -> published, 0 = not stamped; saturates
export const FRAME_END_BYTES = 64;
export const FRAME_END_SLOTS = 2;
export const NO_TOP_E4 = 0xffff;
export const FRAME_FLAG_LAST = 1; // last part of its frame
export const FRAME_FLAG_SNAPSHOT = 2;
export const FRAME_FLAG_HAS_HASH = 4;
export const FRAME_FLAG_HAS_SEQ = 8;
export const FRAME_FLAG_HASH_NO_VIEW = 16; // the hash is the NO token's
export const FRAME_FLAG_TOP_ONLY = 32; // best_bid_ask: cross-check only
export const FRAME_FLAG_STAMPED = 64; // stage latencies of this frame are recorded
export const FRAME_FLAG_TRADE = 128;
export const STAMP_MASK = 63; // ingest stamps the frames whose (frameSeq & STAMP_MASK) is 0

// Control: 64 B, two slots. Tick change, resolution, loss of a connection. Made off the hot path.
export const CONTROL_MARKET = 0; // u32
export const CONTROL_EPOCH = 4; // u32, the epoch from here on
export const CONTROL_OP = 8; // u16, CONTROL_OP_*
export const CONTROL_SPARE = 10; // u8
export const CONTROL_KIND = 11; // u8
export const CONTROL_GRID = 12; // u32
export const CONTROL_RECV_NS = 16; // f64
export const CONTROL_VENUE_MS = 24; // f64
export const CONTROL_FRAME_SEQ = 32; // u32
export const CONTROL_AGAINST_SEQ = 36; // u32, of SUSPECT: last frame of the book that the evidence speaks against; 0 = any
export const CONTROL_CONNECTION = 40; // u32, of a subscription
export const CONTROL_SID = 44; // u32
export const CONTROL_SEQ = 48; // u32
export const CONTROL_BYTES = 64;
export const CONTROL_SLOTS = 2;
export const CONTROL_OP_OPEN = 1; // market registered: give it a ladder for its grid
export const CONTROL_OP_TICK_CHANGE = 2; // re-slot in place under a new epoch
export const CONTROL_OP_STALE = 3; // connection or frame lost
export const CONTROL_OP_SUSPECT = 4; // evidence from outside the book
export const CONTROL_OP_RESOLVED = 5; // market_resolved: closed for good
export const CONTROL_OP_NOTHING = 6; // a frame that changed no book: only its number passes (replay with dumps)
export const CONTROL_OP_SEQUENCE = 7; // an answer took a sequence number of the subscription named
export const CONTROL_OP_CONNECTION_OVER = 8; // its subscriptions are no more: their numbers are forgotten

// Opportunity: 64 B, two slots, then one Leg slot per leg, all in one publish group.
export const OPPORTUNITY_BASKET = 0; // u32
export const OPPORTUNITY_FRAME_SEQ = 4; // u32, frame that showed it
export const OPPORTUNITY_LEG_COUNT = 8; // u16
export const OPPORTUNITY_FLAGS = 10; // u8, OPPORTUNITY_FLAG_*
export const OPPORTUNITY_KIND = 11; // u8
export const OPPORTUNITY_BASKET_KIND = 12; // u16
export const OPPORTUNITY_TABLE = 14; // u16, low half of the generation of the table that the index counts in
export const OPPORTUNITY_RECV_NS = 16; // f64, receive time of that frame
export const OPPORTUNITY_SIZE_MICROS = 24; // u64, shares of each leg
export const OPPORTUNITY_COST_MICROS = 32; // i64, all legs before fees, rounded up
export const OPPORTUNITY_FEE_MICROS = 40; // i64, rounded up per leg
export const OPPORTUNITY_EDGE_MICROS = 48; // i64, payout - cost - fees, in all
export const OPPORTUNITY_DETECT_NS = 56; // f64, 0 = not stamped
export const OPPORTUNITY_FLAG_HALTED = 1; // the breaker was open when it was published
export const OPPORTUNITY_BYTES = 64;
export const OPPORTUNITY_SLOTS = 2;
export const GONE_SLOTS = 1; // Gone: the first half of an Opportunity, without its size

export const OPP_LEG_MARKET = 0; // u32
export const OPP_LEG_EPOCH = 4; // u32
export const OPP_LEG_LIMIT_E4 = 8; // u16, worst price of the walk, of the outcome bought
export const OPP_LEG_ACTION = 10; // u8, ACTION_*
export const OPP_LEG_KIND = 11; // u8
export const OPP_LEG_FEE_MICROS = 12; // u32, saturates
export const OPP_LEG_COST_MICROS = 16; // i64, rounded up
export const OPP_LEG_SIZE_MICROS = 24; // u64
export const OPP_LEG_BYTES = 32;
export const OPP_LEG_SLOTS = 1;

// Tap: 32 B, one slot, then the message in as many slots as it takes; both may run over the ring's end, the header never
// does. What ingest hands the recorder, before it is decoded.
export const TAP_LENGTH = 0; // u32, bytes of the message
export const TAP_CONNECTION = 4; // u32
export const TAP_RECV_NS = 8; // f64
export const TAP_VENUE = 16; // u32, VENUE_*
export const TAP_KIND = 20; // u32, TAP_KIND_*
export const TAP_SKIP = 24; // u32, 0..7 bytes between this header and the message: both copies lie alike in their words
export const TAP_LOST = 28; // u32, frames that found no room just before this one
export const TAP_BYTES = 32;
export const TAP_SLOTS = 1;
export const TAP_KIND_FRAME = 1;
export const TAP_KIND_NOTE = 2; // what changed books besides frames, as engine/ingest/notes.ts writes it
export const TAP_ALIGN_MASK = 7;

// ---- scratch of a detector -------------------------------------------------------------------------------------
// Written by WASM during drain() and step(), read by the detect agent of the same thread between calls.
export const SCRATCH_EVENTS = 0; // u32, EVENT_*: why drain() came back
export const SCRATCH_FRAME_SEQ = 4; // u32, last frame worked off
export const SCRATCH_RECV_NS = 8; // f64, of the stamped frame
export const SCRATCH_PUBLISHED_DELTA_NS = 16; // u32, of the stamped frame
export const SCRATCH_DONE_NS = 24; // f64, by the agent: when the last call was over; two more f64 of its own follow
export const SCRATCH_TOUCHED = 64; // u32 count, then market indexes in order of first mention; written by step()
export const SCRATCH_TOUCHED_MAX = 5000;
export const SCRATCH_DIRTY = 20480; // u32[SCRATCH_DIRTY_MAX], market and legs of this frame whose baskets wait for its end
export const SCRATCH_DIRTY_MAX = 1024;
export const SCRATCH_SIDS = 24576; // SCRATCH_SIDS_MAX x {sid u32, connection + 1 u32, seq u32, spare u32}
export const SCRATCH_SIDS_MAX = 256;
export const SCRATCH_SID_BYTES = 16;
export const SCRATCH_WALK = 28672; // LEGS_MAX x WALK_BYTES
export const SCRATCH_RESLOT = 32768; // 2 x LADDER_SLOTS x {priceE4 u32, side u32, sizeMicros u64}
// When each connection last brought this detector data: the gate's data clock.
export const SCRATCH_CONNECTION_RECV_NS = 65536; // f64[CONNECTIONS_MAX]
export const CONNECTIONS_MAX = 1024;
// Receive time of each subscription's last message that came in order, by its place in SCRATCH_SIDS.
export const SCRATCH_SID_RECV_NS = 73728; // f64[SCRATCH_SIDS_MAX]
// By leg of the basket that is walked: where the cursor's level ends, then what roundings take and what the fee does from one
// hundredth of a share to the next (rooms.ts).
export const SCRATCH_ENDS = 75776; // u64[LEGS_MAX], micros from the best level on, with the leg in the low bits
export const SCRATCH_FEE_ROOMS = 76288; // u64[LEGS_MAX], femto-dollars that the fee is below its rounded sum
export const SCRATCH_FEE_STEPS = 76800; // u64[LEGS_MAX], rounding step, femto-dollars
export const SCRATCH_FEE_TURNS = 77312; // u64[LEGS_MAX], fee of a hundredth of a share less whole steps
export const SCRATCH_FEE_LOTS = 77824; // u64[LEGS_MAX], fee of a hundredth of a share where the step is many of them, else 0
export const SCRATCH_COST_ROOMS = 78336; // u64[LEGS_MAX], femto-dollars that the cost is below its rounded sum
export const SCRATCH_ROOMS_KEPT = 78848; // u64[LEGS_MAX], copy of SCRATCH_FEE_ROOMS
export const SCRATCH_COSTS = 79360; // u64[LEGS_MAX], cost of the size measured last, micro-dollars rounded up
export const SCRATCH_FEES = 79872; // u64[LEGS_MAX], its fee, rounded up to the schedule's step
export const SCRATCH_TRAIL = 80384; // WALK_STEPS_MAX x WALK_TRAIL_BYTES, level ends passed
export const SCRATCH_BYTES = 113152;
export const EVENT_STAMPED = 1; // the last frame of the call is stamped and was alone in its call
export const EVENT_OPPORTUNITIES = 2; // opportunities or Gone records are claimed, not published: call publishOpportunities(nowNs)

// Cursor of one leg in a depth walk; the first 48 bytes are what moves with the level.
export const WALK_BASE_MICROS = 0; // u64, where its level begins, from the best level on
export const WALK_COST = 8; // u64, price x size up to there, in E4 x micros
export const WALK_FEE_NANOS_MORE = 16; // u64, fee up to there beyond WALK_FEE_FEMTO, nano-dollars
export const WALK_FEE_FEMTO = 24; // u64, fee up to there, below 2^62
export const WALK_PRICE_E4 = 32; // u32, of the outcome bought
export const WALK_FEE_NANOS = 36; // u32, per share at this level
export const WALK_SLOT = 40; // i32, level the cursor is in
export const WALK_PLACE = 44; // u32, which leg of the basket
export const WALK_BOOK_AT = 48; // u32
export const WALK_FEE_AT = 52; // u32, address of the market's fee schedule
export const WALK_SIDE = 56; // u32, ladder side walked
export const WALK_REACH_E4 = 60; // u32, worst price looked at, 10000 when the ladder was found to end
export const WALK_BYTES = 64;
export const WALK_STEPS_MAX = 512; // level ends one walk may pass
// One of them on the trail: what the cursor had before it.
export const WALK_TRAIL_END = 48; // u64, where the level ended
export const WALK_TRAIL_BYTES = 64;
export const WALK_NEAR_MAX = 1024; // sizes one walk may look at on either side of its peak
export const LOT_MICROS = 10000; // sizes are whole hundredths of a share

// ---- scratch of ingest -----------------------------------------------------------------------------------------
// Bytes 0..4095 belong to publish() in WASM; the rest is written by the host side of ingest.
export const SCRATCH_TAKEN_NS = 4096; // f64, recvNs of the frame being taken: read by decodeTaken()
// Clock at the receipt of each stamped frame, by (frameSeq / 64) mod STAMPS: in a replay recvNs is recorded time.
export const SCRATCH_STAMPS = 12288; // f64[STAMPS]
export const STAMPS = 1024;
export const STAMP_SHIFT = 6;

// ---- decode ----------------------------------------------------------------------------------------------------
// What a decode call answers: > 0 the ring slots staged; otherwise DECODE_* or -(DECODE_REJECT_BASE + REJECT_*).
export const DECODE_IGNORED = 0; // understood, changes nothing (PONG, acknowledgement)
export const DECODE_UNKNOWN = -1; // valid JSON, unknown event type: counted, skipped
export const DECODE_HOST = -2; // off the hot path: control event, escape or non-ASCII text; the host reads it
export const DECODE_NEED_MARKET = -3; // names a market or token that is not registered
export const DECODE_NEED_GRID = -4; // an assumed grid is too coarse, or a snapshot states another tick size
export const DECODE_DROPPED = -5; // of FrameIntake: decoded, but a ring was full under policy live
export const DECODE_CONTROL = -6; // of FrameIntake: control event, read by the host
export const DECODE_REJECT_BASE = 100;
export const REJECT_MALFORMED = 0; // not JSON
export const REJECT_OVERSIZE = 1; // frame larger than the scan buffer
export const REJECT_TOO_MANY_LEVELS = 2; // more records than the staging area
export const REJECT_TOO_DEEP = 3; // nested deeper than DEPTH_MAX
export const REJECT_MISSING_FIELD = 4;
export const REJECT_WRONG_TYPE = 5; // a number where the venue sends a string, and the like
export const REJECT_BAD_NUMBER = 6; // not a plain decimal: sign, exponent, empty, non-finite
export const REJECT_OFF_GRID = 7; // finer than 1e-4 dollar or 1e-6 share, or not on the market's tick
export const REJECT_OUT_OF_RANGE = 8; // price outside (0, 1), size above SIZE_MICROS_MAX
export const REJECT_BAD_SIDE = 9;
export const REJECT_MARKET_MISMATCH = 10; // the token belongs to another condition
export const REJECT_NOT_PLAIN_TEXT = 11; // escape or non-ASCII byte in a frame that changes a book
export const REJECT_INVALID_UTF8 = 12;
export const REJECT_UNKNOWN_MARKET = 13; // not registered and registration is off
export const REJECT_BAD_HASH = 14; // not 40 lower-case hex digits
export const REJECT_LONG_KEY = 15; // id longer than KEY_TEXT_BYTES
export const REJECT_COUNT = 20;

// Tokens: the generic scanner's notes on one frame, behind its table of keys. Writer and reader: ingest.
export const TOKENS_KEYS = 0; // 64 x {word0 u64, word1 u64, number u32, spare 12 bytes} by hash of word0
export const TOKEN_KEY_WORD1 = 8;
export const TOKEN_KEY_NUMBER = 16;
export const TOKEN_KEY_BYTES = 32;
export const TOKEN_KEYS_SHIFT = 58; // a hash of 64 bits shifted by this is a place among 64
export const TOKENS_FIELDS = 2048; // u32[32], token of the value by number of the key, of the object read last
// Blocks of 16 equal bytes to compare with: V8 builds a vector constant anew at every use, and loads one in one step.
export const TOKENS_ALL_QUOTES = 2176;
export const TOKENS_ALL_BACKSLASHES = 2192;
export const TOKENS_ALL_SPACES = 2208;
export const TOKENS_ALL_TABS = 2224;
export const TOKENS_ALL_LINE_FEEDS = 2240;
export const TOKENS_ALL_RETURNS = 2256;
// Pieces: what objects have had between two values, as the scanner met it.
export const PIECES_COUNT = 2272; // u32, pieces learnt
export const PIECES_FULL = 2276; // u32, 1 = one was not learnt for want of room: the next frame forgets all
export const PIECES_FIRST = 2304; // u32[DEPTH_MAX + 1], address of the newest first piece of an object, by depth
export const PIECES = 2432; // PIECES_MAX x {text u8[32], mask u8[32], words}; the last is no piece
export const PIECES_MAX = 256;
export const PIECE_MASK = 32; // u8[32], 0xff over the text
export const PIECE_LENGTH = 64; // u32, bytes of the text, at most PIECE_TEXT_BYTES but in the last
export const PIECE_KEY = 68; // u32, number of its key
export const PIECE_STRING = 72; // u32, 1 = it ends with the quote of a string
export const PIECE_BESIDE = 76; // u32, address of the next piece at the same place, 0 = none
export const PIECE_BEHIND = 80; // u32, address of the newest piece behind this one's value, 0 = none
export const PIECE_TEXT_BYTES = 32;
export const PIECE_BYTES = 96;
export const PIECES_BESIDE_MAX = 8; // pieces learnt at one place
export const TOKENS_FIRST = 27008; // u64, the frame's tokens
export const TOKENS_SLACK_BYTES = 64; // beside 4 bytes for each byte of the largest frame: a token takes 2 of the text

export const DEPTH_MAX = 16;
export const NUMBER_CHARS_MAX = 32;
export const SIZE_MICROS_MAX = 1000000000000000; // 10^9 shares
export const MIRROR_WINDOW = 64; // records back that a change looks for the change it mirrors
export const NO_MARKET = 0xffffffff; // decoder: the key is not registered
