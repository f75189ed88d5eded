// What the hashes of live markets cover besides the levels, kept up with what the engine's memory says of them: minimum
// size, negRisk, tick, last trade. The verifier's thread; one instance for all markets.
import * as L from '../../wasm/layout.ts';
import { priceText, sizeText } from '../core/units.ts';
import type { Arena } from '../memory/arena.ts';
import { readGrid } from '../venue/grid.ts';
import type { ProvenBook } from './proven-books.ts';
import type { Seals } from './seals.ts';
import { MarketTerms } from './terms.ts';

interface Known {
  readonly terms: MarketTerms;
  grid: number;
  tradeE4: number;
}

export class LiveTerms {
  readonly #arena: Arena;
  readonly #seals: Seals;
  readonly #known = new Map<number, Known>();

  constructor(arena: Arena, seals: Seals) {
    this.#arena = arena;
    this.#seals = seals;
  }

  /** Terms of the market as they are known now. */
  of(market: number): MarketTerms {
    let known = this.#known.get(market);
    if (known === undefined) {
      known = { terms: this.#stated(market), grid: L.NO_GRID, tradeE4: 0 };
      this.#known.set(market, known);
    }
    const grid = this.#arena.u32[(this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_GRID) >> 2]!;
    if (grid !== known.grid) {
      known.grid = grid;
      const ranges = readGrid(this.#arena, grid);
      if (ranges.length === 1) known.terms.state({ tickText: priceText(ranges[0]!.tickE4) });
    }
    const tradeE4 = this.#seals.lastTradeE4(market);
    if (tradeE4 !== known.tradeE4) {
      known.tradeE4 = tradeE4;
      known.terms.trade(tradeE4);
    }
    return known.terms;
  }

  /** Takes over what proved an answer of the venue: it states even what no message does, like the last trade of long ago. */
  learn(market: number, { statement, digest }: ProvenBook): void {
    const terms = this.of(market);
    terms.state(statement.terms);
    terms.explain(digest, statement.hash, statement.terms.tickText);
  }

  #stated(market: number): MarketTerms {
    const terms = new MarketTerms();
    const at = this.#arena.at(L.REGION_MARKETS, market);
    const { u32, view } = this.#arena;
    const minSizeMicros = Number(view.getBigUint64(at + L.MARKET_MIN_SIZE_MICROS, true));
    const negRisk = (u32[(at + L.MARKET_FLAGS) >> 2]! & L.MARKET_FLAG_NEG_RISK) !== 0;
    terms.state({ negRisk, minSizeText: minSizeMicros === 0 ? undefined : sizeText(minSizeMicros) });
    return terms;
  }
}
