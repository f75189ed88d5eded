// Why discovery turns a market away, by name, with the words people read. Data only; cold path.
import { LEFT_REASONS } from '../room.ts';

/** What is wrong with the text Gamma sent for a market. */
export const SHAPE_REASONS = {
  notAnObject: 'not a JSON object',
  badConditionId: 'conditionId is not 0x and 64 lower-case hex digits',
  badText: 'a name that is missing, no text or too long',
  badFlag: 'a flag that is missing or neither true nor false',
  badOutcomes: 'not two different outcomes, or not Yes and No in a neg-risk event',
  unknownVersion: 'a protocol version other than v1 and v2',
  badTokens: 'not two different token ids in the field its version names',
  badTick: 'a tick that does not divide one dollar into whole 1/10,000s',
  badMinSize: 'a minimum size that is no positive number of 1e-6 shares',
  badEndDate: 'an end or update time that is missing or no time',
  badFee: 'a fee schedule that cannot be read exactly',
  feeContradiction: 'fees switched off beside a schedule that charges',
  badVolume: 'a volume that is no amount',
} as const;

/** Why a well-formed market is not one to trade now. */
export const STATE_REASONS = {
  sharedToken: 'one of its tokens is another market’s as well',
  archived: 'archived',
  closed: 'closed',
  inactive: 'not active yet',
  noOrderBook: 'has no order book',
  staleSlug: 'asked for by slug, but the market that answers ended long ago or takes no orders',
  zombie: 'ended, takes no orders, and is still listed as open',
  notAcceptingOrders: 'takes no orders',
  ended: 'ended further back than select.endedDaysMax',
  placeholder: 'an outcome of an augmented event that nobody has named yet',
  augmentedOther: 'the Other of an augmented event, whose meaning changes',
} as const;

/** Why a neg-risk event is no complete set of outcomes that the engine may trade as one. */
export const SET_REASONS = {
  augmented: 'augmented: outcomes may still be named',
  augmentedUnknown: 'does not say whether it is augmented',
  membersUnknown: 'seen through its markets only, never with the list of its members',
  tooFewMembers: 'fewer than two open outcomes',
  memberRejected: 'a member was rejected',
  mixedSets: 'its members belong to different neg-risk sets',
  questionsMissing: 'the numbers of its questions leave a gap or are unknown',
  settledYes: 'one outcome has won already',
  membersNotSelected: 'not every open member is selected',
  tooManyLegs: 'more outcomes than a basket has legs',
  arenaBaskets: 'beyond arena.baskets',
  arenaLegs: 'beyond arena.legs',
} as const;

export type ShapeReason = keyof typeof SHAPE_REASONS;
export type StateReason = keyof typeof STATE_REASONS;
export type SetReason = keyof typeof SET_REASONS;

/** The words for any of the reasons. */
export function reasonText(reason: string): string {
  const all: Readonly<Record<string, string>> = { ...SHAPE_REASONS, ...STATE_REASONS, ...LEFT_REASONS, ...SET_REASONS };
  return all[reason] ?? reason;
}
