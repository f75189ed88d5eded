// Reads what Kalshi's messages state besides their changes: subscription and sequence number. Cold path.
import type { Statement } from '../statements.ts';

const BOOK_TYPES = new Set(['orderbook_snapshot', 'orderbook_delta']);

/** The sequence statement of a book message; empty for any other. */
export function kalshiStatements(value: unknown): Statement[] {
  if (!isFields(value) || typeof value['type'] !== 'string' || !BOOK_TYPES.has(value['type'])) return [];
  const { sid, seq, msg } = value;
  const ticker = isFields(msg) ? msg['market_ticker'] : undefined;
  if (typeof sid !== 'number' || typeof seq !== 'number' || typeof ticker !== 'string') return [];
  return [
    { kind: 'sequence', marketId: `kalshi:${ticker}`, sid, seq, snapshot: value['type'] === 'orderbook_snapshot' },
  ];
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
