// What a bot with one book per token would have bought, over messages as the venue words them.
import { expect, test } from 'vitest';
import { NaiveBot } from '../../engine/integrity/naive-bot.ts';
import { polymarketStatements } from '../../engine/venue/polymarket/statements.ts';

const MARKET = '0xd23bf6';
const ID = `polymarket:${MARKET}`;
const [YES, NO] = ['48388091', '61239215'];

function bot(): NaiveBot {
  return new NaiveBot({
    indexOf: (id) => (id === ID ? 0 : undefined),
    tokenOf: (_market, view) => (view === 0 ? YES : NO),
  });
}

function book(token: string, asks: readonly (readonly [string, string])[]): object {
  const levels = asks.map(([price, size]) => ({ price, size }));
  return { market: MARKET, asset_id: token, timestamp: '1', hash: '', bids: [], asks: levels, event_type: 'book' };
}

function change(...changes: readonly (readonly [token: string, price: string, size: string, side: string])[]): object {
  const items = changes.map(([asset_id, price, size, side]) => ({ asset_id, price, size, side, hash: '' }));
  return { market: MARKET, price_changes: items, timestamp: '2', event_type: 'price_change' };
}

test('it trades between two messages of a burst, and once per occasion', () => {
  const naive = bot();
  const say = (...events: object[]): number => {
    for (const event of events) naive.take(polymarketStatements(event));
    return naive.tradesOf(ID);
  };
  expect(say([book(YES, [['0.51', '10']]), book(NO, [['0.50', '10']])])).toBe(0);
  // The market moves down: the new ask is told of before the old bid, which is NO's ask, is taken away.
  expect(say(change([YES, '0.49', '5', 'SELL'], [NO, '0.51', '5', 'BUY']))).toBe(1);
  expect(say(change([YES, '0.48', '5', 'SELL'], [NO, '0.52', '5', 'BUY']))).toBe(1);
  expect(say(change([YES, '0.50', '0', 'BUY'], [NO, '0.50', '0', 'SELL'], [NO, '0.53', '4', 'SELL']))).toBe(1);
  expect(say(change([NO, '0.51', '4', 'SELL'], [YES, '0.49', '4', 'BUY']))).toBe(2);
});

test('books of other markets, trades and ticks tempt it to nothing', () => {
  const naive = bot();
  naive.take(polymarketStatements({ ...book(YES, [['0.1', '1']]), market: '0xother' }));
  naive.take(polymarketStatements(book('7', [['0.1', '1']])));
  naive.take(polymarketStatements({ event_type: 'last_trade_price', market: MARKET, asset_id: YES, price: '0.1' }));
  expect([naive.tradesOf(ID), naive.tradesOf('polymarket:0xother')]).toEqual([0, 0]);
});
