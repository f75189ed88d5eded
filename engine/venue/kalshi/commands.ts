// What is said to Kalshi's WebSocket, as data: commands, channels, the meaning of its error codes. Pure.

/** `book`: snapshots and changes. `lifecycle` tells of every market of the venue; it takes no list of markets. */
export const CHANNELS = { book: 'orderbook_delta', trade: 'trade', lifecycle: 'market_lifecycle_v2' } as const;

/** Markets of one subscription: what a gap in its numbers makes STALE at once. */
export const MARKETS_PER_SUBSCRIPTION_MAX = 200;

/** Words for the codes of error answers. */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'unable to process the message',
  2: 'params required',
  3: 'channels required',
  4: 'subscription ids required',
  5: 'unknown command',
  6: 'already subscribed',
  7: 'unknown subscription id',
  8: 'unknown channel name',
  9: 'authentication required',
  10: 'channel error',
  11: 'invalid parameter',
  12: 'exactly one subscription id is required',
  13: 'unsupported action',
};

export function errorText(code: number): string {
  return ERRORS[code] ?? 'unknown code';
}

/** Subscribes one channel; the answer names its sid. Lifecycle takes no `tickers`. */
export function subscribeText(id: number, channel: string, tickers: readonly string[]): string {
  const markets = channel === CHANNELS.lifecycle ? {} : { market_tickers: tickers };
  return JSON.stringify({ id, cmd: 'subscribe', params: { channels: [channel], ...markets } });
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
