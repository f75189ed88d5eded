// kill -9 of the whole engine in a live run against a simulated venue of its own, at random points of its work: started again
// it takes up what it left, sends nothing twice, and has what the venue has, to the unit.
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { type FoldedBasket, JournalState } from '../../engine/ledger/state.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import { Engine } from './engine-process.ts';
import { secondVenue } from './live-venue.ts';
import { PAPER } from './paper-rig.ts';

const KILLS = Number(process.env['DUTCHBOOK_ENGINE_KILLS'] ?? '2');
const IS_LONG = process.env['DUTCHBOOK_ENGINE_KILLS'] !== undefined;
/** Then another venue: the recording it plays must not be over. */
const KILLS_PER_VENUE = 5;
const OF_EACH_STATE = 30;
const ROUNDS_MAX = 10;
type Context = Parameters<typeof secondVenue>[0];

/** Limits wide enough that trading goes on through all faults. */
const WIDE = {
  DUTCHBOOK__BREAKER__REALISED_LOSS_RUN_MICROS: '1000000000000',
  DUTCHBOOK__BREAKER__REALISED_LOSS_DAY_MICROS: '1000000000000',
  DUTCHBOOK__BREAKER__CONSECUTIVE_FAILURES: '1000',
  DUTCHBOOK__BREAKER__ERROR_RATE_BPS: '10000',
  DUTCHBOOK__BREAKER__UNKNOWN_OUTCOMES: '100',
  DUTCHBOOK__EXECUTE__COOL_DOWN_MS: '50',
  DUTCHBOOK__EXECUTE__OPEN_BASKETS: '16',
  DUTCHBOOK__EXECUTE__OUTCOME_WAIT_MS: '400',
  // An unknown outcome lasts long enough to be met by a kill.
  DUTCHBOOK__EXECUTE__ASK_PAUSE_MS: '700',
  DUTCHBOOK__EXECUTE__ASK_PAUSE_MAX_MS: '1400',
  DUTCHBOOK__EXECUTE__ABSENT_WINDOW_MS: '3000',
  DUTCHBOOK__OBSERVE__PLAIN_STATUS_MS: '1000',
};
/** An engine that finds nothing to trade is killed all the same, ms. */
const KILL_MS_MAX = 8_000;

/** What an engine left when it was killed. */
interface Left {
  readonly orders: number;
  readonly open: number;
  readonly unknown: number;
  readonly halfFilled: number;
}

function leftIn(dir: string): Left {
  const state = new JournalState();
  readJournalFolder(dir, (record) => state.apply(record));
  const orders = [...state.orders.values()];
  const open = orders.filter(({ final }) => !final);
  const halfFilled = [...state.baskets.values()].filter((basket) => isHalfFilled(state, basket)).length;
  const unknown = open.filter((order) => order.state === 'unknown').length;
  return { orders: orders.length, open: open.length + pendingOf(state), unknown, halfFilled };
}

function pendingOf(state: JournalState): number {
  return [...state.pending.values()].reduce((sum, { orders }) => sum + orders.length, 0);
}

/** Legs that hold different amounts, covers left out. */
function isHalfFilled(state: JournalState, { rootBatchId, legs, covers }: FoldedBasket): boolean {
  const held = new Map(legs.map(({ token }) => [token, 0]));
  for (const { order, rootBatchId: root, filledMicros } of state.orders.values()) {
    if (root !== rootBatchId || !held.has(order.token)) continue;
    held.set(order.token, held.get(order.token)! + (order.side === 'BUY' ? filledMicros : -filledMicros));
  }
  return covers.length === 0 && Math.max(...held.values()) - Math.min(...held.values()) > 1_000_000;
}

/** What a kill may wait for. */
type Wanted = 'unknown' | 'halfFilled';
const WANTED = ['unknown', 'halfFilled', undefined] as const;

/** Resolves after so many writes to the journal, counted once it has something of `after` where that is wanted, or when the engine has ended. */
function written(dir: string, writes: number, after: Wanted | undefined, engine: Engine): Promise<void> {
  return new Promise((done) => {
    let left = writes;
    let counts = after === undefined;
    const watcher = watch(dir, () => {
      counts ||= leftIn(dir)[after!] > 0;
      if (counts) left -= 1;
      if (left === 0) over();
    });
    const timer = setTimeout(() => over(), KILL_MS_MAX);
    const over = (): void => {
      clearTimeout(timer);
      watcher.close();
      done();
    };
    void engine.ended.then(over);
  });
}

const FAULTS = [
  { kind: 'lostAnswer', firstRequest: 1, every: 1, count: 1_000_000, chance: 0.45 },
  { kind: 'lateBooking', firstRequest: 1, every: 1, count: 1_000_000, chance: 0.15, ms: 900 },
  { kind: 'lateAnswer', firstRequest: 1, every: 1, count: 1_000_000, chance: 0.2, ms: 900 },
] as const;

interface Counts {
  kills: number;
  restarts: number;
  withOpenOrders: number;
  withUnknown: number;
  withHalfFilled: number;
  orders: number;
  duplicated: number;
  fillsMissed: number;
}

/**
 * The last engines at a venue open no basket any more and are ended as a user does it, until one of them leaves no order
 * without an outcome: what an order on its way comes to is the venue's to know.
 */
async function endAt(environment: Record<string, string>, dir: string, context: Context): Promise<EngineReport> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const engine = new Engine(PAPER, { ...environment, ...WIDE, DUTCHBOOK__EXECUTE__MIN_EDGE_MICROS: '1000000000' });
    context.onTestFinished(() => engine.kill());
    await engine.said(/restart: reconciled with the venue|restart refused/);
    engine.child.kill('SIGINT');
    expect(await engine.ended, engine.err + engine.out.slice(0, 600)).toBe(0);
    const report = JSON.parse(engine.out) as EngineReport;
    expect(report.journal).toMatchObject({ foldEqual: true, restart: { state: 'reconciled' } });
    if (leftIn(dir).open === 0) return report;
  }
  throw new Error(`orders are open after ${ROUNDS_MAX} restarts`);
}

/** Kills engines at one venue, ends the last one as a user does, and compares with the venue's own books. */
async function killAtOneVenue(
  kills: number,
  random: Random,
  counts: Counts,
  context: Parameters<typeof secondVenue>[0],
) {
  const latency = { minMs: 5, maxMs: 150 };
  const seed = random.integer(1, 1_000_000);
  const { environment, stop } = await secondVenue(context, { latency, speed: 0.7, seed, faults: [...FAULTS] });
  const dir = join(environment.DUTCHBOOK__JOURNAL__DIR, 'live');
  for (let kill = 0; kill < kills; kill += 1) {
    const engine = new Engine(PAPER, { ...environment, ...WIDE });
    context.onTestFinished(() => engine.kill());
    await engine.said(/journal: /);
    // One in five is killed again before it is done with what the one before it left.
    if (kill > 0 && random.integer(0, 4) > 0) {
      await engine.said(/restart: reconciled with the venue|restart refused/);
      expect(engine.err).not.toContain('restart refused');
      counts.restarts += 1;
    }
    expect(existsSync(dir)).toBe(true);
    // By chance alone few kills would meet an unknown outcome, or a basket between its legs.
    const after = WANTED[random.integer(0, WANTED.length - 1)];
    await written(dir, after === undefined ? random.integer(3, 50) : random.integer(1, 3), after, engine);
    engine.kill();
    await engine.ended;
    const left = leftIn(dir);
    counts.kills += 1;
    counts.withOpenOrders += left.open > 0 ? 1 : 0;
    counts.withUnknown += left.unknown > 0 ? 1 : 0;
    counts.withHalfFilled += left.halfFilled > 0 ? 1 : 0;
  }
  const report = await endAt(environment, dir, context);
  counts.restarts += 1;
  const { ledger, stats } = (await stop())!;
  const [account] = ledger.accounts;
  expect([report.cashMicros, report.feesMicros]).toEqual([account!.cashMicros, account!.feesMicros]);
  expect(stats.ordersDuplicated).toBe(0);
  const state = new JournalState();
  readJournalFolder(dir, (record) => state.apply(record));
  const held = state.ledger.toPositions().filter(([, { matchedMicros }]) => matchedMicros !== 0);
  expect(Object.fromEntries(held.map(([token, { matchedMicros }]) => [token, matchedMicros]))).toEqual(
    Object.fromEntries(Object.entries(account!.positions).filter(([, micros]) => micros !== 0)),
  );
  counts.orders += stats.orders;
  counts.duplicated += stats.ordersDuplicated;
  counts.fillsMissed += report.journal!.restart!.fillsMissed;
}

test(`${KILLS} kills of the whole engine: nothing is sent twice, and what it has is what the venue has`, {
  timeout: 14_400_000,
}, async (context) => {
  const random = new Random(Number(process.env['DUTCHBOOK_SEED'] ?? '20261129'));
  const counts: Counts = {
    ...{ kills: 0, restarts: 0, withOpenOrders: 0, withUnknown: 0, withHalfFilled: 0 },
    ...{ orders: 0, duplicated: 0, fillsMissed: 0 },
  };
  while (counts.kills < KILLS) {
    await killAtOneVenue(Math.min(KILLS_PER_VENUE, KILLS - counts.kills), random, counts, context);
    if (IS_LONG) console.log(JSON.stringify(counts));
  }
  console.log(`${KILLS} kills, 0 resends, equal to the venue:`, JSON.stringify(counts));
  expect(counts.orders).toBeGreaterThan(0);
  const { withOpenOrders, withUnknown, withHalfFilled } = counts;
  if (IS_LONG && KILLS >= 200) {
    expect(Math.min(withOpenOrders, withUnknown, withHalfFilled)).toBeGreaterThanOrEqual(OF_EACH_STATE);
  }
});
