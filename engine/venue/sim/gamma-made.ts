// Gamma's events for a recording's markets: what the recording says of them, in the words of the real Gamma. Pure.
import { priceText, sizeText } from '../../core/units.ts';
import type { FeeSchedule, MarketMeta, Relation } from '../contract.ts';
import type { JsonObject } from '../json.ts';

/** Markets of a recording end this long after the venue opened: they trade for as long as it runs. */
const LIFETIME_MS = 30 * 86_400_000;

/** One neg-risk event per relation, then one event for every other Polymarket market. */
export function gammaEvents(
  markets: readonly MarketMeta[],
  relations: readonly Relation[],
  wallMs: number,
): JsonObject[] {
  const served = markets.filter(({ venue, noToken }) => venue === 'polymarket' && noToken !== undefined);
  const byId = new Map(served.map((meta) => [meta.id, meta]));
  const sets = relations.filter(({ kind, markets: ids }) => kind === 'exactlyOne' && ids.every((id) => byId.has(id)));
  const groups = sets.map((set) => set.markets.map((id) => byId.get(id)!));
  const inSet = new Set(groups.flat());
  for (const meta of served) if (!inSet.has(meta)) groups.push([meta]);
  return groups.map((group, index) => eventOf(group, index + 1, group.length > 1, wallMs));
}

function eventOf(group: readonly MarketMeta[], number: number, isSet: boolean, wallMs: number): JsonObject {
  const first = group[0]!;
  const negRisk = first.negRisk === true;
  return {
    id: String(number),
    slug: isSet ? `sim-event-${number}` : slugOf(first),
    title: first.event ?? first.title ?? first.id,
    ...{ active: true, closed: false, archived: false, negRisk, enableNegRisk: negRisk, negRiskAugmented: false },
    ...(isSet ? { negRiskMarketID: `${conditionOf(first).slice(0, 64)}00` } : {}),
    ...{ endDate: timeText(wallMs + LIFETIME_MS), updatedAt: timeText(wallMs) },
    tags: [{ id: '1', label: 'Simulated', slug: 'simulated' }],
    markets: group.map((meta, place) =>
      marketOf(meta, number * 1_000 + place, isSet ? first : undefined, place, wallMs),
    ),
  };
}

function marketOf(
  meta: MarketMeta,
  id: number,
  firstOfSet: MarketMeta | undefined,
  place: number,
  wallMs: number,
): JsonObject {
  const set = firstOfSet === undefined ? undefined : conditionOf(firstOfSet).slice(0, 64);
  const number = place.toString(16).padStart(2, '0');
  return {
    ...{ id: String(id), slug: slugOf(meta), question: meta.title ?? meta.id, conditionId: conditionOf(meta) },
    ...{ outcomes: JSON.stringify(['Yes', 'No']), marketMakerAddress: '' },
    clobTokenIds: JSON.stringify([meta.yesToken, meta.noToken]),
    ...{ active: true, closed: false, archived: false, acceptingOrders: true, enableOrderBook: true },
    orderPriceMinTickSize: Number(priceText(meta.tickRanges?.[0]?.tickE4 ?? 100)),
    orderMinSize: Number(sizeText(meta.minSizeMicros ?? 5_000_000)),
    ...{ endDate: timeText(wallMs + LIFETIME_MS), updatedAt: timeText(wallMs), volume: '0' },
    ...{ negRisk: meta.negRisk === true, negRiskOther: false, groupItemTitle: meta.title ?? '' },
    ...(set === undefined ? {} : { negRiskMarketID: `${set}00`, questionID: `${set}${number}` }),
    ...feesOf(meta.fee),
  };
}

/** An unknown fee is fees without a schedule: nothing is made up. */
function feesOf(fee: FeeSchedule | undefined): JsonObject {
  if (fee === undefined) return { feesEnabled: true };
  const schedule = { exponent: fee.exponent, rate: fee.rateE6 / 1e6, takerOnly: true, rebateRate: 0 };
  return { feesEnabled: fee.rateE6 > 0, ...(fee.rateE6 > 0 ? { feeSchedule: schedule } : {}) };
}

function conditionOf({ id }: MarketMeta): string {
  return id.slice(id.indexOf(':') + 1);
}

function slugOf(meta: MarketMeta): string {
  return `sim-${conditionOf(meta).slice(2, 14)}`;
}

function timeText(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
