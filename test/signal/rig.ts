// Shared by the tests of the wallet feed: a simulated source, a feed over real sockets, and trades like a real one.
import { readFileSync } from 'node:fs';
import type { Clock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import { WalletFeed, type WalletFeedOptions } from '../../engine/signal/wallet-feed.ts';
import { type WalletFaultRule, WalletVenue } from '../../engine/venue/sim/wallet-venue.ts';
import type { WalletTrade } from '../../engine/venue/wallet/contract.ts';
import { activityPage } from '../../engine/venue/wallet/data-api.ts';
import { dome, polynode } from '../../engine/venue/wallet/dome.ts';

const KEY = 'canary-key-4711';

const [REAL] = activityPage(JSON.parse(readFileSync('test/fixtures/wallet/trades.json', 'utf8')))!.trades as [
  WalletTrade,
];

export function walletOf(number: number): string {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

/** The real trade under another identity. */
export function tradeNumber(number: number, wallet: string, wallMs: number): WalletTrade {
  const txHash = `0x${number.toString(16).padStart(32, '0')}${'f'.repeat(32)}`;
  return { ...REAL, wallet, txHash, venueS: Math.floor(wallMs / 1_000) };
}

/** `scale`: what all timers are divided by. */
export async function startRig(
  ...[clock, wallets, faults, scale, more = {}]: [
    Clock,
    number,
    readonly WalletFaultRule[],
    number,
    Partial<WalletFeedOptions>?,
  ]
) {
  const venue = new WalletVenue({ key: KEY, faults });
  await venue.open();
  const ms = (value: number): number => value / scale;
  const labels = new Map(Array.from({ length: wallets }, (_, at) => [walletOf(at + 1), `wallet ${at + 1}`]));
  const options: WalletFeedOptions = {
    ...{
      protocol: dome,
      url: more.protocol === polynode ? `${venue.url}/ws` : venue.url,
      key: KEY,
      transport: 'native',
      labels,
      walletsPerConnection: 100,
    },
    care: {
      ...{ backoffMsMin: ms(1_000), backoffMsMax: ms(60_000), reconnectAttemptsMax: 0, reconnectsPerMinute: 600 },
      ...{ pingMs: ms(30_000), pongMs: ms(10_000), idleMs: 0, openMs: 10_000, failuresToPoll: 5, canPoll: true },
    },
    poll: {
      rest: {
        ...{ url: venue.restUrl, warmPath: '/', userAgent: 'dutchbook', connections: 16, requestsPerSecond: 50_000 },
        ...{ deadlineMs: 10_000, answerBytesMax: 4_194_304, attemptsMax: 4, retryMs: 10, connectMs: 5_000 },
      },
      ...{ pollMs: ms(2_000), controlMs: ms(60_000), overlapS: 2, lookbackS: 2 },
    },
    ...{ graceMs: 5_000, queueTrades: 65_536, memoryTrades: 262_144 },
    ...more,
  };
  const feed = new WalletFeed(options, clock, new Random(7));
  feed.open();
  const close = async (): Promise<void> => {
    await feed.close();
    await venue.close();
  };
  return { venue, feed, close };
}
