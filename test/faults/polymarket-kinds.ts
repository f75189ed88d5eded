// The faults of Polymarket's feed in the matrix.
import type { FeedFaultRule } from '../../engine/venue/sim/feed-faults.ts';
import type { MarketFaultRule } from '../../engine/venue/sim/market-faults.ts';
import type { BooksFaultRule } from '../../engine/venue/sim/public-rest.ts';
import { CONNECTION, HARMLESS, IN_FRAME, type Kind, LATER, OVERSIZE_BYTES } from './kinds.ts';
import { type FaultsOf, openPolymarket, type PolymarketFaults } from './polymarket.ts';
import type { RigOptions } from './rig.ts';
import { eventTape } from './tapes.ts';

/** The event's eighty frames a second, twice as fast. */
const EVENT_SPEED = 2;
/** Trades are fewer than changes. */
const TRADES = 30;

/** Read before the first case: a reading in the middle of others would hold them up. */
const EVENT = eventTape(EVENT_SPEED);

const HOUR_MS = 3_600_000;
/** Back by longer than a book may go unproven: no answer can be told from an old one before the venue's time is past ours again. */
const BACK_MS = -5_000;
const SECOND_MS = 1_000;
/** So many questions about a frozen market's book get no answer at the least, and for so long beyond its age, ms. */
const QUESTIONS_MIN = 2;
const REFUSED_MS = 300;
/** All books stand still while the connection lives; how much of its data is left says which age ends first. */
const TOPIC = { whole: true, ages: ['BOOK_TOO_OLD', 'BOOK_UNPROVEN'] } as const;
/** Longer than a book may go unproven. */
const quietMs: Kind['quietMs'] = ({ verifiedAgeMs, dataAgeMs }) => verifiedAgeMs + 5 * dataAgeMs;
const SKEW = { whole: true, ages: ['BOOK_UNPROVEN'], quietMs } as const;

type SinceFired = Parameters<FaultsOf>[0];

function withFaults(faultsAt: (point: number, options: RigOptions, since: SinceFired) => PolymarketFaults) {
  return {
    venue: 'polymarket',
    open: (point, options) => openPolymarket(EVENT, (since) => faultsAt(point, options, since), options),
  } satisfies Pick<Kind, 'open' | 'venue'>;
}

function feed(kind: FeedFaultRule['kind'], more: Partial<FeedFaultRule> = {}) {
  return withFaults((firstFrame) => ({ feedFaults: [{ kind, firstFrame, ...more }] }));
}

function path(kind: MarketFaultRule['kind'], more: readonly MarketFaultRule[] = [], every?: Partial<MarketFaultRule>) {
  return withFaults((firstRequest) => ({ marketFaults: [{ kind, firstRequest, ...every }, ...more] }));
}

const freezeTrades = withFaults((point) => ({
  feedFaults: [{ kind: 'freezeTrades', firstFrame: 1 + (point % TRADES) }],
}));

const lateTrade = withFaults((point) => ({
  feedFaults: [{ kind: 'lateTrade', firstFrame: 1 + (point % TRADES), ms: 300 }],
}));

/** The connection is cut, and its next three upgrades are refused. */
function refused(kind: MarketFaultRule['kind']) {
  return { ...CONNECTION, ...path('marketDrop', [{ kind, firstRequest: 2, count: 3 }]), firings: 4 };
}

/** Venue times jump by `ms`; then, if told, a change is lost. */
function stamps(ms: number, lost?: FeedFaultRule['kind']) {
  return withFaults((firstFrame) => {
    const jump = { kind: 'stamps', firstFrame, ms } as const;
    if (lost === undefined) return { feedFaults: [jump] };
    return { feedFaults: [jump, { kind: lost, firstFrame: firstFrame + 20 }], prelude: 'stamps' };
  });
}

/** A market freezes, and until its book is older than may be the questions about it are answered so. */
function unanswered(kind: BooksFaultRule['kind'], ms = 0) {
  return {
    ...({ ...LATER, ages: ['BOOK_UNPROVEN'], firings: 1 + QUESTIONS_MIN } as const),
    ...withFaults((firstFrame, { times }, since) => {
      const untilMs = times.verifiedAgeMs + REFUSED_MS;
      const when = (): boolean => (since() ?? Number.POSITIVE_INFINITY) < untilMs;
      return {
        feedFaults: [{ kind: 'freezeMarket', firstFrame }],
        booksFaults: [{ kind, firstRequest: 1, count: 1_000, ms, when }],
      };
    }),
  };
}

/** Some tokens of the connection get no snapshot when it has been cut, and none when they are asked for again. */
const fewBooks = withFaults((firstRequest) => ({
  marketFaults: [
    { kind: 'marketDrop', firstRequest },
    { kind: 'marketFewBooks', firstRequest: 2, count: 2, tokens: 2 * (1 + (firstRequest % 4)) },
  ],
}));

export const POLYMARKET_KINDS: readonly Kind[] = [
  { ...IN_FRAME, name: 'corrupt', ...feed('corrupt') },
  { ...IN_FRAME, name: 'corruptSize', ...feed('corruptSize') },
  { ...IN_FRAME, name: 'truncate', ...feed('truncate') },
  { ...IN_FRAME, name: 'oversize', whole: true, ...feed('oversize', { bytes: OVERSIZE_BYTES }) },
  { ...IN_FRAME, name: 'crossedBook', ...feed('crossedBook') },
  { ...LATER, name: 'drop', ...feed('drop') },
  { ...LATER, name: 'dropDeep', ...feed('dropDeep') },
  // Both views are folded, so another price in one of them is one level more: the hash says so, or a top that it moves.
  { ...LATER, name: 'corruptPrice', ...feed('corruptPrice') },
  { ...LATER, name: 'corruptDeep', ...feed('corruptDeep') },
  { ...LATER, name: 'reorder', ...feed('reorder') },
  { ...LATER, name: 'freezeMarket', ages: ['BOOK_UNPROVEN'], ...feed('freezeMarket') },
  { ...LATER, ...TOPIC, name: 'freezeChanges', ...feed('freezeChanges') },
  { ...LATER, ...TOPIC, name: 'freezeQuotes', ...feed('freezeQuotes') },
  { ...CONNECTION, name: 'freeze', ...path('marketFreeze') },
  { ...CONNECTION, name: 'halfOpen', ...path('marketHalfOpen') },
  { ...CONNECTION, name: 'cut', ...path('marketDrop') },
  { ...CONNECTION, name: 'storm', firings: 4, ...path('marketDrop', [], { every: 25, count: 6 }) },
  { name: 'refused503', ...refused('marketRefuse') },
  { name: 'refused429', ...refused('marketRefuse429') },
  { name: 'refused403', ...refused('marketRefuse403') },
  { name: 'frozenBooks429', ...unanswered('books429', SECOND_MS) },
  { name: 'frozenBooks403', ...unanswered('books403') },
  { name: 'frozenBooks502', ...unanswered('books502') },
  { ...CONNECTION, name: 'fewBooks', firings: 3, ...fewBooks },
  { ...LATER, name: 'stampsAheadDrop', firings: 2, ...stamps(HOUR_MS, 'dropDeep') },
  { ...LATER, name: 'stampsBehindDrop', firings: 2, ages: ['BOOK_UNPROVEN'], ...stamps(BACK_MS, 'dropDeep') },
  { ...LATER, name: 'stampsBehindFreeze', firings: 2, ages: ['BOOK_UNPROVEN'], ...stamps(BACK_MS, 'freezeMarket') },
  { ...HARMLESS, ...SKEW, name: 'stampsAhead', ...stamps(HOUR_MS) },
  { ...HARMLESS, ...SKEW, name: 'stampsBehind', ...stamps(-HOUR_MS) },
  { ...HARMLESS, name: 'doubleTick', ...feed('retick', { times: 2 }) },
  { ...HARMLESS, name: 'doubleTickApart', firings: 2, ...feed('retick', { every: 3, count: 2 }) },
  { ...HARMLESS, name: 'freezeTrades', whole: true, ...freezeTrades },
  { ...HARMLESS, name: 'duplicate', ...feed('duplicate') },
  { ...HARMLESS, name: 'crossedBurst', ...feed('crossedBurst') },
  { ...HARMLESS, name: 'lateTrade', ...lateTrade },
];
