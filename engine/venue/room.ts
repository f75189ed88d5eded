// Counts what selected markets and relations would take of the arena, so that discovery stops at its limits by name
// instead of failing at the start. Pure; cold path.
import type { MarketMeta, Relation } from './contract.ts';
import { feeKey } from './fees.ts';

/** Why a tradable market is not selected. */
export const LEFT_REASONS = {
  notAsked: 'nothing in select names it',
  arenaMarkets: 'beyond arena.markets',
  arenaFineLadders: 'beyond arena.fineLadders',
  arenaGrids: 'beyond arena.grids',
  arenaFeeSchedules: 'beyond arena.feeSchedules',
} as const;

export type LeftReason = keyof typeof LEFT_REASONS;

/** The capacities that markets and relations use up; a part of the config's `arena`. */
export interface ArenaRoom {
  readonly markets: number;
  readonly fineLadders: number;
  readonly grids: number;
  readonly feeSchedules: number;
  readonly baskets: number;
  readonly legs: number;
}

/** A grid with more slots takes a ladder of the fine pool. */
const STANDARD_SLOTS = 1_000;
const BASKETS_PER_SET = 2;

/** Baskets of a relation by itself, and their legs. What combines relations takes what room is left. */
function tableNeeds({ kind, markets: { length } }: Relation): { baskets: number; legs: number } {
  if (kind === 'ladder') return { baskets: (length * (length - 1)) / 2, legs: length * (length - 1) };
  const baskets = kind === 'atMostOne' || kind === 'atLeastOne' || kind === 'implies' ? 1 : BASKETS_PER_SET;
  return { baskets, legs: baskets * length };
}

interface Needs {
  readonly grid: string;
  readonly fee: string;
  readonly isFine: boolean;
}

export class Room {
  readonly #limits: ArenaRoom;
  readonly #grids = new Set<string>();
  readonly #fees = new Set<string>();
  readonly #held: ReadonlySet<string>;
  #markets = 0;
  #fine = 0;
  #baskets = 0;
  #legs = 0;

  /**
   * `taken`: markets and relations that stand in the arena already. `held`: relations that do so as well and that
   * takeSet() is asked for again; they keep their room, whatever comes before them.
   */
  constructor(
    limits: ArenaRoom,
    taken: readonly MarketMeta[],
    relations: readonly Relation[],
    held: readonly Relation[] = [],
  ) {
    this.#limits = limits;
    this.#held = new Set(held.map(({ markets }) => setKey(markets)));
    this.#book(taken);
    for (const relation of [...relations, ...held]) this.#bookTables(tableNeeds(relation));
  }

  /** Takes all of `metas` or none: answers the limit that stands in the way. */
  take(metas: readonly MarketMeta[]): LeftReason | undefined {
    const needs = metas.map(needsOf);
    const { markets, fineLadders, grids, feeSchedules } = this.#limits;
    if (this.#markets + metas.length > markets) return 'arenaMarkets';
    if (this.#fine + needs.filter(({ isFine }) => isFine).length > fineLadders) return 'arenaFineLadders';
    if (
      sizeWith(
        this.#grids,
        needs.map(({ grid }) => grid),
      ) > grids
    )
      return 'arenaGrids';
    // Schedule 0 is the unknown one.
    if (
      sizeWith(
        this.#fees,
        needs.map(({ fee }) => fee),
      ) >
      feeSchedules - 1
    )
      return 'arenaFeeSchedules';
    this.#book(metas);
    return undefined;
  }

  /** Takes the baskets of a set of outcomes, unless it holds them already, or answers the limit that stands in the way. */
  takeSet(marketIds: readonly string[]): 'arenaBaskets' | 'arenaLegs' | undefined {
    if (this.#held.has(setKey(marketIds))) return undefined;
    const members = marketIds.length;
    if (this.#baskets + BASKETS_PER_SET > this.#limits.baskets) return 'arenaBaskets';
    if (this.#legs + BASKETS_PER_SET * members > this.#limits.legs) return 'arenaLegs';
    this.#bookTables({ baskets: BASKETS_PER_SET, legs: BASKETS_PER_SET * members });
    return undefined;
  }

  #book(metas: readonly MarketMeta[]): void {
    for (const { grid, fee, isFine } of metas.map(needsOf)) {
      this.#markets += 1;
      this.#fine += isFine ? 1 : 0;
      this.#grids.add(grid);
      if (fee !== '') this.#fees.add(fee);
    }
  }

  #bookTables({ baskets, legs }: { baskets: number; legs: number }): void {
    this.#baskets += baskets;
    this.#legs += legs;
  }
}

export function setKey(marketIds: readonly string[]): string {
  return [...marketIds].sort().join(' ');
}

function needsOf({ tickRanges, fee }: MarketMeta): Needs {
  const slots = (tickRanges ?? []).reduce((sum, { startE4, endE4, tickE4 }) => sum + (endE4 - startE4) / tickE4, 0);
  return { grid: JSON.stringify(tickRanges ?? 'assumed'), fee: feeKey(fee), isFine: slots > STANDARD_SLOTS };
}

function sizeWith(known: ReadonlySet<string>, more: readonly string[]): number {
  return new Set([...known, ...more.filter((key) => key !== '')]).size;
}
