// Thread shell of discovery: reads Gamma in its rhythm and says what changed. A thread of its own, because reading a page
// and judging thousands of markets hold it for longer than a frame or an order may wait. No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config/schema.ts';
import { LiveClock } from '../core/clock.ts';
import type { MarketEvent } from '../ingest/market-events.ts';
import { type DiscoveryNews, mayWant, newsOf } from '../venue/polymarket/gamma-news.ts';
import { gammaGets, gammaSyncOptions } from '../venue/polymarket/gamma-setup.ts';
import { GammaSync } from '../venue/polymarket/gamma-sync.ts';

export interface DiscoveryTask {
  readonly config: Config;
  /** Gamma's address. */
  readonly url: string;
}

/** What the market channel told, or that it is to end. */
export type ToDiscovery = Exclude<MarketEvent, { kind: 'refused' }> | { readonly kind: 'stop' };

/** One message per reading. */
export type FromDiscovery = { readonly kind: 'news'; readonly news: DiscoveryNews };

const DUTY_MS = 5;

function main({ config, url }: DiscoveryTask): void {
  const port = parentPort!;
  const clock = new LiveClock();
  const { select } = config.venues.polymarket;
  const sync = new GammaSync(gammaSyncOptions(config), gammaGets(config, url), clock, (diff) => {
    port.postMessage({ kind: 'news', news: newsOf(diff) } satisfies FromDiscovery);
  });
  const timer = setInterval(() => sync.doWork(clock.nowNs()), DUTY_MS);
  port.on('message', (message: ToDiscovery) => {
    if (message.kind === 'tick') sync.tickChanged(message.id, message.tickE4, message.venueMs);
    else if (message.kind === 'resolved') {
      // Without a winner Gamma is still to be asked who won.
      if (message.yesPayoutE4 !== undefined) sync.marketResolved(message.id);
    } else if (message.kind === 'newMarket') {
      if (mayWant(select, message)) sync.hasten(clock.nowNs());
    } else {
      clearInterval(timer);
      void sync.close().finally(() => port.close());
    }
  });
}

main(workerData as DiscoveryTask);
