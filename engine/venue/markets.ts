// The market table in the arena: registers markets with their keys, grid and fees. Written by the supervisor before
// start and by ingest after; read by every thread. Off the hot path.
import * as L from '../../wasm/layout.ts';
import { assert } from '../core/assert.ts';
import type { Arena } from '../memory/arena.ts';
import type { FeeSchedule, MarketMeta, VenueName } from './contract.ts';
import { feeKey, feeNanosPerShareRoundedUp } from './fees.ts';
import { internGrid, uniformGrid } from './grid.ts';
import { kalshiOutcome } from './kalshi/outcome.ts';

export const VENUE_NAMES: readonly VenueName[] = ['polymarket', 'kalshi'];
/** A market without metadata starts on the finest grid a standard ladder holds. */
const ASSUMED_TICK_E4 = 10;
const HASHED_TAIL_BYTES = 16;
const NANOS_PER_E4 = 100_000;

/** Hash over the last 16 of `length` bytes, zero padded, and the length; never 0. Equals keyHash in wasm/keys.ts. */
export function keyHash(text: Uint8Array, length = text.length): number {
  const first = Math.max(0, length - HASHED_TAIL_BYTES);
  const even =
    Math.imul(wordOf(text, first, length), 0x9e3779b1) ^ Math.imul(wordOf(text, first + 4, length), 0x85ebca6b);
  const odd =
    Math.imul(wordOf(text, first + 8, length), 0xc2b2ae35) ^ Math.imul(wordOf(text, first + 12, length), 0x27d4eb2f);
  let hash = (even + ((odd << 13) | (odd >>> 19)) + length) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash === 0 ? 1 : hash;
}

/** The little-endian word at `at`; bytes from `end` on count as 0. */
function wordOf(text: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let index = Math.min(at + 4, end) - 1; index >= at; index -= 1) word = (word << 8) | text[index]!;
  return word;
}

/** What a share of YES of a market that is over is paid, E4; undefined while nobody has said. */
export function payoutOf(arena: Arena, market: number): number | undefined {
  const payout = arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]! >>> L.MARKET_PAYOUT_SHIFT;
  return payout === 0 ? undefined : payout - 1;
}

/** True when the market has ended, whether or not anybody has said who won. */
export function isMarketOver(arena: Arena, market: number): boolean {
  return (arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]! & L.MARKET_FLAG_CLOSED) !== 0;
}

/** The venue of market `market`. */
export function venueOf(arena: Arena, market: number): VenueName {
  return VENUE_NAMES[arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_VENUE) >> 2]!]!;
}

/** The venue that a market's id names. */
export function venueOfId(id: string): VenueName {
  return id.startsWith('kalshi:') ? 'kalshi' : 'polymarket';
}

/** The key of a market's id without its venue: condition id or ticker. */
export function keyOfId(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** What a market is subscribed by. */
export function tokensOf({ yesToken, noToken }: MarketMeta): string[] {
  return noToken === undefined || noToken === '' ? [yesToken] : [yesToken, noToken];
}

/** Reads and writes the market table of one arena. */
export class Markets {
  readonly #arena: Arena;
  /** The arena's bytes, for texts in them, and a text on its way there. */
  readonly #text: Buffer;
  readonly #key = Buffer.alloc(L.KEY_TEXT_BYTES);
  readonly #indexById = new Map<string, number>();
  readonly #idByIndex: string[] = [];
  readonly #tokens: [string, string][] = [];
  /** Grids and fee schedules already in the arena's tables: markets share a few of them. */
  readonly #gridIndexes = new Map<string, number>();
  readonly #feeIndexes = new Map<string, number>();

  /** Reads what is registered already, so that any thread can name markets. */
  constructor(arena: Arena) {
    this.#arena = arena;
    this.#text = Buffer.from(arena.memory.buffer);
    this.refresh();
  }

  /** Markets registered so far, as this instance knows. */
  get count(): number {
    return this.#idByIndex.length;
  }

  /** Reads markets that another thread registered since. */
  refresh(): void {
    const keys = this.#arena.region(L.REGION_KEYS);
    const markets = this.#arena.region(L.REGION_MARKETS).at;
    const { u32 } = this.#arena;
    for (let entry = 0; entry < keys.count; entry += 1) {
      const at = keys.at + entry * L.KEY_BYTES;
      if (u32[(at + L.KEY_HASH) >> 2] === 0) continue;
      const textAt = at + L.KEY_TEXT;
      const text = this.#text.toString('latin1', textAt, textAt + u32[(at + L.KEY_LENGTH) >> 2]!);
      const index = u32[(at + L.KEY_MARKET) >> 2]!;
      const keyView = u32[(at + L.KEY_VIEW) >> 2]!;
      const venue = u32[(markets + index * L.MARKET_BYTES + L.MARKET_VENUE) >> 2]!;
      this.#tokens[index] ??= ['', ''];
      if (keyView === L.VIEW_CONDITION || venue === L.VENUE_KALSHI) this.#name(index, `${VENUE_NAMES[venue]}:${text}`);
      if (keyView !== L.VIEW_CONDITION) this.#tokens[index]![keyView] = text;
    }
  }

  indexOf(id: string): number | undefined {
    return this.#indexById.get(id);
  }

  /** Id of market `index`; throws when it is not registered. */
  idOf(index: number): string {
    const id = this.#idByIndex[index];
    assert(id !== undefined, `market ${index} is registered`);
    return id;
  }

  /** Token of the YES (view 0) or NO (view 1) outcome, '' when unknown. */
  tokenOf(index: number, view: number): string {
    return this.#tokens[index]?.[view] ?? '';
  }

  /** What the outcome is called in orders and positions: its token, or the name that a Kalshi market has for it. */
  outcomeOf(index: number, view: number): string {
    const token = this.tokenOf(index, view);
    if (token !== '' || view !== L.VIEW_NO) return token;
    const isKalshi = this.#idByIndex[index]?.startsWith('kalshi:') === true;
    return isKalshi ? kalshiOutcome(this.tokenOf(index, L.VIEW_YES), view) : '';
  }

  /** Indexes of all markets in the order of their ids. */
  indexesById(): number[] {
    return [...this.#indexById.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, index]) => index);
  }

  /**
   * Registers a market and answers its index; a known id answers the index it has. The next free index is one after
   * the highest known. Throws RangeError when the table is full or a key is too long.
   */
  register(meta: MarketMeta, detector = 0): number {
    const known = this.#indexById.get(meta.id);
    if (known !== undefined) return known;
    const index = this.#idByIndex.length;
    const { count } = this.#arena.region(L.REGION_MARKETS);
    if (index >= count) throw new RangeError(`arena.markets: ${count} are taken; raise it`);
    const at = this.#arena.at(L.REGION_MARKETS, index);
    const { view } = this.#arena;
    view.setUint32(at + L.MARKET_EPOCH, 1, true);
    view.setUint32(at + L.MARKET_GRID, this.#gridIndexOf(meta), true);
    view.setUint32(at + L.MARKET_DETECTOR, detector, true);
    view.setUint32(at + L.MARKET_FEE, this.#feeIndexOf(meta.fee), true);
    view.setUint32(at + L.MARKET_VENUE, VENUE_NAMES.indexOf(meta.venue), true);
    view.setBigUint64(at + L.MARKET_MIN_SIZE_MICROS, BigInt(meta.minSizeMicros ?? 0), true);
    const assumed = meta.tickRanges === undefined ? L.MARKET_FLAG_GRID_ASSUMED : 0;
    const negRisk = meta.negRisk === true ? L.MARKET_FLAG_NEG_RISK : 0;
    const protocol = meta.protocol === 'v2' ? L.MARKET_FLAG_PROTOCOL_V2 : 0;
    view.setUint32(at + L.MARKET_FLAGS, L.MARKET_FLAG_REGISTERED | assumed | negRisk | protocol, true);
    this.#name(index, meta.id);
    this.#tokens[index] = ['', ''];
    if (meta.venue === 'polymarket') this.#addKey(keyOfId(meta.id), index, L.VIEW_CONDITION);
    if (meta.yesToken !== '') this.addToken(index, meta.yesToken, L.VIEW_YES);
    if (meta.noToken !== undefined && meta.noToken !== '') this.addToken(index, meta.noToken, L.VIEW_NO);
    return index;
  }

  /** Adds a token of a market that was registered without it. */
  addToken(index: number, token: string, view: number): void {
    this.#tokens[index]![view] = token;
    this.#addKey(token, index, view);
  }

  #gridIndexOf({ tickRanges }: MarketMeta): number {
    const ranges = tickRanges ?? uniformGrid(ASSUMED_TICK_E4);
    return remembered(this.#gridIndexes, JSON.stringify(ranges), () => internGrid(this.#arena, ranges));
  }

  #feeIndexOf(fee: FeeSchedule | undefined): number {
    return remembered(this.#feeIndexes, feeKey(fee), () => internFee(this.#arena, fee));
  }

  #name(index: number, id: string): void {
    this.#idByIndex[index] = id;
    this.#indexById.set(id, index);
  }

  #addKey(key: string, marketIndex: number, keyView: number): void {
    const { length } = key;
    if (length > L.KEY_TEXT_BYTES) throw new RangeError(`key of ${length} bytes, allowed ${L.KEY_TEXT_BYTES}`);
    this.#key.write(key, 'latin1');
    const hash = keyHash(this.#key, length);
    const { at: first, count } = this.#arena.region(L.REGION_KEYS);
    const { u32 } = this.#arena;
    for (let probe = 0; probe < count; probe += 1) {
      const at = first + ((hash + probe) & (count - 1)) * L.KEY_BYTES;
      if (u32[(at + L.KEY_HASH) >> 2] !== 0) continue;
      this.#text.write(key, at + L.KEY_TEXT, 'latin1');
      u32[(at + L.KEY_LENGTH) >> 2] = length;
      u32[(at + L.KEY_MARKET) >> 2] = marketIndex;
      u32[(at + L.KEY_VIEW) >> 2] = keyView;
      // The hash goes last: 0 means the entry is free.
      u32[(at + L.KEY_HASH) >> 2] = hash;
      return;
    }
    throw new RangeError('the key table is full; raise arena.markets');
  }
}

function remembered(known: Map<string, number>, key: string, make: () => number): number {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}

/** Index of a fee schedule in the arena's table, writing it when it is new; 0 for an unknown fee. */
export function internFee(arena: Arena, fee: FeeSchedule | undefined): number {
  if (fee === undefined) return L.FEE_UNKNOWN;
  const nanos = Array.from({ length: 10_001 }, (_, priceE4) => feeNanosPerShareRoundedUp(fee, priceE4));
  const { count } = arena.region(L.REGION_FEES);
  const { view, u32 } = arena;
  for (let index = 1; index < count; index += 1) {
    const at = arena.at(L.REGION_FEES, index);
    const first = (at + L.FEE_NANOS) >> 2;
    if (view.getUint32(at + L.FEE_KNOWN, true) === 0) {
      u32.set(nanos, first);
      view.setUint32(at + L.FEE_ROUND_MICROS, fee.roundMicros, true);
      view.setUint32(at + L.FEE_BOUNDS, bounds(nanos) ? 1 : 0, true);
      view.setUint32(at + L.FEE_KNOWN, 1, true);
      return index;
    }
    const sameStep = view.getUint32(at + L.FEE_ROUND_MICROS, true) === fee.roundMicros;
    if (sameStep && nanos.every((value, priceE4) => u32[first + priceE4] === value)) return index;
  }
  throw new RangeError(`arena.feeSchedules: ${count - 1} are taken; raise it`);
}

/** True when price + fee never falls with the price: what a share costs at the top then bounds what others cost. */
function bounds(nanos: readonly number[]): boolean {
  return nanos.every((fee, priceE4) => priceE4 === 0 || fee + NANOS_PER_E4 >= nanos[priceE4 - 1]!);
}
