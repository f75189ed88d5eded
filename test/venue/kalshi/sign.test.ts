// The signature of requests: what it covers, that it verifies under the public key with a salt of 32 bytes and no other,
// which keys are refused, and that no refusal shows the key.
import { constants, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { KalshiSigner, keyIdFault, privateKeyFault, signedText } from '../../../engine/venue/kalshi/sign.ts';
import { KEY_ID, KEYS } from '../../helpers/kalshi.ts';

test('what is signed is time, method and path from the root, without the query', () => {
  expect(signedText(1703123456789, 'GET', '/trade-api/ws/v2')).toBe('1703123456789GET/trade-api/ws/v2');
  expect(signedText(1703123456789, 'GET', '/trade-api/v2/portfolio/orders?limit=5&cursor=a?b')).toBe(
    '1703123456789GET/trade-api/v2/portfolio/orders',
  );
  expect(signedText(1, 'POST', '/trade-api/v2/portfolio/events/orders')).toBe(
    '1POST/trade-api/v2/portfolio/events/orders',
  );
});

test('the signature verifies as RSA-PSS with SHA-256 and a salt of 32 bytes, and under no other salt, text or key', () => {
  const path = '/trade-api/v2/markets?limit=1';
  const headers = new KalshiSigner(KEY_ID, KEYS.privateKey).headers('GET', path, 1703123456789);
  expect(headers).toMatchObject({ 'KALSHI-ACCESS-KEY': KEY_ID, 'KALSHI-ACCESS-TIMESTAMP': '1703123456789' });
  expect(Object.keys(headers)).toHaveLength(3);
  const signature = Buffer.from(headers['KALSHI-ACCESS-SIGNATURE']!, 'base64');
  expect(signature.toString('base64')).toBe(headers['KALSHI-ACCESS-SIGNATURE']);
  const other = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey;
  const key = createPublicKey(KEYS.publicKey);
  const holds = (text: string, saltLength: number, by = key): boolean =>
    verify('sha256', Buffer.from(text), { key: by, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
  const text = '1703123456789GET/trade-api/v2/markets';
  expect(holds(text, 32)).toBe(true);
  expect(holds(text, constants.RSA_PSS_SALTLEN_DIGEST)).toBe(true);
  expect([0, 20, 31, 33, 222].map((salt) => holds(text, salt))).toEqual([false, false, false, false, false]);
  expect(holds(`${text}?limit=1`, 32)).toBe(false);
  expect(holds(text, 32, other)).toBe(false);
});

test('keys that are none, locked, of another kind or too short are refused by what is wrong, never by their text', () => {
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const spki = { type: 'spki', format: 'pem' } as const;
  const of = (bits: number, more = {}) =>
    generateKeyPairSync('rsa', {
      modulusLength: bits,
      publicKeyEncoding: spki,
      privateKeyEncoding: { ...pem, ...more },
    });
  const ed = generateKeyPairSync('ed25519', { publicKeyEncoding: spki, privateKeyEncoding: pem }).privateKey;
  const short = of(1_024).privateKey;
  const locked = of(2_048, { cipher: 'aes-256-cbc', passphrase: 'secret' }).privateKey;
  const pkcs1 = generateKeyPairSync('rsa', {
    ...{ modulusLength: 2_048, publicKeyEncoding: spki },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;
  expect([privateKeyFault(KEYS.privateKey), privateKeyFault(pkcs1)]).toEqual([undefined, undefined]);
  expect(privateKeyFault(short)).toBe('a key of 1024 bits, allowed 2048 or more');
  expect(privateKeyFault(ed)).toBe('a key of type ed25519, allowed rsa');
  for (const text of ['', 'hunter2', locked, KEYS.publicKey]) {
    expect(privateKeyFault(text)).toBe('no private key in PEM without a passphrase');
  }
  expect(keyIdFault(KEY_ID)).toBeUndefined();
  for (const text of ['', 'a b', 'a\r\nx-evil: 1', 'x'.repeat(101)]) expect(keyIdFault(text)).toContain('no key id');
});

test('what a signer throws names the fault and has nothing of id or key', () => {
  const thrown = (id: string, pem: string): string => {
    try {
      new KalshiSigner(id, pem);
    } catch (error) {
      return inspect(error);
    }
    throw new Error('not refused');
  };
  const ecdsa = generateKeyPairSync('ec', {
    ...{ namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' } },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
  for (const [id, pem, message] of [
    [KEY_ID, ecdsa, 'Kalshi: a key of type ec, allowed rsa'],
    [KEY_ID, KEYS.privateKey.slice(0, -200), 'Kalshi: no private key in PEM'],
    [KEY_ID, 'hunter2', 'Kalshi: no private key in PEM'],
    [`${KEY_ID} `, KEYS.privateKey, 'Kalshi: no key id'],
  ] as const) {
    const text = thrown(id, pem);
    expect(text).toContain(message);
    const secrets = [KEY_ID, ...pem.split('\n').filter((line) => line !== '')];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }
});
