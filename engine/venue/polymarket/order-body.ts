// The JSON of an order as POST /orders takes it, prebuilt for one account, token and side: what is filled in are salt,
// amounts, time, type, end and signature. Pure.
import type { OrderRequest } from '../contract.ts';
import type { OrderIdentity } from './order-form.ts';
import { expirationText } from './rules.ts';
import type { ToSign } from './seal.ts';

const ZERO_WORD = `0x${'0'.repeat(64)}`;

export class OrderBody {
  readonly #beforeAmounts: string;
  readonly #beforeTime: string;
  readonly #beforeSignature: string;
  readonly #beforeType: string;

  /** `owner`: the API key. */
  constructor({ maker, signer, signatureType }: OrderIdentity, token: string, side: 'BUY' | 'SELL', owner: string) {
    this.#beforeAmounts = `,"maker":"${maker}","signer":"${signer}","tokenId":"${token}","makerAmount":"`;
    this.#beforeTime = `","side":"${side}","signatureType":${signatureType},"timestamp":"`;
    this.#beforeSignature = `","metadata":"${ZERO_WORD}","builder":"${ZERO_WORD}","signature":"`;
    this.#beforeType = `"},"owner":${JSON.stringify(owner)},"orderType":"`;
  }

  text(
    {
      salt,
      makerMicros,
      takerMicros,
      timestampMs,
    }: Pick<ToSign, 'salt' | 'makerMicros' | 'takerMicros' | 'timestampMs'>,
    { type, expiresMs }: Pick<OrderRequest, 'type' | 'expiresMs'>,
    signature: string,
  ): string {
    const postOnly = type === 'postOnly';
    const resting = expiresMs === undefined ? 'GTC' : 'GTD';
    const head = `{"deferExec":false,"postOnly":${postOnly},"order":{"salt":${salt}${this.#beforeAmounts}${makerMicros}`;
    const amounts = `","takerAmount":"${takerMicros}${this.#beforeTime}${timestampMs}`;
    const end = `","expiration":"${expirationText(expiresMs)}${this.#beforeSignature}${signature}`;
    return `${head}${amounts}${end}${this.#beforeType}${postOnly ? resting : type}"}`;
  }
}
