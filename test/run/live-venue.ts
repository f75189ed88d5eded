// A second simulated venue, a process of its own that is reached by its addresses, and what makes a run a live one there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, type TestContext } from 'vitest';
import type { VenueSetup } from '../../engine/venue/sim/process-messages.ts';
import { spawnVenue } from '../../engine/venue/sim/spawn.ts';
import { accountSetup, TEST_KEYS } from '../venue/sim/support.ts';

export const folder = mkdtempSync(join(tmpdir(), 'dutchbook-live-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

export const ACCOUNT = {
  ...accountSetup(0, 5_000_000_000),
  apiKey: 'api-key-canary-11',
  passphrase: 'passphrase-canary-22',
};
/** Money in a deposit wallet, which the key signs for. */
export const FUNDER = accountSetup(1).signer;
export const SECRETS = {
  PRIVATE_KEY: TEST_KEYS[0]!,
  API_KEY: ACCOUNT.apiKey,
  API_SECRET: ACCOUNT.secret,
  PASSPHRASE: ACCOUNT.passphrase,
};

/** Files of the secrets, by the variable that names each. */
function keyFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SECRETS).map(([name, secret]) => {
      const file = join(folder, `${name.toLowerCase()}.key`);
      writeFileSync(file, `${secret}\n`, { mode: 0o600 });
      return [`DUTCHBOOK__VENUES__POLYMARKET__${name}_FILE`, file];
    }),
  );
}

/** Opens the venue; it ends with the test. */
export async function secondVenue(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  change: Partial<VenueSetup> = {},
) {
  const venue = await spawnVenue({
    ...{ recording: resolve('recordings/demo'), seed: 1, speed: 2, transport: 'auto', latency: { minMs: 0, maxMs: 5 } },
    ...{ faults: [], feedFaults: [], accounts: [{ ...ACCOUNT, funder: FUNDER }], ...change },
  });
  let stopped = false;
  const stop = async () => {
    stopped = true;
    return venue.stop();
  };
  onTestFinished(async () => {
    if (!stopped) await venue.stop();
  });
  return { stop, environment: environmentFor(venue), restUrl: venue.restUrl };
}

/** What makes a run a live one at that venue. */
export function environmentFor(venue: Readonly<Record<'marketUrl' | 'userUrl' | 'restUrl' | 'gammaUrl', string>>) {
  return {
    DUTCHBOOK__MODE: 'live',
    DUTCHBOOK__VENUES__POLYMARKET__MARKET_URL: venue.marketUrl,
    DUTCHBOOK__VENUES__POLYMARKET__USER_URL: venue.userUrl,
    DUTCHBOOK__VENUES__POLYMARKET__REST_URL: venue.restUrl,
    DUTCHBOOK__VENUES__POLYMARKET__GAMMA__URL: venue.gammaUrl,
    DUTCHBOOK__VENUES__POLYMARKET__SIGNATURE_TYPE: '3',
    DUTCHBOOK__VENUES__POLYMARKET__FUNDER: FUNDER,
    DUTCHBOOK__EXECUTE__REREAD_AGE_MS: '0',
    DUTCHBOOK__SIGNER__HOUR_MICROS_MAX: '1000000000000',
    DUTCHBOOK__SIGNER__ORDER_MICROS_MAX: '1000000000',
    DUTCHBOOK__WARM_UP_FRAMES: '200',
    DUTCHBOOK__JOURNAL__DIR: mkdtempSync(join(folder, 'journal-')),
    ...keyFiles(),
  };
}
