// The faults of Polymarket's feed in the matrix.
import type { FeedFaultRule } from '../../engine/venue/sim/feed-faults.ts';
import type { MarketFaultRule } from '../../engine/venue/sim/market-faults.ts';
import { CONNECTION, HARMLESS, IN_FRAME, type Kind, LATER, OVERSIZE_BYTES } from './kinds.ts';
import { openPolymarket, type PolymarketFaults } from './polymarket.ts';
import { eventTape } from './tapes.ts';

/** The event's eighty frames a second, twice as fast. */
const EVENT_SPEED = 2;
/** Trades are fewer than changes. */
const TRADES = 30;

/** Read before the first case: a reading in the middle of others would hold them up. */
const EVENT = eventTape(EVENT_SPEED);

function withFaults(faultsAt: (point: number) => PolymarketFaults): Pick<Kind, 'open' | 'venue'> {
  return {
    venue: 'polymarket',
    open: (point, options) => openPolymarket(EVENT, faultsAt(point), options),
  };
}

function feed(kind: FeedFaultRule['kind'], more: Partial<FeedFaultRule> = {}) {
  return withFaults((firstFrame) => ({ feedFaults: [{ kind, firstFrame, ...more }] }));
}

function path(kind: MarketFaultRule['kind'], more: readonly MarketFaultRule[] = [], every?: Partial<MarketFaultRule>) {
  return withFaults((firstRequest) => ({ marketFaults: [{ kind, firstRequest, ...every }, ...more] }));
}

const lateTrade = withFaults((point) => ({
  feedFaults: [{ kind: 'lateTrade', firstFrame: 1 + (point % TRADES), ms: 300 }],
}));

/** The connection is cut, and its next three upgrades are refused. */
function refused(kind: MarketFaultRule['kind']) {
  return { ...CONNECTION, ...path('marketDrop', [{ kind, firstRequest: 2, count: 3 }]), firings: 4 };
}

export const POLYMARKET_KINDS: readonly Kind[] = [
  { ...IN_FRAME, name: 'corrupt', ...feed('corrupt') },
  { ...IN_FRAME, name: 'truncate', ...feed('truncate') },
  { ...IN_FRAME, name: 'oversize', whole: true, ...feed('oversize', { bytes: OVERSIZE_BYTES }) },
  { ...IN_FRAME, name: 'crossedBook', ...feed('crossedBook') },
  { ...LATER, name: 'drop', ...feed('drop') },
  { ...LATER, name: 'dropDeep', ...feed('dropDeep') },
  { ...LATER, name: 'corruptDeep', ...feed('corruptDeep') },
  { ...LATER, name: 'reorder', ...feed('reorder') },
  { ...LATER, name: 'freezeMarket', ages: ['BOOK_UNPROVEN'], ...feed('freezeMarket') },
  { ...CONNECTION, name: 'freeze', ...path('marketFreeze') },
  { ...CONNECTION, name: 'halfOpen', ...path('marketHalfOpen') },
  { ...CONNECTION, name: 'cut', ...path('marketDrop') },
  { ...CONNECTION, name: 'storm', firings: 4, ...path('marketDrop', [], { every: 25, count: 6 }) },
  { name: 'refused503', ...refused('marketRefuse') },
  { name: 'refused429', ...refused('marketRefuse429') },
  { name: 'refused403', ...refused('marketRefuse403') },
  { ...HARMLESS, name: 'duplicate', ...feed('duplicate') },
  { ...HARMLESS, name: 'crossedBurst', ...feed('crossedBurst') },
  { ...HARMLESS, name: 'lateTrade', ...lateTrade },
];
