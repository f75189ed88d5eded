// The config of a campaign: every fault of the simulated venue drawn at random, limits wide enough that trading goes on
// through them, and caps tight enough to be felt. Pure.

/** Shares of the order requests on which a fault fires; `count` bounds those that halt all trading. */
const REQUEST_FAULTS = [
  ...[
    { kind: 'http403', chance: 0.01 },
    { kind: 'http429', chance: 0.01 },
    { kind: 'http500', chance: 0.01 },
    { kind: 'lostRequest', chance: 0.015 },
    { kind: 'lostAnswer', chance: 0.015 },
    { kind: 'unreadable', chance: 0.01 },
    { kind: 'lateAnswer', chance: 0.004, ms: 2_500 },
    { kind: 'lateBooking', chance: 0.01, ms: 1_200 },
    { kind: 'halt', chance: 0.01, ms: 400 },
  ],
  { kind: 'http503', chance: 0.004, ms: 300 },
] as const;

/** Most that is open at any time, micro-dollars. */
export const OPEN_MICROS_MAX = 40_000_000_000;

/** `restartAt`: order request on which the venue restarts, after which it is post-only to the end of the run. */
export function campaignConfig(recording: string, seed: number, restartAt: number): object {
  const drawn = REQUEST_FAULTS.map((rule) => ({ ...rule, firstRequest: 1, count: 1_000_000 }));
  return {
    simulate: {
      ...{ recording, seed, latencyMs: { min: 2, max: 12, tailMean: 8 }, cashMicros: 100_000_000_000 },
      faults: [...drawn, { kind: 'http425', firstRequest: restartAt, ms: 500, postOnlyMs: 120_000 }],
      userFaults: { lost: 0.03, doubled: 0.03, late: 0.05, lateMsMax: 400, cut: 0.002 },
      settlement: { minedMsMean: 150, confirmedMsMean: 200, retryProbability: 0.05, failProbability: 0.02 },
    },
    breaker: {
      ...{ realisedLossRunMicros: 1e12, realisedLossDayMicros: 1e12, openNotionalMicros: OPEN_MICROS_MAX },
      ...{ ordersPerSecond: 1_000, ordersPerMinute: 60_000, consecutiveFailures: 1_000, unknownOutcomes: 100 },
      ...{ realisedLossHourMicros: 1e12, drawdownMicros: 1e12, openPositions: 100_000, unhedgedDollarSeconds: 1e12 },
      ...{ marketExposureMicros: 1e15, eventExposureMicros: 1e15, venueExposureMicros: 1e15 },
      ...{ errorRateBps: 10_000, errorRateBaskets: 1_000, latencyMs: 0, repeatsPerMinute: 60_000 },
    },
    execute: {
      ...{ coolDownMs: 50, openBaskets: 32, basketSizeMicros: 60_000_000, legMicrosMin: 1_000_000 },
      ...{
        marketMicrosMax: 1e14,
        eventMicrosMax: 1e14,
        venueMicrosMax: 1e14,
        outcomeWaitMs: 400,
        settleWaitMs: 1_000,
        endSettleMs: 10_000,
        askPauseMs: 100,
        askPauseMaxMs: 800,
        asksPerSecond: 100,
      },
      ...{ absentAnswers: 3, absentWindowMs: 3_000, unwindAttempts: 6, unwindPauseMs: 100, unwindWaitMs: 20_000 },
    },
    journal: { dir: 'journal' },
  };
}
