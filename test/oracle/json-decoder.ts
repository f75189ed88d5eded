// Oracle 1: the decode rules over JSON.parse, slow and plain: objects, BigInt, exceptions. Written from
// docs/decode-rules.md, not from the WASM.

import type { MarketMeta, TickRange } from '../../engine/venue/contract.ts';
import { gridFault, onGrid, uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { endLine, type LevelFields, levelLine, type Verdict } from './record.ts';

export interface OracleLimits {
  readonly stagingSlots: number;
  readonly scanBytes: number;
  readonly registerUnknown: boolean;
}

interface Market {
  readonly id: string;
  readonly tokens: string[];
  ranges: readonly TickRange[];
  assumed: boolean;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

class Fault extends Error {
  readonly reason: number;
  constructor(reason: number) {
    super(`reject ${reason}`);
    this.reason = reason;
  }
}

/** What must be supplied before the frame can be read. */
type Need =
  | { readonly token: string; readonly condition: string }
  | { readonly market: Market; readonly tickE4: number };

interface Part {
  readonly market: Market | undefined;
  readonly kind: string;
  levels: LevelFields[];
  flags: number;
  venueMs: number;
  top: [number, number];
  hash: string;
  sequence: string;
}

interface Frame {
  readonly parts: Part[];
  readonly needs: Need[];
  readonly firstView: Map<Market, number>;
  readonly statedTick: Map<Market, number>;
  slots: number;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const TAG = '#number';

/** Text of an unquoted number, tagged before parsing; undefined for anything else. */
function rawNumber(value: Json | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const raw = value[TAG];
  return typeof raw === 'string' && Object.keys(value).length === 1 ? raw : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && rawNumber(value) === undefined;
}

function get(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The first of two that is there at all; null is there. */
function either(first: Json | undefined, second: Json | undefined): Json | undefined {
  return first === undefined ? second : first;
}

function text(value: Json | undefined): string {
  if (value === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  if (typeof value !== 'string') throw new Fault(L.REJECT_WRONG_TYPE);
  return value;
}

function id(value: Json | undefined): string {
  const key = text(value);
  if (key === '') throw new Fault(L.REJECT_MISSING_FIELD);
  if (key.length > L.KEY_TEXT_BYTES) throw new Fault(L.REJECT_LONG_KEY);
  return key;
}

function list(value: Json | undefined): Json[] {
  if (value === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  if (!Array.isArray(value)) throw new Fault(L.REJECT_WRONG_TYPE);
  return value;
}

function scaled(decimal: string, digits: number): bigint {
  const match = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(decimal);
  if (match === null || decimal.length > L.NUMBER_CHARS_MAX) throw new Fault(L.REJECT_BAD_NUMBER);
  if (match[1]!.length > 12) throw new Fault(L.REJECT_OUT_OF_RANGE);
  const fraction = match[2] ?? '';
  if (/[1-9]/.test(fraction.slice(digits))) throw new Fault(L.REJECT_OFF_GRID);
  return BigInt(match[1]! + fraction.slice(0, digits).padEnd(digits, '0'));
}

function price(value: Json | undefined): number {
  const priceE4 = scaled(text(value), 4);
  if (priceE4 <= 0n || priceE4 >= 10_000n) throw new Fault(L.REJECT_OUT_OF_RANGE);
  return Number(priceE4);
}

function best(value: Json | undefined, none: number): number {
  const decimal = text(value);
  if (decimal === '') return none;
  const priceE4 = scaled(decimal, 4);
  if (priceE4 > 10_000n) throw new Fault(L.REJECT_OUT_OF_RANGE);
  return priceE4 === 0n || priceE4 === 10_000n ? none : Number(priceE4);
}

function size(decimal: string): bigint {
  const micros = scaled(decimal, 6);
  if (micros > BigInt(L.SIZE_MICROS_MAX)) throw new Fault(L.REJECT_OUT_OF_RANGE);
  return micros;
}

function side(value: Json | undefined, first: string, second: string): number {
  const word = text(value);
  if (word !== first && word !== second) throw new Fault(L.REJECT_BAD_SIDE);
  return word === first ? 0 : 1;
}

function epochMs(value: Json | undefined): number {
  const ms = text(value);
  if (!/^(0|[1-9]\d{0,14})$/.test(ms)) throw new Fault(L.REJECT_BAD_NUMBER);
  return Number(ms);
}

function integer(value: Json | undefined): number {
  if (value === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  const raw = rawNumber(value);
  if (raw === undefined) throw new Fault(L.REJECT_WRONG_TYPE);
  if (!/^(0|[1-9]\d{0,14})$/.test(raw)) throw new Fault(L.REJECT_BAD_NUMBER);
  return Number(raw);
}

function hash(value: Json | undefined): string {
  const hex = text(value);
  if (!/^[0-9a-f]{40}$/.test(hex)) throw new Fault(L.REJECT_BAD_HASH);
  return hex;
}

/** Decodes frames as the rules say, one after another; keeps what frames teach about markets. */
export class JsonOracle {
  readonly #limits: OracleLimits;
  readonly #byId = new Map<string, Market>();
  readonly #byToken = new Map<string, { market: Market; view: number }>();

  constructor(metas: readonly MarketMeta[], limits: OracleLimits) {
    this.#limits = limits;
    for (const meta of metas) {
      const market = this.#register(meta.id, meta.yesToken, meta.tickRanges);
      if (meta.noToken !== undefined) this.#addToken(market, meta.noToken);
    }
  }

  judge(bytes: Uint8Array, venue: number): Verdict {
    try {
      if (bytes.length > this.#limits.scanBytes) throw new Fault(L.REJECT_OVERSIZE);
      const latin = Buffer.from(bytes).toString('latin1');
      if (latin === 'PONG' || latin === 'PING') return { kind: 'ignored' };
      if (/[\\\u0080-\u00ff]/.test(latin)) return this.#judgeHost(hostValue(bytes), venue, false);
      const value = plainValue(latin);
      return venue === L.VENUE_KALSHI ? this.#kalshi(value) : this.#polymarket(value);
    } catch (error) {
      if (error instanceof Fault) return { kind: 'reject', cause: error.reason };
      throw error;
    }
  }

  #register(marketId: string, token: string, ranges?: readonly TickRange[]): Market {
    const market: Market = {
      id: marketId,
      tokens: [],
      ranges: ranges ?? uniformGrid(10),
      assumed: ranges === undefined,
    };
    this.#byId.set(marketId, market);
    this.#addToken(market, token);
    return market;
  }

  #addToken(market: Market, token: string): void {
    const venue = market.id.slice(0, market.id.indexOf(':'));
    this.#byToken.set(`${venue}:${token}`, { market, view: market.tokens.length });
    market.tokens.push(token);
  }

  /** Reads until nothing is needed any more; the first need in reading order is supplied each time. */
  #read(venue: string, attempt: (frame: Frame) => void): Verdict {
    for (;;) {
      const frame: Frame = { parts: [], needs: [], firstView: new Map(), statedTick: new Map(), slots: 0 };
      attempt(frame);
      for (const part of frame.parts) {
        if (part.levels.length > 65_535) throw new Fault(L.REJECT_TOO_MANY_LEVELS);
      }
      const need = frame.needs[0];
      if (need === undefined) return verdictOf(frame.parts);
      this.#supply(venue, need);
    }
  }

  #supply(venue: string, need: Need): void {
    if ('market' in need) {
      need.market.ranges = uniformGrid(need.tickE4);
      need.market.assumed = false;
      return;
    }
    const known = this.#byId.get(`${venue}:${need.condition}`);
    if (known !== undefined && known.tokens.length > 1) throw new Fault(L.REJECT_MARKET_MISMATCH);
    if (!this.#limits.registerUnknown) throw new Fault(L.REJECT_UNKNOWN_MARKET);
    if (known === undefined) this.#register(`${venue}:${need.condition}`, need.token);
    else this.#addToken(known, need.token);
  }

  #polymarket(value: Json): Verdict {
    if (!Array.isArray(value) && !isObject(value)) throw new Fault(L.REJECT_WRONG_TYPE);
    const elements = Array.isArray(value) ? value : [value];
    const seen = { data: 0, control: 0, unknown: 0 };
    const verdict = this.#read('polymarket', (frame) => {
      seen.data = seen.control = seen.unknown = 0;
      for (const element of elements) {
        if (!isObject(element)) throw new Fault(L.REJECT_WRONG_TYPE);
        seen[this.#polymarketEvent(frame, element)] += 1;
      }
      if (seen.data > 0 && seen.control > 0) throw new Fault(L.REJECT_WRONG_TYPE);
    });
    if (seen.data > 0) return verdict;
    if (seen.control > 0) return this.#judgeHost(value, L.VENUE_POLYMARKET, true);
    return { kind: seen.unknown > 0 ? 'unknown' : 'ignored' };
  }

  #polymarketEvent(frame: Frame, event: JsonObject): 'data' | 'control' | 'unknown' {
    const type = text(get(event, 'event_type'));
    if (['tick_size_change', 'new_market', 'market_resolved'].includes(type)) return 'control';
    if (!['book', 'price_change', 'last_trade_price', 'best_bid_ask'].includes(type)) return 'unknown';
    const condition = id(get(event, 'market'));
    const venueMs = epochMs(get(event, 'timestamp'));
    if (type === 'book') this.#book(frame, event, condition, venueMs);
    else if (type === 'price_change') this.#priceChange(frame, event, condition, venueMs);
    else this.#tradeOrTop(frame, event, condition, venueMs, type);
    return 'data';
  }

  #token(frame: Frame, value: Json | undefined, condition: string): { market: Market | undefined; view: number } {
    const token = id(value);
    const known = this.#byToken.get(`polymarket:${token}`);
    if (known === undefined) {
      frame.needs.push({ token, condition });
      return { market: undefined, view: L.VIEW_YES };
    }
    if (known.market.id !== `polymarket:${condition}`) throw new Fault(L.REJECT_MARKET_MISMATCH);
    return known;
  }

  #level(frame: Frame, market: Market | undefined, priceE4: number, statedTickE4: number): void {
    if (statedTickE4 > 0) {
      if (priceE4 % statedTickE4 !== 0) throw new Fault(L.REJECT_OFF_GRID);
    } else if (market !== undefined && !onGrid(market.ranges, priceE4)) {
      if (!market.assumed) throw new Fault(L.REJECT_OFF_GRID);
      frame.needs.push({ market, tickE4: 1 });
    }
  }

  #book(frame: Frame, event: JsonObject, condition: string, venueMs: number): void {
    const { market, view } = this.#token(frame, get(event, 'asset_id'), condition);
    const digest = hash(get(event, 'hash'));
    let statedTickE4 = 0;
    if (get(event, 'tick_size') !== undefined) {
      statedTickE4 = price(get(event, 'tick_size'));
      if (gridFault(uniformGrid(statedTickE4)) !== undefined) throw new Fault(L.REJECT_OFF_GRID);
      if (market !== undefined) {
        if ((frame.statedTick.get(market) ?? statedTickE4) !== statedTickE4) throw new Fault(L.REJECT_OFF_GRID);
        frame.statedTick.set(market, statedTickE4);
        const same = market.ranges.length === 1 && market.ranges[0]!.tickE4 === statedTickE4;
        if (!same) frame.needs.push({ market, tickE4: statedTickE4 });
      }
    }
    const part = openPart(frame, market, 'book', L.FRAME_FLAG_SNAPSHOT, venueMs);
    setHash(part, digest, view);
    const mirror = snapshotStart(this.#limits, frame, part, view);
    for (const [key, bookSide] of [
      ['bids', view === 1 ? 1 : 0],
      ['asks', view === 1 ? 0 : 1],
    ] as const) {
      for (const level of list(get(event, key))) {
        if (!isObject(level)) throw new Fault(L.REJECT_WRONG_TYPE);
        const quoted = price(get(level, 'price'));
        const priceE4 = view === 1 ? 10_000 - quoted : quoted;
        this.#level(frame, market, priceE4, statedTickE4);
        const sizeMicros = size(text(get(level, 'size')));
        if (sizeMicros === 0n) continue;
        add(this.#limits, frame, part, { kind: L.KIND_SET, side: bookSide, priceE4, sizeMicros, view, flags: mirror });
      }
    }
  }

  #priceChange(frame: Frame, event: JsonObject, condition: string, venueMs: number): void {
    const changes = either(get(event, 'price_changes'), get(event, 'changes'));
    if (changes === undefined) {
      if (get(event, 'price') === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
      this.#change(frame, event, event, condition, venueMs);
      return;
    }
    for (const change of list(changes)) {
      if (!isObject(change)) throw new Fault(L.REJECT_WRONG_TYPE);
      this.#change(frame, change, event, condition, venueMs);
    }
  }

  #change(frame: Frame, change: JsonObject, event: JsonObject, condition: string, venueMs: number): void {
    const { market, view } = this.#token(frame, either(get(change, 'asset_id'), get(event, 'asset_id')), condition);
    const part = openPart(frame, market, 'price_change', 0, venueMs);
    const quoted = price(get(change, 'price'));
    const priceE4 = view === 1 ? 10_000 - quoted : quoted;
    this.#level(frame, market, priceE4, 0);
    const sizeMicros = size(text(get(change, 'size')));
    const bookSide = side(get(change, 'side'), 'BUY', 'SELL') ^ view;
    const digest = either(get(change, 'hash'), get(event, 'hash'));
    if (digest !== undefined) setHash(part, hash(digest), view);
    part.top = topOf(change, view);
    const window = part.levels.slice(-L.MIRROR_WINDOW);
    const mirrored = window.some(
      (level) =>
        level.priceE4 === priceE4 &&
        level.side === bookSide &&
        level.view !== view &&
        (level.flags & L.LEVEL_FLAG_MIRROR) === 0,
    );
    const flags = mirrored ? L.LEVEL_FLAG_MIRROR : 0;
    add(this.#limits, frame, part, { kind: L.KIND_SET, side: bookSide, priceE4, sizeMicros, view, flags });
  }

  #tradeOrTop(frame: Frame, event: JsonObject, condition: string, venueMs: number, type: string): void {
    const { market, view } = this.#token(frame, get(event, 'asset_id'), condition);
    if (type === 'best_bid_ask') {
      const part = openPart(frame, market, type, L.FRAME_FLAG_TOP_ONLY, venueMs);
      if (get(event, 'best_bid') === undefined || get(event, 'best_ask') === undefined) {
        throw new Fault(L.REJECT_MISSING_FIELD);
      }
      part.top = topOf(event, view);
      return;
    }
    const quoted = price(get(event, 'price'));
    const sizeMicros = size(text(get(event, 'size')));
    const taker = side(get(event, 'side'), 'BUY', 'SELL') ^ view;
    const part = openPart(frame, market, type, L.FRAME_FLAG_TRADE, venueMs);
    const priceE4 = view === 1 ? 10_000 - quoted : quoted;
    add(this.#limits, frame, part, { kind: L.KIND_TRADE, side: taker, priceE4, sizeMicros, view, flags: 0 });
  }

  #kalshi(value: Json): Verdict {
    if (!isObject(value)) throw new Fault(L.REJECT_WRONG_TYPE);
    const type = text(get(value, 'type'));
    if (['subscribed', 'unsubscribed', 'ok'].includes(type)) return { kind: 'ignored' };
    if (type === 'error') return { kind: 'control' };
    if (!['orderbook_snapshot', 'orderbook_delta', 'trade'].includes(type)) return { kind: 'unknown' };
    const sid = integer(get(value, 'sid')) % 4_294_967_296;
    const seq = integer(get(value, 'seq')) % 4_294_967_296;
    const msg = get(value, 'msg');
    if (msg === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
    if (!isObject(msg)) throw new Fault(L.REJECT_WRONG_TYPE);
    return this.#read('kalshi', (frame) => {
      const ticker = id(get(msg, 'market_ticker'));
      const market = this.#byToken.get(`kalshi:${ticker}`)?.market;
      if (market === undefined) frame.needs.push({ token: ticker, condition: ticker });
      const stamp = get(msg, 'ts_ms');
      const venueMs = stamp === undefined ? 0 : integer(stamp);
      const flags = { orderbook_snapshot: L.FRAME_FLAG_SNAPSHOT, trade: L.FRAME_FLAG_TRADE }[type] ?? 0;
      const part = openPart(frame, market, type, flags | L.FRAME_FLAG_HAS_SEQ, venueMs);
      part.sequence = `${sid}/${seq}`;
      if (type === 'orderbook_snapshot') this.#kalshiSnapshot(frame, part, msg);
      else if (type === 'orderbook_delta') this.#kalshiDelta(frame, part, msg);
      else this.#kalshiTrade(frame, part, msg);
    });
  }

  #kalshiSnapshot(frame: Frame, part: Part, msg: JsonObject): void {
    snapshotStart(this.#limits, frame, part, L.VIEW_YES);
    for (const [key, view] of [
      ['yes_dollars_fp', L.VIEW_YES],
      ['no_dollars_fp', L.VIEW_NO],
    ] as const) {
      const levels = get(msg, key);
      if (levels === undefined) continue;
      for (const level of list(levels)) {
        if (!Array.isArray(level)) throw new Fault(L.REJECT_WRONG_TYPE);
        const quoted = price(level[0]);
        const priceE4 = view === L.VIEW_NO ? 10_000 - quoted : quoted;
        this.#level(frame, part.market, priceE4, 0);
        const sizeMicros = size(text(level[1]));
        if (level.length > 2) throw new Fault(L.REJECT_WRONG_TYPE);
        if (sizeMicros === 0n) continue;
        add(this.#limits, frame, part, { kind: L.KIND_SET, side: view, priceE4, sizeMicros, view, flags: 0 });
      }
    }
  }

  #kalshiDelta(frame: Frame, part: Part, msg: JsonObject): void {
    const quoted = price(get(msg, 'price_dollars'));
    const signed = text(get(msg, 'delta_fp'));
    const magnitude = size(signed.startsWith('-') ? signed.slice(1) : signed);
    const view = side(get(msg, 'side'), 'yes', 'no');
    const priceE4 = view === L.VIEW_NO ? 10_000 - quoted : quoted;
    this.#level(frame, part.market, priceE4, 0);
    const sizeMicros = signed.startsWith('-') ? -magnitude : magnitude;
    add(this.#limits, frame, part, { kind: L.KIND_ADD, side: view, priceE4, sizeMicros, view, flags: 0 });
  }

  #kalshiTrade(frame: Frame, part: Part, msg: JsonObject): void {
    const priceE4 = price(get(msg, 'yes_price_dollars'));
    const sizeMicros = size(text(get(msg, 'count_fp')));
    const taker = side(get(msg, 'taker_side'), 'yes', 'no');
    add(this.#limits, frame, part, { kind: L.KIND_TRADE, side: taker, priceE4, sizeMicros, view: 0, flags: 0 });
  }

  /** A frame the host reads: control events, and everything that is not plain text. */
  #judgeHost(value: Json, venue: number, plain: boolean): Verdict {
    if (venue === L.VENUE_KALSHI) return hostKalshi(value);
    const changes: { market: Market; tickE4: number }[] = [];
    const kinds = new Set<string>();
    for (const event of Array.isArray(value) ? value : [value]) {
      if (!isObject(event)) throw new Fault(L.REJECT_WRONG_TYPE);
      const type = text(get(event, 'event_type'));
      if (!plain && ['book', 'price_change', 'last_trade_price', 'best_bid_ask'].includes(type)) {
        throw new Fault(L.REJECT_NOT_PLAIN_TEXT);
      }
      const known = ['tick_size_change', 'market_resolved', 'new_market'].includes(type);
      kinds.add(known ? 'control' : 'unknown');
      if (type === 'tick_size_change' || type === 'market_resolved') controlEvent(event, type);
    }
    for (const event of Array.isArray(value) ? value : [value]) {
      if (isObject(event) && get(event, 'event_type') === 'tick_size_change') this.#tickChange(event, changes);
    }
    for (const { market, tickE4 } of changes) {
      if (market.ranges.length === 1 && market.ranges[0]!.tickE4 === tickE4) continue;
      market.ranges = uniformGrid(tickE4);
      market.assumed = false;
    }
    return { kind: kinds.has('control') ? 'control' : kinds.has('unknown') ? 'unknown' : 'ignored' };
  }

  #tickChange(event: JsonObject, changes: { market: Market; tickE4: number }[]): void {
    const market = this.#byId.get(`polymarket:${text(get(event, 'market'))}`);
    if (market === undefined) return;
    if (market.tokens.length > 1 && !market.tokens.includes(text(get(event, 'asset_id')))) {
      throw new Fault(L.REJECT_MARKET_MISMATCH);
    }
    changes.push({ market, tickE4: Number(scaled(text(get(event, 'new_tick_size')), 4)) });
  }
}

/** Checks the fields of a control event in the order of the rules. */
function controlEvent(event: JsonObject, type: string): void {
  const keys = ['market', 'timestamp'];
  if (type === 'tick_size_change') keys.push('asset_id', 'new_tick_size');
  const [condition, timestamp, token, tick] = keys.map((key) => text(get(event, key)));
  if (condition === '') throw new Fault(L.REJECT_MISSING_FIELD);
  if (!/^(0|[1-9]\d{0,14})$/.test(timestamp!)) throw new Fault(L.REJECT_BAD_NUMBER);
  if (type === 'market_resolved') return;
  if (token === '') throw new Fault(L.REJECT_MISSING_FIELD);
  const dollars = Number(tick);
  const fine = /^(0|[1-9]\d{0,11})(\.\d{1,4}0{0,16})?$/.test(tick!) && dollars <= 1;
  if (!fine) throw new Fault(L.REJECT_BAD_NUMBER);
  const tickE4 = Math.round(dollars * 10_000);
  if (tickE4 === 0 || tickE4 === 10_000) throw new Fault(L.REJECT_OUT_OF_RANGE);
  if (10_000 % tickE4 !== 0) throw new Fault(L.REJECT_OFF_GRID);
}

function hostKalshi(value: Json): Verdict {
  if (!isObject(value)) throw new Fault(L.REJECT_WRONG_TYPE);
  const type = text(get(value, 'type'));
  if (['orderbook_snapshot', 'orderbook_delta', 'trade'].includes(type)) throw new Fault(L.REJECT_NOT_PLAIN_TEXT);
  if (type === 'error') return { kind: 'control' };
  return { kind: ['subscribed', 'unsubscribed', 'ok'].includes(type) ? 'ignored' : 'unknown' };
}

/** Value of a plain frame with every unquoted number tagged by its text, or the fault. */
function plainValue(frame: string): Json {
  let depth = 0;
  let deepest = 0;
  let numbers = true;
  let grammar = true;
  const tagged = frame.replace(/"[^"]*"|[[\]{}]|-?\d[\d.eE+-]*/g, (token) => {
    if (token.startsWith('"')) return token;
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth -= 1;
    if ('[]{}'.includes(token)) return token;
    grammar &&= NUMBER.test(token);
    numbers &&= bounded(token);
    return `{"${TAG}":"${token}"}`;
  });
  let value: Json;
  try {
    value = JSON.parse(tagged) as Json;
  } catch {
    throw new Fault(deepest > L.DEPTH_MAX ? L.REJECT_TOO_DEEP : L.REJECT_MALFORMED);
  }
  if (!grammar) throw new Fault(L.REJECT_MALFORMED);
  if (deepest > L.DEPTH_MAX) throw new Fault(L.REJECT_TOO_DEEP);
  if (!numbers) throw new Fault(L.REJECT_BAD_NUMBER);
  return value;
}

function bounded(token: string): boolean {
  const [, whole = '', , exponent = ''] = NUMBER.exec(token) ?? [];
  return token.length <= L.NUMBER_CHARS_MAX && whole.length <= 18 && exponent.replace(/[eE+-]/g, '').length <= 2;
}

/** Value of a frame that is not plain text, or the fault. Numbers stay numbers: no rule of the host reads one. */
function hostValue(bytes: Uint8Array): Json {
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault(L.REJECT_INVALID_UTF8);
  }
  let value: Json;
  try {
    value = JSON.parse(decoded) as Json;
  } catch {
    throw new Fault(L.REJECT_MALFORMED);
  }
  // What is left outside of strings has no quotes: brackets and numbers can be counted there.
  const bare = decoded.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  let depth = 0;
  for (const token of bare.match(/[[\]{}]|-?\d[\d.eE+-]*/g) ?? []) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (!bounded(token)) throw new Fault(L.REJECT_BAD_NUMBER);
    if (depth > L.DEPTH_MAX) throw new Fault(L.REJECT_TOO_DEEP);
  }
  return value;
}

function openPart(frame: Frame, market: Market | undefined, kind: string, flags: number, venueMs: number): Part {
  let part = frame.parts.at(-1);
  if (part === undefined || part.market !== market || part.kind !== kind) {
    part = { market, kind, levels: [], flags: 0, venueMs, top: [L.NO_TOP_E4, L.NO_TOP_E4], hash: '', sequence: '' };
    frame.parts.push(part);
    frame.slots += L.FRAME_END_SLOTS;
  }
  part.flags |= flags;
  part.venueMs = venueMs;
  return part;
}

function setHash(part: Part, digest: string, view: number): void {
  part.hash = digest;
  part.flags = (part.flags & ~L.FRAME_FLAG_HASH_NO_VIEW) | L.FRAME_FLAG_HAS_HASH;
  if (view === L.VIEW_NO) part.flags |= L.FRAME_FLAG_HASH_NO_VIEW;
}

function topOf(source: JsonObject, view: number): [number, number] {
  if (get(source, 'best_bid') === undefined || get(source, 'best_ask') === undefined) return [L.NO_TOP_E4, L.NO_TOP_E4];
  const bid = best(get(source, 'best_bid'), 0);
  const ask = best(get(source, 'best_ask'), 10_000);
  return view === L.VIEW_NO ? [10_000 - ask, 10_000 - bid] : [bid, ask];
}

function snapshotStart(limits: OracleLimits, frame: Frame, part: Part, view: number): number {
  let flags = 0;
  if (part.market !== undefined) {
    const first = frame.firstView.get(part.market) ?? view;
    frame.firstView.set(part.market, first);
    if (first !== view) flags = L.LEVEL_FLAG_MIRROR;
  }
  const first = flags | L.LEVEL_FLAG_SNAPSHOT_FIRST;
  add(limits, frame, part, { kind: L.KIND_CLEAR, side: 0, priceE4: 0, sizeMicros: 0n, view, flags: first });
  return flags;
}

function add(limits: OracleLimits, frame: Frame, part: Part, level: Omit<LevelFields, 'market'>): void {
  frame.slots += L.LEVEL_SLOTS;
  if (frame.slots > limits.stagingSlots) throw new Fault(L.REJECT_TOO_MANY_LEVELS);
  part.levels.push({ market: part.market?.id ?? '', ...level });
}

function verdictOf(parts: readonly Part[]): Verdict {
  if (parts.length === 0) return { kind: 'ignored' };
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const market = part.market?.id ?? '';
    for (const [at, level] of part.levels.entries()) {
      const last = at === part.levels.length - 1 ? L.LEVEL_FLAG_LAST : 0;
      lines.push(levelLine({ ...level, flags: level.flags | last }));
    }
    const [bidE4, askE4] = part.top;
    const flags = part.flags | (index === parts.length - 1 ? L.FRAME_FLAG_LAST : 0);
    const { venueMs, hash: digest, sequence } = part;
    lines.push(endLine({ market, flags, levels: part.levels.length, venueMs, bidE4, askE4, hash: digest, sequence }));
  }
  return { kind: 'records', lines };
}
