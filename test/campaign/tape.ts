// Makes what a campaign trades on: sets of three at each venue and pairs across both, whose prices add up to less than a
// dollar again and again, each time for as long as it takes to be too late for some of their orders. A function of its seed.
import { Random } from '../../engine/core/random.ts';
import { derivedIdentity, derivedMeta } from '../../engine/replay/derived-market.ts';
import { type WireEvent, WireMarket } from '../../engine/replay/polymarket-wire.ts';
import type { MarketMeta, Relation, SettlementFingerprint } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { countText, dollarsText } from '../../engine/venue/kalshi/text.ts';
import type { KalshiTerms } from '../../engine/venue/sim/kalshi-exchange-types.ts';
import type { KalshiTapeFrame } from '../../engine/venue/sim/kalshi-tape.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';

const START_MS = Date.UTC(2026, 10, 28);
const SHARE = 1_000_000;
const OUTCOMES = 3;
const TICK_E4 = 10;
const POLYMARKET_FEE = { rateE6: 40_000, exponent: 1, roundMicros: 10 };
const KALSHI_FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const MAKER_RATE_E6 = 17_500;
/** Between two of its chances a set is quiet for so long at least, ms. */
const QUIET_MS = 400;
const CHANCE_FIRST_MS = 1_500;
const SETTLEMENT: SettlementFingerprint = {
  ...{ source: 'campaign', window: 'the run', timeZone: 'UTC', threshold: 'none', inclusive: 'none', tieRule: 'none' },
  ...{ voidRule: 'resolves NO', polarity: 'wins' },
};

/** Best ask, best bid, and how far a chance lies inside of them, E4; a pair's at Kalshi is a bid, which makes NO cheap. */
interface Prices {
  readonly askE4: number;
  readonly bidE4: number;
  readonly side: 'ask' | 'bid';
  readonly offE4: readonly [number, number];
  readonly tickE4: number;
}

const SET: Prices = { askE4: 3_400, bidE4: 2_550, side: 'ask', offE4: [550, 800], tickE4: TICK_E4 };
const KALSHI_SET: Prices = { askE4: 3_400, bidE4: 2_000, side: 'ask', offE4: [900, 1_300], tickE4: 100 };
const PAIR: Prices = { askE4: 5_200, bidE4: 4_300, side: 'ask', offE4: [750, 850], tickE4: TICK_E4 };
const KALSHI_PAIR: Prices = { askE4: 5_700, bidE4: 4_800, side: 'bid', offE4: [700, 800], tickE4: 100 };

/** Which sets and pairs there are. */
export interface TapePlan {
  readonly seed: number;
  readonly seconds: number;
  readonly sets: number;
  readonly kalshiSets: number;
  readonly pairs: number;
}

/** Markets of one set or pair: they end together. */
export interface Group {
  readonly kind: 'set' | 'kalshiSet' | 'pair';
  readonly ids: readonly string[];
}

/** An ask that makes a set cheap, for those who want to stand behind it. */
export interface Chance {
  readonly atMs: number;
  readonly id: string;
  readonly priceE4: number;
}

export interface CampaignTape {
  readonly metas: readonly MarketMeta[];
  readonly terms: readonly KalshiTerms[];
  readonly relations: readonly Relation[];
  readonly groups: readonly Group[];
  readonly polymarket: readonly TapeFrame[];
  readonly kalshi: readonly KalshiTapeFrame[];
  /** At Polymarket. */
  readonly chances: readonly Chance[];
}

/** One level of a market's asks, or of its bids, is set. */
interface Step {
  readonly atMs: number;
  readonly side: 'ask' | 'bid';
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** A market that tells its own steps. */
interface Teller {
  readonly id: string;
  readonly prices: Prices;
  tell(step: Step): void;
}

export function makeTape(plan: TapePlan): CampaignTape {
  const random = new Random(plan.seed);
  const made = new Maker();
  for (let set = 0; set < plan.sets; set += 1) {
    made.group(
      'set',
      Array.from({ length: OUTCOMES }, (_, at) => made.polymarket(`set${set}/${at}`, SET, `set${set}`)),
    );
  }
  for (let set = 0; set < plan.kalshiSets; set += 1) {
    made.group(
      'kalshiSet',
      Array.from({ length: OUTCOMES }, (_, at) => made.kalshi(`KXSET${set}-${at}`, KALSHI_SET)),
    );
  }
  for (let pair = 0; pair < plan.pairs; pair += 1) {
    made.group('pair', [made.polymarket(`pair${pair}`, PAIR), made.kalshi(`KXPAIR-${pair}`, KALSHI_PAIR)]);
  }
  return made.end(made.groups.flatMap((tellers) => chancesOf(tellers, random.split(), plan.seconds * 1_000)));
}

/** A step of a market, and whether it makes the set cheap. */
type Told = Step & { readonly teller: Teller; readonly isChance: boolean };

/** An offer inside the others comes, shrinks or is there for 30 ms to over a second, and goes; the best bids flicker. */
function chancesOf(tellers: readonly Teller[], random: Random, untilMs: number): Told[] {
  const steps: Told[] = [];
  let atMs = CHANCE_FIRST_MS + random.float() * QUIET_MS;
  while (atMs < untilMs - 2_500) {
    const teller = tellers[random.integer(0, tellers.length - 1)]!;
    const { askE4, bidE4, side, offE4, tickE4 } = teller.prices;
    const ticks = offE4.map((off) => Math.round(off / tickE4));
    const insideE4 = tickE4 * random.integer(ticks[0]!, ticks[1]!);
    const priceE4 = side === 'ask' ? askE4 - insideE4 : bidE4 + insideE4;
    const sizeMicros = random.integer(20, 120) * SHARE;
    const lifeMs = random.chance(0.3) ? 5 + random.float() * 200 : 400 + random.float() * 900;
    const offer = { teller, side, priceE4 };
    steps.push({ ...offer, atMs, sizeMicros, isChance: true });
    if (random.chance(0.3)) {
      const left = Math.floor(sizeMicros / SHARE / random.integer(2, 6)) * SHARE;
      steps.push({ ...offer, atMs: atMs + random.float() * lifeMs, sizeMicros: left, isChance: false });
    }
    steps.push({ ...offer, atMs: atMs + lifeMs, sizeMicros: 0, isChance: false });
    for (const other of tellers) {
      if (!random.chance(0.4)) continue;
      const bid = { teller: other, side: 'bid', priceE4: other.prices.bidE4 } as const;
      const goneMs = atMs + random.float() * lifeMs;
      steps.push({ ...bid, atMs: goneMs, sizeMicros: random.integer(0, 8) * SHARE, isChance: false });
      steps.push({ ...bid, atMs: goneMs + 50 + random.float() * 300, sizeMicros: 25 * SHARE, isChance: false });
    }
    atMs += lifeMs + QUIET_MS + random.exponential(200);
  }
  return steps;
}

/** Makes the markets, and writes down what they tell. */
class Maker {
  readonly groups: (readonly Teller[])[] = [];
  readonly #metas: MarketMeta[] = [];
  readonly #terms: KalshiTerms[] = [];
  readonly #relations: Relation[] = [];
  readonly #groups: Group[] = [];
  readonly #polymarket: TapeFrame[] = [];
  readonly #kalshi: KalshiTapeFrame[] = [];
  #seq = 0;

  group(kind: Group['kind'], tellers: readonly Teller[]): void {
    const ids = tellers.map(({ id }) => id);
    this.groups.push(tellers);
    this.#groups.push({ kind, ids });
    if (kind !== 'pair') this.#relations.push({ kind: 'exactlyOne', markets: ids });
    else {
      const markets = [ids[0]!, ids[1]!] as const;
      this.#relations.push({ kind: 'same', markets, fingerprints: [SETTLEMENT, SETTLEMENT] });
    }
  }

  polymarket(name: string, prices: Prices, event?: string): Teller {
    const identity = derivedIdentity(`campaign/${name}`, TICK_E4, event !== undefined);
    const market = new WireMarket(identity);
    for (const { side, priceE4, sizeMicros } of levelsOf(prices)) market.setLevel(side, priceE4, sizeMicros);
    const meta = { ...derivedMeta(identity, `Campaign, ${name} (seeded)`), fee: POLYMARKET_FEE };
    this.#metas.push({ ...meta, ...(event === undefined ? {} : { event }) });
    this.#push(market.snapshotText(START_MS), 0);
    let lastVenueMs = START_MS;
    const tell = ({ atMs, side, priceE4, sizeMicros }: Step): void => {
      lastVenueMs = Math.max(lastVenueMs + 1, START_MS + Math.floor(atMs));
      const change = { placedOn: 'yes', side: side === 'ask' ? 'SELL' : 'BUY', priceE4, sizeMicros } as const;
      const events: WireEvent[] = [{ kind: 'change', change }];
      for (const text of market.applyBatch(events, lastVenueMs)) this.#push(text, atMs);
    };
    return { id: meta.id, prices, tell };
  }

  kalshi(ticker: string, prices: Prices): Teller {
    const id = `kalshi:${ticker}`;
    const tickRanges = uniformGrid(100);
    const event = ticker.replace(/-[^-]*$/, '');
    const meta = { id, venue: 'kalshi', yesToken: ticker, tickRanges, minSizeMicros: SHARE, fee: KALSHI_FEE } as const;
    this.#metas.push({ ...meta, ...(prices === KALSHI_PAIR ? {} : { event }), title: `Campaign, ${ticker} (seeded)` });
    this.#terms.push({ ticker, tickRanges, stepMicros: SHARE, fee: KALSHI_FEE, makerRateE6: MAKER_RATE_E6 });
    const sizes = new Map<string, number>();
    const own = { market_ticker: ticker, market_id: `campaign-${ticker}` };
    const levels: Record<'yes' | 'no', [string, string][]> = { yes: [], no: [] };
    for (const { side, priceE4, sizeMicros } of levelsOf(prices)) {
      const told = side === 'bid' ? (['yes', priceE4] as const) : (['no', 10_000 - priceE4] as const);
      sizes.set(told.join(), sizeMicros);
      levels[told[0]].push([dollarsText(told[1]), countText(sizeMicros)]);
    }
    const msg = { ...own, yes_dollars_fp: levels.yes, no_dollars_fp: levels.no };
    this.#pushKalshi('orderbook_snapshot', msg, 0);
    const tell = ({ atMs, side, priceE4, sizeMicros }: Step): void => {
      const told = side === 'bid' ? (['yes', priceE4] as const) : (['no', 10_000 - priceE4] as const);
      const delta = sizeMicros - (sizes.get(told.join()) ?? 0);
      sizes.set(told.join(), sizeMicros);
      if (delta === 0) return;
      const change = { price_dollars: dollarsText(told[1]), delta_fp: countText(delta), side: told[0] };
      this.#pushKalshi('orderbook_delta', { ...own, ...change }, atMs);
    };
    return { id, prices, tell };
  }

  end(steps: readonly Told[]): CampaignTape {
    const sorted = [...steps].sort((a, b) => a.atMs - b.atMs);
    for (const step of sorted) step.teller.tell(step);
    const isThere = ({ isChance, teller }: Told): boolean => isChance && teller.id.startsWith('polymarket:');
    const chances = sorted.filter(isThere).map(({ atMs, teller, priceE4 }) => ({ atMs, id: teller.id, priceE4 }));
    const tapes = { polymarket: this.#polymarket, kalshi: this.#kalshi, chances };
    return { metas: this.#metas, terms: this.#terms, relations: this.#relations, groups: this.#groups, ...tapes };
  }

  #push(text: string, atMs: number): void {
    this.#polymarket.push({ atNs: Math.floor(atMs * 1e6), bytes: Buffer.from(text, 'utf8'), venue: 'polymarket' });
  }

  #pushKalshi(type: string, msg: object, atMs: number): void {
    this.#seq += 1;
    this.#kalshi.push({ atNs: Math.floor(atMs * 1e6), text: JSON.stringify({ type, sid: 1, seq: this.#seq, msg }) });
  }
}

function levelsOf({ askE4, bidE4 }: Prices): Omit<Step, 'atMs'>[] {
  return Array.from({ length: 8 }, (_, level) => [
    { side: 'ask' as const, priceE4: askE4 + level * 100, sizeMicros: (500 + level * 1_000) * SHARE },
    { side: 'bid' as const, priceE4: bidE4 - level * 100, sizeMicros: (level === 0 ? 25 : 60 + level * 400) * SHARE },
  ]).flat();
}
