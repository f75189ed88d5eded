// Takes the cheapest allowed way out of an incomplete basket, priced on verified books. Executor's thread; sends nothing.
import * as L from '../../wasm/layout.ts';
import type { Gate, GateLeg } from '../breaker/gate.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OrderDraft } from '../venue/contract.ts';
import { type Cover, looseOf, type OpenBasket } from './baskets.ts';
import { spendMicrosMax } from './batch.ts';
import { type BuiltScene, SceneBuilder, type SceneParts } from './scene-builder.ts';
import type { UnwindPlan, UnwindPlanner } from './unwind.ts';
import { bestWay, priceWays } from './unwind-prices.ts';
import type { Priced, PricedOrder } from './unwind-scene.ts';

export interface UnwindParts extends SceneParts {
  readonly ledger: Ledger;
  /** Its checks of what would be bought: why it would be refused now. */
  readonly gate: Pick<Gate, 'screen'>;
}

type Way = Pick<UnwindPlan, 'kind' | 'drafts' | 'gateLegs' | 'covers'>;
const CARRIED: Way = { kind: 'carry', drafts: [], covers: [] };

/**
 * Of all ways that bring anything the one that brings most, when the gate, the venue's rules and the loss bound allow it.
 * Without any the basket is carried. Nothing asks for freshness of what is sold: the limit bounds the price, and carrying a
 * lone leg is the worse risk.
 */
export class CheapestPlanner implements UnwindPlanner {
  readonly #parts: UnwindParts;
  readonly #scenes: SceneBuilder;

  constructor(parts: UnwindParts) {
    this.#parts = parts;
    this.#scenes = new SceneBuilder(parts);
  }

  plan(basket: OpenBasket, nowNs: number): UnwindPlan {
    const built = this.#scenes.build(basket);
    const ways = priceWays(built.scene);
    const wayOf = new Map(ways.map((priced) => [priced, this.#wayOf(built, priced)]));
    const { best, refused } = bestWay(ways, (priced) => this.#refusal(basket, priced, wayOf.get(priced)!, nowNs));
    const pricesMicros = Object.fromEntries(ways.map(({ kind, valueMicros }) => [kind, valueMicros]));
    const taken = best === undefined ? CARRIED : wayOf.get(best)!;
    return { ...taken, pricesMicros, refused };
  }

  #refusal(basket: OpenBasket, priced: Priced, { drafts, gateLegs }: Way, nowNs: number): string | undefined {
    const { gate } = this.#parts;
    // Nothing that the engine speaks to converts: the price says what it would be worth.
    if (priced.kind === 'convert') return 'NOT_OFFERED';
    if ((basket.unsigned.get(priced.kind)?.untilNs ?? 0) > nowNs) return 'NOT_SIGNED';
    if (this.#resultMicros(basket, priced) < -this.#parts.options.unwindLossMicrosMax) return 'LOSS_BOUND';
    const cause = this.#venueRefusal(drafts, gateLegs !== undefined);
    return cause ?? (gateLegs === undefined ? undefined : gate.screen(gateLegs, nowNs, { isLater: true }));
  }

  /** What venues have against their part of the orders: of what buys no part is missing, of what is sold some venue takes its own. */
  #venueRefusal(drafts: readonly OrderDraft[], buys: boolean): RefusalCause | undefined {
    const { venues } = this.#parts;
    const names = new Set(drafts.map(({ marketIndex }) => venues.nameOf(marketIndex)));
    const closed = [...names].map((name) => venues.refusal(name)).filter((cause) => cause !== undefined);
    if (buys ? closed.length > 0 : closed.length === names.size) return closed[0];
    for (const name of names) {
      const maker = venues.get(name)?.maker;
      const own = drafts.filter(({ marketIndex }) => venues.nameOf(marketIndex) === name);
      if (buys && own.length > maker!.ordersPerRequestMax) return 'TOO_MANY_LEGS';
      if (own.some((draft) => maker?.fault(draft) !== undefined)) return 'ORDER_RULES';
      // What the caps keep from leaving is no way out, or it would be chosen again and again.
      const beyond = buys ? venues.capRefusal(name, own) : undefined;
      if (beyond !== undefined) return beyond;
    }
    return undefined;
  }

  /** What the basket has won after this, when what is still loose is worth what it cost. */
  #resultMicros(basket: OpenBasket, { netMicros, handledMicros }: Priced): number {
    const { rootBatchId } = basket;
    const { baskets } = this.#parts.ledger;
    const lockedMicros = baskets.get(rootBatchId)?.lockedMicros ?? 0;
    return looseOf(basket).reduce((sum, { leg, looseMicros }, place) => {
      const left = looseMicros - handledMicros[place]!;
      return sum + baskets.costOf(rootBatchId, leg.token, left);
    }, lockedMicros + netMicros);
  }

  #wayOf(built: BuiltScene, priced: Priced): Way {
    const { kind, orders } = priced;
    if (kind === 'convert') return { kind, drafts: [], covers: [] };
    if (kind === 'sellBack') return { kind, drafts: this.#sales(built, orders), covers: [] };
    const bought = orders.map((order) => this.#bought(built, kind, order));
    const drafts = bought.map(({ draft }) => draft);
    const covers = kind === 'complete' ? [] : bought.map(({ draft, view, of }) => coverOf(draft, view, of));
    return { kind, drafts, covers, gateLegs: bought.map(({ gateLeg }) => gateLeg) };
  }

  /** The limit is as low as a sale may go. */
  #sales({ legs, slipLimitsE4 }: BuiltScene, orders: readonly PricedOrder[]): OrderDraft[] {
    return orders.map(({ place, sizeMicros }): OrderDraft => {
      const { marketIndex, marketId, token, negRisk } = legs[place]!;
      const limitE4 = slipLimitsE4[place]!;
      return { marketIndex, marketId, token, side: 'SELL', limitE4, sizeMicros, type: 'FAK', negRisk };
    });
  }

  #bought(built: BuiltScene, kind: 'complete' | 'complement' | 'hedge', order: PricedOrder) {
    const { limitE4, sizeMicros, place } = order;
    const { marketIndex, view } = built.targets[kind][place]!;
    const action = view === L.VIEW_YES ? L.ACTION_BUY_YES : L.ACTION_BUY_NO;
    const market = this.#scenes.market({ marketIndex, action });
    const { marketId, token, negRisk } = market;
    const type = 'FAK';
    const draft: OrderDraft = { marketIndex, marketId, token, side: 'BUY', limitE4, sizeMicros, type, negRisk };
    const spendMicros = spendMicrosMax(market, limitE4, sizeMicros);
    const gateLeg: GateLeg = { marketIndex, epoch: this.#scenes.epoch(marketIndex), action, limitE4, spendMicros };
    return { draft, gateLeg, view, of: built.legs[place]!.token };
  }
}

function coverOf({ marketIndex, marketId, token, negRisk }: OrderDraft, view: number, of: string): Cover {
  return { marketIndex, marketId, token, view, negRisk, residualMicros: 0, of };
}
