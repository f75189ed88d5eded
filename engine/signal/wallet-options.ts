// The wallet feed's options from the config.
import { careOptions } from '../config/care.ts';
import type { Config } from '../config/schema.ts';
import type { WalletProtocol, WalletProtocolName } from '../venue/wallet/contract.ts';
import { rtds } from '../venue/wallet/data-api.ts';
import { dome, polynode } from '../venue/wallet/dome.ts';
import type { WalletFeedOptions } from './wallet-feed.ts';

const PROTOCOLS: Readonly<Record<WalletProtocolName, WalletProtocol>> = { dome, polynode, rtds };
const REST = {
  ...{ warmPath: '/', userAgent: 'dutchbook', answerBytesMax: 4_194_304 },
  ...{ attemptsMax: 4, retryMs: 500, connectMs: 10_000 },
} as const;

/** Undefined without an address or a wallet: there is no feed then. */
export function walletFeedOptions(config: Config, key: string): WalletFeedOptions | undefined {
  const { wallets, ingest } = config;
  const { source, url, watch, walletsPerConnection, queueTrades, memoryTrades, care, poll } = wallets;
  if (url === undefined || watch.length === 0) return undefined;
  const { url: restUrl, requestsPerSecond, connections, deadlineMs, graceMs, ...sweeps } = poll;
  const rest = { ...REST, requestsPerSecond, connections, deadlineMs };
  return {
    ...{ protocol: PROTOCOLS[source], url, key, transport: ingest.dialTransport },
    ...{ labels: new Map(watch.map(({ address, label }) => [address, label])) },
    ...{ walletsPerConnection, queueTrades, memoryTrades, graceMs },
    care: { ...careOptions(care), canPoll: restUrl !== undefined },
    ...(restUrl === undefined ? {} : { poll: { ...sweeps, rest: { ...rest, url: restUrl } } }),
  };
}
