// The wallet feed: trades of watched wallets, each told once, from shared connections and from polling where those fail.
// One agent; the feed writes the queue and the alerts, its owner reads them.
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { CareOptions, FeedMode } from '../ingest/care.ts';
import type { DialTransport } from '../ingest/dial-contract.ts';
import { tradeKey, type WalletProtocol, type WalletTrade } from '../venue/wallet/contract.ts';
import { BoundedQueue } from './bounded-queue.ts';
import { TradeMemory } from './trade-memory.ts';
import { WalletPoll, type WalletPollOptions } from './wallet-poll.ts';
import { WalletShard } from './wallet-shard.ts';

export interface WalletFeedOptions {
  readonly protocol: WalletProtocol;
  /** Without the key. */
  readonly url: string;
  readonly key: string;
  readonly transport: DialTransport;
  /** Label by wallet in lower case. */
  readonly labels: ReadonlyMap<string, string>;
  /** Wallets of one subscription, which is one connection. */
  readonly walletsPerConnection: number;
  readonly care: CareOptions;
  /** Without it there is no polling: a lost stream is down. */
  readonly poll?: WalletPollOptions;
  /** A polled trade older than this that the standing stream did not bring refutes the stream. */
  readonly graceMs: number;
  readonly queueTrades: number;
  readonly memoryTrades: number;
}

export interface WalletSignal {
  readonly trade: WalletTrade;
  readonly label: string;
  readonly source: 'stream' | 'poll';
  readonly recvNs: number;
}

/** A connection's mode changed, or it will not be dialled again. */
export interface WalletAlert {
  readonly connection: number;
  readonly mode: FeedMode;
  readonly failures: number;
  readonly hasEnded: boolean;
  /** How its last connection ended. */
  readonly because: string;
}

const ALERTS_MAX = 1_024;

export class WalletFeed {
  readonly signals: BoundedQueue<WalletSignal>;
  readonly alerts = new BoundedQueue<WalletAlert>(ALERTS_MAX);
  readonly memory: TradeMemory;
  readonly shards: readonly WalletShard[];
  readonly poll: WalletPoll | undefined;
  readonly #options: WalletFeedOptions;
  readonly #clock: Clock;
  readonly #labels: Map<string, string>;
  readonly #shardOf = new Map<string, WalletShard>();
  readonly #modes: FeedMode[];
  readonly #ended: boolean[];
  /** Trades of wallets nobody watches, which a source without filters sends. */
  unwatched = 0;
  /** Trades that the stream should have brought and polling found. */
  missedByStream = 0;

  constructor(options: WalletFeedOptions, clock: Clock, random: Random) {
    this.#options = options;
    this.#clock = clock;
    this.#labels = new Map(options.labels);
    this.signals = new BoundedQueue(options.queueTrades);
    this.memory = new TradeMemory(options.memoryTrades);
    const sink = { polled: this.#polled.bind(this), isStreaming: this.#isStreaming.bind(this) };
    this.poll = options.poll === undefined ? undefined : new WalletPoll(options.poll, sink, clock);
    this.shards = this.#makeShards(random);
    this.#modes = this.shards.map(() => 'stream');
    this.#ended = this.shards.map(() => false);
  }

  /** The worst of its connections: what the user must know. */
  get mode(): FeedMode {
    const modes = this.shards.map(({ care }) => care.mode);
    return modes.find((mode) => mode === 'down') ?? modes.find((mode) => mode === 'poll') ?? 'stream';
  }

  open(): void {
    const nowNs = this.#clock.nowNs();
    for (const shard of this.shards) shard.care.start(nowNs);
    for (const wallet of this.#labels.keys()) this.poll?.add(wallet);
  }

  /** Watches one more wallet; false when it is watched already or no connection has room. */
  watch(wallet: string, label: string): boolean {
    const { protocol, walletsPerConnection } = this.#options;
    const shard = this.shards.find(({ wallets }) => !protocol.canFilter || wallets.size < walletsPerConnection);
    if (shard === undefined || this.#labels.has(wallet)) return false;
    this.#labels.set(wallet, label);
    this.#shardOf.set(wallet, shard);
    shard.wallets.add(wallet);
    shard.resubscribe();
    this.poll?.add(wallet);
    return true;
  }

  unwatch(wallet: string): boolean {
    const shard = this.#shardOf.get(wallet);
    if (shard === undefined || !this.#labels.delete(wallet)) return false;
    this.#shardOf.delete(wallet);
    shard.wallets.delete(wallet);
    shard.resubscribe();
    this.poll?.remove(wallet);
    return true;
  }

  doWork(nowNs: number): number {
    let work = this.poll?.doWork(nowNs) ?? 0;
    for (const [connection, shard] of this.shards.entries()) {
      work += shard.doWork(nowNs);
      this.#announce(connection, shard, nowNs);
    }
    return work;
  }

  async close(): Promise<void> {
    for (const shard of this.shards) shard.close();
    await this.poll?.close();
  }

  #makeShards(random: Random): WalletShard[] {
    const { protocol, url, key, transport, walletsPerConnection } = this.#options;
    const setup = {
      ...{ protocol, transport, url, key },
      care: { ...this.#options.care, canPoll: this.#options.poll !== undefined },
    };
    const sink = { trade: this.#streamed.bind(this), subscribed: this.#subscribed.bind(this) };
    const wallets = [...this.#labels.keys()];
    const size = protocol.canFilter ? walletsPerConnection : Math.max(1, wallets.length);
    const shards: WalletShard[] = [];
    for (let at = 0; at < wallets.length; at += size) {
      const share = wallets.slice(at, at + size);
      const shard = new WalletShard(setup, share, sink, this.#clock, random.split());
      for (const wallet of share) this.#shardOf.set(wallet, shard);
      shards.push(shard);
    }
    return shards;
  }

  #announce(connection: number, shard: WalletShard, nowNs: number): void {
    const { mode, failures, hasEnded } = shard.care;
    if (mode === this.#modes[connection] && hasEnded === this.#ended[connection]) return;
    this.#modes[connection] = mode;
    this.#ended[connection] = hasEnded;
    this.alerts.push({ connection, mode, failures, hasEnded, because: shard.lastClose });
    if (mode === 'poll') for (const wallet of shard.wallets) this.poll?.hasten(wallet, nowNs);
  }

  #isStreaming(wallet: string): boolean {
    const shard = this.#shardOf.get(wallet);
    return shard !== undefined && shard.subscribedMs !== undefined && shard.care.mode === 'stream';
  }

  #subscribed(shard: WalletShard): void {
    for (const wallet of shard.wallets) this.poll?.soon(wallet);
  }

  #streamed(trade: WalletTrade, recvNs: number): void {
    this.#tell(trade, 'stream', recvNs);
  }

  #polled(trade: WalletTrade, recvNs: number): void {
    if (!this.#tell(trade, 'poll', recvNs)) return;
    const shard = this.#shardOf.get(trade.wallet)!;
    const tradeMs = trade.venueS * 1_000;
    const isDue = this.#clock.wallMs() - tradeMs > this.#options.graceMs;
    // A whole second later than the subscription: the venue's clock has seconds, and its order is not ours.
    if (shard.subscribedMs === undefined || tradeMs <= shard.subscribedMs + 1_000 || !isDue) return;
    this.missedByStream += 1;
    shard.refute();
  }

  /** True when it was news. */
  #tell(trade: WalletTrade, source: 'stream' | 'poll', recvNs: number): boolean {
    const label = this.#labels.get(trade.wallet);
    if (label === undefined) {
      this.unwatched += 1;
      return false;
    }
    if (!this.memory.isNew(tradeKey(trade), trade.venueS)) return false;
    this.signals.push({ trade, label, source, recvNs });
    return true;
  }
}
