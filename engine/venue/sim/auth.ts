// Who is calling: the L2 headers of a private call, checked as the venue does (HMAC over timestamp, method, path, body).
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../../ingest/transport.ts';
import type { Account, Accounts } from './accounts.ts';

/** A signature older or newer than this is refused. */
const CLOCK_SPREAD_S = 300;

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

/** base64url with padding; the path goes in without its query, the body as the bytes that came. */
function signature(secret: string, timestamp: string, { method, path, body }: HttpRequest): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64url'));
  hmac.update(`${timestamp}${method}${path}`).update(body);
  return hmac.digest('base64').replaceAll('+', '-').replaceAll('/', '_');
}
