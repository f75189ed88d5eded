// The bot that most people write first, as a measure: one book per token, changes applied as they stand in a message, no
// evidence asked for, and a trade whenever YES and NO of one market cost less than 1 together. What it would have done is
// reported beside the phantoms. Off the hot path; fed with what messages state.
import { SIDE_ASK, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { BookStatement, Statement } from '../venue/statements.ts';
import type { CheckedMarkets } from './contract.ts';

interface TwoBooks {
  /** Asks of each token: size by price. */
  readonly asks: readonly [Map<number, number>, Map<number, number>];
  tempted: boolean;
  trades: number;
}

export class NaiveBot {
  readonly #markets: CheckedMarkets;
  readonly #books = new Map<string, TwoBooks>();

  constructor(markets: CheckedMarkets) {
    this.#markets = markets;
  }

  /** Takes the statements of one message, in order; after each token's it looks. */
  take(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'ws' || statement.kind === 'delta') this.#apply(statement);
    }
  }

  /** Times it would have begun to buy both tokens of a market. */
  tradesOf(marketId: string): number {
    return this.#books.get(marketId)?.trades ?? 0;
  }

  #apply({ kind, marketId, token, levels }: BookStatement): void {
    const market = this.#markets.indexOf(marketId);
    const view = [VIEW_YES, VIEW_NO].find(
      (one) => market !== undefined && this.#markets.tokenOf(market, one) === token,
    );
    if (view === undefined) return;
    const books = this.#books.get(marketId) ?? { asks: [new Map(), new Map()], tempted: false, trades: 0 };
    this.#books.set(marketId, books);
    const asks = books.asks[view]!;
    if (kind === 'ws') asks.clear();
    for (const { side, priceE4, sizeMicros } of levels) {
      if (side !== SIDE_ASK) continue;
      if (sizeMicros === 0) asks.delete(priceE4);
      else asks.set(priceE4, sizeMicros);
    }
    const cost = bestOf(books.asks[VIEW_YES]) + bestOf(books.asks[VIEW_NO]);
    const tempting = cost < PRICE_ONE_E4;
    if (tempting && !books.tempted) books.trades += 1;
    books.tempted = tempting;
  }
}

function bestOf(asks: ReadonlyMap<number, number>): number {
  let best = PRICE_ONE_E4;
  for (const priceE4 of asks.keys()) best = Math.min(best, priceE4);
  return best;
}
