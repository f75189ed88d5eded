// Markets that a feed has left and the venue may still send: a snapshot that was under way makes their books SYNCED, and
// nobody feeds them. Ingest thread; told of published frames, costs one look while none is left or no snapshot comes.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';

export class LeftMarkets {
  readonly #arena: Arena;
  readonly #stagingAt: number;
  readonly #markets = new Set<number>();
  readonly #lose: (market: number) => void;

  /** `lose`: the market's book is to be STALE. */
  constructor(arena: Arena, lose: (market: number) => void) {
    this.#arena = arena;
    this.#stagingAt = arena.region(L.REGION_STAGING).at;
    this.#lose = lose;
  }

  leave(market: number): void {
    this.#markets.add(market);
    this.#lose(market);
  }

  join(market: number): void {
    this.#markets.delete(market);
  }

  /** A frame was published from `slots` staged slots (none: 0 or less): the snapshots in it of markets that were left do not stand. */
  published(slots: number): void {
    const { view, bytes } = this.#arena;
    if (this.#markets.size === 0 || bytes[this.#stagingAt + L.RECORD_KIND] !== L.KIND_CLEAR) return;
    const came = new Set<number>();
    for (let slot = 0; slot < slots; ) {
      const at = this.#stagingAt + slot * L.RING_SLOT_BYTES;
      const kind = bytes[at + L.RECORD_KIND];
      if (kind === L.KIND_CLEAR) came.add(view.getUint32(at + L.LEVEL_MARKET, true));
      slot += kind === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
    }
    for (const market of came) if (this.#markets.has(market)) this.#lose(market);
  }
}
