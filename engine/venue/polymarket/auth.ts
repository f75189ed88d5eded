// L2 authentication of Polymarket: HMAC headers of private calls. The secret never leaves this file but as a signature.
import { createHmac } from 'node:crypto';

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
