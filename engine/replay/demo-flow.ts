// Seeded flow of the demo's neg-risk event: real books, quiet updates without arbitrage, and episodes in which one
// outcome reprices before the others do. Cold path; a function of its seed.
import type { Random } from '../core/random.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import { DEMO_FLOW } from './demo-distributions.ts';
import type { WireChange, WireEvent, WireMarket } from './polymarket-wire.ts';

/** Frames of one outcome in one venue millisecond. */
export interface FlowBatch {
  readonly atMs: number;
  readonly outcome: number;
  readonly events: readonly WireEvent[];
}

type Side = 'bid' | 'ask';
type Level = readonly [side: Side, priceE4: number, sizeMicros: number];

const TICK_E4 = 10;

/** Draws batches in order of time until the demo's end. The caller must apply each before drawing the next. */
export class DemoFlow {
  readonly #markets: readonly WireMarket[];
  readonly #rateE6: number;
  readonly #quiet: Random;
  readonly #episodes: Random;
  readonly #due: { readonly atMs: number; readonly run: () => void }[] = [];
  #ready: FlowBatch[] = [];
  #nowMs = 0;
  #moved = -1;
  /** Episodes opened so far, for the generator's report. */
  opened = 0;

  constructor(markets: readonly WireMarket[], rateE6: number, random: Random) {
    this.#markets = markets;
    this.#rateE6 = rateE6;
    this.#quiet = random.split();
    this.#episodes = random.split();
    this.#after(this.#quietGapMs(), () => this.#quietUpdate());
    this.#after(1_000, () => this.#open());
  }

  /** The next batch, or undefined at the end. */
  next(): FlowBatch | undefined {
    while (this.#ready.length === 0) {
      this.#due.sort((a, b) => b.atMs - a.atMs);
      const step = this.#due.pop();
      if (step === undefined || step.atMs >= DEMO_FLOW.durationMs) return undefined;
      this.#nowMs = step.atMs;
      step.run();
    }
    return this.#ready.shift();
  }

  #after(delayMs: number, run: () => void): void {
    this.#due.push({ atMs: this.#nowMs + delayMs, run });
  }

  #emit(outcome: number, events: readonly WireEvent[]): void {
    if (events.length > 0) this.#ready.push({ atMs: this.#nowMs, outcome, events });
  }

  #quietGapMs(): number {
    return this.#quiet.exponential(1_000 / DEMO_FLOW.updatesPerSecond);
  }

  #quietUpdate(): void {
    this.#after(this.#quietGapMs(), () => this.#quietUpdate());
    const random = this.#quiet;
    const outcome = random.integer(0, this.#markets.length - 1);
    const market = this.#markets[outcome]!;
    const side: Side = random.chance(0.5) ? 'bid' : 'ask';
    const draw = random.float();
    const { deepShare, topSizeShare, topMoveShare } = DEMO_FLOW;
    if (draw < deepShare) this.#emit(outcome, deepChange(market, side, random));
    // The top of an outcome that is being repriced belongs to the episode.
    else if (outcome === this.#moved) return;
    else if (draw < deepShare + topSizeShare)
      this.#emit(outcome, [setEvent([side, top(market, side), this.#size(random)])]);
    else if (draw < deepShare + topSizeShare + topMoveShare) this.#emit(outcome, this.#topMove(market, side));
    else this.#emit(outcome, tradeAtTop(market, side, random));
  }

  /** The top steps out when it stands alone at one tick's distance, and in when there is room. */
  #topMove(market: WireMarket, side: Side): WireEvent[] {
    const spreadE4 = market.bestAskE4 - market.bestBidE4;
    const inward = side === 'bid' ? TICK_E4 : -TICK_E4;
    const priceE4 = top(market, side);
    if (spreadE4 >= 2 * TICK_E4) return [setEvent([side, priceE4 + inward, this.#size(this.#quiet)])];
    if (market.sizeAt(side, priceE4 - inward) === 0) return [];
    return [setEvent([side, priceE4, 0])];
  }

  #size(random: Random, median: number = DEMO_FLOW.topSizeMedian): number {
    const { sizeSigma, sizeMin, sizeMax } = DEMO_FLOW;
    const shares = Math.min(sizeMax, Math.max(sizeMin, median * Math.exp(sizeSigma * random.normal())));
    return Math.round(shares * 100) * 10_000;
  }

  /** One outcome's price falls (its ask makes the YES side cheap) or rises (its bid makes the NO side cheap). */
  #open(): void {
    const random = this.#episodes;
    const { edgeMedianE4, edgeSigma, edgeMinE4, edgeMaxE4 } = DEMO_FLOW;
    const drawnE4 = edgeMedianE4 * Math.exp(edgeSigma * random.normal());
    const edgeE4 = Math.min(edgeMaxE4, Math.max(edgeMinE4, drawnE4));
    const falls = random.chance(0.5);
    const outcome = this.#pick(falls);
    const market = this.#markets[outcome]!;
    const ticks = this.#ticksToOpen(outcome, falls, edgeE4);
    const before = levelsOf(market);
    const moves = this.#shift(market, falls ? -ticks : ticks, DEMO_FLOW.openSizeMedian);
    this.#emit(outcome, moves);
    this.#moved = outcome;
    this.opened += 1;
    this.#end(outcome, falls, ticks, before);
  }

  /** Draws how long the episode lives and what ends it. */
  #end(outcome: number, falls: boolean, ticks: number, before: readonly Level[]): void {
    const random = this.#episodes;
    const { fleetingShare, fleetingMeanMs, lifeMedianMs, lifeSigma, sweptShare, returnsShare } = DEMO_FLOW;
    const fleeting = random.chance(fleetingShare);
    const swept = random.chance(sweptShare) && fleeting;
    const returns = random.chance(returnsShare);
    const long = lifeMedianMs * Math.exp(lifeSigma * random.normal());
    const short = 1 + random.exponential(fleetingMeanMs);
    this.#after(fleeting ? short : long, () => {
      if (swept) this.#sweep(outcome, falls, before);
      else if (returns) this.#return(outcome, before);
      else this.#follow(outcome, falls, ticks);
    });
  }

  /** A faster taker has every leg at the top; then the outcome comes back. */
  #sweep(outcome: number, falls: boolean, before: readonly Level[]): void {
    const side: Side = falls ? 'ask' : 'bid';
    for (const [index, market] of this.#markets.entries()) {
      const priceE4 = top(market, side);
      const trade = {
        token: 'yes',
        takerSide: falls ? 'BUY' : 'SELL',
        priceE4,
        sizeMicros: market.sizeAt(side, priceE4),
      };
      this.#emit(index, [setEvent([side, priceE4, 0]), { kind: 'trade', trade } as WireEvent]);
    }
    this.#after(5, () => this.#return(outcome, before));
  }

  /** Outcomes with room on the side they move to; the dearer ones reprice more often. */
  #pick(falls: boolean): number {
    const weights = this.#markets.map(({ bestBidE4, bestAskE4 }) =>
      falls ? Math.max(0, bestBidE4 - 350) : Math.max(0, Math.min(bestAskE4, 9_500 - bestAskE4)),
    );
    let draw = this.#episodes.float() * weights.reduce((sum, weight) => sum + Math.sqrt(weight), 0);
    const found = weights.findIndex((weight) => {
      draw -= Math.sqrt(weight);
      return draw < 0;
    });
    return found < 0 ? 0 : found;
  }

  /** Ticks by which the outcome must move so that a basket at the tops leaves `edgeE4` per share after fees. */
  #ticksToOpen(outcome: number, falls: boolean, edgeE4: number): number {
    for (let ticks = 1; ticks < 120; ticks += 1) {
      let sumE4 = 0;
      let feesE4 = 0;
      for (const [index, market] of this.#markets.entries()) {
        const moveE4 = index === outcome ? ticks * TICK_E4 : 0;
        const priceE4 = falls ? market.bestAskE4 - moveE4 : market.bestBidE4 + moveE4;
        sumE4 += priceE4;
        feesE4 += (this.#rateE6 / 1e6) * priceE4 * (1 - priceE4 / PRICE_ONE_E4);
      }
      const leftE4 = (falls ? PRICE_ONE_E4 - sumE4 : sumE4 - PRICE_ONE_E4) - feesE4;
      if (leftE4 >= edgeE4) return ticks;
    }
    return 120;
  }

  /** Moves both tops by `ticks`: what is in the way is cancelled first, so that the book is never crossed. */
  #shift(market: WireMarket, ticks: number, sizeMedian: number): WireEvent[] {
    const random = this.#episodes;
    const bidE4 = Math.max(TICK_E4, market.bestBidE4 + ticks * TICK_E4);
    const askE4 = Math.min(PRICE_ONE_E4 - TICK_E4, market.bestAskE4 + ticks * TICK_E4);
    const [away, towards]: readonly [Side, Side] = ticks < 0 ? ['bid', 'ask'] : ['ask', 'bid'];
    const [awayE4, towardsE4] = ticks < 0 ? [bidE4, askE4] : [askE4, bidE4];
    const inTheWay = levelsOf(market).filter(([side, priceE4]) => {
      return side === away && (ticks < 0 ? priceE4 > bidE4 : priceE4 < askE4);
    });
    const levels: Level[] = inTheWay.map(([side, priceE4]) => [side, priceE4, 0]);
    if (market.sizeAt(away, awayE4) === 0) levels.push([away, awayE4, this.#size(random)]);
    levels.push([towards, towardsE4, this.#size(random, sizeMedian)]);
    return levels.map(setEvent);
  }

  #return(outcome: number, before: readonly Level[]): void {
    const market = this.#markets[outcome]!;
    const was = new Map(before.map(([side, priceE4, size]) => [`${side}${priceE4}`, size]));
    const now = new Set(levelsOf(market).map(([side, priceE4]) => `${side}${priceE4}`));
    const cancels = levelsOf(market).filter(([side, priceE4]) => !was.has(`${side}${priceE4}`));
    const restores = before.filter(([side, priceE4]) => !now.has(`${side}${priceE4}`));
    this.#emit(outcome, [...cancels.map(([side, priceE4]) => setEvent([side, priceE4, 0])), ...restores.map(setEvent)]);
    this.#close();
  }

  /** The others make up for the move, in turn, each by its share of the price. */
  #follow(outcome: number, falls: boolean, ticks: number): void {
    const others = this.#markets.map((_, index) => index).filter((index) => index !== outcome);
    const sumE4 = others.reduce((sum, index) => sum + this.#markets[index]!.bestAskE4, 0);
    let left = ticks;
    let delayMs = 0;
    for (const [place, index] of others.entries()) {
      const share = Math.round((ticks * this.#markets[index]!.bestAskE4) / sumE4);
      const own = place === others.length - 1 ? left : Math.min(left, share);
      left -= own;
      const move = (): void =>
        this.#emit(index, this.#shift(this.#markets[index]!, falls ? own : -own, DEMO_FLOW.topSizeMedian));
      if (own > 0) this.#after(delayMs, move);
      delayMs += this.#episodes.exponential(DEMO_FLOW.followGapMeanMs);
    }
    this.#after(delayMs, () => this.#close());
  }

  #close(): void {
    this.#moved = -1;
    const { pauseMinMs, pauseMeanMs } = DEMO_FLOW;
    this.#after(pauseMinMs + this.#episodes.exponential(pauseMeanMs), () => this.#open());
  }
}

function top(market: WireMarket, side: Side): number {
  return side === 'bid' ? market.bestBidE4 : market.bestAskE4;
}

function levelsOf(market: WireMarket): Level[] {
  const bids = [...market.bids].map(([priceE4, size]): Level => ['bid', priceE4, size]);
  return [...bids, ...[...market.asks].map(([priceE4, size]): Level => ['ask', priceE4, size])];
}

/** A level behind the top: a new one, a new size, or its end. Sizes are those the side has, scaled. */
function deepChange(market: WireMarket, side: Side, random: Random): WireEvent[] {
  const awayTicks = 1 + Math.floor(random.exponential(9));
  const priceE4 = top(market, side) + (side === 'bid' ? -1 : 1) * awayTicks * TICK_E4;
  if (priceE4 <= 0 || priceE4 >= PRICE_ONE_E4) return [];
  const sizes = [...(side === 'bid' ? market.bids : market.asks).values()];
  const scaled = (random.pick(sizes) * Math.exp(0.5 * random.normal())) / 10_000;
  const ends = market.sizeAt(side, priceE4) > 0 && random.chance(0.4);
  return [setEvent([side, priceE4, ends ? 0 : Math.max(1, Math.round(scaled)) * 10_000])];
}

/** A taker buys or sells a part of the top. */
function tradeAtTop(market: WireMarket, side: Side, random: Random): WireEvent[] {
  const priceE4 = top(market, side);
  const restingMicros = market.sizeAt(side, priceE4);
  const takenMicros = Math.floor((restingMicros * (0.1 + 0.6 * random.float())) / 10_000) * 10_000;
  if (takenMicros === 0) return [];
  const takerSide = side === 'ask' ? 'BUY' : 'SELL';
  const trade = { token: 'yes', takerSide, priceE4, sizeMicros: takenMicros } as const;
  return [setEvent([side, priceE4, restingMicros - takenMicros]), { kind: 'trade', trade }];
}

/** Placed on the YES token; the wire shows the mirror beside it. */
function setEvent([side, priceE4, sizeMicros]: Level): WireEvent {
  const change: WireChange = { placedOn: 'yes', side: side === 'bid' ? 'BUY' : 'SELL', priceE4, sizeMicros };
  return { kind: 'change', change };
}
