// How the simulated Kalshi venue checks a signed request. Written apart from the engine's own signing, so that one does
// not prove itself by the other.
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Why a request is refused with 401. */
export type AuthFault = 'missing' | 'unknownKey' | 'badTimestamp' | 'stale' | 'badSignature';

const DIGEST_BYTES = 32;
const AGE_MS_MAX = 5_000;

export class KalshiAuth {
  readonly #keyId: string;
  readonly #key: KeyObject;

  /** `publicKeyPem`: of the one account. Throws for what is no public key. */
  constructor(keyId: string, publicKeyPem: string) {
    this.#keyId = keyId;
    this.#key = createPublicKey(publicKeyPem);
  }

  /** What is wrong with a request that arrives at `wallMs`; header names are lower case. */
  fault(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    wallMs: number,
  ): AuthFault | undefined {
    const key = headers['kalshi-access-key'];
    const time = headers['kalshi-access-timestamp'];
    const signature = headers['kalshi-access-signature'];
    if (key === undefined || time === undefined || signature === undefined) return 'missing';
    if (key !== this.#keyId) return 'unknownKey';
    if (!/^\d{13}$/.test(time)) return 'badTimestamp';
    if (Math.abs(wallMs - Number(time)) > AGE_MS_MAX) return 'stale';
    const scheme = { key: this.#key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: DIGEST_BYTES };
    const said = Buffer.from(time + method + path, 'utf8');
    return verify('sha256', said, scheme, Buffer.from(signature, 'base64')) ? undefined : 'badSignature';
  }
}
