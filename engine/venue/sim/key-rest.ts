// The simulated venue's doors: who may call its private REST, and the API keys that a wallet's signature is answered with.
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../ingest/transport.ts';
import type { Account } from './accounts.ts';
import { accountOf, walletOf } from './auth.ts';
import { json, type PublicRest, refusal } from './public-rest.ts';

/** A call of an account. */
export type Private = (account: Account, request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** A route for who presents the L2 headers of an account. */
export function signedRoute(rest: PublicRest, handler: Private): HttpHandler {
  return (request) => {
    const account = accountOf(rest.accounts, request, rest.clock.wallMs());
    if (account !== undefined) return handler(account, request);
    rest.stats.unauthorized += 1;
    return refusal(401, 'Unauthorized/Invalid api key');
  };
}

/** API keys, asked for with a wallet's signature. Every account has its one key from the start: none is created. */
export function keyRoutes(rest: PublicRest): Record<string, HttpHandler> {
  const byWallet = (answer: (account: Account | undefined) => HttpAnswer): HttpHandler => {
    return (request) => {
      const wallet = walletOf(request, rest.clock.wallMs());
      if (wallet === undefined) {
        rest.stats.unauthorized += 1;
        return refusal(401, 'Invalid L1 Request headers');
      }
      rest.stats.walletLogins += 1;
      return answer(rest.accounts.all.find(({ setup }) => setup.signer === wallet));
    };
  };
  return {
    'POST /auth/api-key': byWallet(() => refusal(400, 'Could not create api key')),
    'GET /auth/derive-api-key': byWallet((account) => {
      if (account === undefined) return refusal(400, 'Could not derive api key!');
      const { apiKey, secret, passphrase } = account.setup;
      return json({ apiKey, secret, passphrase });
    }),
    'GET /auth/api-keys': signedRoute(rest, ({ setup }) => json({ apiKeys: [setup.apiKey] })),
  };
}
