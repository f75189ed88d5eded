// A live run at two venues outside it, Polymarket and Kalshi, reached by their addresses: each venue's orders are signed by a
// process of its own, baskets across both are bought, both ledgers agree to the unit, and no key is anywhere to be read.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { l2Headers } from '../../engine/venue/polymarket/auth.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import { spawnVenue } from '../../engine/venue/sim/spawn.ts';
import { bothWindows, FIRST, KEY_ID, KEYS } from '../helpers/kalshi.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';
import { accountSetup, TEST_KEYS } from '../venue/sim/support.ts';
import { reportOf, start } from './rig.ts';

const CROSS = 'config/cross-venue-paper.yaml';
const CASH = 5_000_000_000;
const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const ACCOUNT = { ...accountSetup(0, CASH), apiKey: 'api-key-canary-33', passphrase: 'passphrase-canary-44' };
const SECRETS = {
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
async function kalshiVenue() {
  const lists = new KalshiLists();
  const tickRanges = uniformGrid(100);
  lists.addRecorded([{ id: `kalshi:${FIRST}`, venue: 'kalshi', yesToken: FIRST, tickRanges }], Date.now());
  const terms = [{ ticker: FIRST, tickRanges, stepMicros: 10_000, fee: FEE, makerRateE6: 17_500 }];
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, faults: [], speed: 0.5, frames: bothWindows() },
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

async function polymarketVenue() {
  const venue = await spawnVenue({
    ...{
      recording: resolve('recordings/demo'),
      seed: 1,
      speed: 16,
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
    ...{ DUTCHBOOK__VENUES__POLYMARKET__ORDERS__ORDERS_PER_RUN: '24' },
    ...{ DUTCHBOOK__VENUES__KALSHI__ORDERS__ORDERS_PER_RUN: '6' },
    ...{ DUTCHBOOK__EXECUTE__OPPORTUNITY_AGE_MS: '5000', DUTCHBOOK__BREAKER__DATA_AGE_MS: '10000' },
    ...keyFiles(/POLYMARKET/),
  };
  const stop = async () => {
    stopped = true;
    return (await venue.stop())!;
  };
  return { stop, environment };
}

/** Orders of the journal, and those without an end; of none that is being written. */
function ordersIn(dir: string): { readonly orders: number; readonly open: number } {
  const state = new JournalState();
  try {
    readJournalFolder(dir, (record) => state.apply(record));
  } catch {
    return { orders: 0, open: 1 };
  }
  const orders = [...state.orders.values()];
  return { orders: orders.length, open: orders.filter(({ final }) => !final).length + state.pending.size };
}

/** Trades of the account that Polymarket's side has. */
async function tradesAt(restUrl: string): Promise<number> {
  const call = { method: 'GET', path: '/data/trades', body: '' };
  const headers = l2Headers(ACCOUNT, ACCOUNT.signer, Math.floor(Date.now() / 1_000), call);
  const answer = (await (await fetch(`${restUrl}/data/trades`, { headers })).json()) as { data?: readonly unknown[] };
  return answer.data?.length ?? 0;
}

function expectNoSecret(texts: readonly string[]): void {
  // A key in PEM has many lines: none of them may be there.
  const secrets = Object.values(SECRETS).flatMap((secret) => secret.trim().split('\n'));
  for (const secret of secrets) for (const text of texts) expect(text.includes(secret)).toBe(false);
}

test('baskets across two real gateways are bought, both ledgers are the venues’, and no key is in output or journal', async () => {
  const { venue: kalshi, environment: ofKalshi } = await kalshiVenue();
  const { stop, environment: ofPolymarket } = await polymarketVenue();
  const environment = { ...ofKalshi, ...ofPolymarket };
  const running = start(['run', '--live', '--json', '--seconds', '40'], CROSS, environment);
  // What an order on its way comes to when the run ends is the venue's to know: the end is asked for when none is, for a while.
  let before = '';
  const isQuiet = async (): Promise<boolean> => {
    const here = ordersIn(environment.DUTCHBOOK__JOURNAL__DIR);
    const [was, now] = [before, JSON.stringify(here)];
    before = now;
    if (was !== now || here.open > 0 || kalshi.exchange.fills.all.length === 0) return false;
    return (await tradesAt(environment.DUTCHBOOK__VENUES__POLYMARKET__REST_URL)) > 0;
  };
  await expect.poll(isQuiet, { timeout: 35_000, interval: 400 }).toBe(true);
  running.child.kill('SIGINT');
  const { code, out, err } = await running.ended;
  expect(code, err).toBe(EXIT.ok);
  const report = reportOf(out);
  const { ledger, stats } = await stop();
  expect(err).toMatch(/LIVE: orders of 0x\w+ to http:\/\/127.0.0.1:\d+, signed by process \d+/);
  expect(err).toMatch(/LIVE: orders to http:\/\/127.0.0.1:\d+\/trade-api\/v2, signed by process \d+ with an RSA key/);
  console.log(`${stats.orders} + ${kalshi.stats.orders} orders, refused here:`, report.refusedByCause);
  // Whole, at once or after a leg that was completed.
  expect(report.pnlByBasket.some(({ setsMicros }) => setsMicros > 0)).toBe(true);
  expect(stats.orders + kalshi.stats.orders).toBe(report.ordersSent);
  expect(stats).toMatchObject({ badSignatures: 0, unauthorized: 0 });
  expect(kalshi.stats.refused).toEqual({});
  const [there] = ledger.accounts;
  const [atKalshi] = kalshi.ledger().accounts;
  // One outcome only was bought there, so that the venue has netted nothing.
  expect(Object.values(atKalshi!.positions).filter((micros) => micros > 0)).toHaveLength(1);
  for (const [name, account] of [
    ['polymarket', there!],
    ['kalshi', atKalshi!],
  ] as const) {
    const { cashMicros, feesMicros, costMicros } = report.moneyByVenue[name]!;
    expect([name, cashMicros, feesMicros]).toEqual([name, account.cashMicros, account.feesMicros]);
    expect(costMicros).toBeGreaterThan(0);
  }
  const journals = readdirSync(environment.DUTCHBOOK__JOURNAL__DIR, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  expect(journals.length).toBeGreaterThan(0);
  expectNoSecret([out, err, ...journals]);
}, 60_000);
