// The wallet feed's options as the config says them, and the key that comes from its file alone.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/load.ts';
import { loadSecrets } from '../../engine/config/secrets.ts';
import { walletFeedOptions } from '../../engine/signal/wallet-options.ts';
import { WALLET_PROTOCOLS } from '../../engine/venue/wallet/contract.ts';

const ADDRESS = `0x${'Ab'.repeat(20)}`;
const WATCH = `watch: [{address: "${ADDRESS}", label: whale}]`;

test('a feed needs an address and a wallet; the defaults are those of the documentation', () => {
  const { config } = parseConfig('', undefined);
  expect(walletFeedOptions(config, 'k')).toBeUndefined();
  const set = parseConfig(`wallets: {url: "wss://h", ${WATCH}, poll: {url: "https://d"}}`, 'my.yaml').config;
  expect(walletFeedOptions(set, 'k')).toMatchObject({
    ...{ url: 'wss://h', key: 'k', graceMs: 5_000, walletsPerConnection: 500 },
    ...{ labels: new Map([[ADDRESS.toLowerCase(), 'whale']]) },
    care: {
      backoffMsMin: 1_000,
      backoffMsMax: 60_000,
      pingMs: 30_000,
      pongMs: 10_000,
      failuresToPoll: 5,
      canPoll: true,
    },
    poll: { pollMs: 2_000, controlMs: 60_000, rest: { url: 'https://d' } },
  });
});

test('each source has its protocol, and without a Data API there is no polling', () => {
  for (const source of WALLET_PROTOCOLS) {
    const { config } = parseConfig(`wallets: {source: ${source}, url: "wss://h", ${WATCH}}`, 'my.yaml');
    const options = walletFeedOptions(config, '')!;
    expect([options.protocol.name, options.poll, options.care.canPoll]).toEqual([source, undefined, false]);
  }
});

test('a wallet twice, a bad address and a URL with a query are refused by name', () => {
  const problem = (yaml: string) => () => parseConfig(`wallets: {${yaml}}`, 'my.yaml');
  expect(
    problem(`watch: [{address: "${ADDRESS}", label: a}, {address: "${ADDRESS.toLowerCase()}", label: b}]`),
  ).toThrow(/each wallet once/);
  expect(problem('watch: [{address: "0x12", label: a}]')).toThrow(/40 hex digits/);
  expect(problem('url: "wss://h/ws?key=secret"')).toThrow(/wallets\.url/);
});

test('the key comes from a file that only its owner reads, and prints nowhere', () => {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-wallet-'));
  const file = join(dir, 'key');
  writeFileSync(file, 'canary-4711\n');
  chmodSync(file, 0o400);
  const { config } = parseConfig(`wallets: {keyFile: ${JSON.stringify(file)}}`, 'my.yaml');
  const { walletKey } = loadSecrets(config, {});
  expect([walletKey?.reveal(), inspect(walletKey)]).toEqual(['canary-4711', '[secret]']);
  chmodSync(file, 0o644);
  expect(() => loadSecrets(config, {})).toThrow(/wallets\.keyFile: .*others may read it/);
  rmSync(dir, { recursive: true });
});
