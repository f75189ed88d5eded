// What an import learns of a tape's markets: which appear, and whether the metadata's tick grid is true of them.
// Cold path.
import { priceE4FromText } from '../core/units.ts';
import type { MarketMeta } from '../venue/contract.ts';
import { onGrid } from '../venue/grid.ts';
import type { TapeMessage } from './import-formats.ts';

/**
 * Sees every message of a tape. Metadata is fetched at another time than the tape was recorded, so a grid that the
 * tape's first prices or stated ticks contradict is left out: the replay then finds the grid by itself.
 */
export class TapeCensus {
  readonly #known = new Map<string, MarketMeta>();
  readonly #seen = new Set<string>();
  readonly #wrongGrid = new Set<string>();
  readonly #tickChanged = new Set<string>();
  /** Deltas a re-encoding had to leave out. */
  ignored = 0;

  constructor(known: readonly MarketMeta[]) {
    for (const meta of known) this.#known.set(meta.id, meta);
  }

  /** Adds a market that the import made. */
  add(meta: MarketMeta): void {
    this.#known.set(meta.id, meta);
    this.#seen.add(meta.id);
  }

  see({ value }: TapeMessage): void {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isFields(item)) this.#seeItem(item);
    }
  }

  /** Markets of the metadata that appear in the tape, without the grids it contradicts. */
  markets(): MarketMeta[] {
    return [...this.#known.values()]
      .filter(({ id }) => this.#seen.has(id))
      .map((meta) => (this.#wrongGrid.has(meta.id) ? withoutGrid(meta) : meta));
  }

  /** Statements for the provenance. */
  notes(): string[] {
    const seen = this.markets().length;
    const notes = [seen === 0 ? 'No market metadata: the first token seen of a condition is YES.' : ''];
    if (this.#wrongGrid.size > 0)
      notes.push(`Tick grids left out because the tape contradicts them: ${[...this.#wrongGrid].join(', ')}.`);
    return notes.filter((note) => note !== '');
  }

  #seeItem(item: Fields): void {
    const body = isFields(item['msg']) ? item['msg'] : item;
    const { market_ticker: ticker, market } = body;
    const id = typeof ticker === 'string' ? `kalshi:${ticker}` : `polymarket:${String(market)}`;
    this.#seen.add(id);
    const ranges = this.#known.get(id)?.tickRanges;
    if (ranges === undefined || this.#tickChanged.has(id)) return;
    if (body['event_type'] === 'tick_size_change') this.#tickChanged.add(id);
    const stated = typeof body['tick_size'] === 'string' ? priceE4FromText(body['tick_size']) : undefined;
    const agrees = stated === undefined || (ranges.length === 1 && ranges[0]!.tickE4 === stated);
    const holds = pricesOf(body).every((text) => {
      const priceE4 = priceE4FromText(text);
      return priceE4 === undefined || onGrid(ranges, priceE4);
    });
    if (!agrees || !holds) this.#wrongGrid.add(id);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Prices of levels, of either venue's messages. */
function pricesOf(body: Fields): string[] {
  const lists = ['bids', 'asks', 'price_changes', 'yes_dollars_fp', 'no_dollars_fp'].map((key) => body[key]);
  const levels: unknown[] = lists.filter((list) => Array.isArray(list)).flat();
  const prices = levels.map((level) =>
    Array.isArray(level) ? level[0] : isFields(level) ? level['price'] : undefined,
  );
  return [...prices, body['price_dollars']].filter((price) => typeof price === 'string');
}

function withoutGrid(meta: MarketMeta): MarketMeta {
  const { tickRanges: _contradicted, ...rest } = meta;
  return rest;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
