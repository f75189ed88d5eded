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

/** What the problem of a feed token's "file" says. */
function problemWith(file: string): string {
  try {
    loadSecrets(configWith(file), {});
  } catch (error) {
    return `${(error as Error).message}\n${(error as Error).stack}\n${inspect(error)}`;
  }
  throw new Error('no problem');
}

test('a secret that stands where its file belongs is refused by name and not printed', () => {
  const body = 'Q0FOQVJZLTQ3MTE'.repeat(4);
  const secrets = [
    `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
    body.repeat(100),
    `0x${'c0ffee4711'.repeat(6)}`,
    `/${body.slice(0, 43)}=`,
    `${body.slice(0, 20)}/${body.slice(0, 22)}=`,
    '0197c2f0-c0ff-7eee-8471-1c0ffee47110',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.SflKxwRJSMeKKF2QT4fw',
    'sk_live.4eC39HqLyjWDarjtT1',
    'canary-feed-token-47',
  ];
  for (const secret of secrets) {
    const problem = problemWith(secret);
    expect(problem).toMatch(
      /ingest\.feedServer\.tokenFile: (\(\d+ characters, not printed\): (no such|cannot be)|value not shown, .* at most 4096 )/,
    );
    expect(problem).not.toContain(secret.slice(2, 20));
  }
});

test('a path that is wrong is printed as it was given', () => {
  for (const file of [join(dir, 'none'), 'none.token', './none', `${dir}/a-name-that-is-rather-long.key`])
    expect(problemWith(file)).toContain(`tokenFile: ${file}: no such file`);
});
