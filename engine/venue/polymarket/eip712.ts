// What Polymarket's typed data is made of: contracts, types, domain separators and 32-byte words. Pure.
import { keccak256, keccakText, WORD } from './keccak.ts';

export const POLYGON_CHAIN_ID = 137;
/** CTF Exchange V2, for markets that are not neg-risk. */
export const EXCHANGE_V2 = '0xE111180000d2663C0091e4f400237545B87B996B';
export const NEG_RISK_EXCHANGE_V2 = '0xe2222d279d744050d28e00520010520000310F59';
/** For markets of Protocol V2, neg-risk or not. */
export const EXCHANGE_V3 = '0xe3333700cA9d93003F00f0F71f8515005F6c00Aa';

/** The contract an order is for, and the version in its domain. */
export interface Exchange {
  readonly contract: string;
  readonly version: '2' | '3';
}

const V2: Exchange = { contract: EXCHANGE_V2, version: '2' };
const NEG_RISK_V2: Exchange = { contract: NEG_RISK_EXCHANGE_V2, version: '2' };
const V3: Exchange = { contract: EXCHANGE_V3, version: '3' };
export const EXCHANGES: readonly Exchange[] = [V2, NEG_RISK_V2, V3];

/** Where a market's orders go. `isProtocolV2`: the venue calls the market's version v2. */
export function exchangeFor(negRisk: boolean, isProtocolV2: boolean): Exchange {
  if (isProtocolV2) return V3;
  return negRisk ? NEG_RISK_V2 : V2;
}

export const ORDER_TYPE =
  'Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)';
export const ORDER_TYPE_HASH = keccakText(ORDER_TYPE);
/** What a deposit wallet's owner signs in the order's place, so that the wallet's contract can check it (ERC-7739). */
export const WALLET_SIGN_TYPE_HASH = keccakText(
  `TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)${ORDER_TYPE}`,
);
export const WALLET_NAME_HASH = keccakText('DepositWallet');
export const WALLET_VERSION_HASH = keccakText('1');

const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const DOMAIN_NAME = 'Polymarket CTF Exchange';
const separators = new Map<string, Uint8Array>();

/** Domain separator of an exchange on Polygon, computed once. */
export function separatorOf({ contract, version }: Exchange): Uint8Array {
  const key = `${contract}/${version}`;
  let separator = separators.get(key);
  if (separator === undefined) {
    const words = Buffer.alloc(WORD * 5);
    words.set(keccakText(DOMAIN_TYPE), 0);
    words.set(keccakText(DOMAIN_NAME), WORD);
    words.set(keccakText(version), WORD * 2);
    putUint(words, 3, BigInt(POLYGON_CHAIN_ID));
    putUint(words, 4, BigInt(contract));
    separator = keccak256(words);
    separators.set(key, separator);
  }
  return separator;
}

/** Writes `value` big-endian as the word number `index`. */
export function putUint(words: Buffer, index: number, value: bigint): void {
  words.write(value.toString(16).padStart(WORD * 2, '0'), index * WORD, 'hex');
}

/** The same for an integer up to 2^53, without a BigInt; the upper half of the word must be zero already. */
export function putSmall(words: Buffer, index: number, value: number): void {
  const at = index * WORD + WORD - 8;
  words.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  words.writeUInt32BE(value % 2 ** 32, at + 4);
}

/** 0x and the digits of `bytes`. */
export function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}
