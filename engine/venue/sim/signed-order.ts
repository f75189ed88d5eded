// A signed order as Polymarket's CLOB V2 receives it: its fields checked, its EIP-712 hash (the order id) recomputed
// and its signer recovered from the signature. The venue's side: it shares no code with the engine's signer.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { MarketMeta } from '../contract.ts';

export type OrderType = 'GTC' | 'GTD' | 'FOK' | 'FAK';

/** The `order` object of a request, as text and numbers came; amounts in micros of dollars and shares. */
export interface SignedOrder {
  readonly salt: bigint;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: number;
  readonly takerAmount: number;
  readonly side: 'BUY' | 'SELL';
  readonly signatureType: number;
  readonly timestampMs: string;
  readonly expirationS: string;
  readonly metadata: string;
  readonly builder: string;
  readonly signature: string;
}

/** One element of POST /orders. */
export interface PostedOrder {
  readonly order: SignedOrder;
  readonly owner: string;
  readonly orderType: OrderType;
  readonly postOnly: boolean;
}

export const EXCHANGE = '0xE111180000d2663C0091e4f400237545B87B996B';
export const EXCHANGE_NEG_RISK = '0xe2222d279d744050d28e00520010520000310F59';
export const EXCHANGE_PROTOCOL_V2 = '0xe3333700cA9d93003F00f0F71f8515005F6c00Aa';
export const CHAIN_ID = 137n;
export const ORDER_TYPE =
  'Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)';
const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const ORDER_TYPES: readonly string[] = ['GTC', 'GTD', 'FOK', 'FAK'];
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const BYTES32 = /^0x[0-9a-fA-F]{64}$/;
const DIGITS = /^\d{1,78}$/;

const typeHash = textHash(ORDER_TYPE);
const [V2, V3] = [textHash('2'), textHash('3')];

/** Which contract an order is for. */
export type OrderDomain = 'plain' | 'negRisk' | 'protocolV2';

const separators: Readonly<Record<OrderDomain, Uint8Array>> = {
  plain: separatorFor(EXCHANGE, V2),
  negRisk: separatorFor(EXCHANGE_NEG_RISK, V2),
  protocolV2: separatorFor(EXCHANGE_PROTOCOL_V2, V3),
};

function separatorFor(contract: string, version: Uint8Array): Uint8Array {
  const name = textHash('Polymarket CTF Exchange');
  return structHash(textHash(DOMAIN_TYPE), name, version, word(CHAIN_ID), word(BigInt(contract)));
}

/** Where orders of a market go. */
export function domainOf({ meta, negRisk }: { readonly meta: MarketMeta; readonly negRisk: boolean }): OrderDomain {
  if (meta.protocol === 'v2') return 'protocolV2';
  return negRisk ? 'negRisk' : 'plain';
}

export function separatorOf(domain: OrderDomain): Uint8Array {
  return separators[domain];
}

/** Reads one element of the request; a string says what is wrong with it. */
export function readPostedOrder(value: unknown): PostedOrder | string {
  if (!isFields(value) || !isFields(value['order'])) return 'Invalid order payload';
  const order = readSignedOrder(value['order']);
  if (typeof order === 'string') return order;
  const { owner, orderType, postOnly } = value;
  if (typeof owner !== 'string') return 'Invalid order payload: owner';
  if (typeof orderType !== 'string' || !ORDER_TYPES.includes(orderType)) return 'Invalid order payload: orderType';
  return { order, owner, orderType: orderType as OrderType, postOnly: postOnly === true };
}

/** EIP-712 signing hash of `order`: 0x and 64 lower-case digits. The venue's order id. */
export function orderIdOf(order: SignedOrder, domain: OrderDomain): string {
  return `0x${Buffer.from(typedDigest(separatorOf(domain), orderStruct(order))).toString('hex')}`;
}

/** Lower-case address whose signature of `digest` this is (0x and 130 digits), or undefined. */
export function recoverAddress(digest: Uint8Array, signature: string): string | undefined {
  const bytes = Buffer.from(signature.slice(2), 'hex');
  if (bytes.length !== 65) return undefined;
  const recovery = bytes[64]! >= 27 ? bytes[64]! - 27 : bytes[64]!;
  if (recovery > 1) return undefined;
  try {
    const recoverable = Buffer.concat([Buffer.of(recovery), bytes.subarray(0, 64)]);
    const publicKey = secp256k1.recoverPublicKey(recoverable, digest, { prehash: false });
    const point = secp256k1.Point.fromBytes(publicKey).toBytes(false);
    return `0x${Buffer.from(keccak_256(point.subarray(1)).subarray(12)).toString('hex')}`;
  } catch {
    // Not a curve point: the same answer as a signature by somebody else.
    return undefined;
  }
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readSignedOrder(fields: Fields): SignedOrder | string {
  const { salt, maker, signer, tokenId, makerAmount, takerAmount, side, signatureType } = fields;
  const { timestamp, expiration, metadata, builder, signature } = fields;
  if (typeof salt !== 'number' || !Number.isSafeInteger(salt) || salt < 0) return 'Invalid order payload: salt';
  if (!matches(maker, ADDRESS) || !matches(signer, ADDRESS)) return 'Invalid order payload: maker or signer';
  if (!matches(tokenId, DIGITS)) return 'Invalid order payload: tokenId';
  const amounts = [makerAmount, takerAmount].map((amount) => (matches(amount, DIGITS) ? Number(amount) : Number.NaN));
  if (!amounts.every((amount) => Number.isSafeInteger(amount) && amount > 0)) return 'Invalid order payload: amounts';
  if (side !== 'BUY' && side !== 'SELL') return 'Invalid order payload: side';
  if (typeof signatureType !== 'number' || ![0, 1, 2, 3].includes(signatureType)) {
    return 'Invalid order payload: signatureType';
  }
  if (!matches(timestamp, DIGITS)) return 'Invalid order payload: timestamp';
  if (!matches(metadata, BYTES32) || !matches(builder, BYTES32)) return 'Invalid order payload: metadata or builder';
  if (typeof signature !== 'string' || !/^0x[0-9a-fA-F]*$/.test(signature)) return 'Invalid order payload: signature';
  return {
    salt: BigInt(salt),
    maker: maker.toLowerCase(),
    signer: signer.toLowerCase(),
    tokenId,
    makerAmount: amounts[0]!,
    takerAmount: amounts[1]!,
    side,
    signatureType,
    timestampMs: timestamp,
    expirationS: typeof expiration === 'string' ? expiration : '0',
    metadata,
    builder,
    signature,
  };
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** Struct hash of the order. */
export function orderStruct(order: SignedOrder): Uint8Array {
  return structHash(
    typeHash,
    word(order.salt),
    word(BigInt(order.maker)),
    word(BigInt(order.signer)),
    word(BigInt(order.tokenId)),
    word(BigInt(order.makerAmount)),
    word(BigInt(order.takerAmount)),
    word(order.side === 'BUY' ? 0n : 1n),
    word(BigInt(order.signatureType)),
    word(BigInt(order.timestampMs)),
    word(BigInt(order.metadata)),
    word(BigInt(order.builder)),
  );
}

/** What a wallet signs of typed data: EIP-712 over the hashes of domain and struct. */
export function typedDigest(domain: Uint8Array, struct: Uint8Array): Uint8Array {
  return structHash(Buffer.of(0x19, 0x01), domain, struct);
}

/** Hash of the words of a struct, its type's hash first. */
export function structHash(...words: readonly Uint8Array[]): Uint8Array {
  return keccak_256(Buffer.concat(words));
}

export function textHash(text: string): Uint8Array {
  return keccak_256(Buffer.from(text));
}

/** Big-endian 32 bytes; a token id above 2^256 is cut to its low bits, and then names no market. */
export function word(value: bigint): Buffer {
  return Buffer.from(BigInt.asUintN(256, value).toString(16).padStart(64, '0'), 'hex');
}
