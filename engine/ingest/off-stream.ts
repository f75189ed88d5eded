// What changes books besides frames: lost connections and frames, evidence from outside, markets that come, end or change
// their grid by another word than the feed's. Each is done at its place in the
// stream and noted for the recorder, so that a replay does it there too. Ingest thread, off the hot path.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Counters } from '../memory/counters.ts';
import type { MarketMeta, TickRange } from '../venue/contract.ts';
import type { Markets } from '../venue/markets.ts';
import type { Controls, Seen, Subscription } from './controls.ts';
import { COPY_DUPLICATE, COPY_LATE } from './copies.ts';
import type { FrameHost } from './frame-host.ts';
import type { FrameTap } from './frame-tap.ts';
import type { RecorderNote } from './notes.ts';

export interface OffStreamParts {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly counters: Counters;
  readonly controls: Controls;
  readonly host: FrameHost;
  /** Where every change is noted, when a recorder runs. */
  readonly tap: FrameTap | undefined;
  /** After a gap in what the tap took every book is STALE. */
  readonly distrustGaps: boolean;
  /** Number of the frame taken last. */
  readonly frameSeq: () => number;
}

export class OffStream {
  readonly #parts: OffStreamParts;

  constructor(parts: OffStreamParts) {
    this.#parts = parts;
  }

  /** The connection is gone: its markets are STALE until their next snapshot. */
  disconnected(connection: number, nowNs: number): void {
    const { arena, markets, host, frameSeq } = this.#parts;
    let venue = L.VENUE_POLYMARKET;
    for (let market = 0; market < markets.count; market += 1) {
      const word = arena.at(L.REGION_MARKETS, market) >> 2;
      if (arena.u32[word + (L.MARKET_CONNECTION >> 2)] === connection) venue = this.#venueOf(market);
    }
    this.#note({ recorder: 'connectionLost' }, venue, connection, nowNs);
    host.staleConnection(connection, nowNs, frameSeq());
  }

  /** Frames are missing, nobody knows of which connection: every market is STALE until its next snapshot. */
  framesMissing(nowNs: number): void {
    this.#parts.host.staleAll(nowNs, this.#parts.frameSeq());
  }

  /**
   * Evidence from outside against the market's book as its frame `frameSeq` left it: from this place in the stream on it
   * is SUSPECT, unless its detector finds that a snapshot has replaced it. Another epoch does not: a new grid keeps the
   * levels, the wrong ones too.
   */
  suspect(market: number, frameSeq: number, nowNs: number): void {
    const framesBack = (this.#parts.frameSeq() - frameSeq) >>> 0;
    const marketId = this.#parts.markets.idOf(market);
    this.#noteOf(market, { recorder: 'suspect', marketId, framesBack }, 0, nowNs);
    this.#suspect(market, framesBack, nowNs);
  }

  /** Evidence from outside the frames speaks against one market: STALE until its next snapshot. */
  stale(market: number, nowNs: number): void {
    this.#stale([market], nowNs);
  }

  /** One market has lost its frames: STALE until its next snapshot, when it has had one. */
  lostMarket(market: number, nowNs: number): void {
    const { arena } = this.#parts;
    const at = arena.at(L.REGION_MARKETS, market);
    if (arena.u32[(at + L.MARKET_SNAPSHOT_FRAME) >> 2] !== 0) this.stale(market, nowNs);
  }

  /**
   * The frame decoded last does not count: it takes no number and is not recorded. `verdict`: one of COPY_*; a late one is
   * a change that another connection has lost, seen after newer ones, which the book lacks.
   */
  notTaken(verdict: number, nowNs: number): number {
    const { counters, host } = this.#parts;
    counters.add(L.COUNTER_FRAMES_RECEIVED, 1);
    counters.add(verdict === COPY_DUPLICATE ? L.COUNTER_FRAMES_DUPLICATE : L.COUNTER_FRAMES_STALE, 1);
    if (verdict === COPY_LATE) this.#stale([...host.named()], nowNs);
    return L.DECODE_DROPPED;
  }

  /** A frame that is not decoded: another connection has brought it. */
  duplicate(length: number): void {
    const { counters } = this.#parts;
    counters.add(L.COUNTER_BYTES_RECEIVED, length);
    counters.add(L.COUNTER_FRAMES_RECEIVED, 1);
    counters.add(L.COUNTER_FRAMES_DUPLICATE, 1);
  }

  /** An answer of the venue took a number of a subscription to which `market` belongs: no gap follows. */
  passNumber(market: number, subscription: Subscription, nowNs: number): void {
    const { connection, sid, seq } = subscription;
    const marketId = this.#parts.markets.idOf(market);
    this.#noteOf(market, { recorder: 'number', marketId, sid, seq }, connection, nowNs);
    this.#parts.controls.sequence(market, subscription, this.#seen(nowNs));
  }

  /** The numbers of a connection's subscriptions are over with it. `market` is one that it carried. */
  connectionOver(market: number, connection: number, nowNs: number): void {
    const marketId = this.#parts.markets.idOf(market);
    this.#noteOf(market, { recorder: 'connectionOver', marketId }, connection, nowNs);
    this.#parts.controls.connectionOver(market, connection, this.#seen(nowNs));
  }

  /** Registers a market that the run hears of while it goes on; undefined when the arena has no room for it. */
  register(meta: MarketMeta, detector: number, nowNs: number): number | undefined {
    const { markets, controls } = this.#parts;
    const known = markets.indexOf(meta.id);
    if (known !== undefined) return known;
    let market: number;
    try {
      market = markets.register(meta, detector);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    this.#noteOf(market, { recorder: 'market', market: meta }, 0, nowNs);
    controls.opened(market, this.#seen(nowNs));
    return market;
  }

  /** Says at once whether the market is given up. Books are as they were, so that nothing is noted. */
  withdrawn(market: number, is: boolean): void {
    this.#parts.controls.withdrawn(market, is);
  }

  /** The market is over for good. */
  resolved(market: number, nowNs: number, yesPayoutE4: number | undefined): void {
    const { markets, controls } = this.#parts;
    this.#noteOf(market, { recorder: 'resolved', marketId: markets.idOf(market), yesPayoutE4 }, 0, nowNs);
    controls.resolved(market, this.#seen(nowNs), yesPayoutE4);
  }

  /** Gives the market a uniform grid; it is STALE when there is no room for one more. */
  changeTick(market: number, tickE4: number, nowNs: number): void {
    const { markets, host, controls } = this.#parts;
    this.#noteOf(market, { recorder: 'tick', marketId: markets.idOf(market), tickE4 }, 0, nowNs);
    const seen = this.#seen(nowNs);
    if (!host.changeTick(market, tickE4, seen)) controls.stale(market, seen);
  }

  /** Gives the market a grid of ranges; it is STALE when there is no room for one more. */
  changeGrid(market: number, tickRanges: readonly TickRange[], nowNs: number): void {
    const { markets, host, controls } = this.#parts;
    this.#noteOf(market, { recorder: 'grid', marketId: markets.idOf(market), tickRanges }, 0, nowNs);
    const seen = this.#seen(nowNs);
    if (!host.changeGrid(market, tickRanges, seen)) controls.stale(market, seen);
  }

  /** Does what a recorder noted; a market that is not known here is left out. */
  replay(note: RecorderNote, connection: number, recvNs: number): void {
    if (note.recorder === 'gap') this.framesMissing(recvNs);
    if (note.recorder === 'connectionLost') this.disconnected(connection, recvNs);
    if (note.recorder === 'stale') {
      const { markets } = this.#parts;
      this.#stale(
        note.marketIds.flatMap((id) => markets.indexOf(id) ?? []),
        recvNs,
      );
    }
    if (note.recorder === 'market') this.register(note.market, 0, recvNs);
    if (!('marketId' in note)) return;
    const market = this.#parts.markets.indexOf(note.marketId);
    if (market === undefined) return;
    if (note.recorder === 'suspect') this.#suspect(market, note.framesBack, recvNs);
    if (note.recorder === 'resolved') this.resolved(market, recvNs, note.yesPayoutE4);
    if (note.recorder === 'tick') this.changeTick(market, note.tickE4, recvNs);
    if (note.recorder === 'grid') this.changeGrid(market, note.tickRanges, recvNs);
    if (note.recorder === 'connectionOver') this.connectionOver(market, connection, recvNs);
    if (note.recorder === 'number') this.passNumber(market, { connection, sid: note.sid, seq: note.seq }, recvNs);
  }

  #suspect(market: number, framesBack: number, nowNs: number): void {
    const { counters, controls, frameSeq } = this.#parts;
    counters.add(L.COUNTER_SUSPECTS_SENT, 1);
    controls.suspect(market, (frameSeq() - framesBack) >>> 0, this.#seen(nowNs));
  }

  /** All at once, for those who read the books meanwhile. */
  #stale(all: readonly number[], nowNs: number): void {
    const { controls, markets } = this.#parts;
    const [first] = all;
    if (first === undefined) return;
    this.#noteOf(first, { recorder: 'stale', marketIds: all.map((market) => markets.idOf(market)) }, 0, nowNs);
    controls.together(() => {
      for (const market of all) controls.stale(market, this.#seen(nowNs));
    });
  }

  #seen(recvNs: number): Seen {
    return { recvNs, venueMs: 0, frameSeq: this.#parts.frameSeq() };
  }

  #noteOf(market: number, note: RecorderNote, connection: number, nowNs: number): void {
    this.#note(note, this.#venueOf(market), connection, nowNs);
  }

  #venueOf(market: number): number {
    const { arena } = this.#parts;
    return arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_VENUE) >> 2]!;
  }

  #note(note: RecorderNote, venue: number, connection: number, nowNs: number): void {
    const { tap, distrustGaps } = this.#parts;
    if (tap?.note(note, venue, connection, nowNs) === true && distrustGaps) this.framesMissing(nowNs);
  }
}
