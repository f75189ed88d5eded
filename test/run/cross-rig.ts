// A live run at two venues outside it, Polymarket and Kalshi, each a simulated one that is reached by its addresses, and the files
// of both accounts' keys.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import { spawnVenue } from '../../engine/venue/sim/spawn.ts';
import { bothWindows, FIRST, KEY_ID, KEYS } from '../helpers/kalshi.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';
import { accountSetup, TEST_KEYS } from '../venue/sim/support.ts';

export const CROSS = 'config/cross-venue-paper.yaml';
const CASH = 5_000_000_000;
const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
export const ACCOUNT = { ...accountSetup(0, CASH), apiKey: 'api-key-canary-33', passphrase: 'passphrase-canary-44' };
export const SECRETS = {
  POLYMARKET__PRIVATE_KEY: TEST_KEYS[0]!,
  POLYMARKET__API_KEY: ACCOUNT.apiKey,
  POLYMARKET__API_SECRET: ACCOUNT.secret,
  POLYMARKET__PASSPHRASE: ACCOUNT.passphrase,
  KALSHI__KEY_ID: KEY_ID,
  KALSHI__PRIVATE_KEY: KEYS.privateKey,
};

const folder = mkdtempSync(join(tmpdir(), 'dutchbook-live-cross-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keyFiles(of: RegExp): Record<string, string> {
  const wanted = Object.entries(SECRETS).filter(([name]) => of.test(name));
  return Object.fromEntries(
    wanted.map(([name, secret]) => {
      const file = join(folder, `${name.toLowerCase()}.key`);
      writeFileSync(file, `${secret}\n`, { mode: 0o600 });
      return [`DUTCHBOOK__VENUES__${name}_FILE`, file];
    }),
  );
}

/** Kalshi's side: one market whose orders are taken. */
export async function kalshiVenue(faults: readonly KalshiFaultRule[] = []) {
  const lists = new KalshiLists();
  const tickRanges = uniformGrid(100);
  lists.addRecorded([{ id: `kalshi:${FIRST}`, venue: 'kalshi', yesToken: FIRST, tickRanges }], Date.now());
  const terms = [{ ticker: FIRST, tickRanges, stepMicros: 10_000, fee: FEE, makerRateE6: 17_500 }];
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, faults, speed: 0.5, frames: bothWindows() },
    trading: { cashMicros: CASH, terms, seed: 1, latency: { minMs: 0, maxMs: 5 } },
  });
  await venue.open();
  onTestFinished(() => venue.close());
  const environment = {
    DUTCHBOOK__MODE: 'live',
    DUTCHBOOK__VENUES__KALSHI__WEB_SOCKET_URL: venue.url,
    DUTCHBOOK__VENUES__KALSHI__REST_URL: venue.restUrl,
    DUTCHBOOK__VENUES__KALSHI__SELECT__SERIES: '[KXGOLD15M]',
    DUTCHBOOK__SIGNER__HOUR_MICROS_MAX: '1000000000000',
    DUTCHBOOK__SIGNER__ORDER_MICROS_MAX: '1000000000',
    DUTCHBOOK__WARM_UP_FRAMES: '200',
    DUTCHBOOK__JOURNAL__DIR: mkdtempSync(join(folder, 'journal-')),
    ...keyFiles(/KALSHI/),
  };
  return { venue, environment };
}

export async function polymarketVenue(speed = 6) {
  const venue = await spawnVenue({
    ...{
      recording: resolve('recordings/demo'),
      seed: 1,
      speed,
      transport: 'auto',
      latency: { minMs: 0, maxMs: 5 },
    },
    ...{ faults: [], feedFaults: [], accounts: [ACCOUNT] },
  });
  let stopped = false;
  onTestFinished(async () => {
    if (!stopped) await venue.stop();
  });
  const { markets } = new RecordingReader('recordings/demo').manifest;
  const other = markets.find(({ title }) => title?.includes('outcome A') === true)!;
  const environment = {
    DUTCHBOOK__VENUES__POLYMARKET__MARKET_URL: venue.marketUrl,
    DUTCHBOOK__VENUES__POLYMARKET__USER_URL: venue.userUrl,
    DUTCHBOOK__VENUES__POLYMARKET__REST_URL: venue.restUrl,
    DUTCHBOOK__VENUES__POLYMARKET__GAMMA__URL: venue.gammaUrl,
    DUTCHBOOK__RELATIONS: JSON.stringify([
      { kind: 'same', markets: [other.id, `kalshi:${FIRST}`], fingerprints: EQUAL_SETTLEMENTS },
    ]),
    // The two markets know nothing of each other, so that the gap between them is never small; a loaded machine takes frames
    // up late.
    ...{ DUTCHBOOK__EXECUTE__LEG_MICROS_MIN: '1000000', DUTCHBOOK__EXECUTE__SAME_GAP_E4_MAX: '10000' },
    // No more is bought after so many orders, so that the run comes to rest.
    ...{ DUTCHBOOK__VENUES__POLYMARKET__ORDERS__ORDERS_PER_RUN: '80' },
    ...{ DUTCHBOOK__VENUES__KALSHI__ORDERS__ORDERS_PER_RUN: '24' },
    ...{ DUTCHBOOK__EXECUTE__OPPORTUNITY_AGE_MS: '5000', DUTCHBOOK__BREAKER__DATA_AGE_MS: '10000' },
    ...keyFiles(/POLYMARKET/),
  };
  const stop = async () => {
    stopped = true;
    return (await venue.stop())!;
  };
  return { stop, environment, market: other };
}
