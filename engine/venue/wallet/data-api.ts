// Polymarket's public trades: rows of the Data API, and the real-time socket, which sends the same rows of everybody.
import { isJsonObject, type JsonValue, member } from '../json.ts';
import type { WalletProtocol, WalletTrade } from './contract.ts';
import { tradeOf } from './fields.ts';

const NAMES = {
  ...{ wallet: 'proxyWallet', tokenId: 'asset', conditionId: 'conditionId', shares: 'size' },
  ...{ txHash: 'transactionHash', marketSlug: 'slug', outcome: 'outcome' },
} as const;

/** Rows of one page, the most the venue answers. */
export const ACTIVITY_ROWS_MAX = 500;
/** Rows the venue skips at most. */
export const ACTIVITY_OFFSET_MAX = 10_000;

/** Trades of `wallet` from `startS` on, oldest first, so that what happens meanwhile does not shift the pages. */
export function activityPath(wallet: string, startS: number, offset: number): string {
  return (
    `/activity?user=${wallet}&type=TRADE&start=${startS}&limit=${ACTIVITY_ROWS_MAX}&offset=${offset}` +
    '&sortBy=TIMESTAMP&sortDirection=ASC'
  );
}

export interface ActivityPage {
  readonly trades: readonly WalletTrade[];
  readonly rows: number;
  readonly bad: number;
}

/** The trades of an answer, or undefined when it is no list. */
export function activityPage(value: JsonValue): ActivityPage | undefined {
  if (!Array.isArray(value)) return undefined;
  const read = value.map((row) => tradeOf(row, NAMES));
  const trades = read.filter((trade) => trade !== undefined);
  return { trades, rows: value.length, bad: read.length - trades.length };
}

/** Cannot filter by wallet and confirms nothing. */
export const rtds: WalletProtocol = {
  ...{ name: 'rtds', canFilter: false, acknowledges: false },
  address: (url) => url,
  subscribe: () => JSON.stringify({ action: 'subscribe', subscriptions: [{ topic: 'activity', type: 'trades' }] }),
  update: () => undefined,
  unsubscribe: () => undefined,
  read: (value) => {
    if (!isJsonObject(value)) return { kind: 'bad' };
    if (member(value, 'topic') !== 'activity' || member(value, 'type') !== 'trades') return { kind: 'other' };
    const trade = tradeOf(member(value, 'payload'), NAMES);
    return trade === undefined ? { kind: 'bad' } : { kind: 'trade', trade };
  },
};
