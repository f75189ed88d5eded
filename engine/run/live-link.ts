// The venue of a run with real money: orders signed by a process of their own, sent to the config's addresses, with heartbeats
// behind them. Main thread. Opened only where config and command line both say live; key and credentials are told to nobody.
import { liveVenues } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { assert } from '../core/assert.ts';
import { type Clock, LiveClock } from '../core/clock.ts';
import { dial } from '../ingest/dial.ts';
import { type SignerProcess, spawnSigner } from '../signer/spawn.ts';
import { readAccount } from '../venue/polymarket/account.ts';
import type { ApiCredentials } from '../venue/polymarket/auth.ts';
import { readCashMicros } from '../venue/polymarket/balance.ts';
import { PolymarketGateway } from '../venue/polymarket/gateway.ts';
import { HEARTBEAT, type HeartbeatOptions } from '../venue/polymarket/heartbeat.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import type { SignatureType } from '../venue/polymarket/order-form.ts';
import { type Loss, UnreachableError } from './engine.ts';
import { joinedLinks } from './joined-links.ts';
import { linkLiveKalshi } from './live-kalshi.ts';
import { refuseEmbeddedOnly } from './paper-link.ts';
import { REDIAL_MS, REQUEST_DEADLINE_MS, type VenueLink } from './venue-link.ts';

/** Opens the venues that the config names, both or one. Rejects with a sentence that shows no secret, with none left open. */
export async function linkLiveVenue(config: Config, secrets: Secrets): Promise<VenueLink> {
  refuseEmbeddedOnly(config);
  const links: VenueLink[] = [];
  const { polymarket, kalshi } = liveVenues(config);
  try {
    if (polymarket) links.push(await linkPolymarket(config, secrets));
    if (kalshi) links.push(await linkLiveKalshi(config));
  } catch (error) {
    await Promise.all(links.map((link) => link.close()));
    throw error;
  }
  return joinedLinks(links);
}

/** Starts the signer and asks the venue for the account's cash. */
async function linkPolymarket(config: Config, secrets: Secrets): Promise<VenueLink> {
  const { marketUrl, restUrl, userUrl, privateKeyFile, signatureType, funder } = config.venues.polymarket;
  assert(marketUrl !== undefined && restUrl !== undefined && userUrl !== undefined, 'a live run has its addresses');
  assert(privateKeyFile !== undefined, 'a live run has the file of its key');
  const clock = new LiveClock();
  const type = signatureType as SignatureType;
  const signer = await spawnSigner(
    { keyFile: privateKeyFile, signatureType: type, funder, limits: config.signer },
    clock,
  );
  try {
    const account = { credentials: credentialsOf(secrets), address: signer.words.address };
    const asker = { ...account, httpUrl: restUrl, signatureType: type, userAgent: config.ingest.userAgent };
    const cashMicros = await readCashMicros(asker, clock);
    const deposits = [{ venue: 'polymarket', micros: cashMicros }] as const;
    return { ...linkOver(config, signer, account, { marketUrl, restUrl, userUrl }), deposits };
  } catch (error) {
    await signer.close();
    throw new UnreachableError(error instanceof Error ? error.message : String(error));
  }
}

interface Places {
  readonly marketUrl: string;
  readonly restUrl: string;
  readonly userUrl: string;
}

interface Account {
  readonly credentials: ApiCredentials;
  readonly address: string;
}

function linkOver(
  { ingest }: Config,
  signer: SignerProcess,
  account: Account,
  { marketUrl, restUrl, userUrl }: Places,
): Omit<VenueLink, 'deposits'> {
  let closing = false;
  const { curve, why } = signer.words;
  const { identity, pid } = signer;
  const gateway = (on: Clock, heartbeat?: HeartbeatOptions): PolymarketGateway => {
    const place = { httpUrl: restUrl, userUrl, ...account, deadlineMs: REQUEST_DEADLINE_MS, redialMs: REDIAL_MS };
    return new PolymarketGateway(
      {
        ...{ ...place, userAgent: ingest.userAgent, heartbeat, maySend: () => signer.alive() },
        canSign: () => signer.answers(),
        dial: (url, options) => dial(url, { ...options, transport: ingest.dialTransport }),
      },
      on,
    );
  };
  return {
    ...{ marketUrl, restUrl, tapeEnded: new Promise(() => undefined), post: signer.route },
    description: `LIVE: orders of ${identity.maker} to ${restUrl}, signed by process ${pid} with ${curve}${why === '' ? '' : ` (${why})`}`,
    lost: new Promise<Loss>((resolve) => {
      void signer.gone.then((how) => {
        if (!closing) resolve({ role: 'signer', why: how });
      });
    }),
    openGateways: (on) => [gateway(on)],
    openDesk: ({ arena }, clock, random) => {
      const maker = createOrderMaker(arena, random, { seal: signer, owner: account.credentials.apiKey });
      const httpUrl = restUrl;
      const asker = { ...account, httpUrl, signatureType: identity.signatureType, userAgent: ingest.userAgent };
      return {
        venues: [
          { gateway: gateway(clock, HEARTBEAT), maker, readAccount: (tokens) => readAccount(asker, tokens, clock) },
        ],
      };
    },
    close: async () => {
      closing = true;
      await signer.close();
      // The venue's own word on the account comes with its next start.
      return [];
    },
  };
}

function credentialsOf({ polymarket: { apiKey, apiSecret, passphrase } }: Secrets): ApiCredentials {
  assert(apiKey !== undefined && apiSecret !== undefined && passphrase !== undefined, 'a live run has its credentials');
  return { apiKey: apiKey.reveal(), secret: apiSecret.reveal(), passphrase: passphrase.reveal() };
}
