// What is said to Kalshi's WebSocket, as data: commands, channels, the error codes that decide something. Pure.

/** `book`: snapshots and changes. `lifecycle` tells of every market of the venue; it takes no list of markets. */
export const CHANNELS = { book: 'orderbook_delta', trade: 'trade', lifecycle: 'market_lifecycle_v2' } as const;

/** What is told of one account only. Their messages bear no numbers. */
export const PRIVATE_CHANNELS = { fill: 'fill', orders: 'user_orders' } as const;

/** Markets of one subscription: what a gap in its numbers makes STALE at once. */
export const MARKETS_PER_SUBSCRIPTION_MAX = 200;

/** Codes of error answers that say no to a command for ever: unknown command, unsupported action. */
export const UNSUPPORTED_CODES: ReadonlySet<number> = new Set([5, 13]);

/**
 * Subscribes one channel; the answer names its sid. Lifecycle takes no `tickers`. Bids for NO are asked for by the price
 * of NO: what the venue does by itself may change, and the other reading of the same numbers is another book.
 */
export function subscribeText(id: number, channel: string, tickers: readonly string[]): string {
  const markets = channel === CHANNELS.lifecycle ? {} : { market_tickers: tickers };
  const prices = channel === CHANNELS.book ? { use_yes_price: false } : {};
  return JSON.stringify({ id, cmd: 'subscribe', params: { channels: [channel], ...markets, ...prices } });
}

/** Subscribes a private channel, for all markets. */
export function subscribePrivateText(id: number, channel: string): string {
  return JSON.stringify({ id, cmd: 'subscribe', params: { channels: [channel] } });
}

/** Changes the markets of subscription `sid`; added ones come with a snapshot. */
export function updateText(
  id: number,
  sid: number,
  action: 'add_markets' | 'delete_markets' | 'get_snapshot',
  tickers: readonly string[],
): string {
  const initial = action === 'add_markets' ? { send_initial_snapshot: true } : {};
  const params = { sids: [sid], action, market_tickers: tickers, ...initial };
  return JSON.stringify({ id, cmd: 'update_subscription', params });
}

export function unsubscribeText(id: number, sids: readonly number[]): string {
  return JSON.stringify({ id, cmd: 'unsubscribe', params: { sids } });
}
