// The simulated Gamma, a server of its own as the real one is: lists and single items, and scripted faults that count
// when they fire. Clients reach it by URL only.
import { openServer } from '../../ingest/server.ts';
import type { HttpAnswer, HttpHandler, HttpRequest, TransportChoice } from '../../ingest/transport.ts';
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import type { GammaLists, ListName } from './gamma-lists.ts';
import { json, refusal } from './public-rest.ts';
import type { VenueStats } from './stats.ts';

/**
 * `gamma429`: too many requests, Retry-After is `ms`. `gamma403`: Cloudflare's page. `gamma502`: a gateway's page.
 * `gammaChallenge`: a page where JSON was due, status 200.
 * `gammaSlow`: answered `ms` later. `gammaTruncated`: half of the answer. `gammaCut`: the connection ends instead.
 */
export type GammaFaultKind =
  | 'gamma429'
  | 'gamma403'
  | 'gamma502'
  | 'gammaChallenge'
  | 'gammaSlow'
  | 'gammaTruncated'
  | 'gammaCut';

/** `firstRequest` counts requests for lists and items. */
export interface GammaFaultRule extends ScriptedFault<GammaFaultKind> {
  /** Default 1,000. */
  readonly ms?: number;
}

export interface GammaInput {
  readonly lists: GammaLists;
  readonly faults: readonly GammaFaultRule[];
  readonly stats: Pick<VenueStats, 'gammaRequests' | 'faults'>;
  readonly host?: string;
  readonly port?: number;
  readonly transport?: TransportChoice;
}

export interface GammaServer {
  /** `http://…`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

const DEFAULT_MS = 1_000;
const FORBIDDEN_PAGE =
  '<!DOCTYPE html><html><head><title>Access denied</title></head><body>error code: 1010</body></html>';
const CHALLENGE_PAGE = '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>';
const GATEWAY_PAGE = '<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';

/** Opens it. Throws when the port is taken. */
export async function openGamma(input: GammaInput): Promise<GammaServer> {
  const { lists, stats } = input;
  const script = new FaultScript(input.faults, stats.faults);
  const faulty = (handler: (request: HttpRequest) => HttpAnswer): HttpHandler => {
    return (request) => {
      stats.gammaRequests += 1;
      // What browsers do not send, Cloudflare does not let through.
      if ((request.headers['user-agent'] ?? '') === '') return page(403, FORBIDDEN_PAGE);
      return withFaults(script.firing(stats.gammaRequests), () => handler(request));
    };
  };
  const routesOf = (list: ListName): Record<string, HttpHandler> => ({
    [`GET /${list}`]: faulty(({ query }) => json(lists.offsetPage(list, new URLSearchParams(query)))),
    [`GET /${list}/keyset`]: faulty(({ query }) => json(lists.keysetPage(list, new URLSearchParams(query)))),
    [`GET /${list}/slug/*`]: faulty(({ path }) => {
      const item = lists.bySlug(list, decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)));
      return item === undefined ? refusal(404, 'not found') : json(item);
    }),
  });
  const host = input.host ?? '127.0.0.1';
  const server = await openServer({
    ...{ host, port: input.port ?? 0, transport: input.transport ?? 'auto' },
    routes: { 'GET /status': () => json('OK'), ...routesOf('events'), ...routesOf('markets') },
  });
  return { url: `http://${host}:${server.port}`, close: () => server.close() };
}

async function withFaults(rules: readonly GammaFaultRule[], answer: () => HttpAnswer): Promise<HttpAnswer> {
  for (const { kind, ms = DEFAULT_MS } of rules) {
    const retryAfter = { 'retry-after': String(Math.ceil(ms / 1_000)) };
    if (kind === 'gamma429') return { ...page(429, 'Too Many Requests'), headers: retryAfter };
    if (kind === 'gamma403') return page(403, FORBIDDEN_PAGE);
    if (kind === 'gamma502') return page(502, GATEWAY_PAGE);
    if (kind === 'gammaChallenge') return page(200, CHALLENGE_PAGE);
    if (kind === 'gammaCut') return 'hangUp';
    if (kind === 'gammaTruncated') return truncated(answer());
    // An answer that is still due must not keep the process from ending.
    await new Promise((resolve) => setTimeout(resolve, ms).unref());
  }
  return answer();
}

function page(status: number, body: string): Exclude<HttpAnswer, 'hangUp'> {
  return { status, body, contentType: 'text/html' };
}

function truncated(answer: HttpAnswer): HttpAnswer {
  return answer === 'hangUp' ? answer : { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
}
