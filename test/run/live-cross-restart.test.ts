// kill -9 of a live run at two venues, with orders at Kalshi whose answers were lost or came late: started again it adopts them,
// has what both venues have, to the unit, and sends none twice; where something differs it does not trade.
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import { netted } from '../../engine/venue/kalshi/netting.ts';
import { CROSS, kalshiVenue, polymarketVenue } from './cross-rig.ts';
import { Engine } from './engine-process.ts';
import { reportOf } from './rig.ts';

/** No basket is opened any more. */
const QUIET = { DUTCHBOOK__EXECUTE__MIN_EDGE_MICROS: '1000000000' };
const WIDE = {
  DUTCHBOOK__BREAKER__REALISED_LOSS_RUN_MICROS: '1000000000000',
  DUTCHBOOK__BREAKER__REALISED_LOSS_DAY_MICROS: '1000000000000',
  DUTCHBOOK__BREAKER__CONSECUTIVE_FAILURES: '1000',
  DUTCHBOOK__BREAKER__ERROR_RATE_BPS: '10000',
  DUTCHBOOK__BREAKER__UNKNOWN_OUTCOMES: '100',
  DUTCHBOOK__EXECUTE__ABSENT_WINDOW_MS: '3000',
};
const ROUNDS_MAX = 5;
const ATTEMPTS_MAX = 3;
const FILL_MS_MAX = 25_000;
const RECONCILED = /restart: reconciled with the venue|restart refused/;

function stateOf(dir: string): JournalState {
  const state = new JournalState();
  readJournalFolder(dir, (record) => state.apply(record));
  return state;
}

function heldAtKalshi({ ledger }: JournalState): Map<string, number> {
  const held = ledger.toPositions().map(([token, { matchedMicros }]) => [token, matchedMicros] as const);
  return new Map(held.filter(([token, micros]) => micros !== 0 && ledger.venueOfToken(token) === 'kalshi'));
}

/** Goes on and is ended as a user does it, until no order is left without an outcome: what one on its way comes to is the venue's to know. */
async function ended(dir: string, engine: () => Engine): Promise<EngineReport> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const again = engine();
    await again.said(RECONCILED);
    expect(again.err).not.toContain('restart refused');
    again.child.kill('SIGINT');
    expect(await again.ended, again.err).toBe(EXIT.ok);
    const report = reportOf(again.out);
    expect(report.journal).toMatchObject({ foldEqual: true, restart: { state: 'reconciled' } });
    const state = stateOf(dir);
    if (state.pending.size === 0 && [...state.orders.values()].every(({ final }) => final)) return report;
  }
  throw new Error(`orders are open after ${ROUNDS_MAX} restarts`);
}

/** Venues, and an engine that was killed once Kalshi had filled something of it. */
async function killedAfterFill() {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { venue: kalshi, environment: ofKalshi } = await kalshiVenue([
      { kind: 'kalshiOrderLost', firstRequest: 1, every: 2, count: 100 },
      { kind: 'kalshiOrderSlow', firstRequest: 2, every: 4, count: 100, ms: 900 },
      { kind: 'kalshiFillDrop', firstRequest: 1, every: 1, count: 1_000 },
    ]);
    const { stop, environment: ofPolymarket } = await polymarketVenue(8);
    const environment = { ...ofKalshi, ...ofPolymarket, ...WIDE };
    const dir = join(environment.DUTCHBOOK__JOURNAL__DIR, 'live');
    const engine = (change: Record<string, string> = {}): Engine => {
      const started = new Engine(CROSS, { ...environment, ...change });
      onTestFinished(() => started.kill());
      return started;
    };
    const killed = engine();
    const isFilled = await vi
      .waitUntil(() => kalshi.exchange.fills.all.length > 0, { timeout: FILL_MS_MAX, interval: 5 })
      .catch(() => false);
    killed.kill();
    await killed.ended;
    if (isFilled) return { kalshi, stop, dir, engine };
    // The tapes play on while the engine starts: on a busy machine it can come too late for what they offer.
    await stop();
  }
  throw new Error(`no fill at Kalshi in ${ATTEMPTS_MAX} attempts`);
}

test('a killed run with orders at Kalshi goes on from its journal, equal to both venues, or is refused by a sentence', {
  timeout: 240_000,
}, async () => {
  const { kalshi, stop, dir, engine } = await killedAfterFill();
  const left = stateOf(dir);
  const atKalshi = [...left.orders.values()].filter(({ order }) => order.marketId.startsWith('kalshi:'));
  expect(atKalshi.length + left.pending.size).toBeGreaterThan(0);

  const report = await ended(dir, () => engine(QUIET));
  const state = stateOf(dir);
  // Each order that the venue has is one that the journal intended, once.
  const own = [...kalshi.exchange.orders.values()].map(({ clientId }) => clientId);
  expect(new Set(own).size).toBe(own.length);
  expect(own.every((id) => state.orders.has(id))).toBe(true);
  const [theirs] = kalshi.ledger().accounts;
  const { cashMicros, feesMicros } = report.moneyByVenue.kalshi!;
  const ours = netted(heldAtKalshi(state));
  expect([cashMicros + ours.cashMicros, feesMicros]).toEqual([theirs!.cashMicros, theirs!.feesMicros]);
  expect(Object.fromEntries(ours.positions)).toEqual(theirs!.positions);
  console.log(`${atKalshi.length} orders at Kalshi when killed`, report.journal!.restart);

  kalshi.exchange.orders.values().next().value!.account.cashMicros -= 10_000;
  const refused = engine(QUIET);
  expect(await refused.ended).toBe(EXIT.checkFailed);
  expect(refused.err).toContain(
    `restart refused: journal and venue differ: kalshi: cash: ours ${theirs!.cashMicros}, the venue’s ${theirs!.cashMicros - 10_000}`,
  );
  const { ledger } = await stop();
  const { polymarket } = report.moneyByVenue;
  expect([polymarket!.cashMicros, polymarket!.feesMicros]).toEqual([
    ledger.accounts[0]!.cashMicros,
    ledger.accounts[0]!.feesMicros,
  ]);
});
