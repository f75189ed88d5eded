// Oracle 1: the decode rules over JSON.parse, slow and plain: objects, BigInt, exceptions. Written from
// docs/decode-rules.md, not from the WASM.
import type { MarketMeta, TickRange } from '../../engine/venue/contract.ts';
import { gridFault, onGrid, uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { controlEvent, hostKalshi, kalshiLifecycle, tickChange } from './json-host.ts';
import { kalshiDelta, kalshiSnapshot, kalshiTrade } from './json-kalshi.ts';
import {
  add,
  type Frame,
  type Market,
  type Need,
  type OracleLimits,
  openPart,
  setHash,
  snapshotStart,
  topOf,
  verdictOf,
} from './json-parts.ts';
import {
  either,
  epochMs,
  Fault,
  get,
  hash,
  hostValue,
  id,
  integer,
  isObject,
  type Json,
  type JsonObject,
  list,
  plainValue,
  price,
  side,
  size,
  text,
} from './json-text.ts';
import type { Verdict } from './record.ts';

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

  /** Grids of all markets, by id: what frames have taught. */
  grids(): string {
    const grids = [...this.#byId.values()].map(
      ({ id: key, ranges }) => `${key} ${ranges.map((range) => range.tickE4)}`,
    );
    return grids.sort().join('\n');
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
    if (type === 'market_lifecycle_v2') return kalshiLifecycle(value);
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
      const level = (priceE4: number): void => this.#level(frame, market, priceE4, 0);
      if (type === 'orderbook_snapshot') kalshiSnapshot(this.#limits, frame, part, msg, level);
      else if (type === 'orderbook_delta') kalshiDelta(this.#limits, frame, part, msg, level);
      else kalshiTrade(this.#limits, frame, part, msg);
    });
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
      if (isObject(event) && get(event, 'event_type') === 'tick_size_change') tickChange(this.#byId, event, changes);
    }
    for (const { market, tickE4 } of changes) {
      if (market.ranges.length === 1 && market.ranges[0]!.tickE4 === tickE4) continue;
      market.ranges = uniformGrid(tickE4);
      market.assumed = false;
    }
    return { kind: kinds.has('control') ? 'control' : kinds.has('unknown') ? 'unknown' : 'ignored' };
  }
}
