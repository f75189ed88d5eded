// When a stated hash or top is judged, and as what.
import { expect, test } from 'vitest';
import { type Claim, ClaimLine } from '../../engine/integrity/claims.ts';

class Sketch implements Claim {
  readonly stated: string;
  verdict = '';
  isTrue: boolean;
  afterAll: boolean;

  constructor(stated: string, isTrue: boolean, afterAll = false) {
    this.stated = stated;
    this.isTrue = isTrue;
    this.afterAll = afterAll;
  }

  holds(): boolean {
    return this.isTrue;
  }

  holdsAfterAll(): boolean {
    return this.afterAll;
  }

  judged(verdict: string): void {
    expect(this.verdict, 'judged once').toBe('');
    this.verdict = verdict;
  }
}

/** Adds claims `[stated, holds, venueMs]` and answers them with the line. */
function lineOf(...claims: readonly (readonly [string, boolean, number])[]): [ClaimLine, Sketch[]] {
  const line = new ClaimLine();
  const sketches = claims.map(([stated, isTrue, venueMs]) => {
    const sketch = new Sketch(stated, isTrue);
    line.add(sketch, venueMs);
    return sketch;
  });
  return [line, sketches];
}

const verdicts = (sketches: readonly Sketch[]): string[] => sketches.map(({ verdict }) => verdict);

test('a claim that holds is verified at once and supersedes its like of the same millisecond', () => {
  const [, claims] = lineOf(['a', false, 1], ['a', false, 1], ['a', true, 1]);
  expect(verdicts(claims)).toEqual(['superseded', 'superseded', 'verified']);
});

test('an unequal claim waits, and a later venue time makes it a mismatch', () => {
  const [line, claims] = lineOf(['a', false, 1]);
  expect(verdicts(claims)).toEqual(['']);
  line.add(new Sketch('b', true, false), 2);
  expect(verdicts(claims)).toEqual(['mismatched']);
});

test('a claim cut off by the end is unverifiable', () => {
  const [line, claims] = lineOf(['a', false, 1], ['a', false, 1]);
  line.end();
  expect(verdicts(claims)).toEqual(['unverifiable', 'unverifiable']);
});

test('contradictory claims for one millisecond are mismatches even when the end cuts them off', () => {
  const [line, claims] = lineOf(['a', false, 1], ['b', false, 1], ['a', false, 1]);
  line.end();
  expect(verdicts(claims)).toEqual(['mismatched', 'mismatched', 'mismatched']);
});

test('a verified claim does not excuse a different one of the same millisecond', () => {
  const [line, claims] = lineOf(['a', false, 1], ['b', true, 1]);
  expect(verdicts(claims)).toEqual(['', 'verified']);
  line.add(new Sketch('c', true), 2);
  expect(verdicts(claims)).toEqual(['mismatched', 'verified']);
});

test('a claim made again after it was verified is judged again: the book may have left it', () => {
  const [line, claims] = lineOf(['a', true, 1], ['a', false, 1]);
  line.settle();
  expect(verdicts(claims)).toEqual(['verified', 'mismatched']);
});

test('what is learned later verifies a claim that waits', () => {
  const [line, claims] = lineOf(['a', false, 1]);
  claims[0]!.isTrue = true;
  line.review();
  expect(verdicts(claims)).toEqual(['verified']);
});

test('the last of equal claims may still be explained before it is called mismatched', () => {
  const [line, claims] = lineOf(['a', false, 1], ['a', false, 1]);
  claims[1]!.afterAll = true;
  line.settle();
  expect(verdicts(claims)).toEqual(['superseded', 'verified']);
});

test('a claim older than the line never becomes a mismatch', () => {
  const [, claims] = lineOf(['a', true, 2], ['b', false, 1], ['c', true, 1]);
  expect(verdicts(claims)).toEqual(['verified', 'unverifiable', 'verified']);
});

test('claims that wait are bounded', () => {
  const [line, claims] = lineOf(...Array.from({ length: 300 }, () => ['a', false, 1] as const));
  expect(verdicts(claims).filter((verdict) => verdict === 'unverifiable')).toHaveLength(44);
  line.settle();
  expect(verdicts(claims).filter((verdict) => verdict === 'mismatched')).toHaveLength(256);
});
