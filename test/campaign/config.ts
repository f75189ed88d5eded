// The config of a campaign: every fault of the simulated venues drawn at random, limits wide enough that trading goes on
// through them, and caps tight enough to be felt. Pure.
import type { CrossVenue } from '../../engine/execute/options.ts';
import type { FaultRule } from '../../engine/venue/sim/faults.ts';
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import type { Latency } from '../../engine/venue/sim/latency.ts';
import type { SettlementOptions } from '../../engine/venue/sim/trades.ts';
import type { UserFaultOptions } from '../../engine/venue/sim/user-faults.ts';

const ENDLESS = { firstRequest: 1, count: 1_000_000 } as const;

/** Shares of Polymarket's order requests on which a fault fires; those that halt all trading are short and rare. */
const POLYMARKET_FAULTS: readonly Omit<FaultRule, keyof typeof ENDLESS>[] = [
  { kind: 'http403', chance: 0.012 },
  { kind: 'http429', chance: 0.012 },
  { kind: 'http500', chance: 0.012 },
  { kind: 'lostRequest', chance: 0.015 },
  { kind: 'lostAnswer', chance: 0.015 },
  { kind: 'unreadable', chance: 0.012 },
  { kind: 'lateAnswer', chance: 0.008, ms: 1_900 },
  { kind: 'lateBooking', chance: 0.012, ms: 1_200 },
  { kind: 'halt', chance: 0.012, ms: 400 },
  { kind: 'noBalance', chance: 0.008 },
  { kind: 'http503', chance: 0.005, ms: 300 },
];

/** The same of Kalshi's. `Slow` is booked when whoever asked has given up. */
const KALSHI_FAULTS: readonly Omit<KalshiFaultRule, keyof typeof ENDLESS>[] = [
  { kind: 'kalshiOrder403', chance: 0.012 },
  { kind: 'kalshiOrder429', chance: 0.008 },
  { kind: 'kalshiOrder502', chance: 0.012 },
  { kind: 'kalshiOrderChallenge', chance: 0.012 },
  { kind: 'kalshiOrderTruncated', chance: 0.012 },
  { kind: 'kalshiOrderCut', chance: 0.012 },
  { kind: 'kalshiOrderLost', chance: 0.015 },
  { kind: 'kalshiOrderFailed', chance: 0.012 },
  { kind: 'kalshiOrderSlow', chance: 0.012, ms: 2_000 },
  { kind: 'kalshiOrderPause', chance: 0.008, ms: 300 },
  { kind: 'kalshiOrderNoBalance', chance: 0.008 },
  { kind: 'kalshiFillDrop', chance: 0.03 },
  { kind: 'kalshiFillDuplicate', chance: 0.03 },
];

/** `restartAt`: order request of ours on which Polymarket restarts, after which it is post-only for two minutes; 0: never. */
export function polymarketFaults(restartAt: number): FaultRule[] {
  const restart = { kind: 'http425', firstRequest: restartAt, ms: 500, postOnlyMs: 120_000 } as const;
  const drawn = POLYMARKET_FAULTS.map((rule) => ({ ...rule, ...ENDLESS }));
  return restartAt === 0 ? drawn : [...drawn, restart];
}

export function kalshiFaults(): KalshiFaultRule[] {
  const cut = { kind: 'kalshiCut', firstRequest: 700, every: 700, count: 1_000 } as const;
  return [...KALSHI_FAULTS.map((rule) => ({ ...rule, ...ENDLESS })), cut];
}

export const POLYMARKET_LATENCY: Latency = { minMs: 2, maxMs: 12, tailMsMean: 8, takerDelayMs: 250 };
export const KALSHI_LATENCY = { minMs: 2, maxMs: 12, tailMsMean: 8 };
export const USER_FAULTS: UserFaultOptions = { lost: 0.03, doubled: 0.03, late: 0.05, lateMsMax: 400, cut: 0.002 };
export const SETTLEMENT: SettlementOptions = {
  ...{ minedMsMean: 150, confirmedMsMean: 200, retryProbability: 0.05, failProbability: 0.02 },
};

/** Most that is open at any time, micro-dollars. */
export const OPEN_MICROS_MAX = 7_000_000_000;
export const CASH_MICROS = 50_000_000_000;
/** Of a request for orders, ms. */
export const DEADLINE_MS = 1_500;
export const REDIAL_MS = 50;

/** `crossVenue`, `batchWindowUs`: how baskets leave, see engine/execute/options.ts. */
export function campaignConfig(ways: { crossVenue: CrossVenue; batchWindowUs: number }): object {
  return {
    ingest: { feedServer: { enabled: false } },
    integrity: { live: false },
    venues: { kalshi: { orders: WIDE }, polymarket: { orders: WIDE, customEvents: true } },
    breaker: {
      ...{ realisedLossRunMicros: 1e12, realisedLossDayMicros: 1e12, openNotionalMicros: OPEN_MICROS_MAX },
      ...{ ordersPerSecond: 1_000, ordersPerMinute: 60_000, consecutiveFailures: 1_000, unknownOutcomes: 100 },
      ...{ realisedLossHourMicros: 1e12, drawdownMicros: 1e12, openPositions: 100_000, unhedgedDollarSeconds: 1e12 },
      ...{ marketExposureMicros: 1e15, eventExposureMicros: 1e15, venueExposureMicros: 1e15 },
      ...{ errorRateBps: 10_000, errorRateBaskets: 1_000, latencyMs: 0, repeatsPerMinute: 60_000, coolDownMs: 0 },
      ...{ dataAgeMs: 5_000, staleFeedsMs: 0 },
    },
    execute: {
      ...ways,
      ...{
        coolDownMs: 50,
        opportunityAgeMs: 1_000,
        openBaskets: 32,
        basketSizeMicros: 25_000_000,
        legMicrosMin: 1_000_000,
      },
      ...{ marketMicrosMax: 1e14, eventMicrosMax: 1e14, venueMicrosMax: 1e14, sameGapE4Max: 5_000 },
      ...{ outcomeWaitMs: 400, settleWaitMs: 1_000, askPauseMs: 100, askPauseMaxMs: 800, asksPerSecond: 100 },
      ...{ absentAnswers: 3, absentWindowMs: 5_000, unwindAttempts: 6, unwindPauseMs: 100, unwindWaitMs: 20_000 },
    },
  };
}

/** Of a venue's orders: out of reach. */
const WIDE = { ordersPerSecond: 1_000, ordersBurst: 1_000, ordersPerHour: 1e6, ordersPerRun: 1e6 };
