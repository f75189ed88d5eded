// What the market channel is sent, byte for byte as its protocol has it, and how REST books become book frames.
import { expect, test } from 'vitest';
import { booksBody, booksOf } from '../../../engine/venue/polymarket/books-answer.ts';
import { subscribeMoreText, subscribeText, unsubscribeText } from '../../../engine/venue/polymarket/feed.ts';

test('subscriptions are the protocol’s, with and without the events that must be asked for', () => {
  expect(subscribeText(['1', '2'], true)).toBe(
    '{"assets_ids":["1","2"],"type":"market","initial_dump":true,"custom_feature_enabled":true}',
  );
  expect(subscribeText(['1'], false)).toBe('{"assets_ids":["1"],"type":"market","initial_dump":true}');
  expect(subscribeMoreText(['333'], true)).toBe(
    '{"operation":"subscribe","assets_ids":["333"],"custom_feature_enabled":true}',
  );
  expect(unsubscribeText(['333'])).toBe('{"operation":"unsubscribe","assets_ids":["333"]}');
});

const BOOK = {
  ...{ market: '0xab', asset_id: '7', timestamp: '1788786290337', hash: '6308f06a3a9413b2d1e9576a7e18780daf04ff90' },
  bids: [
    { price: '0.01', size: '26.68' },
    { price: '0.62', size: '35187.53' },
  ],
  asks: [{ price: '0.63', size: '298.28' }],
  ...{ min_order_size: '5', tick_size: '0.01', neg_risk: false, last_trade_price: '0.620' },
};

test('a book by REST becomes the frame that the channel opens a subscription with', () => {
  const { books, unreadable } = booksOf([BOOK])!;
  expect(unreadable).toBe(0);
  expect(books[0]).toMatchObject({ token: '7', venueMs: 1_788_786_290_337 });
  expect([...books[0]!.bids]).toEqual([
    [100, 26_680_000],
    [6_200, 35_187_530_000],
  ]);
  expect(books[0]!.frame).toBe(
    '[{"market":"0xab","asset_id":"7","timestamp":"1788786290337","hash":"6308f06a3a9413b2d1e9576a7e18780daf04ff90",' +
      '"bids":[{"price":"0.01","size":"26.68"},{"price":"0.62","size":"35187.53"}],' +
      '"asks":[{"price":"0.63","size":"298.28"}],' +
      '"tick_size":"0.01","event_type":"book","last_trade_price":"0.620"}]',
  );
  expect(booksBody(['7', '8'])).toBe('[{"token_id":"7"},{"token_id":"8"}]');
});

test('books that cannot be read are counted, and an answer that is no list is none', () => {
  const damaged = [
    ...[null, 7, {}, { ...BOOK, timestamp: 5 }, { ...BOOK, timestamp: '-1' }, { ...BOOK, bids: {} }],
    ...[
      { ...BOOK, asks: [{ price: '0.63' }] },
      { ...BOOK, bids: [{ price: 'x', size: '1' }] },
      { ...BOOK, asks: [3] },
    ],
  ];
  expect(booksOf([...damaged, BOOK])).toMatchObject({ unreadable: damaged.length, books: [{ token: '7' }] });
  expect([booksOf({}), booksOf(null), booksOf('[]')]).toEqual([undefined, undefined, undefined]);
});
