// What the gate and the breaker hold trading to: plain options, given by the config; defaults and ranges stand in engine/config/limits.ts.

/** Limits. Money in micro-dollars, prices in E4, ages in ms. */
export interface BreakerLimits {
  /** Net loss of concluded baskets (guaranteed payout - cost - fees) in the run that trips. */
  readonly realisedLossRunMicros: number;
  /** The same within one UTC day. */
  readonly realisedLossDayMicros: number;
  /** The same within sixty minutes. */
  readonly realisedLossHourMicros: number;
  /** How far the result may fall below its highest. */
  readonly drawdownMicros: number;
  /** Positions at cost and reservations. */
  readonly openNotionalMicros: number;
  /** The same in one market, in all markets of one event, at one venue. */
  readonly marketExposureMicros: number;
  readonly eventExposureMicros: number;
  readonly venueExposureMicros: number;
  /** Tokens held or ordered. */
  readonly openPositions: number;
  /** Cost of lone legs times how long they have been alone, of those that are held. */
  readonly unhedgedDollarSeconds: number;
  /** Cost and fee of one basket. */
  readonly basketNotionalMicros: number;
  /** Orders sent in one second; above it the gate refuses. */
  readonly ordersPerSecond: number;
  /** Orders sent in one minute; above it the breaker trips. */
  readonly ordersPerMinute: number;
  /** Baskets refused, unknown or one-legged in a row that trip. */
  readonly consecutiveFailures: number;
  /** Share of the last `errorRateBaskets` baskets that were refused, unknown or one-legged. */
  readonly errorRateBps: number;
  readonly errorRateBaskets: number;
  /** Time from a basket's frame to its last byte, and how many in a row may be beyond it; 0 ms = off. */
  readonly latencyMs: number;
  readonly latencyBaskets: number;
  /** Times that one basket is sent within a minute. */
  readonly repeatsPerMinute: number;
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
  /** What closes by itself is half-opened after so long without what tripped it; 0 = never. Doubles each time that it fails. */
  readonly coolDownMs: number;
  readonly coolDownMsMax: number;
  /** Baskets that a half-open breaker lets out, and that must succeed, and what one of them may spend. */
  readonly probes: number;
  readonly probeMicros: number;
}
