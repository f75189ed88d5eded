// Serves the simulated venue for `dutchbook venue`: its own process, with one account when the environment has the
// credentials of one. Nothing secret is printed or passed on the command line.
import { readFileSync } from 'node:fs';
import type { Secrets } from '../config/secrets.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ServedVenue, ServeVenue, ServeVenueOptions } from '../observe/driver.ts';
import { latencyOf } from '../venue/sim/latency.ts';
import { spawnVenue } from '../venue/sim/spawn.ts';
import { UsageError } from './context.ts';

/** The account of the environment's credentials, or none: then the venue serves market data only. */
function accountsOf({ polymarket }: Secrets, address: string | undefined, cashMicros: number) {
  const { apiKey, apiSecret, passphrase } = polymarket;
  if (address === undefined || apiKey === undefined || apiSecret === undefined || passphrase === undefined) return [];
  const credentials = { apiKey: apiKey.reveal(), secret: apiSecret.reveal(), passphrase: passphrase.reveal() };
  return [{ ...credentials, signer: address, funder: address, cashMicros }];
}

/** What is wrong with a file of saved answers would otherwise end the venue's process without a place to look at. */
function checkGammaFiles(files: readonly string[]): void {
  for (const file of files) {
    try {
      JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(`simulate.gammaFiles: ${file}: ${why}, allowed files of JSON`);
    }
  }
}

/** Starts it. Rejects with its reason when it cannot serve. */
export const serveVenue: ServeVenue = async (options: ServeVenueOptions): Promise<ServedVenue> => {
  const { config, secrets, address, host, port, hooks } = options;
  const { recording, seed, speed, cashMicros, faults, feedFaults, gammaFiles, gammaFaults, userFaults, settlement } =
    config.simulate;
  checkGammaFiles(gammaFiles);
  const accounts = accountsOf(secrets, address, cashMicros);
  const venue = await spawnVenue({
    ...{ recording, seed, speed, host, port, accounts, faults: [...faults], transport: config.ingest.transport },
    ...{ feedFaults: [...feedFaults], userFaults, settlement },
    latency: latencyOf(config.simulate),
    ...{ gammaFiles: [...gammaFiles], gammaFaults: [...gammaFaults] },
  });
  hooks.log(`simulated venue: process ${venue.pid}, ${venue.transportName}, ${accounts.length} accounts`);
  const { marketUrl, userUrl, restUrl, gammaUrl, tapeEnded } = venue;
  return {
    ...{ marketUrl, userUrl, restUrl, gammaUrl },
    done: tapeEnded.then((failure) => ({ exitCode: failure === '' ? EXIT.ok : EXIT.checkFailed, failure })),
    close: async () => {
      await venue.stop();
    },
  };
};
