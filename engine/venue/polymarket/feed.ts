// Subscription and heartbeat rules of Polymarket's market channel, as data. Pure.

/** The venue answers the text PING with the text PONG; it never speaks first. */
export const PING_TEXT = 'PING';

/**
 * First message on a new socket: subscribes `tokens`; the venue sends their snapshots as one array. `custom` asks for
 * best_bid_ask, new_market and market_resolved as well.
 */
export function subscribeText(tokens: readonly string[], custom: boolean): string {
  return JSON.stringify({ assets_ids: tokens, type: 'market', initial_dump: true, ...customOf(custom) });
}

/** Subscribes more `tokens` on an open socket. */
export function subscribeMoreText(tokens: readonly string[], custom: boolean): string {
  return JSON.stringify({ operation: 'subscribe', assets_ids: tokens, ...customOf(custom) });
}

export function unsubscribeText(tokens: readonly string[]): string {
  return JSON.stringify({ operation: 'unsubscribe', assets_ids: tokens });
}

function customOf(custom: boolean): object {
  return custom ? { custom_feature_enabled: true } : {};
}

/**
 * Tokens by connection, at most `assetsMax` on each, those of one market together: the markets in the order given, each
 * on the first connection with room. The same markets make the same plan.
 */
export function planConnections(tokensOfMarkets: readonly (readonly string[])[], assetsMax: number): string[][] {
  const plan: string[][] = [];
  for (const tokens of tokensOfMarkets) {
    const last = plan.at(-1);
    if (last !== undefined && last.length + tokens.length <= assetsMax) last.push(...tokens);
    else plan.push([...tokens]);
  }
  return plan;
}
