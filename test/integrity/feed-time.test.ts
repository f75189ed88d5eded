// Times of a feed: gaps, silences, and how long books and baskets could be traded on.
import { expect, test } from 'vitest';
import { FeedTime } from '../../engine/integrity/feed-time.ts';
import { BOOK_PENDING, BOOK_STALE, BOOK_SYNCED } from '../../wasm/layout.ts';

const MS = 1e6;
const LIMITS = { dataAgeNs: 1_500 * MS, verifiedAgeNs: 4_000 * MS, silenceNs: 3_000 * MS };

class Rig {
  readonly states = [BOOK_SYNCED, BOOK_SYNCED];
  readonly verifiedMs = [0, 0];
  readonly time = new FeedTime(
    { state: (index) => this.states[index]!, verifiedNs: (index) => this.verifiedMs[index]! * MS },
    LIMITS,
    [[0, 1]],
  );

  /** A message for these markets; it proves their books unless told otherwise. */
  at(ms: number, markets: readonly number[], connection = 1, proves = true): void {
    this.time.advance(ms * MS);
    if (proves) for (const market of markets) this.verifiedMs[market] = ms;
    this.time.message(markets, connection);
  }

  /** Synced and tradable ms of each market, tradable ms of the basket. */
  spans(): number[] {
    const of = [0, 1].flatMap((index) => {
      const { syncedNs, tradableNs } = this.time.timesOf(index);
      return [syncedNs / MS, tradableNs / MS];
    });
    return [...of, this.time.basketTradableNs(0) / MS];
  }
}

test('a book is traded on until its connection’s data or its own proof is too old', () => {
  const rig = new Rig();
  rig.at(0, [0, 1]);
  rig.at(1_000, [0]);
  // Market 1 lives on the connection's data, which ends at 2,500.
  rig.at(5_000, [0]);
  expect(rig.spans()).toEqual([5_000, 2_500, 5_000, 2_500, 2_500]);
  // Market 1 was proven at 0: from 4,000 on it is not traded whatever arrives.
  rig.at(6_000, [0]);
  expect(rig.spans()).toEqual([6_000, 3_500, 6_000, 2_500, 2_500]);
});

test('pending, stale and refuted books are not traded on, and a basket needs all its legs', () => {
  const rig = new Rig();
  rig.at(0, [0, 1]);
  rig.states[1] = BOOK_PENDING;
  rig.at(100, [1], 1, false);
  rig.states[1] = BOOK_SYNCED;
  rig.at(300, [1]);
  expect(rig.spans()).toEqual([300, 300, 100, 100, 100]);
  rig.time.trust(0, false);
  rig.at(600, [1]);
  expect(rig.spans()).toEqual([300, 300, 400, 400, 100]);
  rig.time.trust(0, true);
  rig.at(1_000, [1]);
  expect(rig.spans()).toEqual([700, 700, 800, 800, 500]);
});

test('another connection and a book that becomes stale are gaps; going back to a known connection is none', () => {
  const rig = new Rig();
  rig.at(0, [0]);
  rig.at(1, [0], 2);
  rig.at(2, [0], 1);
  expect(rig.time.timesOf(0).gaps).toBe(1);
  rig.states[0] = BOOK_STALE;
  rig.at(3, [1]);
  rig.at(4, [0]);
  expect(rig.time.timesOf(0).gaps).toBe(2);
});

test('silences are counted between messages and at the end', () => {
  const rig = new Rig();
  rig.at(0, [0, 1]);
  rig.at(3_000, [0]);
  rig.at(6_001, [0]);
  rig.at(9_500, [1]);
  rig.time.end();
  expect(rig.time.timesOf(0)).toMatchObject({ messages: 3, silences: 2, silenceNsMax: 3_499 * MS });
  expect(rig.time.timesOf(1)).toMatchObject({ messages: 2, silences: 1, silenceNsMax: 9_500 * MS });
});
