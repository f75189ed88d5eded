// Our signatures beside those of the official clients: the same bytes where the scheme has no chance in it, and where it
// has (RSA-PSS), each verifies over the text that the other signs.
import { constants, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { KalshiSigner, signedText } from '../../engine/venue/kalshi/sign.ts';
import { l1Headers, l2Signature } from '../../engine/venue/polymarket/auth.ts';
import { EXCHANGE_V2, NEG_RISK_EXCHANGE_V2 } from '../../engine/venue/polymarket/eip712.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import { openVenue } from '../../engine/venue/sim/venue.ts';
import { KEY_ID, KEYS } from '../helpers/kalshi.ts';
import { accountSetup, MARKET, snapshot, TEST_KEYS } from '../venue/sim/support.ts';
import { load } from './installed.ts';
import { environmentOf, library, walletOf } from './polymarket.ts';

const ACCOUNT = accountSetup(0);
const signer = new OrderSigner(Buffer.from(TEST_KEYS[0]!, 'hex'));

afterEach(() => {
  vi.useRealTimers();
});

async function open(negRisk = false) {
  const venue = await openVenue({
    ...{ seed: 1, speed: 'max', accounts: [ACCOUNT], markets: [{ ...MARKET, negRisk }] },
    frames: [snapshot(0, [['0.4', '100']], [['0.6', '300']])],
  });
  onTestFinished(() => venue.close());
  return venue;
}

/** What the client signs to log in at `wallMs`, whatever the venue then says. */
async function loginSignature(wallMs: number, nonce: number, chainId: number): Promise<string> {
  const wallet = walletOf(ACCOUNT.signer, TEST_KEYS[0]!);
  vi.useFakeTimers({ toFake: ['Date'], now: wallMs });
  const login = { signer: wallet, wallet: ACCOUNT.signer, nonce };
  // Nothing listens at its addresses: it signs first.
  const nowhere = { marketUrl: 'ws://127.0.0.1:1', userUrl: 'ws://127.0.0.1:1' };
  const places = { ...nowhere, restUrl: 'http://127.0.0.1:1', gammaUrl: 'http://127.0.0.1:1' };
  await expect(
    library.createSecureClient({ ...login, environment: environmentOf(places, { chainId }) }),
  ).rejects.toThrow();
  vi.useRealTimers();
  expect(wallet.signed).toHaveLength(1);
  return wallet.signed[0]!.signature;
}

test('L1: the statement that asks for an API key has the client’s signature, its vector among them', async () => {
  const vector = await loginSignature(10_000_000_000, 23, 80_002);
  expect(vector).toBe(
    '0xf62319a987514da40e57e2f4d7529f7bac38f0355bd88bb5adbb3768d80de6c1682518e0af677d5260366425f4361e7b70c25ae232aff0ab2331e2b164a1aedc1b',
  );
  expect(signer.signClobAuth(10_000_000, 23, 80_002)).toBe(vector);
  for (const [timestampS, nonce] of [
    [1_784_578_733, 0],
    [1_800_000_000, 7],
    [999, 2 ** 40],
  ] as const) {
    const theirs = await loginSignature(timestampS * 1_000 + 999, nonce, 137);
    expect(l1Headers(signer, timestampS, nonce)['POLY_SIGNATURE']).toBe(theirs);
  }
});

test('L2: the HMAC equals the client’s for any secret, call and body, its vector among them', async () => {
  const { buildHmacSignature } = library;
  const secret = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  const vector = await buildHmacSignature(secret, 1_000_000, 'test-sign', '/orders', '{"hash": "0x123"}');
  expect(vector).toBe('ZwAdJKvoYRlEKDkNMwd5BuwNNtg93kNaR_oU2HrfVvc=');
  expect(l2Signature(secret, 1_000_000, 'test-sign', '/orders', '{"hash": "0x123"}')).toBe(vector);
  const secrets = fc.uint8Array({ minLength: 1, maxLength: 64 });
  const bodies = fc.oneof(fc.constant(''), fc.json(), fc.string({ unit: 'binary' }));
  await fc.assert(
    fc.asyncProperty(secrets, fc.boolean(), fc.nat(), fc.webPath(), bodies, async (bytes, isUrl, timeS, path, body) => {
      const text = Buffer.from(bytes).toString(isUrl ? 'base64url' : 'base64');
      const theirs = await buildHmacSignature(text, timeS, 'POST', path, body === '' ? undefined : body);
      expect(l2Signature(text, timeS, 'POST', path, body)).toBe(theirs);
    }),
  );
});

test.each([
  [false, EXCHANGE_V2],
  [true, NEG_RISK_EXCHANGE_V2],
])('an order of the client (neg-risk %s) has the signature that ours has', async (negRisk, contract) => {
  const venue = await open(negRisk);
  const wallet = walletOf(ACCOUNT.signer, TEST_KEYS[0]!);
  const options = { environment: environmentOf(venue), signer: wallet, wallet: ACCOUNT.signer };
  const client = await library.createSecureClient(options);
  for (const [at, side] of (['BUY', 'SELL', 'BUY', 'SELL'] as const).entries()) {
    const order = await client.createLimitOrder({
      tokenId: MARKET.yesToken,
      side,
      price: [0.31, 0.57, 0.01, 0.99][at],
      size: 7.25,
    });
    const { orderId, signature } = signer.sign(
      {
        ...{ salt: Number(order.salt), maker: order.maker, signer: order.signer, tokenId: order.tokenId },
        ...{ makerAmount: Number(order.makerAmount), takerAmount: Number(order.takerAmount) },
        ...{ side: side === 'BUY' ? 0 : 1, signatureType: order.signatureType, timestampMs: Number(order.timestamp) },
      },
      contract,
      '2',
    );
    expect(signature).toBe(order.signature);
    expect(orderId).toMatch(/^0x[0-9a-f]{64}$/);
  }
});

interface KalshiAuthFile {
  readonly KalshiAuth: new (
    keyId: string,
    pem: string,
  ) => {
    generateAuthHeaders(method: string, path: string): Record<string, string>;
    signPssText(text: string): string;
  };
}

const PUBLIC_KEY = createPublicKey(KEYS.publicKey);

/** Whether the signature in `headers` holds over `text` with a salt of that length. */
function holds(headers: Record<string, string>, text: string, saltLength = 32): boolean {
  const scheme = { key: PUBLIC_KEY, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return verify('sha256', Buffer.from(text), scheme, Buffer.from(headers['KALSHI-ACCESS-SIGNATURE']!, 'base64'));
}

test('Kalshi: the text that is signed is theirs byte for byte, and both signatures hold with a salt of 32 bytes only', () => {
  const { KalshiAuth } = load<KalshiAuthFile>('kalshi-typescript/dist/auth.js');
  const theirs = new KalshiAuth(KEY_ID, KEYS.privateKey);
  const ours = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const sign = vi.spyOn(theirs, 'signPssText');
  const wallMs = 1_784_578_733_584;
  vi.useFakeTimers({ toFake: ['Date'], now: wallMs });
  for (const [method, path] of [
    ['GET', '/trade-api/ws/v2'],
    ['GET', '/trade-api/v2/markets/KXFEDDECISION-26JUL-H0/orderbook'],
    ['POST', '/trade-api/v2/portfolio/events/orders'],
    ['DELETE', '/trade-api/v2/portfolio/events/orders/batched'],
  ] as const) {
    const [their, our] = [theirs.generateAuthHeaders(method, path), ours.headers(method, path, wallMs)];
    const text = signedText(wallMs, method, path);
    expect(sign.mock.lastCall).toEqual([text]);
    expect(Object.keys(our).sort()).toEqual(Object.keys(their).sort());
    for (const headers of [their, our]) {
      expect(headers).toMatchObject({ 'KALSHI-ACCESS-KEY': KEY_ID, 'KALSHI-ACCESS-TIMESTAMP': String(wallMs) });
      expect([31, 32, 33].map((salt) => holds(headers, text, salt))).toEqual([false, true, false]);
      expect(holds(headers, `${text} `)).toBe(false);
    }
  }
});
