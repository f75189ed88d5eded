// Signs with one key: orders, whose id is known before the first byte leaves, and the statement with which a wallet asks for
// its API key. The key is handed in as bytes and is in no message of any error.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Curve, processCurve } from './curve.ts';
import { type Exchange, hex, POLYGON_CHAIN_ID, putUint } from './eip712.ts';
import { keccak256, keccakText, WORD } from './keccak.ts';
import { OrderForm, type OrderIdentity, SIGNATURE_TYPE } from './order-form.ts';

/** The V2 order struct. Amounts and ids as decimal text or bigint-safe integers. */
export interface SignableOrder extends OrderIdentity {
  readonly salt: number;
  readonly tokenId: string;
  readonly makerAmount: number;
  readonly takerAmount: number;
  /** 0 = BUY, 1 = SELL. */
  readonly side: number;
  readonly timestampMs: number;
}

// The statement of a wallet: its domain names no contract.
const AUTH_DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId)';
const AUTH_TYPE = 'ClobAuth(address address,string timestamp,uint256 nonce,string message)';
const AUTH_MESSAGE = 'This message attests that I control the given wallet';
const SIGNATURE_BYTES = 65;

export class OrderSigner {
  readonly address: string;
  readonly #key: Uint8Array;
  readonly #curve: Curve;
  readonly #signature = new Uint8Array(SIGNATURE_BYTES);

  /** `key`: 32 bytes. Throws RangeError without showing it. */
  constructor(key: Uint8Array, curve: Curve = processCurve().curve) {
    if (key.length !== WORD || !secp256k1.utils.isValidSecretKey(key)) {
      throw new RangeError('the signing key is not a secp256k1 key of 32 bytes');
    }
    this.#key = Uint8Array.from(key);
    this.#curve = curve;
    this.address = addressOf(secp256k1.getPublicKey(this.#key, false));
  }

  /** Order id and signature, both 0x-hex. */
  sign(
    order: SignableOrder,
    contract: string,
    version: Exchange['version'],
  ): { readonly orderId: string; readonly signature: string } {
    const { salt, tokenId, makerAmount, takerAmount, side, timestampMs } = order;
    const form = new OrderForm(order, tokenId, side, { contract, version });
    const orderId = hex(form.fill(salt, makerAmount, takerAmount, timestampMs));
    return { orderId, signature: this.signForm(form) };
  }

  /** Signature, 0x-hex, of the order that `form` was filled with last. */
  signForm(form: OrderForm): string {
    return form.signatureText(this.#sign(form.toSign()));
  }

  /** Signature, 0x-hex, of the statement that this wallet asks for the API key number `nonce`. */
  signClobAuth(timestampS: number, nonce: number, chainId = POLYGON_CHAIN_ID): string {
    const domain = Buffer.alloc(WORD * 4);
    domain.set(keccakText(AUTH_DOMAIN_TYPE), 0);
    domain.set(keccakText('ClobAuthDomain'), WORD);
    domain.set(keccakText('1'), WORD * 2);
    putUint(domain, 3, BigInt(chainId));
    const struct = Buffer.alloc(WORD * 5);
    struct.set(keccakText(AUTH_TYPE), 0);
    putUint(struct, 1, BigInt(this.address));
    struct.set(keccakText(String(timestampS)), WORD * 2);
    putUint(struct, 3, BigInt(nonce));
    struct.set(keccakText(AUTH_MESSAGE), WORD * 4);
    const input = Buffer.concat([Uint8Array.of(0x19, 0x01), keccak256(domain), keccak256(struct)]);
    return hex(this.#sign(keccak256(input)));
  }

  /** Signs throw-away orders of no size for no contract, so that the first real order finds compiled code and tables. */
  warmUp(signatures = 48): void {
    const { address } = this;
    const identity = { maker: address, signer: address, signatureType: SIGNATURE_TYPE.eoa };
    const nothing = { tokenId: '0', makerAmount: 0, takerAmount: 0, side: 0, timestampMs: 0 };
    for (let salt = 1; salt <= signatures; salt += 1) {
      this.sign({ salt, ...identity, ...nothing }, `0x${'0'.repeat(40)}`, '2');
    }
  }

  #sign(digest: Uint8Array): Uint8Array {
    this.#curve.sign(digest, this.#key, this.#signature);
    return this.#signature;
  }
}

/** Checksummed (EIP-55) address of an uncompressed public key. */
function addressOf(publicKey: Uint8Array): string {
  const digits = Buffer.from(keccak256(publicKey.subarray(1)).subarray(12)).toString('hex');
  const mask = Buffer.from(keccakText(digits)).toString('hex');
  const mixed = [...digits].map((digit, index) =>
    Number.parseInt(mask[index]!, 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${mixed.join('')}`;
}
