// What it is worth to wait for the hardest leg: the same baskets at two venues sent at once and one after the other, on virtual
// time, with prices that others take away. `DUTCHBOOK_ORDER_BASKETS` makes the sample larger, `DUTCHBOOK_SEED` another.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import type { CrossVenue } from '../../engine/execute/options.ts';
import type { OrderBatch } from '../../engine/venue/contract.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, MS, type ScriptedGateway, SHARE } from './rig.ts';
import { fill, twoVenues } from './two-venues.ts';

const BASKETS = Number(process.env['DUTCHBOOK_ORDER_BASKETS'] ?? 60);
const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);
/** Time from an order's submission to its match, ms; its answer comes after as long again. */
const [HOP_MS_MIN, HOP_MS_MAX] = [10, 30];
const [BID_E4, ASK_E4, GONE_E4] = [4_700, 4_800, 5_500];

/** How long the price of the hard leg and that of the easy one last in the mean, ms. */
const LIVES_MS: readonly (readonly [number, number])[] = [
  [20, 2_000],
  [100, 2_000],
  [100, 100],
  [2_000, 2_000],
];

interface Outcome {
  readonly complete: number;
  readonly lone: number;
  readonly missed: number;
  readonly micros: number;
}

/** The hard leg is at Kalshi, where its book offers just its size. */
function play(crossVenue: CrossVenue, [hardMs, easyMs]: readonly [number, number]): Outcome {
  const random = new Random(SEED);
  const micros = 1e12;
  const { rig, kalshi, polymarket } = twoVenues({
    options: { crossVenue, coolDownMs: 0, unwindPauseMs: 10 },
    limits: {
      consecutiveFailures: 1_000,
      realisedLossRunMicros: micros,
      realisedLossDayMicros: micros,
      ordersPerMinute: 60_000,
      ...{ errorRateBaskets: 1_000, realisedLossHourMicros: micros, drawdownMicros: micros, repeatsPerMinute: 60_000 },
    },
    depositMicros: 1_000_000 * SHARE,
    venues: { kalshi: { orders: { ordersPerSecond: 1_000 } } },
  });
  rig.executor.deposit(1_000_000 * SHARE, rig.clock.nowNs(), 'kalshi');
  const due: { atNs: number; happen: () => void }[] = [];
  const after = (ms: number, happen: () => void): void => {
    due.push({ atNs: Math.round(rig.clock.nowNs() + ms * MS), happen });
    due.sort((a, b) => a.atNs - b.atNs);
  };
  const goneNs = [0, 0];
  const wire = (gateway: ScriptedGateway): void => {
    gateway.onSubmit = (batch: OrderBatch) => {
      const hopMs = HOP_MS_MIN + random.float() * (HOP_MS_MAX - HOP_MS_MIN);
      after(hopMs, () => {
        const shares = batch.orders.map(({ side, marketIndex }) => {
          return side === 'SELL' || rig.clock.nowNs() < goneNs[marketIndex]! ? 1 : 0;
        });
        after(hopMs, () => fill(rig, gateway, batch, shares));
      });
    };
  };
  for (const gateway of [kalshi, polymarket]) wire(gateway);
  for (let basket = 0; basket < BASKETS; basket += 1) {
    for (const [market, [lifeMs, shares]] of (
      [
        [easyMs, 100],
        [hardMs, 10],
      ] as const
    ).entries()) {
      rig.setBook(market, BID_E4, ASK_E4, L.BOOK_SYNCED, shares);
      const ms = random.exponential(lifeMs);
      goneNs[market] = rig.clock.nowNs() + ms * MS;
      after(ms, () => rig.setBook(market, BID_E4, GONE_E4, L.BOOK_SYNCED, 100));
    }
    rig.offer(10, { legs: [0, 1], limitE4: ASK_E4 });
    rig.run();
    while (due.length > 0 || rig.executor.busy()) {
      const next = due.shift();
      rig.run(next === undefined ? 20 : Math.max(0, (next.atNs - rig.clock.nowNs()) / MS));
      next?.happen();
      for (const market of [0, 1]) rig.feedSpeaks(market);
      rig.run();
    }
    rig.run(1_000);
  }
  expectJournalEqualsLedger(rig);
  const { basketsSent, basketsComplete: complete, basketsUnwound: lone, basketsMissed: missed } = rig.executor.stats;
  expect([basketsSent, complete + lone + missed, rig.executor.exposures()]).toEqual([BASKETS, BASKETS, []]);
  return { complete, lone, missed, micros: rig.executor.ledger.baskets.lockedMicros() };
}

test(`waiting for the hardest leg is worth it where that one goes sooner, and costs where both last alike (seed ${SEED})`, () => {
  const [soonest, sooner, short, long] = LIVES_MS.map((lives) => {
    const [together, afterFirst] = [play('together', lives), play('afterFirst', lives)];
    const text = ({ complete, lone, missed, micros }: Outcome): string =>
      `${complete} complete, ${lone} lone, ${missed} missed, ${(micros / 1e6).toFixed(2)} dollars`;
    console.log(
      `prices last ${lives.join(' and ')} ms: together ${text(together)}; after the first ${text(afterFirst)}`,
    );
    return { together, afterFirst };
  });
  for (const { together, afterFirst } of [soonest!, sooner!]) {
    expect(afterFirst.lone).toBeLessThan(together.lone / 4);
    expect(afterFirst.micros).toBeGreaterThan(Math.max(0, together.micros));
  }
  for (const { together, afterFirst } of [short!, long!]) expect(together.micros).toBeGreaterThan(afterFirst.micros);
});
