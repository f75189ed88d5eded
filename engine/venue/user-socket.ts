// The WebSocket on which a venue tells us of our own orders: dialled, kept alive, dialled again when it ends. Main thread.
// What is said on it is its owner's; the socket itself is handed in.

/** An outbound connection, as engine/ingest/dial.ts makes it. */
interface UserSocket {
  sendText(text: string): boolean;
  /** A ping frame, answered by `onPong`. */
  ping(): boolean;
  terminate(): void;
  readonly bytesReceived: number;
}

/** Dials a WebSocket server; everything later comes through the callbacks. */
export type DialUser = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly maxPayloadBytes: number;
    onOpen(): void;
    onMessage(bytes: Uint8Array, isText: boolean): void;
    onPong(): void;
    onClose(code: number, reason: string): void;
  },
) => UserSocket;

export interface UserSocketOptions {
  readonly dial: DialUser;
  readonly url: string;
  readonly pingMs: number;
  /** Without a sign of life for so long the connection is given up. */
  readonly pongMs: number;
  readonly redialMs: number;
}

/** What the owner of the connection does. */
export interface UserSocketOwner {
  /** Of the next dial. */
  headers(): Readonly<Record<string, string>>;
  /** The connection is open: the subscription goes first. */
  onOpen(): void;
  onMessage(bytes: Uint8Array, isText: boolean): void;
  onClose(): void;
  /** Asks for a sign of life, which isAlive() reports. */
  askAlive(socket: { sendText(text: string): boolean; ping(): boolean }): void;
}

export const USER_PING_MS = 10_000;
export const USER_PONG_MS = 30_000;
const PAYLOAD_BYTES_MAX = 1 << 20;
const REDIAL_DOUBLINGS_MAX = 6;

export class UserSocketLoop {
  readonly #options: UserSocketOptions;
  readonly #owner: UserSocketOwner;
  #socket: UserSocket | undefined;
  #closed = false;
  #redials = 0;
  #unanswered = 0;
  #bytesBefore = 0;
  #pingTimer: NodeJS.Timeout | undefined;
  #redialTimer: NodeJS.Timeout | undefined;

  constructor(options: UserSocketOptions, owner: UserSocketOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  /** Dials, now and whenever the connection has ended. */
  start(): void {
    this.#dial();
  }

  sendText(text: string): void {
    this.#socket?.sendText(text);
  }

  /** The peer has given a sign of life. */
  isAlive(): void {
    this.#unanswered = 0;
  }

  /** Gives the connection up; another is dialled. */
  giveUp(): void {
    this.#socket?.terminate();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#redialTimer);
    clearInterval(this.#pingTimer);
    this.#socket?.terminate();
  }

  #dial(): void {
    const owner = this.#owner;
    this.#socket = this.#options.dial(this.#options.url, {
      ...{ headers: owner.headers(), maxPayloadBytes: PAYLOAD_BYTES_MAX },
      onOpen: () => this.#onOpen(),
      onMessage: (bytes, isText) => owner.onMessage(bytes, isText),
      onPong: () => this.isAlive(),
      onClose: () => this.#onClose(),
    });
  }

  #onOpen(): void {
    this.#redials = 0;
    this.#unanswered = 0;
    this.#owner.onOpen();
    this.#pingTimer = setInterval(() => this.#askAlive(), this.#options.pingMs);
    this.#pingTimer.unref();
  }

  #askAlive(): void {
    if (this.#unanswered * this.#options.pingMs >= this.#options.pongMs) {
      this.giveUp();
      return;
    }
    this.#unanswered += 1;
    if (this.#socket !== undefined) this.#owner.askAlive(this.#socket);
  }

  #onClose(): void {
    clearInterval(this.#pingTimer);
    this.#bytesBefore = this.bytesReceived;
    this.#socket = undefined;
    this.#owner.onClose();
    if (this.#closed) return;
    const pauseMs = this.#options.redialMs * 2 ** Math.min(this.#redials, REDIAL_DOUBLINGS_MAX);
    this.#redials += 1;
    this.#redialTimer = setTimeout(() => this.#dial(), pauseMs);
    this.#redialTimer.unref();
  }
}
