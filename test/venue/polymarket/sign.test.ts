// Order ids, signatures and HMACs against vectors made by other implementations.
import { expect, test } from 'vitest';
import { l1Headers, l2Headers, l2Signature } from '../../../engine/venue/polymarket/auth.ts';
import {
  EXCHANGE_V2,
  EXCHANGE_V3,
  NEG_RISK_EXCHANGE_V2,
  OrderSigner,
  type SignableOrder,
} from '../../../engine/venue/polymarket/sign.ts';

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
