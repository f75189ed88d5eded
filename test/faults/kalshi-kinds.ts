// The faults of Kalshi's feed in the matrix.
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import { openKalshi } from './kalshi.ts';
import { CONNECTION, HARMLESS, IN_FRAME, type Kind, LATER, OVERSIZE_BYTES } from './kinds.ts';

const HOUR_MS = 3_600_000;
const PAUSE_MS = 300;

/** `kind` at the point, then `more`. */
function on(
  kind: KalshiFaultRule['kind'],
  own: Partial<KalshiFaultRule> = {},
  more: readonly KalshiFaultRule[] = [],
): Pick<Kind, 'open' | 'venue'> {
  return {
    venue: 'kalshi',
    open: (firstRequest, options) => openKalshi([{ kind, firstRequest, ...own }, ...more], options),
  };
}

/** The connection is cut, and its next three upgrades are refused. */
function refused(kind: KalshiFaultRule['kind'], more: Partial<KalshiFaultRule> = {}) {
  return { ...CONNECTION, ...on('kalshiCut', {}, [{ kind, firstRequest: 2, count: 3, ...more }]), firings: 4 };
}

/** Every book of the subscription is in doubt. */
const NUMBERED = { ...IN_FRAME, whole: true } as const;

export const KALSHI_KINDS: readonly Kind[] = [
  { ...NUMBERED, name: 'kalshiDrop', ...on('kalshiDrop') },
  { ...NUMBERED, name: 'kalshiDuplicate', ...on('kalshiDuplicate') },
  { ...NUMBERED, name: 'kalshiReorder', ...on('kalshiReorder') },
  { ...NUMBERED, name: 'kalshiCorrupt', ...on('kalshiCorrupt') },
  { ...NUMBERED, name: 'kalshiTruncate', ...on('kalshiTruncate') },
  { ...NUMBERED, name: 'kalshiOversize', ...on('kalshiOversize', { bytes: OVERSIZE_BYTES }) },
  {
    ...{ ...LATER, name: 'kalshiFreezeMarket' },
    // No more data of one market than what it is asked for, and not answered, shows.
    limitMs: ({ snapshots }) => snapshots.probeMs + snapshots.answerMs + 150,
    ...on('kalshiFreezeMarket'),
  },
  {
    ...{ ...LATER, name: 'kalshiFreezeBooks', whole: true, ages: ['BOOK_TOO_OLD'] },
    limitMs: ({ snapshots }) => snapshots.probeMs + snapshots.answerMs + 150,
    ...on('kalshiFreezeBooks'),
  },
  { ...IN_FRAME, name: 'kalshiPause', ...on('kalshiPause', { ms: PAUSE_MS }) },
  { ...CONNECTION, name: 'kalshiStorm', firings: 4, ...on('kalshiCut', { every: 25, count: 6 }) },
  { ...CONNECTION, name: 'kalshiFreeze', ...on('kalshiFreeze') },
  { ...CONNECTION, name: 'kalshiHalfOpen', ...on('kalshiHalfOpen') },
  { ...CONNECTION, name: 'kalshiCut', ...on('kalshiCut') },
  { name: 'kalshiRefused503', ...refused('kalshiRefuse503') },
  { name: 'kalshiRefused429', ...refused('kalshiRefuse429') },
  { name: 'kalshiRefused403', ...refused('kalshiRefuse403') },
  { name: 'kalshiSkewedKey', ...refused('kalshiSkew', { ms: HOUR_MS }) },
  { ...HARMLESS, name: 'kalshiStampsAhead', ...on('kalshiStamps', { ms: HOUR_MS }) },
  { ...HARMLESS, name: 'kalshiStampsBehind', ...on('kalshiStamps', { ms: -HOUR_MS }) },
];
