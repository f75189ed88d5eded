// When a list of markets is read again, on numbers alone, and which facts of two readings differ.
import { expect, test } from 'vitest';
import { changedKeys, ReadingCadence } from '../../engine/venue/reading-cadence.ts';

const MINUTE_NS = 60e9;

/** Asks at `minute`. */
function cadence(everyMinutes: number) {
  const one = new ReadingCadence(everyMinutes);
  return {
    begins: (minute: number) => one.begins(minute * MINUTE_NS),
    ended: (holes = false) => one.ended(holes),
    hasten: (minute: number) => one.hasten(minute * MINUTE_NS),
  };
}

test('readings count from start to start, and there are never two at once', () => {
  const { begins, ended } = cadence(15);
  expect([begins(0), begins(14), begins(15), begins(40)]).toEqual([true, false, false, false]);
  ended();
  expect(begins(41)).toBe(true);
  ended();
  expect([begins(55.9), begins(56)]).toEqual([false, true]);
});

test.each([
  [15, 3.5],
  [5, 1.5],
  [2, 1.5],
  [1, 1],
])('every %d minutes: after a reading with problems that took half of one the next begins at %d', (every, next) => {
  const { begins, ended } = cadence(every);
  expect([begins(0), begins(0.5)]).toEqual([true, false]);
  ended(true);
  expect([begins(next - 0.01), begins(next)]).toEqual([false, true]);
});

test('news bring the next reading forward by five seconds at least, and never more often than readings may come', () => {
  const { begins, ended, hasten } = cadence(15);
  begins(0);
  begins(0.1);
  ended();
  hasten(2);
  expect([begins(2.08), begins(2.09)]).toEqual([false, true]);
  // It took two minutes: the next may begin twenty after its end, which is later than the one that is due anyway.
  begins(4.09);
  ended();
  hasten(5);
  hasten(6);
  expect([begins(17), begins(17.1)]).toEqual([false, true]);
  begins(17.6);
  ended();
  // Half a minute: five minutes of rest.
  hasten(18);
  expect([begins(22.5), begins(22.7)]).toEqual([false, true]);
});

test('facts differ by what they say, not by which object says it', () => {
  const then = { tick: [{ tickE4: 100 }], fee: undefined, status: 'active' };
  expect(changedKeys(then, { ...then, tick: [{ tickE4: 100 }] })).toEqual([]);
  expect(changedKeys(then, { ...then, tick: [{ tickE4: 10 }], fee: { rateE6: 0 } })).toEqual(['tick', 'fee']);
});
