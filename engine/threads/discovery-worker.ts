// Thread shell of discovery: reads the list of one venue in its rhythm and says what changed. A thread of its own, because
// reading a page and judging thousands of markets hold it for longer than a frame or an order may wait. No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config/schema.ts';
import { LiveClock } from '../core/clock.ts';
import type { MarketEvent } from '../ingest/market-events.ts';
import type { VenueName } from '../venue/contract.ts';
import { kalshiNewsOf, mayWantKalshi } from '../venue/kalshi/news.ts';
import { kalshiGets, kalshiSyncOptions } from '../venue/kalshi/setup.ts';
import { KalshiSync } from '../venue/kalshi/sync.ts';
import { type DiscoveryNews, mayWant, newsOf } from '../venue/polymarket/gamma-news.ts';
import { gammaGets, gammaSyncOptions } from '../venue/polymarket/gamma-setup.ts';
import { GammaSync } from '../venue/polymarket/gamma-sync.ts';
import { type Taken, TakenRoom } from '../venue/taken.ts';

export interface DiscoveryTask {
  readonly config: Config;
  readonly venue: VenueName;
  /** Address of its list: Gamma's, or Kalshi's REST. */
  readonly url: string;
  /** Markets and relations of other venues, which have their room in the arena already. */
  readonly taken: Taken;
}

type Told = Exclude<MarketEvent, { kind: 'refused' }>;

/** What the market channel told, what another venue has taken of the arena since, or that it is to end. */
export type ToDiscovery = Told | { readonly kind: 'taken'; readonly taken: Taken } | { readonly kind: 'stop' };

/** One message per reading. */
export type FromDiscovery = { readonly kind: 'news'; readonly news: DiscoveryNews };

const DUTY_MS = 5;

/** A venue's list, and what it makes of what the venue's feed told. */
interface Reader {
  readonly sync: GammaSync | KalshiSync;
  hear(message: Told): void;
}

function say(news: DiscoveryNews): void {
  parentPort!.postMessage({ kind: 'news', news } satisfies FromDiscovery);
}

function gammaReader({ config, url }: DiscoveryTask, declared: Taken, clock: LiveClock): Reader {
  const { select } = config.venues.polymarket;
  const options = gammaSyncOptions(config, declared);
  const sync = new GammaSync(options, gammaGets(config, url), clock, (diff) => say(newsOf(diff)));
  return {
    sync,
    hear: (message) => {
      if (message.kind === 'tick') sync.tickChanged(message.id, message.tickE4, message.venueMs);
      else if (message.kind === 'resolved') {
        sync.marketResolved(message.id, message.yesPayoutE4 !== undefined, clock.nowNs());
      } else if (message.kind === 'newMarket' && mayWant(select, message)) sync.hasten(clock.nowNs());
    },
  };
}

function kalshiReader({ config, url }: DiscoveryTask, declared: Taken, clock: LiveClock): Reader {
  const { select } = config.venues.kalshi;
  const options = kalshiSyncOptions(config, declared);
  const sync = new KalshiSync(options, kalshiGets(config, url), clock, (diff) => say(kalshiNewsOf(diff)));
  return {
    sync,
    hear: (message) => {
      if (message.kind === 'life' && mayWantKalshi(select, message.ticker)) sync.hasten(clock.nowNs());
    },
  };
}

function main(task: DiscoveryTask): void {
  const port = parentPort!;
  const clock = new LiveClock();
  const room = new TakenRoom(task.config, task.taken);
  const { sync, hear } = (task.venue === 'kalshi' ? kalshiReader : gammaReader)(task, room, clock);
  const timer = setInterval(() => sync.doWork(clock.nowNs()), DUTY_MS);
  port.on('message', (message: ToDiscovery) => {
    if (message.kind === 'taken') room.take(message.taken);
    else if (message.kind !== 'stop') hear(message);
    else {
      clearInterval(timer);
      void sync.close().finally(() => port.close());
    }
  });
}

main(workerData as DiscoveryTask);
