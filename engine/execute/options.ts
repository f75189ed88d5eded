// How the executor trades: plain options, given by the config, with defaults and ranges.

/** Times in ms, money in micro-dollars, sizes in micro-shares. */
export interface ExecuteOptions {
  /** Opportunities taken up later than this after their frame are dropped. Default 250; 1 .. 10,000. */
  readonly opportunityAgeMs: number;
  /** Pause of a basket after it was tried. Default 1,000; 0 .. 3,600,000. */
  readonly coolDownMs: number;
  /** Baskets worked off at the same time: sent, or being unwound. Default 4; 1 .. 32. */
  readonly openBaskets: number;
  /** Shares of one basket. Default 1,000 shares; 0.01 .. 1e6 shares. */
  readonly basketSizeMicros: number;
  /** Least profit of a basket after rounding, at the limits. Default 0.01 $; 0 .. 1e9. */
  readonly minEdgeMicros: number;
  /** Wait for fills that an answer promised before the venue is asked. Default 2,000; 100 .. 60,000. */
  readonly outcomeWaitMs: number;
  /** First pause between two questions about one order; doubles each time. Default 250; 50 .. 10,000. */
  readonly askPauseMs: number;
  /** Longest pause. Default 8,000; 50 .. 600,000. */
  readonly askPauseMaxMs: number;
  /** Questions in one second, over all orders. Default 10; 1 .. 100. */
  readonly asksPerSecond: number;
  /** `absent` answers that prove, with absentWindowMs, that an order never arrived. Default 3; 1 .. 20. */
  readonly absentAnswers: number;
  /** Longest flight and late booking of an order. Default 10,000; 0 .. 600,000. */
  readonly absentWindowMs: number;
  /** Attempts to sell one excess back before the breaker trips. Default 5; 1 .. 6. */
  readonly unwindAttempts: number;
  /** Pause between two attempts. Default 250; 0 .. 10,000. */
  readonly unwindPauseMs: number;
  /** How far below the best bid an unwind may sell. Default 100 E4 (1 cent); 0 .. 9,999. */
  readonly unwindSlipE4: number;
}

export const DEFAULT_EXECUTE: ExecuteOptions = {
  opportunityAgeMs: 250,
  coolDownMs: 1_000,
  openBaskets: 4,
  basketSizeMicros: 1_000_000_000,
  minEdgeMicros: 10_000,
  outcomeWaitMs: 2_000,
  askPauseMs: 250,
  askPauseMaxMs: 8_000,
  asksPerSecond: 10,
  absentAnswers: 3,
  absentWindowMs: 10_000,
  unwindAttempts: 5,
  unwindPauseMs: 250,
  unwindSlipE4: 100,
};
