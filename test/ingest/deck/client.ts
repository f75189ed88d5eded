// The client's side of the test deck: every transport under test behind one way to dial, and what it was told.
import { isAscii, isUtf8 } from 'node:buffer';
import { dial } from '../../../engine/ingest/dial.ts';
import type { DialedSocket, DialTransport, ReceiveSlice } from '../../../engine/ingest/dial-contract.ts';
import { within } from './peer.ts';

/** A transport under test. `inPlace`: it receives into shared memory and hands messages on where they lie. */
export interface Under {
  readonly name: string;
  readonly transport: DialTransport;
  readonly inPlace: boolean;
  readonly tls: boolean;
}

export const TRANSPORTS: readonly Under[] = [
  { name: 'native over tcp', transport: 'native', inPlace: false, tls: false },
  { name: 'native in place over tcp', transport: 'native', inPlace: true, tls: false },
  { name: 'native in place over tls', transport: 'native', inPlace: true, tls: true },
  { name: 'ws over tcp', transport: 'ws', inPlace: false, tls: false },
  { name: 'ws over tls', transport: 'ws', inPlace: false, tls: true },
];

export interface Message {
  readonly isText: boolean;
  readonly bytes: Buffer;
}

export interface Client {
  readonly socket: DialedSocket;
  readonly messages: Message[];
  /** Messages that came in place. */
  placed(): number;
  opened(): boolean;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Called with the bytes received so far whenever the socket was read. */
  onRead: (bytesReceived: number) => void;
}

export interface ClientOptions {
  readonly ca?: string;
  readonly maxPayloadBytes?: number;
  readonly handshakeTimeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sliceBytes?: number;
}

const SLICE_AT = 128;
const BEHIND_BYTES = 64;

/** A slice of shared memory between guard bytes, and whether they stand. */
function guardedSlice(bytes: number, take: (message: Message) => void): { slice: ReceiveSlice; intact: () => boolean } {
  const memory = new Uint8Array(new SharedArrayBuffer(SLICE_AT + bytes + BEHIND_BYTES)).fill(0xa5);
  const onMessageAt = (at: number, length: number, isText: boolean): boolean => {
    const copy = Buffer.from(memory.subarray(at, at + length));
    // As the decoder does: what is not plain text is refused or read by the host, never vouched for.
    if (!isText || isUtf8(copy)) take({ isText, bytes: copy });
    return isText && isAscii(copy);
  };
  const guards = (): Uint8Array[] => [memory.subarray(0, SLICE_AT), memory.subarray(SLICE_AT + bytes)];
  return {
    slice: { memory, at: SLICE_AT, bytes, onMessageAt },
    intact: () => guards().every((guard) => guard.every((byte) => byte === 0xa5)),
  };
}

export function connect(url: string, { transport, inPlace }: Under, options: ClientOptions = {}): Client {
  const messages: Message[] = [];
  let placed = 0;
  let opened = false;
  let resolve: (end: { code: number; reason: string }) => void = () => {};
  let ends = 0;
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    resolve = done;
  });
  const { sliceBytes = 65_536, ca, ...rest } = options;
  const { slice, intact } = guardedSlice(sliceBytes, (message) => {
    placed += 1;
    messages.push(message);
  });
  const socket = dial(url, {
    ...rest,
    transport,
    ...(ca === undefined ? {} : { ca }),
    ...(inPlace ? { receive: slice } : {}),
    onOpen: () => {
      opened = true;
    },
    onRead: () => client.onRead(socket.bytesReceived),
    onMessage: (bytes, isText) => messages.push({ isText, bytes: Buffer.from(bytes) }),
    onClose: (code, reason) => {
      ends += 1;
      if (ends > 1) throw new Error('onClose came twice');
      resolve(intact() ? { code, reason } : { code: -1, reason: 'bytes outside the slice were written' });
    },
  });
  const deadline = within(closed, 'close');
  // A test that failed before does not await it.
  deadline.catch(() => {});
  const client: Client = {
    ...{ socket, messages, closed: deadline },
    placed: () => placed,
    opened: () => opened,
    onRead: () => {},
  };
  return client;
}
