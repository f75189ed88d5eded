// What the engine asks the process with Kalshi's key, as JSON behind its length: calls to be signed, and the orders that one
// of them carries. Answers lie in the slots of protocol.ts, one for each call.
import type { ToldOrder } from '../venue/kalshi/seal.ts';
import type { SignerLimitSetup } from './protocol.ts';

/** First thing down the pipe. Nothing in it is secret. */
export interface KalshiSignerSetup {
  readonly kind: 'kalshi';
  /** RSA key in PEM. */
  readonly keyFile: string;
  readonly keyIdFile: string;
  /** Prefix of the REST API's paths, for example /trade-api/v2. */
  readonly pathPrefix: string;
  /** Path of the WebSocket. */
  readonly socketPath: string;
  readonly limits: SignerLimitSetup;
}

export type KalshiCall = readonly [method: string, path: string];

export interface KalshiSignRequest {
  /** Of the first call; those of the others follow. */
  readonly sequence: number;
  /** What the venue is told. */
  readonly wallMs: number;
  readonly calls: readonly KalshiCall[];
  /** [] where no call carries any. */
  readonly orders: readonly ToldOrder[];
}

/** Far above the largest batch. */
export const KALSHI_REQUEST_BYTES_MAX = 64 * 1024;
