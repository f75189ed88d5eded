// The protocols of wallet feeds over the venue's own rows: one fill has one key whoever tells of it, and what is not
// whole is no trade.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../engine/venue/json.ts';
import { activityRow, domeEvent } from '../../../engine/venue/sim/wallet-wire.ts';
import { tradeKey, type WalletTrade } from '../../../engine/venue/wallet/contract.ts';
import { activityPage, activityPath, rtds } from '../../../engine/venue/wallet/data-api.ts';
import { dome, polynode } from '../../../engine/venue/wallet/dome.ts';

function rowsOf(name: string): JsonObject[] {
  return JSON.parse(readFileSync(`test/fixtures/wallet/${name}`, 'utf8')) as JsonObject[];
}

const rows = [...rowsOf('activity.json'), ...rowsOf('trades.json')];

function streamed(protocol: typeof dome, value: JsonValue): WalletTrade | undefined {
  const message = protocol.read(value);
  return message.kind === 'trade' ? message.trade : undefined;
}

test('every saved row is a trade with the row’s own values', () => {
  const page = activityPage(rows)!;
  expect([page.rows, page.bad, page.trades.length]).toEqual([60, 0, 60]);
  for (const [at, trade] of page.trades.entries()) {
    const row = rows[at]!;
    expect(trade.sizeMicros / 1e6).toBeCloseTo(row['size'] as number, 6);
    expect(trade.priceE4 / 1e4).toBeCloseTo(row['price'] as number, 4);
    expect([trade.wallet, trade.tokenId, trade.side]).toEqual([row['proxyWallet'], row['asset'], row['side']]);
  }
});

test('one fill has one key by list, by the Dome-format feed and by the real-time socket, and no two fills share one', () => {
  const { trades } = activityPage(rows)!;
  for (const [at, trade] of trades.entries()) {
    const event = JSON.parse(domeEvent('sub_1', trade)) as JsonValue;
    const own = { connection_id: 'c', topic: 'activity', type: 'trades', timestamp: 1, payload: rows[at]! };
    for (const other of [streamed(dome, event), streamed(polynode, event), streamed(rtds, own)]) {
      expect(other === undefined ? '' : tradeKey(other)).toBe(tradeKey(trade));
    }
    expect(activityPage([activityRow(trade)])!.trades).toEqual([trade]);
  }
  expect(new Set(trades.map(tradeKey)).size).toBe(60);
});

test('a row with one field missing or out of range is counted as bad', () => {
  const [row] = rows as [JsonObject];
  const needed = ['proxyWallet', 'timestamp', 'conditionId', 'size', 'transactionHash', 'price', 'asset', 'side'];
  for (const key of needed) {
    for (const value of [null, '', -1, {}, 1e300]) {
      expect(activityPage([{ ...row, [key]: value }]), `${key} ${JSON.stringify(value)}`).toMatchObject({
        rows: 1,
        bad: 1,
      });
    }
  }
  // Microseconds in the place of seconds are a safe integer, and no date.
  const timestamp = (row['timestamp'] as number) * 1e6;
  expect(activityPage([{ ...row, timestamp }])).toMatchObject({ rows: 1, bad: 1 });
  expect(activityPage({ error: 'no' })).toBeUndefined();
  for (const protocol of [dome, polynode, rtds]) expect(protocol.read([1])).toEqual({ kind: 'bad' });
});

test('the feeds’ own words are as documented', () => {
  expect(JSON.parse(dome.subscribe(['0xa']))).toEqual({
    ...{ action: 'subscribe', platform: 'polymarket', version: 1, type: 'orders', filters: { users: ['0xa'] } },
  });
  expect(JSON.parse(dome.update('sub_1', ['0xb'])!)).toMatchObject({ action: 'update', subscription_id: 'sub_1' });
  expect(JSON.parse(dome.unsubscribe('sub_1')!)).toEqual({
    action: 'unsubscribe',
    version: 1,
    subscription_id: 'sub_1',
  });
  expect(JSON.parse(polynode.subscribe(['0xa']))).toEqual({
    action: 'subscribe',
    type: 'dome',
    filters: { users: ['0xa'] },
  });
  expect(JSON.parse(rtds.subscribe([]))).toEqual({
    ...{ action: 'subscribe', subscriptions: [{ topic: 'activity', type: 'trades' }] },
  });
  expect(dome.address('wss://ws.domeapi.io/', 'k/1')).toBe('wss://ws.domeapi.io/k%2F1');
  expect(polynode.address('wss://ws.polynode.dev/ws', 'k&1')).toBe('wss://ws.polynode.dev/ws?key=k%261');
  expect(dome.read({ type: 'ack', subscription_id: 'sub_2' })).toEqual({ kind: 'ack', subscriptionId: 'sub_2' });
  expect(activityPath('0xa', 7, 500)).toContain('user=0xa&type=TRADE&start=7&limit=500&offset=500');
});
