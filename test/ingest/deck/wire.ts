// WebSocket frames as bytes, written straight from RFC 6455 §5.2 for the test deck: what a server sends, whole or
// broken, and what a client sent. Shares no code with the product.

export interface FrameFields {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  /** The three reserved bits, 0..7. */
  readonly rsv?: number;
  /** Sets the mask bit and masks with this key. */
  readonly mask?: readonly [number, number, number, number];
  /** Bytes of the extended length field when it is not to be the shortest: 2 or 8. */
  readonly lengthBytes?: 2 | 8;
  /** Stated length when it is not the payload's. */
  readonly length?: bigint;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export function frame({ opcode, payload = '', fin = true, rsv = 0, mask, lengthBytes, length }: FrameFields): Buffer {
  const body = Buffer.from(payload as Uint8Array);
  const stated = length ?? BigInt(body.length);
  const extended = lengthBytes ?? (stated < 126n ? 0 : stated < 65_536n ? 2 : 8);
  const field = Buffer.alloc(extended);
  if (extended === 2) field.writeUInt16BE(Number(stated));
  if (extended === 8) field.writeBigUInt64BE(stated);
  const seven = extended === 0 ? Number(stated) : extended === 2 ? 126 : 127;
  const head = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode, (mask === undefined ? 0 : 0x80) | seven]);
  if (mask === undefined) return Buffer.concat([head, field, body]);
  return Buffer.concat([head, field, Buffer.from(mask), body.map((byte, at) => byte ^ mask[at % 4]!)]);
}

export const text = (payload: Uint8Array | string, more: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: TEXT, payload, ...more });
export const binary = (payload: Uint8Array | string, more: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: BINARY, payload, ...more });
export const more = (payload: Uint8Array | string, fin: boolean): Buffer => frame({ opcode: 0, payload, fin });
export const ping = (payload: Uint8Array | string = '', rest: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: PING, payload, ...rest });
export const pong = (payload: Uint8Array | string = '', rest: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: PONG, payload, ...rest });

/** A close frame: its code and reason, or no payload at all. */
export function close(code?: number, reason: Uint8Array | string = ''): Buffer {
  if (code === undefined) return frame({ opcode: CLOSE });
  return frame({ opcode: CLOSE, payload: Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]) });
}

/** One message as frames of `size` bytes of payload. */
export function fragments(opcode: number, payload: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length || at === 0; at += size) {
    const isLast = at + size >= payload.length;
    pieces.push(frame({ opcode: at === 0 ? opcode : 0, payload: payload.subarray(at, at + size), fin: isLast }));
  }
  return pieces;
}

/** A frame a client sent. */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes the whole frames off the front of `bytes`. Throws when one breaks the rules for clients. */
export function clientFrames(bytes: Buffer): { readonly frames: ClientFrame[]; readonly rest: Buffer } {
  const frames: ClientFrame[] = [];
  let rest = bytes;
  while (rest.length >= 2) {
    const [first, second] = [rest[0]!, rest[1]!];
    if ((first & 0xf0) !== 0x80) throw new Error(`client frame: first byte ${first.toString(16)}`);
    if ((second & 0x80) === 0) throw new Error('client frame: not masked');
    const seven = second & 0x7f;
    const header = seven < 126 ? 2 : seven === 126 ? 4 : 10;
    if (rest.length < header + 4) break;
    const length = seven < 126 ? seven : seven === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (header === 4 && length < 126) throw new Error('client frame: length not in its shortest form');
    if (header === 10 && length < 65_536) throw new Error('client frame: length not in its shortest form');
    const end = header + 4 + length;
    if (rest.length < end) break;
    const mask = rest.subarray(header, header + 4);
    const payload = Buffer.from(rest.subarray(header + 4, end).map((byte, at) => byte ^ mask[at % 4]!));
    frames.push({ opcode: first & 15, payload });
    rest = rest.subarray(end);
  }
  return { frames, rest };
}
