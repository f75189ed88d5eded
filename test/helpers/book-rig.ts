// Three open markets on the 0.001 grid, their books, and a feed into detector 0's ring.
import { Books } from '../../engine/book/books.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena, ArenaPlan } from '../../engine/memory/arena.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from './arena.ts';
import { detectorCounter, drainAll, type EndInput, FrameWriter } from './records.ts';

const SNAPSHOT_MICROS = 10_000_000;

export class BookRig {
  readonly arena: Arena;
  readonly wasm: DetectExports;
  readonly books: Books;
  readonly feed: FrameWriter;

  /** `plan`: changes to the small arena. */
  constructor(plan: Partial<ArenaPlan> = {}) {
    this.arena = smallArena(plan);
    const markets = new Markets(this.arena);
    for (const id of ['a', 'b', 'c']) {
      markets.register({ id: `polymarket:${id}`, venue: 'polymarket', yesToken: `${id}-yes` });
    }
    this.wasm = wasmOver<DetectExports>(this.arena, 1);
    this.wasm.setSeqScope(0);
    this.wasm.openBooks();
    this.books = new Books(this.arena);
    this.feed = new FrameWriter(this.arena);
  }

  count(id: number): number {
    return detectorCounter(this.arena, id);
  }

  drain(): void {
    drainAll(this.wasm);
  }

  /** Name of the state after everything published. */
  state(market = 0): string {
    this.drain();
    return this.books.stateName(market);
  }

  /** Bid 0.49 x 10, ask 0.51 x 10 in a frame of its own. */
  snapshot(market = 0, epoch = 1, extra: EndInput = {}): void {
    this.feed.next().clear(market, 0, epoch);
    this.feed.level({ market, epoch, priceE4: 4900, side: L.SIDE_BID, sizeMicros: SNAPSHOT_MICROS });
    this.feed.level({ market, epoch, priceE4: 5100, side: L.SIDE_ASK, sizeMicros: SNAPSHOT_MICROS });
    this.feed.end({ market, epoch, flags: L.FRAME_FLAG_SNAPSHOT, ...extra });
  }

  /** One level of market 0 in a frame of its own. */
  change(priceE4: number, side: number, sizeMicros: number, end: EndInput = {}, kind: number = L.KIND_SET): void {
    this.feed.next().level({ priceE4, side, sizeMicros, kind }).end(end);
  }
}
