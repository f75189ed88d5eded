// A live run against a second simulated venue, a process of its own that is reached by its addresses: orders signed by the
// signer's process arrive, fills come over the user channel, both ledgers agree, and no secret is anywhere to be read.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { l2Headers } from '../../engine/venue/polymarket/auth.ts';
import { ACCOUNT, environmentFor, FUNDER, folder, SECRETS, secondVenue } from './live-venue.ts';
import { PAPER } from './paper-rig.ts';
import { reportOf, start } from './rig.ts';

/** Trades of the account that the venue has. */
async function tradesAt(restUrl: string): Promise<number> {
  const call = { method: 'GET', path: '/data/trades', body: '' };
  const headers = l2Headers(ACCOUNT, ACCOUNT.signer, Math.floor(Date.now() / 1_000), call);
  const answer = (await (await fetch(`${restUrl}/data/trades`, { headers })).json()) as { data?: readonly unknown[] };
  return answer.data?.length ?? 0;
}

test.concurrent('it trades with real orders, its ledger is the venue’s, and no secret is in output, journal or errors', async (context) => {
  const { stop, environment, restUrl } = await secondVenue(context);
  const running = start(['run', '--live', '--json', '--seconds', '25'], PAPER, environment);
  // As long as it takes for the venue to have trades of it.
  await expect.poll(() => tradesAt(restUrl), { timeout: 25_000, interval: 200 }).toBeGreaterThan(0);
  running.child.kill('SIGINT');
  const { code, out, err } = await running.ended;
  expect(code, err).toBe(EXIT.ok);
  const report = reportOf(out);
  const { ledger, stats } = (await stop())!;
  expect(err).toMatch(
    new RegExp(`LIVE: orders of ${FUNDER} to http://127.0.0.1:\\d+, signed by process \\d+ with secp256k1`),
  );
  console.log(`${stats.orders} orders, ${report.fills} fills, refused here:`, report.refusedByCause);
  expect(stats).toMatchObject({ orders: report.ordersSent, badSignatures: 0, unauthorized: 0 });
  expect(report.fills).toBeGreaterThan(0);
  const [account] = ledger.accounts;
  expect([report.cashMicros, report.fills, report.feesMicros]).toEqual([
    account!.cashMicros,
    account!.fills,
    account!.feesMicros,
  ]);
  const journals = readdirSync(environment.DUTCHBOOK__JOURNAL__DIR, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  expect(journals.length).toBeGreaterThan(0);
  for (const [name, secret] of Object.entries(SECRETS)) {
    for (const text of [out, err, ...journals]) expect(text.includes(secret), name).toBe(false);
  }
});

test.concurrent('without one of its pieces nothing starts: exit code 2, every missing one in a sentence, and none of the secrets', async ({
  onTestFinished,
}) => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [http, ws] = [`http://${host}`, `ws://${host}`];
  const environment = environmentFor({ marketUrl: ws, userUrl: ws, restUrl: http, gammaUrl: http });
  const noWord = await start(['run', '--json'], PAPER, environment).ended;
  expect([noWord.code, noWord.out, noWord.err]).toEqual([
    EXIT.usage,
    '',
    expect.stringContaining('--live: missing on the command line'),
  ]);
  const without = ['DUTCHBOOK__MODE', 'DUTCHBOOK__VENUES__POLYMARKET__PRIVATE_KEY_FILE'];
  const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !without.includes(name)));
  const two = await start(['run', '--live', '--json'], PAPER, rest).ended;
  expect([two.code, two.out]).toEqual([EXIT.usage, '']);
  expect(two.err).toContain('mode: value "paper", allowed live');
  expect(two.err).toContain('venues.polymarket.privateKeyFile: missing, allowed a file of mode 0400 or 0600');
  const bad = join(folder, 'bad.key');
  writeFileSync(bad, `${SECRETS.PRIVATE_KEY}ff`, { mode: 0o600 });
  const spoilt = { ...environment, DUTCHBOOK__VENUES__POLYMARKET__PRIVATE_KEY_FILE: bad };
  const badKey = await start(['run', '--live', '--json'], PAPER, spoilt).ended;
  expect([badKey.code, badKey.out]).toEqual([EXIT.usage, '']);
  expect(badKey.err).toContain('signer: not a key: 64 hexadecimal digits belong there');
  for (const { err } of [noWord, two, badKey]) {
    for (const secret of Object.values(SECRETS)) expect(err).not.toContain(secret);
  }
  expect(connections).toBe(0);
});

test.concurrent('the death of its signer ends it: the breaker opens, nothing more is sent, exit code of a lost worker', async (context) => {
  const { stop, environment } = await secondVenue(context);
  const running = start(['run', '--live', '--json', '--seconds', '20'], PAPER, environment);
  const [, pid] = await running.said(/signed by process (\d+)/);
  await running.said(/journal: /);
  process.kill(Number(pid), 'SIGKILL');
  const { code, err } = await running.ended;
  expect([code, err]).toEqual([EXIT.workerLost, expect.stringContaining('signer ended (SIGKILL); breaker open')]);
  await stop();
  expect(spawnSync('ps', ['-p', pid!]).status).not.toBe(0);
});
