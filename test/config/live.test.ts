// What a run with real money needs: each piece that is missing has its own sentence, in every combination, all at once.
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadRunSecrets } from '../../engine/config/live.ts';
import { parseConfig } from '../../engine/config/load.ts';
import { ConfigError } from '../../engine/config/problems.ts';

const folder = mkdtempSync(join(tmpdir(), 'dutchbook-live-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'c0ffee'.repeat(10);
const file = join(folder, 'secret.key');
writeFileSync(file, SECRET, { mode: 0o600 });

const MODE = { mode: 'live' };
const ADDRESSES = {
  marketUrl: 'wss://a.example/ws/market',
  userUrl: 'wss://a.example/ws/user',
  restUrl: 'https://a.example',
};
const KEYS = { privateKeyFile: file, apiKeyFile: file, apiSecretFile: file, passphraseFile: file };

const NO_WORD = '--live: missing on the command line, needed with mode live; nothing is sent without both';
const NO_MODE = 'mode: value "paper", allowed live; --live is on the command line';
const NO_ADDRESSES = [
  'venues.polymarket.marketUrl: missing, allowed wss://…; a live run needs it: its books come from there',
  'venues.polymarket.restUrl: missing, allowed https://…; a live run needs it: its orders go there',
  'venues.polymarket.userUrl: missing, allowed wss://…; a live run needs it: its fills come from there',
];
const KEY = 'missing, allowed a file of mode 0400 or 0600, no variable; a live run needs it: it';
const NO_KEYS = [
  `venues.polymarket.privateKeyFile: ${KEY} signs its orders`,
  `venues.polymarket.apiKeyFile: ${KEY} names its account`,
  `venues.polymarket.apiSecretFile: ${KEY} signs its requests`,
  `venues.polymarket.passphraseFile: ${KEY} goes with its requests`,
];

function problemsOf(polymarket: object, mode: object, live: boolean, environment = {}, kalshi = {}): readonly string[] {
  const { config } = parseConfig(JSON.stringify({ ...mode, venues: { polymarket, kalshi } }), 'my.yaml');
  try {
    loadRunSecrets(config, environment, live);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Every combination of the four pieces. */
const COMBINATIONS = Array.from({ length: 16 }, (_, bits) => ({
  mode: (bits & 1) !== 0,
  word: (bits & 2) !== 0,
  addresses: (bits & 4) !== 0,
  keys: (bits & 8) !== 0,
}));

test.each(COMBINATIONS)(
  'mode $mode, word $word, addresses $addresses, keys $keys',
  ({ mode, word, addresses, keys }) => {
    const polymarket = { ...(addresses ? ADDRESSES : {}), ...(keys ? KEYS : {}) };
    const expected: string[] = [];
    if (mode || word) {
      if (!mode) expected.push(NO_MODE);
      if (!word) expected.push(NO_WORD);
      if (!addresses) expected.push(...NO_ADDRESSES);
      if (!keys) expected.push(...NO_KEYS);
    }
    expect(problemsOf(polymarket, mode ? MODE : {}, word)).toEqual(expected);
  },
);

test('keys of the environment do for paper and not for live', () => {
  const variables = {
    DUTCHBOOK_POLYMARKET_API_KEY: 'a',
    DUTCHBOOK_POLYMARKET_API_SECRET: 'b',
    DUTCHBOOK_POLYMARKET_PASSPHRASE: 'c',
  };
  expect(problemsOf(ADDRESSES, {}, false, variables)).toEqual([]);
  expect(problemsOf(ADDRESSES, MODE, true, variables)).toEqual(NO_KEYS);
});

test('files that others may read, links, and what is no file are refused, each once, without what is in them', () => {
  const wide = join(folder, 'wide.key');
  writeFileSync(wide, SECRET);
  chmodSync(wide, 0o640);
  const link = join(folder, 'link.key');
  symlinkSync(file, link);
  const spoilt = {
    privateKeyFile: wide,
    apiKeyFile: link,
    apiSecretFile: join(folder, 'none.key'),
    passphraseFile: wide,
  };
  const problems = problemsOf({ ...ADDRESSES, ...spoilt }, MODE, true);
  expect(problems).toEqual([
    `venues.polymarket.privateKeyFile: ${wide}: others may read it; chmod 600`,
    `venues.polymarket.apiKeyFile: ${link}: not a plain file (links are refused)`,
    `venues.polymarket.apiSecretFile: ${join(folder, 'none.key')}: no such file; a path to a file belongs here`,
    `venues.polymarket.passphraseFile: ${wide}: others may read it; chmod 600`,
  ]);
  // The secret itself where its path belongs.
  const shown = problemsOf({ ...ADDRESSES, ...KEYS, privateKeyFile: SECRET }, MODE, true).join('\n');
  expect(shown).toMatch(/privateKeyFile: \(60 characters, not printed\)/);
  expect(shown).not.toContain(SECRET);
});

test('a wallet besides the key needs its address, and the key’s own address is none', () => {
  const funder = `0x${'ab'.repeat(20)}`;
  const all = { ...ADDRESSES, ...KEYS };
  for (const signatureType of [1, 2, 3]) {
    expect(problemsOf({ ...all, signatureType, funder }, MODE, true)).toEqual([]);
    expect(problemsOf({ ...all, signatureType }, MODE, true)).toEqual([
      `venues.polymarket.funder: missing, needed with signatureType ${signatureType}`,
    ]);
  }
  expect(problemsOf({ ...all, funder }, MODE, true)).toEqual([
    'venues.polymarket.funder: given, allowed with signatureType 1 to 3 only',
  ]);
});

test('each piece that is missing of Kalshi has its sentence, and of a venue that nothing is given of nothing is missing', () => {
  const pieces = {
    webSocketUrl: 'wss://k.example/trade-api/ws/v2',
    restUrl: 'https://k.example/trade-api/v2',
    keyIdFile: file,
    privateKeyFile: file,
  };
  const select = { series: ['KXA'] };
  const sentences: Readonly<Record<string, string>> = {
    webSocketUrl: 'missing, allowed wss://…; a live run needs it: its books and fills come from there',
    restUrl: 'missing, allowed https://…; a live run needs it: its orders go there',
    keyIdFile: `${KEY} names its key`,
    privateKeyFile: `${KEY} signs its requests`,
  };
  expect(problemsOf({}, MODE, true, {}, { ...pieces, select })).toEqual([]);
  expect(problemsOf({}, MODE, false, {}, { ...pieces, select })).toContain(NO_WORD);
  for (const [name, sentence] of Object.entries(sentences)) {
    const rest = Object.fromEntries(Object.entries(pieces).filter(([other]) => other !== name));
    expect(problemsOf({}, MODE, true, {}, { ...rest, select }), name).toContain(`venues.kalshi.${name}: ${sentence}`);
  }
  // Anything that is given of Polymarket asks for the rest of it.
  const funder = `0x${'ab'.repeat(20)}`;
  const missing = problemsOf({ funder, signatureType: 3 }, MODE, true, {}, { ...pieces, select });
  expect(missing).toEqual([...NO_ADDRESSES, ...NO_KEYS]);
});
