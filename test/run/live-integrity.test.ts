// Evidence about live books over real sockets: each scripted fault of the feed fires, and is caught at the evidence; what
// only looks like a fault raises no alarm.
import { describe, expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { type LiveRig, openLiveRig } from './live-rig.ts';

const CAUGHT = { timeout: 15_000, interval: 10 };
/** Long enough for hundreds of hashes of every market. */
const CLEAN_FRAMES = 8_000;

async function untilFired(rig: LiveRig, kind: Parameters<LiveRig['fired']>[0], times = 1): Promise<void> {
  await expect.poll(() => rig.fired(kind), CAUGHT).toBeGreaterThanOrEqual(times);
}

/** A market was suspected, another connection took the place of its own, and it is trusted again by that one's snapshot. */
async function expectCaughtAndCured(rig: LiveRig): Promise<void> {
  await expect.poll(() => rig.suspects().length, CAUGHT).toBeGreaterThanOrEqual(1);
  const [market] = rig.suspects();
  const cured = (): string[] => rig.states.get(market!)!.slice(rig.states.get(market!)!.indexOf('SUSPECT'));
  await expect.poll(() => cured().slice(0, 2), CAUGHT).toEqual(['SUSPECT', 'SYNCED']);
}

/** Again and again: a level that its next change puts right before a hash is looked at leaves no evidence. */
const NOW_AND_THEN = { firstFrame: 300, every: 100, count: 100 };

describe('a fault that nothing but later evidence shows', () => {
  test('a wrong size deep in a book is found by the next hash, and cured by a new connection', async () => {
    const rig = await openLiveRig({ faults: [{ kind: 'corruptDeep', ...NOW_AND_THEN }] });
    await untilFired(rig, 'corruptDeep');
    await expectCaughtAndCured(rig);
    expect(rig.count(L.COUNTER_HASH_MISMATCHED)).toBeGreaterThanOrEqual(1);
    expect(rig.count(L.COUNTER_HASH_MISMATCHED)).toBeLessThanOrEqual(rig.fired('corruptDeep'));
    expect(rig.count(L.COUNTER_SUSPECTS_SENT)).toBeGreaterThanOrEqual(1);
  });

  test('a change deep in a book that never came is found by the next hash', async () => {
    const rig = await openLiveRig({ faults: [{ kind: 'dropDeep', ...NOW_AND_THEN }] });
    await untilFired(rig, 'dropDeep');
    await expectCaughtAndCured(rig);
    expect(rig.count(L.COUNTER_HASH_MISMATCHED)).toBeGreaterThanOrEqual(1);
  });

  test('a market that freezes while its connection goes on is silent, asked for and found different', async () => {
    const rig = await openLiveRig({ faults: [{ kind: 'freezeMarket', firstFrame: 300 }] });
    await untilFired(rig, 'freezeMarket');
    await expectCaughtAndCured(rig);
    expect(rig.count(L.COUNTER_SILENCES)).toBeGreaterThanOrEqual(1);
    // Asked again before its new connection had brought the book, it differs again.
    expect(rig.count(L.COUNTER_PROBES_DIFFERED)).toBeGreaterThanOrEqual(1);
    expect(rig.count(L.COUNTER_HASH_MISMATCHED)).toBe(0);
  });
});

test('a book that its own frame shows as crossed is suspected with that frame', async () => {
  const rig = await openLiveRig({ faults: [{ kind: 'crossedBook', firstFrame: 300 }] });
  await untilFired(rig, 'crossedBook');
  await expectCaughtAndCured(rig);
  expect(rig.count(L.COUNTER_PHANTOMS)).toBeGreaterThanOrEqual(1);
  expect(rig.count(L.COUNTER_NAIVE_TRADES)).toBeGreaterThanOrEqual(1);
  expect(rig.count(L.COUNTER_SUSPECTS_ASKED)).toBe(0);
});

describe('no alarm is raised', () => {
  const harmless = [
    ['trades told late', { kind: 'lateTrade', firstFrame: 1, count: 1_000, ms: 300 }],
    ['bursts that cross in between', { kind: 'crossedBurst', firstFrame: 100, every: 50, count: 1_000 }],
  ] as const;
  for (const [what, rule] of harmless) {
    test(`by ${what}`, async () => {
      const rig = await openLiveRig({ faults: [rule] });
      await untilFired(rig, rule.kind, 10);
      await expect.poll(() => rig.count(L.COUNTER_FRAMES_APPLIED), CAUGHT).toBeGreaterThan(CLEAN_FRAMES);
      expectNoAlarm(rig);
      // The bot that looks behind each message and asks for no evidence would have bought in each of the bursts.
      const bursts = rig.fired('crossedBurst');
      expect(rig.count(L.COUNTER_NAIVE_TRADES)).toBeGreaterThanOrEqual(bursts - 1);
      expect(rig.count(L.COUNTER_NAIVE_TRADES)).toBeLessThanOrEqual(bursts);
    });
  }

  test('by tick changes that are told twice', async () => {
    const rig = await openLiveRig({ retick: true, faults: [{ kind: 'doubleTick', firstFrame: 1, count: 1_000 }] });
    await untilFired(rig, 'doubleTick', 10);
    // Each is told of twice and changes the book once.
    await expect.poll(() => rig.count(L.COUNTER_TICK_CHANGES) - rig.fired('doubleTick'), CAUGHT).toBe(0);
    expectNoAlarm(rig);
    await expect.poll(() => rig.books.stateName(0), CAUGHT).toBe('SYNCED');
  });

  test('over the whole shipped recording as it is', async () => {
    const rig = await openLiveRig({ verifier: { probeAfterMs: 100, hashEveryMs: 1 } });
    expect(await rig.venue.tapeEnded).toBe('');
    expectNoAlarm(rig);
    expect(rig.count(L.COUNTER_HASH_VERIFIED)).toBeGreaterThan(500);
    expect(rig.count(L.COUNTER_PROBES_AGREED)).toBeGreaterThan(5);
    console.log(
      `${rig.count(L.COUNTER_HASH_VERIFIED)} hashes verified, ${rig.count(L.COUNTER_PROBES_AGREED)} answers agreed`,
    );
  });
});

function expectNoAlarm(rig: LiveRig): void {
  expect(rig.suspects()).toEqual([]);
  const alarms = [L.COUNTER_HASH_MISMATCHED, L.COUNTER_PROBES_DIFFERED, L.COUNTER_PROBES_FAILED, L.COUNTER_PHANTOMS];
  expect(alarms.map((id) => rig.count(id))).toEqual([0, 0, 0, 0]);
  expect(rig.count(L.COUNTER_HASH_VERIFIED)).toBeGreaterThan(50);
  expect(rig.count(L.COUNTER_RESYNCS)).toBe(0);
}
