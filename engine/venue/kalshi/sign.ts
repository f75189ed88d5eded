// Signs requests to Kalshi: RSA-PSS over time, method and path. Whoever holds the key holds the account, so the key
// stays in here: nothing this file throws or prints has any of it.
import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** Salt as long as the digest of SHA-256. */
const SALT_BYTES = 32;
const KEY_BITS_MIN = 2_048;
const KEY_ID = /^[0-9A-Za-z-]{1,100}$/;

/** Names of the headers of a signed request. */
export const KALSHI_HEADERS = {
  key: 'KALSHI-ACCESS-KEY',
  timestamp: 'KALSHI-ACCESS-TIMESTAMP',
  signature: 'KALSHI-ACCESS-SIGNATURE',
} as const;

/** What a signature covers. `path` is from the root, with the API's prefix; its query is left out. */
export function signedText(wallMs: number, method: string, path: string): string {
  const query = path.indexOf('?');
  return `${wallMs}${method}${query < 0 ? path : path.slice(0, query)}`;
}

/** What is wrong with a private key in PEM, or undefined. Never repeats the key. */
export function privateKeyFault(pem: string): string | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'no private key in PEM without a passphrase';
  }
  if (key.asymmetricKeyType !== 'rsa') return `a key of type ${key.asymmetricKeyType}, allowed rsa`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < KEY_BITS_MIN ? `a key of ${bits} bits, allowed ${KEY_BITS_MIN} or more` : undefined;
}

/** What is wrong with a key's id, or undefined: it goes into a header. */
export function keyIdFault(keyId: string): string | undefined {
  return KEY_ID.test(keyId) ? undefined : 'no key id, allowed 1 to 100 letters, digits and dashes';
}

/** Signs requests at `wallMs`: with a key of this process, or by a process that has one. `path` is from the root. */
export interface RequestSigner {
  /** False while a process that has the key does not answer; absent: it always does. */
  answers?(): boolean;
  /** {} when it is not signed. */
  headers(method: string, path: string, wallMs: number): Record<string, string>;
}

/** Headers of a request by what was signed. */
export function signedHeaders(keyId: string, wallMs: number, signature: string): Record<string, string> {
  return {
    [KALSHI_HEADERS.key]: keyId,
    [KALSHI_HEADERS.timestamp]: String(wallMs),
    [KALSHI_HEADERS.signature]: signature,
  };
}

export class KalshiSigner implements RequestSigner {
  readonly #keyId: string;
  readonly #key: KeyObject;

  /** Throws RangeError for an unusable key or id, without repeating it. */
  constructor(keyId: string, privateKeyPem: string) {
    const fault = keyIdFault(keyId) ?? privateKeyFault(privateKeyPem);
    if (fault !== undefined) throw new RangeError(`Kalshi: ${fault}`);
    this.#keyId = keyId;
    this.#key = createPrivateKey(privateKeyPem);
  }

  /** For the headers; it signs nothing. */
  get keyId(): string {
    return this.#keyId;
  }

  /** Headers of one request at `wallMs`; some 1 ms of work. */
  headers(method: string, path: string, wallMs: number): Record<string, string> {
    return signedHeaders(this.#keyId, wallMs, this.signature(method, path, wallMs));
  }

  /** In base64. */
  signature(method: string, path: string, wallMs: number): string {
    const text = Buffer.from(signedText(wallMs, method, path), 'utf8');
    const scheme = { key: this.#key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES };
    return sign('sha256', text, scheme).toString('base64');
  }
}
