// What the WASM decoder leaves to the host: registering markets, changing grids, reading control events, and what
// follows from a refused or dropped frame. Ingest thread, off the hot path; writes MARKETS and keys through Markets and
// Controls.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { TickRange } from '../venue/contract.ts';
import { internGrid, readGrid, uniformGrid } from '../venue/grid.ts';
import { type JsonFault, type JsonValue, jsonFromBytes } from '../venue/json.ts';
import { type KalshiLifecycle, readKalshiFrame } from '../venue/kalshi/control.ts';
import type { Markets } from '../venue/markets.ts';
import { type PolymarketControl, readPolymarketFrame } from '../venue/polymarket/control.ts';
import type { Controls, Seen } from './controls.ts';
import { eachMarketOnce, type MarketEventSink } from './market-events.ts';

/** The WASM exports that decoding and publishing use. */
export interface DecodeExports {
  decode(venue: number, at: number, bytes: number, connection: number, frameSeq: number, recvNs: number): number;
  /** decode() of a frame whose recvNs lies in SCRATCH_TAKEN_NS of agent 0. */
  decodeTaken(venue: number, at: number, bytes: number, connection: number, frameSeq: number): number;
  publish(slots: number, policyLive: number): number;
  decodeStaged(): number;
  decodeNamed(): number;
  decodeNeedMarket(): number;
  decodeNeedTickE4(): number;
  decodeNeedTokenAt(): number;
  decodeNeedTokenBytes(): number;
  decodeNeedConditionAt(): number;
  decodeNeedConditionBytes(): number;
}

/** An error answer of a venue, for the log. */
export type VenueErrorSink = (connection: number, code: number, message: string) => void;

const FAULT_CAUSES: Readonly<Record<JsonFault, number>> = {
  invalidUtf8: L.REJECT_INVALID_UTF8,
  malformed: L.REJECT_MALFORMED,
  tooDeep: L.REJECT_TOO_DEEP,
  badNumber: L.REJECT_BAD_NUMBER,
};

const OPENS_OBJECT = 0x7b;
const OPENS_ARRAY = 0x5b;

function rejected(cause: number): number {
  return -(L.DECODE_REJECT_BASE + cause);
}

export interface FrameHostOptions {
  /** Registers markets met for the first time; otherwise such frames are rejected as UNKNOWN_MARKET. */
  readonly registerUnknown: boolean;
  readonly onVenueError?: VenueErrorSink | undefined;
  readonly onMarketEvent?: MarketEventSink | undefined;
}

/** Does for one FrameIntake what needs strings and objects. */
export class FrameHost {
  readonly #arena: Arena;
  readonly #exports: DecodeExports;
  readonly #markets: Markets;
  readonly #controls: Controls;
  readonly #registerUnknown: boolean;
  readonly #onVenueError: VenueErrorSink | undefined;
  readonly #onMarketEvent: MarketEventSink | undefined;
  /** What shares of YES of Kalshi's determined markets are to be paid. */
  readonly #determinedE4 = new Map<number, number>();
  #kalshi: JsonValue | undefined;
  #kalshiOf = 0;

  constructor(arena: Arena, exports: DecodeExports, markets: Markets, controls: Controls, options: FrameHostOptions) {
    this.#arena = arena;
    this.#exports = exports;
    this.#markets = markets;
    this.#controls = controls;
    this.#registerUnknown = options.registerUnknown;
    this.#onVenueError = options.onVenueError;
    this.#onMarketEvent = eachMarketOnce(options.onMarketEvent);
  }

  /** Does what DECODE_NEED_MARKET or DECODE_NEED_GRID asks for. Answers 0, decode again, or the refusal. */
  supply(need: number, venue: number, recvNs: number, frameSeq: number): number {
    const seen: Seen = { recvNs, venueMs: 0, frameSeq };
    if (need === L.DECODE_NEED_MARKET) return this.#supplyMarket(venue, seen);
    const market = this.#exports.decodeNeedMarket();
    const tickE4 = this.#exports.decodeNeedTickE4();
    return this.changeTick(market, tickE4, seen) ? 0 : rejected(L.REJECT_OFF_GRID);
  }

  /**
   * The Kalshi frame that read() read last, when it was `connection`'s and nobody took it: its connection reads it too,
   * and one parse is enough.
   */
  takeKalshi(connection: number): JsonValue | undefined {
    if (this.#kalshiOf !== connection) return undefined;
    const value = this.#kalshi;
    this.#kalshi = undefined;
    return value;
  }

  /** Reads a frame that the decoder left to the host; answers DECODE_CONTROL, _UNKNOWN, _IGNORED or the refusal. */
  read(bytes: Uint8Array, venue: number, connection: number, recvNs: number, frameSeq: number): number {
    const json = jsonFromBytes(bytes);
    if ('fault' in json) return rejected(FAULT_CAUSES[json.fault]);
    if (venue === L.VENUE_KALSHI) {
      this.#kalshi = json.value;
      this.#kalshiOf = connection;
      const frame = readKalshiFrame(json.value);
      if (frame.kind === 'reject') return rejected(frame.cause);
      if (frame.kind === 'ignored' || frame.kind === 'unknown') {
        return frame.kind === 'ignored' ? L.DECODE_IGNORED : L.DECODE_UNKNOWN;
      }
      if (frame.kind === 'error') this.#onVenueError?.(connection, frame.code, frame.message);
      else this.#live(frame.event, { recvNs, venueMs: 0, frameSeq });
      return L.DECODE_CONTROL;
    }
    const frame = readPolymarketFrame(json.value);
    if (frame.kind === 'reject') return rejected(frame.cause);
    if (frame.kind !== 'control') return frame.kind === 'ignored' ? L.DECODE_IGNORED : L.DECODE_UNKNOWN;
    for (const event of frame.events) {
      const cause = this.#mismatch(event);
      if (cause !== undefined) return rejected(cause);
    }
    for (const event of frame.events) this.#apply(event, recvNs, frameSeq);
    return L.DECODE_CONTROL;
  }

  /**
   * The frame at `at`, decoded last, was refused for `cause`: it may have been a change we now lack. Marks STALE what it
   * names; when the fault came before any market was read, every market of its connection, unless it is no data at all or
   * of a market we do not keep. Kalshi's feed does the latter itself.
   */
  staleRefused(cause: number, at: number, venue: number, connection: number, recvNs: number, frameSeq: number): void {
    if (this.named().size > 0) {
      this.staleNamed(recvNs, frameSeq);
      return;
    }
    const first = this.#arena.bytes[at]!;
    const isData = first === OPENS_OBJECT || first === OPENS_ARRAY;
    if (!isData || venue !== L.VENUE_POLYMARKET || cause === L.REJECT_UNKNOWN_MARKET) return;
    this.staleConnection(connection, recvNs, frameSeq);
  }

  /** Marks STALE every market that the frame decoded last names, as far as it was read. */
  staleNamed(recvNs: number, frameSeq: number): void {
    this.#controls.together(() => {
      for (const market of this.named()) this.#controls.stale(market, { recvNs, venueMs: 0, frameSeq });
    });
  }

  /** Every market that the frame decoded last names, as far as it was read. */
  named(): ReadonlySet<number> {
    const markets = new Set<number>();
    const { at, bytesEach } = this.#arena.region(L.REGION_STAGING);
    const slots = this.#exports.decodeStaged();
    for (let slot = 0; slot < slots; ) {
      const record = at + slot * bytesEach;
      markets.add(this.#arena.view.getUint32(record + L.LEVEL_MARKET, true));
      slot += this.#arena.bytes[record + L.RECORD_KIND] === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
    }
    markets.add(this.#exports.decodeNamed() >>> 0);
    markets.delete(L.NO_MARKET);
    return markets;
  }

  /** Marks STALE every market that `connection` feeds and that has had a snapshot. */
  staleConnection(connection: number, recvNs: number, frameSeq: number): void {
    this.#stale(connection, { recvNs, venueMs: 0, frameSeq });
  }

  /** Marks STALE every market that has had a snapshot. */
  staleAll(recvNs: number, frameSeq: number): void {
    this.#stale(undefined, { recvNs, venueMs: 0, frameSeq });
  }

  #stale(connection: number | undefined, seen: Seen): void {
    const { u32 } = this.#arena;
    this.#controls.together(() => {
      for (let market = 0; market < this.#markets.count; market += 1) {
        const at = this.#arena.at(L.REGION_MARKETS, market);
        if (connection !== undefined && u32[(at + L.MARKET_CONNECTION) >> 2] !== connection) continue;
        if (u32[(at + L.MARKET_SNAPSHOT_FRAME) >> 2] !== 0) this.#controls.stale(market, seen);
      }
    });
  }

  #text(at: number, bytes: number): string {
    return Buffer.from(this.#arena.bytes.slice(at >>> 0, (at >>> 0) + bytes)).toString('latin1');
  }

  #supplyMarket(venue: number, seen: Seen): number {
    const { decodeNeedTokenAt, decodeNeedTokenBytes, decodeNeedConditionAt, decodeNeedConditionBytes } = this.#exports;
    const token = this.#text(decodeNeedTokenAt(), decodeNeedTokenBytes());
    const condition = this.#text(decodeNeedConditionAt(), decodeNeedConditionBytes());
    const name = venue === L.VENUE_KALSHI ? 'kalshi' : 'polymarket';
    const known = this.#markets.indexOf(`${name}:${condition}`);
    if (known !== undefined) {
      const free = [L.VIEW_YES, L.VIEW_NO].find((view) => this.#markets.tokenOf(known, view) === '');
      if (free === undefined) return rejected(L.REJECT_MARKET_MISMATCH);
      if (!this.#registerUnknown) return rejected(L.REJECT_UNKNOWN_MARKET);
      this.#markets.addToken(known, token, free);
      return 0;
    }
    const { count } = this.#arena.region(L.REGION_MARKETS);
    if (!this.#registerUnknown || this.#markets.count >= count) return rejected(L.REJECT_UNKNOWN_MARKET);
    const market = this.#markets.register({ id: `${name}:${condition}`, venue: name, yesToken: token });
    this.#controls.opened(market, seen);
    return 0;
  }

  /** Gives the market a uniform grid; false when the grid table is full. Nothing to do when it has that grid. */
  changeTick(market: number, tickE4: number, seen: Seen): boolean {
    return this.changeGrid(market, uniformGrid(tickE4), seen);
  }

  /** Gives the market a grid; false when the grid table is full. Nothing to do when it has that grid. */
  changeGrid(market: number, ranges: readonly TickRange[], seen: Seen): boolean {
    const at = this.#arena.at(L.REGION_MARKETS, market);
    const now = readGrid(this.#arena, this.#arena.u32[(at + L.MARKET_GRID) >> 2]!);
    if (JSON.stringify(now) === JSON.stringify(ranges)) return true;
    let grid: number;
    try {
      grid = internGrid(this.#arena, ranges);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.#controls.regrid(market, grid, seen);
    return true;
  }

  /**
   * Kalshi told of a market's life. A paused one is STALE; its feed keeps it so. New price levels that cannot be read
   * make it STALE as well: what then comes off its old grid is refused.
   */
  #live({ ticker, change, ranges, yesPayoutE4, isSettled }: KalshiLifecycle, seen: Seen): void {
    const id = `kalshi:${ticker}`;
    const market = this.#markets.indexOf(id);
    if (market === undefined || change === 'resumed') this.#onMarketEvent?.({ kind: 'life', ticker });
    if (market === undefined) return;
    if (change === 'resolved') {
      // A determination may be disputed and amended: the last one counts when the market settles.
      if (yesPayoutE4 !== undefined) this.#determinedE4.set(market, yesPayoutE4);
      const finalE4 = isSettled === true ? this.#determinedE4.get(market) : undefined;
      this.#onMarketEvent?.({ kind: 'resolved', id, venueMs: seen.venueMs, yesPayoutE4: finalE4 });
      this.#controls.resolved(market, seen, finalE4);
    }
    if (change === 'paused') this.#controls.stale(market, seen);
    if (change !== 'regridded') return;
    if (ranges === undefined || !this.changeGrid(market, ranges, seen)) this.#controls.stale(market, seen);
  }

  #mismatch(event: PolymarketControl): number | undefined {
    if (event.kind !== 'tickSizeChange') return undefined;
    const market = this.#markets.indexOf(`polymarket:${event.condition}`);
    if (market === undefined) return undefined;
    const tokens = [this.#markets.tokenOf(market, L.VIEW_YES), this.#markets.tokenOf(market, L.VIEW_NO)];
    return tokens.includes(event.token) || tokens.includes('') ? undefined : L.REJECT_MARKET_MISMATCH;
  }

  /** Applies one control event; events of markets we do not keep change nothing. */
  #apply(event: PolymarketControl, recvNs: number, frameSeq: number): void {
    if (event.kind === 'newMarket') {
      this.#onMarketEvent?.(event);
      return;
    }
    const id = `polymarket:${event.condition}`;
    const market = this.#markets.indexOf(id);
    if (market === undefined) return;
    const { venueMs } = event;
    const seen: Seen = { recvNs, venueMs, frameSeq };
    if (event.kind === 'marketResolved') {
      const yesPayoutE4 = this.#payoutE4(market, event.winningToken);
      this.#onMarketEvent?.({ kind: 'resolved', id, venueMs, yesPayoutE4 });
      this.#controls.resolved(market, seen, yesPayoutE4);
      return;
    }
    this.#onMarketEvent?.({ kind: 'tick', id, tickE4: event.tickE4, venueMs });
    if (!this.changeTick(market, event.tickE4, seen)) {
      // No room for one more grid: the book can not follow, so it must not be traded.
      this.#controls.stale(market, seen);
    }
  }

  /** What a share of YES is paid when `winningToken` has won; undefined when that is no token of the market. */
  #payoutE4(market: number, winningToken: string): number | undefined {
    if (winningToken === '') return undefined;
    if (this.#markets.tokenOf(market, L.VIEW_YES) === winningToken) return 10_000;
    return this.#markets.tokenOf(market, L.VIEW_NO) === winningToken ? 0 : undefined;
  }
}
