// Secrets: where they come from, what is refused, and that no way of printing shows one.
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/load.ts';
import { loadSecrets, Secret } from '../../engine/config/secrets.ts';

const CANARY = 'canary-4711';
const dir = mkdtempSync(join(tmpdir(), 'dutchbook-secrets-'));
afterAll(() => rmSync(dir, { recursive: true }));

function secretFile(name: string, mode: number): string {
  const file = join(dir, name);
  writeFileSync(file, `${CANARY}\n`);
  chmodSync(file, mode);
  return file;
}

function configWith(file: string) {
  return parseConfig(`ingest: {feedServer: {tokenFile: ${JSON.stringify(file)}}}`, 'my.yaml').config;
}

test('a file that only its owner reads gives the secret, and wins over the variable', () => {
  const config = configWith(secretFile('good', 0o600));
  expect(loadSecrets(config, { DUTCHBOOK_FEED_TOKEN: 'other' }).feedToken?.reveal()).toBe(CANARY);
});

test('without a file the variable gives the secret; without both there is none', () => {
  const { config } = parseConfig('', undefined);
  expect(loadSecrets(config, { DUTCHBOOK_POLYMARKET_API_KEY: CANARY }).polymarket.apiKey?.reveal()).toBe(CANARY);
  expect(loadSecrets(config, {}).feedToken).toBeUndefined();
});

test('a file that others may read, a link, and a missing file are refused by name, never by content', () => {
  const open = secretFile('open', 0o644);
  const link = join(dir, 'link');
  symlinkSync(secretFile('target', 0o600), link);
  expect(() => loadSecrets(configWith(open), {})).toThrow(/tokenFile: .*open: others may read it/);
  expect(() => loadSecrets(configWith(link), {})).toThrow(/links are refused/);
  expect(() => loadSecrets(configWith(join(dir, 'none')), {})).toThrow(/no such file/);
});

test('no way of printing a secret shows it', () => {
  const secret = new Secret(CANARY);
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }), `${secret}`, inspect(secret)];
  for (const text of shown) expect(text).not.toContain(CANARY);
  expect(secret.reveal()).toBe(CANARY);
});
