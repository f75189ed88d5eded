// Which copy counts, against a venue's log: two or three connections that bring the same frames in any interleaving, fall behind,
// break and come back with snapshots. What was taken must make the book of some moment of the venue, at every moment.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COPY_DUPLICATE, COPY_LATE, COPY_STALE, COPY_TAKE, Copies } from '../../engine/ingest/copies.ts';
import { smallArena } from '../helpers/arena.ts';
import { booksText, changeText, judged, Play, type Step, stage } from './copies-venue.ts';

const MANY = ['venue', 'bring'] as const;
const KINDS = [...MANY, ...MANY, ...MANY, ...MANY, ...MANY, 'ask', 'ask', 'reopen', 'drop'] as const;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind']>(...KINDS),
    which: fc.nat(31),
  }),
  { minLength: 20, maxLength: 150 },
);

/** Plays random steps on so many sockets; answers the sums of what happened. */
function played(sockets: number, numRuns: number): Play['counts'] {
  const sum: Record<keyof Play['counts'], number> = {
    ...{ brought: 0, taken: 0, duplicate: 0, stale: 0, late: 0, validAtEnd: 0 },
  };
  fc.assert(
    fc.property(steps, (some) => {
      const { wrong, counts } = new Play(some, sockets);
      expect(wrong).toEqual([]);
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
    }),
    { numRuns, seed: 20_261_128 },
  );
  // All branches were taken, and every frame has one outcome.
  expect(sum.brought).toBe(sum.taken + sum.duplicate + sum.stale + sum.late);
  expect(Math.min(sum.taken, sum.duplicate, sum.stale, sum.validAtEnd)).toBeGreaterThan(1_000);
  return sum;
}

test('whatever comes first, each book is the venue’s of some moment, and its last when all has arrived', () => {
  expect(played(2, 3_000).late).toBe(0);
});

test('nor is a book wrong with three sockets, as when one of two copies is replaced; a frame may be judged late', () => {
  expect(played(3, 2_000).late).toBeLessThan(100);
});

/** Copies with their arena, where connection 0 has all books; answers how to bring a change, and books, of one market. */
function twoConnections() {
  const arena = smallArena();
  const copies = new Copies(arena);
  copies.begin(0);
  let opening = 0;
  const change = (link: number, k: number, market = 0): number =>
    judged(copies, link, changeText(k), () => stage(arena, [market], k, false));
  const books = (link: number, position: number, market = 0): number => {
    opening += 1;
    return judged(copies, link, booksText(position, link, opening), () => stage(arena, [market], position, true));
  };
  return { copies, change, books };
}

test('the book of one market on one connection takes no change of another market back', () => {
  const { copies, change, books } = twoConnections();
  // Both have all, the second is ahead.
  expect([books(1, 0), books(1, 0, 1), change(0, 1, 1), change(1, 1, 1)]).toEqual([0, 0, COPY_STALE, COPY_TAKE]);
  expect([change(1, 2, 1), change(1, 3, 1)]).toEqual([COPY_TAKE, COPY_TAKE]);
  expect([books(0, 3), copies.isAlone(0), copies.isAlone(1)]).toEqual([COPY_TAKE, true, false]);
  expect([change(0, 2, 1), change(1, 4, 1), change(1, 5, 0)]).toEqual([COPY_DUPLICATE, COPY_TAKE, COPY_STALE]);
  expect([change(0, 3, 1), change(0, 4, 1), change(0, 5, 0)]).toEqual([COPY_DUPLICATE, COPY_DUPLICATE, COPY_TAKE]);
  expect([copies.isAlone(0), change(1, 6, 0), change(0, 6, 0)]).toEqual([false, COPY_TAKE, COPY_DUPLICATE]);
});

test('of a market without its book a connection brings nothing that counts, and the other’s changes of it go on', () => {
  const { copies, change, books } = twoConnections();
  copies.lacks(1, 0);
  copies.lacks(1, 1);
  expect([change(0, 1, 1), books(1, 3), change(1, 4, 1)]).toEqual([COPY_TAKE, COPY_TAKE, COPY_STALE]);
  // The same market’s of the first are stale, the other’s are not, before both meet and after.
  expect([change(0, 2, 0), change(0, 3, 1), change(0, 4, 1)]).toEqual([COPY_STALE, COPY_TAKE, COPY_TAKE]);
  expect([change(1, 5, 0), change(0, 5, 0), copies.isAlone(1)]).toEqual([COPY_TAKE, COPY_DUPLICATE, false]);
  expect([change(0, 6, 1), change(1, 6, 1), copies.over(1)]).toEqual([COPY_TAKE, COPY_DUPLICATE, false]);
});

test('a change that one connection lost and the other brings after newer ones is late', () => {
  const { change, books } = twoConnections();
  books(1, 0);
  // Both at one place.
  expect([change(1, 1), change(0, 1)]).toEqual([COPY_TAKE, COPY_DUPLICATE]);
  expect([change(0, 3), change(1, 2), change(1, 3)]).toEqual([COPY_TAKE, COPY_LATE, COPY_DUPLICATE]);
  expect([change(1, 4), change(0, 4)]).toEqual([COPY_TAKE, COPY_DUPLICATE]);
});

test('when the one that counts alone is over the other counts, from its next frame on, and none of its frames is late', () => {
  const { copies, change, books } = twoConnections();
  expect([change(0, 1), books(1, 3), change(1, 4), change(0, 2)]).toEqual([0, 0, 0, COPY_STALE]);
  expect([copies.isAlone(0), copies.isAlone(1)]).toEqual([false, true]);
  expect([copies.over(1), copies.isAlone(1), copies.over(1)]).toEqual([true, false, false]);
  // What the other had brought is taken back with it.
  expect([3, 4, 5].map((k) => change(0, k))).toEqual([COPY_TAKE, COPY_TAKE, COPY_TAKE]);
});

test('heartbeats are no copies of one another', () => {
  const copies = new Copies(smallArena());
  const pong = Buffer.from('PONG');
  expect([0, 1, 0, 1].map((link) => copies.judge(pong, 0, pong.length, link))).toEqual([0, 0, 0, 0]);
});

test('one that is behind by hundreds of frames brings nothing new: the copies do not push each other out', () => {
  const copies = new Copies(smallArena());
  copies.begin(0);
  const frames = Array.from({ length: 300 }, (_, k) => changeText(k));
  for (const bytes of frames) expect(copies.judge(bytes, 0, bytes.length, 0)).toBe(COPY_TAKE);
  for (const bytes of frames) expect(copies.judge(bytes, 0, bytes.length, 1)).toBe(COPY_DUPLICATE);
});
