// Relations to baskets, each proved by its states: what a unit pays in every possible end, and where it pays least. What
// is not bought share for share, or not known to be what it seems, is proved all the same and kept apart from what is
// traded. Off the hot path, before start.
import * as L from '../../wasm/layout.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';
import { type BasketLeg, type Certificate, certify, payoutsOf } from './certificate.ts';
import { type Exit, exitOf } from './exits.ts';
import { gapsOf, gapsText } from './fingerprint.ts';
import { draftsOf, KIND_NAMES } from './forms.ts';
import { type GroupCounts, groupBaskets, isTradable, type Proved } from './group.ts';
import { relationFault } from './relations.ts';
import { componentsOf, endsFrom, type MarketEnds, type System, stateName, systemOf } from './states.ts';

/** A list of legs with a guaranteed payout per unit. */
export interface Basket {
  /** Stable name: kind and legs, `same:YES a+NO b`. */
  readonly id: string;
  /** BASKET_KIND_*. */
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly payoutE4: number;
  readonly certificate: Certificate;
  readonly exit: Exit;
}

/**
 * Why a basket is never traded. `fingerprint`: the two settlements are not known to be equal. `ratio`: several shares of
 * one leg, which the detector does not buy. `refund`: its legs may all be paid back, and fees are lost.
 */
export type UntradedReason = 'fingerprint' | 'ratio' | 'refund';

export interface UntradedBasket {
  readonly basket: Basket;
  readonly reason: UntradedReason;
  /** The fields, the state or the ratio that it is for. */
  readonly detail: string;
}

/** What a list of relations comes to. */
export interface Compiled {
  /** For the detectors. */
  readonly baskets: readonly Basket[];
  readonly untraded: readonly UntradedBasket[];
  readonly counts: Readonly<GroupCounts> & {
    readonly cutForRoom: number;
    /** Traded baskets that are never bought while the fee of a leg is not known. */
    readonly feeUnknown: number;
  };
}

export interface CompileOptions {
  /** What may be known of the markets: how they end, and what their exit is. */
  readonly metas?: readonly MarketMeta[];
  /** Baskets of one group of relations that share markets. */
  readonly basketsPerGroupMax?: number;
  /** The tables' room; baskets that combine relations take what the others leave. */
  readonly room?: { readonly baskets: number; readonly legs: number };
}

/** Baskets of one group without a limit of its own. */
export const BASKETS_PER_GROUP = 128;

/** A basket whose payout is proved; names, which are long and of use to people only, are put together when asked for. */
class ProvedBasket implements Basket {
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly payoutE4: number;
  readonly #systemOf: () => System;
  readonly #metas: ReadonlyMap<string, MarketMeta>;

  constructor(
    { kind, legs, payoutE4, system }: Pick<Proved, 'kind' | 'legs' | 'payoutE4'> & { system: () => System },
    metas: ReadonlyMap<string, MarketMeta>,
  ) {
    this.kind = kind;
    this.legs = legs;
    this.payoutE4 = payoutE4;
    this.#systemOf = system;
    this.#metas = metas;
  }

  get id(): string {
    return `${KIND_NAMES[this.kind]}:${this.legs.map(legText).join('+')}`;
  }

  get certificate(): Certificate {
    return certify(this.#systemOf(), this.legs).certificate;
  }

  get exit(): Exit {
    const metas = this.legs.map(({ marketId }) => this.#metas.get(marketId));
    return exitOf(this.kind, metas);
  }
}

function legText({ marketId, action, ratio }: BasketLeg): string {
  return `${ratio === 1 ? '' : `${ratio} `}${action === L.ACTION_BUY_YES ? 'YES' : 'NO'} ${marketId}`;
}

/**
 * The traded baskets of `relations`, in their order; what follows from several together comes after. Throws RangeError
 * when a relation is not usable, relations contradict, a basket has more than LEGS_MAX legs, or its states do not prove
 * the payout it promises.
 */
export function compileBaskets(relations: readonly Relation[], options: CompileOptions = {}): Basket[] {
  return [...compileRelations(relations, options).baskets];
}

/** Everything that `relations` come to. Throws RangeError like compileBaskets. */
export function compileRelations(relations: readonly Relation[], options: CompileOptions = {}): Compiled {
  const metas = new Map((options.metas ?? []).map((meta) => [meta.id, meta]));
  const ends = endsFrom(options.metas ?? []);
  const counts = {
    ...{ groups: 0, groupsNotJoined: 0, groupsNotSearched: 0, relationsNotProved: 0, dominated: 0, cut: 0 },
    ...{ promiseNothing: 0, cutForRoom: 0, feeUnknown: 0 },
  };
  const [trusted, suspects] = [[] as Relation[], [] as Relation[]];
  for (const relation of relations) (gapsOf(relation).length === 0 ? trusted : suspects).push(usable(relation));
  const single: Basket[] = [];
  const combined: Basket[] = [];
  const untraded: UntradedBasket[] = [];
  const perGroup = options.basketsPerGroupMax ?? BASKETS_PER_GROUP;
  for (const group of componentsOf(trusted)) {
    if (group.length === 1 && isPlain(group[0]!, ends)) {
      const own = plainBaskets(group[0]!, ends, metas);
      single.push(...own.slice(0, perGroup));
      counts.cut += Math.max(0, own.length - perGroup);
      continue;
    }
    for (const proved of groupBaskets(group, ends, perGroup, counts)) {
      const basket = new ProvedBasket({ ...proved, system: () => proved.system }, metas);
      if (!isTradable(proved)) untraded.push(untradedOf(basket, proved));
      else (proved.isCombined ? combined : single).push(basket);
    }
  }
  for (const relation of suspects) untraded.push(...suspectBaskets(relation, ends, metas));
  const fitting = withinRoom(single, combined, options.room);
  counts.cutForRoom = combined.length - fitting.length;
  const baskets = [...single, ...fitting];
  counts.feeUnknown = baskets.filter(({ legs }) => legs.some((leg) => isFeeUnknown(metas.get(leg.marketId)))).length;
  return { baskets, untraded, counts };
}

function isFeeUnknown(meta: MarketMeta | undefined): boolean {
  return meta !== undefined && meta.fee === undefined;
}

function usable(relation: Relation): Relation {
  const fault = relationFault(relation);
  if (fault === undefined) return relation;
  throw new RangeError(`relation ${relation.kind} [${relation.markets.join(', ')}]: allowed ${fault}`);
}

function isPlain({ markets }: Relation, ends: MarketEnds): boolean {
  return markets.every((id) => ends.endsOf(id).length === 0);
}

/** Baskets of a relation that shares no market and whose markets end in YES or NO only. */
function plainBaskets(relation: Relation, ends: MarketEnds, metas: ReadonlyMap<string, MarketMeta>): Basket[] {
  const system = systemOf(relation, ends)!;
  return draftsOf(relation).map(({ kind, legs, promisedE4 }) => {
    // States are made again when somebody asks for a certificate.
    const basket = new ProvedBasket(
      { kind, legs, payoutE4: promisedE4, system: () => systemOf(relation, ends)! },
      metas,
    );
    if (legs.length > L.LEGS_MAX) throw new RangeError(`${basket.id}: ${legs.length} legs, allowed ${L.LEGS_MAX}`);
    const { payoutsE4, worst } = payoutsOf(system, legs);
    if (payoutsE4[worst] === promisedE4) return basket;
    const state = stateName(system.markets, system.states[worst]!);
    throw new RangeError(`${basket.id}: pays ${payoutsE4[worst]} E4 when ${state}, promised ${promisedE4}`);
  });
}

function untradedOf(basket: Basket, { paidBackState }: Proved): UntradedBasket {
  if (paidBackState !== '') return { basket, reason: 'refund', detail: paidBackState };
  return { basket, reason: 'ratio', detail: basket.legs.map(({ ratio }) => ratio).join(':') };
}

/** What a relation would give if its settlements were equal. */
function suspectBaskets(
  relation: Relation,
  ends: MarketEnds,
  metas: ReadonlyMap<string, MarketMeta>,
): UntradedBasket[] {
  const system = systemOf(relation, ends)!;
  const detail = gapsText(gapsOf(relation));
  return draftsOf(relation).map(({ kind, legs }) => {
    const { payoutE4 } = certify(system, legs);
    return {
      basket: new ProvedBasket({ kind, legs, payoutE4, system: () => system }, metas),
      reason: 'fingerprint',
      detail,
    };
  });
}

function withinRoom(
  single: readonly Basket[],
  combined: readonly Basket[],
  room: CompileOptions['room'],
): readonly Basket[] {
  if (room === undefined) return combined;
  let left = room.legs - single.reduce((sum, { legs }) => sum + legs.length, 0);
  return combined.slice(0, Math.max(0, room.baskets - single.length)).filter(({ legs }) => {
    if (legs.length > left) return false;
    left -= legs.length;
    return true;
  });
}
