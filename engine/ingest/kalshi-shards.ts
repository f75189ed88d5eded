// Which connections a Kalshi feed needs: the markets of one detector on each, so that every detector sees all numbers
// of the subscriptions it judges. Pure.
import { MARKETS_PER_SUBSCRIPTION_MAX } from '../venue/kalshi/commands.ts';
import type { KalshiFeedSetup } from './kalshi-contract.ts';

/** Setups for `tickers`; `detectorOf` names the detector of a market. Connections count from `firstConnection`. */
export function kalshiFeedSetups(
  tickers: readonly string[],
  detectorOf: (ticker: string) => number,
  common: Omit<KalshiFeedSetup, 'tickers' | 'connection'>,
  firstConnection: number,
): KalshiFeedSetup[] {
  const byDetector = new Map<number, string[]>();
  for (const ticker of tickers) {
    const own = byDetector.get(detectorOf(ticker));
    if (own === undefined) byDetector.set(detectorOf(ticker), [ticker]);
    else own.push(ticker);
  }
  const shards = [...byDetector.values()].flatMap((own) => {
    const count = Math.ceil(own.length / MARKETS_PER_SUBSCRIPTION_MAX);
    return Array.from({ length: count }, (_, at) =>
      own.slice(at * MARKETS_PER_SUBSCRIPTION_MAX, (at + 1) * MARKETS_PER_SUBSCRIPTION_MAX),
    );
  });
  return shards.map((own, at) => ({ ...common, tickers: own, connection: firstConnection + at }));
}
