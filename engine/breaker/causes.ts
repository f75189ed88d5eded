// Every cause that opens the breaker: its bit in the state word, its meaning, what closes it again, and who trips it.

/**
 * What closes the breaker again. `itself`: through half-open, once the cool-down is over and the limit holds again. `person`:
 * an operator who says why. `restart`: nobody, memory or books can no longer be trusted.
 */
export type ClosedBy = 'itself' | 'person' | 'restart';

/** One named cause. `bit` is its bit in the state word; names stand in `--json` and the journal. */
export interface Cause {
  readonly bit: number;
  readonly name: string;
  readonly meaning: string;
  readonly closedBy: ClosedBy;
  /** Part of the product that trips it. */
  readonly by: string;
}

export const CAUSE_REALISED_LOSS_RUN = 1 << 0;
export const CAUSE_REALISED_LOSS_DAY = 1 << 1;
export const CAUSE_OPEN_NOTIONAL = 1 << 2;
export const CAUSE_ORDER_RATE = 1 << 3;
export const CAUSE_CONSECUTIVE_FAILURES = 1 << 4;
export const CAUSE_UNKNOWN_OUTCOMES = 1 << 5;
export const CAUSE_STALE_FEEDS = 1 << 6;
export const CAUSE_WORKER_LOST = 1 << 7;
export const CAUSE_GUARD_WORD = 1 << 8;
export const CAUSE_JOURNAL_ERROR = 1 << 9;
export const CAUSE_MANUAL = 1 << 10;
export const CAUSE_INVARIANT = 1 << 11;
export const CAUSE_UNWIND_FAILED = 1 << 12;
export const CAUSE_REALISED_LOSS_HOUR = 1 << 13;
export const CAUSE_DRAWDOWN = 1 << 14;
export const CAUSE_MARKET_EXPOSURE = 1 << 15;
export const CAUSE_EVENT_EXPOSURE = 1 << 16;
export const CAUSE_VENUE_EXPOSURE = 1 << 17;
export const CAUSE_OPEN_POSITIONS = 1 << 18;
export const CAUSE_UNHEDGED_TIME = 1 << 19;
export const CAUSE_ERROR_RATE = 1 << 20;
export const CAUSE_LATENCY = 1 << 21;
export const CAUSE_REPEATED_EXECUTION = 1 << 22;

const ROWS: readonly (readonly [number, string, ClosedBy, string, string])[] = [
  [
    CAUSE_REALISED_LOSS_RUN,
    'realisedLossRun',
    'person',
    'watch',
    'the result of concluded baskets (payout - cost - fees) fell to the limit: lost money comes back by nobody’s waiting',
  ],
  [CAUSE_REALISED_LOSS_DAY, 'realisedLossDay', 'person', 'watch', 'the same within one UTC day'],
  [
    CAUSE_OPEN_NOTIONAL,
    'openNotional',
    'person',
    'watch',
    'positions at cost and reservations passed a limit that orders are sized within',
  ],
  [
    CAUSE_ORDER_RATE,
    'orderRate',
    'itself',
    'watch',
    'more orders in one minute than the limit: the next minute counts afresh',
  ],
  [
    CAUSE_CONSECUTIVE_FAILURES,
    'consecutiveFailures',
    'itself',
    'watch',
    'baskets refused, unknown or one-legged in a row: probes tell whether it is over',
  ],
  [
    CAUSE_UNKNOWN_OUTCOMES,
    'unknownOutcomes',
    'itself',
    'watch',
    'too many requests whose outcome the venue has not told: it tells them in time',
  ],
  [
    CAUSE_STALE_FEEDS,
    'staleFeeds',
    'itself',
    'watch',
    'no feed of a venue has delivered a frame for too long: it speaks again',
  ],
  [CAUSE_WORKER_LOST, 'workerLost', 'restart', 'supervisor', 'a worker crashed or hung: what it kept is lost'],
  [
    CAUSE_GUARD_WORD,
    'guardWord',
    'restart',
    'watch',
    'the words around the breaker were written over: memory can no longer be trusted',
  ],
  [
    CAUSE_JOURNAL_ERROR,
    'journalError',
    'restart',
    'journal',
    'the journal could not be written or synced: nothing sent since would be known',
  ],
  [CAUSE_MANUAL, 'manual', 'person', 'operator', 'an operator halted trading'],
  [CAUSE_INVARIANT, 'invariant', 'restart', 'executor', 'an assertion failed: what the engine believes is wrong'],
  [
    CAUSE_UNWIND_FAILED,
    'unwindFailed',
    'person',
    'unwind',
    'a lone leg could not be sold back within its attempts: somebody has to deal with it',
  ],
  [
    CAUSE_REALISED_LOSS_HOUR,
    'realisedLossHour',
    'person',
    'watch',
    'the result fell by the limit within sixty minutes',
  ],
  [CAUSE_DRAWDOWN, 'drawdown', 'person', 'watch', 'the result lies the limit below its highest so far'],
  [
    CAUSE_MARKET_EXPOSURE,
    'marketExposure',
    'person',
    'watch',
    'more is open in one market than orders are sized for: the caps did not hold',
  ],
  [CAUSE_EVENT_EXPOSURE, 'eventExposure', 'person', 'watch', 'the same in all markets of one event'],
  [CAUSE_VENUE_EXPOSURE, 'venueExposure', 'person', 'watch', 'the same in all markets of one venue'],
  [CAUSE_OPEN_POSITIONS, 'openPositions', 'person', 'watch', 'more tokens are held or ordered than anybody oversees'],
  [
    CAUSE_UNHEDGED_TIME,
    'unhedgedTime',
    'person',
    'watch',
    'lone legs that are held: their cost times how long is beyond the limit',
  ],
  [
    CAUSE_ERROR_RATE,
    'errorRate',
    'itself',
    'watch',
    'too many of the last baskets were refused, unknown or one-legged: probes tell whether it is over',
  ],
  [
    CAUSE_LATENCY,
    'latency',
    'itself',
    'watch',
    'baskets in a row left later after their frame than the budget: probes tell whether it is over',
  ],
  [
    CAUSE_REPEATED_EXECUTION,
    'repeatedExecution',
    'person',
    'watch',
    'one basket was sent too often within a minute: a loop is no chance, and a person has to look',
  ],
];

/** The table, in bit order. */
export const CAUSES: readonly Cause[] = ROWS.map(([bit, name, closedBy, by, meaning]) => {
  return { bit, name, closedBy, by, meaning };
});

/** Bits of the causes that need somebody. */
export const CAUSES_FOR_SOMEBODY = CAUSES.filter(({ closedBy }) => closedBy !== 'itself').reduce(
  (bits, { bit }) => bits | bit,
  0,
);

/** Names of the causes in a state word. */
export function causeNames(causes: number): string[] {
  return CAUSES.filter(({ bit }) => (causes & bit) !== 0).map(({ name }) => name);
}

/** True when a word has a cause after which nothing may be sent before a restart. */
export function needsRestart(causes: number): boolean {
  return CAUSES.some(({ bit, closedBy }) => closedBy === 'restart' && (causes & bit) !== 0);
}
