// Every cause that opens the breaker: its bit in BREAKER_CAUSES, its meaning, and who may reset it.

/** One named cause. `bit` is its bit in the causes word; names stand in `--json` and the journal. */
export interface Cause {
  readonly bit: number;
  readonly name: string;
  readonly meaning: string;
  readonly resetBy: string;
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

const OPERATOR = 'operator, with a reason';
const RESTART = 'restart only: memory or books can no longer be trusted';

/** The table, in bit order. */
export const CAUSES: readonly Cause[] = [
  cause(
    CAUSE_REALISED_LOSS_RUN,
    'realisedLossRun',
    'the result of concluded baskets (payout - cost - fees) fell to the limit',
    OPERATOR,
  ),
  cause(CAUSE_REALISED_LOSS_DAY, 'realisedLossDay', 'the same within one UTC day', OPERATOR),
  cause(CAUSE_OPEN_NOTIONAL, 'openNotional', 'positions at cost and reservations passed the limit', OPERATOR),
  cause(CAUSE_ORDER_RATE, 'orderRate', 'more orders in one minute than a human must confirm', OPERATOR),
  cause(CAUSE_CONSECUTIVE_FAILURES, 'consecutiveFailures', 'baskets refused, unknown or one-legged in a row', OPERATOR),
  cause(CAUSE_UNKNOWN_OUTCOMES, 'unknownOutcomes', 'too many requests whose outcome the venue has not told', OPERATOR),
  cause(CAUSE_STALE_FEEDS, 'staleFeeds', 'no feed of a venue has delivered a frame for too long', OPERATOR),
  cause(CAUSE_WORKER_LOST, 'workerLost', 'a worker crashed or hung', RESTART),
  cause(CAUSE_GUARD_WORD, 'guardWord', 'the words around the breaker were written over', RESTART),
  cause(CAUSE_JOURNAL_ERROR, 'journalError', 'the journal could not be written or synced', RESTART),
  cause(CAUSE_MANUAL, 'manual', 'an operator halted trading', OPERATOR),
  cause(CAUSE_INVARIANT, 'invariant', 'an assertion failed', RESTART),
  cause(CAUSE_UNWIND_FAILED, 'unwindFailed', 'a lone leg could not be sold back within its attempts', OPERATOR),
];

/** Names of the causes in a causes word. */
export function causeNames(causes: number): string[] {
  return CAUSES.filter(({ bit }) => (causes & bit) !== 0).map(({ name }) => name);
}

function cause(bit: number, name: string, meaning: string, resetBy: string): Cause {
  return { bit, name, meaning, resetBy };
}
