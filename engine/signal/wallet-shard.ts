// One connection of the wallet feed: dials, subscribes its share of the wallets and hands on what comes, as its care says.
// Runs on the feed's thread; the feed drives it by duty cycles.
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { type CareHands, type CareOptions, ConnectionCare } from '../ingest/care.ts';
import { dial } from '../ingest/dial.ts';
import type { DialedSocket, DialTransport } from '../ingest/dial-contract.ts';
import { targetOf } from '../ingest/ws-handshake.ts';
import { jsonFromBytes } from '../venue/json.ts';
import type { WalletProtocol, WalletTrade } from '../venue/wallet/contract.ts';

export interface ShardSetup {
  readonly protocol: WalletProtocol;
  /** Without the key. */
  readonly url: string;
  readonly key: string;
  readonly transport: DialTransport;
  readonly care: CareOptions;
}

export interface ShardSink {
  /** Somebody's trade, watched or not. */
  trade(trade: WalletTrade, recvNs: number): void;
  /** The subscription stands: what happened before must be asked for. */
  subscribed(shard: WalletShard): void;
}

const MESSAGE_BYTES_MAX = 1_048_576;

export class WalletShard {
  readonly care: ConnectionCare;
  readonly wallets: Set<string>;
  readonly #setup: ShardSetup;
  /** With the key: goes to the dialler and nowhere else. */
  readonly #address: string;
  readonly #sink: ShardSink;
  readonly #clock: Clock;
  readonly #hands: CareHands = {
    dial: () => this.#dial(),
    ping: () => this.#socket?.ping(),
    cut: () => this.#socket?.terminate(),
  };
  #socket: DialedSocket | undefined;
  #subscriptionId: string | undefined;
  /** Wall clock since which the present subscription stands; undefined while none does. */
  subscribedMs: number | undefined;
  messages = 0;
  badMessages = 0;
  /** Why the last connection ended; never with the address. */
  lastClose = '';

  /** Throws SyntaxError for an unusable URL, without repeating it. */
  constructor(setup: ShardSetup, wallets: readonly string[], sink: ShardSink, clock: Clock, random: Random) {
    this.#setup = setup;
    this.#address = setup.protocol.address(setup.url, setup.key);
    targetOf(this.#address);
    this.wallets = new Set(wallets);
    this.#sink = sink;
    this.#clock = clock;
    this.care = new ConnectionCare(setup.care, random);
  }

  doWork(nowNs: number): number {
    return this.care.act(nowNs, this.#hands);
  }

  /** The wallets have changed: the standing subscription follows, where the source can. */
  resubscribe(): void {
    if (this.#subscriptionId === undefined) return;
    const text = this.#setup.protocol.update(this.#subscriptionId, [...this.wallets]);
    if (text !== undefined) this.#socket?.sendText(text);
  }

  /** Cuts a stream that evidence from elsewhere refutes. */
  refute(): void {
    if (this.care.refuted()) this.#socket?.terminate();
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    const text =
      this.#subscriptionId === undefined ? undefined : this.#setup.protocol.unsubscribe(this.#subscriptionId);
    if (text !== undefined) socket?.sendText(text);
    socket?.close();
  }

  #dial(): void {
    const { key, transport, protocol, care } = this.#setup;
    const socket: DialedSocket = dial(this.#address, {
      ...{ transport, maxPayloadBytes: MESSAGE_BYTES_MAX, handshakeTimeoutMs: care.openMs },
      onOpen: () => {
        this.care.opened(this.#clock.nowNs());
        socket.sendText(protocol.subscribe([...this.wallets]));
        if (!protocol.acknowledges) this.#stands();
      },
      onMessage: (bytes) => this.#onMessage(bytes),
      onPong: () => this.care.pong(),
      onClose: (code, reason) => {
        this.lastClose = `${code} ${key === '' ? reason : reason.replaceAll(key, '[key]')}`.trim();
        this.#subscriptionId = undefined;
        this.subscribedMs = undefined;
        if (this.#socket !== socket) return;
        this.#socket = undefined;
        this.care.closed(this.#clock.nowNs());
      },
    });
    this.#socket = socket;
  }

  #onMessage(bytes: Uint8Array): void {
    const recvNs = this.#clock.nowNs();
    this.messages += 1;
    const parsed = jsonFromBytes(bytes);
    const message = 'fault' in parsed ? undefined : this.#setup.protocol.read(parsed.value);
    if (message === undefined || message.kind === 'bad') {
      this.badMessages += 1;
    } else if (message.kind === 'ack') {
      this.#subscriptionId = message.subscriptionId;
      this.care.subscribed(recvNs);
      this.#stands();
    } else if (message.kind === 'trade') {
      this.care.data(recvNs);
      this.#sink.trade(message.trade, recvNs);
    }
  }

  #stands(): void {
    this.subscribedMs ??= this.#clock.wallMs();
    this.#sink.subscribed(this);
  }
}
