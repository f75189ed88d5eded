// Authentication at Polymarket: L1, with which a wallet asks for its API key, and L2, HMAC headers of private calls. The
// secret never leaves this file but as a signature.
import { createHmac } from 'node:crypto';
import type { OrderSigner } from './sign.ts';

/** API credentials as the venue hands them out. `secret`: base64url. */
export interface ApiCredentials {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

/** base64url with padding of HMAC-SHA256 over timestamp + method + path (without query) + body. */
export function l2Signature(secret: string, timestampS: number, method: string, path: string, body: string): string {
  const mac = createHmac('sha256', Buffer.from(secret, 'base64url'));
  mac.update(`${timestampS}${method}${path}${body}`);
  return mac.digest('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Headers with which the signer's wallet asks for its API key number `nonce`. */
export function l1Headers(signer: OrderSigner, timestampS: number, nonce: number): Record<string, string> {
  return {
    POLY_ADDRESS: signer.address,
    POLY_SIGNATURE: signer.signClobAuth(timestampS, nonce),
    POLY_TIMESTAMP: String(timestampS),
    POLY_NONCE: String(nonce),
  };
}

/** Headers of one private call. `body`: the exact text sent, '' for none. `address`: the signer's. */
export function l2Headers(
  credentials: ApiCredentials,
  address: string,
  timestampS: number,
  call: { readonly method: string; readonly path: string; readonly body: string },
): Record<string, string> {
  return {
    POLY_ADDRESS: address,
    POLY_SIGNATURE: l2Signature(credentials.secret, timestampS, call.method, call.path, call.body),
    POLY_TIMESTAMP: String(timestampS),
    POLY_API_KEY: credentials.apiKey,
    POLY_PASSPHRASE: credentials.passphrase,
  };
}
