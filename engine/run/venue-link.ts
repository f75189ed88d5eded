// The venue a run trades on: the embedded simulated one, in a process of its own, with an account made for this run.
// Main thread. What passes on is URLs; the account's secrets stay here and in the venue's process.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { ApiCredentials } from '../venue/polymarket/auth.ts';
import { OrderSigner } from '../venue/polymarket/sign.ts';
import type { LedgerReport } from '../venue/sim/accounts.ts';
import { spawnVenue } from '../venue/sim/spawn.ts';

export interface VenueLink {
  readonly marketUrl: string;
  readonly userUrl: string;
  readonly restUrl: string;
  /** One line for people. */
  readonly description: string;
  readonly credentials: ApiCredentials;
  readonly signer: OrderSigner;
  readonly cashMicros: number;
  /** Settles when the recording is over: '' or why it broke off. */
  readonly tapeEnded: Promise<string>;
  /** Ends the venue; its ledger, undefined when it died instead of answering. */
  close(): Promise<LedgerReport | undefined>;
}

/** Throws RangeError when the config names Kalshi's feed: nothing opens it, and nobody shall believe that something did. */
export function refuseKalshiFeed(config: Config): void {
  const { webSocketUrl } = config.venues.kalshi;
  if (webSocketUrl === undefined) return;
  throw new RangeError('venues.kalshi.webSocketUrl: set, allowed absent: no command of this version opens that feed');
}

/** Starts the embedded venue. Rejects with its reason when it cannot serve. */
export async function linkEmbeddedVenue(config: Config, recording: string): Promise<VenueLink> {
  const { seed, speed, latencyMs, cashMicros, faults, feedFaults } = config.simulate;
  const signer = new OrderSigner(randomBytes(32));
  const credentials = {
    apiKey: randomUUID(),
    secret: randomBytes(32).toString('base64url'),
    passphrase: randomBytes(16).toString('hex'),
  };
  const venue = await spawnVenue({
    ...{ recording, seed, speed, faults: [...faults], feedFaults: [...feedFaults], transport: config.ingest.transport },
    latency: { minMs: latencyMs.min, maxMs: latencyMs.max },
    accounts: [{ ...credentials, signer: signer.address, funder: signer.address, cashMicros }],
  });
  const { marketUrl, userUrl, restUrl, transportName, pid, tapeEnded } = venue;
  return {
    ...{ marketUrl, userUrl, restUrl, credentials, signer, cashMicros, tapeEnded },
    description: `simulated venue: process ${pid}, ${transportName}, ${marketUrl}, ${restUrl}`,
    close: async () => (await venue.stop())?.ledger,
  };
}
