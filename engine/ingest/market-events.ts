// What a venue tells of its markets on its market channel: of new ones, which many frames repeat, and of those that resolve
// or change their tick; and which markets there is no room for. Ingest thread, off the hot path; nobody waits for it.
import type { ToldMarket } from '../venue/polymarket/gamma-news.ts';

export type MarketEvent =
  | ({ readonly kind: 'newMarket' } & ToldMarket)
  /** `yesPayoutE4`: what a share of YES is paid; undefined when the venue does not say. */
  | {
      readonly kind: 'resolved';
      readonly id: string;
      readonly venueMs: number;
      readonly yesPayoutE4: number | undefined;
    }
  /** Kalshi told of a market that we do not keep, or that one of ours goes on: its list may say more. */
  | { readonly kind: 'life'; readonly ticker: string }
  /** Not of a venue: markets that discovery told of and that ingest has no room for. */
  | { readonly kind: 'refused'; readonly ids: readonly string[] }
  | { readonly kind: 'tick'; readonly id: string; readonly tickE4: number; readonly venueMs: number };

export type MarketEventSink = (event: MarketEvent) => void;

/** New markets are told of a hundred times over: so many are remembered, each told on once. */
const TOLD_MAX = 4_096;

/** A sink that passes each new market on once. */
export function eachMarketOnce(sink: MarketEventSink | undefined): MarketEventSink | undefined {
  if (sink === undefined) return undefined;
  const told = new Set<string>();
  return (event) => {
    if (event.kind === 'newMarket') {
      if (told.has(event.condition)) return;
      if (told.size >= TOLD_MAX) told.clear();
      told.add(event.condition);
    }
    sink(event);
  };
}
