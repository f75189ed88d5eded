// The distributions of the demo's seeded flow: numbers only.

/** The flow's distributions. Documented for readers in recordings/README.md; change both. */
export const DEMO_FLOW = {
  durationMs: 45_000,
  /** Quiet updates per second over all outcomes, Poisson. */
  updatesPerSecond: 60,
  /** Of the quiet updates: changes below the top, new sizes at the top, moves of the top by one tick, trades. */
  deepShare: 0.8,
  topSizeShare: 0.12,
  topMoveShare: 0.04,
  /** Pause between two episodes: at least this, plus an exponential with this mean. */
  pauseMinMs: 300,
  pauseMeanMs: 500,
  /** Edge per share after fees that an episode opens: log-normal, clipped. */
  edgeMedianE4: 55,
  edgeSigma: 0.6,
  edgeMinE4: 10,
  edgeMaxE4: 100,
  /** Share of episodes that are over almost at once, and the mean of their exponential life. */
  fleetingShare: 0.4,
  fleetingMeanMs: 30,
  /** Share of the fleeting ones that end because a faster taker buys every leg. */
  sweptShare: 0.6,
  /** Life of the others: log-normal. */
  lifeMedianMs: 900,
  lifeSigma: 0.8,
  /** How an episode ends: the outcome comes back (else the other outcomes follow it, one after another). */
  returnsShare: 0.75,
  followGapMeanMs: 15,
  /** Sizes at the top that an episode opens, and of renewed tops, in shares: log-normal, clipped. */
  openSizeMedian: 120,
  topSizeMedian: 250,
  sizeSigma: 0.7,
  sizeMin: 45,
  sizeMax: 900,
} as const;
