// From a catalogue to what is traded: every market seen is selected, left or rejected, with the reason, and the three
// add up to all that was seen. Limits of the arena cut the least traded first and never cut a complete set in two.
// Pure; cold path.
import type { Relation } from '../contract.ts';
import type { LeftReason, Room } from '../room.ts';
import type { GammaCatalogue, GammaEntry, GammaEvent } from './gamma-catalogue.ts';
import { type GammaMarket, stateFault } from './gamma-market.ts';
import type { SetReason, ShapeReason, StateReason } from './gamma-reasons.ts';
import { completeSet, isOther, isPlaceholder, relationOf } from './gamma-sets.ts';

/** What the config asks for; equals its `venues.polymarket.select`. A market is selected when any of it names it. */
export interface Select {
  readonly slugs: readonly string[];
  readonly events: readonly string[];
  readonly tags: readonly string[];
  /** Every market of a neg-risk event. */
  readonly negRisk: boolean;
  /** Every market with at least this traded volume; undefined: none for its volume. */
  readonly volumeMicrosMin?: number | undefined;
  /** A market whose end lies further back is rejected although it takes orders. */
  readonly endedDaysMax: number;
}

/** A selected market and what named it: `slug`, `event …`, `tag …`, `negRisk`, `volume` or `kept`. */
export interface Selected {
  readonly market: GammaMarket;
  readonly why: string;
}

export interface Turned<Reason extends string> {
  readonly key: string;
  readonly slug: string;
  readonly reason: Reason;
}

export interface RefusedSet {
  readonly eventSlug: string;
  readonly members: number;
  readonly reason: SetReason;
}

export interface Selection {
  readonly selected: readonly Selected[];
  readonly left: readonly Turned<LeftReason>[];
  readonly rejected: readonly Turned<ShapeReason | StateReason>[];
  readonly relations: readonly Relation[];
  /** Ids of the events of `relations`, in their order. */
  readonly relationEvents: readonly string[];
  readonly refusedSets: readonly RefusedSet[];
}

interface Wanted extends Selected {
  readonly entry: GammaEntry;
  readonly rank: number;
}

/** Markets that are taken together or not at all. */
interface Unit {
  readonly wanted: readonly Wanted[];
  readonly rank: number;
  readonly volumeMicros: number;
}

const RANK_KEPT = 0;
const RANK_NAMED = 1;
const RANK_CLASS = 2;

/** Selects from `catalogue` as of `wallMs`. `kept`: ids that have their place in `room` already and stay. */
export function selectMarkets(
  catalogue: GammaCatalogue,
  select: Select,
  room: Room,
  wallMs: number,
  kept: ReadonlySet<string>,
): Selection {
  const rejected: Turned<ShapeReason | StateReason>[] = [];
  const left: Turned<LeftReason>[] = [];
  const wanted = new Map<string, Wanted>();
  const shared = sharedTokens(catalogue);
  for (const entry of catalogue.entries.values()) {
    const { key, slug, market, isClosed } = entry;
    const event = catalogue.eventOf(entry);
    // What is closed need not be readable: old markets lack half of the fields.
    const unread = isClosed && entry.fault !== undefined ? 'closed' : entry.fault;
    const fault = unread ?? faultOf(market!, event, select, wallMs, shared);
    const asked = fault === undefined ? askedFor(market!, event, select, kept) : undefined;
    if (fault !== undefined) rejected.push({ key, slug, reason: fault });
    else if (asked === undefined) left.push({ key, slug, reason: 'notAsked' });
    else wanted.set(key, { entry, market: inEvent(market!, event), ...asked });
  }
  const rejectedKeys = new Set(rejected.map(({ key }) => key));
  const sets = judgeSets(catalogue, ({ key }) => !rejectedKeys.has(key), wanted);
  const selected = takeUnits(unitsOf(wanted, sets.complete), room, left);
  return { selected, left, rejected, ...proposeRelations(sets, selected, room) };
}

/** Tokens that more than one market claims: frames name a market by its token, so neither can be told apart. */
function sharedTokens(catalogue: GammaCatalogue): Set<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()];
  for (const { market } of catalogue.entries.values()) {
    if (market === undefined) continue;
    for (const token of [market.meta.yesToken, market.meta.noToken!]) (seen.has(token) ? shared : seen).add(token);
  }
  return shared;
}

/** Unnamed outcomes and the Other of an augmented event are not traded before they have a meaning. */
function faultOf(
  market: GammaMarket,
  event: GammaEvent | undefined,
  select: Select,
  wallMs: number,
  shared: ReadonlySet<string>,
): StateReason | undefined {
  if (shared.has(market.meta.yesToken) || shared.has(market.meta.noToken!)) return 'sharedToken';
  const byName = select.slugs.includes(market.slug) || (event !== undefined && select.events.includes(event.slug));
  const fault = stateFault(market, wallMs, select.endedDaysMax, byName);
  if (fault !== undefined || event?.augmented !== true) return fault;
  if (isOther(market)) return 'augmentedOther';
  return isPlaceholder(market) ? 'placeholder' : undefined;
}

function askedFor(
  market: GammaMarket,
  event: GammaEvent | undefined,
  select: Select,
  kept: ReadonlySet<string>,
): { why: string; rank: number } | undefined {
  if (kept.has(market.meta.id)) return { why: 'kept', rank: RANK_KEPT };
  if (select.slugs.includes(market.slug)) return { why: 'slug', rank: RANK_NAMED };
  if (event !== undefined && select.events.includes(event.slug))
    return { why: `event ${event.slug}`, rank: RANK_NAMED };
  const tags = new Set([...market.tags, ...(event?.tags ?? [])]);
  const tag = select.tags.find((slug) => tags.has(slug));
  if (tag !== undefined) return { why: `tag ${tag}`, rank: RANK_CLASS };
  if (select.negRisk && market.meta.negRisk === true) return { why: 'negRisk', rank: RANK_CLASS };
  const isLarge = select.volumeMicrosMin !== undefined && market.volumeMicros >= select.volumeMicrosMin;
  return isLarge ? { why: 'volume', rank: RANK_CLASS } : undefined;
}

function inEvent(market: GammaMarket, event: GammaEvent | undefined): GammaMarket {
  return event === undefined ? market : { ...market, meta: { ...market.meta, event: event.slug } };
}

interface JudgedSets {
  readonly complete: readonly { readonly event: GammaEvent; readonly ids: readonly string[] }[];
  readonly refused: readonly RefusedSet[];
}

/** Judges every neg-risk event that has a wanted market. */
function judgeSets(
  catalogue: GammaCatalogue,
  isOpen: (entry: GammaEntry) => boolean,
  wanted: ReadonlyMap<string, Wanted>,
): JudgedSets {
  const complete: { event: GammaEvent; ids: readonly string[] }[] = [];
  const refused: RefusedSet[] = [];
  const touched = new Set([...wanted.values()].map(({ entry }) => entry.eventId));
  for (const event of catalogue.events.values()) {
    if (!event.negRisk || !touched.has(event.id)) continue;
    const ids = completeSet(event, catalogue, isOpen);
    const reason = typeof ids === 'string' ? ids : ids.every((id) => wanted.has(id)) ? undefined : 'membersNotSelected';
    if (reason === undefined) complete.push({ event, ids: ids as readonly string[] });
    else refused.push({ eventSlug: event.slug, members: event.members?.length ?? 0, reason });
  }
  return { complete, refused };
}

/** Complete sets as units, all else alone; kept first, then what was named, then by volume. */
function unitsOf(wanted: ReadonlyMap<string, Wanted>, complete: JudgedSets['complete']): Unit[] {
  const inSet = new Set(complete.flatMap(({ ids }) => ids));
  const groups = complete.map(({ ids }) => ids.map((id) => wanted.get(id)!));
  for (const [id, one] of wanted) if (!inSet.has(id)) groups.push([one]);
  const units = groups.map((group) => ({
    wanted: group,
    rank: Math.min(...group.map(({ rank }) => rank)),
    volumeMicros: group.reduce((sum, { market }) => sum + market.volumeMicros, 0),
  }));
  const first = ({ wanted: [one] }: Unit): string => one!.market.meta.id;
  return units.sort((a, b) => a.rank - b.rank || b.volumeMicros - a.volumeMicros || (first(a) < first(b) ? -1 : 1));
}

/** What does not fit is left, by the limit in its way; smaller units after it may still fit. */
function takeUnits(units: readonly Unit[], room: Room, left: Turned<LeftReason>[]): Selected[] {
  const selected: Selected[] = [];
  for (const { wanted } of units) {
    const metas = wanted.filter(({ rank }) => rank !== RANK_KEPT).map(({ market }) => market.meta);
    const reason = room.take(metas);
    for (const { entry, market, why } of wanted) {
      if (reason === undefined) selected.push({ market, why });
      else left.push({ key: entry.key, slug: entry.slug, reason });
    }
  }
  return selected;
}

function proposeRelations(
  { complete, refused }: JudgedSets,
  selected: readonly Selected[],
  room: Room,
): Pick<Selection, 'relations' | 'relationEvents' | 'refusedSets'> {
  const ids = new Set(selected.map(({ market }) => market.meta.id));
  const relations: Relation[] = [];
  const relationEvents: string[] = [];
  const refusedSets = [...refused];
  for (const { event, ids: members } of complete) {
    const isSelected = members.every((id) => ids.has(id));
    const reason = isSelected ? room.takeSet(members) : 'membersNotSelected';
    if (reason === undefined) {
      relations.push(relationOf(members));
      relationEvents.push(event.id);
    } else refusedSets.push({ eventSlug: event.slug, members: members.length, reason });
  }
  return { relations, relationEvents, refusedSets };
}
