// What Kalshi makes of holdings of both outcomes of a market: a contract of each is a dollar, paid out at once, so that it
// holds contracts of one outcome only, where our ledger has those of both as the baskets bought them. Pure.
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import type { NettedHoldings } from '../contract.ts';
import { kalshiOutcome, tickerOfOutcome } from './outcome.ts';

/** Nets `held`, contracts by outcome. */
export function netted(held: ReadonlyMap<string, number>): NettedHoldings {
  const positions = new Map<string, number>();
  let cashMicros = 0;
  for (const ticker of new Set([...held.keys()].map(tickerOfOutcome))) {
    const [yes, no] = [kalshiOutcome(ticker, VIEW_YES), kalshiOutcome(ticker, VIEW_NO)];
    const [ofYes, ofNo] = [held.get(yes) ?? 0, held.get(no) ?? 0];
    const pairs = Math.max(0, Math.min(ofYes, ofNo));
    cashMicros += pairs;
    if (ofYes !== pairs) positions.set(yes, ofYes - pairs);
    if (ofNo !== pairs) positions.set(no, ofNo - pairs);
  }
  return { positions, cashMicros };
}
