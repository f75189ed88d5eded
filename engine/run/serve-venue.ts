// `dutchbook venue`: the simulated venue for programs elsewhere. It has one account when DUTCHBOOK_POLYMARKET_* name one.
import { loadSecrets } from '../config/secrets.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ServedVenue, ServeVenue, ServeVenueOptions } from '../observe/driver.ts';
import { spawnVenue } from '../venue/sim/spawn.ts';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Starts the venue's process. Rejects with its reason when it cannot serve. */
export const serveVenue: ServeVenue = async (options: ServeVenueOptions): Promise<ServedVenue> => {
  const { config, host, port, hooks } = options;
  const { recording, seed, speed, latencyMs, cashMicros, faults } = config.simulate;
  const { apiKey, apiSecret, passphrase } = loadSecrets(config).polymarket;
  const signer = process.env['DUTCHBOOK_POLYMARKET_ADDRESS'];
  const accounts = [];
  if (apiKey !== undefined && apiSecret !== undefined && passphrase !== undefined && signer !== undefined) {
    if (!ADDRESS.test(signer)) throw new RangeError('DUTCHBOOK_POLYMARKET_ADDRESS: allowed 0x and 40 hex digits');
    const credentials = { apiKey: apiKey.reveal(), secret: apiSecret.reveal(), passphrase: passphrase.reveal() };
    accounts.push({ ...credentials, signer, funder: signer, cashMicros });
  } else {
    hooks.log('no account: market data only (DUTCHBOOK_POLYMARKET_API_KEY, _API_SECRET, _PASSPHRASE, _ADDRESS)');
  }
  const venue = await spawnVenue({
    ...{ recording, seed, speed, faults: [...faults], transport: config.ingest.transport, host, port, accounts },
    latency: { minMs: latencyMs.min, maxMs: latencyMs.max },
  });
  return {
    ...{ marketUrl: venue.marketUrl, userUrl: venue.userUrl, restUrl: venue.restUrl },
    done: venue.tapeEnded.then((failure) => ({ exitCode: failure === '' ? EXIT.ok : EXIT.unreachable, failure })),
    close: async () => {
      await venue.stop();
    },
  };
};
