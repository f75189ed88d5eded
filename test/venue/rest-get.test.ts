// Requests by REST against a simulated venue: what one of several that ask the same host learns holds for all of them, and
// what cannot wait is told so.
import { expect, onTestFinished, test } from 'vitest';
import { RestGets, type RestResult, WAITING_MAX } from '../../engine/venue/rest-get.ts';
import { clockAt, LIST_MS, pump } from '../helpers/gamma.ts';
import { gammaWith, OPTIONS } from '../helpers/gamma-sync.ts';

const PATH = '/events/keyset?limit=1';

function asking(url: string): RestGets {
  const gets = new RestGets({ ...OPTIONS, url, connectMs: 3_600_000 });
  onTestFinished(() => gets.close());
  return gets;
}

test('a 429 on one connection pauses every other one to its host for as long as it says, and no other host', async () => {
  const gamma = await gammaWith([], [{ kind: 'gamma429', firstRequest: 1, ms: 30_000 }]);
  const elsewhere = await gammaWith([]);
  const clock = clockAt(LIST_MS);
  const [first, second, other] = [asking(gamma.url), asking(gamma.url), asking(elsewhere.url)];
  const all = { doWork: (nowNs: number) => first.doWork(nowNs) + second.doWork(nowNs) + other.doWork(nowNs) };
  first.get(PATH, () => {});
  await pump(all, clock, () => first.counts.faults.rateLimited === 1, 'the 429');
  expect(gamma.stats.faults).toEqual({ gamma429: 1 });
  const pausedNs = clock.nowNs();
  const answeredNs = new Map<RestGets, number>();
  const results: RestResult[] = [];
  for (const gets of [second, other]) {
    gets.get(PATH, (result) => {
      answeredNs.set(gets, clock.nowNs());
      results.push(result);
    });
  }
  await pump(all, clock, () => answeredNs.size === 2 && first.pending === 0, 'all answers');
  expect(answeredNs.get(second)! - pausedNs).toBeGreaterThanOrEqual(29e9);
  expect(answeredNs.get(other)!).toBeLessThan(answeredNs.get(second)!);
  expect(results.every((result) => 'value' in result)).toBe(true);
  expect([first, second, other].map(({ counts }) => [counts.requests, counts.faults])).toEqual([
    [2, { rateLimited: 1 }],
    [1, {}],
    [1, {}],
  ]);
});

test('the pause of a host is over for those that begin when all who knew of it are closed', async () => {
  const gamma = await gammaWith([], [{ kind: 'gamma429', firstRequest: 1, ms: 30_000 }]);
  const clock = clockAt(LIST_MS);
  const first = asking(gamma.url);
  first.get(PATH, () => {});
  await pump(first, clock, () => first.counts.faults.rateLimited === 1, 'the 429');
  await first.close();
  await first.close();
  const next = asking(gamma.url);
  const atNs = clock.nowNs();
  let isAnswered = false;
  next.get(PATH, () => {
    isAnswered = true;
  });
  await pump(next, clock, () => isAnswered, 'an answer');
  expect(clock.nowNs() - atNs).toBeLessThan(29e9);
});

test('a request more than can wait is not asked: it has a result, and is counted', () => {
  const gets = asking('http://127.0.0.1:1/');
  const faults: string[] = [];
  for (let at = 0; at < WAITING_MAX + 3; at += 1) {
    gets.get(`/${at}`, (result) => faults.push('fault' in result ? result.fault : 'value'));
  }
  expect(faults).toEqual([]);
  gets.doWork(1);
  expect(faults).toEqual(['queueFull', 'queueFull', 'queueFull']);
  expect([gets.counts.faults, gets.counts.requests, gets.pending]).toEqual([{ queueFull: 3 }, 0, WAITING_MAX]);
});
