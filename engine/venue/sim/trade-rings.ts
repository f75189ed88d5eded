// Trades of the feed on their way to orders that are matched in this process: a ring per detector. Writers: the detectors;
// reader: the executor's thread, the only one.
import * as L from '../../../wasm/layout.ts';
import type { Arena } from '../../memory/arena.ts';
import { Counters } from '../../memory/counters.ts';
import { Ring } from '../../memory/ring.ts';
import type { TapeTrade, TradeSource } from './in-process-resting.ts';

export class TradeRings implements TradeSource {
  readonly #arena: Arena;
  readonly #rings: Ring[];
  readonly #counters: Counters;

  /** From here on the detectors of `arena` write what they see traded. */
  constructor(arena: Arena) {
    this.#arena = arena;
    this.#counters = new Counters(arena, arena.detectors + 1);
    const { count } = arena.region(L.REGION_TRADE_RINGS);
    this.#rings = Array.from({ length: count }, (_, i) => new Ring(arena, arena.at(L.REGION_TRADE_RINGS, i)));
    Atomics.store(arena.u32, (L.HEADER_AT + L.HEADER_TRADES_READ) >> 2, 1);
  }

  /** Trades of one market in the order of the feed; of markets of two detectors in no order. */
  take(onTrade: (trade: TapeTrade) => void): number {
    let taken = 0;
    for (const ring of this.#rings) {
      const ready = ring.ready();
      for (let left = ready; left > 0; left -= 1) {
        const trade = this.#read(ring.slotAt(0));
        ring.release(L.LEVEL_SLOTS);
        onTrade(trade);
      }
      taken += ready;
    }
    if (taken > 0) this.#counters.add(L.COUNTER_TRADES_TAKEN, taken);
    return taken;
  }

  #read(at: number): TapeTrade {
    const { view } = this.#arena;
    return {
      marketIndex: view.getUint32(at + L.LEVEL_MARKET, true),
      takerBuysYes: view.getUint8(at + L.LEVEL_SIDE) === L.SIDE_BID,
      priceE4: view.getUint16(at + L.LEVEL_PRICE_E4, true),
      sizeMicros: Number(view.getBigUint64(at + L.LEVEL_SIZE_MICROS, true)),
    };
  }
}
