// A loop that idles goes on when it is nudged, whether that comes before, in or between two pauses.
import { expect, test } from 'vitest';
import { deferred } from '../../engine/core/deferred.ts';
import { Nudge } from '../../engine/core/nudge.ts';

test('a pause ends by itself, or at a nudge, and one that came before keeps it from beginning', async () => {
  const nudge = new Nudge();
  const pauses: (() => void)[] = [];
  const idling = (): Promise<void> => {
    const { promise, resolve } = deferred<void>();
    pauses.push(() => resolve());
    return promise;
  };
  const byItself = nudge.idle(idling);
  pauses[0]!();
  await byItself;
  const nudged = nudge.idle(idling);
  nudge.give();
  nudge.give();
  await nudged;
  // Both counted for that pause.
  const next = nudge.idle(idling);
  expect(pauses).toHaveLength(3);
  // The end of an earlier pause, come late, ends no later one.
  let isOver = false;
  void next.then(() => {
    isOver = true;
  });
  pauses[1]!();
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  pauses[2]!();
  await next;
  nudge.give();
  await nudge.idle(idling);
  expect(pauses).toHaveLength(3);
});

test('a pause that fails fails its loop', async () => {
  await expect(new Nudge().idle(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
});
