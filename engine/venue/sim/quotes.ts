// The simulated venue's REST for one number of a book: best price of a side, midpoint, spread, for one token or many.
// Pure but for the books it reads. As at the venue, `side` BUY is the best bid and SELL the best ask.
import { priceText, textFromScaled } from '../../core/units.ts';
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../ingest/transport.ts';
import type { Exchange } from './exchange.ts';
import { counted, json, type PublicRest, parsed, refusal } from './public-rest.ts';

/** A quote of a token: its text, or undefined when a side that it needs is empty. */
type Quote = (bidE4: number | undefined, askE4: number | undefined, side: string) => string | undefined;

interface Kind {
  readonly one: string;
  readonly many: string;
  readonly key: string;
  readonly quote: Quote;
}

const KINDS: readonly Kind[] = [
  { one: 'midpoint', many: 'midpoints', key: 'mid', quote: midpointText },
  { one: 'spread', many: 'spreads', key: 'spread', quote: (bid, ask) => priceOf(both(bid, ask, (b, a) => a - b)) },
  { one: 'price', many: 'prices', key: 'price', quote: (bid, ask, side) => priceOf(side === 'BUY' ? bid : ask) },
];

const SIDES = new Set(['BUY', 'SELL']);
const TOKENS_MAX = 500;

/** Routes by `METHOD path`. */
export function quoteRoutes({ exchange, stats }: PublicRest): Record<string, HttpHandler> {
  const routes = KINDS.flatMap((kind): [string, HttpHandler][] => [
    [`GET /${kind.one}`, (request) => oneQuote(exchange, kind, request)],
    [`POST /${kind.many}`, (request) => manyQuotes(exchange, kind, request)],
  ]);
  return counted(stats, Object.fromEntries(routes));
}

function oneQuote(exchange: Exchange, kind: Kind, { query }: HttpRequest): HttpAnswer {
  const asked = new URLSearchParams(query);
  const side = asked.get('side') ?? '';
  if (kind.one === 'price' && !SIDES.has(side)) return refusal(400, 'Invalid side');
  const quote = quoteOf(exchange, kind, asked.get('token_id') ?? '', side);
  return quote === undefined
    ? refusal(404, 'No orderbook exists for the requested token id')
    : json({ [kind.key]: quote });
}

/** By token; prices by token and side. Tokens without that quote are left out. */
function manyQuotes(exchange: Exchange, kind: Kind, { body }: HttpRequest): HttpAnswer {
  const asked = parsed(body);
  if (!Array.isArray(asked) || asked.length > TOKENS_MAX) return refusal(400, 'Invalid payload');
  const found: Record<string, string | Record<string, string>> = {};
  for (const item of asked as { token_id?: unknown; side?: unknown }[]) {
    const [token, side] = [String(item?.token_id), String(item?.side)];
    if (kind.one === 'price' && !SIDES.has(side)) return refusal(400, 'Invalid side');
    const quote = quoteOf(exchange, kind, token, side);
    if (quote === undefined) continue;
    const known = found[token];
    found[token] = kind.one === 'price' ? { ...(typeof known === 'object' ? known : {}), [side]: quote } : quote;
  }
  return json(found);
}

function quoteOf(exchange: Exchange, { quote }: Kind, token: string, side: string): string | undefined {
  const at = exchange.tokenView(token);
  if (at === undefined) return undefined;
  const [bid, ask] = [at.market.book.bestE4('bid'), at.market.book.bestE4('ask')];
  return at.view === 0 ? quote(bid, ask, side) : quote(complement(ask), complement(bid), side);
}

function complement(priceE4: number | undefined): number | undefined {
  return priceE4 === undefined ? undefined : 10_000 - priceE4;
}

function both(
  bidE4: number | undefined,
  askE4: number | undefined,
  of: (bidE4: number, askE4: number) => number,
): number | undefined {
  return bidE4 === undefined || askE4 === undefined ? undefined : of(bidE4, askE4);
}

function priceOf(priceE4: number | undefined): string | undefined {
  return priceE4 === undefined ? undefined : priceText(priceE4);
}

/** Half a tick more digits than prices have. */
function midpointText(bidE4: number | undefined, askE4: number | undefined): string | undefined {
  const twiceE4 = both(bidE4, askE4, (bid, ask) => bid + ask);
  return twiceE4 === undefined ? undefined : textFromScaled(twiceE4 * 5, 5);
}
