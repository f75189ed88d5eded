// What the gate and the breaker hold trading to: plain options, given by the config, with defaults and ranges.

/** Limits. Money in micro-dollars, prices in E4, ages in ms. */
export interface BreakerLimits {
  /** Net loss of concluded baskets (guaranteed payout - cost - fees) in the run that trips. Default 50 $; 0 .. 1e12. */
  readonly realisedLossRunMicros: number;
  /** The same within one UTC day. Default 50 $; 0 .. 1e12. */
  readonly realisedLossDayMicros: number;
  /** Positions at cost and reservations. Default 5,000 $; 0 .. 1e15. */
  readonly openNotionalMicros: number;
  /** Cost and fee of one basket. Default 500 $; 0 .. 1e13. */
  readonly basketNotionalMicros: number;
  /** Orders sent in one second; above it the gate refuses. Default 60; 1 .. 1,000. */
  readonly ordersPerSecond: number;
  /** Orders sent in one minute; above it the breaker trips. Default 1,200; 1 .. 60,000. */
  readonly ordersPerMinute: number;
  /** Baskets refused, unknown or one-legged in a row that trip. Default 10; 1 .. 1,000. */
  readonly consecutiveFailures: number;
  /** Requests of unknown outcome at the same time that trip. Default 3; 1 .. 100. */
  readonly unknownOutcomes: number;
  /** Silence of all feeds that trips, once one has spoken; 0 = off. Default 60,000 ms; 0 .. 3,600,000. */
  readonly staleFeedsMs: number;
  /** Age of the last data on the connection of every leg. Default 1,500 ms; 1 .. 60,000. */
  readonly dataAgeMs: number;
  /** Age of the last verification (top agreed) of every leg. Default 30,000 ms; 1 .. 600,000. */
  readonly verifiedAgeMs: number;
  /** How far a limit may lie beyond the book's best price. Default 500 E4 (5 cents); 0 .. 9,999. */
  readonly collarE4: number;
}

export const DEFAULT_LIMITS: BreakerLimits = {
  realisedLossRunMicros: 50_000_000,
  realisedLossDayMicros: 50_000_000,
  openNotionalMicros: 5_000_000_000,
  basketNotionalMicros: 500_000_000,
  ordersPerSecond: 60,
  ordersPerMinute: 1_200,
  consecutiveFailures: 10,
  unknownOutcomes: 3,
  staleFeedsMs: 60_000,
  dataAgeMs: 1_500,
  verifiedAgeMs: 30_000,
  collarE4: 500,
};
