// In which ways the markets of relations can end together: truths that all relations allow, and for markets that may be
// split, refunded or ended at a price that the venue names, those ends beside every truth. Off the hot path; everything is bounded.
import type { AbnormalEnd, MarketMeta, Relation } from '../venue/contract.ts';
import { type Winners, winnersOf } from './relations.ts';

/** One end of a system: places of its markets, NO wins where none is named. */
export interface State {
  readonly winners: Winners;
  readonly split: readonly number[];
  readonly refunded: readonly number[];
}

/** Markets with every way in which they can end together. */
export interface System {
  readonly markets: readonly string[];
  readonly states: readonly State[];
}

/** What is known of markets beside their relations. */
export interface MarketEnds {
  endsOf(id: string): readonly AbnormalEnd[];
  /** Markets of one name end abnormally together. */
  togetherOf(id: string): string;
}

/** States of one relation; beyond, it is not proved. */
const STATES_MAX = 4_096;
/** Markets, relations and states of several relations together; beyond, they are compiled one by one. */
const JOINT_MARKETS_MAX = 128;
const JOINT_STATES_MAX = 1_024;
/** Steps of the search for joint truths. */
const STEPS_MAX = 200_000;
const NO_PLACES: readonly number[] = [];

/** Of markets that are not in `metas` no abnormal end is known. */
export function endsFrom(metas: readonly MarketMeta[]): MarketEnds {
  const byId = new Map(metas.filter(({ abnormalEnds }) => (abnormalEnds ?? []).length > 0).map((one) => [one.id, one]));
  const together = new Map(metas.map(({ id, venue, negRisk, event }) => [id, eventKey(id, venue, negRisk, event)]));
  return {
    endsOf: (id) => byId.get(id)?.abnormalEnds ?? [],
    togetherOf: (id) => together.get(id) ?? id,
  };
}

function eventKey(id: string, venue: string, negRisk: boolean | undefined, event: string | undefined): string {
  return negRisk === true && event !== undefined ? `${venue} event ${event}` : id;
}

/** The system of one relation; undefined beyond STATES_MAX. Throws RangeError for a relation that is not usable. */
export function systemOf(relation: Relation, ends: MarketEnds): System | undefined {
  return withEnds(relation.markets, winnersOf(relation), ends, STATES_MAX);
}

/** The system of several relations together; undefined beyond the bounds, without states when they contradict. */
export function jointSystem(relations: readonly Relation[], ends: MarketEnds): System | undefined {
  const markets = [...new Set(relations.flatMap((relation) => relation.markets))];
  if (markets.length > JOINT_MARKETS_MAX || relations.length > JOINT_MARKETS_MAX) return undefined;
  const truths = jointWinners(markets, relations);
  return truths === undefined ? undefined : withEnds(markets, truths, ends, JOINT_STATES_MAX);
}

/** For each relation the truths left to it, each as the set of places in which YES wins. */
type Left = readonly (readonly ReadonlySet<number>[])[];

/** Assigns the markets one after the other and gives up a branch as soon as a relation has no truth left for it. */
function jointWinners(markets: readonly string[], relations: readonly Relation[]): readonly Winners[] | undefined {
  const placeOf = new Map(markets.map((id, place) => [id, place]));
  const relationsAt = markets.map((): number[] => []);
  const all: Left = relations.map((relation, index) => {
    const places = relation.markets.map((id) => placeOf.get(id)!);
    for (const place of places) relationsAt[place]!.push(index);
    return winnersOf(relation).map((winners) => new Set(winners.map((place) => places[place]!)));
  });
  const found: Winners[] = [];
  let steps = 0;
  const assign = (place: number, winners: readonly number[], left: Left): boolean => {
    steps += 1;
    if (steps > STEPS_MAX || found.length > JOINT_STATES_MAX) return false;
    if (place === markets.length) {
      found.push(winners);
      return true;
    }
    for (const isYes of [true, false]) {
      const next = [...left];
      for (const index of relationsAt[place]!) {
        next[index] = left[index]!.filter((truth) => truth.has(place) === isYes);
      }
      if (relationsAt[place]!.some((index) => next[index]!.length === 0)) continue;
      if (!assign(place + 1, isYes ? [...winners, place] : winners, next)) return false;
    }
    return true;
  };
  return assign(0, [], all) ? found : undefined;
}

/**
 * Beside every truth each group of markets may end abnormally, in every combination. What a price that the venue names pays
 * lies between what YES and NO pay, so its two extremes stand for all of them, for each market by itself.
 */
function withEnds(
  markets: readonly string[],
  truths: readonly Winners[],
  ends: MarketEnds,
  statesMax: number,
): System | undefined {
  const groups = groupsOf(markets, ends);
  let states: readonly State[] = truths.map((winners) => ({ winners, split: NO_PLACES, refunded: NO_PLACES }));
  for (const { places, kinds } of groups) {
    const together = kinds.filter((kind) => kind !== 'fairPrice');
    const more = together.flatMap((kind) => states.map((state) => ended(state, places, kind)));
    states = different([...states, ...more]);
    if (states.length > statesMax) return undefined;
  }
  for (const [place, id] of markets.entries()) {
    if (!ends.endsOf(id).includes('fairPrice')) continue;
    states = different(states.flatMap((state) => [state, decided(state, place, true), decided(state, place, false)]));
    if (states.length > statesMax) return undefined;
  }
  return states.length > statesMax ? undefined : { markets, states };
}

interface EndGroup {
  readonly places: readonly number[];
  readonly kinds: readonly AbnormalEnd[];
}

function groupsOf(markets: readonly string[], ends: MarketEnds): EndGroup[] {
  const kinds = new Map<string, Set<AbnormalEnd>>();
  for (const id of markets) {
    for (const end of ends.endsOf(id)) {
      const key = ends.togetherOf(id);
      kinds.set(key, (kinds.get(key) ?? new Set()).add(end));
    }
  }
  return [...kinds].map(([key, own]) => ({
    places: [...markets.keys()].filter((place) => ends.togetherOf(markets[place]!) === key),
    kinds: [...own],
  }));
}

function ended(state: State, places: readonly number[], kind: AbnormalEnd): State {
  const rest = state.winners.filter((place) => !places.includes(place));
  const split = kind === 'split' ? [...state.split, ...places] : state.split;
  const refunded = kind === 'refund' ? [...state.refunded, ...places] : state.refunded;
  return { winners: rest, split, refunded };
}

/** The state with the market at `place` ended as YES or NO. */
function decided({ winners, split, refunded }: State, place: number, isYes: boolean): State {
  const others = winners.filter((winner) => winner !== place);
  return {
    winners: isYes ? [...others, place].sort((a, b) => a - b) : others,
    split: split.filter((other) => other !== place),
    refunded: refunded.filter((other) => other !== place),
  };
}

function different(states: readonly State[]): State[] {
  const keyOf = ({ winners, split, refunded }: State): string => `${winners}|${split}|${refunded}`;
  return [...new Map(states.map((state) => [keyOf(state), state])).values()];
}

/** The name of a state for people. */
export function stateName(markets: readonly string[], { winners, split, refunded }: State): string {
  const named = (places: readonly number[]): string => places.map((place) => markets[place]).join(', ');
  const odd = [
    ...(split.length > 0 ? [`${named(split)} split`] : []),
    ...(refunded.length > 0 ? [`${named(refunded)} refunded`] : []),
  ];
  const normal = markets.length - split.length - refunded.length;
  const rest = odd.length > 0 ? 'the rest' : normal === 2 ? 'both' : 'all';
  if (normal === 0) return odd.join('; ');
  if (winners.length === 0) return [...odd, `${rest} NO`].join('; ');
  if (winners.length === normal) return [...odd, `${rest} YES`].join('; ');
  return [...odd, `${named(winners)} YES, every other NO`].join('; ');
}

/** Relations that share markets, directly or over others, in the order of the first. */
export function componentsOf(relations: readonly Relation[]): Relation[][] {
  const parent = new Map<string, string>();
  const rootOf = (id: string): string => {
    let at = id;
    while (parent.get(at)! !== at) {
      parent.set(at, parent.get(parent.get(at)!)!);
      at = parent.get(at)!;
    }
    return at;
  };
  for (const { markets } of relations) {
    for (const id of markets) if (!parent.has(id)) parent.set(id, id);
    const root = rootOf(markets[0]!);
    for (const id of markets) parent.set(rootOf(id), root);
  }
  const groups = new Map<string, Relation[]>();
  for (const relation of relations) {
    const root = rootOf(relation.markets[0]!);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [relation]);
    else group.push(relation);
  }
  return [...groups.values()];
}
