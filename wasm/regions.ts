// Where the regions of the arena lie: read once per instance from the arena's header into globals of this instance.
import {
  AGENT_BYTES,
  AGENT_TABLE,
  COUNTER_BYTES,
  HEADER_AT,
  HEADER_CHECKS_OFF,
  HEADER_DETECTORS,
  HEADER_REGIONS,
  HEADER_SEALED,
  HEADER_TABLE,
  HEADER_VERSION,
  HISTOGRAM_BYTES,
  LAYOUT_VERSION,
  REGION_AGENTS,
  REGION_BASKETS,
  REGION_BOOKS,
  REGION_BYTES_EACH,
  REGION_COUNTERS,
  REGION_ENTRY_BYTES,
  REGION_FEES,
  REGION_FINE_LADDERS,
  REGION_GRIDS,
  REGION_GROUPS,
  REGION_HISTOGRAMS,
  REGION_ID_SLOTS,
  REGION_IDS,
  REGION_ITEMS,
  REGION_KEYS,
  REGION_LADDERS,
  REGION_LEGS,
  REGION_LEVEL_RINGS,
  REGION_MARKET_LEGS,
  REGION_MARKETS,
  REGION_OPPORTUNITY_RINGS,
  REGION_OTHER_BASKETS,
  REGION_OTHER_GROUPS,
  REGION_OTHER_LEGS,
  REGION_OTHER_MARKET_LEGS,
  REGION_SCAN,
  REGION_SCRATCH,
  REGION_SEALS,
  REGION_STAGING,
  REGION_TOKENS,
  REGION_TRADE_RINGS,
  STAGE_COUNT,
} from './layout';
import { writeLiterals } from './literal-table';

export let agentsAt: usize = 0;
export let countersAt: usize = 0; // this agent's block
export let histogramsAt: usize = 0; // this agent's histograms
export let gridsAt: usize = 0;
export let gridCount: u32 = 0;
export let feesAt: usize = 0;
export let feeCount: u32 = 0;
export let marketsAt: usize = 0;
export let marketCount: u32 = 0; // capacity; a market index is below it
export let keysAt: usize = 0;
export let keyMask: u32 = 0;
export let idsAt: usize = 0;
export let idSlotsAt: usize = 0;
export let idSlotMask: u32 = 0;
export let booksAt: usize = 0;
export let laddersAt: usize = 0;
export let fineLaddersAt: usize = 0;
export let fineLadderCount: u32 = 0;
export let basketsAt: usize = 0;
export let basketCount: u32 = 0;
export let legsAt: usize = 0;
export let legCount: u32 = 0;
export let marketLegsAt: usize = 0;
export let groupsAt: usize = 0;
export let groupCount: u32 = 0;
export let levelRingsAt: usize = 0;
export let levelRingBytes: usize = 0;
export let opportunityRingAt: usize = 0; // this detector's own
export let tradeRingAt: usize = 0; // this detector's own
export let stagingAt: usize = 0;
export let stagingSlots: u32 = 0;
export let scanAt: usize = 0;
export let scanBytes: u32 = 0;
export let tokensAt: usize = 0;
export let scratchAt: usize = 0; // this agent's own
export let sealsAt: usize = 0;
export let scratchBytes: u32 = 0;
export let detectorCount: u32 = 0;
export let agentIndex: u32 = 0;
let checksOff: u32 = 0;
let tableGeneration: u32 = 0;

function at(region: i32): usize {
  return <usize>load<u32>(HEADER_AT + HEADER_REGIONS + region * REGION_ENTRY_BYTES);
}
function items(region: i32): u32 {
  return load<u32>(HEADER_AT + HEADER_REGIONS + region * REGION_ENTRY_BYTES, REGION_ITEMS);
}
function bytesEach(region: i32): u32 {
  return load<u32>(HEADER_AT + HEADER_REGIONS + region * REGION_ENTRY_BYTES, REGION_BYTES_EACH);
}

/** Binds this instance to the sealed arena as agent `index`. Answers 1, or 0 when the layout differs or is not sealed. */
export function attach(index: u32): i32 {
  if (load<u32>(HEADER_AT + HEADER_VERSION) !== LAYOUT_VERSION || load<u32>(HEADER_AT + HEADER_SEALED) !== 1) return 0;
  agentIndex = index;
  if (index === 0) writeLiterals();
  detectorCount = load<u32>(HEADER_AT + HEADER_DETECTORS);
  checksOff = load<u32>(HEADER_AT + HEADER_CHECKS_OFF);
  const detector: u32 = index > 0 && index <= detectorCount ? index - 1 : 0;
  agentsAt = at(REGION_AGENTS) + index * AGENT_BYTES;
  countersAt = at(REGION_COUNTERS) + index * COUNTER_BYTES;
  histogramsAt = at(REGION_HISTOGRAMS) + index * HISTOGRAM_BYTES * STAGE_COUNT;
  gridsAt = at(REGION_GRIDS);
  gridCount = items(REGION_GRIDS);
  feesAt = at(REGION_FEES);
  feeCount = items(REGION_FEES);
  marketsAt = at(REGION_MARKETS);
  marketCount = items(REGION_MARKETS);
  keysAt = at(REGION_KEYS);
  keyMask = items(REGION_KEYS) - 1;
  idsAt = at(REGION_IDS);
  idSlotsAt = at(REGION_ID_SLOTS);
  idSlotMask = items(REGION_ID_SLOTS) - 1;
  booksAt = at(REGION_BOOKS);
  laddersAt = at(REGION_LADDERS);
  fineLaddersAt = at(REGION_FINE_LADDERS);
  fineLadderCount = items(REGION_FINE_LADDERS);
  basketCount = items(REGION_BASKETS);
  legCount = items(REGION_LEGS);
  groupCount = items(REGION_GROUPS);
  bindTable();
  sayTable();
  levelRingsAt = at(REGION_LEVEL_RINGS);
  levelRingBytes = bytesEach(REGION_LEVEL_RINGS);
  opportunityRingAt = at(REGION_OPPORTUNITY_RINGS) + detector * bytesEach(REGION_OPPORTUNITY_RINGS);
  tradeRingAt = at(REGION_TRADE_RINGS) + detector * bytesEach(REGION_TRADE_RINGS);
  stagingAt = at(REGION_STAGING);
  stagingSlots = items(REGION_STAGING);
  scanAt = at(REGION_SCAN);
  scanBytes = items(REGION_SCAN);
  tokensAt = at(REGION_TOKENS);
  sealsAt = at(REGION_SEALS);
  scratchBytes = bytesEach(REGION_SCRATCH);
  scratchAt = at(REGION_SCRATCH) + index * scratchBytes;
  return 1;
}

/** Binds this instance to the table of baskets that is in force. */
export function bindTable(): void {
  tableGeneration = atomic.load<u32>(HEADER_AT, HEADER_TABLE);
  const other = (tableGeneration & 1) !== 0;
  basketsAt = at(other ? REGION_OTHER_BASKETS : REGION_BASKETS);
  legsAt = at(other ? REGION_OTHER_LEGS : REGION_LEGS);
  marketLegsAt = at(other ? REGION_OTHER_MARKET_LEGS : REGION_MARKET_LEGS);
  groupsAt = at(other ? REGION_OTHER_GROUPS : REGION_GROUPS);
}

/** Says that nothing of this instance looks at another table any more. */
export function sayTable(): void {
  atomic.store<u32>(agentsAt, tableGeneration, AGENT_TABLE);
}

/** True when evidence of CHECK_* `check` is only counted: asked where evidence was found, never before. */
export function isOff(check: u32): bool {
  return (checksOff & check) !== 0;
}

/** Adds to a counter of this agent; plain f64, this agent is its only writer. */
export function count(counter: i32, by: f64): void {
  const slot = countersAt + <usize>(counter << 3);
  store<f64>(slot, load<f64>(slot) + by);
}
