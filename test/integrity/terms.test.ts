// What a market's hashes cover besides the levels may change without a word: a right book is not blamed for it.
import { describe, expect, test } from 'vitest';
import { MarketTerms } from '../../engine/integrity/terms.ts';
import { BookDigest, levelsJson, type SummaryTail } from '../../engine/venue/polymarket/book-hash.ts';

const DIGEST = new BookDigest('0xab', '77', 1_000, levelsJson([[4_900, 10e6]]), levelsJson([[5_100, 10e6]]));
const WRONG = new BookDigest('0xab', '77', 1_000, levelsJson([[4_900, 11e6]]), levelsJson([[5_100, 10e6]]));
const TAIL: SummaryTail = { minSizeText: '5', tickText: '0.01', negRisk: false, lastTradeText: '0.480' };

/** Terms that were stated, and proven by a hash. */
function proven(): MarketTerms {
  const terms = new MarketTerms();
  terms.state(TAIL);
  expect(terms.explain(DIGEST, DIGEST.hex(TAIL), undefined)).toBe(true);
  return terms;
}

describe('a right book whose proven terms changed untold', () => {
  const untold: readonly (readonly [string, Partial<SummaryTail>])[] = [
    ['the last trade', { lastTradeText: '0.530' }],
    ['the tick', { tickText: '0.001' }],
    ['the tick and the last trade', { tickText: '0.001', lastTradeText: '0.530' }],
    ['the minimum size', { minSizeText: '15' }],
    ['negRisk', { negRisk: true }],
    ['the minimum size with the tick', { minSizeText: '1', tickText: '0.001' }],
  ];
  test.each(untold)('is proven with %s', (_what, change) => {
    const hash = DIGEST.hex({ ...TAIL, ...change });
    const terms = proven();
    expect(terms.explain(DIGEST, hash, undefined)).toBe(false);
    expect(terms.infer(DIGEST, hash, undefined)).toBe(true);
    // Once known it is no guess any more.
    expect(terms.explain(DIGEST, hash, undefined)).toBe(true);
  });

  test('is not excused with a level that differs', () => {
    for (const [, change] of untold) {
      const terms = proven();
      expect(terms.infer(WRONG, DIGEST.hex({ ...TAIL, ...change }), undefined)).toBe(false);
      expect([terms.blamesLevels(true), terms.blamesLevels(false)]).toEqual([true, true]);
    }
  });
});

test('a market that is given up blames its levels no more, until a hash holds again', () => {
  const terms = proven();
  const strange = { ...TAIL, minSizeText: '7' };
  for (let vain = 0; vain < 8; vain += 1) {
    expect(terms.blamesLevels(true)).toBe(true);
    expect(terms.infer(DIGEST, DIGEST.hex(strange), undefined)).toBe(false);
  }
  expect([terms.blamesLevels(true), terms.blamesLevels(false)]).toEqual([false, false]);
  expect(terms.infer(DIGEST, DIGEST.hex({ ...TAIL, lastTradeText: '0.530' }), undefined)).toBe(false);
  // An answer of the venue states them and proves itself.
  terms.state(strange);
  expect(terms.explain(DIGEST, DIGEST.hex(strange), undefined)).toBe(true);
  expect(terms.blamesLevels(true)).toBe(true);
});
