// Gathers what the ways out of an incomplete basket are priced from: what is loose, verified books, fees, rules, twins.
// Executor's thread.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { Arena } from '../memory/arena.ts';
import type { FeeSchedule, SizeRule, TickRange } from '../venue/contract.ts';
import type { Fill } from '../venue/fees.ts';
import { readGrid, tickAt } from '../venue/grid.ts';
import { isMarketOver, type Markets } from '../venue/markets.ts';
import { type BasketLeg, isDoubtful, type Loose, looseOf, type OpenBasket, setsMicros } from './baskets.ts';
import { type OutcomeMarket, outcomeMarketOf } from './batch.ts';
import type { Room } from './caps.ts';
import type { LeftMicros } from './offers.ts';
import type { ExecuteOptions } from './options.ts';
import type { Planner } from './planner.ts';
import type { Lot } from './sale.ts';
import { type Outcome, Twins } from './twins.ts';
import type { Buy, Conversion, Scene, SceneLeg } from './unwind-scene.ts';
import type { Venues } from './venues.ts';
import { VerifiedBooks } from './verified.ts';

export interface SceneParts {
  readonly arena: Arena;
  readonly venues: Venues;
  readonly markets: Markets;
  readonly options: ExecuteOptions;
  /** How far a limit may lie beyond the best price. */
  readonly collarE4: number;
  readonly leftMicros?: LeftMicros | undefined;
  feeOf(marketIndex: number): FeeSchedule | undefined;
  /** What may be spent. */
  readonly planner: Pick<Planner, 'roomOfWayOut'>;
}

/** At a venue that nothing is sent to: what is bought there is only priced. */
const ANY_SIZE: SizeRule = {
  worthMicrosMin: 0,
  atLeast: (_limitE4, sizeMicros) => sizeMicros,
  atMost: (_limitE4, sizeMicros) => sizeMicros,
};

/** An outcome to be bought: VIEW_* of a market. */
interface Target {
  readonly marketIndex: number;
  readonly view: number;
}

/** A scene, and what its places stand for. */
export interface BuiltScene {
  readonly scene: Scene;
  readonly legs: readonly BasketLeg[];
  /** Lowest price that a sale of each may go to. */
  readonly slipLimitsE4: readonly number[];
  readonly targets: Readonly<Record<'complete' | 'complement' | 'hedge', readonly (Target | undefined)[]>>;
}

export class SceneBuilder {
  readonly #parts: SceneParts;
  readonly #books: VerifiedBooks;
  readonly #twins: Twins;

  constructor(parts: SceneParts) {
    this.#parts = parts;
    this.#books = new VerifiedBooks(parts.arena, parts.leftMicros);
    this.#twins = new Twins(parts.arena);
  }

  build(basket: OpenBasket): BuiltScene {
    const { arena, options, planner } = this.#parts;
    const loose = looseOf(basket);
    const places = loose.map((one) => this.#place(basket, one));
    const isLegLost = ({ token, marketIndex }: BasketLeg): boolean =>
      basket.paid.has(token) || isMarketOver(arena, marketIndex);
    // Loose covers are no legs: a scene with them has nothing to complete.
    const isWhole = loose.length === basket.legs.length && !basket.legs.some(isLegLost);
    return {
      legs: loose.map(({ leg }) => leg),
      slipLimitsE4: places.map(({ slipLimitE4 }) => slipLimitE4),
      targets: {
        complete: loose.map(({ leg }) => leg),
        complement: loose.map(({ leg }) => ({ marketIndex: leg.marketIndex, view: otherView(leg.view) })),
        hedge: places.map(({ twin }) => twin),
      },
      scene: {
        legs: places.map(({ sceneLeg }) => sceneLeg),
        payoutE4: basket.payoutE4,
        exitMicros: setsMicros(basket) > 0 ? 0 : basket.exitMicros,
        pairE4: PRICE_ONE_E4 - options.unwindLockBps,
        pairMicros: options.redeemMicros,
        mayComplete: isWhole && !isDoubtful(basket),
        conversion: this.#conversion(loose),
        room: this.#room(planner.roomOfWayOut()),
      },
    };
  }

  /** Nothing is spent where nothing is sent: what could be bought there is only priced. */
  #room(room: Room): Room {
    const { venues } = this.#parts;
    return (spends) => room(spends.filter(({ marketIndex }) => venues.of(marketIndex) !== undefined));
  }

  /** What is known of an outcome's market. */
  market(outcome: Outcome): OutcomeMarket {
    const { arena, markets, feeOf } = this.#parts;
    return outcomeMarketOf(arena, markets, outcome, feeOf(outcome.marketIndex));
  }

  epoch(marketIndex: number): number {
    return this.#books.epoch(marketIndex);
  }

  #place(basket: OpenBasket, { leg, looseMicros, excessMicros }: Loose) {
    const { marketIndex, view } = leg;
    const { collarE4 } = this.#parts;
    const slipE4 = this.#slipE4(marketIndex);
    const sale = this.#lot(marketIndex, view, slipE4);
    const own = { looseMicros, excessMicros, more: this.#buy(marketIndex, view, collarE4) };
    const bestE4 = sale?.bids[0]?.[0] ?? 0;
    const slipLimitE4 = sellLimitE4(gridOf(this.#parts.arena, marketIndex), view, bestE4 - slipE4);
    if (excessMicros === 0) return { sceneLeg: own, slipLimitE4, twin: undefined };
    const complement = this.#buy(marketIndex, otherView(view), slipE4);
    const [twin, hedge] = this.#hedge(basket, leg) ?? [];
    const sceneLeg: SceneLeg = { ...own, sale, complement, hedge };
    return { sceneLeg, slipLimitE4, twin };
  }

  /** As far below the best bid as a sale may go, in whole ticks. */
  #slipE4(marketIndex: number): number {
    const tickE4 = largestTickE4(this.#parts.arena, marketIndex);
    return Math.floor(this.#parts.options.unwindSlipE4 / tickE4) * tickE4;
  }

  #lot(marketIndex: number, view: number, beyondE4: number): Lot | undefined {
    const bids = this.#books.bids(marketIndex, view, beyondE4);
    const { fee, isFeePerOrder } = this.market({ marketIndex, action: actionOf(view) });
    if (bids === undefined || fee === undefined) return undefined;
    return { bids, fee, isFeePerOrder, stepMicros: this.#sellStepMicros(marketIndex) };
  }

  /** Kalshi's smallest order is the step of its market. */
  #sellStepMicros(marketIndex: number): number {
    const { arena, venues } = this.#parts;
    const stepMicros = venues.of(marketIndex)?.maker.sellStepMicros ?? 1;
    if (venues.nameOf(marketIndex) !== 'kalshi') return stepMicros;
    const at = arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_MIN_SIZE_MICROS;
    return Math.max(stepMicros, Number(arena.view.getBigUint64(at, true)));
  }

  #buy(marketIndex: number, view: number, beyondE4: number): Buy | undefined {
    const offers = this.#books.asks(marketIndex, view, beyondE4);
    const { fee, isFeePerOrder, token } = this.market({ marketIndex, action: actionOf(view) });
    if (offers === undefined || fee === undefined || token === '') return undefined;
    const rule = this.#parts.venues.of(marketIndex)?.maker.buyRule(marketIndex) ?? ANY_SIZE;
    return { marketIndex, offers, fee, isFeePerOrder, rule };
  }

  /** The first twin that is no leg of the basket itself, can be bought, and is no doubt. */
  #hedge(basket: OpenBasket, { marketIndex, view }: BasketLeg): [Target, Buy] | undefined {
    const bestOf = (levels: readonly Fill[] | undefined): number | undefined => levels?.[0]?.[0];
    const askE4 = bestOf(this.#books.asks(marketIndex, view, 0));
    const ownE4 = askE4 ?? bestOf(this.#books.bids(marketIndex, view, 0)) ?? 0;
    for (const twin of this.#twins.twinsOf({ marketIndex, action: actionOf(view) })) {
      if (basket.legs.some((leg) => leg.marketIndex === twin.marketIndex)) continue;
      const target = { marketIndex: twin.marketIndex, view: twin.action === L.ACTION_BUY_YES ? L.VIEW_YES : L.VIEW_NO };
      const buy = this.#buy(target.marketIndex, target.view, this.#parts.collarE4);
      const bestE4 = buy?.offers[0]?.[0];
      if (buy === undefined || bestE4 === undefined) continue;
      // As for baskets: two that resolve alike are priced alike, and a larger gap says that they do not.
      const gapE4 = PRICE_ONE_E4 - bestE4 - ownE4;
      if (gapE4 <= this.#parts.options.sameGapE4Max) return [target, buy];
    }
    return undefined;
  }

  /** The event of the first loose NO that is known whole. */
  #conversion(loose: readonly Loose[]): Conversion | undefined {
    const isNo = ({ leg, excessMicros }: Loose): boolean => excessMicros > 0 && leg.negRisk && leg.view === L.VIEW_NO;
    const first = loose.find(isNo);
    const event = first === undefined ? undefined : this.#twins.eventOf(first.leg.marketIndex);
    if (event === undefined) return undefined;
    const members = event.map((marketIndex) => {
      const place = loose.findIndex((one) => isNo(one) && one.leg.marketIndex === marketIndex);
      const sale = this.#lot(marketIndex, L.VIEW_YES, this.#slipE4(marketIndex));
      return { sale, place: place < 0 ? undefined : place };
    });
    return { members, costMicros: this.#parts.options.convertMicros };
  }
}

function otherView(view: number): number {
  return view === L.VIEW_YES ? L.VIEW_NO : L.VIEW_YES;
}

function actionOf(view: number): number {
  return view === L.VIEW_YES ? L.ACTION_BUY_YES : L.ACTION_BUY_NO;
}

function gridOf(arena: Arena, marketIndex: number): TickRange[] {
  const marketAt = arena.at(L.REGION_MARKETS, marketIndex);
  return readGrid(arena, arena.view.getUint32(marketAt + L.MARKET_GRID, true));
}

function largestTickE4(arena: Arena, marketIndex: number): number {
  return Math.max(...gridOf(arena, marketIndex).map(({ tickE4 }) => tickE4));
}

/** The lowest price of an outcome on the grid, which is that of YES, that is not below `leastE4`. */
export function sellLimitE4(grid: readonly TickRange[], view: number, leastE4: number): number {
  const isNo = view === L.VIEW_NO;
  const least = Math.min(PRICE_ONE_E4 - 1, Math.max(1, leastE4));
  const yesE4 = isNo ? PRICE_ONE_E4 - least : least;
  const tickE4 = tickAt(grid, yesE4);
  // Dearer for NO is cheaper for YES.
  const onGridE4 = (isNo ? Math.floor(yesE4 / tickE4) : Math.ceil(yesE4 / tickE4)) * tickE4;
  return isNo ? PRICE_ONE_E4 - onGridE4 : onGridE4;
}
