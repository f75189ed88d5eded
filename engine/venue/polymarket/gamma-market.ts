// One market of Gamma's answers: its JSON into the engine's metadata, or the name of what is wrong with it. Nothing is
// guessed: what is not said stays unknown, what cannot be read exactly refuses the market. Pure; cold path.

import { endsOfRules } from '../abnormal-ends.ts';
import type { FeeSchedule, MarketMeta } from '../contract.ts';
import { FieldReader } from '../field-reader.ts';
import { uniformGrid } from '../grid.ts';
import { isJsonObject, type JsonValue, member } from '../json.ts';
import type { Step } from '../proposals.ts';

import type { ShapeReason, StateReason } from './gamma-reasons.ts';
import { thresholdOf } from './gamma-threshold.ts';

export type Winner = 'yes' | 'no' | 'split';

/** A market as Gamma describes it. */
export interface GammaMarket {
  /** What the engine takes over. */
  readonly meta: MarketMeta;
  readonly slug: string;
  /** v2 markets are identified by position ids and their orders signed for another exchange. */
  readonly version: 'v1' | 'v2';
  /** Names of the outcomes that the engine calls YES and NO. */
  readonly outcomes: readonly [yes: string, no: string];
  /** False when makers are charged too; undefined when nothing is said. */
  readonly feeTakerOnly: boolean | undefined;
  /** Part of the fee paid back to makers, in millionths; undefined when nothing is said. */
  readonly feeRebateE6: number | undefined;
  /** The outcome's name within its event, '' outside of one. */
  readonly groupTitle: string;
  /** The event's Other. */
  readonly isOther: boolean;
  /** Set on the chain that the market belongs to, '' when none is named. */
  readonly negRiskMarketId: string;
  /** Number of its question in that set; undefined when unknown. */
  readonly questionIndex: number | undefined;
  readonly active: boolean;
  readonly closed: boolean;
  readonly archived: boolean;
  readonly acceptingOrders: boolean;
  /** Undefined when nothing is said. */
  readonly hasOrderBook: boolean | undefined;
  /** Who won, once the resolution is final; `split`: both are paid half. */
  readonly winner: Winner | undefined;
  readonly endMs: number;
  /** When Gamma last wrote this; 0 when it does not say. */
  readonly updatedMs: number;
  readonly volumeMicros: number;
  /** The threshold that its question asks for, if any. */
  readonly step: Step | undefined;
  readonly tags: readonly string[];
}

/** Polymarket rounds a fill's fee to 5 decimals. */
export const FEE_ROUND_MICROS = 10;
const CONDITION_ID = /^0x[0-9a-f]{64}$/;
const TOKEN_ID = /^[1-9]\d{0,77}$/;
const TOKEN_LIMIT = 1n << 256n;
const TICK_E4_MAX = 1_000;
const SIZE_MICROS_MAX = 1e15;
const FEE_EXPONENT_MAX = 4;
const YES_NAME = /^(yes|up|over)$/i;
const DAY_MS = 86_400_000;

/** Reads one market; the reason when it is refused. */
export function readGammaMarket(value: JsonValue): GammaMarket | ShapeReason {
  if (!isJsonObject(value)) return 'notAnObject';
  const fields = new FieldReader<ShapeReason>(value);
  const condition = fields.value('conditionId');
  if (typeof condition !== 'string' || !CONDITION_ID.test(condition)) return 'badConditionId';
  const slug = fields.requiredText('slug');
  const negRisk = fields.flag('negRisk');
  const outcomes = readOutcomes(fields, negRisk === true);
  const version = readVersion(fields);
  const tokens = readTokens(fields, version);
  const tickE4 = readTick(fields);
  const minSizeMicros = fields.scaled('orderMinSize', 6, 'badMinSize') ?? 0;
  if (minSizeMicros <= 0 || minSizeMicros > SIZE_MICROS_MAX) fields.refuse('badMinSize');
  const { fee, ...feeFacts } = readFee(fields);
  const endMs = fields.timeMs('endDate', 'badEndDate') ?? fields.refuse('badEndDate');
  const states = readStates(fields);
  const facts = {
    ...readSet(fields),
    ...feeFacts,
    ...states,
    updatedMs: fields.timeMs('updatedAt', 'badEndDate') ?? 0,
  };
  const volumeMicros = fields.amountMicrosRoundedDown('volume', 'badVolume');
  const title = fields.text('question');
  if (fields.fault !== undefined) return fields.fault;
  const { names, yesAt } = outcomes!;
  // Words that are no text, or too long to compare, leave the question without a threshold and refuse nothing.
  const [rules, source] = ['description', 'resolutionSource'].map((key) => String(fields.value(key) ?? ''));
  const meta: MarketMeta = {
    ...{ id: `polymarket:${condition}`, venue: 'polymarket', yesToken: tokens![yesAt]!, noToken: tokens![1 - yesAt]! },
    ...{ title: title === '' ? undefined : title, event: undefined, negRisk, tickRanges: uniformGrid(tickE4!) },
    ...{ minSizeMicros, fee, endMs, abnormalEnds: endsOfRules(rules!) },
    ...(version === 'v2' ? { protocol: version } : {}),
  };
  const winner = readWinner(fields, states.closed, yesAt);
  const named = { slug, version: version!, outcomes: [names[yesAt]!, names[1 - yesAt]!] as const };
  const step = thresholdOf(title, rules!, source!, endMs!);
  return { meta, ...named, ...facts, winner, endMs: endMs!, volumeMicros, step, tags: readTags(fields) };
}

/** Two outcomes and the place of the one that the engine calls YES: the first, unless a name says otherwise. */
function readOutcomes(
  fields: FieldReader<ShapeReason>,
  isNegRisk: boolean,
): { names: string[]; yesAt: number } | undefined {
  const list = fields.list('outcomes', 'badOutcomes') ?? [];
  const names = list.filter((name) => typeof name === 'string' && name !== '') as string[];
  if (list.length !== 2 || names.length !== 2 || names[0] === names[1]) return fields.refuse('badOutcomes');
  const yesAt = YES_NAME.test(names[1]!) ? 1 : 0;
  const plain = names.map((name) => name.toLowerCase()).sort();
  if (isNegRisk && plain.join() !== 'no,yes') return fields.refuse('badOutcomes');
  return { names, yesAt };
}

function readVersion(fields: FieldReader<ShapeReason>): 'v1' | 'v2' | undefined {
  const version = fields.value('version') ?? 'v1';
  return version === 'v1' || version === 'v2' ? version : fields.refuse('unknownVersion');
}

/** The ids that frames and orders name the outcomes by, in the order of the outcomes. */
function readTokens(fields: FieldReader<ShapeReason>, version: 'v1' | 'v2' | undefined): string[] | undefined {
  const list = fields.list(version === 'v2' ? 'positionIds' : 'clobTokenIds', 'badTokens') ?? [];
  const isToken = (id: JsonValue): boolean => typeof id === 'string' && TOKEN_ID.test(id) && BigInt(id) < TOKEN_LIMIT;
  if (list.length !== 2 || !list.every(isToken) || list[0] === list[1]) return fields.refuse('badTokens');
  return list as string[];
}

function readTick(fields: FieldReader<ShapeReason>): number | undefined {
  const tickE4 = fields.scaled('orderPriceMinTickSize', 4, 'badTick') ?? 0;
  return tickE4 >= 1 && tickE4 <= TICK_E4_MAX && 10_000 % tickE4 === 0 ? tickE4 : fields.refuse('badTick');
}

type FeeFacts = Pick<GammaMarket, 'feeTakerOnly' | 'feeRebateE6'> & { readonly fee: FeeSchedule | undefined };

/** The schedule as given; none at all when fees are switched off; unknown when nothing is said. */
function readFee(fields: FieldReader<ShapeReason>): FeeFacts {
  const enabled = fields.flag('feesEnabled');
  const value = fields.value('feeSchedule');
  const free = { rateE6: 0, exponent: 1, roundMicros: FEE_ROUND_MICROS };
  const unsaid = { feeTakerOnly: undefined, feeRebateE6: undefined };
  if (value === undefined) return { ...unsaid, fee: enabled === false ? free : undefined };
  if (!isJsonObject(value)) {
    fields.refuse('badFee');
    return { ...unsaid, fee: undefined };
  }
  const schedule = new FieldReader<ShapeReason>(value);
  const rateE6 = schedule.scaled('rate', 6, 'badFee');
  const exponent = schedule.scaled('exponent', 0, 'badFee');
  const feeRebateE6 = schedule.scaled('rebateRate', 6, 'badFee');
  const feeTakerOnly = schedule.flag('takerOnly');
  const isRead = schedule.fault === undefined && rateE6 !== undefined && exponent !== undefined;
  const inRange = isRead && rateE6 <= 1e6 && exponent <= FEE_EXPONENT_MAX && (feeRebateE6 ?? 0) <= 1e6;
  if (!inRange) fields.refuse('badFee');
  else if (enabled === false && rateE6 > 0) fields.refuse('feeContradiction');
  const fee = inRange ? { rateE6, exponent, roundMicros: FEE_ROUND_MICROS } : undefined;
  return { feeTakerOnly, feeRebateE6, fee };
}

type States = Pick<GammaMarket, 'active' | 'closed' | 'archived' | 'acceptingOrders' | 'hasOrderBook'>;

function readStates(fields: FieldReader<ShapeReason>): States {
  return {
    active: fields.requiredFlag('active'),
    closed: fields.requiredFlag('closed'),
    archived: fields.flag('archived') === true,
    acceptingOrders: fields.requiredFlag('acceptingOrders'),
    hasOrderBook: fields.flag('enableOrderBook'),
  };
}

type SetFacts = Pick<GammaMarket, 'groupTitle' | 'isOther' | 'negRiskMarketId' | 'questionIndex'>;

/** A neg-risk set numbers its questions: the question's id is the set's id with the number as its last byte. */
function readSet(fields: FieldReader<ShapeReason>): SetFacts {
  const groupTitle = fields.text('groupItemTitle');
  const isOther = fields.flag('negRiskOther') === true;
  const negRiskMarketId = fields.text('negRiskMarketID');
  const question = fields.text('questionID');
  const isNumbered = negRiskMarketId.length === 66 && question.length === 66 && negRiskMarketId.endsWith('00');
  const number = isNumbered && question.startsWith(negRiskMarketId.slice(0, 64)) ? question.slice(64) : '';
  const questionIndex = /^[0-9a-f]{2}$/.test(number) ? Number.parseInt(number, 16) : undefined;
  return { groupTitle, isOther, negRiskMarketId, questionIndex };
}

/** What a share of YES is paid, E4. */
export function yesPayoutE4Of(winner: Winner): number {
  return { yes: 10_000, no: 0, split: 5_000 }[winner];
}

/** Final only when the resolution is: a closed market shows its last prices until then. */
function readWinner(fields: FieldReader<ShapeReason>, isClosed: boolean, yesAt: number): Winner | undefined {
  if (!isClosed || fields.value('umaResolutionStatus') !== 'resolved') return undefined;
  const prices = (fields.list('outcomePrices', 'badOutcomes') ?? []).map(String);
  if (prices.length !== 2) return undefined;
  const [yes, no] = [prices[yesAt], prices[1 - yesAt]];
  if (yes === '1' && no === '0') return 'yes';
  if (yes === '0.5' && no === '0.5') return 'split';
  return yes === '0' && no === '1' ? 'no' : undefined;
}

/** Slugs of the tags of a market or an event; what is no tag is left out, since it can only fail to select. */
export function readTags(fields: FieldReader<ShapeReason>): string[] {
  const tags = fields.value('tags');
  if (!Array.isArray(tags)) return [];
  return tags.flatMap((tag) =>
    isJsonObject(tag) && typeof member(tag, 'slug') === 'string' ? [member(tag, 'slug') as string] : [],
  );
}

/** What keeps a well-formed market from being traded at `wallMs`, or undefined. `byName`: it was asked for by slug. */
export function stateFault(
  market: GammaMarket,
  wallMs: number,
  endedDaysMax: number,
  byName: boolean,
): StateReason | undefined {
  if (market.archived) return 'archived';
  if (market.closed) return 'closed';
  if (!market.active) return 'inactive';
  if (market.hasOrderBook === false) return 'noOrderBook';
  const isOver = market.endMs < wallMs;
  if (isOver && !market.acceptingOrders) return byName ? 'staleSlug' : 'zombie';
  if (!market.acceptingOrders) return 'notAcceptingOrders';
  if (market.endMs < wallMs - endedDaysMax * DAY_MS) return byName ? 'staleSlug' : 'ended';
  return undefined;
}
