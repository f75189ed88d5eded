// What a gateway tells: nothing is lost between it and the executor, and whoever idles hears of it when it is there.
import { expect, test } from 'vitest';
import { VirtualClock } from '../../engine/core/clock.ts';
import type { VenueEvent } from '../../engine/venue/contract.ts';
import { ToldEvents } from '../../engine/venue/told-events.ts';

test('a listener hears of each event when it can be polled; what polling leads to waits for the next', () => {
  const told = new ToldEvents(new VirtualClock(5));
  const seen: VenueEvent[] = [];
  const heard: number[] = [];
  told.unknown(1, 'before anyone listens');
  told.onTold = () => {
    heard.push(told.poll(10, (event) => seen.push(event)));
  };
  told.fateOf(2).onSent();
  told.refused(3, 'no', 400);
  expect(heard).toEqual([2, 1]);
  expect(seen).toEqual([
    { kind: 'unknown', batchId: 1, error: 'before anyone listens' },
    { kind: 'sent', batchId: 2, atNs: 5 },
    { kind: 'refused', batchId: 3, status: 400, error: 'no' },
  ]);
  expect(told.poll(10, () => expect.fail('polled twice'))).toBe(0);
});
