// Frames a WebSocket client sends (RFC 6455 §5.3): one frame per message, masked. Allocates: sending is off the hot path.
import { randomFillSync } from 'node:crypto';

const FIN = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
const MASKS_BYTES = 4_096;

/** Unpredictable bytes for masks, drawn in advance. */
const masks = new Uint8Array(MASKS_BYTES);
let masksUsed = MASKS_BYTES;

/** The frame of `opcode` with `payload`, ready to be written. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + MASK_BYTES + length);
  frame[0] = FIN | opcode;
  frame[1] = MASKED | (header === 2 ? length : header === 4 ? 126 : 127);
  if (header === 4) frame.writeUInt16BE(length, 2);
  if (header === 10) {
    frame.writeUInt32BE(Math.floor(length / 0x1_0000_0000), 2);
    frame.writeUInt32BE(length >>> 0, 6);
  }
  if (masksUsed === MASKS_BYTES) {
    randomFillSync(masks);
    masksUsed = 0;
  }
  const mask = masks.subarray(masksUsed, masksUsed + MASK_BYTES);
  masksUsed += MASK_BYTES;
  frame.set(mask, header);
  const at = header + MASK_BYTES;
  for (let index = 0; index < length; index += 1) frame[at + index] = payload[index]! ^ mask[index & 3]!;
  return frame;
}

/** A close frame's payload, `code` 0 for an empty one. */
export function closePayload(code: number, reason: Uint8Array = new Uint8Array(0)): Uint8Array {
  if (code === 0) return new Uint8Array(0);
  const payload = new Uint8Array(2 + reason.length);
  payload[0] = code >> 8;
  payload[1] = code;
  payload.set(reason, 2);
  return payload;
}

/** Codes a close frame may carry: 1004 to 1006 and 1015 are never on the wire (RFC 6455 §7.4). */
export function isCloseCode(code: number): boolean {
  if (code >= 3_000) return code <= 4_999;
  return code >= 1_000 && code <= 1_014 && (code < 1_004 || code > 1_006);
}
