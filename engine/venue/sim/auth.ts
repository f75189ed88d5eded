// Who is calling: the L2 headers of a private call, checked as the venue does (HMAC over timestamp, method, path, body),
// and the L1 headers with which a wallet asks for its API key (EIP-712 signature, written apart from the engine's).
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../../ingest/transport.ts';
import type { Account, Accounts } from './accounts.ts';
import { CHAIN_ID, recoverAddress, structHash, textHash, typedDigest, word } from './signed-order.ts';

/** A signature older or newer than this is refused. */
const CLOCK_SPREAD_S = 300;
const WALLET_TYPE = 'ClobAuth(address address,string timestamp,uint256 nonce,string message)';
const WALLET_WORDS = textHash('This message attests that I control the given wallet');
const WALLET_DOMAIN = structHash(
  textHash('EIP712Domain(string name,string version,uint256 chainId)'),
  textHash('ClobAuthDomain'),
  textHash('1'),
  word(CHAIN_ID),
);

/** The account whose credentials signed `request`, or undefined. `nowMs`: wall clock. */
export function accountOf(accounts: Accounts, request: HttpRequest, nowMs: number): Account | undefined {
  const { headers } = request;
  const account = accounts.authenticate(headers['poly_api_key'], headers['poly_passphrase']);
  const timestamp = headers['poly_timestamp'] ?? '';
  const presented = headers['poly_signature'] ?? '';
  if (account === undefined || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > CLOCK_SPREAD_S) return undefined;
  if ((headers['poly_address'] ?? '').toLowerCase() !== account.setup.signer) return undefined;
  const expected = signature(account.setup.secret, timestamp, request);
  const a = Buffer.from(presented);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b) ? account : undefined;
}

/** The wallet, lower case, that signed the L1 headers of `request` with nonce 0, or undefined. `nowMs`: wall clock. */
export function walletOf({ headers }: HttpRequest, nowMs: number): string | undefined {
  const address = (headers['poly_address'] ?? '').toLowerCase();
  const timestamp = headers['poly_timestamp'] ?? '';
  // Keys of other nonces are other keys, which no account here has.
  if (!/^0x[0-9a-f]{40}$/.test(address) || !/^\d{1,12}$/.test(timestamp) || headers['poly_nonce'] !== '0')
    return undefined;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > CLOCK_SPREAD_S) return undefined;
  const struct = structHash(textHash(WALLET_TYPE), word(BigInt(address)), textHash(timestamp), word(0n), WALLET_WORDS);
  const signer = recoverAddress(typedDigest(WALLET_DOMAIN, struct), headers['poly_signature'] ?? '');
  return signer === address ? signer : undefined;
}

/** base64url with padding; the path goes in without its query, the body as the bytes that came. */
function signature(secret: string, timestamp: string, { method, path, body }: HttpRequest): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64url'));
  hmac.update(`${timestamp}${method}${path}`).update(body);
  return hmac.digest('base64').replaceAll('+', '-').replaceAll('/', '_');
}
