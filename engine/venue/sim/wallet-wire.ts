// How the simulated source of wallet activity writes a trade: as the Dome-format feed sends it, as the Data API lists it.
import type { WalletTrade } from '../wallet/contract.ts';

/** A trade as the venue knows it. */
export type VenueTrade = WalletTrade;

/** The text of an event of subscription `id`. */
export function domeEvent(id: string, trade: VenueTrade): string {
  const data = {
    ...{ token_id: trade.tokenId, token_label: trade.outcome, side: trade.side, market_slug: trade.marketSlug },
    ...{ condition_id: trade.conditionId, shares: trade.sizeMicros, shares_normalized: trade.sizeMicros / 1e6 },
    ...{ price: trade.priceE4 / 1e4, tx_hash: trade.txHash, title: trade.marketSlug, timestamp: trade.venueS },
    ...{ order_hash: trade.txHash, user: trade.wallet, taker: trade.wallet },
  };
  return JSON.stringify({ type: 'event', subscription_id: id, data });
}

/** A row of `/activity`. */
export function activityRow(trade: VenueTrade) {
  const size = trade.sizeMicros / 1e6;
  return {
    ...{ proxyWallet: trade.wallet, timestamp: trade.venueS, conditionId: trade.conditionId, type: 'TRADE', size },
    ...{ usdcSize: (size * trade.priceE4) / 1e4, transactionHash: trade.txHash, price: trade.priceE4 / 1e4 },
    ...{ asset: trade.tokenId, side: trade.side, outcomeIndex: 0, slug: trade.marketSlug, outcome: trade.outcome },
  };
}
