// What a client must make of a server's whole byte stream, decided slowly and without state between reads: RFC 6455 §5
// read top down over one Buffer. The fuzz runs hold every transport against it.
import { isUtf8 } from 'node:buffer';
import type { Message } from './client.ts';

export interface Verdict {
  readonly messages: readonly Message[];
  readonly pongs: readonly string[];
  /** Code of the close frame the client sends; 0: none, because the stream just ends. */
  readonly wireCode: number;
  readonly closedWith: number;
}

export interface Rules {
  readonly payloadBytesMax: number;
  /** Lengths must be in their shortest form. */
  readonly shortest: boolean;
}

function isCode(code: number): boolean {
  const isListed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
  return isListed || (code > 2_999 && code < 5_000);
}

/** Reads `stream` to its end, or to where it stops counting. */
export function judge(stream: Buffer, { payloadBytesMax, shortest }: Rules): Verdict {
  const messages: Message[] = [];
  const pongs: string[] = [];
  let open: { opcode: number; parts: Buffer[]; bytes: number } | undefined;
  let rest = stream;
  const failed = (wireCode: number): Verdict => ({ messages, pongs, wireCode, closedWith: 1006 });
  while (rest.length >= 2) {
    const [first, second] = [rest[0]!, rest[1]!];
    const opcode = first % 16;
    const isFinal = first >= 128;
    if (((first >> 4) & 7) !== 0 || ![0, 1, 2, 8, 9, 10].includes(opcode)) return failed(1002);
    if (opcode >= 8 && (!isFinal || second % 128 > 125 || (opcode === 8 && second % 128 === 1))) return failed(1002);
    if (opcode < 8 && (opcode === 0) !== (open !== undefined)) return failed(1002);
    if (second >= 128) return failed(1002);
    const header = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (rest.length < header) break;
    const length =
      header === 2 ? BigInt(second) : header === 4 ? BigInt(rest.readUInt16BE(2)) : rest.readBigUInt64BE(2);
    if (shortest && ((header === 4 && length < 126n) || (header === 10 && length < 65_536n))) return failed(1002);
    if (opcode < 8 && BigInt(open?.bytes ?? 0) + length > BigInt(payloadBytesMax)) return failed(1009);
    const end = header + Number(length);
    if (rest.length < end) break;
    const payload = rest.subarray(header, end);
    rest = rest.subarray(end);
    if (opcode === 9) pongs.push(payload.toString('latin1'));
    if (opcode === 8) {
      const code = payload.length === 0 ? 1005 : payload.readUInt16BE(0);
      if (payload.length > 0 && !isCode(code)) return failed(1002);
      if (!isUtf8(payload.subarray(2))) return failed(1007);
      return { messages, pongs, wireCode: code, closedWith: code };
    }
    if (opcode >= 8) continue;
    open ??= { opcode, parts: [], bytes: 0 };
    open.parts.push(payload);
    open.bytes += payload.length;
    if (!isFinal) continue;
    const bytes = Buffer.concat(open.parts);
    if (open.opcode === 1 && !isUtf8(bytes)) return failed(1007);
    messages.push({ isText: open.opcode === 1, bytes });
    open = undefined;
  }
  return { messages, pongs, wireCode: 0, closedWith: 1006 };
}
