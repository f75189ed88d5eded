// Which copy counts, against a venue's log: two connections that bring the same frames in any interleaving, fall behind,
// break and come back with snapshots. What was taken must make the book of some moment of the venue, at every moment.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COPY_DUPLICATE, COPY_STALE, COPY_TAKE, Copies } from '../../engine/ingest/copies.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';

const LEVELS = 5;

/** The venue's book after `position` frames: frame k sets level k mod 5 to k. */
function truth(position: number): string {
  const sizes = Array.from({ length: LEVELS }, (_, level) => {
    const last = position - ((position - level + LEVELS) % LEVELS);
    return last > 0 ? last : 0;
  });
  return sizes.join();
}

function frameText(k: number): Buffer {
  return Buffer.from(`{"market":"0x${'a'.repeat(30)}","level":${k % LEVELS},"size":${k}}`);
}

function snapshotText(position: number, link: number, opening: number): Buffer {
  return Buffer.from(`[{"market":"0x${'a'.repeat(30)}","all":"${truth(position)}","of":"${link}/${opening}"}]`);
}

interface Connection {
  number: number;
  /** Next frame to bring; -1: the snapshot of `from` first. */
  from: number;
  hasSnapshot: boolean;
  isOpen: boolean;
}

type Step = { readonly kind: 'venue' | 'bring' | 'reopen'; readonly which: number };

/** Plays `steps` through the product's judgement; answers the books after each frame taken, and where the venue ended. */
function play(steps: readonly Step[]) {
  const arena = smallArena();
  const copies = new Copies(arena);
  const { at } = arena.region(L.REGION_STAGING);
  const book = new Array<number>(LEVELS).fill(0);
  const links: Connection[] = [0, 1].map((number) => ({ number, from: 0, hasSnapshot: false, isOpen: true }));
  const wrong: string[] = [];
  const counts = { brought: 0, taken: 0, duplicate: 0, stale: 0, late: 0 };
  let position = 0;
  let openings = 0;
  let isValid = false;
  copies.begin();

  const stage = (venueMs: number): void => {
    arena.bytes.fill(0, at, at + L.FRAME_END_BYTES);
    arena.bytes[at + L.RECORD_KIND] = L.KIND_FRAME_END;
    arena.view.setFloat64(at + L.FRAME_END_VENUE_MS, venueMs, true);
  };
  const bring = (link: Connection): void => {
    if (link.hasSnapshot && link.from >= position) return;
    const isSnapshot = !link.hasSnapshot;
    const k = link.hasSnapshot ? link.from + 1 : link.from;
    const bytes = isSnapshot ? snapshotText(k, link.number, openings) : frameText(k);
    link.hasSnapshot = true;
    link.from = k;
    counts.brought += 1;
    const verdict = copies.judge(bytes, 0, bytes.length, link.number);
    if (verdict !== COPY_TAKE) {
      if (verdict === COPY_DUPLICATE) counts.duplicate += 1;
      else counts.stale += 1;
      return;
    }
    stage(k);
    if (copies.isLate(L.FRAME_END_SLOTS)) {
      counts.late += 1;
      return;
    }
    counts.taken += 1;
    if (isSnapshot) {
      for (const [level, size] of truth(k).split(',').entries()) book[level] = Number(size);
      isValid = true;
    } else book[k % LEVELS] = k;
    const shown = book.join();
    if (isValid && !Array.from({ length: position + 1 }, (_, p) => truth(p)).includes(shown)) wrong.push(shown);
  };
  for (const { kind, which } of steps) {
    const link = links[which % 2]!;
    const other = links[(which + 1) % 2]!;
    if (kind === 'venue') position += 1 + (which % 3);
    else if (kind === 'bring') for (let left = 1 + (which % 4); left > 0; left -= 1) bring(link);
    else {
      // As the feed has it: its loss is the books' when it counts alone, or the other has brought none.
      if (copies.over(link.number) || !other.hasSnapshot) isValid = false;
      openings += 1;
      Object.assign(link, { from: position, hasSnapshot: false });
    }
  }
  // Everything arrives in the end.
  for (const link of links) for (let left = 0; left < position + 2; left += 1) bring(link);
  return { wrong, counts, isValid, last: book.join(), position };
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('venue' as const, 'venue' as const, 'bring' as const, 'bring' as const, 'reopen' as const),
    which: fc.nat(11),
  }),
  { maxLength: 120 },
);

test('whatever comes first, the book is the venue’s of some moment, and its last when all has arrived', () => {
  const sum = { brought: 0, taken: 0, duplicate: 0, stale: 0, late: 0 };
  fc.assert(
    fc.property(steps, (some) => {
      const { wrong, counts, isValid, last, position } = play(some);
      expect(wrong).toEqual([]);
      expect(counts.late).toBe(0);
      if (isValid) expect(last).toBe(truth(position));
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
    }),
    { numRuns: 2_000, seed: 20_261_128 },
  );
  // All branches were taken, and every frame has one outcome.
  expect(sum.brought).toBe(sum.taken + sum.duplicate + sum.stale + sum.late);
  expect(Math.min(sum.taken, sum.duplicate, sum.stale)).toBeGreaterThan(500);
});

test('a change that one connection lost and the other brings after newer ones is late', () => {
  const arena = smallArena();
  const copies = new Copies(arena);
  const { at } = arena.region(L.REGION_STAGING);
  const outcomes: string[] = [];
  const bring = (link: number, k: number): void => {
    const bytes = frameText(k);
    const verdict = copies.judge(bytes, 0, bytes.length, link);
    arena.bytes.fill(0, at, at + L.FRAME_END_BYTES);
    arena.bytes[at + L.RECORD_KIND] = L.KIND_FRAME_END;
    arena.view.setFloat64(at + L.FRAME_END_VENUE_MS, k, true);
    const isLate = verdict === COPY_TAKE && copies.isLate(L.FRAME_END_SLOTS);
    outcomes.push(isLate ? 'late' : verdict === COPY_TAKE ? 'taken' : 'spared');
  };
  copies.begin();
  for (const [link, k] of [
    [0, 1],
    [0, 3],
    [1, 1],
    [1, 2],
    [1, 3],
    [1, 4],
    [0, 4],
  ] as const)
    bring(link, k);
  expect(outcomes).toEqual(['taken', 'taken', 'spared', 'late', 'spared', 'taken', 'spared']);
});

test('when the one that counts alone is over the other counts, from its next frame on, and none of its frames is late', () => {
  const arena = smallArena();
  const copies = new Copies(arena);
  const { at } = arena.region(L.REGION_STAGING);
  const bring = (link: number, k: number, bytes: Buffer): number => {
    const verdict = copies.judge(bytes, 0, bytes.length, link);
    arena.bytes.fill(0, at, at + L.FRAME_END_BYTES);
    arena.bytes[at + L.RECORD_KIND] = L.KIND_FRAME_END;
    arena.view.setFloat64(at + L.FRAME_END_VENUE_MS, k, true);
    return verdict === COPY_TAKE && copies.isLate(L.FRAME_END_SLOTS) ? COPY_STALE : verdict;
  };
  copies.begin();
  expect(bring(0, 1, frameText(1))).toBe(COPY_TAKE);
  expect(bring(1, 3, snapshotText(3, 1, 1))).toBe(COPY_TAKE);
  expect(bring(1, 4, frameText(4))).toBe(COPY_TAKE);
  expect(bring(0, 2, frameText(2))).toBe(COPY_STALE);
  expect([copies.over(0), copies.alone]).toEqual([false, 1]);
  expect([copies.over(1), copies.alone, copies.over(1)]).toEqual([true, -1, false]);
  // What the other had brought is taken back with it.
  expect([3, 4, 5].map((k) => bring(0, k, frameText(k)))).toEqual([COPY_TAKE, COPY_TAKE, COPY_TAKE]);
});

test('heartbeats are no copies of one another', () => {
  const copies = new Copies(smallArena());
  const pong = Buffer.from('PONG');
  expect([0, 1, 0, 1].map((link) => copies.judge(pong, 0, pong.length, link))).toEqual([0, 0, 0, 0]);
});

test('one that is behind by hundreds of frames brings nothing new: the copies do not push each other out', () => {
  const copies = new Copies(smallArena());
  copies.begin();
  const frames = Array.from({ length: 300 }, (_, k) => frameText(k));
  for (const bytes of frames) expect(copies.judge(bytes, 0, bytes.length, 0)).toBe(COPY_TAKE);
  for (const bytes of frames) expect(copies.judge(bytes, 0, bytes.length, 1)).toBe(COPY_DUPLICATE);
});
