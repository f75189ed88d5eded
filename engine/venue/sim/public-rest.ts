// The simulated venue's REST for everybody: books, market parameters, time; and what only a simulation has (/sim/*).
import type { Clock } from '../../core/clock.ts';
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../ingest/transport.ts';
import type { Accounts } from './accounts.ts';
import type { Exchange } from './exchange.ts';
import type { VenueMarket } from './exchange-types.ts';
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import { restBook } from './frames.ts';
import { type RestFaultKind, withRestFaults } from './rest-faults.ts';
import type { VenueStats } from './stats.ts';

const BOOKS_MAX = 500;

/** A RestFaultKind with `books` before it; `firstRequest` counts requests for many books. */
export interface BooksFaultRule extends ScriptedFault<`books${RestFaultKind}`> {
  /** Default 1,000. */
  readonly ms?: number;
}

export interface PublicRest {
  readonly exchange: Exchange;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly stats: VenueStats;
}

/** A JSON answer. */
export function json(value: unknown, status = 200): HttpAnswer {
  return { status, body: JSON.stringify(value) };
}

/** A refusal as the venue words it. */
export function refusal(status: number, error: string): HttpAnswer {
  return json({ error }, status);
}

/** Routes by `METHOD path`. */
export function publicRoutes(rest: PublicRest, booksFaults: readonly BooksFaultRule[]): Record<string, HttpHandler> {
  const { exchange, accounts, clock, stats } = rest;
  const byToken = (answer: (market: VenueMarket) => unknown): HttpHandler => {
    return (request) => {
      const at = exchange.tokenView(tokenOf(request));
      return at === undefined ? refusal(404, 'market not found') : json(answer(at.market));
    };
  };
  const routes: Record<string, HttpHandler> = {
    'GET /ok': () => json('OK'),
    'GET /time': () => json(Math.floor(clock.wallMs() / 1_000)),
    'GET /version': () => json({ version: 2 }),
    'GET /book': (request) => oneBook(rest, tokenOf(request)),
    'POST /books': faultyBooks(rest, booksFaults),
    'GET /tick-size': byToken(({ tickE4 }) => ({ minimum_tick_size: tickE4 / 10_000 })),
    'GET /neg-risk': byToken(({ negRisk }) => ({ neg_risk: negRisk })),
    'GET /fee-rate': byToken(({ meta }) => ({ base_fee: meta.fee === undefined || meta.fee.rateE6 === 0 ? 0 : 1_000 })),
    'GET /clob-markets/*': ({ path }) => {
      const market = exchange.market(path.slice(path.lastIndexOf('/') + 1));
      return market === undefined ? refusal(404, 'market not found') : json(compactMarket(market));
    },
    'GET /markets-by-token/*': ({ path }) => {
      const at = exchange.tokenView(path.slice(path.lastIndexOf('/') + 1));
      return at === undefined ? refusal(404, 'market not found') : json(marketTokens(at.market));
    },
  };
  return {
    ...counted(stats, routes),
    'GET /sim/ledger': () => json(accounts.report()),
    'GET /sim/stats': () => json(stats),
  };
}

/** The same routes, each request counted. */
export function counted(stats: VenueStats, routes: Record<string, HttpHandler>): Record<string, HttpHandler> {
  const countedOne = (handler: HttpHandler): HttpHandler => {
    return (request) => {
      stats.publicRequests += 1;
      return handler(request);
    };
  };
  return Object.fromEntries(Object.entries(routes).map(([route, handler]) => [route, countedOne(handler)]));
}

/** What `/markets-by-token` answers. */
function marketTokens({ conditionId, tokens }: VenueMarket): object {
  return { condition_id: conditionId, primary_token_id: tokens[0], secondary_token_id: tokens[1] };
}

function tokenOf({ query }: HttpRequest): string {
  return new URLSearchParams(query).get('token_id') ?? '';
}

function bookText({ exchange, clock }: PublicRest, token: string): string | undefined {
  const at = exchange.tokenView(token);
  return at === undefined
    ? undefined
    : restBook(at.market, at.market.book, at.market.toldMs || clock.wallMs(), at.view);
}

function oneBook(rest: PublicRest, token: string): HttpAnswer {
  const body = bookText(rest, token);
  return body === undefined ? refusal(404, 'No orderbook exists for the requested token id') : { status: 200, body };
}

/** Answers as its script has it. */
function faultyBooks(rest: PublicRest, faults: readonly BooksFaultRule[]): HttpHandler {
  const script = new FaultScript(faults, rest.stats.faults);
  let requests = 0;
  return (request) => {
    requests += 1;
    const firing = script.firing(requests);
    return firing.length === 0
      ? manyBooks(rest, request)
      : withRestFaults('books', firing, () => manyBooks(rest, request));
  };
}

/** Unknown tokens are silently left out, as at the venue. */
function manyBooks(rest: PublicRest, { body }: HttpRequest): HttpAnswer {
  const asked = parsed(body);
  if (!Array.isArray(asked) || asked.length > BOOKS_MAX) return refusal(400, 'Invalid payload');
  const books = (asked as { token_id?: unknown }[]).map((item) => bookText(rest, String(item?.token_id)));
  return { status: 200, body: `[${books.filter((book) => book !== undefined).join(',')}]` };
}

/** JSON of a body, or undefined. */
export function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

function compactMarket({ meta, conditionId, tokens, tickE4, minSizeMicros, negRisk }: VenueMarket): object {
  const { fee } = meta;
  return {
    t: [
      { t: tokens[0], o: 'Yes' },
      { t: tokens[1], o: 'No' },
    ],
    c: conditionId,
    mos: minSizeMicros / 1e6,
    mts: tickE4 / 10_000,
    mbf: 1_000,
    tbf: 1_000,
    nr: negRisk,
    ao: true,
    ...(fee === undefined ? {} : { fd: { r: fee.rateE6 / 1e6, e: fee.exponent, to: true } }),
  };
}
