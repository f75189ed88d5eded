// Market metadata for an import, from what the venues and recorders publish: recorder's markets.jsonl, Gamma markets
// or events, Kalshi markets or events. Cold path.
import { priceE4FromText, sizeMicrosFromText } from '../core/units.ts';
import type { FeeSchedule, MarketMeta, TickRange } from '../venue/contract.ts';
import { gridFault, uniformGrid } from '../venue/grid.ts';
import { inputText } from './input-lines.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Polymarket rounds a fill's fee to 5 decimals. */
const POLYMARKET_FEE_ROUND_MICROS = 10;

/** Reads every market that `path` (JSON or JSON lines, plain or .gz) describes. Throws when there is none. */
export async function readMarkets(path: string): Promise<MarketMeta[]> {
  const text = await inputText(path);
  const markets = new Map<string, MarketMeta>();
  for (const value of jsonValues(text, path)) collect(value, markets, 0);
  if (markets.size === 0) throw new Error(`${path}: no market metadata in it`);
  return [...markets.values()];
}

function jsonValues(text: string, path: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text.split('\n').flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch (error) {
        throw new Error(`${path}:${index + 1}: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }
}

/** Walks the wrappers these files come in: arrays, `response`, `event`, `market`, `markets`. */
function collect(value: unknown, into: Map<string, MarketMeta>, depth: number): void {
  if (depth > 6) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, into, depth + 1);
    return;
  }
  if (!isFields(value)) return;
  const market = recorderMarket(value) ?? gammaMarket(value) ?? kalshiMarket(value);
  if (market !== undefined) {
    into.set(market.id, market);
    return;
  }
  for (const key of ['response', 'data', 'event', 'market', 'markets']) collect(value[key], into, depth + 1);
}

/** A line of a recorder's markets.jsonl: `condition_id`, `outcomes: [{token_id, outcome}]`. */
function recorderMarket(fields: Fields): MarketMeta | undefined {
  const { condition_id: condition, outcomes } = fields;
  if (typeof condition !== 'string' || !Array.isArray(outcomes)) return undefined;
  const tokens = outcomes.filter(isFields).map(({ token_id, outcome }) => ({ token: textOf(token_id), name: outcome }));
  const fees = isFields(fields['fee_parameters']) ? fields['fee_parameters'] : {};
  return polymarketMeta(fields, condition, tokens, {
    tick: fields['tick_size'],
    minSize: fields['min_order_size'],
    fee: feeOf(fees['raw_fee_config'], fees['fees_enabled']),
    event: textOf(fields['slug']),
  });
}

/** A Gamma market: `conditionId`, `clobTokenIds` and `outcomes` as JSON inside strings. */
function gammaMarket(fields: Fields): MarketMeta | undefined {
  const { conditionId } = fields;
  const ids = innerArray(fields['clobTokenIds']);
  if (typeof conditionId !== 'string' || ids.length !== 2) return undefined;
  const names = innerArray(fields['outcomes']);
  const tokens = ids.map((id, index) => ({ token: textOf(id), name: names[index] }));
  return polymarketMeta(fields, conditionId, tokens, {
    tick: fields['orderPriceMinTickSize'],
    minSize: fields['orderMinSize'],
    fee: feeOf(fields['feeSchedule'], fields['feesEnabled']),
    event: textOf(fields['negRiskMarketID']) ?? textOf(fields['slug']),
    endMs: timeMsOf(fields['endDate']),
  });
}

interface Terms {
  readonly tick: unknown;
  readonly minSize: unknown;
  readonly fee: FeeSchedule | undefined;
  readonly event: string | undefined;
  readonly endMs?: number | undefined;
}

function polymarketMeta(
  fields: Fields,
  condition: string,
  tokens: readonly { readonly token: string | undefined; readonly name: unknown }[],
  terms: Terms,
): MarketMeta | undefined {
  // The YES outcome is listed first; a name that says otherwise wins.
  const named = tokens.findIndex(({ name }) => typeof name === 'string' && /^(yes|up)$/i.test(name));
  const yes = tokens[Math.max(0, named)]?.token;
  const no = tokens[named === 1 ? 0 : 1]?.token;
  if (yes === undefined || no === undefined) return undefined;
  const tickE4 = priceE4FromText(String(terms.tick));
  const negRisk = fields['negRisk'] ?? fields['neg_risk'];
  return {
    id: `polymarket:${condition}`,
    venue: 'polymarket',
    yesToken: yes,
    noToken: no,
    title: textOf(fields['question']) ?? textOf(fields['title']),
    event: terms.event,
    negRisk: typeof negRisk === 'boolean' ? negRisk : undefined,
    tickRanges: tickE4 !== undefined && tickE4 > 0 ? uniformGrid(tickE4) : undefined,
    minSizeMicros: sizeMicrosFromText(String(terms.minSize)),
    fee: terms.fee,
    endMs: terms.endMs,
  };
}

/** A Kalshi market: `ticker` and `price_ranges`. */
function kalshiMarket(fields: Fields): MarketMeta | undefined {
  const { ticker } = fields;
  if (typeof ticker !== 'string' || !('price_ranges' in fields || 'market_type' in fields)) return undefined;
  return {
    id: `kalshi:${ticker}`,
    venue: 'kalshi',
    yesToken: ticker,
    title: textOf(fields['title']),
    event: textOf(fields['event_ticker']),
    tickRanges: kalshiGrid(fields['price_ranges']),
    fee: kalshiFee(fields['fee_multiplier']),
    endMs: timeMsOf(fields['expected_expiration_time']) ?? timeMsOf(fields['close_time']),
  };
}

function kalshiGrid(ranges: unknown): readonly TickRange[] | undefined {
  if (!Array.isArray(ranges)) return undefined;
  const grid: TickRange[] = [];
  for (const range of ranges.filter(isFields)) {
    const [startE4, endE4, tickE4] = [range['start'], range['end'], range['step']].map((text) =>
      priceE4FromText(String(text)),
    );
    if (startE4 === undefined || endE4 === undefined || tickE4 === undefined) return undefined;
    grid.push({ startE4, endE4, tickE4 });
  }
  grid.sort((a, b) => a.startE4 - b.startE4);
  return gridFault(grid) === undefined ? grid : undefined;
}

/** 0.07 x multiplier, rounded up to the cent per order; without the series' multiplier the fee is unknown. */
function kalshiFee(multiplier: unknown): FeeSchedule | undefined {
  if (typeof multiplier !== 'number' || !(multiplier >= 0)) return undefined;
  return { rateE6: Math.ceil(70_000 * multiplier), exponent: 1, roundMicros: 10_000 };
}

/** `{rate, exponent}`; no fees at all when they are switched off; unknown when nothing is said. */
function feeOf(schedule: unknown, enabled: unknown): FeeSchedule | undefined {
  if (enabled === false) return { rateE6: 0, exponent: 1, roundMicros: POLYMARKET_FEE_ROUND_MICROS };
  if (!isFields(schedule)) return undefined;
  const { rate, exponent } = schedule;
  if (typeof rate !== 'number' || typeof exponent !== 'number' || !Number.isInteger(exponent)) return undefined;
  return { rateE6: Math.round(rate * 1e6), exponent, roundMicros: POLYMARKET_FEE_ROUND_MICROS };
}

/** Of an ISO time; undefined for anything else. */
function timeMsOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function innerArray(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return [];
  try {
    const inner: unknown = JSON.parse(value);
    return Array.isArray(inner) ? inner : [];
  } catch {
    return [];
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
