// The care of a connection on a virtual clock: named cases, and random lives of a connection held against what must
// always be true.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { type CareOptions, ConnectionCare } from '../../engine/ingest/care.ts';

const MS = 1e6;
const OPTIONS: CareOptions = {
  ...{ backoffMsMin: 1_000, backoffMsMax: 60_000, reconnectAttemptsMax: 0, reconnectsPerMinute: 600 },
  ...{ pingMs: 30_000, pongMs: 10_000, idleMs: 0, openMs: 10_000, failuresToPoll: 5, canPoll: true },
};

function careWith(more: Partial<CareOptions> = {}, seed = 1) {
  const care = new ConnectionCare({ ...OPTIONS, ...more }, new Random(seed));
  care.start(0);
  return care;
}

/** The first time from `fromNs` on, in steps of 1 ms, at which something is due. */
function nextAction(care: ConnectionCare, fromNs: number, withinMs = 200_000) {
  for (let nowNs = fromNs; nowNs <= fromNs + withinMs * MS; nowNs += MS) {
    const action = care.due(nowNs);
    if (action !== undefined) return { action, nowNs };
  }
  return undefined;
}

function openAt(care: ConnectionCare, nowNs: number): void {
  expect(care.due(nowNs)).toBe('dial');
  care.opened(nowNs);
  care.subscribed(nowNs);
}

test('after five failed dials the feed is polled, and a confirmed subscription brings it back', () => {
  const care = careWith();
  let nowNs = 0;
  for (let failure = 1; failure <= 5; failure += 1) {
    const next = nextAction(care, nowNs)!;
    expect(next.action).toBe('dial');
    nowNs = next.nowNs;
    expect(care.mode).toBe('stream');
    care.closed(nowNs);
  }
  expect([care.mode, care.failures, care.counts.degraded]).toEqual(['poll', 5, 1]);
  nowNs = nextAction(care, nowNs)!.nowNs;
  care.opened(nowNs);
  expect(care.mode).toBe('poll');
  care.subscribed(nowNs);
  expect([care.mode, care.counts.recovered, care.failures]).toEqual(['stream', 1, 5]);
  care.data(nowNs);
  expect(care.failures).toBe(0);
});

test('without something to poll it is down instead', () => {
  const care = careWith({ canPoll: false, failuresToPoll: 1 });
  expect(care.due(0)).toBe('dial');
  care.closed(0);
  expect(care.mode).toBe('down');
});

test('a confirmed subscription without data does not reset the backoff', () => {
  const care = careWith();
  let nowNs = 0;
  for (let turn = 1; turn <= 8; turn += 1) {
    nowNs = nextAction(care, nowNs)!.nowNs;
    care.opened(nowNs);
    care.subscribed(nowNs);
    care.closed(nowNs);
    expect(care.failures).toBe(turn);
  }
});

test('waits are drawn from the whole interval, and the interval doubles from 1 s to 60 s', () => {
  const longestMs = Array.from({ length: 9 }, () => 0);
  const shortestMs = Array.from({ length: 9 }, () => Number.POSITIVE_INFINITY);
  for (let seed = 1; seed <= 400; seed += 1) {
    const care = careWith({}, seed);
    let nowNs = 0;
    expect(care.due(nowNs)).toBe('dial');
    for (let failure = 0; failure < 9; failure += 1) {
      care.closed(nowNs);
      const next = nextAction(care, nowNs)!;
      const waitMs = (next.nowNs - nowNs) / MS;
      longestMs[failure] = Math.max(longestMs[failure]!, waitMs);
      shortestMs[failure] = Math.min(shortestMs[failure]!, waitMs);
      nowNs = next.nowNs;
    }
  }
  for (let failure = 0; failure < 9; failure += 1) {
    const ceilingMs = Math.min(60_000, 1_000 * 2 ** failure);
    expect(longestMs[failure]).toBeLessThanOrEqual(ceilingMs + 1);
    expect(longestMs[failure]).toBeGreaterThan(ceilingMs * 0.95);
    expect(shortestMs[failure]).toBeLessThan(ceilingMs * 0.05);
  }
});

test('a ping without an answer cuts a half-open connection, and a pong does not', () => {
  const care = careWith();
  openAt(care, 0);
  expect(nextAction(care, 0)).toEqual({ action: 'ping', nowNs: 30_000 * MS });
  care.pong();
  expect(nextAction(care, 30_000 * MS)).toEqual({ action: 'ping', nowNs: 60_000 * MS });
  expect(nextAction(care, 60_000 * MS)).toEqual({ action: 'cut', nowNs: 70_000 * MS });
  expect(care.counts.cuts.halfOpen).toBe(1);
});

test('pongs do not keep a connection without data', () => {
  const care = careWith({ idleMs: 45_000 });
  openAt(care, 0);
  expect(nextAction(care, 0)?.action).toBe('ping');
  care.pong();
  expect(nextAction(care, 30_000 * MS)).toEqual({ action: 'cut', nowNs: 45_000 * MS });
  expect(care.counts.cuts.idle).toBe(1);
});

test('a dial that does not open and a subscription that is not confirmed are cut', () => {
  const care = careWith();
  expect(care.due(0)).toBe('dial');
  expect(nextAction(care, 0)).toEqual({ action: 'cut', nowNs: 10_000 * MS });
  care.closed(10_000 * MS);
  const { nowNs } = nextAction(care, 10_000 * MS)!;
  care.opened(nowNs);
  expect(nextAction(care, nowNs)).toEqual({ action: 'cut', nowNs: nowNs + 10_000 * MS });
  expect(care.counts.cuts).toMatchObject({ openTimeout: 1, unconfirmed: 1 });
});

test('after the last attempt it ends; evidence cuts an open connection only', () => {
  const care = careWith({ reconnectAttemptsMax: 2 });
  expect(care.refuted()).toBe(false);
  let nowNs = 0;
  for (let dial = 0; dial < 3; dial += 1) {
    nowNs = nextAction(care, nowNs)!.nowNs;
    care.closed(nowNs);
  }
  expect([care.hasEnded, care.mode, care.counts.dials]).toEqual([true, 'poll', 3]);
  expect(nextAction(care, nowNs)).toBeUndefined();
  const open = careWith();
  openAt(open, 0);
  expect(open.refuted()).toBe(true);
  expect(open.counts.cuts.refuted).toBe(1);
});

const step = fc.record({
  waitMs: fc.integer({ min: 0, max: 20_000 }),
  // A life of failures, mostly: that is where the rules are.
  event: fc.constantFrom('opened', 'subscribed', 'data', 'pong', 'closed', 'closed', 'closed', 'refuted', 'none'),
});

test('whatever happens, dials keep their budget, waits their ceiling, modes their rule, and cuts their end', () => {
  let dials = 0;
  let budgetWaits = 0;
  let degraded = 0;
  const lives = fc.tuple(
    fc.array(step, { minLength: 50, maxLength: 300, size: 'max' }),
    fc.integer({ min: 1, max: 20 }),
    fc.nat(),
    fc.boolean(),
  );
  fc.assert(
    fc.property(lives, ([steps, reconnectsPerMinute, seed, isHasty]) => {
      const backoffMsMax = isHasty ? 10 : 60_000;
      const care = careWith({ reconnectsPerMinute, backoffMsMin: isHasty ? 1 : 1_000, backoffMsMax }, seed);
      const dialsNs: number[] = [];
      let [nowNs, failures, isCut, isUp] = [0, 0, false, false];
      for (const { waitMs, event } of steps) {
        nowNs += (isHasty ? waitMs % 50 : waitMs) * MS;
        if (event === 'closed' && isUp) failures += 1;
        if (event === 'closed') [isUp, isCut] = [false, false];
        const hadData = event === 'data' && care.isOpen;
        if (event === 'refuted') isCut = care.refuted() || isCut;
        else if (event === 'pong') care.pong();
        else if (event !== 'none') care[event](nowNs);
        if (hadData) failures = 0;
        expect(care.failures).toBe(failures);
        if (failures >= 5 && event === 'closed') expect(care.mode).not.toBe('stream');
        if (hadData) expect(care.mode).toBe('stream');
        const action = care.due(nowNs);
        if (isCut) expect(action).toBeUndefined();
        if (action === 'cut') isCut = true;
        if (action !== 'dial') continue;
        expect(isUp).toBe(false);
        isUp = true;
        dialsNs.push(nowNs);
        dials += 1;
        expect(dialsNs.filter((atNs) => nowNs - atNs < 60e9).length).toBeLessThanOrEqual(reconnectsPerMinute);
      }
      const { counts } = care;
      expect([counts.dials, counts.dials - counts.closes]).toEqual([dialsNs.length, isUp ? 1 : 0]);
      expect(counts.degraded - counts.recovered).toBe(care.mode === 'stream' ? 0 : 1);
      budgetWaits += counts.budgetWaits;
      degraded += counts.degraded;
    }),
    { numRuns: 500 },
  );
  expect(Math.min(dials, budgetWaits, degraded)).toBeGreaterThan(100);
});
