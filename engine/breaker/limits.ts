// What the gate and the breaker hold trading to: plain options, given by the config; defaults and ranges stand in engine/config/limits.ts.

/** Limits. Money in micro-dollars, prices in E4, ages in ms. */
export interface BreakerLimits {
  /** Net loss of concluded baskets (guaranteed payout - cost - fees) in the run that trips. */
  readonly realisedLossRunMicros: number;
  /** The same within one UTC day. */
  readonly realisedLossDayMicros: number;
  /** Positions at cost and reservations. */
  readonly openNotionalMicros: number;
  /** Cost and fee of one basket. */
  readonly basketNotionalMicros: number;
  /** Orders sent in one second; above it the gate refuses. */
  readonly ordersPerSecond: number;
  /** Orders sent in one minute; above it the breaker trips. */
  readonly ordersPerMinute: number;
  /** Baskets refused, unknown or one-legged in a row that trip. */
  readonly consecutiveFailures: number;
  /** Requests of unknown outcome at the same time that trip. */
  readonly unknownOutcomes: number;
  /** Silence of one venue that trips, once it has spoken; 0 = off. */
  readonly staleFeedsMs: number;
  /** Age of the last data on the connection of every leg. */
  readonly dataAgeMs: number;
  /** Age of the last evidence (top, hash, answer, sequence) for the book of every leg. */
  readonly verifiedAgeMs: number;
  /** How far a limit may lie beyond the book's best price. */
  readonly collarE4: number;
}
