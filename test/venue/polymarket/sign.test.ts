// Order ids, signatures and HMACs against vectors made by other implementations, and against the simulated venue's reading of
// them, which shares no code with the signer.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { l1Headers, l2Headers, l2Signature } from '../../../engine/venue/polymarket/auth.ts';
import { chooseCurve, type NativeLibrary } from '../../../engine/venue/polymarket/curve.ts';
import { EXCHANGE_V2, EXCHANGE_V3, EXCHANGES, NEG_RISK_EXCHANGE_V2 } from '../../../engine/venue/polymarket/eip712.ts';
import { identityOf, OrderForm, type SignatureType } from '../../../engine/venue/polymarket/order-form.ts';
import { OrderSigner, type SignableOrder } from '../../../engine/venue/polymarket/sign.ts';
import { type OrderDomain, orderIdOf, type SignedOrder } from '../../../engine/venue/sim/signed-order.ts';
import { recoverSigner } from '../../../engine/venue/sim/wallet-signature.ts';

// The first well-known key of the Hardhat test network; it holds nothing.
const KEY = Buffer.from('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80', 'hex');
const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const TOKEN = '71321045679252212594626385532706912750332728571942532289631379312455583992563';
const BUY: SignableOrder = {
  salt: 123_456_789,
  maker: ADDRESS,
  signer: ADDRESS,
  tokenId: TOKEN,
  makerAmount: 100_000_000,
  takerAmount: 50_000_000,
  side: 0,
  signatureType: 0,
  timestampMs: 1_713_398_400_000,
};

test('the address of a key is derived with its checksum', () => {
  expect(new OrderSigner(KEY).address).toBe(ADDRESS);
});

test('id and signature of a BUY on the CTF exchange V2 equal those of py_clob_client_v2', () => {
  expect(new OrderSigner(KEY).sign(BUY, EXCHANGE_V2, '2')).toEqual({
    orderId: '0x32961c48ddac87ed3582f8e02097cd0eff4fcf80460306bd44b3710438dfa64c',
    signature:
      '0x89f178136333c8ebb32a19146cb891233e3202d474be6ef730c24dbc06ae4d2a0c99948a86d9b57de0f2c0bb8ec6964aa244ecf17cfa3a95b86878d0b64ad78a1b',
  });
});

test('id and signature of a SELL on the neg-risk exchange V2 equal those of py_clob_client_v2', () => {
  const sell = { ...BUY, salt: 987_654_321, makerAmount: 50_000_000, takerAmount: 100_000_000, side: 1 };
  expect(new OrderSigner(KEY).sign(sell, NEG_RISK_EXCHANGE_V2, '2')).toEqual({
    orderId: '0x8b878404bd92dea2bfea9975c9fcd816ec70a57ae431cb20d67bb773744aaef3',
    signature:
      '0xf7d60d64364e2615b08d9f69f3ea9afd3b4f83ecfbf05ddd3ca83f4916277fb97d2d080758d17c8e91c928aceb8ff252477ebaec051b672832500f63b4d36b061c',
  });
});

test('the same BUY under the V3 domain has the id that ethers computes', () => {
  expect(new OrderSigner(KEY).sign(BUY, EXCHANGE_V3, '3').orderId).toBe(
    '0xebbc5881e0995ce4d28b2725b16c901917e02c9288525024b4cf64d23d1c5ec0',
  );
});

test('one signer signs for several exchanges in turn without mixing their domains', () => {
  const signer = new OrderSigner(KEY);
  const first = signer.sign(BUY, EXCHANGE_V2, '2');
  signer.sign(BUY, NEG_RISK_EXCHANGE_V2, '2');
  expect(signer.sign(BUY, EXCHANGE_V2, '2')).toEqual(first);
});

test('a key that is no secp256k1 key is refused without being shown', () => {
  for (const key of [new Uint8Array(32), KEY.subarray(1), new Uint8Array(32).fill(0xff)]) {
    expect(() => new OrderSigner(key)).toThrow(/^the signing key is not a secp256k1 key of 32 bytes$/);
  }
});

test('the HMAC equals the vector of clob-client', () => {
  const secret = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  expect(l2Signature(secret, 1_000_000, 'test-sign', '/orders', '{"hash": "0x123"}')).toBe(
    'ZwAdJKvoYRlEKDkNMwd5BuwNNtg93kNaR_oU2HrfVvc=',
  );
});

test('the statement that asks for an API key has the signature of clob-client’s vector', () => {
  const signature = new OrderSigner(KEY).signClobAuth(10_000_000, 23, 80_002);
  expect(signature).toBe(
    '0xf62319a987514da40e57e2f4d7529f7bac38f0355bd88bb5adbb3768d80de6c1682518e0af677d5260366425f4361e7b70c25ae232aff0ab2331e2b164a1aedc1b',
  );
  const headers = l1Headers(new OrderSigner(KEY), 10_000_000, 23);
  expect(headers).toMatchObject({ POLY_ADDRESS: ADDRESS, POLY_TIMESTAMP: '10000000', POLY_NONCE: '23' });
  expect(headers['POLY_SIGNATURE']).not.toBe(signature);
});

test('the headers of a private call name the key and never the secret', () => {
  const credentials = { apiKey: 'key', secret: 'c2VjcmV0LWNhbmFyeQ==', passphrase: 'phrase' };
  const headers = l2Headers(credentials, ADDRESS, 1_000_000, { method: 'GET', path: '/data/orders', body: '' });
  expect(Object.keys(headers)).toEqual([
    'POLY_ADDRESS',
    'POLY_SIGNATURE',
    'POLY_TIMESTAMP',
    'POLY_API_KEY',
    'POLY_PASSPHRASE',
  ]);
  expect(JSON.stringify(headers)).not.toContain('c2VjcmV0');
});

const DOMAINS: readonly OrderDomain[] = ['plain', 'negRisk', 'protocolV2'];
const WALLET = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const micros = fc.integer({ min: 1, max: 2 ** 53 - 1 });
const ANY_ORDER = fc.record({
  ...{ salt: micros, makerAmount: micros, takerAmount: micros, timestampMs: micros, side: fc.nat(1) },
  tokenId: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(String),
});

/** The order as the venue reads it. */
function asPosted({ salt, timestampMs, side, ...order }: SignableOrder, signature: string): SignedOrder {
  const zero = `0x${'0'.repeat(64)}`;
  const rest = { expirationS: '0', metadata: zero, builder: zero, signature, timestampMs: String(timestampMs) };
  return { ...order, ...rest, salt: BigInt(salt), side: side === 0 ? 'BUY' : 'SELL' };
}

test('any order of any account and exchange has the id that the venue computes, and the venue recovers its key', () => {
  const signer = new OrderSigner(KEY);
  fc.assert(
    fc.property(ANY_ORDER, fc.nat(3), fc.nat(2), (order, type, exchange) => {
      const identity = identityOf(ADDRESS, type as SignatureType, type === 0 ? ADDRESS : WALLET);
      const { contract, version } = EXCHANGES[exchange]!;
      const { orderId, signature } = signer.sign({ ...order, ...identity }, contract, version);
      const posted = asPosted({ ...order, ...identity }, signature);
      expect(orderIdOf(posted, DOMAINS[exchange]!)).toBe(orderId);
      expect(recoverSigner(posted, DOMAINS[exchange]!)).toBe(ADDRESS.toLowerCase());
      expect(recoverSigner(posted, DOMAINS[(exchange + 1) % 3]!)).not.toBe(ADDRESS.toLowerCase());
      const other = { ...posted, takerAmount: posted.takerAmount === 1 ? 2 : 1 };
      expect(recoverSigner(other, DOMAINS[exchange]!)).not.toBe(ADDRESS.toLowerCase());
    }),
    { numRuns: 40 },
  );
});

test('a form that is filled again and again gives what a new one gives', () => {
  const [exchange] = EXCHANGES;
  const identity = identityOf(ADDRESS, 3, WALLET);
  const used = new OrderForm(identity, TOKEN, 0, exchange!);
  fc.assert(
    fc.property(ANY_ORDER, ({ salt, makerAmount, takerAmount, timestampMs }) => {
      const fresh = new OrderForm(identity, TOKEN, 0, exchange!);
      const values = [salt, makerAmount, takerAmount, timestampMs] as const;
      expect(used.fill(...values)).toEqual(fresh.fill(...values));
      expect(used.toSign()).toEqual(fresh.toSign());
    }),
  );
});

test('who gives and who signs: the key, the key for a funder, or the wallet for itself', () => {
  expect(identityOf(ADDRESS, 0)).toEqual({ maker: ADDRESS, signer: ADDRESS, signatureType: 0 });
  expect(identityOf(ADDRESS, 1, WALLET)).toEqual({ maker: WALLET, signer: ADDRESS, signatureType: 1 });
  expect(identityOf(ADDRESS, 2, WALLET)).toEqual({ maker: WALLET, signer: ADDRESS, signatureType: 2 });
  expect(identityOf(ADDRESS, 3, WALLET)).toEqual({ maker: WALLET, signer: WALLET, signatureType: 3 });
  expect(() => identityOf(ADDRESS, 0, WALLET)).toThrow(`allowed the key's own address ${ADDRESS} for signatureType 0`);
});

test('native and JavaScript curve give the same bytes of low s for any digest and key', () => {
  const { curve: native, why } = chooseCurve();
  expect([native.name, why]).toEqual(['secp256k1', '']);
  const { curve: noble } = chooseCurve(() => {
    throw new Error('not asked for');
  });
  const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
  const [ours, theirs] = [new Uint8Array(65), new Uint8Array(65)];
  const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(word, word, (digest, key) => {
      key[0] = 0x7f; // below the order, and not zero
      native.sign(digest, key, ours);
      noble.sign(digest, key, theirs);
      expect(ours).toEqual(theirs);
      expect(BigInt(`0x${Buffer.from(ours.subarray(32, 64)).toString('hex')}`) <= halfOrder).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a native library that signs otherwise, or does not load, is not used, and it is said why', () => {
  const wrong: NativeLibrary = {
    ecdsaSign: (_digest, _key, _options, output) => ({ recid: output.fill(1).length % 2 }),
  };
  const refused = chooseCurve(() => wrong);
  expect([refused.curve.name, refused.why]).toEqual([
    '@noble/curves',
    'secp256k1 signs otherwise than @noble/curves, so it is not used',
  ]);
  const absent = chooseCurve(() => {
    throw new Error('No native build was found\nsecond line');
  });
  expect([absent.curve.name, absent.why]).toEqual([
    '@noble/curves',
    'secp256k1 does not load (No native build was found)',
  ]);
  expect(new OrderSigner(KEY, absent.curve).sign(BUY, EXCHANGE_V2, '2')).toEqual(
    new OrderSigner(KEY).sign(BUY, EXCHANGE_V2, '2'),
  );
});
