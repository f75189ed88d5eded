// From a catalogue to what is traded: every market seen is selected, left or rejected, with the reason, and the three
// add up to all that was seen. Limits of the arena cut the least traded first. Pure; cold path.
//
// No event becomes a complete set here: `mutually_exclusive` says that at most one of its markets comes true, and nothing
// says that one does.
import type { LeftReason, Room } from '../room.ts';
import type { KalshiCatalogue, KalshiEntry } from './catalogue.ts';
import type { KalshiFee } from './fees.ts';
import { type KalshiMarket, kalshiStateFault } from './market.ts';
import type { KalshiSelect } from './reader.ts';
import type { KalshiFeeReason, KalshiShapeReason, KalshiStateReason } from './reasons.ts';

/** A selected market with its fee in `meta`, and what named it: `market`, `event …`, `series …` or `kept`. */
export interface KalshiSelected {
  readonly market: KalshiMarket;
  /** A reason: unknown, so that the market is never traded. */
  readonly fee: KalshiFee | KalshiFeeReason;
  readonly why: string;
  readonly series: string;
  readonly mutuallyExclusive: boolean | undefined;
}

interface KalshiTurned<Reason extends string> {
  readonly ticker: string;
  readonly reason: Reason;
}

export interface KalshiSelection {
  readonly selected: readonly KalshiSelected[];
  readonly left: readonly KalshiTurned<LeftReason>[];
  readonly rejected: readonly KalshiTurned<KalshiShapeReason | KalshiStateReason>[];
}

const RANK_KEPT = 0;
const RANK_MARKET = 1;
const RANK_EVENT = 2;
const RANK_SERIES = 3;

interface Wish {
  readonly why: string;
  readonly rank: number;
}

/** Selects from `catalogue` as of `wallMs`. `kept`: ids that have their place in `room` already and stay. */
export function selectKalshi(
  catalogue: KalshiCatalogue,
  select: KalshiSelect,
  room: Room,
  wallMs: number,
  kept: ReadonlySet<string>,
): KalshiSelection {
  const rejected: KalshiTurned<KalshiShapeReason | KalshiStateReason>[] = [];
  const left: KalshiTurned<LeftReason>[] = [];
  const wanted: (KalshiSelected & { readonly rank: number })[] = [];
  for (const entry of catalogue.entries.values()) {
    const { key: ticker, market } = entry;
    const reason = faultOf(entry, wallMs);
    const wish = market === undefined ? undefined : wishFor(market, catalogue, select, kept);
    if (reason !== undefined) rejected.push({ ticker, reason });
    else if (wish === undefined) left.push({ ticker, reason: 'notAsked' });
    else wanted.push({ ...selectedOf(market!, catalogue, wish.why), rank: wish.rank });
  }
  wanted.sort((a, b) => a.rank - b.rank || b.market.volumeMicros - a.market.volumeMicros || byTicker(a, b));
  const selected: KalshiSelected[] = [];
  for (const { rank, ...one } of wanted) {
    const reason = rank === RANK_KEPT ? undefined : room.take([one.market.meta]);
    if (reason === undefined) selected.push(one);
    else left.push({ ticker: one.market.ticker, reason });
  }
  return { selected, left, rejected };
}

function faultOf({ fault, market }: KalshiEntry, wallMs: number): KalshiShapeReason | KalshiStateReason | undefined {
  return fault ?? kalshiStateFault(market!, wallMs);
}

function wishFor(
  market: KalshiMarket,
  catalogue: KalshiCatalogue,
  { markets, events, series }: KalshiSelect,
  kept: ReadonlySet<string>,
): Wish | undefined {
  const own = catalogue.eventOf(market)?.series;
  if (kept.has(market.meta.id)) return { why: 'kept', rank: RANK_KEPT };
  if (markets.includes(market.ticker)) return { why: 'market', rank: RANK_MARKET };
  if (events.includes(market.eventTicker)) return { why: `event ${market.eventTicker}`, rank: RANK_EVENT };
  return own !== undefined && series.includes(own) ? { why: `series ${own}`, rank: RANK_SERIES } : undefined;
}

function selectedOf(market: KalshiMarket, catalogue: KalshiCatalogue, why: string): KalshiSelected {
  const fee = catalogue.feeOf(market);
  const event = catalogue.eventOf(market);
  const meta = typeof fee === 'string' ? market.meta : { ...market.meta, fee: fee.taker };
  return {
    market: { ...market, meta },
    fee,
    why,
    series: event?.series ?? '',
    mutuallyExclusive: event?.mutuallyExclusive,
  };
}

function byTicker(a: KalshiSelected, b: KalshiSelected): number {
  return a.market.ticker < b.market.ticker ? -1 : 1;
}
