// Decisions that later evidence judges: right, wrong at the top, wrong below it, or never judged.
import { beforeEach, describe, expect, test } from 'vitest';
import { Seals } from '../../engine/integrity/seals.ts';
import * as L from '../../wasm/layout.ts';
import { MS, Rig } from './rig.ts';

let rig: Rig;
let seals: Seals;
let atNs: number;

beforeEach(() => {
  rig = new Rig();
  seals = new Seals(rig.arena);
  rig.fillEverything();
  rig.run(100);
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  atNs = rig.clock.nowNs();
  rig.offer(10);
  rig.run();
});

/** Counts of the three books that the basket was sent on: proven, wrong at the top, wrong below it, not judged. */
function judged(afterMs: number): number[] {
  rig.run(afterMs);
  const { decisionsProven, decisionsOnWrongTop, decisionsOnWrongDepth, decisionsNotJudged } = rig.executor.stats;
  return [decisionsProven, decisionsOnWrongTop, decisionsOnWrongDepth, decisionsNotJudged];
}

function put(market: number, offset: number, value: number): void {
  rig.arena.f64[(rig.arena.at(L.REGION_SEALS, market) + offset) >> 3] = value;
}

/** A frame's top refutes the book; the last that had agreed came at `agreedNs`. */
function refuteTop(market: number, agreedNs: number): void {
  put(market, L.SEAL_TOP_AGREED_NS, agreedNs);
  rig.arena.u32[(rig.arena.at(L.REGION_SEALS, market) + L.SEAL_TOP_WRONGS) >> 2]! += 1;
}

describe('a book that a basket was sent on', () => {
  test('is right when a hash or an answer proves it later', () => {
    for (const market of [0, 1, 2]) seals.proven(market, atNs + MS);
    expect(judged(60)).toEqual([3, 0, 0, 0]);
  });

  test('was wrong below the top when it is refuted before it is proven again', () => {
    seals.proven(0, atNs - MS);
    seals.refuted(0, 7, false, atNs + 5 * MS);
    seals.refuted(1, 7, true, atNs + 5 * MS);
    // What is proven of it later, after its snapshot, does not take that back.
    for (const market of [0, 1, 2]) seals.proven(market, atNs + 9 * MS);
    expect(judged(60)).toEqual([1, 1, 1, 0]);
  });

  test('stays refuted when an older frame of it is found wrong after a newer one', () => {
    const word = (rig.arena.at(L.REGION_SEALS, 0) + L.SEAL_SNAPSHOT_SEQ) >> 2;
    seals.refuted(0, 20, false, atNs);
    seals.refuted(0, 10, true, atNs + MS);
    expect(seals.lastRefuted(0)).toMatchObject({ atNs, top: false });
    rig.arena.u32[word] = 15;
    expect(seals.isRefuted(0)).toBe(true);
    rig.arena.u32[word] = 21;
    expect(seals.isRefuted(0)).toBe(false);
  });

  test('was right when the evidence speaks of another time', () => {
    seals.proven(0, atNs + MS);
    seals.refuted(0, 7, true, atNs + 5 * MS);
    seals.refuted(1, 7, true, atNs - 1);
    seals.proven(1, atNs + 7 * MS);
    expect(judged(60)).toEqual([2, 0, 0, 0]);
  });

  test('was wrong at the top when the last top that had agreed came before the decision', () => {
    refuteTop(0, atNs);
    refuteTop(1, atNs + 1);
    expect(judged(60)).toEqual([0, 1, 0, 0]);
  });

  test('was wrong at the top when one of several faults between two looks may have begun before the decision', () => {
    refuteTop(0, atNs - 1);
    refuteTop(0, atNs + 1);
    expect(judged(60)).toEqual([0, 1, 0, 0]);
  });

  test('was right at the top when it agreed after the decision, however often it is found wrong from then on', () => {
    refuteTop(0, atNs + 1);
    expect(judged(60)).toEqual([0, 0, 0, 0]);
    refuteTop(0, atNs + 2);
    refuteTop(0, atNs + 3);
    expect(judged(60)).toEqual([0, 0, 0, 0]);
  });

  test('is not judged when nothing comes within a minute, or before the end', () => {
    expect(judged(60_001)).toEqual([0, 0, 0, 3]);
    const other = new Rig();
    other.fillEverything();
    other.offer(10);
    other.run();
    other.executor.close();
    expect(other.executor.stats.decisionsNotJudged).toBe(3);
  });
});

test('a book found wrong is not sent on, though the evidence is still on its way through the stream', () => {
  seals.refuted(1, 7, false, atNs);
  rig.run(1_001);
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.offer(10);
  rig.run();
  expect(rig.executor.refusals.get('BOOK_REFUTED')).toBe(1);
  rig.arena.u32[(rig.arena.at(L.REGION_SEALS, 1) + L.SEAL_SNAPSHOT_SEQ) >> 2] = 8;
  rig.offer(10);
  rig.run();
  expect(rig.gateway.batches).toHaveLength(2);
});
