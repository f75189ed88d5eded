// Every price of every kind of grid through the decoder, of both views: on the market's tick or refused, never rounded.
import { describe, expect, test } from 'vitest';
import { REJECT_NAMES } from '../../engine/memory/counters.ts';
import type { TickRange } from '../../engine/venue/contract.ts';
import { onGrid, TAPERED_DECI_CENT, uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { DecoderUnderTest } from '../oracle/harness.ts';

const CONDITION = `0x${'c'.repeat(64)}`;
const YES = '1'.repeat(77);
const NO = '2'.repeat(77);
const TICKER = 'KXTEST-26';
const HASH = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';

const GRIDS: readonly (readonly [string, readonly TickRange[]])[] = [
  ['0.1', uniformGrid(1000)],
  ['0.01', uniformGrid(100)],
  ['0.005', uniformGrid(50)],
  ['0.001', uniformGrid(10)],
  ['tapered', TAPERED_DECI_CENT],
];

const decimal = (priceE4: number): string => (priceE4 / 10_000).toFixed(4);

function kalshiDelta(side: string, price: string): string {
  return `{"type":"orderbook_delta","sid":1,"seq":7,"msg":{"market_ticker":"${TICKER}","market_id":"x","price_dollars":"${price}","delta_fp":"1.00","side":"${side}","ts":"t","ts_ms":1786401938602}}`;
}

function kalshiSnapshot(side: string, price: string): string {
  return `{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"${TICKER}","${side}_dollars_fp":[["${price}","1.00"]]}}`;
}

function priceChange(token: string, price: string): string {
  const change = `{"asset_id":"${token}","price":"${price}","size":"5","side":"BUY","hash":"${HASH}","best_bid":"0.27","best_ask":"0.51"}`;
  return `{"market":"${CONDITION}","price_changes":[${change}],"timestamp":"1777366994943","event_type":"price_change"}`;
}

/** Outcome of a frame, and of a level the folded price and side. */
function judged(under: DecoderUnderTest, text: string, venue: number): string {
  const verdict = under.judge(Buffer.from(text), venue);
  if (verdict.kind === 'reject') return REJECT_NAMES[verdict.cause]!;
  if (verdict.kind !== 'records') return verdict.kind;
  const level = verdict.lines.find(
    (line) => line.includes(`kind=${L.KIND_SET} `) || line.includes(`kind=${L.KIND_ADD} `),
  );
  const fault = verdict.lines.find((line) => line.includes('generic path'));
  return fault ?? /side=\d price=\d+/.exec(level ?? '')?.[0] ?? 'no level';
}

describe.each(GRIDS)('grid %s', (_, tickRanges) => {
  const prices = Array.from({ length: 9999 }, (__, at) => at + 1);

  test('Kalshi deltas and snapshots: a NO price is a YES ask at its complement', () => {
    const under = new DecoderUnderTest(
      [{ id: `kalshi:${TICKER}`, venue: 'kalshi', yesToken: TICKER, tickRanges }],
      false,
    );
    const wrong: string[] = [];
    for (const priceE4 of prices) {
      for (const side of ['yes', 'no']) {
        const folded = side === 'yes' ? priceE4 : 10_000 - priceE4;
        const expected = onGrid(tickRanges, folded) ? `side=${side === 'yes' ? 0 : 1} price=${folded}` : 'offGrid';
        const text = priceE4 % 2 === 0 ? kalshiDelta(side, decimal(priceE4)) : kalshiSnapshot(side, decimal(priceE4));
        const outcome = judged(under, text, L.VENUE_KALSHI);
        if (outcome !== expected) wrong.push(`${outcome}, not ${expected}: ${text}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('Polymarket changes: a NO bid is a YES ask at its complement', () => {
    const meta = {
      id: `polymarket:${CONDITION}`,
      venue: 'polymarket',
      yesToken: YES,
      noToken: NO,
      tickRanges,
    } as const;
    const under = new DecoderUnderTest([meta], false);
    const wrong: string[] = [];
    for (const priceE4 of prices) {
      const token = priceE4 % 2 === 0 ? YES : NO;
      const folded = token === YES ? priceE4 : 10_000 - priceE4;
      const expected = onGrid(tickRanges, folded) ? `side=${token === YES ? 0 : 1} price=${folded}` : 'offGrid';
      const text = priceChange(token, decimal(priceE4));
      const outcome = judged(under, text, L.VENUE_POLYMARKET);
      if (outcome !== expected) wrong.push(`${outcome}, not ${expected}: ${text}`);
    }
    expect(wrong).toEqual([]);
  });
});

test('a snapshot that states the first tick of a tapered grid makes the market uniform at it, empty or not', () => {
  const snapshot = (tick: string, bids: string): string =>
    `[{"market":"${CONDITION}","asset_id":"${YES}","timestamp":"1777383977984","hash":"${HASH}","bids":[${bids}],"asks":[],"tick_size":"${tick}","event_type":"book","last_trade_price":"0.5"}]`;
  for (const [bids, outcome] of [
    ['', 'no level'],
    ['{"price":"0.501","size":"5"}', 'side=0 price=5010'],
  ] as const) {
    const meta = {
      id: `polymarket:${CONDITION}`,
      venue: 'polymarket',
      yesToken: YES,
      noToken: NO,
      tickRanges: TAPERED_DECI_CENT,
    } as const;
    const under = new DecoderUnderTest([meta], false);
    expect(under.grids()).toBe(`${meta.id} ${TAPERED_DECI_CENT.map(({ tickE4 }) => tickE4)}`);
    expect(judged(under, snapshot('0.001', bids), L.VENUE_POLYMARKET)).toBe(outcome);
    expect(under.grids()).toBe(`${meta.id} 10`);
  }
});
