// How the executor trades: plain options, given by the config; defaults and ranges stand in engine/config/limits.ts.

/**
 * Legs at different venues: all sent at once, or the hardest first and the others with what it filled, after its outcome.
 */
export type CrossVenue = 'together' | 'afterFirst';

/** Times in ms, money in micro-dollars, sizes in micro-shares. */
export interface ExecuteOptions {
  /** Opportunities taken up later than this after their frame are dropped. */
  readonly opportunityAgeMs: number;
  /** A leg whose book nothing proved for longer is read again before it is sent. */
  readonly rereadAgeMs: number;
  readonly crossVenue: CrossVenue;
  /** A leg that waits for the one at another venue is given up after so long. */
  readonly secondLegMs: number;
  /** Baskets that are ready within so long of the first share requests; 0: each has its own. */
  readonly batchWindowUs: number;
  /** Orders of one shared request, at most what its venue takes. */
  readonly batchOrders: number;
  /** Pause of a basket after it was tried. */
  readonly coolDownMs: number;
  /** Baskets worked off at the same time: sent, or being unwound. */
  readonly openBaskets: number;
  /** Shares of one basket. */
  readonly basketSizeMicros: number;
  /** Least profit of a basket after rounding, fees and exit. */
  readonly minEdgeMicros: number;
  /** The same in basis points of what the basket pays. */
  readonly minEdgeBps: number;
  /** Least cost of each leg. */
  readonly legMicrosMin: number;
  /** Widest spread of the book of any leg. */
  readonly spreadE4Max: number;
  /** Largest gap, payout less best prices, of a pair of markets that are said to resolve alike. */
  readonly sameGapE4Max: number;
  /** Most that is open in one market, one event, at one venue: positions at cost and reservations. */
  readonly marketMicrosMax: number;
  readonly eventMicrosMax: number;
  readonly venueMicrosMax: number;
  /** Share of the free cash that one basket may take, in basis points. */
  readonly cashShareBps: number;
  /** What it costs to convert a set of NO, and to redeem what won. */
  readonly convertMicros: number;
  readonly redeemMicros: number;
  /** Wait for fills that an answer promised before the venue is asked. */
  readonly outcomeWaitMs: number;
  /** First pause between two questions about one order; doubles each time. */
  readonly askPauseMs: number;
  /** Longest pause. */
  readonly askPauseMaxMs: number;
  /** Longest wait of a run's end for fills to settle. */
  readonly endSettleMs: number;
  /** Wait for a fill to be confirmed or to fail before the venue is asked; doubles each time. */
  readonly settleWaitMs: number;
  /** Questions in one second, over all orders. */
  readonly asksPerSecond: number;
  /** `absent` answers that prove, with absentWindowMs, that an order never arrived. */
  readonly absentAnswers: number;
  /** Longest flight and late booking of an order. */
  readonly absentWindowMs: number;
  /** Attempts to unwind one basket before the breaker trips. */
  readonly unwindAttempts: number;
  /** Pause between two attempts. */
  readonly unwindPauseMs: number;
  /** Longest wait of an unwind for a way out or for the gateway, then it is carried and the breaker trips. */
  readonly unwindWaitMs: number;
  /** How far below the best bid an unwind may sell. */
  readonly unwindSlipE4: number;
  /** Price of holding a pair that covers a lone leg until it pays, in basis points of what it pays. */
  readonly unwindLockBps: number;
  /** Most that a basket may have lost after an unwind, with what is still loose at its cost. */
  readonly unwindLossMicrosMax: number;
}
