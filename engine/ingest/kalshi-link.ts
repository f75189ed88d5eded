// One socket of the Kalshi feed under its care: dials with a fresh signature, pings, is cut and dialled again as the care
// says; what stands subscribed on it. Ingest thread; hands every message to its owner, who judges.
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { Random } from '../core/random.ts';
import type { RequestSigner } from '../venue/kalshi/sign.ts';
import { type CareHands, type CareHistory, ConnectionCare } from './care.ts';
import { dial } from './dial.ts';
import type { DialedSocket, ReceiveSlice } from './dial-contract.ts';
import type { ReceivePool } from './feed-link.ts';
import type { KalshiFeedSetup } from './kalshi-contract.ts';
import { KalshiSession, type SessionHistory } from './kalshi-session.ts';
import { targetOf } from './ws-handshake.ts';
import type { ReceiveMemory } from './ws-receive.ts';

export interface KalshiLinkOwner {
  /** It is open: subscribe now. */
  opened(link: KalshiLink): void;
  message(link: KalshiLink, bytes: Uint8Array): void;
  /** The same for a message that lies in the arena; true when it was published. */
  messageAt(link: KalshiLink, at: number, length: number): boolean;
  /** Around the messages of one read of the socket. */
  read(): void;
  readEnd(): void;
  /** The socket is gone; the care dials again unless the owner drops the link. */
  closed(link: KalshiLink, wasOpen: boolean, nowNs: number): void;
}

/** What a feed gives each of its links; the histories are of those whose place it takes, too. */
export interface KalshiLinkParts {
  readonly random: Random;
  readonly history: CareHistory;
  readonly told: SessionHistory;
  readonly signer: RequestSigner;
  readonly pool: ReceivePool;
}

export class KalshiLink {
  readonly care: ConnectionCare;
  readonly session: KalshiSession;
  readonly #setup: KalshiFeedSetup;
  readonly #owner: KalshiLinkOwner;
  readonly #clock: Clock;
  readonly #signer: RequestSigner;
  readonly #path: string;
  readonly #pool: ReceivePool;
  readonly #memory: ReceiveMemory | undefined;
  readonly #receive: ReceiveSlice | undefined;
  readonly #ended = deferred<void>();
  readonly #hands: CareHands = {
    dial: () => this.#dial(),
    ping: () => this.#socket?.ping(),
    cut: () => this.#socket?.terminate(),
  };
  #socket: DialedSocket | undefined;
  #isDropped = false;
  #isClosing = false;
  #data = 0;
  #dataTold = 0;
  #bytesBefore = 0;
  reads = 0;
  /** Since when the present socket is open, ns; 0 while none is. */
  openNs = 0;
  /** How its last socket ended. */
  lastClose = '';

  /** Throws SyntaxError for an unusable URL, which the message does not repeat. */
  constructor(setup: KalshiFeedSetup, owner: KalshiLinkOwner, clock: Clock, parts: KalshiLinkParts) {
    this.#setup = setup;
    this.#owner = owner;
    this.#clock = clock;
    this.#signer = parts.signer;
    this.#path = targetOf(setup.url).path;
    this.#pool = parts.pool;
    this.care = new ConnectionCare(setup.care, parts.random, parts.history);
    this.session = new KalshiSession((text) => this.#socket?.sendText(text), parts.told);
    this.#memory = parts.pool.take();
    const onMessageAt = (at: number, length: number): boolean => !this.#isDropped && owner.messageAt(this, at, length);
    this.#receive = this.#memory === undefined ? undefined : { ...this.#memory, onMessageAt };
  }

  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  /** A message changed a book: the care is told by the next duty cycle. */
  data(): void {
    this.#data += 1;
  }

  /** Tells the care what came and does what is due. */
  doWork(nowNs: number): number {
    if (this.#isClosing) return 0;
    if (this.#data !== this.#dataTold) {
      this.#dataTold = this.#data;
      this.care.data(nowNs);
    }
    return this.care.act(nowNs, this.#hands);
  }

  /** Cuts it for good, at once; `closed` is not called any more. */
  drop(): void {
    this.#isDropped = true;
    this.openNs = 0;
    this.#socket?.terminate();
    // A destroyed socket reads no more.
    this.#giveMemory();
  }

  /** Closes it for good, with a goodbye; resolves when its socket is closed and everything it brought was handed on. */
  close(): Promise<void> {
    this.#isClosing = true;
    this.session.unsubscribe();
    if (this.#socket === undefined) this.#end();
    else this.#socket.close();
    return this.#ended.promise;
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Evidence says that it serves no more: cut, unless the care is at that already. */
  refute(): void {
    if (this.care.refuted()) this.#socket?.terminate();
  }

  #dial(): void {
    const { url, transport, ca, maxFrameBytes, care } = this.#setup;
    const socket: DialedSocket = dial(url, {
      ...{ transport, maxPayloadBytes: maxFrameBytes, handshakeTimeoutMs: care.openMs },
      headers: this.#signer.headers('GET', this.#path, this.#clock.wallMs()),
      ...(ca === undefined ? {} : { ca }),
      ...(this.#receive === undefined ? {} : { receive: this.#receive }),
      onOpen: () => {
        this.openNs = this.#clock.nowNs();
        this.care.opened(this.openNs);
        this.#owner.opened(this);
      },
      onRead: () => {
        this.reads += 1;
        this.#owner.read();
      },
      onReadEnd: () => this.#owner.readEnd(),
      onMessage: (bytes) => {
        if (!this.#isDropped) this.#owner.message(this, bytes);
      },
      onPong: () => this.care.pong(),
      onClose: (code, reason) => this.#onClose(socket, `${code} ${reason}`.trim()),
    });
    this.#socket = socket;
  }

  #onClose(socket: DialedSocket, why: string): void {
    const wasOpen = this.openNs > 0;
    this.lastClose = why;
    this.#bytesBefore += socket.bytesReceived;
    this.openNs = 0;
    this.#socket = undefined;
    if (this.#isDropped) return;
    const nowNs = this.#clock.nowNs();
    this.session.over();
    this.care.closed(nowNs);
    this.#owner.closed(this, wasOpen, nowNs);
    if (this.#isClosing) this.#end();
  }

  #end(): void {
    this.#giveMemory();
    this.#ended.resolve();
  }

  #giveMemory(): void {
    if (this.#memory !== undefined) this.#pool.give(this.#memory);
  }
}
