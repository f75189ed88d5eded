// What is to be done about legs that filled alone: the seam between the baskets' work and what plans their unwinds.
import type { GateLeg } from '../breaker/gate.ts';
import type { OrderDraft } from '../venue/contract.ts';
import type { Cover, OpenBasket } from './baskets.ts';
import type { UnwindKind } from './unwind-scene.ts';

/** Shares of one token beyond the complete sets of its basket and what covers it. */
export interface Excess {
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  /** VIEW_YES or VIEW_NO. */
  readonly view: number;
  readonly negRisk: boolean;
  readonly sizeMicros: number;
}

/** What is done now about an incomplete basket. */
export interface UnwindPlan {
  readonly kind: UnwindKind;
  /** None when it is carried. */
  readonly drafts: readonly OrderDraft[];
  /** For the gate's checks, when the orders buy; absent: they only reduce exposure, and pass a tripped breaker. */
  readonly gateLegs?: readonly GateLeg[] | undefined;
  /** What the orders buy to cover legs. */
  readonly covers: readonly Cover[];
  /** What each way would have brought, micro-dollars, with what it leaves loose sold at once. */
  readonly pricesMicros: Readonly<Partial<Record<UnwindKind, number>>>;
  /** Why a way that has a price could not be taken. */
  readonly refused: Readonly<Partial<Record<UnwindKind, string>>>;
}

/** Chooses what is done about an incomplete basket. */
export interface UnwindPlanner {
  plan(basket: OpenBasket, nowNs: number): UnwindPlan;
}
