// Every limit that the watch holds a run to: driven over it through the executor it trips by its name, with who and why in
// the journal; at it nothing trips.
import { describe, expect, test } from 'vitest';
import { causeNames } from '../../engine/breaker/causes.ts';
import type { BreakerLimits } from '../../engine/breaker/limits.ts';
import type { ExecuteOptions } from '../../engine/execute/options.ts';
import { Losses } from '../../engine/ledger/losses.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { FEE, MS, Rig, SHARE } from './rig.ts';

const EVENT = { event: 'who wins' };
/** What the lone leg of `loseALeg` costs: bought at 0.30, sold at 0.29, a fee each. */
const LOSS =
  100_000 + takerFeeMicrosRoundedUp(FEE, 3_000, 10 * SHARE) + takerFeeMicrosRoundedUp(FEE, 2_900, 10 * SHARE);

/** Three legs of 10 shares at 0.30 are held. */
function holdABasket(rig: Rig): void {
  rig.fillEverything();
  rig.offer(10);
  rig.run();
}

/** One leg fills alone and is sold back at a loss. */
function loseALeg(rig: Rig): void {
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isBuying = batch.orders[0]!.side === 'BUY';
    rig.answer(batch, isBuying ? [true, false, false] : [true]);
    rig.trade(batch, 0, isBuying ? {} : { priceE4: 2_900 });
  };
  rig.offer(10);
  rig.run();
  rig.run(1_000);
}

/** One leg fills alone, and nobody bids for it: $3 are unhedged for ten seconds. */
function carryALeg(rig: Rig): void {
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [true, false, false]);
    rig.trade(batch, 0);
    rig.setBook(0, 0, 3_000);
  };
  rig.offer(10);
  rig.run();
  for (let second = 0; second < 10; second += 1) rig.run(1_000);
}

/** Each basket's request comes to what `outcome` says. */
function tryBaskets(rig: Rig, outcomes: readonly ('refused' | 'unknown' | 'filled' | 'late')[]): void {
  for (const outcome of outcomes) {
    rig.fillEverything();
    const fill = rig.gateway.onSubmit;
    rig.gateway.onSubmit = (batch) => {
      const why = { batchId: batch.id, error: 'x' };
      if (outcome === 'refused') rig.gateway.events.push({ kind: 'refused', status: 400, ...why });
      else if (outcome === 'unknown') rig.gateway.events.push({ kind: 'unknown', ...why });
      else fill(batch);
    };
    for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
    // A basket counts as late by its frame: taken up in time, it left after the budget.
    rig.offer(10, outcome === 'late' ? { recvNs: rig.clock.nowNs() - 200 * MS } : {});
    rig.run(1);
    rig.run(10);
  }
}

interface Case {
  readonly over: Partial<BreakerLimits>;
  readonly within: Partial<BreakerLimits>;
  readonly drive: (rig: Rig) => void;
  readonly options?: Partial<ExecuteOptions>;
}

const money = (key: keyof BreakerLimits, micros: number, drive: (rig: Rig) => void): Case => {
  return { over: { [key]: micros - 1 }, within: { [key]: micros }, drive };
};

const CASES: Readonly<Record<string, Case>> = {
  realisedLossRun: money('realisedLossRunMicros', LOSS, loseALeg),
  realisedLossDay: money('realisedLossDayMicros', LOSS, loseALeg),
  realisedLossHour: money('realisedLossHourMicros', LOSS, loseALeg),
  drawdown: money('drawdownMicros', LOSS, loseALeg),
  marketExposure: money('marketExposureMicros', 3 * SHARE, holdABasket),
  eventExposure: money('eventExposureMicros', 9 * SHARE, holdABasket),
  venueExposure: money('venueExposureMicros', 9 * SHARE, holdABasket),
  openPositions: { over: { openPositions: 2 }, within: { openPositions: 3 }, drive: holdABasket },
  openNotional: {
    ...{ over: { openNotionalMicros: 11 * SHARE }, within: { openNotionalMicros: 12 * SHARE } },
    // The gate keeps what it knows of within the limit: only a fill beyond its order's limit passes it.
    drive: (rig) => {
      rig.gateway.onSubmit = (batch) => {
        rig.sent(batch);
        rig.answer(batch, [true, true, true]);
        for (const leg of [0, 1, 2]) rig.trade(batch, leg, { priceE4: 4_000 });
      };
      rig.offer(10);
      rig.run();
    },
  },
  unhedgedTime: { over: { unhedgedDollarSeconds: 29 }, within: { unhedgedDollarSeconds: 30 }, drive: carryALeg },
  consecutiveFailures: {
    ...{ over: { consecutiveFailures: 2 }, within: { consecutiveFailures: 3 } },
    drive: (rig) => tryBaskets(rig, ['refused', 'refused', 'filled', 'refused']),
  },
  errorRate: {
    ...{ over: { errorRateBps: 5_000, errorRateBaskets: 4 }, within: { errorRateBps: 5_001, errorRateBaskets: 4 } },
    drive: (rig) => tryBaskets(rig, ['refused', 'filled', 'refused', 'filled']),
  },
  unknownOutcomes: {
    ...{ over: { unknownOutcomes: 1 }, within: { unknownOutcomes: 2 } },
    drive: (rig) => tryBaskets(rig, ['unknown']),
  },
  latency: {
    ...{ over: { latencyMs: 199, latencyBaskets: 2 }, within: { latencyMs: 210, latencyBaskets: 2 } },
    drive: (rig) => tryBaskets(rig, ['late', 'late']),
  },
  orderRate: {
    over: { ordersPerMinute: 5 },
    within: { ordersPerMinute: 6 },
    drive: (rig) => tryBaskets(rig, ['filled', 'filled']),
  },
  repeatedExecution: {
    ...{ over: { repeatsPerMinute: 2 }, within: { repeatsPerMinute: 3 } },
    drive: (rig) => tryBaskets(rig, ['filled', 'filled', 'filled']),
  },
  staleFeeds: {
    ...{ over: { staleFeedsMs: 4_999 }, within: { staleFeedsMs: 5_000 } },
    drive: (rig) => {
      rig.run();
      rig.run(5_000);
    },
  },
};

function drive({ drive: scenario, options }: Case, limits: Partial<BreakerLimits>): Rig {
  const rig = new Rig({ limits, options: { coolDownMs: 0, ...options }, markets: [EVENT, EVENT, EVENT] });
  scenario(rig);
  return rig;
}

describe('a limit that is passed trips by its name, and not at it', () => {
  for (const [name, scene] of Object.entries(CASES)) {
    test(name, () => {
      const over = drive(scene, scene.over);
      expect(causeNames(over.breaker.causes())).toEqual([name]);
      expect(over.breaker.state()).toBe('open');
      const { records } = readJournal(over.memory.toBytes());
      const told = records.flatMap((record) => (record.type === 'breaker' ? [record] : []));
      expect(told).toMatchObject([{ event: 'trip', causes: [name], who: 'watch' }]);
      expect(told[0]!.why).toMatch(new RegExp(`^${name} \\d+, limit \\d+$`));
      const within = drive(scene, scene.within);
      expect(causeNames(within.breaker.causes())).toEqual([]);
      expect(within.breaker.trips()).toBe(0);
    });
  }
});

test('the hour’s loss rolls on by the minute, the day’s begins anew at midnight UTC, a reset forgives all', () => {
  const losses = new Losses();
  const midnight = 20_000 * 86_400_000;
  const lose = (atMs: number, micros: number): readonly number[] => {
    losses.at(midnight + atMs);
    losses.add(-micros);
    return [losses.runMicros, losses.dayMicros, losses.hourMicros, losses.drawdownMicros];
  };
  expect(losses.at(midnight - 30 * 60_000)).toBe(19_999);
  losses.add(5);
  expect(lose(-30 * 60_000, 20)).toEqual([15, 15, 15, 20]);
  expect(lose(-1 * 60_000, 1)).toEqual([16, 16, 16, 21]);
  expect(lose(0, 2)).toEqual([18, 2, 18, 23]);
  expect(lose(29 * 60_000, 0)).toEqual([18, 2, 18, 23]);
  expect(lose(30 * 60_000, 0)).toEqual([18, 2, 3, 23]);
  expect(lose(200 * 60_000, 0)).toEqual([18, 2, 0, 23]);
  losses.rebase();
  expect(lose(200 * 60_000, 4)).toEqual([4, 4, 4, 4]);
});
