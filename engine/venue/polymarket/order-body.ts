// The JSON of an order as POST /orders takes it, prebuilt for one account, token and side: what is filled in are salt,
// amounts, time, type and signature. Pure.
import type { OrderType } from '../contract.ts';
import type { OrderIdentity } from './order-form.ts';

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
    this.#beforeSignature = `","expiration":"0","metadata":"${ZERO_WORD}","builder":"${ZERO_WORD}","signature":"`;
    this.#beforeType = `"},"owner":${JSON.stringify(owner)},"orderType":"`;
  }

  text(
    salt: number,
    makerMicros: number,
    takerMicros: number,
    timestampMs: number,
    type: OrderType,
    signature: string,
  ): string {
    const postOnly = type === 'postOnly';
    const head = `{"deferExec":false,"postOnly":${postOnly},"order":{"salt":${salt}${this.#beforeAmounts}${makerMicros}`;
    const amounts = `","takerAmount":"${takerMicros}${this.#beforeTime}${timestampMs}${this.#beforeSignature}${signature}`;
    return `${head}${amounts}${this.#beforeType}${postOnly ? 'GTC' : type}"}`;
  }
}
