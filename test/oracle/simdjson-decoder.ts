// Oracle 2: the decode rules over simdjson. Turns a frame into a flat table of rows, judges the rows, and only then cuts
// them into parts; oracle 1 builds parts as it reads. Written from docs/decode-rules.md, not from the WASM.
import type { MarketMeta } from '../../engine/venue/contract.ts';
import * as L from '../../wasm/layout.ts';
import type { Verdict } from './record.ts';
import * as F from './simdjson-fields.ts';
import { type KalshiContext, kalshiLifecycle, kalshiMessage, NOWHERE, type Wish } from './simdjson-kalshi.ts';
import { cutRows, type Row, tooManyRows } from './simdjson-rows.ts';
import { parseFrame } from './simdjson-text.ts';

type Fields = Record<string, unknown>;

interface Place {
  readonly id: string;
  /** Slot-free grid: is this price on it? */
  ticks: { from: number; to: number; tick: number }[];
  assumed: boolean;
  tokens: number;
}

const DATA = ['book', 'price_change', 'last_trade_price', 'best_bid_ask'];
const CONTROL = ['tick_size_change', 'market_resolved', 'new_market'];
const KALSHI_DATA = ['orderbook_snapshot', 'orderbook_delta', 'trade'];

/** Decodes frames as the rules say, one after another; keeps what frames teach about markets. */
export class SimdjsonOracle {
  readonly #stagingSlots: number;
  readonly #scanBytes: number;
  readonly #registerUnknown: boolean;
  readonly #places: Place[] = [];
  readonly #keys = new Map<string, readonly [number, number]>(); // venue key -> market, view
  #faults = new F.Faults();
  #rows: Row[] = [];
  #wishes: Wish[] = [];
  #stated = new Map<number, number>();

  constructor(
    metas: readonly MarketMeta[],
    limits: { readonly stagingSlots: number; readonly scanBytes: number; readonly registerUnknown: boolean },
  ) {
    this.#stagingSlots = limits.stagingSlots;
    this.#scanBytes = limits.scanBytes;
    this.#registerUnknown = limits.registerUnknown;
    for (const meta of metas) {
      const ticks = meta.tickRanges?.map(({ startE4, endE4, tickE4 }) => ({ from: startE4, to: endE4, tick: tickE4 }));
      const market = this.#open(meta.id, ticks);
      this.#bind(market, meta.yesToken);
      if (meta.noToken !== undefined) this.#bind(market, meta.noToken);
    }
  }

  judge(bytes: Uint8Array, venue: number): Verdict {
    if (bytes.length > this.#scanBytes) return { kind: 'reject', cause: L.REJECT_OVERSIZE };
    const word = bytes.length === 4 ? String.fromCharCode(...bytes) : '';
    if (word === 'PING' || word === 'PONG') return { kind: 'ignored' };
    const parsed = parseFrame(bytes);
    if ('cause' in parsed) return { kind: 'reject', cause: parsed.cause };
    for (;;) {
      this.#faults = new F.Faults();
      this.#rows = [];
      this.#wishes = [];
      this.#stated = new Map();
      const kind =
        venue === L.VENUE_KALSHI
          ? this.#kalshi(parsed.value, parsed.plain)
          : this.#polymarket(parsed.value, parsed.plain);
      const cause = this.#faults.first;
      if (cause !== undefined) return { kind: 'reject', cause };
      if (kind !== 'records') return { kind };
      if (tooManyRows(this.#rows, this.#stagingSlots)) return { kind: 'reject', cause: L.REJECT_TOO_MANY_LEVELS };
      const wish = this.#wishes[0];
      if (wish === undefined) return cutRows(this.#rows, (market) => this.#places[market]!.id);
      const refusal = this.#grant(wish);
      if (refusal !== undefined) return { kind: 'reject', cause: refusal };
    }
  }

  /** Grids of all markets, by id: what frames have taught. */
  grids(): string {
    const grids = this.#places.map((place) => `${place.id} ${place.ticks.map(({ tick }) => tick)}`);
    return grids.sort().join('\n');
  }

  #open(id: string, ticks: Place['ticks'] | undefined): number {
    const uniform = [{ from: 0, to: 10_000, tick: 10 }];
    return this.#places.push({ id, ticks: ticks ?? uniform, assumed: ticks === undefined, tokens: 0 }) - 1;
  }

  #bind(market: number, token: string): void {
    const place = this.#places[market]!;
    this.#keys.set(`${place.id.split(':')[0]} ${token}`, [market, place.tokens]);
    place.tokens += 1;
  }

  #setTick(market: number, tick: number): void {
    const place = this.#places[market]!;
    if (place.ticks.length === 1 && place.ticks[0]!.tick === tick) return;
    place.ticks = [{ from: 0, to: 10_000, tick }];
    place.assumed = false;
  }

  /** Supplies a wish, or answers the cause it is refused for. */
  #grant(wish: Wish): number | undefined {
    if (wish.market !== NOWHERE) {
      this.#setTick(wish.market, wish.tickE4);
      return undefined;
    }
    const known = this.#places.findIndex((place) => place.id === wish.condition);
    if (known >= 0 && this.#places[known]!.tokens === 2) return L.REJECT_MARKET_MISMATCH;
    if (!this.#registerUnknown) return L.REJECT_UNKNOWN_MARKET;
    this.#bind(known >= 0 ? known : this.#open(wish.condition, undefined), wish.token);
    return undefined;
  }

  // ---- Polymarket ----

  #polymarket(value: unknown, plain: boolean): 'records' | 'unknown' | 'ignored' | 'control' {
    const events = Array.isArray(value) ? value : [value];
    const counts = { data: 0, control: 0, unknown: 0 };
    for (const event of events) {
      if (!F.isRecord(event)) {
        this.#faults.note(L.REJECT_WRONG_TYPE, undefined);
        continue;
      }
      const type = F.asText(F.own(event, 'event_type'), this.#faults);
      if (type === undefined) continue;
      if (CONTROL.includes(type)) {
        counts.control += 1;
      } else if (DATA.includes(type)) {
        counts.data += 1;
        if (plain) this.#event(type, event);
        else this.#faults.note(L.REJECT_NOT_PLAIN_TEXT, undefined);
      } else {
        counts.unknown += 1;
      }
      if (!plain && CONTROL.includes(type)) this.#checkControl(type, event);
    }
    if (counts.control > 0 && counts.data > 0) this.#faults.note(L.REJECT_WRONG_TYPE, undefined);
    if (counts.data > 0) return this.#rows.length > 0 ? 'records' : 'ignored';
    if (counts.control === 0) return counts.unknown > 0 ? 'unknown' : 'ignored';
    this.#control(events.filter(F.isRecord), plain);
    return 'control';
  }

  #event(type: string, event: Fields): void {
    const condition = F.asId(F.own(event, 'market'), this.#faults);
    const venueMs = F.asEpochMs(F.own(event, 'timestamp'), this.#faults);
    if (this.#faults.first !== undefined) return;
    const base = { part: type, venueMs, condition };
    if (type === 'book') this.#book(event, base);
    else if (type === 'price_change') this.#changes(event, base);
    else this.#tradeOrTop(event, base);
  }

  #locate(token: unknown, condition: string): readonly [number, number] {
    const key = F.asId(token, this.#faults);
    const found = this.#keys.get(`polymarket ${key}`);
    if (found === undefined) {
      this.#wishes.push({ market: NOWHERE, tickE4: 0, token: key, condition: `polymarket:${condition}` });
      return [NOWHERE, 0];
    }
    if (this.#places[found[0]]!.id !== `polymarket:${condition}`) {
      this.#faults.note(L.REJECT_MARKET_MISMATCH, undefined);
    }
    return found;
  }

  #checkTick(market: number, priceE4: number, stated: number): void {
    if (stated > 0) {
      if (priceE4 % stated !== 0) this.#faults.note(L.REJECT_OFF_GRID, undefined);
      return;
    }
    const place = this.#places[market];
    if (place === undefined) return;
    const range = place.ticks.find(({ from, to }) => priceE4 >= from && priceE4 < to);
    if (range !== undefined && (priceE4 - range.from) % range.tick === 0) return;
    if (place.assumed) this.#wishes.push({ market, tickE4: 1, token: '', condition: '' });
    else this.#faults.note(L.REJECT_OFF_GRID, undefined);
  }

  #statedTick(event: Fields, market: number): number {
    if (!F.has(event, 'tick_size')) return 0;
    const tick = F.asPrice(F.own(event, 'tick_size'), this.#faults);
    if (10_000 % tick !== 0) return this.#faults.note(L.REJECT_OFF_GRID, tick);
    const place = this.#places[market];
    if (place === undefined) return tick;
    if (this.#stated.get(market) !== undefined && this.#stated.get(market) !== tick) {
      return this.#faults.note(L.REJECT_OFF_GRID, tick);
    }
    this.#stated.set(market, tick);
    const holds = place.ticks.length === 1 && place.ticks[0]!.tick === tick;
    if (!holds) this.#wishes.push({ market, tickE4: tick, token: '', condition: '' });
    return tick;
  }

  #book(event: Fields, base: { part: string; venueMs: number; condition: string }): void {
    const [market, view] = this.#locate(F.own(event, 'asset_id'), base.condition);
    const hash = F.asHash(F.own(event, 'hash'), this.#faults);
    const stated = this.#statedTick(event, market);
    const common = { part: base.part, venueMs: base.venueMs, market, view, hash, partFlags: L.FRAME_FLAG_SNAPSHOT };
    this.#rows.push({ ...common, kind: L.KIND_CLEAR, side: 0, priceE4: 0, sizeMicros: 0n });
    for (const key of ['bids', 'asks']) {
      for (const level of F.asArray(F.own(event, key), this.#faults)) {
        if (!F.isRecord(level)) {
          this.#faults.note(L.REJECT_WRONG_TYPE, undefined);
          continue;
        }
        const quoted = F.asPrice(F.own(level, 'price'), this.#faults);
        const priceE4 = view === 0 ? quoted : 10_000 - quoted;
        this.#checkTick(market, priceE4, stated);
        const sizeMicros = F.asSize(F.asText(F.own(level, 'size'), this.#faults), this.#faults);
        const side = (key === 'bids') === (view === 0) ? L.SIDE_BID : L.SIDE_ASK;
        if (sizeMicros > 0n) this.#rows.push({ ...common, kind: L.KIND_SET, side, priceE4, sizeMicros });
      }
    }
  }

  #changes(event: Fields, base: { part: string; venueMs: number; condition: string }): void {
    const key = ['price_changes', 'changes'].find((name) => F.has(event, name));
    if (key === undefined && !F.has(event, 'price')) this.#faults.note(L.REJECT_MISSING_FIELD, undefined);
    const changes = key === undefined ? [event] : F.asArray(F.own(event, key), this.#faults);
    for (const change of changes) {
      if (this.#faults.first !== undefined) return;
      if (F.isRecord(change)) this.#change(change, event, base);
      else this.#faults.note(L.REJECT_WRONG_TYPE, undefined);
    }
  }

  #change(change: Fields, event: Fields, base: { part: string; venueMs: number; condition: string }): void {
    const inherit = (key: string): unknown => F.own(F.has(change, key) ? change : event, key);
    const [market, view] = this.#locate(inherit('asset_id'), base.condition);
    const quoted = F.asPrice(F.own(change, 'price'), this.#faults);
    const priceE4 = view === 0 ? quoted : 10_000 - quoted;
    this.#checkTick(market, priceE4, 0);
    const sizeMicros = F.asSize(F.asText(F.own(change, 'size'), this.#faults), this.#faults);
    const quotedSide = F.asChoice(F.own(change, 'side'), ['BUY', 'SELL'], this.#faults);
    const side = view === 0 ? quotedSide : 1 - quotedSide;
    const hash = inherit('hash') === undefined ? undefined : F.asHash(inherit('hash'), this.#faults);
    const top = this.#top(change, view);
    const { part, venueMs } = base;
    const row = { part, venueMs, market, view, side, priceE4, sizeMicros, hash, top, partFlags: 0 };
    this.#rows.push({ ...row, kind: L.KIND_SET });
  }

  /** Best prices folded to the YES side; NO_TOP twice when one is absent. */
  #top(source: Fields, view: number): readonly [number, number] {
    if (!F.has(source, 'best_bid') || !F.has(source, 'best_ask')) return [L.NO_TOP_E4, L.NO_TOP_E4];
    const bid = F.asBest(F.own(source, 'best_bid'), L.NO_BID_E4, this.#faults);
    const ask = F.asBest(F.own(source, 'best_ask'), L.NO_ASK_E4, this.#faults);
    return view === 0 ? [bid, ask] : [10_000 - ask, 10_000 - bid];
  }

  #tradeOrTop(event: Fields, base: { part: string; venueMs: number; condition: string }): void {
    const [market, view] = this.#locate(F.own(event, 'asset_id'), base.condition);
    const { part, venueMs } = base;
    if (part === 'best_bid_ask') {
      for (const key of ['best_bid', 'best_ask']) {
        if (!F.has(event, key)) this.#faults.note(L.REJECT_MISSING_FIELD, undefined);
      }
      const top = this.#top(event, view);
      const partFlags = L.FRAME_FLAG_TOP_ONLY;
      const nothing = { side: 0, priceE4: 0, sizeMicros: 0n };
      this.#rows.push({ part, venueMs, market, view, kind: L.KIND_FRAME_END, ...nothing, top, partFlags });
      return;
    }
    const quoted = F.asPrice(F.own(event, 'price'), this.#faults);
    const sizeMicros = F.asSize(F.asText(F.own(event, 'size'), this.#faults), this.#faults);
    const taker = F.asChoice(F.own(event, 'side'), ['BUY', 'SELL'], this.#faults);
    const side = view === 0 ? taker : 1 - taker;
    const priceE4 = view === 0 ? quoted : 10_000 - quoted;
    const partFlags = L.FRAME_FLAG_TRADE;
    this.#rows.push({ part, venueMs, market, view, kind: L.KIND_TRADE, side, priceE4, sizeMicros, partFlags });
  }

  // ---- control ----

  /** Notes what is wrong with a control event; answers its tick when it states one. */
  #checkControl(type: string, event: Fields): number | undefined {
    if (type === 'new_market') return undefined;
    const names =
      type === 'market_resolved' ? ['market', 'timestamp'] : ['market', 'timestamp', 'asset_id', 'new_tick_size'];
    const texts = names.map((name) => F.asText(F.own(event, name), this.#faults));
    if (texts.includes(undefined)) return undefined;
    if (texts[0] === '') this.#faults.note(L.REJECT_MISSING_FIELD, undefined);
    F.asEpochMs(texts[1], this.#faults);
    if (type === 'market_resolved') return undefined;
    if (texts[2] === '') this.#faults.note(L.REJECT_MISSING_FIELD, undefined);
    const scratch = new F.Faults();
    const tick = Number(F.asScaled(texts[3]!, 4, scratch));
    // The host's own reader knows at most 20 digits behind the point and one cause for what is not a price.
    const fraction = texts[3]!.split('.')[1] ?? '';
    if (scratch.first !== undefined || tick > 10_000 || fraction.length > 20) {
      return this.#faults.note(L.REJECT_BAD_NUMBER, undefined);
    }
    if (tick === 0 || tick === 10_000) return this.#faults.note(L.REJECT_OUT_OF_RANGE, undefined);
    if (10_000 % tick !== 0) return this.#faults.note(L.REJECT_OFF_GRID, undefined);
    return tick;
  }

  #control(events: readonly Fields[], plain: boolean): void {
    const ticks: [number, number][] = [];
    for (const event of events) {
      const type = String(F.own(event, 'event_type'));
      if (!CONTROL.includes(type)) continue;
      const tick = plain ? this.#checkControl(type, event) : this.#checkControlAgain(type, event);
      if (tick === undefined) continue;
      const id = `polymarket:${String(F.own(event, 'market'))}`;
      const market = this.#places.findIndex((place) => place.id === id);
      if (market < 0) continue;
      const bound = this.#keys.get(`polymarket ${String(F.own(event, 'asset_id'))}`);
      const ours = bound?.[0] === market || this.#places[market]!.tokens < 2;
      if (ours) ticks.push([market, tick]);
      else this.#faults.note(L.REJECT_MARKET_MISMATCH, undefined);
    }
    if (this.#faults.first !== undefined) return;
    for (const [market, tick] of ticks) this.#setTick(market, tick);
  }

  /** The tick of an event whose faults are noted already. */
  #checkControlAgain(type: string, event: Fields): number | undefined {
    return this.#faults.first === undefined ? this.#checkControl(type, event) : undefined;
  }

  // ---- Kalshi ----

  #kalshi(value: unknown, plain: boolean): 'records' | 'unknown' | 'ignored' | 'control' {
    if (!F.isRecord(value)) return this.#faults.note(L.REJECT_WRONG_TYPE, 'ignored' as const);
    const type = F.asText(F.own(value, 'type'), this.#faults);
    if (type === undefined) return 'ignored';
    if (!KALSHI_DATA.includes(type)) {
      if (type === 'error') return 'control';
      if (type === 'market_lifecycle_v2') return kalshiLifecycle(F.own(value, 'msg'), this.#faults);
      return type === 'ok' || type === 'subscribed' || type === 'unsubscribed' ? 'ignored' : 'unknown';
    }
    if (!plain) return this.#faults.note(L.REJECT_NOT_PLAIN_TEXT, 'ignored' as const);
    const sid = F.asInteger(F.own(value, 'sid'), this.#faults) % 2 ** 32;
    const seq = F.asInteger(F.own(value, 'seq'), this.#faults) % 2 ** 32;
    const msg = F.own(value, 'msg');
    if (msg === undefined) this.#faults.note(L.REJECT_MISSING_FIELD, undefined);
    else if (!F.isRecord(msg)) this.#faults.note(L.REJECT_WRONG_TYPE, undefined);
    if (this.#faults.first === undefined) kalshiMessage(this.#context(), type, `${sid}/${seq}`, msg as Fields);
    return 'records';
  }

  #context(): KalshiContext {
    return {
      faults: this.#faults,
      rows: this.#rows,
      wishes: this.#wishes,
      marketOf: (ticker) => this.#keys.get(`kalshi ${ticker}`)?.[0] ?? NOWHERE,
      checkTick: (market, priceE4, stated) => this.#checkTick(market, priceE4, stated),
    };
  }
}
