// The official Polymarket client trading on a simulated venue: it logs in with a wallet, places, looks up and cancels
// orders, and follows them on the user channel. The venue checks every signature, and its ledger says what was traded.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openVenue } from '../../engine/venue/sim/venue.ts';
import { accountSetup, CONDITION, MARKET, NO, snapshot, TEST_KEYS, YES } from '../venue/sim/support.ts';
import { actions, collect, environmentOf, library, walletOf } from './polymarket.ts';

const ACCOUNT = accountSetup(0);
const OPENING = snapshot(
  0,
  [
    ['0.4', '100'],
    ['0.45', '50'],
  ],
  [
    ['0.6', '300'],
    ['0.55', '200'],
    ['0.5', '40'],
  ],
);

async function open(account = ACCOUNT) {
  const venue = await openVenue({
    ...{ seed: 1, speed: 'max', accounts: [account], markets: [MARKET], frames: [OPENING] },
    latency: { minMs: 0, maxMs: 0 },
    settlement: { minedMsMean: 5, confirmedMsMean: 5 },
  });
  onTestFinished(() => venue.close());
  return venue;
}

/** The client after its login with `key`, as the account's wallet. */
async function login(key = TEST_KEYS[0]!) {
  const venue = await open();
  const wallet = walletOf(ACCOUNT.signer, key);
  const options = { environment: environmentOf(venue), signer: wallet, wallet: ACCOUNT.signer };
  return { venue, wallet, client: await library.createSecureClient(options) };
}

test('it logs in: its key exists, so it is derived from the wallet’s signature; a foreign signature gets none', async () => {
  const { venue, client, wallet } = await login();
  const { apiKey: key, secret, passphrase } = ACCOUNT;
  expect(client.credentials).toEqual({ key, secret, passphrase });
  expect(wallet.signed.map(({ primaryType }) => primaryType)).toEqual(['ClobAuth']);
  expect(venue.stats()).toMatchObject({ walletLogins: 2, unauthorized: 0 });
  const again = { environment: environmentOf(venue), signer: wallet, wallet: ACCOUNT.signer };
  // Known credentials are tried with a signed call first, and then need no wallet.
  await library.createSecureClient({ ...again, credentials: { key, secret, passphrase } });
  expect(wallet.signed).toHaveLength(1);
  expect(venue.stats().walletLogins).toBe(2);
  const foreign = { ...again, signer: walletOf(ACCOUNT.signer, TEST_KEYS[1]!) };
  await expect(library.createSecureClient(foreign)).rejects.toThrow('Invalid L1 Request headers');
  const wrong = { key, passphrase, secret: Buffer.alloc(32, 9).toString('base64url') };
  await expect(library.createSecureClient({ ...foreign, credentials: wrong })).rejects.toThrow('Invalid L1');
  // Two wallets that did not sign, one HMAC that did not hold.
  expect(venue.stats()).toMatchObject({ walletLogins: 2, unauthorized: 3 });
});

test('its orders rest, match, are refused by reason and cancelled, and the venue’s ledger is what it was told', async () => {
  const { venue, client } = await login();
  const buy = { tokenId: YES, side: 'BUY' };
  const resting = await client.placeLimitOrder({ ...buy, price: 0.3, size: 10 });
  expect(resting).toMatchObject({ ok: true, status: 'live', makingAmount: '0', tradeIds: [] });
  const wanted = { id: resting.orderId, tokenId: YES, conditionId: CONDITION, price: '0.3', originalSize: '10' };
  expect(await client.fetchOrder(resting)).toMatchObject({ ...wanted, status: 'LIVE', sizeMatched: '0' });
  const open = await client.listOpenOrders().firstPage();
  expect(open).toMatchObject({ hasMore: false, items: [wanted] });
  const taken = await client.placeLimitOrder({ ...buy, price: 0.55, size: 50 });
  expect(taken).toMatchObject({ ok: true, status: 'matched', makingAmount: '25.5', takingAmount: '50' });
  const sold = await client.placeMarketOrder({ tokenId: YES, side: 'SELL', shares: 10 });
  expect(sold).toMatchObject({ ok: true, status: 'matched', makingAmount: '10', takingAmount: '4.5' });
  const crossing = await client.placeLimitOrder({ ...buy, price: 0.6, size: 10, postOnly: true });
  expect(crossing).toMatchObject({ ok: false, code: 'post_only_would_cross' });
  const poor = await client.placeLimitOrder({ ...buy, price: 0.5, size: 4_000 });
  expect(poor).toMatchObject({ ok: false, code: 'insufficient_balance_or_allowance' });
  const killed = await client.placeMarketOrder({ ...buy, amount: 900, maxPrice: 0.55, orderType: 'FOK' });
  expect(killed).toMatchObject({ ok: false, code: 'fok_not_filled' });
  // Ten dollars buy 18.1818 shares at 0.55, the best ask now.
  const spent = await client.placeMarketOrder({ ...buy, amount: 10, maxPrice: 0.55 });
  expect(spent).toMatchObject({ ok: true, status: 'matched', makingAmount: '9.99999', takingAmount: '18.1818' });
  expect(await client.cancelOrder(resting)).toEqual({ canceled: [resting.orderId], notCanceled: {} });
  const other = await client.placeLimitOrder({ tokenId: NO, side: 'BUY', price: 0.2, size: 10 });
  expect(await client.cancelMarketOrders({ market: CONDITION })).toMatchObject({ canceled: [other.orderId] });
  expect(await client.cancelAll()).toEqual({ canceled: [], notCanceled: {} });
  const trades = await client.listAccountTrades().firstPage();
  const wantedTrades = [taken, sold, spent].flatMap(({ tradeIds }) => tradeIds);
  expect(trades.items.map(({ id }) => id)).toEqual(wantedTrades);
  expect(trades.items.map(({ size, price }) => [size, price])).toEqual([
    ['40', '0.5'],
    ['10', '0.55'],
    ['10', '0.45'],
    ['18.1818', '0.55'],
  ]);
  const [account] = venue.ledger().accounts;
  expect(account).toMatchObject({ fills: 4, positions: { [YES]: 58_181_800 }, reservedCashMicros: 0 });
  const { balance } = await actions.fetchBalanceAllowance(client, { assetType: 'COLLATERAL' });
  expect(String(balance)).toBe(String(account!.cashMicros));
  expect(venue.stats()).toMatchObject({ orders: 8, ordersRefused: 3, badSignatures: 0, unauthorized: 0 });
});

test('an order that another key signed is refused by the venue', async () => {
  const { venue, client, wallet } = await login();
  wallet.signTypedData = walletOf(ACCOUNT.signer, TEST_KEYS[1]!).signTypedData;
  const refused = await client.placeLimitOrder({ tokenId: YES, side: 'BUY', price: 0.3, size: 10 });
  expect(refused).toMatchObject({ ok: false, code: 'unknown', message: 'invalid signature' });
  expect(venue.stats()).toMatchObject({ orders: 1, badSignatures: 1 });
});

test('the user channel tells it each step of its orders and trades', async () => {
  const { venue, client } = await login();
  const subscription = await client.subscribe([{ topic: 'user' }]);
  const events = collect(subscription);
  const resting = await client.placeLimitOrder({ tokenId: YES, side: 'BUY', price: 0.3, size: 10 });
  const taken = await client.placeLimitOrder({ tokenId: YES, side: 'BUY', price: 0.5, size: 20 });
  await client.cancelOrder(resting);
  const steps = (id: string): string[] =>
    events
      .filter(({ payload }) => payload.id === id)
      .map(({ payload }) => [payload.orderEventType, payload.status].filter((part) => part !== undefined).join(' '));
  await expect
    .poll(() => steps(taken.tradeIds[0]!))
    .toEqual(['TRADE_STATUS_MATCHED', 'TRADE_STATUS_MINED', 'TRADE_STATUS_CONFIRMED']);
  await expect.poll(() => steps(resting.orderId)).toEqual(['PLACEMENT LIVE', 'CANCELLATION CANCELED']);
  expect(steps(taken.orderId)).toEqual(['UPDATE MATCHED']);
  expect(events).toHaveLength(venue.stats().userFrames);
  await subscription.close();
});

/** Says of every wallet that it is there: the client asks the venue's relayer, which the simulated venue has none of. */
async function relayer(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"deployed":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an account whose money is in a deposit wallet places, reads and cancels; the wallet signs for itself', async () => {
  const signer = walletOf(ACCOUNT.signer, TEST_KEYS[0]!);
  const more = { relayer: { rest: await relayer() } };
  const walletFor = async (funder: string) => {
    const venue = await open({ ...ACCOUNT, funder });
    return { venue, client: await library.createSecureClient({ environment: environmentOf(venue, more), signer }) };
  };
  // Where its wallet lies the client computes of the key.
  const { wallet } = (await walletFor(ACCOUNT.signer)).client.account;
  expect(wallet.toLowerCase()).not.toBe(ACCOUNT.signer.toLowerCase());
  const { venue, client } = await walletFor(wallet);
  const resting = await client.placeLimitOrder({ tokenId: YES, side: 'BUY', price: 0.3, size: 10 });
  expect(resting).toMatchObject({ ok: true, status: 'live' });
  expect(signer.signed.at(-1)).toMatchObject({ primaryType: 'TypedDataSign' });
  expect(await client.placeLimitOrder({ tokenId: YES, side: 'BUY', price: 0.5, size: 10 })).toMatchObject({ ok: true });
  expect(await client.fetchOrder(resting)).toMatchObject({ status: 'LIVE' });
  expect(await client.cancelOrder(resting)).toMatchObject({ canceled: [resting.orderId] });
  expect(venue.stats()).toMatchObject({ orders: 2, ordersRefused: 0, badSignatures: 0 });
  expect(venue.ledger().accounts[0]).toMatchObject({ funder: wallet, fills: 1, positions: { [YES]: 10_000_000 } });
});
