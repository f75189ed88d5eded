// Why an opportunity or an order batch is not sent: one list of names, each counted. Used on the executor's thread.

/** First the executor's own reasons, before an intent is made; then the gate's. The order is that of the checks. */
export const REFUSAL_CAUSES = [
  'TABLE_REPLACED', // found by a table of baskets that another has replaced since
  'RECONCILING', // what an earlier run left is not yet known to be what the venue has
  'STOPPING', // the run is ending: outcomes are waited for, nothing new begins
  'OPPORTUNITY_TOO_OLD', // options.opportunityAgeMs were over since its frame, or since its legs were asked for
  'COOL_DOWN', // this basket was tried a moment ago
  'MAX_OPEN_BASKETS', // options.openBaskets are being worked off
  'OWN_IMPACT', // our own fills took what the book still shows
  'TOO_MANY_LEGS', // more legs than one request holds: a basket never spans requests
  'SPREAD', // a leg's book is wider than execute.spreadE4Max
  'GAP_SUSPECT', // a pair that is said to resolve alike differs by more than execute.sameGapE4Max
  'SIZE_BELOW_STEP', // what is offered does not reach for an order that the venue takes
  'ORDER_RULES', // off the tick, below the venue's minimum
  'LEG_VALUE', // a leg below execute.legMicrosMin
  'EDGE_GONE', // less than execute.minEdgeMicros left after rounding, caps and exit
  'EDGE_TOO_THIN', // less than execute.minEdgeBps
  'BOOK_NOT_READ', // to be read again: nobody to ask, another basket was asked for, or no answer proved itself in time
  'BREAKER_OPEN',
  'REDUCE_ONLY', // an operator lets only what reduces exposure pass
  'PROBES_OUT', // the breaker is half-open, and what it lets out at most is out
  'NOT_SIGNED', // the signer refused an order, or did not answer in time
  'SIGNER_SILENT', // whoever signs for a leg's venue owes an answer
  'VENUE_READONLY', // a leg on a venue without execution
  'VENUE_HALTED', // these three: what a leg's venue says that it takes
  'VENUE_CANCEL_ONLY',
  'VENUE_POST_ONLY',
  'GATEWAY_BUSY', // no idle connected client, or no free in-flight slot
  'MARKET_CLOSED',
  'MARKET_WITHDRAWN', // ingest has given it up: paused, of changed terms, or without room
  'FEE_UNKNOWN',
  'MARKET_BLOCKED', // an order there is of unknown outcome
  'MARKET_BUSY', // an order there has no outcome yet
  'BOOK_IN_CHANGE', // the detector was applying a frame while the gate read
  'BOOK_NOT_SYNCED',
  'BOOK_REFUTED', // the verifier found it wrong, and no snapshot has replaced it since; or it is not what was read before sending
  'EPOCH_CHANGED',
  'BOOK_TOO_OLD', // its connection brought no data for breaker.dataAgeMs
  'BOOK_UNPROVEN', // nothing proved it for breaker.verifiedAgeMs
  'COLLAR',
  'MARKET_CAP', // these three: what may be open there leaves no room for the least size
  'EVENT_CAP',
  'VENUE_CAP',
  'NOTIONAL_CAP',
  'CASH', // what is free at the venue of a leg does not reach for the legs there
  'ORDER_RATE', // breaker.ordersPerSecond, over all venues
  'RATE_BUDGET', // the venue's own rate limit, as venues.….orders has it
  'GATEWAY_CAP', // orders or money beyond what that venue is sent in an hour or in the run
  'SELF_TRADE', // it could trade with an order of ours that rests or is on its way
  'FIRST_LEG_MISSED', // these three: a leg that waited for the one at another venue, which did not fill
  'RESIZED', // another order of the size that filled there took its place
  'SECOND_LEG_LATE', // it could not be sent within execute.secondLegMs
] as const;

export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

/** What the gate answers when a batch may not leave. */
export interface Refused {
  readonly cause: RefusalCause;
}

/** Counts of refusals by cause. */
export class RefusalCounts {
  readonly #counts = new Map<RefusalCause, number>();

  add(cause: RefusalCause): void {
    this.#counts.set(cause, this.get(cause) + 1);
  }

  get(cause: RefusalCause): number {
    return this.#counts.get(cause) ?? 0;
  }

  /** Non-zero counts in the list's order. */
  toObject(): Record<string, number> {
    const seen = REFUSAL_CAUSES.filter((cause) => this.get(cause) > 0);
    return Object.fromEntries(seen.map((cause) => [cause, this.get(cause)]));
  }
}
