// One market of Kalshi's answers: its JSON into the engine's metadata, or the name of what is wrong with it. Nothing is
// guessed: what cannot be read exactly refuses the market. Pure; cold path.
import { endsOfRules } from '../abnormal-ends.ts';
import type { MarketMeta } from '../contract.ts';
import { FieldReader } from '../field-reader.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Step } from '../proposals.ts';
import { kalshiGrid } from './grid.ts';
import type { KalshiShapeReason, KalshiStateReason } from './reasons.ts';
import { strikeOf } from './strike.ts';

export const KALSHI_STATUSES = [
  'initialized',
  'active',
  'inactive',
  'closed',
  'determined',
  'disputed',
  'amended',
  'finalized',
] as const;
export type KalshiStatus = (typeof KALSHI_STATUSES)[number];

/** A market as Kalshi describes it; its fee is its series' affair. */
export interface KalshiMarket {
  /** What the engine takes over, without the fee. */
  readonly meta: MarketMeta;
  readonly ticker: string;
  readonly eventTicker: string;
  readonly status: KalshiStatus;
  readonly isBinary: boolean;
  readonly isProvisional: boolean;
  /** Name of its price levels, '' when none is given. */
  readonly structure: string;
  /** Who won, once it is settled. */
  readonly winner: 'yes' | 'no' | undefined;
  readonly closeMs: number;
  /** When Kalshi last wrote this; 0 when it does not say. */
  readonly updatedMs: number;
  /** The strike that it asks for, if any. */
  readonly strike: Step | undefined;
  /** Contracts traded, which pay one dollar each, in millionths. */
  readonly volumeMicros: number;
}

/** Of a market, an event or a series. */
export const TICKER = /^[A-Z0-9][A-Z0-9._-]{0,99}$/;
const CONTRACT_MICROS = 1_000_000;
const FRACTION_MICROS = 10_000;

type Fields = FieldReader<KalshiShapeReason>;

export function isTicker(text: JsonValue | undefined): text is string {
  return typeof text === 'string' && TICKER.test(text);
}

/** Reads one market; the reason when it is refused. */
export function readKalshiMarket(value: JsonValue): KalshiMarket | KalshiShapeReason {
  if (!isJsonObject(value)) return 'notAnObject';
  const fields: Fields = new FieldReader<KalshiShapeReason>(value);
  const [ticker, eventTicker] = [fields.value('ticker'), fields.value('event_ticker')];
  if (!isTicker(ticker) || !isTicker(eventTicker)) return 'badTicker';
  const tickRanges = kalshiGrid(fields.value('price_level_structure'), fields.value('price_ranges'));
  if (tickRanges === undefined) fields.refuse('badGrid');
  const status = KALSHI_STATUSES.find((name) => name === fields.value('status')) ?? fields.refuse('unknownStatus');
  const closeMs = fields.timeMs('close_time', 'badTime') ?? fields.refuse('badTime');
  const updatedMs = fields.timeMs('updated_time', 'badTime') ?? 0;
  const expectedMs = fields.timeMs('expected_expiration_time', 'badTime');
  if ((fields.scaled('notional_value_dollars', 4, 'badNotional') ?? 10_000) !== 10_000) fields.refuse('badNotional');
  const volumeMicros = fields.amountMicrosRoundedDown('volume_fp', 'badVolume');
  const facts = { ...readStates(fields), structure: fields.text('price_level_structure') };
  const meta = readMeta(fields, ticker, eventTicker);
  if (fields.fault !== undefined) return fields.fault;
  const winner = status === 'finalized' ? winnerOf(value) : undefined;
  return {
    ...{
      meta: { ...meta, tickRanges: tickRanges!, endMs: expectedMs ?? closeMs! },
      ticker,
      eventTicker,
      status: status!,
      closeMs: closeMs!,
    },
    ...{ ...facts, updatedMs, volumeMicros, winner, strike: strikeOf(value, closeMs!) },
  };
}

function readMeta(fields: Fields, ticker: string, event: string): MarketMeta {
  const [title, outcome] = [fields.text('title'), fields.text('yes_sub_title')];
  const words = [title, outcome].filter((text) => text !== '').join(': ');
  // Whole contracts, where nothing says that parts of one are traded.
  const minSizeMicros = fields.flag('fractional_trading_enabled') === true ? FRACTION_MICROS : CONTRACT_MICROS;
  const named = words === '' ? undefined : words;
  const rules = ['rules_primary', 'rules_secondary'].map((key) => String(fields.value(key) ?? '')).join('\n');
  return {
    ...{ id: `kalshi:${ticker}`, venue: 'kalshi', yesToken: ticker, title: named, event, minSizeMicros },
    abnormalEnds: endsOfRules(rules),
  };
}

function readStates(fields: Fields): Pick<KalshiMarket, 'isBinary' | 'isProvisional'> {
  return {
    isBinary: (fields.value('market_type') ?? 'binary') === 'binary',
    isProvisional: fields.flag('is_provisional') === true,
  };
}

function winnerOf({ result }: JsonObject): 'yes' | 'no' | undefined {
  return result === 'yes' || result === 'no' ? result : undefined;
}

const STATE_OF_STATUS: Readonly<Record<KalshiStatus, KalshiStateReason | undefined>> = {
  initialized: 'unopened',
  active: undefined,
  inactive: 'paused',
  closed: 'closed',
  determined: 'determined',
  disputed: 'disputed',
  amended: 'amended',
  finalized: 'settled',
};

/** What keeps a well-formed market from being traded at `wallMs`, or undefined. */
export function kalshiStateFault(market: KalshiMarket, wallMs: number): KalshiStateReason | undefined {
  const { status, isBinary, isProvisional, closeMs } = market;
  if (STATE_OF_STATUS[status] !== undefined) return STATE_OF_STATUS[status];
  if (!isBinary) return 'scalar';
  if (isProvisional) return 'provisional';
  return closeMs <= wallMs ? 'ended' : undefined;
}

/** True when trading is over for good; a pause is not. */
export function isOver({ status }: KalshiMarket): boolean {
  return status !== 'initialized' && status !== 'active' && status !== 'inactive';
}
