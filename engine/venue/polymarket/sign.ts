// EIP-712 order hash and signature of Polymarket's CLOB V2 (and V3) by hand: the hash is the order id, known before the
// first byte leaves; and the statement with which a wallet asks for its API key. The only importer of @noble. The key is handed in as bytes and is in no message of any error.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** The V2 order struct. Amounts and ids as decimal text or bigint-safe integers. */
export interface SignableOrder {
  readonly salt: number;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: number;
  readonly takerAmount: number;
  /** 0 = BUY, 1 = SELL. */
  readonly side: number;
  /** 0 = EOA, 1 = proxy, 2 = Safe. */
  readonly signatureType: number;
  readonly timestampMs: number;
}

const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const ORDER_TYPE =
  'Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)';
const DOMAIN_NAME = 'Polymarket CTF Exchange';
export const POLYGON_CHAIN_ID = 137;
/** CTF Exchange V2, for markets that are not neg-risk. */
export const EXCHANGE_V2 = '0xE111180000d2663C0091e4f400237545B87B996B';
export const NEG_RISK_EXCHANGE_V2 = '0xe2222d279d744050d28e00520010520000310F59';
export const EXCHANGE_V3 = '0xe3333700cA9d93003F00f0F71f8515005F6c00Aa';

const WORD = 32;
const ORDER_WORDS = 12; // type hash and 11 fields
const ORDER_TYPE_HASH = keccakText(ORDER_TYPE);

// The statement of a wallet: its domain names no contract.
const AUTH_DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId)';
const AUTH_TYPE = 'ClobAuth(address address,string timestamp,uint256 nonce,string message)';
const AUTH_MESSAGE = 'This message attests that I control the given wallet';

/** Signs for one exchange contract; the domain separator is computed once. */
export class OrderSigner {
  readonly address: string;
  readonly #key: Uint8Array;
  readonly #separators = new Map<string, Uint8Array>();
  readonly #struct = Buffer.alloc(WORD * ORDER_WORDS);
  readonly #digestInput = Buffer.alloc(2 + 2 * WORD);

  /** `key`: 32 bytes. Throws RangeError without showing it. */
  constructor(key: Uint8Array) {
    if (key.length !== WORD || !secp256k1.utils.isValidSecretKey(key)) {
      throw new RangeError('the signing key is not a secp256k1 key of 32 bytes');
    }
    this.#key = Uint8Array.from(key);
    this.address = addressOf(secp256k1.getPublicKey(this.#key, false));
  }

  /** Order id and signature, both 0x-hex. `contract`: the exchange; `version` of its domain, '2' or '3'. */
  sign(
    order: SignableOrder,
    contract: string,
    version: '2' | '3',
  ): { readonly orderId: string; readonly signature: string } {
    const digest = this.#digest(order, contract, version);
    return { orderId: hex(digest), signature: this.#signature(digest) };
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
    const input = Buffer.concat([Uint8Array.of(0x19, 0x01), keccak_256(domain), keccak_256(struct)]);
    return this.#signature(keccak_256(input));
  }

  /** Signs throw-away orders of no size for no contract, so that the first real order finds compiled code and tables. */
  warmUp(signatures = 48): void {
    const { address } = this;
    const nothing = { tokenId: '0', makerAmount: 0, takerAmount: 0, side: 0, signatureType: 0, timestampMs: 0 };
    for (let salt = 1; salt <= signatures; salt += 1) {
      this.sign({ salt, maker: address, signer: address, ...nothing }, `0x${'0'.repeat(40)}`, '2');
    }
  }

  #signature(digest: Uint8Array): string {
    const recovered = secp256k1.sign(digest, this.#key, { prehash: false, format: 'recovered' });
    // noble puts the recovery bit first; Ethereum wants r, s, v = 27 + bit.
    return hex(Buffer.concat([recovered.subarray(1), Uint8Array.of(27 + recovered[0]!)]));
  }

  /** EIP-191 bytes 0x1901, domain separator, struct hash. */
  #digest(order: SignableOrder, contract: string, version: '2' | '3'): Uint8Array {
    const struct = this.#struct;
    struct.fill(0);
    struct.set(ORDER_TYPE_HASH, 0);
    putUint(struct, 1, BigInt(order.salt));
    putUint(struct, 2, BigInt(order.maker));
    putUint(struct, 3, BigInt(order.signer));
    putUint(struct, 4, BigInt(order.tokenId));
    putUint(struct, 5, BigInt(order.makerAmount));
    putUint(struct, 6, BigInt(order.takerAmount));
    putUint(struct, 7, BigInt(order.side));
    putUint(struct, 8, BigInt(order.signatureType));
    putUint(struct, 9, BigInt(order.timestampMs));
    // Words 10 and 11, metadata and builder, stay zero.
    const input = this.#digestInput;
    input[0] = 0x19;
    input[1] = 0x01;
    input.set(this.#separator(contract, version), 2);
    input.set(keccak_256(struct), 2 + WORD);
    return keccak_256(input);
  }

  #separator(contract: string, version: string): Uint8Array {
    const key = `${contract}/${version}`;
    let separator = this.#separators.get(key);
    if (separator === undefined) {
      const words = Buffer.alloc(WORD * 5);
      words.set(keccakText(DOMAIN_TYPE), 0);
      words.set(keccakText(DOMAIN_NAME), WORD);
      words.set(keccakText(version), WORD * 2);
      putUint(words, 3, BigInt(POLYGON_CHAIN_ID));
      putUint(words, 4, BigInt(contract));
      separator = keccak_256(words);
      this.#separators.set(key, separator);
    }
    return separator;
  }
}

/** Checksummed (EIP-55) address of an uncompressed public key. */
function addressOf(publicKey: Uint8Array): string {
  const digits = Buffer.from(keccak_256(publicKey.subarray(1)).subarray(12)).toString('hex');
  const mask = Buffer.from(keccakText(digits)).toString('hex');
  const mixed = [...digits].map((digit, index) =>
    Number.parseInt(mask[index]!, 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${mixed.join('')}`;
}

function putUint(words: Buffer, index: number, value: bigint): void {
  words.write(value.toString(16).padStart(WORD * 2, '0'), index * WORD, 'hex');
}

function keccakText(text: string): Uint8Array {
  return keccak_256(Buffer.from(text, 'utf8'));
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
