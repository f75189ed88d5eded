// Which neg-risk events are complete sets, of whose outcomes exactly one comes true, and the relations they give. An
// event is complete only on evidence; whatever is missing, unread, unnamed or contradictory makes it incomplete, with
// the reason. Pure; cold path.
//
// Evidence: the event's own list of members (not markets that mention it), not augmented, all members in one set on the
// chain, their questions numbered 0 to n-1 without a gap, and each either open or settled NO for good.
import { LEGS_MAX } from '../../../wasm/layout.ts';
import type { Relation } from '../contract.ts';
import type { GammaCatalogue, GammaEntry, GammaEvent } from './gamma-catalogue.ts';
import type { GammaMarket } from './gamma-market.ts';
import type { SetReason } from './gamma-reasons.ts';

/** `Person A`, `Team BZ`: how the venue calls outcomes until they are known. Real names look alike: `Congo DR`. */
const UNNAMED =
  /^(person|candidate|individual|player|team|club|driver|party|country|company|movie|film|show|artist|song|album|option|outcome|name|nominee) [A-Z]{1,2}$/i;

/** True for an outcome of an augmented event that has no name yet. A miss trades it alone, never in a set. */
export function isPlaceholder({ groupTitle }: GammaMarket): boolean {
  return groupTitle === '' || UNNAMED.test(groupTitle);
}

/** True for the Other of an event. */
export function isOther({ isOther: flagged, groupTitle }: GammaMarket): boolean {
  return flagged || /^other$/i.test(groupTitle);
}

/** The ids of a complete set's open members in the order of their questions, or why the event is none. */
export function completeSet(
  event: GammaEvent,
  catalogue: GammaCatalogue,
  isTradable: (entry: GammaEntry) => boolean,
): readonly string[] | SetReason {
  if (event.augmented === undefined) return 'augmentedUnknown';
  if (event.augmented) return 'augmented';
  if (event.members === undefined) return 'membersUnknown';
  const entries = [...new Set(event.members)].map((key) => catalogue.entries.get(key)!);
  const markets = entries.flatMap(({ market }) => (market === undefined ? [] : [market]));
  if (markets.length !== entries.length) return 'memberRejected';
  if (markets.some(({ winner }) => winner === 'yes')) return 'settledYes';
  const sets = new Set(markets.map(({ negRiskMarketId, meta }) => (meta.negRisk === true ? negRiskMarketId : '')));
  if (sets.size !== 1 || sets.has('')) return 'mixedSets';
  const numbers = markets.map(({ questionIndex }) => questionIndex ?? -1).sort((a, b) => a - b);
  if (numbers.some((number, place) => number !== place)) return 'questionsMissing';
  // What has settled NO pays nothing for YES and drops out; the rest is still a complete set.
  const open = entries.filter(({ market }) => market?.winner !== 'no');
  if (!open.every(isTradable)) return 'memberRejected';
  if (open.length < 2) return 'tooFewMembers';
  if (open.length > LEGS_MAX) return 'tooManyLegs';
  return open.sort((a, b) => a.market!.questionIndex! - b.market!.questionIndex!).map(({ key }) => key);
}

/** A complete set that is traded and the event that it was found in. */
export interface TradedSet {
  readonly relation: Relation;
  readonly eventId: string;
}

/** Why a traded set is no complete set any more. */
export type Breach = SetReason | 'membersDiffer';

/** What speaks against a set; the other reasons only say that nothing speaks for it now. */
const BREACHES: ReadonlySet<string> = new Set([
  'augmented',
  'mixedSets',
  'questionsMissing',
  'settledYes',
  'tooFewMembers',
]);

/**
 * What a reading says against a traded set, undefined for nothing. Only what was read counts: an event that was not seen,
 * or only mentioned by its markets, proves nothing, and neither does a member that pauses or has closed without an outcome.
 */
export function breachOf({ relation, eventId }: TradedSet, catalogue: GammaCatalogue): Breach | undefined {
  const event = catalogue.events.get(eventId);
  if (event === undefined) return undefined;
  if (hasOtherMembers(event, relation.markets, catalogue)) return 'membersDiffer';
  const judged = completeSet(event, catalogue, () => true);
  return typeof judged === 'string' && BREACHES.has(judged) ? judged : undefined;
}

/** One that cannot be read may be one of the set that is missing. What has settled NO pays nothing, in the set or not. */
function hasOtherMembers({ members }: GammaEvent, markets: readonly string[], catalogue: GammaCatalogue): boolean {
  if (members === undefined) return false;
  const listed = new Set(members);
  const missing = markets.filter((id) => !listed.has(id));
  const others = [...listed].filter((key) => !markets.includes(key)).map((key) => catalogue.entries.get(key)!.market);
  const unread = others.filter((market) => market === undefined);
  return others.some((market) => market !== undefined && market.winner !== 'no') || unread.length !== missing.length;
}

/** The relation of a complete set. */
export function relationOf(marketIds: readonly string[]): Relation {
  return { kind: 'exactlyOne', markets: marketIds };
}
