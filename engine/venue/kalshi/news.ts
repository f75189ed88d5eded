// What a reading of Kalshi's lists says to a running engine, without the catalogue: plain, so that it travels between
// threads; and which markets told of by the lifecycle channel are worth a reading. Pure.
import type { MarketMeta } from '../contract.ts';
import type { ChangedMarket, DiscoveryNews } from '../polymarket/gamma-news.ts';
import type { KalshiSelect } from './reader.ts';
import type { KalshiDiff } from './sync.ts';

/** The same form as Gamma's; no event of Kalshi's is a complete set. */
export function kalshiNewsOf(diff: KalshiDiff): DiscoveryNews {
  const { added, changed, closed, resolved, reading, selection } = diff;
  const leftForRoom: Record<string, number> = {};
  for (const { reason } of selection.left) {
    if (reason.startsWith('arena')) leftForRoom[reason] = (leftForRoom[reason] ?? 0) + 1;
  }
  const selected = new Map(selection.selected.map(({ market }) => [market.ticker, market.meta]));
  return {
    ...{ pages: reading.answers, added: added.map(({ market }) => market.meta) },
    changed: changed.flatMap(({ ticker, fields }): ChangedMarket[] => {
      const market = reading.catalogue.entries.get(ticker)?.market;
      if (market === undefined) return [];
      // A pausing market is not among the selected, whose fees are known.
      const meta: MarketMeta = selected.get(ticker) ?? market.meta;
      const named = fields.map((field) => (field === 'status' ? 'acceptingOrders' : field));
      return [{ meta, fields: named, acceptingOrders: market.status === 'active' }];
    }),
    closed: closed.map(idOf),
    resolved: resolved.map(({ ticker, winner }) => ({ id: idOf(ticker), yesPayoutE4: winner === 'yes' ? 10_000 : 0 })),
    ...{ relations: [], brokenSets: [], leftForRoom, rejected: selection.rejected.length },
    problems: [...reading.problems, ...reading.unknownTickers.map((ticker) => `unknown ticker ${ticker}`)],
  };
}

/** True when `select` may want a market of this ticker: it begins with its event's, and that with its series'. */
export function mayWantKalshi({ series, events, markets }: KalshiSelect, ticker: string): boolean {
  const isOf = (head: string): boolean => ticker.startsWith(`${head}-`);
  return markets.includes(ticker) || events.some(isOf) || series.some(isOf);
}

function idOf(ticker: string): string {
  return `kalshi:${ticker}`;
}
