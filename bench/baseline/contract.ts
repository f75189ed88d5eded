// What a baseline is: a complete decoder and book of the kind found in bots, correct, and measured in the same run.
import { SIDE_ASK, SIDE_BID, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import type { LevelSource } from '../checksum.ts';

/** A whole engine up to the readable book. */
export interface BaselineEngine extends LevelSource {
  readonly name: string;
  /** Takes one message, applies it, and answers the market it touched (the last, when several), or -1. */
  onFrame(frame: Buffer): number;
  /** Best bid of the folded book in priceE4, 0 when there is none. */
  bestBidE4(market: number): number;
  /** Best ask of the folded book in priceE4, 10000 when there is none. */
  bestAskE4(market: number): number;
}

/** Books alone: one change in, the best level readable after it. */
export interface BaselineBooks extends LevelSource {
  /** Forgets both sides. */
  clear(market: number): void;
  /** Sets a level to an absolute size, 0 removes it; afterwards the best of both sides is readable. */
  set(market: number, side: number, priceE4: number, sizeMicros: number): void;
  size(market: number, side: number, priceE4: number): number;
  bestBidE4(market: number): number;
  bestAskE4(market: number): number;
}

/** The part of Polymarket's messages that books need. */
export interface PolymarketMessage {
  readonly event_type?: string;
  readonly asset_id?: string;
  readonly timestamp?: string;
  readonly bids?: readonly { readonly price: string; readonly size: string }[];
  readonly asks?: readonly { readonly price: string; readonly size: string }[];
  readonly price_changes?: readonly {
    readonly asset_id: string;
    readonly price: string;
    readonly size: string;
    readonly side: string;
    readonly hash: string;
    readonly best_bid: string;
    readonly best_ask: string;
  }[];
}

/** The part of Kalshi's messages that books need. */
export interface KalshiMessage {
  readonly type?: string;
  readonly msg?: {
    readonly market_ticker: string;
    readonly yes_dollars_fp?: readonly (readonly [string, string])[];
    readonly no_dollars_fp?: readonly (readonly [string, string])[];
    readonly price_dollars?: string;
    readonly delta_fp?: string;
    readonly side?: string;
  };
}

export type VenueMessage = PolymarketMessage & KalshiMessage;

/** Folded side of a bid (or ask) that `view` shows. */
export function foldedSide(buy: boolean, view: number): number {
  return buy === (view === VIEW_YES) ? SIDE_BID : SIDE_ASK;
}

/** Folded price in priceE4 of a price that `view` shows. */
export function foldedE4(priceE4: number, view: number): number {
  return view === VIEW_NO ? 10_000 - priceE4 : priceE4;
}
