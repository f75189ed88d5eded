// Subscription and heartbeat rules of Polymarket's market channel, as data. Pure.

/** The venue answers the text PING with the text PONG; it never speaks first. */
export const PING_TEXT = 'PING';
/** Above about 500 assets a socket gets deltas but no snapshots; the venue's users stay at 200. */
export const ASSETS_PER_SOCKET_MAX = 200;

/** First message on a new socket: subscribes `tokens`; the venue sends their snapshots as one array. */
export function subscribeText(tokens: readonly string[]): string {
  return JSON.stringify({ assets_ids: tokens, type: 'market', custom_feature_enabled: true });
}

/** `tokens` in groups that one socket carries; both tokens of a market stay together when they are adjacent. */
export function shardTokens(tokens: readonly string[]): string[][] {
  const shards: string[][] = [];
  for (let first = 0; first < tokens.length; first += ASSETS_PER_SOCKET_MAX) {
    shards.push(tokens.slice(first, first + ASSETS_PER_SOCKET_MAX));
  }
  return shards;
}
