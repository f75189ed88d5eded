// Reads WebSocket frames (RFC 6455 §5) off a receive buffer, in place. Ingest thread. A message in one frame is handed
// on where it lies; fragments are joined by moving each behind the one before.
//
// HOT PATH: allocates only in the constructor.
import type { ReceiveBuffer } from './ws-receive.ts';

export const OPCODE_TEXT = 1;
export const OPCODE_BINARY = 2;
export const OPCODE_CLOSE = 8;
export const OPCODE_PING = 9;
export const OPCODE_PONG = 10;
const FIRST_CONTROL = 8;
const CONTROL_BYTES_MAX = 125;
const FIN = 0x80;
const MASK = 0x80;
const RSV = 0x70;

/** Verdicts of reading: FRAMES_OK, FRAMES_STOP, or an index of FAILURES. */
export const FRAMES_OK = 0;
export const FRAMES_STOP = -1;
export const FAIL_RSV = 1;
export const FAIL_OPCODE = 2;
export const FAIL_MASKED = 3;
export const FAIL_CONTROL_LENGTH = 4;
export const FAIL_CONTROL_FRAGMENT = 5;
export const FAIL_NO_MESSAGE = 6;
export const FAIL_IN_MESSAGE = 7;
export const FAIL_NOT_MINIMAL = 8;
export const FAIL_TOO_LARGE = 9;
export const FAIL_NOT_UTF8 = 10;
export const FAIL_CLOSE_CODE = 11;

/** Why a connection is failed: the code we close it with and the reason `onClose` tells. */
export const FAILURES: readonly { readonly code: number; readonly reason: string }[] = [
  { code: 1000, reason: '' },
  { code: 1002, reason: 'Reserved bits must be clear' },
  { code: 1002, reason: 'Reserved opcode' },
  { code: 1002, reason: 'A frame of the server is masked' },
  { code: 1002, reason: 'Payload length of a control frame' },
  { code: 1002, reason: 'Control frame in fragments' },
  { code: 1002, reason: 'Continuation without a message' },
  { code: 1002, reason: 'New message before the last one ended' },
  { code: 1002, reason: 'Payload length not in its shortest form' },
  { code: 1009, reason: 'Max payload size exceeded' },
  { code: 1007, reason: 'Text that is not UTF-8' },
  { code: 1002, reason: 'Close code not allowed on the wire' },
];

/** Takes what was read; answers FRAMES_OK to go on, FRAMES_STOP, or a failure. Addresses are of the buffer's memory. */
export interface FrameTaker {
  onMessageAt(at: number, bytes: number, isText: boolean): number;
  onControlAt(opcode: number, at: number, bytes: number): number;
}

export class FrameReader {
  readonly #buffer: ReceiveBuffer;
  readonly #taker: FrameTaker;
  readonly #payloadBytesMax: number;
  /** Opcode of the message in fragments under way, 0 when none is. */
  #opcode = 0;

  constructor(buffer: ReceiveBuffer, taker: FrameTaker, payloadBytesMax: number) {
    this.#buffer = buffer;
    this.#taker = taker;
    this.#payloadBytesMax = payloadBytesMax;
  }

  /** Works off every whole frame received; what is left in the buffer is less than one. */
  read(): number {
    const buffer = this.#buffer;
    const { memory, to } = buffer;
    let verdict = FRAMES_OK;
    // Every turn consumes at least two bytes of what was read.
    while (verdict === FRAMES_OK && to - buffer.from >= 2) {
      const at = buffer.from;
      const first = memory[at]!;
      const length = memory[at + 1]!;
      verdict = this.#headFault(first, length);
      if (verdict !== FRAMES_OK) break;
      let header = 2;
      let bytes = length;
      if (length > CONTROL_BYTES_MAX) {
        header = length === 126 ? 4 : 10;
        if (to - at < header) break;
        bytes = length === 126 ? (memory[at + 2]! << 8) | memory[at + 3]! : wideLength(memory, at + 2);
        if (bytes < (length === 126 ? 126 : 65_536)) return FAIL_NOT_MINIMAL;
      }
      const isControl = (first & 15) >= FIRST_CONTROL;
      if (!isControl && buffer.messageBytes + bytes > this.#payloadBytesMax) return FAIL_TOO_LARGE;
      if (to - at < header + bytes) break;
      // Before the taker is called: it may end the connection.
      buffer.from = at + header + bytes;
      verdict = isControl
        ? this.#taker.onControlAt(first & 15, at + header, bytes)
        : this.#data(first, at + header, bytes);
    }
    return verdict;
  }

  /** What the first two bytes already show to be wrong. */
  #headFault(first: number, second: number): number {
    const opcode = first & 15;
    // The one form venues send; everything below agrees with it.
    if (first === (FIN | OPCODE_TEXT) && second < MASK && this.#opcode === 0) return FRAMES_OK;
    if ((first & RSV) !== 0) return FAIL_RSV;
    if (opcode > OPCODE_PONG || (opcode > OPCODE_BINARY && opcode < FIRST_CONTROL)) return FAIL_OPCODE;
    if (opcode >= FIRST_CONTROL) {
      if ((first & FIN) === 0) return FAIL_CONTROL_FRAGMENT;
      const bytes = second & (MASK - 1);
      if (bytes > CONTROL_BYTES_MAX || (opcode === OPCODE_CLOSE && bytes === 1)) return FAIL_CONTROL_LENGTH;
    } else if (opcode === 0) {
      if (this.#opcode === 0) return FAIL_NO_MESSAGE;
    } else if (this.#opcode !== 0) {
      return FAIL_IN_MESSAGE;
    }
    return second >= MASK ? FAIL_MASKED : FRAMES_OK;
  }

  #data(first: number, at: number, bytes: number): number {
    const buffer = this.#buffer;
    const opcode = first & 15;
    if (opcode !== 0) {
      if (first >= FIN) return this.#taker.onMessageAt(at, bytes, opcode === OPCODE_TEXT);
      this.#opcode = opcode;
      buffer.messageAt = at;
      buffer.messageBytes = bytes;
      return FRAMES_OK;
    }
    if (buffer.messageBytes === 0) buffer.messageAt = at;
    else buffer.memory.copyWithin(buffer.messageAt + buffer.messageBytes, at, at + bytes);
    buffer.messageBytes += bytes;
    if (first < FIN) return FRAMES_OK;
    const isText = this.#opcode === OPCODE_TEXT;
    const whole = buffer.messageBytes;
    this.#opcode = 0;
    buffer.messageBytes = 0;
    return this.#taker.onMessageAt(buffer.messageAt, whole, isText);
  }
}

/** A length of 64 bits: exact up to 2^53, and beyond that still above every limit. */
function wideLength(memory: Uint8Array, at: number): number {
  let length = 0;
  for (let index = 0; index < 8; index += 1) length = length * 256 + memory[at + index]!;
  return length;
}
