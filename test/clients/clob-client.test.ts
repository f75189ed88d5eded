// The official clob-client of every type of account, on plain, neg-risk and Protocol V2 markets: its orders have the bytes that
// our signer gives, each side's signatures hold for the other, and it places, reads and cancels on the simulated venue.
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { exchangeFor, ORDER_TYPE } from '../../engine/venue/polymarket/eip712.ts';
import { identityOf, type SignatureType } from '../../engine/venue/polymarket/order-form.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import { openVenue } from '../../engine/venue/sim/venue.ts';
import { accountSetup, MARKET, NO, snapshot, TEST_KEYS, YES } from '../venue/sim/support.ts';
import { type ClobOrder, clobClientOf, viem } from './clob-client.ts';

const [KEY] = TEST_KEYS as [string, string];
const OWN = accountSetup(0);
const FUNDER = accountSetup(1).signer;
const signer = new OrderSigner(Buffer.from(KEY, 'hex'));

const TYPES: readonly SignatureType[] = [0, 1, 2, 3];
const KINDS = [
  { kind: 'plain', negRisk: false, version: 2 },
  { kind: 'neg-risk', negRisk: true, version: 2 },
  { kind: 'Protocol V2', negRisk: false, version: 3 },
] as const;
const CASES = TYPES.flatMap((type) => KINDS.map((kind) => ({ type, ...kind })));

function clientOf(type: SignatureType, host: string) {
  const funder = type === 0 ? OWN.signer : FUNDER;
  return clobClientOf({ host, key: KEY, signatureType: type, funder, credentials: OWN });
}

function oursOf(order: ClobOrder, negRisk: boolean, version: 2 | 3) {
  const { salt, tokenId, makerAmount, takerAmount, side, timestamp, maker, signatureType } = order;
  const { contract, version: domain } = exchangeFor(negRisk, version === 3);
  const amounts = { makerAmount: Number(makerAmount), takerAmount: Number(takerAmount) };
  const terms = {
    salt: Number(salt),
    tokenId,
    ...amounts,
    side: side === 'BUY' ? 0 : 1,
    timestampMs: Number(timestamp),
  };
  return signer.sign({ ...terms, ...identityOf(OWN.signer, signatureType, maker) }, contract, domain);
}

test.each(CASES)(
  'type $type, $kind: its orders have our signatures, whatever they say',
  async ({ type, negRisk, version }) => {
    // It asks for the tick of the token that it is given.
    const client = clientOf(type, (await open(type, negRisk, version)).restUrl);
    const cents = fc.integer({ min: 1, max: 99 });
    const wish = fc.record({
      price: cents,
      size: fc.integer({ min: 1, max: 1e6 }),
      buys: fc.boolean(),
      isNo: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(wish, async ({ price, size, buys, isNo }) => {
        const order = { tokenID: isNo ? NO : YES, price: price / 100, size: size / 100, side: buys ? 'BUY' : 'SELL' };
        const theirs = await client.createOrder(order, { tickSize: '0.01', negRisk, version });
        expect(theirs.signatureType).toBe(type);
        expect(oursOf(theirs, negRisk, version).signature).toBe(theirs.signature);
      }),
      { numRuns: 15 },
    );
  },
);

/** Fields of a struct's type string. */
function fieldsOf(type: string): { type: string; name: string }[] {
  return type
    .slice(type.indexOf('(') + 1, -1)
    .split(',')
    .map((field) => ({ type: field.split(' ')[0]!, name: field.split(' ')[1]! }));
}

test.each(CASES.filter(({ type }) => type !== 3))(
  'type $type, $kind: the client’s library recovers our key from our signature',
  async ({ type, negRisk, version }) => {
    const { contract, version: domainVersion } = exchangeFor(negRisk, version === 3);
    const identity = identityOf(OWN.signer, type, type === 0 ? OWN.signer : FUNDER);
    const order = { salt: 7, tokenId: YES, makerAmount: 5_000_000, takerAmount: 10_000_000, side: 1 };
    const { signature } = signer.sign(
      { ...order, ...identity, timestampMs: 1_713_398_400_000 },
      contract,
      domainVersion,
    );
    const zero = `0x${'0'.repeat(64)}`;
    const recovered = await viem.recoverTypedDataAddress({
      domain: { name: 'Polymarket CTF Exchange', version: domainVersion, chainId: 137, verifyingContract: contract },
      types: { Order: fieldsOf(ORDER_TYPE) },
      primaryType: 'Order',
      message: { ...order, ...identity, timestamp: 1_713_398_400_000n, metadata: zero, builder: zero },
      signature,
    });
    expect(recovered).toBe(OWN.signer);
  },
);

async function open(type: SignatureType, negRisk: boolean, version: 2 | 3) {
  const account = { ...OWN, funder: type === 0 ? OWN.signer : FUNDER };
  const market = { ...MARKET, negRisk, protocol: version === 3 ? 'v2' : 'v1' } as const;
  const venue = await openVenue({
    ...{ seed: 1, speed: 'max', accounts: [account], markets: [market], latency: { minMs: 0, maxMs: 0 } },
    frames: [snapshot(0, [['0.4', '100']], [['0.6', '300']])],
    settlement: { minedMsMean: 5, confirmedMsMean: 5 },
  });
  onTestFinished(() => venue.close());
  return venue;
}

test.each(CASES)(
  'type $type, $kind: it places, reads and cancels, and the ledger has what it was told',
  async ({ type, negRisk, version }) => {
    const venue = await open(type, negRisk, version);
    const client = clientOf(type, venue.restUrl);
    const options = { tickSize: '0.01', negRisk, version };
    const wish = { tokenID: YES, price: 0.3, size: 10, side: 'BUY' };
    const unsent = await client.createOrder(wish, options);
    const resting = await client.postOrder(unsent, 'GTC');
    expect(resting).toMatchObject({ success: true, status: 'live' });
    // The id that we would have known before sending.
    expect(resting['orderID']).toBe(oursOf(unsent, negRisk, version).orderId);
    expect(await client.getOrder(String(resting['orderID']))).toMatchObject({ price: '0.3', status: 'LIVE' });
    expect(await client.getOpenOrders()).toHaveLength(1);
    const taken = await client.createAndPostMarketOrder(
      { tokenID: YES, amount: 6, price: 0.6, side: 'BUY' },
      options,
      'FOK',
    );
    expect(taken).toMatchObject({ success: true, status: 'matched', takingAmount: '10' });
    expect(await client.getTrades()).toHaveLength(1);
    expect(await client.cancelOrder({ orderID: String(resting['orderID']) })).toMatchObject({
      canceled: [resting['orderID']],
    });
    // For another exchange the same order is nobody's.
    const foreign = await client.createAndPostOrder(wish, { ...options, version: version === 3 ? 2 : 3 });
    expect(foreign).toMatchObject({ orderID: '', errorMsg: 'invalid signature' });
    expect(await client.cancelAll()).toMatchObject({ canceled: [] });
    expect(venue.stats()).toMatchObject({ orders: 3, ordersRefused: 1, badSignatures: 1, unauthorized: 0 });
    expect(venue.ledger().accounts[0]).toMatchObject({
      fills: 1,
      reservedCashMicros: 0,
      positions: { [YES]: 10_000_000 },
    });
  },
);

test('it logs in by its wallet’s signature, and its heartbeats are answered by the next id', async () => {
  const venue = await open(0, false, 2);
  const client = clientOf(0, venue.restUrl);
  expect(await client.createOrDeriveApiKey()).toMatchObject({ key: OWN.apiKey, passphrase: OWN.passphrase });
  const first = await client.postHeartbeat();
  expect(first['heartbeat_id']).toMatch(/^hb-/);
  expect((await client.postHeartbeat(String(first['heartbeat_id'])))['heartbeat_id']).not.toBe(first['heartbeat_id']);
});
