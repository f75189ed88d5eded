// Drives the wallet feed that the config describes and tells each of its signals and alerts once. Main thread; the only
// owner of the feed and its reader.
import { UsageError } from '../cli/context.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { LiveClock } from '../core/clock.ts';
import { Random } from '../core/random.ts';
import type { WalletCounts, WatchWallets, WatchWalletsOptions } from '../observe/driver.ts';
import { WalletFeed, type WalletFeedOptions } from '../signal/wallet-feed.ts';
import { walletFeedOptions } from '../signal/wallet-options.ts';

/** Longest wait between two duty cycles: what is told of a trade is at most that late. */
const DUTY_MS = 2;
const WITHOUT_KEY = 'rtds';

/** Throws UsageError with every key that is missing. */
function optionsOf(config: Config, secrets: Secrets): WalletFeedOptions {
  const { url, watch, source } = config.wallets;
  const problems: string[] = [];
  if (url === undefined) problems.push('wallets.url: missing, allowed ws://… or wss://…, without the key');
  if (watch.length === 0) problems.push('wallets.watch: empty, allowed 1 to 5000 wallets');
  if (source !== WITHOUT_KEY && secrets.walletKey === undefined) {
    problems.push(
      `wallets.keyFile: missing, allowed a file with the key of source ${source}, or DUTCHBOOK_WALLET_KEY in the environment`,
    );
  }
  const options = problems.length > 0 ? undefined : walletFeedOptions(config, secrets.walletKey?.reveal() ?? '');
  if (options === undefined) throw new UsageError(problems.join('\n'));
  return options;
}

function countsOf(feed: WalletFeed, told: Pick<WalletCounts, 'streamed' | 'polled'>): WalletCounts {
  const { shards, memory, signals, alerts, poll, mode } = feed;
  const sum = (figure: (shard: (typeof shards)[number]) => number): number =>
    shards.reduce((total, shard) => total + figure(shard), 0);
  return {
    ...told,
    ...{ mode, connections: shards.length, opens: sum(({ care }) => care.counts.opens) },
    ...{ closes: sum(({ care }) => care.counts.closes), bad: sum(({ badMessages }) => badMessages) },
    ...{ duplicates: memory.duplicates, unwatched: feed.unwatched, missedByStream: feed.missedByStream },
    ...{ signalsLost: signals.overflows, alertsLost: alerts.overflows, requests: poll?.counts.requests ?? 0 },
  };
}

/** Tells what there is to tell; answers how many signals that were. */
function tell(feed: WalletFeed, told: { streamed: number; polled: number }, options: WatchWalletsOptions): void {
  for (let alert = feed.alerts.take(); alert !== undefined; alert = feed.alerts.take()) options.onAlert(alert);
  for (let signal = feed.signals.take(); signal !== undefined; signal = feed.signals.take()) {
    if (signal.source === 'stream') told.streamed += 1;
    else told.polled += 1;
    options.onSignal(signal);
  }
}

/** Watches until it is stopped, or until no connection is dialled again and nothing is polled. */
export const watchWallets: WatchWallets = async (options) => {
  const clock = new LiveClock();
  const feed = new WalletFeed(optionsOf(options.config, options.secrets), clock, new Random(clock.wallMs() >>> 0));
  const told = { streamed: 0, polled: 0 };
  feed.open();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      feed.doWork(clock.nowNs());
      tell(feed, told, options);
      const isOver = feed.poll === undefined && feed.shards.every(({ care }) => care.hasEnded);
      if (!isOver && !options.stop.aborted) return;
      clearInterval(timer);
      resolve();
    }, DUTY_MS);
  });
  const counts = countsOf(feed, told);
  await feed.close();
  return counts;
};
