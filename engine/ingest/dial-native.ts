// The dialling transport of our own (RFC 6455 client): the kernel reads into the memory handed in, frames are read in
// place. One connection; its handshake, its answers to control frames, its end. Runs on the event loop that dialled.
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  CLOSE_TIMEOUT_MS,
  type DialedSocket,
  type DialOptions,
  HANDSHAKE_TIMEOUT_MS,
  MAX_PAYLOAD_BYTES,
  type ReceiveSlice,
  USER_AGENT,
} from './dial-contract.ts';
import * as F from './ws-frames.ts';
import { answerFault, HEAD_BYTES_MAX, requestText, type Target, targetOf } from './ws-handshake.ts';
import { ReceiveBuffer } from './ws-receive.ts';
import { clientFrame, closePayload, isCloseCode } from './ws-send.ts';

const PRIVATE_SLICE_BYTES = 65_536;
/** Beyond so many unsent bytes pings are not answered one by one: the newest is, once there is room (§5.5.3). */
const PONG_BACKLOG_BYTES_MAX = 65_536;
const HEAD_END = '\r\n\r\n';
const CODE_NONE = 1005;
const CODE_CUT = 1006;

const CONNECTING = 0;
const OPEN = 1;
/** Our close frame is out, the peer's is not in. */
const CLOSING = 2;
/** Nothing more is read: the peer closed, or failed. */
const DEAF = 3;

/** Dials `url`. Throws SyntaxError for an unusable URL or header; everything later comes as `onClose`. */
export function dialNative(url: string, options: DialOptions): DialedSocket {
  const target = targetOf(url);
  const key = randomBytes(16).toString('base64');
  return new NativeSocket(target, key, options);
}

function openSocket(target: Target, ca: string | undefined, onread: OnReadOpts): Socket {
  const { host, port, serverName } = target;
  if (!target.secure) return connectTcp({ host, port, onread, noDelay: true });
  // Typed without onread, which tls hands to the socket it makes.
  const options = { host, port, onread, servername: serverName, ALPNProtocols: ['http/1.1'] };
  const socket = connectTls(ca === undefined ? options : { ...options, ca });
  socket.setNoDelay(true);
  return socket;
}

class NativeSocket implements DialedSocket, F.FrameTaker {
  readonly #options: DialOptions;
  readonly #receive: ReceiveSlice | undefined;
  readonly #key: string;
  readonly #buffer: ReceiveBuffer;
  readonly #frames: F.FrameReader;
  readonly #socket: Socket;
  #state = CONNECTING;
  #closeCode = CODE_CUT;
  #closeReason = '';
  #pendingPong: Uint8Array | undefined;
  /** The handshake's, then that of the close. */
  #timer: NodeJS.Timeout;

  constructor(target: Target, key: string, options: DialOptions) {
    const request = requestText(target, key, { 'user-agent': USER_AGENT, ...options.headers });
    const largest = options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
    this.#options = options;
    this.#receive = options.receive;
    this.#key = key;
    const slice = options.receive ?? { memory: new Uint8Array(PRIVATE_SLICE_BYTES), at: 0, bytes: PRIVATE_SLICE_BYTES };
    this.#buffer = new ReceiveBuffer(slice, Math.max(largest, HEAD_BYTES_MAX));
    this.#frames = new F.FrameReader(this.#buffer, this, largest);
    this.#socket = openSocket(target, options.ca, {
      buffer: () => this.#buffer.view,
      callback: (bytes) => this.#onRead(bytes),
    });
    this.#socket.once(target.secure ? 'secureConnect' : 'connect', () => this.#socket.write(request, 'latin1'));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#because(error.message || (error.code ?? '')));
    this.#socket.on('drain', () => this.#onDrain());
    this.#socket.once('close', () => this.#onClosed());
    this.#timer = setTimeout(
      () => this.#abort('Opening handshake has timed out'),
      options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    );
  }

  sendText(text: string): boolean {
    return this.#send(F.OPCODE_TEXT, Buffer.from(text));
  }

  sendBytes(bytes: Uint8Array): boolean {
    return this.#send(F.OPCODE_BINARY, bytes);
  }

  ping(): boolean {
    return this.#send(F.OPCODE_PING, new Uint8Array(0));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    if (this.#state === CONNECTING) this.#abort('Closed before the connection was established');
    else if (this.#state === OPEN) this.#sendClose(closePayload(1000));
  }

  terminate(): void {
    this.#state = DEAF;
    this.#socket.destroy();
  }

  get bytesReceived(): number {
    return this.#socket.bytesRead;
  }

  get bytesSent(): number {
    return this.#socket.bytesWritten;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  /** FrameTaker: one message, in the slice or in the private memory of a large one. */
  onMessageAt(at: number, bytes: number, isText: boolean): number {
    const receive = this.#receive;
    if (receive !== undefined && this.#buffer.inSlice) {
      if (!receive.onMessageAt(at, bytes, isText) && isText && !this.#isUtf8At(at, bytes)) return F.FAIL_NOT_UTF8;
    } else {
      if (isText && !this.#isUtf8At(at, bytes)) return F.FAIL_NOT_UTF8;
      this.#options.onMessage(this.#buffer.memory.subarray(at, at + bytes), isText);
    }
    return this.#state === DEAF ? F.FRAMES_STOP : F.FRAMES_OK;
  }

  /** FrameTaker: one control frame. */
  onControlAt(opcode: number, at: number, bytes: number): number {
    if (opcode === F.OPCODE_PING && this.#state === OPEN) this.#pong(at, bytes);
    if (opcode === F.OPCODE_PONG) this.#options.onPong?.();
    return opcode === F.OPCODE_CLOSE ? this.#onCloseFrame(at, bytes) : F.FRAMES_OK;
  }

  /** Sends on an open connection only. */
  #send(opcode: number, payload: Uint8Array): boolean {
    if (this.#state !== OPEN) return false;
    this.#socket.write(clientFrame(opcode, payload));
    return true;
  }

  #isUtf8At(at: number, bytes: number): boolean {
    return isUtf8(this.#buffer.memory.subarray(at, at + bytes));
  }

  #onRead(bytes: number): boolean {
    const buffer = this.#buffer;
    buffer.arrived(bytes);
    if (this.#state !== DEAF) {
      this.#options.onRead?.();
      if (this.#state !== CONNECTING || this.#readHead()) {
        const verdict = this.#frames.read();
        if (verdict > 0) this.#fail(F.FAILURES[verdict]!);
      }
      this.#options.onReadEnd?.();
    }
    if (this.#state === DEAF) buffer.discard();
    else buffer.settle();
    return true;
  }

  /** Reads the answer to our handshake once it is whole; true when it opened the connection. */
  #readHead(): boolean {
    const { memory, from, to } = this.#buffer;
    const received = Buffer.from(memory.subarray(from, Math.min(to, from + HEAD_BYTES_MAX))).toString('latin1');
    const end = received.indexOf(HEAD_END);
    if (end < 0) {
      if (received.length === HEAD_BYTES_MAX) this.#abort(`The answer's head is longer than ${HEAD_BYTES_MAX} bytes`);
      return false;
    }
    const fault = answerFault(received.slice(0, end), this.#key);
    if (fault !== '') {
      this.#abort(fault);
      return false;
    }
    this.#buffer.from = from + end + HEAD_END.length;
    clearTimeout(this.#timer);
    this.#state = OPEN;
    this.#options.onOpen();
    return this.#state !== DEAF;
  }

  #pong(at: number, bytes: number): void {
    const payload = Uint8Array.from(this.#buffer.memory.subarray(at, at + bytes));
    if (this.#socket.writableLength > PONG_BACKLOG_BYTES_MAX) this.#pendingPong = payload;
    else this.#send(F.OPCODE_PONG, payload);
  }

  #onDrain(): void {
    const payload = this.#pendingPong;
    this.#pendingPong = undefined;
    if (payload !== undefined) this.#send(F.OPCODE_PONG, payload);
  }

  /** The peer's close: kept for `onClose` and answered with the same payload, unless ours was first. */
  #onCloseFrame(at: number, bytes: number): number {
    const payload = Uint8Array.from(this.#buffer.memory.subarray(at, at + bytes));
    const code = bytes === 0 ? CODE_NONE : (payload[0]! << 8) | payload[1]!;
    if (bytes > 0 && !isCloseCode(code)) return F.FAIL_CLOSE_CODE;
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) return F.FAIL_NOT_UTF8;
    this.#closeCode = code;
    this.#closeReason = Buffer.from(reason).toString('utf8');
    this.#endWith(payload);
    return F.FRAMES_STOP;
  }

  /** The peer broke the protocol: it is told the code, `onClose` the reason. */
  #fail({ code, reason }: { readonly code: number; readonly reason: string }): void {
    this.#because(reason);
    this.#endWith(closePayload(code));
  }

  /** Closes with `payload`, unless a close frame of ours is out already; nothing more is read. */
  #endWith(payload: Uint8Array): void {
    if (this.#state === OPEN) this.#sendClose(payload);
    this.#state = DEAF;
    this.#socket.end();
  }

  #sendClose(payload: Uint8Array): void {
    this.#send(F.OPCODE_CLOSE, payload);
    this.#state = CLOSING;
    this.#timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
  }

  /** The handshake did not succeed. */
  #abort(reason: string): void {
    this.#because(reason);
    this.terminate();
  }

  /** The first reason counts; a later error is its consequence. */
  #because(reason: string): void {
    if (this.#closeReason === '' && this.#closeCode === CODE_CUT) this.#closeReason = reason;
  }

  #onClosed(): void {
    clearTimeout(this.#timer);
    this.#state = DEAF;
    this.#options.onClose(this.#closeCode, this.#closeReason);
  }
}
