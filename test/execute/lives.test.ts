// Lives of opportunities on a virtual clock: from told events alone, beside a slow reference over the whole story.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { DECAY_MS, type Life, Lives, type Told } from '../../engine/execute/lives.ts';
import { annualBpsRoundedDown, lockMsOf } from '../../engine/execute/returns.ts';

const MS = 1e6;
const FLICKER_MS = 50;

/** What is told at `atMs`: an edge, 0 = gone. */
interface Event {
  readonly atMs: number;
  readonly basketIndex: number;
  readonly edgeMicros: number;
}

function told({ atMs, basketIndex, edgeMicros }: Event): Told {
  return { basketIndex, edgeMicros, recvNs: atMs * MS, sizeMicros: 5e6, costMicros: 4_000_000, feeMicros: 20_000 };
}

function livesOf(events: readonly Event[], endMs: number, turnsMs: readonly number[] = []): Life[] {
  const found: Life[] = [];
  const lives = new Lives({ flickerNs: FLICKER_MS * MS, onLife: (life) => found.push(life) });
  const turns = [...turnsMs].sort((a, b) => a - b);
  const turnUntil = (nowMs: number): void => {
    while (turns.length > 0 && turns[0]! < nowMs) lives.advance(turns.shift()! * MS);
  };
  for (const event of events) {
    turnUntil(event.atMs);
    if (event.edgeMicros > 0) lives.tell(told(event));
    else lives.gone(event.basketIndex, event.atMs * MS);
  }
  turnUntil(endMs);
  lives.end(endMs * MS);
  return found;
}

const at = (atMs: number, edgeMicros: number, basketIndex = 0): Event => ({ atMs, edgeMicros, basketIndex });

test('a life lasts from the frame that showed it to the frame that ended it, and its edge is noted on the way', () => {
  const [life, ...more] = livesOf([at(1000, 900), at(1010, 700), at(1090, 800), at(1200, 0)], 5000, [1500, 2000]);
  expect(more).toEqual([]);
  expect(life).toMatchObject({ recvNs: 1000 * MS, endNs: 1200 * MS, open: false, changes: 2, flickers: 0, goneNs: 0 });
  expect(life).toMatchObject({ edgeMicros: 900, edgeMicrosMax: 900, sizeMicros: 5e6, costMicros: 4e6, feeMicros: 2e4 });
  // +5, +25, +100 and +350 ms.
  expect(life!.edgeAfterMicros).toEqual([900, 700, 800, 0]);
});

test('what is told at the very moment of a note counts', () => {
  expect(livesOf([at(1000, 900), at(1005, 300), at(1025, 0)], 5000)[0]!.edgeAfterMicros).toEqual([300, 0, 0, 0]);
});

test('what comes back within the flicker time is the same life; later it is another one', () => {
  const back = livesOf([at(0, 500), at(10, 0), at(10 + FLICKER_MS, 600), at(100, 0)], 5000);
  expect(back).toHaveLength(1);
  expect(back[0]).toMatchObject({
    flickers: 1,
    goneNs: FLICKER_MS * MS,
    endNs: 100 * MS,
    edgeMicrosMax: 600,
    changes: 0,
  });
  const late = livesOf([at(0, 500), at(10, 0), at(11 + FLICKER_MS, 600), at(100, 0)], 5000);
  expect(late.map(({ recvNs, endNs, flickers }) => [recvNs / MS, endNs / MS, flickers])).toEqual([
    [0, 10, 0],
    [61, 100, 0],
  ]);
  // The edge later on is the basket's, whichever life it then belongs to.
  expect(late[0]!.edgeAfterMicros).toEqual([500, 0, 0, 0]);
});

test('a feed that ends leaves lives open, and edges it did not reach unknown', () => {
  const [life] = livesOf([at(0, 500)], 60);
  expect(life).toMatchObject({ open: true, endNs: 60 * MS, edgeAfterMicros: [500, 500, null, null] });
  const [gone] = livesOf([at(0, 500), at(10, 0)], 60);
  expect(gone).toMatchObject({ open: false, endNs: 10 * MS, edgeAfterMicros: [500, 0, null, null] });
});

test('a life is told of as soon as it can no longer come back and its edges are noted, and only once', () => {
  const found: Life[] = [];
  const lives = new Lives({ flickerNs: FLICKER_MS * MS, onLife: (life) => found.push(life) });
  lives.tell(told(at(0, 500)));
  lives.gone(0, 10 * MS);
  lives.advance(349 * MS);
  expect(found).toHaveLength(0);
  lives.advance(350 * MS);
  lives.advance(10_000 * MS);
  lives.end(20_000 * MS);
  expect(found).toHaveLength(1);
});

test('gone without an opportunity is nothing', () => {
  expect(livesOf([at(5, 0)], 100)).toEqual([]);
});

/** The same by looking through the whole story again for every question. */
function slowLives(events: readonly Event[], endMs: number): unknown[] {
  const found: { readonly order: number; readonly life: unknown }[] = [];
  for (const basketIndex of new Set(events.map((event) => event.basketIndex))) {
    const story = events.filter((event) => event.basketIndex === basketIndex);
    const edgeAt = (ms: number): number => story.filter((event) => event.atMs <= ms).at(-1)?.edgeMicros ?? 0;
    const groups: Event[][] = [];
    for (const event of story) {
      const last = groups.at(-1)?.at(-1);
      const goes = last !== undefined && (last.edgeMicros > 0 || event.atMs - last.atMs <= FLICKER_MS);
      if (goes) groups.at(-1)!.push(event);
      else if (event.edgeMicros > 0) groups.push([event]);
    }
    for (const group of groups) {
      const [first] = group;
      const returns = group.filter(
        (event, place) => place > 0 && event.edgeMicros > 0 && group[place - 1]!.edgeMicros === 0,
      );
      const goneMs = returns.reduce((sum, event) => sum + event.atMs - firstGoneBefore(group, event), 0);
      const last = group.at(-1)!;
      found.push({
        order: first!.atMs * 10 + basketIndex,
        life: {
          ...{ basketIndex, recvNs: first!.atMs * MS, flickers: returns.length, goneNs: goneMs * MS },
          open: last.edgeMicros > 0,
          endNs: (last.edgeMicros > 0 ? endMs : firstGoneBefore(group, undefined)) * MS,
          // What is told again unchanged, as a new table of baskets does, is no change.
          changes: group.filter(
            (event, place) =>
              place > 0 && ![0, group[place - 1]!.edgeMicros].includes(event.edgeMicros) && !returns.includes(event),
          ).length,
          edgeMicrosMax: Math.max(...group.map((event) => event.edgeMicros)),
          edgeAfterMicros: DECAY_MS.map((ms) => (first!.atMs + ms <= endMs ? edgeAt(first!.atMs + ms) : null)),
        },
      });
    }
  }
  return found.sort((a, b) => a.order - b.order).map(({ life }) => life);
}

/** When the basket lost the opportunity that `event` brought back, or that was last there. */
function firstGoneBefore(group: readonly Event[], event: Event | undefined): number {
  const until = event === undefined ? group.length : group.indexOf(event);
  const lastThere = group.slice(0, until).findLastIndex(({ edgeMicros }) => edgeMicros > 0);
  return group[lastThere + 1]!.atMs;
}

test('2,000 drawn stories give the lives that a slow reading of the whole story gives, whenever time is told', () => {
  const random = new Random(20261128);
  const pick = (below: number): number => Math.floor(random.float() * below);
  let flickers = 0;
  for (let story = 0; story < 2_000; story += 1) {
    const events: Event[] = [];
    for (let atMs = 0; events.length < 12; atMs += 1 + pick(pick(4) === 0 ? 400 : 40)) {
      const basketIndex = pick(2);
      const there = (events.findLast((event) => event.basketIndex === basketIndex)?.edgeMicros ?? 0) > 0;
      events.push(at(atMs, there && pick(2) === 0 ? 0 : 1 + pick(1000), basketIndex));
    }
    const endMs = events.at(-1)!.atMs + pick(600);
    const turns = Array.from({ length: pick(20) }, () => pick(endMs + 1));
    const found = livesOf(events, endMs, turns)
      .sort((a, b) => a.recvNs - b.recvNs || a.basketIndex - b.basketIndex)
      .map(({ sizeMicros: _s, costMicros: _c, feeMicros: _f, edgeMicros: _e, ...life }) => life);
    expect(found, `story ${story}`).toEqual(slowLives(events, endMs));
    flickers += found.reduce((sum, life) => sum + life.flickers, 0);
  }
  expect(flickers).toBeGreaterThan(1_000);
});

test('capital is locked until the last leg ends; without every end, or after it, nothing is stated', () => {
  expect(lockMsOf([5_000, 9_000], 1_000)).toBe(8_000);
  expect(lockMsOf([5_000, undefined], 1_000)).toBeNull();
  expect(lockMsOf([5_000], 5_000)).toBeNull();
  expect(lockMsOf([], 5_000)).toBeNull();
});

test('a return a year is the edge on the capital by the time it is locked, rounded down', () => {
  const YEAR = 365 * 86_400_000;
  expect(annualBpsRoundedDown(10_000, 1_000_000, YEAR)).toBe(100);
  expect(annualBpsRoundedDown(10_000, 1_000_000, YEAR / 365)).toBe(36_500);
  expect(annualBpsRoundedDown(1, 3, YEAR)).toBe(3_333);
  expect(annualBpsRoundedDown(-1, 3, YEAR)).toBe(-3_334);
  expect(annualBpsRoundedDown(1e12, 1e15, 1)).toBe(315_360_000_000);
  expect(annualBpsRoundedDown(10_000, 1_000_000, null)).toBeNull();
  expect(annualBpsRoundedDown(10_000, 0, YEAR)).toBeNull();
});
