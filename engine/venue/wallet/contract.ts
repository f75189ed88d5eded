// What a source of wallet activity is, whoever runs it: the trade it tells of, and the protocol it speaks. Adapters are
// pure: text and JSON in and out, no socket, no time.
import type { JsonValue } from '../json.ts';

/** One fill of a watched wallet, as the venue tells it after the fact. */
export interface WalletTrade {
  /** Lower case. */
  readonly wallet: string;
  readonly tokenId: string;
  readonly conditionId: string;
  readonly side: 'BUY' | 'SELL';
  readonly sizeMicros: number;
  /** To the nearest: fills across levels have an average between ticks. For information, never a limit. */
  readonly priceE4: number;
  readonly venueS: number;
  /** Lower case. */
  readonly txHash: string;
  readonly marketSlug: string;
  readonly outcome: string;
}

/** `ack`: the subscription stands. `other`: understood and of no interest. `bad`: not what the source promises. */
export type WalletMessage =
  | { readonly kind: 'trade'; readonly trade: WalletTrade }
  | { readonly kind: 'ack'; readonly subscriptionId: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'bad' };

export interface WalletProtocol {
  readonly name: WalletProtocolName;
  /** False: the source has no wallet filter and sends everybody's trades, so one connection serves all wallets. */
  readonly canFilter: boolean;
  /** True when a subscription is confirmed by an `ack`; else it counts as standing with its first data. */
  readonly acknowledges: boolean;
  /** The address to dial. The key is in it: not for logs. */
  address(url: string, key: string): string;
  subscribe(wallets: readonly string[]): string;
  /** Undefined: the source cannot change a subscription. */
  update(subscriptionId: string, wallets: readonly string[]): string | undefined;
  unsubscribe(subscriptionId: string): string | undefined;
  read(value: JsonValue): WalletMessage;
}

export const WALLET_PROTOCOLS = ['dome', 'polynode', 'rtds'] as const;
export type WalletProtocolName = (typeof WALLET_PROTOCOLS)[number];

/**
 * The same for every source that tells of the same fill, and short: half of the transaction's hash is enough to tell
 * transactions apart. Two fills of one wallet, token, side and size in one transaction are one: no field that all
 * sources send tells them apart.
 */
export function tradeKey({ txHash, wallet, tokenId, side, sizeMicros }: WalletTrade): string {
  return `${txHash.slice(2, 34)}${wallet.slice(-8)}${tokenId.slice(-8)}${side[0]}${sizeMicros}`;
}
