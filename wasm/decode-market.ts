// Which market and view a frame's ids mean, and whether a price lies on that market's grid. Ingest thread; reads the key
// table, IDS, MARKETS and GRIDS, writes only its own globals and, through decode-stage, what the host must do first.
import { idField, textAt, textBytes } from './decode-fields';
import { marketAt, nameMarket, needGrid, needMarket, refuse, sameStatedTick } from './decode-stage';
import { findIds, learnIds, tokenDiffers, viewOf } from './ids';
import { findKey, keyEquals } from './keys';
import * as L from './layout';
import { gridsAt } from './regions';

/** Tick an assumed grid is refined to: the finest there is, as any other may lose a level already taken. */
const FINEST_TICK_E4 = 1;
const PRICE_ONE_E4: u32 = 10000;
const TOKEN_BYTES_SPREAD: u32 = L.IDS_TOKEN_MAX_BYTES - L.IDS_TOKEN_MIN_BYTES;

export let market: u32 = L.NO_MARKET; // market of the last resolve, NO_MARKET = to be registered
export let view: u32 = L.VIEW_YES; // its view

let griddedMarket: u32 = L.NO_MARKET; // market of the price found on its grid last
let griddedPriceE4: u32 = 0; // that price: the other token's change has the same
let checkedMarket: u32 = L.NO_MARKET; // market whose condition id the event's was found to be
let eventIds: usize = 0; // ids of the event's condition, 0 = not met yet

/** Key entry of the market's condition id, looked up once per market. */
function conditionEntry(index: u32, at: usize, bytes: u32): usize {
  const known = load<u32>(marketAt(index), L.MARKET_CONDITION_KEY);
  if (known !== 0) return known;
  const entry = findKey(L.VENUE_POLYMARKET, at, bytes, true);
  if (entry !== 0 && load<u32>(entry, L.KEY_MARKET) === index) {
    store<u32>(marketAt(index), <u32>entry, L.MARKET_CONDITION_KEY);
  }
  return entry;
}

/** True when the id is that of `index`'s condition; compared once per event. */
function inCondition(index: u32, at: usize, bytes: u32): bool {
  if (index === checkedMarket) return true;
  const entry = conditionEntry(index, at, bytes);
  if (entry === 0 || load<u32>(entry, L.KEY_MARKET) !== index || !keyEquals(entry, at, bytes)) return false;
  checkedMarket = index;
  return true;
}

/** True when the id of IDS_CONDITION_BYTES bytes at `at` is not that of `ids`. */
function conditionDiffers(at: usize, ids: usize): bool {
  const text = ids + L.IDS_CONDITION;
  const a = v128.or(v128.xor(v128.load(at), v128.load(text)), v128.xor(v128.load(at, 16), v128.load(text, 16)));
  const b = v128.or(v128.xor(v128.load(at, 32), v128.load(text, 32)), v128.xor(v128.load(at, 48), v128.load(text, 48)));
  // The last block overlaps the one before it.
  const last = L.IDS_CONDITION_BYTES - 16;
  return v128.any_true(v128.or(v128.or(a, b), v128.xor(v128.load(at + last), v128.load(text + last))));
}

/** An event of the condition begins: its ids are looked up, it is compared with no market yet, its first token is any. */
export function enterCondition(at: usize, bytes: u32): void {
  griddedMarket = L.NO_MARKET;
  checkedMarket = L.NO_MARKET;
  market = L.NO_MARKET;
  const ids = bytes === <u32>L.IDS_CONDITION_BYTES ? findIds(at - L.IDS_CONDITION) : 0;
  eventIds = ids !== 0 && !conditionDiffers(at, ids) ? ids : 0;
}

/** True when the token found last is one of the event's condition as its ids have them; then market and view are its. */
function idsToken(): bool {
  const more = textBytes - <u32>L.IDS_TOKEN_MIN_BYTES;
  if (eventIds === 0 || more > TOKEN_BYTES_SPREAD) return false;
  // A text of the frame stands in its quotes.
  const quote = textAt - 1;
  const likely = viewOf(quote, eventIds);
  if (v128.any_true(tokenDiffers(quote, <usize>more, eventIds, likely))) return false;
  market = load<u32>(eventIds, L.IDS_MARKET);
  view = likely;
  return true;
}

/** Key entry of the token found last, most likely the other one of the market that the event has named before. */
function tokenEntry(): usize {
  if (market !== L.NO_MARKET) {
    const other = view === L.VIEW_NO ? L.MARKET_YES_KEY : L.MARKET_NO_KEY;
    const entry = <usize>load<u32>(marketAt(market) + <usize>other);
    if (entry !== 0 && keyEquals(entry, textAt, textBytes)) return entry;
  }
  const entry = findKey(L.VENUE_POLYMARKET, textAt, textBytes, false);
  if (entry === 0) return 0;
  const own = load<u32>(entry, L.KEY_VIEW) === L.VIEW_NO ? L.MARKET_NO_KEY : L.MARKET_YES_KEY;
  store<u32>(marketAt(load<u32>(entry, L.KEY_MARKET)) + <usize>own, <u32>entry);
  return entry;
}

/** Resolves a Polymarket token within the condition whose id is `conditionBytes` bytes at `conditionAt`. */
export function resolveToken(tokenValue: usize, conditionAt: usize, conditionBytes: u32): bool {
  if (!idField(tokenValue)) return false;
  if (idsToken()) {
    nameMarket(market);
    return true;
  }
  const entry = tokenEntry();
  if (entry === 0) {
    market = L.NO_MARKET;
    view = L.VIEW_YES;
    needMarket(textAt, textBytes, conditionAt, conditionBytes);
    return true;
  }
  market = load<u32>(entry, L.KEY_MARKET);
  view = load<u32>(entry, L.KEY_VIEW);
  nameMarket(market);
  if (!inCondition(market, conditionAt, conditionBytes)) {
    refuse(L.REJECT_MARKET_MISMATCH);
    return false;
  }
  learnIds(market);
  return true;
}

/** Resolves a Kalshi ticker. */
export function resolveTicker(value: usize): bool {
  griddedMarket = L.NO_MARKET;
  market = L.NO_MARKET;
  view = L.VIEW_YES;
  if (!idField(value)) return false;
  const entry = findKey(L.VENUE_KALSHI, textAt, textBytes, false);
  if (entry === 0) {
    needMarket(textAt, textBytes, textAt, textBytes);
    return true;
  }
  market = load<u32>(entry, L.KEY_MARKET);
  nameMarket(market);
  return true;
}

function onGrid(grid: usize, priceE4: u32): bool {
  const ranges = load<u32>(grid, L.GRID_RANGES);
  for (let index: u32 = 0; index < ranges && index < <u32>L.GRID_RANGES_MAX; index += 1) {
    const range = grid + L.GRID_RANGE_FIRST + <usize>index * L.GRID_RANGE_BYTES;
    const start = load<u32>(range, L.GRID_RANGE_START_E4);
    if (priceE4 < start || priceE4 >= load<u32>(range, L.GRID_RANGE_END_E4)) continue;
    return (priceE4 - start) % load<u32>(range, L.GRID_RANGE_TICK_E4) === 0;
  }
  return false;
}

function gridOf(index: u32): usize {
  return gridsAt + <usize>load<u32>(marketAt(index), L.MARKET_GRID) * L.GRID_BYTES;
}

/** Checks a folded level price against `statedTickE4`, or without one (0) against the resolved market's grid. */
export function checkGrid(priceE4: u32, statedTickE4: u32): void {
  if (statedTickE4 !== 0) {
    if (priceE4 % statedTickE4 !== 0) refuse(L.REJECT_OFF_GRID);
    return;
  }
  if (market === L.NO_MARKET || (market === griddedMarket && priceE4 === griddedPriceE4)) return;
  if (onGrid(gridOf(market), priceE4)) {
    griddedMarket = market;
    griddedPriceE4 = priceE4;
    return;
  }
  if ((load<u32>(marketAt(market), L.MARKET_FLAGS) & L.MARKET_FLAG_GRID_ASSUMED) !== 0) {
    needGrid(market, FINEST_TICK_E4);
  } else {
    refuse(L.REJECT_OFF_GRID);
  }
}

/** Takes in the tick a snapshot states: it must divide 1, be the same all over the frame, and become the grid. */
export function stateTick(tickE4: u32): void {
  if (PRICE_ONE_E4 % tickE4 !== 0) {
    refuse(L.REJECT_OFF_GRID);
    return;
  }
  if (market === L.NO_MARKET) return;
  if (!sameStatedTick(market, tickE4)) {
    refuse(L.REJECT_OFF_GRID);
    return;
  }
  const grid = gridOf(market);
  const uniform = load<u32>(grid, L.GRID_RANGES) === 1;
  if (!uniform || load<u32>(grid, L.GRID_RANGE_FIRST + L.GRID_RANGE_TICK_E4) !== tickE4) needGrid(market, tickE4);
}
