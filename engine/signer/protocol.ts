// What the engine and its signer's process say to each other, byte by byte. Requests go down a pipe, one record an order;
// answers lie in a file of slots, so that the engine can look for one without a turn of its event loop.
import type { ToSign } from '../venue/polymarket/seal.ts';

/** Why the signer refuses, by name. */
export type SignerRefusal =
  | 'badRequest' // not a record of this version, or fields out of range
  | 'chain' // another chain than Polygon
  | 'contract' // none of the three exchange contracts, or with the domain of another
  | 'asset' // not in signer.assets, or in signer.tickers
  | 'call' // Kalshi: a request that is not on its list
  | 'time' // Kalshi: too far from the signer's own time
  | 'orderId' // the id is not that of the fields
  | 'orderNotional' // above signer.orderMicrosMax
  | 'hourNotional' // above signer.hourMicrosMax within an hour
  | 'orderRate'; // above signer.ordersPerSecondMax

/** The engine's own: the signer is gone, or said nothing in time. */
export type SealFault = SignerRefusal | 'signerLost' | 'noAnswer';

/** What the signer enforces. Micro-dollars. */
export interface SignerLimitSetup {
  /** Dollars that one order may give for what it buys. */
  readonly orderMicrosMax: number;
  /** Of all orders that buy signed within an hour, whatever became of them. */
  readonly hourMicrosMax: number;
  /** The same in shares that orders sell. */
  readonly sellOrderMicrosMax: number;
  readonly sellHourMicrosMax: number;
  readonly ordersPerSecondMax: number;
  /** Token ids that orders may be of; absent: any. */
  readonly assets?: readonly string[] | undefined;
  /** Kalshi's markets that orders may be of; absent: any. */
  readonly tickers?: readonly string[] | undefined;
}

/** First thing down the pipe, as JSON behind its length. Nothing in it is secret. */
export interface SignerSetup {
  readonly keyFile: string;
  readonly signatureType: 0 | 1 | 2 | 3;
  /** Who holds the money; absent: the key's own address. */
  readonly funder?: string | undefined;
  readonly limits: SignerLimitSetup;
}

export const SETUP_HEAD_BYTES = 4;
export const SETUP_BYTES_MAX = 16 * 1024 * 1024;

/** One order as the signer gets it: its fields, and the id that the engine gave it. */
export interface SignRequest {
  readonly sequence: number;
  readonly side: number;
  readonly version: number;
  readonly chainId: number;
  readonly salt: number;
  readonly makerMicros: number;
  readonly takerMicros: number;
  readonly timestampMs: number;
  /** 0x and 40 lower-case digits. */
  readonly contract: string;
  /** 32 bytes each. */
  readonly token: Uint8Array;
  readonly id: Uint8Array;
}

export const REQUEST_BYTES = 128;
const [CONTRACT_AT, TOKEN_AT, ID_AT] = [44, 64, 96];

export function putRequest(into: Buffer, at: number, sequence: number, chainId: number, order: ToSign): void {
  into.writeUInt32LE(sequence, at);
  into[at + 4] = order.side;
  into[at + 5] = Number(order.exchange.version);
  into.writeDoubleLE(order.salt, at + 8);
  into.writeDoubleLE(order.makerMicros, at + 16);
  into.writeDoubleLE(order.takerMicros, at + 24);
  into.writeDoubleLE(order.timestampMs, at + 32);
  into.writeUInt32LE(chainId, at + 40);
  into.write(order.exchange.contract.slice(2), at + CONTRACT_AT, 'hex');
  into.set(order.form.token, at + TOKEN_AT);
  into.write(order.orderId.slice(2), at + ID_AT, 'hex');
}

/** Sequence of the record at `at`. */
export function sequenceOf(requests: Buffer, at: number): number {
  return requests.readUInt32LE(at);
}

/** Reads the record at `at`; its arrays are views. */
export function readRequest(from: Buffer, at: number): SignRequest {
  return {
    sequence: sequenceOf(from, at),
    side: from[at + 4]!,
    version: from[at + 5]!,
    salt: from.readDoubleLE(at + 8),
    makerMicros: from.readDoubleLE(at + 16),
    takerMicros: from.readDoubleLE(at + 24),
    timestampMs: from.readDoubleLE(at + 32),
    chainId: from.readUInt32LE(at + 40),
    contract: `0x${from.toString('hex', at + CONTRACT_AT, at + TOKEN_AT)}`,
    token: from.subarray(at + TOKEN_AT, at + ID_AT),
    id: from.subarray(at + ID_AT, at + REQUEST_BYTES),
  };
}

export type AnswerKind = 'ready' | 'signed' | 'refused';
const KINDS: readonly AnswerKind[] = ['ready', 'signed', 'refused'];

/** One answer: address and curve, a signature, or a reason's name. */
export interface SignAnswer {
  readonly sequence: number;
  readonly kind: AnswerKind;
  readonly text: string;
}

/** A slot is written over once so many later orders were answered: far more than are ever waited for. */
export const SLOTS = 64;
/** A deposit wallet's signature has 317 bytes, 636 characters with its 0x. */
export const SLOT_BYTES = 1_024;
const HEAD_BYTES = 16;
/** Sequence of the first answer, that the signer is ready. Orders count from 1. */
export const READY_SEQUENCE = 0;

/** The slot with this answer; `into` has SLOT_BYTES. Answers how many bytes are written. */
export function putAnswer(into: Buffer, { sequence, kind, text }: SignAnswer): number {
  const length = into.write(text, HEAD_BYTES, 'latin1');
  into.writeUInt32LE(sequence, 0);
  into.writeUInt32LE(KINDS.indexOf(kind), 4);
  into.writeUInt32LE(length, 8);
  into.writeUInt32LE(checkOf(into, length), 12);
  return HEAD_BYTES + length;
}

/** The answer number `sequence` of a slot, undefined while it is not there, or not whole. */
export function readAnswer(from: Buffer, bytes: number, sequence: number): SignAnswer | undefined {
  if (bytes < HEAD_BYTES || from.readUInt32LE(0) !== sequence) return undefined;
  const length = from.readUInt32LE(8);
  const kind = KINDS[from.readUInt32LE(4)];
  if (kind === undefined || HEAD_BYTES + length > bytes || from.readUInt32LE(12) !== checkOf(from, length)) {
    return undefined;
  }
  return { sequence, kind, text: from.toString('latin1', HEAD_BYTES, HEAD_BYTES + length) };
}

/** FNV-1a over sequence, kind, length and text: a slot may be read while it is written. */
function checkOf(slot: Buffer, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < HEAD_BYTES + length; at += 1) {
    if (at === 12) at = HEAD_BYTES;
    hash = Math.imul(hash ^ slot[at]!, 0x01000193);
  }
  return hash >>> 0;
}

/** A value as JSON behind its length, as setups and Kalshi's requests go down the pipe. */
export function framed(value: object): Buffer {
  const text = Buffer.from(JSON.stringify(value));
  const head = Buffer.alloc(SETUP_HEAD_BYTES);
  head.writeUInt32LE(text.length, 0);
  return Buffer.concat([head, text]);
}
