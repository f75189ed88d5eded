// One socket of the market feed under its care: dials, pings with text, is cut and dialled again as the care says. Ingest
// thread; hands every message to its owner, who subscribes and judges.
//
// HOT PATH: onMessage() and onMessageAt() allocate nothing: what is data is counted there and told to the care by the next
// duty cycle, which is early enough for clocks of seconds.
import { DECODE_IGNORED } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { Random } from '../core/random.ts';
import { PING_TEXT } from '../venue/polymarket/feed.ts';
import { type CareHistory, type CareOptions, ConnectionCare } from './care.ts';
import { dial } from './dial.ts';
import type { DialedSocket, DialTransport, ReceiveSlice } from './dial-contract.ts';
import type { FirstBooks } from './first-books.ts';
import type { ReceiveMemory } from './ws-receive.ts';

export interface LinkSetup {
  readonly url: string;
  readonly transport: DialTransport;
  readonly maxFrameBytes: number;
  /** Certificate authority in PEM to trust in place of the system's. */
  readonly ca?: string;
  readonly userAgent?: string;
  readonly care: CareOptions;
}

export interface LinkOwner {
  /** It is open: subscribe now. */
  opened(link: FeedLink): void;
  /** Answers what FrameIntake.acceptNow answers; DECODE_IGNORED is no data. */
  message(link: FeedLink, bytes: Uint8Array): number;
  /** The same for a message that lies in the arena. */
  messageAt(link: FeedLink, at: number, length: number): number;
  /** Around the messages of one read of the socket. */
  read(): void;
  readEnd(): void;
  /** The socket is gone; the care dials again unless the owner drops the link. */
  closed(link: FeedLink, had: LinkHad, nowNs: number): void;
}

/** What a socket that is gone had come to: it was open, and had brought data. */
export interface LinkHad {
  readonly opened: boolean;
  readonly data: boolean;
}

/** What a feed gives each of its links. */
export interface LinkParts {
  /** Tells the links of a feed apart. */
  readonly number: number;
  readonly firstBooks: FirstBooks;
  readonly history: CareHistory;
  readonly pool: ReceivePool;
  readonly random: Random;
}

/** The stretches of the arena that sockets receive into, each one link's at a time; without one frames are copied in. */
export interface ReceivePool {
  take(): ReceiveMemory | undefined;
  give(memory: ReceiveMemory): void;
}

export class FeedLink {
  readonly care: ConnectionCare;
  readonly number: number;
  readonly firstBooks: FirstBooks;
  readonly #pool: ReceivePool;
  readonly #memory: ReceiveMemory | undefined;
  readonly #setup: LinkSetup;
  readonly #owner: LinkOwner;
  readonly #clock: Clock;
  readonly #receive: ReceiveSlice | undefined;
  #socket: DialedSocket | undefined;
  #isDropped = false;
  #isClosing = false;
  readonly #ended = deferred<void>();
  /** Messages so far, data and others, and how many of them the care knows. */
  #data = 0;
  #dataTold = 0;
  #others = 0;
  #othersTold = 0;
  #bytesBefore = 0;
  /** Reads of its sockets that brought bytes. */
  reads = 0;
  /** Since when the present socket is open, ns; 0 while none is. */
  openNs = 0;
  /** Data messages of the present socket. */
  dataSinceOpen = 0;
  /** How its last socket ended. */
  lastClose = '';

  constructor(setup: LinkSetup, owner: LinkOwner, clock: Clock, parts: LinkParts) {
    this.#setup = setup;
    this.#owner = owner;
    this.#clock = clock;
    this.#pool = parts.pool;
    this.number = parts.number;
    this.firstBooks = parts.firstBooks;
    this.care = new ConnectionCare(setup.care, parts.random, parts.history);
    this.#memory = parts.pool.take();
    const onMessageAt = (at: number, length: number): boolean => this.onMessageAt(at, length);
    this.#receive = this.#memory === undefined ? undefined : { ...this.#memory, onMessageAt };
  }

  /** Bytes read from the network over all its sockets. */
  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  /** False when the connection is not open. */
  sendText(text: string): boolean {
    return this.#socket?.sendText(text) ?? false;
  }

  open(nowNs: number): void {
    this.care.start(nowNs);
    this.doWork(nowNs);
  }

  /** Tells the care what came and does what is due; call several times within the shortest time of the care. */
  doWork(nowNs: number): number {
    if (this.#isClosing) return 0;
    this.#tellCare(nowNs);
    const action = this.care.due(nowNs);
    if (action === 'dial') this.#dial();
    else if (action === 'ping') this.sendText(PING_TEXT);
    else if (action === 'cut') this.#socket?.terminate();
    return action === undefined ? 0 : 1;
  }

  /** Cuts it for good, at once; `closed` is not called any more. */
  drop(): void {
    this.#isDropped = true;
    this.openNs = 0;
    this.#socket?.terminate();
    // A destroyed socket reads no more.
    if (this.#memory !== undefined) this.#pool.give(this.#memory);
  }

  /** Closes it for good, with a goodbye; resolves when its socket is closed and everything it brought was handed on. */
  close(): Promise<void> {
    this.#isClosing = true;
    this.openNs = 0;
    if (this.#socket === undefined) this.#ended.resolve();
    else this.#socket.close();
    return this.#ended.promise;
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    this.#socket?.terminate();
  }

  onMessage(bytes: Uint8Array): void {
    this.#count(this.#owner.message(this, bytes));
  }

  /** Answers true when the message was published, which only plain ASCII is. */
  onMessageAt(at: number, length: number): boolean {
    return this.#count(this.#owner.messageAt(this, at, length));
  }

  #count(answer: number): boolean {
    if (answer === DECODE_IGNORED) {
      this.#others += 1;
      return false;
    }
    this.#data += 1;
    this.dataSinceOpen += 1;
    return answer > 0;
  }

  #tellCare(nowNs: number): void {
    if (this.#data !== this.#dataTold) this.care.data(nowNs);
    if (this.#others !== this.#othersTold) this.care.pong();
    this.#dataTold = this.#data;
    this.#othersTold = this.#others;
  }

  #dial(): void {
    const { url, transport, ca, userAgent, maxFrameBytes, care } = this.#setup;
    const socket: DialedSocket = dial(url, {
      transport,
      ...(ca === undefined ? {} : { ca }),
      ...(this.#receive === undefined ? {} : { receive: this.#receive }),
      ...(userAgent === undefined ? {} : { headers: { 'user-agent': userAgent } }),
      maxPayloadBytes: maxFrameBytes,
      handshakeTimeoutMs: care.openMs,
      onOpen: () => this.#onOpen(),
      onRead: () => {
        this.reads += 1;
        this.#owner.read();
      },
      onReadEnd: () => this.#owner.readEnd(),
      onMessage: (bytes) => this.onMessage(bytes),
      onClose: (code, reason) => this.#onClose(socket, `${code} ${reason}`.trim()),
    });
    this.#socket = socket;
  }

  #onOpen(): void {
    this.openNs = this.#clock.nowNs();
    this.dataSinceOpen = 0;
    this.care.opened(this.openNs);
    this.#owner.opened(this);
  }

  #onClose(socket: DialedSocket, how: string): void {
    const had = { opened: this.openNs > 0, data: this.openNs > 0 && this.dataSinceOpen > 0 };
    this.lastClose = how;
    this.openNs = 0;
    this.dataSinceOpen = 0;
    this.#bytesBefore += socket.bytesReceived;
    this.#socket = undefined;
    if (this.#isClosing) this.#ended.resolve();
    if (this.#isDropped || this.#isClosing) return;
    const nowNs = this.#clock.nowNs();
    // What came before the end still resets the backoff.
    this.#tellCare(nowNs);
    this.care.closed(nowNs);
    this.#owner.closed(this, had, nowNs);
  }
}
