// The names of the two outcomes of a Kalshi market, which has one ticker and one book: YES is named by the ticker, NO by the
// ticker and a mark. Pure. They stand where Polymarket has two tokens: in orders, positions and the journal.
import { VIEW_NO } from '../../../wasm/layout.ts';

/** No ticker has it: tickers are capital letters, digits, dashes and dots. */
const NO_MARK = '#no';

/** Name of an outcome of the market `ticker`. `view`: VIEW_YES or VIEW_NO. */
export function kalshiOutcome(ticker: string, view: number): string {
  return view === VIEW_NO ? ticker + NO_MARK : ticker;
}

/** True when `outcome` is the NO of its market. */
export function isKalshiNo(outcome: string): boolean {
  return outcome.endsWith(NO_MARK);
}

/** Ticker of the market that `outcome` belongs to. */
export function tickerOfOutcome(outcome: string): string {
  return isKalshiNo(outcome) ? outcome.slice(0, -NO_MARK.length) : outcome;
}
