// `dutchbook wallets` as a user runs it, over the simulated source: trades told once, a lost stream said, no key shown.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { WalletAlertReport, WalletsReport, WalletTradeReport } from '../../engine/observe/report-schema-data.ts';
import { type WalletFaultRule, WalletVenue } from '../../engine/venue/sim/wallet-venue.ts';
import { tradeNumber, walletOf } from '../signal/rig.ts';

const KEY = 'canary-key-4711';
const dir = mkdtempSync(join(tmpdir(), 'dutchbook-wallets-'));
afterAll(() => rmSync(dir, { recursive: true }));

const running: ChildProcess[] = [];
const venues: WalletVenue[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  for (const venue of venues.splice(0)) await venue.close();
});

type Line = WalletTradeReport | WalletAlertReport | WalletsReport;

interface Followed {
  readonly venue: WalletVenue;
  readonly lines: Line[];
  /** Everything it printed, of both kinds. */
  text(): string;
  until(holds: () => boolean): Promise<void>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  stop(): void;
}

/** Starts the source and the command on two of its wallets; without `poll` a lost stream is down. */
async function follow(faults: readonly WalletFaultRule[], poll: boolean, care = ''): Promise<Followed> {
  const venue = new WalletVenue({ key: KEY, faults });
  await venue.open();
  venues.push(venue);
  const file = join(dir, 'config.yaml');
  const watch = [1, 2].map((number) => `{address: "${walletOf(number)}", label: "whale ${number}"}`);
  const polling = poll ? `poll: {url: "${venue.restUrl}", pollMs: 100, lookbackS: 60}, ` : '';
  writeFileSync(file, `wallets: {url: "${venue.url}", ${polling}${care}watch: [${watch.join(', ')}]}\n`);
  const child = spawn(process.execPath, [resolve('bin/dutchbook.js'), 'wallets', '--json', '--config', file], {
    ...{ cwd: dir, env: { ...process.env, DUTCHBOOK_WALLET_KEY: KEY } },
  });
  running.push(child);
  const lines: Line[] = [];
  let [text, rest] = ['', ''];
  let look = (): void => {};
  child.stderr.on('data', (piece: Buffer) => {
    text += String(piece);
  });
  child.stdout.on('data', (piece: Buffer) => {
    text += String(piece);
    const parts = (rest + String(piece)).split('\n');
    rest = parts.pop()!;
    for (const part of parts) lines.push(JSON.parse(part) as Line);
    look();
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((found, failed) => {
      look = () => {
        if (holds()) found();
      };
      void ended.then((code) => failed(new Error(`ended with ${code}: ${text}`)));
      look();
    });
  return { venue, lines, text: () => text, until, ended, stop: () => child.kill('SIGTERM') };
}

const trades = (lines: readonly Line[]) => lines.filter((line): line is WalletTradeReport => line.event === 'trade');

test('each trade of a watched wallet is told once, with its label, also those of a time without a stream', async () => {
  const { venue, lines, until, text, ended, stop } = await follow([{ kind: 'walletDrop', firstRequest: 3 }], true);
  await expect.poll(() => venue.stats.subscriptions, { timeout: 20_000 }).toBe(1);
  for (const number of [1, 2, 3, 4]) {
    venue.publish(tradeNumber(number, walletOf((number % 2) + 1), Date.now()));
    await until(() => trades(lines).length === number);
  }
  venue.publish(tradeNumber(5, walletOf(3), Date.now()));
  await expect.poll(() => venue.stats.subscriptions, { timeout: 20_000 }).toBe(2);
  venue.publish(tradeNumber(6, walletOf(1), Date.now()));
  await until(() => trades(lines).length === 5);
  stop();

  expect(await ended).toBe(EXIT.ok);
  expect(venue.stats.faults).toEqual({ walletDrop: 1 });
  expect(trades(lines).map(({ txHash }) => Number(txHash.slice(0, 34)))).toEqual([1, 2, 3, 4, 6]);
  expect(trades(lines).map(({ label }) => label)).toEqual(['whale 2', 'whale 1', 'whale 2', 'whale 1', 'whale 1']);
  const end = lines.at(-1) as WalletsReport;
  expect(end).toMatchObject({ event: 'end', connections: 1, opens: 2, closes: 1, signalsLost: 0, alertsLost: 0 });
  expect(end.streamed + end.polled).toBe(5);
  expect(end.polled).toBeGreaterThan(0);
  expect(text()).not.toContain(KEY);
});

test('a source that refuses every connection is said to be down and given up, and the command ends with its code', async () => {
  const refuse = { kind: 'walletRefuse', firstRequest: 1, every: 1, count: 1_000 } as const;
  const care = 'care: {backoffMsMin: 10, maxReconnectAttempts: 6}, ';
  const { venue, lines, ended, text } = await follow([refuse], false, care);
  expect(await ended, text()).toBe(EXIT.unreachable);
  expect(venue.stats.faults['walletRefuse']).toBe(7);
  const alerts = lines.filter((line): line is WalletAlertReport => line.event === 'alert');
  expect(alerts.map(({ mode, ended: over }) => [mode, over])).toEqual([
    ['down', false],
    ['down', true],
  ]);
  expect(alerts[0]!.because).toContain('503');
  expect(text()).not.toContain(KEY);
});

test('what is missing is named, all at once', () => {
  writeFileSync(join(dir, 'empty.yaml'), '');
  const { DUTCHBOOK_WALLET_KEY: _, ...env } = process.env;
  const words = [resolve('bin/dutchbook.js'), 'wallets', '--config', join(dir, 'empty.yaml')];
  const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
  expect(status).toBe(EXIT.usage);
  for (const key of ['wallets.url: missing', 'wallets.watch: empty', 'wallets.keyFile: missing']) {
    expect(stderr).toContain(key);
  }
});
