// Checks that are switched off in the arena's header: what they find is counted and changes no book's state, and no other
// check is touched by it.
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/load.ts';
import { arenaPlan } from '../../engine/config/plan.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { checksOff, checksOffWord } from '../../engine/memory/checks.ts';
import * as L from '../../wasm/layout.ts';
import { SMALL_PLAN } from '../helpers/arena.ts';
import { BookRig } from '../helpers/book-rig.ts';

const { SIDE_BID: BID } = L;
const MICROS = 1_000_000;
const ALL = L.CHECK_TOP | L.CHECK_MIRROR | L.CHECK_SEQUENCE | L.CHECK_CROSSED | L.CHECK_BELOW_ZERO;
const ON = { top: true, mirror: true, sequence: true, crossed: true, belowZero: true };
const ALL_ON = { ...ON, hash: true, silence: true, rest: true, live: true };

/** What a check finds against a right snapshot, the state that evidence leads to, and its counter. */
const EVIDENCE: readonly [string, number, number, string, (rig: BookRig) => void][] = [
  [
    ...(['an unequal top', L.CHECK_TOP, L.COUNTER_TOP_PENDING, 'PENDING'] as const),
    (rig) => rig.change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 }),
  ],
  [
    ...(['a second view that differs', L.CHECK_MIRROR, L.COUNTER_MIRROR_MISMATCHED, 'SUSPECT'] as const),
    (rig) => {
      rig.feed.next().level({ priceE4: 4800, side: BID, sizeMicros: MICROS });
      rig.feed.level({ priceE4: 4800, side: BID, sizeMicros: 3 * MICROS, flags: L.LEVEL_FLAG_MIRROR }).end();
    },
  ],
  [
    ...(['a step back', L.CHECK_SEQUENCE, L.COUNTER_SEQ_STEP_BACKS, 'SUSPECT'] as const),
    (rig) => {
      rig.change(4800, BID, MICROS, { sid: 1, seq: 5 });
      rig.change(4700, BID, MICROS, { sid: 1, seq: 4 });
    },
  ],
  [
    ...(['a crossed book', L.CHECK_CROSSED, L.COUNTER_CROSSED, 'SUSPECT'] as const),
    (rig) => rig.change(5200, BID, MICROS),
  ],
  [
    ...(['a size below zero', L.CHECK_BELOW_ZERO, L.COUNTER_LEVELS_BELOW_ZERO, 'SUSPECT'] as const),
    (rig) => rig.change(4900, BID, -11 * MICROS, {}, L.KIND_ADD),
  ],
];

describe.each(EVIDENCE)('%s', (_, check, counter, judged, happen) => {
  test.each([
    ['is judged with all other checks off', ALL & ~check, judged],
    ['is counted and no more with this check off', check, 'SYNCED'],
  ])('%s', (_name, off, state) => {
    const rig = new BookRig({ checksOff: off });
    rig.snapshot();
    happen(rig);
    expect(rig.state()).toBe(state);
    expect(rig.count(counter)).toBe(1);
  });
});

describe('the top switched off', () => {
  test('an unequal top counts each time, never as wrong, and is no proof; an equal one still is', () => {
    const rig = new BookRig({ checksOff: L.CHECK_TOP });
    rig.snapshot(0, 1, { recvNs: 1_000 });
    rig.change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50, recvNs: 2_000 });
    rig.change(4950, BID, 2 * MICROS, { bidE4: 4960, askE4: 5100, venueMs: 51, recvNs: 3_000 });
    expect(rig.state()).toBe('SYNCED');
    expect([rig.count(L.COUNTER_TOP_PENDING), rig.count(L.COUNTER_TOP_MISMATCHED)]).toEqual([2, 0]);
    expect(rig.books.verifiedNs(0)).toBe(1_000);
    rig.change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 52, recvNs: 4_000 });
    expect([rig.state(), rig.books.verifiedNs(0)]).toEqual(['SYNCED', 4_000]);
  });

  test('a book that is crossed while its top is unequal is in mid-burst: no evidence, and only tempting', () => {
    const rig = new BookRig({ checksOff: L.CHECK_TOP });
    rig.snapshot();
    rig.change(5200, BID, MICROS, { bidE4: 5000, askE4: 5100, venueMs: 50 });
    expect(rig.state()).toBe('SYNCED');
    expect([rig.count(L.COUNTER_CROSSED), rig.count(L.COUNTER_NAIVE_TRADES)]).toEqual([0, 1]);
    rig.change(5200, BID, 2 * MICROS, { venueMs: 51 });
    expect([rig.state(), rig.count(L.COUNTER_CROSSED)]).toEqual(['SUSPECT', 1]);
  });
});

describe('a crossed book with the top switched off', () => {
  const WRONG = { bidE4: 5000, askE4: 5300 };
  /** A lost delete: the venue's own top is another from now on. */
  function crossed(off: number): BookRig {
    const rig = new BookRig({ checksOff: off });
    rig.snapshot();
    rig.change(5200, BID, MICROS, { ...WRONG, venueMs: 50 });
    return rig;
  }
  const seen = (rig: BookRig): (string | number)[] => [rig.state(), rig.count(L.COUNTER_CROSSED)];

  test('is spared while its millisecond lasts, and SUSPECT once it is crossed at a later one', () => {
    const rig = crossed(L.CHECK_TOP);
    rig.change(4800, BID, MICROS, { ...WRONG, venueMs: 50 });
    expect(seen(rig)).toEqual(['SYNCED', 0]);
    rig.change(4800, BID, 2 * MICROS, { ...WRONG, venueMs: 51 });
    expect(seen(rig)).toEqual(['SUSPECT', 1]);
    expect(rig.count(L.COUNTER_PHANTOMS)).toBe(1);
    rig.change(4800, BID, MICROS, { ...WRONG, venueMs: 52 });
    expect(seen(rig)).toEqual(['SUSPECT', 1]);
  });

  test('is counted and traded with its own check off as well', () => {
    const rig = crossed(L.CHECK_TOP | L.CHECK_CROSSED);
    rig.change(4800, BID, MICROS, { ...WRONG, venueMs: 51 });
    expect(seen(rig)).toEqual(['SYNCED', 1]);
  });

  test('equal best prices are crossed', () => {
    const rig = new BookRig({ checksOff: L.CHECK_TOP });
    rig.snapshot();
    for (const venueMs of [50, 51]) rig.change(5100, BID, venueMs * MICROS, { ...WRONG, venueMs });
    expect(seen(rig)).toEqual(['SUSPECT', 1]);
  });

  test.each([
    ['an unequal top', WRONG],
    ['no top', {}],
  ])('a burst that ended by a part with %s is over: the next one has a millisecond of its own', (_name, top) => {
    const rig = crossed(L.CHECK_TOP);
    rig.change(5200, BID, 0, { ...top, venueMs: 50 });
    rig.change(5200, BID, MICROS, { ...WRONG, venueMs: 51 });
    expect(seen(rig)).toEqual(['SYNCED', 0]);
    rig.change(5200, BID, 0, { ...WRONG, venueMs: 51 });
    rig.change(4800, BID, MICROS, { ...WRONG, venueMs: 52 });
    expect(seen(rig)).toEqual(['SYNCED', 0]);
    rig.change(5200, BID, MICROS, { ...WRONG, venueMs: 53 });
    rig.change(4800, BID, 2 * MICROS, { ...WRONG, venueMs: 54 });
    expect(seen(rig)).toEqual(['SUSPECT', 1]);
  });

  test('a snapshot that is crossed begins anew', () => {
    const rig = crossed(L.CHECK_TOP);
    rig.feed.next().clear(0, 0, 1);
    rig.feed.level({ priceE4: 5200, side: BID, sizeMicros: MICROS });
    rig.feed.level({ priceE4: 5100, side: L.SIDE_ASK, sizeMicros: MICROS });
    rig.feed.end({ flags: L.FRAME_FLAG_SNAPSHOT, ...WRONG, venueMs: 51 });
    expect(seen(rig)).toEqual(['SYNCED', 0]);
    rig.change(4800, BID, MICROS, { ...WRONG, venueMs: 52 });
    expect(seen(rig)).toEqual(['SUSPECT', 1]);
  });
});

describe('the sequence switched off', () => {
  function full(off: number): BookRig {
    const rig = new BookRig({ checksOff: off });
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, { sid: 1, seq: 1, recvNs: 1_000 });
    rig.snapshot(1, 1, { sid: 1, seq: 2, recvNs: 2_000 });
    return rig;
  }
  const provenNs = ({ arena }: BookRig): number =>
    arena.f64[(arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_SID_RECV_NS) >> 3]!;

  test('a gap, a duplicate and a step back are counted, and no book of the subscription goes', () => {
    const rig = full(L.CHECK_SEQUENCE);
    for (const seq of [4, 4, 3]) rig.change(4800, BID, MICROS, { sid: 1, seq });
    expect([rig.state(0), rig.state(1)]).toEqual(['SYNCED', 'SYNCED']);
    expect([rig.count(L.COUNTER_SEQ_GAPS), rig.count(L.COUNTER_SEQ_STEP_BACKS)]).toEqual([1, 2]);
  });

  test('numbers in order prove nothing then: what was lost before them changed no book', () => {
    const off = full(L.CHECK_SEQUENCE);
    const on = full(0);
    expect([off.state(), on.state()]).toEqual(['SYNCED', 'SYNCED']);
    expect([provenNs(off), provenNs(on)]).toEqual([0, 2_000]);
  });

  test.each([
    ['counted and no more', L.CHECK_SEQUENCE, 'SYNCED'],
    ['judged with it on', ALL & ~L.CHECK_SEQUENCE, 'SUSPECT'],
  ])('a subscription without room in the table is %s', (_name, checksOffBits, state) => {
    const rig = new BookRig({ checksOff: checksOffBits });
    rig.wasm.setSeqScope(1);
    rig.snapshot();
    for (let sid = 1; sid <= L.SCRATCH_SIDS_MAX; sid += 1) {
      rig.feed
        .next()
        .level({ priceE4: 4800, side: BID, sizeMicros: sid * MICROS })
        .end({ sid, seq: 1 });
      rig.drain();
    }
    expect([rig.state(), rig.count(L.COUNTER_SIDS_FULL)]).toEqual(['SYNCED', 0]);
    rig.change(4800, BID, MICROS, { sid: 999, seq: 1 });
    expect([rig.state(), rig.count(L.COUNTER_SIDS_FULL)]).toEqual([state, 1]);
  });
});

describe('the word of switches', () => {
  test('names what is off, check by check', () => {
    for (const key of [...Object.keys(ON), 'hash', 'silence', 'rest']) {
      const arena = Arena.create({ ...SMALL_PLAN, checksOff: checksOffWord({ ...ALL_ON, [key]: false }) });
      expect(checksOff(arena)).toEqual([key]);
    }
    expect(checksOff(Arena.create(SMALL_PLAN))).toEqual([]);
  });

  test('comes from the config into the arena of a run', () => {
    const { config } = parseConfig('integrity: {crossed: false, silence: false}', 'x.yaml');
    expect(arenaPlan(config, 1).checksOff).toBe(L.CHECK_CROSSED | L.CHECK_SILENCE);
    expect(arenaPlan(parseConfig('', 'x.yaml').config, 1).checksOff).toBe(0);
  });

  test('without the verifier its checks are off', () => {
    const word = checksOffWord({ ...ALL_ON, live: false });
    expect(word).toBe(L.CHECK_HASH | L.CHECK_SILENCE | L.CHECK_REST);
  });
});
