// No trade is lost or told twice over many reconnections: the simulated source publishes while connections are cut, and
// each trade must be told once, over stream or poll. Timers run twenty times faster than by default, and the budget of
// requests is far above the default. DUTCHBOOK_WALLET_TRADES=100000 is the long form. The time from event to signal is
// printed and not judged: it depends on the machine's load and on how long a cut connection takes to come back.
import { expect, test } from 'vitest';
import { LiveClock } from '../../engine/core/clock.ts';
import { startRig, tradeNumber, walletOf } from './rig.ts';

const TRADES = Number(process.env['DUTCHBOOK_WALLET_TRADES'] ?? 20_000);
const WALLETS = 500;
const CONNECTIONS = 5;
const DROPS = 10;
const SCALE = 20;
const TRADES_PER_MS = 4;
const BURST = 12;
const DUTIES = 8;
const REAL_MS_MAX = 100_000;

test(`none of ${TRADES} trades is lost or told twice over 50 reconnections`, {
  timeout: REAL_MS_MAX + 5_000,
}, async () => {
  const clock = new LiveClock();
  const every = Math.floor(TRADES / (DROPS + 1));
  const rig = await startRig(clock, WALLETS, [{ kind: 'walletDrop', firstRequest: every, every, count: DROPS }], SCALE);
  const { venue, feed } = rig;
  const sentNs = new Float64Array(TRADES);
  const told = new Uint8Array(TRADES);
  const latencyMs = new Float64Array(TRADES);
  let [published, heard, streamed] = [0, 0, 0];
  const turn = async (): Promise<void> => {
    // The budget of requests lets one start in a duty cycle.
    for (let duty = 0; duty < DUTIES && feed.doWork(clock.nowNs()) > 0; duty += 1);
    for (let signal = feed.signals.take(); signal !== undefined; signal = feed.signals.take()) {
      const at = Number(signal.trade.txHash.slice(0, 34));
      told[at]! += 1;
      latencyMs[at] = (clock.nowNs() - sentNs[at]!) / 1e6;
      heard += 1;
      if (signal.source === 'stream') streamed += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.nowNs()).toBeLessThan(REAL_MS_MAX * 1e6);
  };
  while (feed.shards.some(({ subscribedMs }) => subscribedMs === undefined)) await turn();
  let creditNs = clock.nowNs();
  // Each cut waits for the connections that the one before cost, so that fifty are cut and not fewer.
  const isWhole = (): boolean => feed.shards.every(({ subscribedMs }) => subscribedMs !== undefined);
  while (published < TRADES) {
    for (let burst = 0; burst < BURST && published < TRADES && creditNs <= clock.nowNs(); burst += 1) {
      if ((published + 1) % every === 0 && !isWhole()) break;
      sentNs[published] = clock.nowNs();
      venue.publish(tradeNumber(published, walletOf((published % WALLETS) + 1), clock.wallMs()));
      published += 1;
      creditNs += 1e6 / TRADES_PER_MS;
    }
    await turn();
  }
  while (heard < TRADES) await turn();
  // One sweep of everything more, which must bring nothing new.
  const sweeps = feed.poll!.sweeps;
  while (feed.poll!.sweeps < sweeps + WALLETS) await turn();

  expect(told.every((count) => count === 1)).toBe(true);
  expect(venue.stats.faults).toEqual({ walletDrop: DROPS });
  const reconnections = feed.shards.reduce((sum, { care }) => sum + care.counts.opens - 1, 0);
  expect(reconnections).toBeGreaterThanOrEqual(DROPS * CONNECTIONS);
  expect(TRADES - streamed).toBeGreaterThan(0);
  expect(feed.memory.duplicates).toBeGreaterThan(0);
  expect([feed.signals.overflows, feed.memory.beyond, feed.poll!.truncated]).toEqual([0, 0, 0]);
  const p99Ms = latencyMs.sort()[Math.floor(TRADES * 0.99)]!;
  console.info(
    `${TRADES} trades, ${reconnections} reconnections, ${TRADES - streamed} by poll, ${feed.memory.duplicates} duplicates, ` +
      `event to signal p99 ${p99Ms.toFixed(1)} ms, longest ${latencyMs[TRADES - 1]!.toFixed(1)} ms`,
  );
  await rig.close();
});
