// Real frames for the decoder tests, and the markets they are of.
import { readFileSync } from 'node:fs';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';

export interface Sample {
  readonly venue: number;
  readonly text: string;
}

function lines(name: string): string[] {
  const url = new URL(`../fixtures/${name}`, import.meta.url);
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

const FED_CONDITION = '0x8bf1c1536ecb1c08fe13c6b71e8ab1f58bf3461c4cb79f5f1679f869a06aef86';
const KALSHI_TICKER = 'KXGOLD15M-26AUG101900-00';

/** Frames as recorded, in file order. */
export function recordedFrames(): Sample[] {
  const polymarket = ['polymarket/market-channel.jsonl', 'polymarket/market-channel-fed.jsonl']
    .flatMap(lines)
    .map((line) => ({ venue: L.VENUE_POLYMARKET, text: JSON.parse(line) as string }));
  const kalshi = lines('kalshi/orderbook-channel.ndjson').map((text) => ({ venue: L.VENUE_KALSHI, text }));
  return [...polymarket, ...kalshi];
}

/** Both tokens of the market whose frames were recorded with the Fed's decision, YES first. */
function fedTokens(): [string, string] {
  const found = new Set<string>();
  for (const line of lines('polymarket/market-channel-fed.jsonl')) {
    const text = JSON.parse(line) as string;
    if (!text.includes(FED_CONDITION)) continue;
    for (const [, token] of text.matchAll(/"asset_id": ?"(\d+)"/g)) found.add(token!);
  }
  const [yes = '', no = ''] = found;
  return [yes, no];
}

/** Markets of the recorded frames; every third Polymarket one without a tick, so that its grid is assumed. */
export function recordedMarkets(): MarketMeta[] {
  const url = new URL('../fixtures/polymarket/markets.json', import.meta.url);
  const rows = JSON.parse(readFileSync(url, 'utf8')) as {
    condition: string;
    yesToken: string;
    noToken: string;
    tickE4: number;
  }[];
  const metas: MarketMeta[] = rows.map(({ condition, yesToken, noToken, tickE4 }, index) => ({
    id: `polymarket:${condition}`,
    venue: 'polymarket',
    yesToken,
    noToken,
    tickRanges: index % 3 === 2 ? undefined : uniformGrid(tickE4),
  }));
  const [yesToken, noToken] = fedTokens();
  metas.push({
    id: `polymarket:${FED_CONDITION}`,
    venue: 'polymarket',
    yesToken,
    noToken,
    tickRanges: uniformGrid(10),
  });
  const ticker = KALSHI_TICKER;
  metas.push({ id: `kalshi:${ticker}`, venue: 'kalshi', yesToken: ticker, tickRanges: uniformGrid(100) });
  return metas;
}

/** Frames of the documented shapes that no recording here has, about markets that are recorded. */
export function documentedFrames(): Sample[] {
  const [yes, no] = fedTokens();
  const market = FED_CONDITION;
  const stamp = '"timestamp":"1784578733900"';
  const hash = '3cd4d61e042c81560c9037ece0c61f3b1a8fbbdd';
  const polymarket = [
    'PONG',
    '[]',
    `{"market":"${market}","asset_id":"${yes}","old_tick_size":"0.01","new_tick_size":"0.001",${stamp},"event_type":"tick_size_change"}`,
    `{"market":"${market}", "asset_id":"${no}", "best_bid":"0.063", "best_ask":"0.07", "spread":"0.007", ${stamp}, "event_type":"best_bid_ask"}`,
    `{"market":"${market}", "asset_id":"${yes}", "best_bid":"", "best_ask":"0.93", "spread":"0.01", ${stamp}, "event_type":"best_bid_ask"}`,
    `{"asset_id":"${yes}","changes":[{"price":"0.4","side":"SELL","size":"3300"},{"price":"0.5","side":"BUY","size":"3400"}],"event_type":"price_change","market":"${market}",${stamp},"hash":"${hash}"}`,
    `{"asset_id":"${no}","event_type":"price_change","hash":"${hash}","market":"${market}","price":"0.514","side":"SELL","size":"21574.08",${stamp}}`,
    `{"market":"${market}","asset_id":"${yes}","price":"0.925","size":"216.216215","fee_rate_bps":"0","side":"BUY",${stamp},"event_type":"last_trade_price"}`,
  ].map((text) => ({ venue: L.VENUE_POLYMARKET, text }));
  const kalshi = [
    '{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}',
    '{"id":2,"sid":1,"seq":7,"type":"unsubscribed"}',
    '{"id":3,"type":"ok"}',
    '{"id":4,"type":"error","msg":{"code":8,"msg":"Unknown channel name"}}',
    `{"type":"market_lifecycle_v2","sid":13,"seq":4,"msg":{"market_ticker":"${KALSHI_TICKER}","event_type":"close_date_updated","close_ts":1786402800}}`,
    `{"type":"ticker","sid":3,"msg":{"market_ticker":"${KALSHI_TICKER}","ts":1786401938}}`,
  ].map((text) => ({ venue: L.VENUE_KALSHI, text }));
  return [...polymarket, ...kalshi];
}

/** Recorded books cut to two levels a side, so that a mutation more often hits something that is read. */
export function smallBooks(): Sample[] {
  return recordedFrames()
    .filter(({ text }) => text.includes('"book"') || text.includes('orderbook_snapshot'))
    .map(({ venue, text }) => ({
      venue,
      text: text.replace(
        /\[((?:[[{][^[\]{}]*[\]}],){2})(?:[[{][^[\]{}]*[\]}],?)*\]/g,
        (_, kept: string) => `[${kept.slice(0, -1)}]`,
      ),
    }));
}
