// The Dome wallet feed: subscriptions with wallet filters, acknowledged, changed and ended by id. Its successor sends the
// same events under another address and asks for them with another type.
import { isJsonObject, member } from '../json.ts';
import type { WalletProtocol } from './contract.ts';
import { tradeOf } from './fields.ts';

const NAMES = {
  ...{ wallet: 'user', tokenId: 'token_id', conditionId: 'condition_id', shares: 'shares_normalized' },
  ...{ txHash: 'tx_hash', marketSlug: 'market_slug', outcome: 'token_label' },
} as const;
const VERSION = { platform: 'polymarket', version: 1 } as const;

const shared: Pick<WalletProtocol, 'canFilter' | 'acknowledges' | 'unsubscribe' | 'read'> = {
  ...{ canFilter: true, acknowledges: true },
  unsubscribe: (id) => JSON.stringify({ action: 'unsubscribe', version: 1, subscription_id: id }),
  read: (value) => {
    const type = isJsonObject(value) ? member(value, 'type') : undefined;
    if (!isJsonObject(value) || typeof type !== 'string') return { kind: 'bad' };
    if (type === 'ack') {
      const subscriptionId = member(value, 'subscription_id');
      return typeof subscriptionId === 'string' ? { kind: 'ack', subscriptionId } : { kind: 'bad' };
    }
    if (type !== 'event') return { kind: 'other' };
    const trade = tradeOf(member(value, 'data'), NAMES);
    return trade === undefined ? { kind: 'bad' } : { kind: 'trade', trade };
  },
};

/** The key is the path. */
export const dome: WalletProtocol = {
  ...{ ...shared, name: 'dome' },
  address: (url, key) => `${url.replace(/\/$/, '')}/${encodeURIComponent(key)}`,
  subscribe: (users) => JSON.stringify({ action: 'subscribe', ...VERSION, type: 'orders', filters: { users } }),
  update: (id, users) =>
    JSON.stringify({ action: 'update', subscription_id: id, ...VERSION, type: 'orders', filters: { users } }),
};

/** The key is in the query, the type is dome. */
export const polynode: WalletProtocol = {
  ...{ ...shared, name: 'polynode' },
  address: (url, key) => `${url}?key=${encodeURIComponent(key)}`,
  subscribe: (users) => JSON.stringify({ action: 'subscribe', type: 'dome', filters: { users } }),
  update: (id, users) => JSON.stringify({ action: 'update', subscription_id: id, type: 'dome', filters: { users } }),
};
