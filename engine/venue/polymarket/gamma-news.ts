// What a reading of Gamma says to a running engine, without the catalogue: plain, so that it travels between threads; and
// which markets told of by the market channel are worth a reading. Pure.
import type { MarketMeta, Relation } from '../contract.ts';
import { yesPayoutE4Of } from './gamma-market.ts';
import type { Select } from './gamma-select.ts';
import type { BrokenSet, GammaDiff } from './gamma-sync.ts';

export interface ChangedMarket {
  readonly meta: MarketMeta;
  readonly fields: readonly string[];
  readonly acceptingOrders: boolean;
}

export interface DiscoveryNews {
  readonly pages: number;
  readonly added: readonly MarketMeta[];
  readonly changed: readonly ChangedMarket[];
  /** Ids; the outcome of these is not final. */
  readonly closed: readonly string[];
  /** `yesPayoutE4`: what a share of YES is paid. */
  readonly resolved: readonly { readonly id: string; readonly yesPayoutE4: number }[];
  /** Complete sets among all traded markets. */
  readonly relations: readonly Relation[];
  /** Complete sets of earlier readings that this one speaks against; again with every reading that does. */
  readonly brokenSets: readonly BrokenSet[];
  /** Not selected for want of room, by limit. */
  readonly leftForRoom: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly problems: readonly string[];
}

export function newsOf(diff: GammaDiff): DiscoveryNews {
  const { added, changed, closed, resolved, relations, brokenSets, reading, selection } = diff;
  const leftForRoom: Record<string, number> = {};
  for (const { reason } of selection.left) {
    if (reason.startsWith('arena')) leftForRoom[reason] = (leftForRoom[reason] ?? 0) + 1;
  }
  return {
    pages: reading.pages,
    added: added.map(({ market }) => market.meta),
    changed: changed.map(({ market: { meta, acceptingOrders }, fields }) => ({ meta, fields, acceptingOrders })),
    closed: closed.map(({ meta }) => meta.id),
    resolved: resolved.map(({ market, winner }) => ({ id: market.meta.id, yesPayoutE4: yesPayoutE4Of(winner) })),
    ...{ relations, brokenSets, leftForRoom, rejected: selection.rejected.length, problems: reading.problems },
  };
}

/** A `new_market` of the market channel, as far as selection can tell by it. Tags are labels there, not slugs. */
export interface ToldMarket {
  readonly condition: string;
  readonly slug: string;
  readonly eventSlug: string;
  readonly tags: readonly string[];
}

/** True when `select` may want it. Volume and neg-risk are not told: those wait for the next reading. */
export function mayWant({ slugs, events, tags }: Select, told: ToldMarket): boolean {
  const labels = new Set(told.tags.map((label) => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')));
  return slugs.includes(told.slug) || events.includes(told.eventSlug) || tags.some((tag) => labels.has(tag));
}
