// The simulated Gamma, a server of its own as the real one is: lists and single items, and scripted faults that count
// when they fire. Clients reach it by URL only.
import { openServer } from '../../ingest/server.ts';
import type { HttpAnswer, HttpHandler, HttpRequest, TransportChoice } from '../../ingest/transport.ts';
import type { JsonObject } from '../json.ts';
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import type { GammaLists, ListName } from './gamma-lists.ts';
import { json, refusal } from './public-rest.ts';
import { forbidden, type RestFaultKind, withRestFaults } from './rest-faults.ts';
import type { VenueStats } from './stats.ts';

/** A RestFaultKind with `gamma` before it. */
export type GammaFaultKind = `gamma${RestFaultKind}`;

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

/** Opens it. Throws when the port is taken. */
export async function openGamma(input: GammaInput): Promise<GammaServer> {
  const { lists, stats } = input;
  const script = new FaultScript(input.faults, stats.faults);
  const faulty = (handler: (request: HttpRequest) => HttpAnswer): HttpHandler => {
    return (request) => {
      stats.gammaRequests += 1;
      // What browsers do not send, Cloudflare does not let through.
      if ((request.headers['user-agent'] ?? '') === '') return forbidden();
      return withRestFaults('gamma', script.firing(stats.gammaRequests), () => handler(request));
    };
  };
  const item = (find: (name: string) => JsonObject | undefined): HttpHandler =>
    faulty(({ path }) => {
      const found = find(decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)));
      return found === undefined ? refusal(404, 'not found') : json(found);
    });
  const routesOf = (list: ListName): Record<string, HttpHandler> => ({
    [`GET /${list}`]: faulty(({ query }) => json(lists.offsetPage(list, new URLSearchParams(query)))),
    [`GET /${list}/keyset`]: faulty(({ query }) => json(lists.keysetPage(list, new URLSearchParams(query)))),
    [`GET /${list}/slug/*`]: item((slug) => lists.bySlug(list, slug)),
    [`GET /${list}/*`]: item((id) => lists.byId(list, id)),
  });
  const host = input.host ?? '127.0.0.1';
  const server = await openServer({
    ...{ host, port: input.port ?? 0, transport: input.transport ?? 'auto' },
    routes: { 'GET /status': () => json('OK'), ...routesOf('events'), ...routesOf('markets') },
  });
  return { url: `http://${host}:${server.port}`, close: () => server.close() };
}
