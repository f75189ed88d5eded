// A live run at two venues outside it, Polymarket and Kalshi, reached by their addresses: each venue's orders are signed by a
// process of its own, baskets across both are bought, both ledgers agree to the unit, and no key is anywhere to be read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { l2Headers } from '../../engine/venue/polymarket/auth.ts';
import { ACCOUNT, CROSS, kalshiVenue, polymarketVenue, SECRETS } from './cross-rig.ts';
import { reportOf, start } from './rig.ts';

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
  const running = start(['run', '--live', '--json', '--seconds', '70'], CROSS, environment);
  // What an order on its way comes to when the run ends is the venue's to know: the end is asked for when none is, for a while.
  let before = '';
  const isQuiet = async (): Promise<boolean> => {
    const here = ordersIn(environment.DUTCHBOOK__JOURNAL__DIR);
    const [was, now] = [before, JSON.stringify(here)];
    before = now;
    if (was !== now || here.open > 0 || kalshi.exchange.fills.all.length === 0) return false;
    return (await tradesAt(environment.DUTCHBOOK__VENUES__POLYMARKET__REST_URL)) > 0;
  };
  await expect.poll(isQuiet, { timeout: 60_000, interval: 400 }).toBe(true);
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
}, 120_000);
