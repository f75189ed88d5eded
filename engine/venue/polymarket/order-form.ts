// An order's typed data, prebuilt for one account, token, side and exchange: what is left to fill in are salt, amounts and
// time. Gives the order id, the digest that the key signs, and the signature as orders carry it. One thread each.
import {
  type Exchange,
  hex,
  ORDER_TYPE,
  ORDER_TYPE_HASH,
  POLYGON_CHAIN_ID,
  putSmall,
  putUint,
  separatorOf,
  WALLET_NAME_HASH,
  WALLET_SIGN_TYPE_HASH,
  WALLET_VERSION_HASH,
} from './eip712.ts';
import { keccakInto, WORD } from './keccak.ts';

/** An account's wallet: its key's own address (eoa), a proxy, a Safe, or a deposit wallet that checks signatures itself. */
export const SIGNATURE_TYPE = { eoa: 0, proxy: 1, safe: 2, wallet: 3 } as const;
export type SignatureType = (typeof SIGNATURE_TYPE)[keyof typeof SIGNATURE_TYPE];

/** Who gives and who signs, as an order names them. */
export interface OrderIdentity {
  /** Holder of the money: the funder. */
  readonly maker: string;
  /** The key's address; the wallet's own for a deposit wallet. */
  readonly signer: string;
  readonly signatureType: SignatureType;
}

/** The identity of an account whose key has `address`. Throws RangeError for an own address with a foreign funder. */
export function identityOf(address: string, signatureType: SignatureType, funder = address): OrderIdentity {
  if (signatureType === SIGNATURE_TYPE.eoa && funder.toLowerCase() !== address.toLowerCase()) {
    throw new RangeError(`funder ${funder}, allowed the key's own address ${address} for signatureType 0`);
  }
  return { maker: funder, signer: signatureType === SIGNATURE_TYPE.wallet ? funder : address, signatureType };
}

const ORDER_WORDS = 12; // type hash and 11 fields
const [SALT, MAKER, SIGNER, TOKEN, MAKER_AMOUNT, TAKER_AMOUNT, SIDE, SIGNATURE_KIND, TIMESTAMP] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9],
] as const as [1, 2, 3, 4, 5, 6, 7, 8, 9];
const PREFIX_BYTES = 2;

export class OrderForm {
  readonly identity: OrderIdentity;
  // Words 10 and 11, metadata and builder, stay zero.
  readonly #struct = Buffer.alloc(WORD * ORDER_WORDS);
  /** 0x1901, domain separator, struct hash: the struct hash is filled in. */
  readonly #typed: Buffer;
  readonly #id = new Uint8Array(WORD);
  readonly #wallet: WalletForm | undefined;

  /** `side`: 0 = BUY, 1 = SELL. */
  constructor(identity: OrderIdentity, tokenId: string, side: number, exchange: Exchange) {
    this.identity = identity;
    const struct = this.#struct;
    struct.set(ORDER_TYPE_HASH, 0);
    putUint(struct, MAKER, BigInt(identity.maker));
    putUint(struct, SIGNER, BigInt(identity.signer));
    putUint(struct, TOKEN, BigInt(tokenId));
    putUint(struct, SIDE, BigInt(side));
    putUint(struct, SIGNATURE_KIND, BigInt(identity.signatureType));
    this.#typed = typedInput(separatorOf(exchange));
    const isWallet = identity.signatureType === SIGNATURE_TYPE.wallet;
    this.#wallet = isWallet ? new WalletForm(identity.signer, separatorOf(exchange)) : undefined;
  }

  /** The token's id, 32 bytes. */
  get token(): Uint8Array {
    return this.#struct.subarray(TOKEN * WORD, (TOKEN + 1) * WORD);
  }

  /** Order id of an order with these fields; the array is overwritten by the next call. */
  fill(salt: number, makerMicros: number, takerMicros: number, timestampMs: number): Uint8Array {
    const struct = this.#struct;
    putSmall(struct, SALT, salt);
    putSmall(struct, MAKER_AMOUNT, makerMicros);
    putSmall(struct, TAKER_AMOUNT, takerMicros);
    putSmall(struct, TIMESTAMP, timestampMs);
    keccakInto(struct, this.#typed, PREFIX_BYTES + WORD);
    keccakInto(this.#typed, this.#id, 0);
    return this.#id;
  }

  /** What the key signs of the order filled in last. */
  toSign(): Uint8Array {
    return this.#wallet === undefined ? this.#id : this.#wallet.digest(this.#typed.subarray(PREFIX_BYTES + WORD));
  }

  /** The order's signature, 0x-hex, of the key's (r, s, v: 65 bytes). */
  signatureText(signature: Uint8Array): string {
    if (this.#wallet === undefined) return hex(signature);
    return hex(signature) + this.#wallet.tail(this.#typed.subarray(PREFIX_BYTES + WORD));
  }
}

/** What goes around a deposit wallet's order: the key signs the order and the wallet's own domain in one. */
class WalletForm {
  readonly #struct = Buffer.alloc(WORD * 7);
  readonly #typed: Buffer;
  readonly #digest = new Uint8Array(WORD);
  readonly #separatorText: string;

  constructor(wallet: string, separator: Uint8Array) {
    this.#struct.set(WALLET_SIGN_TYPE_HASH, 0);
    this.#struct.set(WALLET_NAME_HASH, WORD * 2);
    this.#struct.set(WALLET_VERSION_HASH, WORD * 3);
    putUint(this.#struct, 4, BigInt(POLYGON_CHAIN_ID));
    putUint(this.#struct, 5, BigInt(wallet));
    this.#typed = typedInput(separator);
    this.#separatorText = hex(separator).slice(2);
  }

  digest(contentsHash: Uint8Array): Uint8Array {
    this.#struct.set(contentsHash, WORD);
    keccakInto(this.#struct, this.#typed, PREFIX_BYTES + WORD);
    keccakInto(this.#typed, this.#digest, 0);
    return this.#digest;
  }

  /** Domain, contents and their type, by which the wallet's contract makes the digest again. */
  tail(contentsHash: Uint8Array): string {
    return this.#separatorText + hex(contentsHash).slice(2) + ORDER_TYPE_TEXT;
  }
}

const ORDER_TYPE_TEXT = Buffer.from(ORDER_TYPE).toString('hex') + ORDER_TYPE.length.toString(16).padStart(4, '0');

function typedInput(separator: Uint8Array): Buffer {
  const input = Buffer.alloc(PREFIX_BYTES + 2 * WORD);
  input[0] = 0x19;
  input[1] = 0x01;
  input.set(separator, PREFIX_BYTES);
  return input;
}
