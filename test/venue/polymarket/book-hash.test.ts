// The venue's book hash: its published vectors, a served answer, and the folded book read as either token's.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { BookDigest, lastTradeText, levelsJson, viewSideJson } from '../../../engine/venue/polymarket/book-hash.ts';
import { SIDE_ASK, SIDE_BID, VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';

const sha1 = (text: string): string => createHash('sha1').update(text, 'utf8').digest('hex');

test('levels are written as in the vectors the venue publishes for its first form of the hash', () => {
  const bids = levelsJson([
    [4000, 100e6],
    [3000, 100e6],
  ]);
  // That form lists asks ascending, today's descending: levelsJson writes the worst level first, so it is handed them so.
  const asks = levelsJson([
    [7000, 100e6],
    [6000, 100e6],
  ]);
  expect(sha1(`{"market":"0xaabbcc","asset_id":"100","bids":${bids},"asks":${asks},"hash":""}`)).toBe(
    'b8b72c72c6534d1b3a4e7fb47b81672d0e94d5a5',
  );
  expect(
    sha1(`{"market":"0xaabbcc","asset_id":"100","bids":${levelsJson([])},"asks":${levelsJson([])},"hash":""}`),
  ).toBe('7f81a35a09e1933a96b05edb51ac4be4a6163146');
});

test('a digest finished by several tails gives each the SHA-1 of its whole summary', () => {
  const digest = new BookDigest('0x1', '77', 1_784_578_686_071, '[]', levelsJson([[9990, 1_500_000]]));
  for (const trade of ['', '0.620', '0.0005']) {
    const summary = {
      ...{ market: '0x1', asset_id: '77', timestamp: '1784578686071', hash: '', bids: [] },
      asks: [{ price: '0.999', size: '1.5' }],
      ...{ min_order_size: '5', tick_size: '0.001', neg_risk: true, last_trade_price: trade },
    };
    const tail = { minSizeText: '5', tickText: '0.001', negRisk: true, lastTradeText: trade };
    expect(digest.hex(tail)).toBe(sha1(JSON.stringify(summary)));
  }
});

test('a last trade price has at least three decimals', () => {
  expect([6200, 4100, 9250, 5, 10].map(lastTradeText)).toEqual(['0.620', '0.410', '0.925', '0.0005', '0.001']);
});

test('the NO token’s sides are the YES token’s, mirrored, worst first', () => {
  const sides: readonly (readonly [number, number][])[] = [
    [
      [4900, 10e6],
      [4800, 20e6],
    ],
    [[5100, 30e6]],
  ];
  const books = {
    eachLevel: (
      _index: number,
      side: number,
      _limit: number,
      onLevel: (priceE4: number, micros: number) => unknown,
    ) => {
      for (const [priceE4, micros] of sides[side]!) onLevel(priceE4, micros);
      return sides[side]!.length;
    },
  };
  expect(viewSideJson(books, 0, VIEW_YES, SIDE_BID)).toBe(
    '[{"price":"0.48","size":"20"},{"price":"0.49","size":"10"}]',
  );
  expect(viewSideJson(books, 0, VIEW_NO, SIDE_ASK)).toBe('[{"price":"0.52","size":"20"},{"price":"0.51","size":"10"}]');
  expect(viewSideJson(books, 0, VIEW_NO, SIDE_BID)).toBe('[{"price":"0.49","size":"30"}]');
});
