// The simulated venue's doors and quotes over its sockets: API keys for a wallet's signature, cancelling by market, and
// the one-number answers of a book.
import { expect, onTestFinished, test } from 'vitest';
import { l1Headers } from '../../../engine/venue/polymarket/auth.ts';
import { OrderSigner } from '../../../engine/venue/polymarket/sign.ts';
import { openVenue } from '../../../engine/venue/sim/venue.ts';
import { accountSetup, CONDITION, call, MARKET, NO, signedOrder, snapshot, TEST_KEYS, YES } from './support.ts';

async function open() {
  const frames = [
    snapshot(
      0,
      [['0.4', '100']],
      [
        ['0.6', '300'],
        ['0.5', '40'],
      ],
    ),
  ];
  const venue = await openVenue({
    ...{ seed: 1, speed: 'max', accounts: [accountSetup(0)], markets: [MARKET], frames },
    latency: { minMs: 0, maxMs: 0 },
  });
  onTestFinished(() => venue.close());
  return venue;
}

const nowS = (): number => Math.floor(Date.now() / 1_000);

async function ask(url: string, method: string, headers: Record<string, string>) {
  const answer = await fetch(url, { method, headers });
  return { status: answer.status, json: await answer.json() };
}

test('a wallet is given its API key for its own, recent signature and for no other', async () => {
  const { restUrl, stats } = await open();
  const url = `${restUrl}/auth/derive-api-key`;
  const [own, other] = TEST_KEYS.map((key) => new OrderSigner(Buffer.from(key, 'hex')));
  const { apiKey, secret, passphrase } = accountSetup(0);
  const headers = l1Headers(own!, nowS(), 0);
  expect(await ask(url, 'GET', headers)).toEqual({ status: 200, json: { apiKey, secret, passphrase } });
  // It exists, so it is not made again.
  expect((await ask(`${restUrl}/auth/api-key`, 'POST', headers)).status).toBe(400);
  expect((await ask(url, 'GET', l1Headers(other!, nowS(), 0))).status).toBe(400);
  expect(stats().walletLogins).toBe(3);
  for (const wrong of [
    { ...l1Headers(other!, nowS(), 0), POLY_ADDRESS: own!.address },
    { ...headers, POLY_TIMESTAMP: String(nowS() + 1) },
    l1Headers(own!, nowS() - 400, 0),
    l1Headers(own!, nowS(), 1),
    { ...headers, POLY_SIGNATURE: '0x' },
    {},
  ]) {
    expect((await ask(url, 'GET', wrong)).status, JSON.stringify(wrong)).toBe(401);
  }
  expect(stats()).toMatchObject({ walletLogins: 3, unauthorized: 6 });
  expect((await call(restUrl, 0, 'GET', '/auth/api-keys')).json).toEqual({ apiKeys: [apiKey] });
});

test('midpoint, spread and price are of the token asked for, one or many', async () => {
  const { restUrl } = await open();
  const get = async (path: string): Promise<unknown> => (await fetch(restUrl + path)).json();
  const post = async (path: string, body: unknown): Promise<unknown> =>
    (await fetch(restUrl + path, { method: 'POST', body: JSON.stringify(body) })).json();
  expect(await get(`/midpoint?token_id=${YES}`)).toEqual({ mid: '0.45' });
  expect(await get(`/midpoint?token_id=${NO}`)).toEqual({ mid: '0.55' });
  expect(await get(`/spread?token_id=${NO}`)).toEqual({ spread: '0.1' });
  expect(await get(`/price?token_id=${YES}&side=BUY`)).toEqual({ price: '0.4' });
  expect(await get(`/price?token_id=${NO}&side=BUY`)).toEqual({ price: '0.5' });
  expect(await get(`/price?token_id=${NO}&side=SELL`)).toEqual({ price: '0.6' });
  expect(await get(`/price?token_id=${YES}`)).toEqual({ error: 'Invalid side' });
  expect((await fetch(`${restUrl}/spread?token_id=1`)).status).toBe(404);
  const asked = [YES, NO, '1'].flatMap((token_id) => ['BUY', 'SELL'].map((side) => ({ token_id, side })));
  expect(await post('/prices', asked)).toEqual({
    [YES]: { BUY: '0.4', SELL: '0.5' },
    [NO]: { BUY: '0.5', SELL: '0.6' },
  });
  expect(await post('/midpoints', asked)).toEqual({ [YES]: '0.45', [NO]: '0.55' });
  expect(await post('/spreads', asked)).toEqual({ [YES]: '0.1', [NO]: '0.1' });
  expect(await post('/prices', [{ token_id: YES, side: 'buy' }])).toEqual({ error: 'Invalid side' });
  expect(await post('/spreads', 1)).toEqual({ error: 'Invalid payload' });
  expect(await get(`/markets-by-token/${NO}`)).toMatchObject({ condition_id: CONDITION, primary_token_id: YES });
});

test('orders are cancelled by market, or by token, and no others', async () => {
  const { restUrl } = await open();
  const orders = [YES, NO].map((token) =>
    signedOrder(0, { token, side: 'BUY', limitE4: 2_000, sizeMicros: 10_000_000, type: 'GTC' }),
  );
  await call(
    restUrl,
    0,
    'POST',
    '/orders',
    orders.map(({ element }) => element),
  );
  const cancel = async (body: unknown) => (await call(restUrl, 0, 'DELETE', '/cancel-market-orders', body)).json;
  expect(await cancel({ market: CONDITION, asset_id: NO })).toEqual({ canceled: [orders[1]!.id], not_canceled: {} });
  expect(await cancel({ market: `0x${'cd'.repeat(32)}` })).toEqual({ canceled: [], not_canceled: {} });
  expect(await cancel({ market: CONDITION })).toEqual({ canceled: [orders[0]!.id], not_canceled: {} });
  expect(await cancel({})).toEqual({ error: 'Invalid payload' });
});
