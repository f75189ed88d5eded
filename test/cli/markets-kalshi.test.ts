// `dutchbook markets --venue kalshi` as a user runs it: from the simulated venue's REST and from saved answers, and what
// it, `check`, `run` and `record` refuse.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { KalshiMarketsReport } from '../../engine/observe/report-schema-data.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import { KEY_ID, KEYS } from '../helpers/kalshi.ts';

const dir = mkdtempSync(join(tmpdir(), 'dutchbook-kalshi-'));
afterAll(() => rmSync(dir, { recursive: true }));
const SAVED = resolve('test/fixtures/kalshi/markets-2026-07-20.json');

function file(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs to the end; `onText` may end a command that goes on. The venue of the test answers meanwhile. */
function run(words: readonly string[], onText: (out: string, stop: () => void) => void = () => {}): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [resolve('bin/dutchbook.js'), ...words], { cwd: dir });
    onTestFinished(() => void child.kill('SIGKILL'));
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece) => {
      out += String(piece);
      onText(out, () => child.kill('SIGTERM'));
    });
    child.stderr.on('data', (piece) => {
      err += String(piece);
    });
    child.once('exit', (code) => done({ code, out, err }));
  });
}

async function startVenue() {
  const lists = new KalshiLists();
  lists.put(JSON.parse(readFileSync(SAVED, 'utf8')));
  lists.put({
    event_ticker: 'KXFEDDECISION-26JUL',
    series_ticker: 'KXFEDDECISION',
    title: 'Fed',
    mutually_exclusive: true,
  });
  lists.put({ ticker: 'KXFEDDECISION', fee_type: 'quadratic_with_maker_fees', fee_multiplier: 1 });
  for (const market of ['KXFEDDECISION-26JUL-C25', 'KXFEDDECISION-26JUL-H0']) {
    lists.put({ ...lists.market(market)!, close_time: '2099-01-01T00:00:00Z' });
  }
  const input = { keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, frames: [], speed: 1 };
  const venue = new KalshiVenue({ ...input, faults: [{ kind: 'kalshiRest502', firstRequest: 1 }] });
  await venue.open();
  onTestFinished(() => venue.close());
  return venue;
}

test('the venue’s REST is read with its fees, a fault is survived, and --watch goes on until it is stopped', async () => {
  const venue = await startVenue();
  const select = '{series: [KXFEDDECISION], markets: [KXNONE-1]}';
  const config = file('rest.yaml', `venues: {kalshi: {restUrl: "${venue.restUrl}", select: ${select}}}\n`);
  const { code, out, err } = await run(['markets', '--venue', 'kalshi', '--config', config, '--json']);
  expect(code, err).toBe(EXIT.ok);
  const report = JSON.parse(out) as KalshiMarketsReport;
  expect(report).toMatchObject({
    schema: 1,
    command: 'markets',
    venue: 'kalshi',
    seen: 2,
    selected: 2,
    left: 0,
    rejected: 0,
  });
  expect(report).toMatchObject({
    unknownTickers: ['KXNONE-1'],
    problems: [],
    retries: 1,
    sources: [new URL(venue.restUrl).origin],
  });
  expect(report.restFaults).toEqual({ serverError: 1, notFound: 1 });
  expect(report.markets[0]).toMatchObject({
    ...{ id: 'kalshi:KXFEDDECISION-26JUL-H0', series: 'KXFEDDECISION', why: 'series KXFEDDECISION', status: 'active' },
    ...{ feeType: 'quadratic_with_maker_fees', feeRateE6: 70_000, makerRateE6: 17_500, feeUnknown: '' },
    ...{
      priceLevelStructure: 'linear_cent',
      tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 100 }],
      mutuallyExclusive: true,
    },
  });
  const watched = await run(['markets', '--venue', 'kalshi', '--config', config, '--watch'], (text, stop) => {
    if (text.includes('unknown ticker')) stop();
  });
  expect(watched.code, watched.err).toBe(EXIT.ok);
  expect(watched.out).toContain('ticks 0.01 to 1, min 1, fee 0.07 taker, 0.0175 maker, quadratic_with_maker_fees');
}, 30_000);

test('saved answers are judged as of the time named, and the counts add up', async () => {
  const config = file(
    'saved.yaml',
    'venues: {kalshi: {select: {events: [KXBALLONDOR-26], markets: [KXATP-26WIM-AUG]}}}\n',
  );
  const words = ['markets', '--venue', 'kalshi', '--config', config, '--from', SAVED, '--at', '2026-07-20T19:00:00Z'];
  const report = JSON.parse((await run([...words, '--json'])).out) as KalshiMarketsReport;
  expect(report).toMatchObject({
    seen: 8,
    selected: 3,
    left: 4,
    rejected: 1,
    requests: null,
    rejectedByReason: { settled: 1 },
  });
  expect(report.markets.map(({ feeUnknown }) => feeUnknown)).toEqual(Array(3).fill('seriesUnknown'));
  const { out } = await run(words);
  expect(out).toContain('8 markets in 1 answers, as of 2026-07-20T19:00:00.000Z');
  expect(out).toMatch(/settled 1 \(settled\): KX/);
  expect(out).toContain('fee unknown (seriesUnknown), never traded');
}, 30_000);

test.each([
  ['', 'venues.kalshi.restUrl: missing', EXIT.usage],
  ['venues: {kalshi: {restUrl: "http://127.0.0.1:1"}}', 'venues.kalshi.select: names nothing', EXIT.usage],
  ['venues: {kalshi: {restUrl: "ftp://x"}}', 'venues.kalshi.restUrl: value "ftp://x"', EXIT.usage],
  ['venues: {kalshi: {select: {series: [fed]}}}', 'capital letters, digits, dots, dashes', EXIT.usage],
  ['venues: {kalshi: {rest: {requestsPerSecond: 99}}}', 'allowed an integer 1..20', EXIT.usage],
  [
    'venues: {kalshi: {restUrl: "http://127.0.0.1:1/trade", rest: {deadlineMs: 100}, select: {series: [KXA]}}}',
    'Kalshi: ',
    EXIT.unreachable,
  ],
])('with the config %j it is refused by name', async (text, message, status) => {
  const { code, err } = await run(['markets', '--venue', 'kalshi', '--config', file('bad.yaml', text)]);
  expect(err).toContain(message);
  expect(err).not.toMatch(/\n\s+at /);
  expect(code).toBe(status);
});

test('check reads the key pair and names what is wrong with it, never what is in it', async () => {
  const id = file('id', `${KEY_ID}\n`);
  const key = file('key.pem', KEYS.privateKey);
  const config = (keyFile: string, more = ''): string =>
    file(
      'check.yaml',
      `venues: {kalshi: {keyIdFile: ${JSON.stringify(id)}, privateKeyFile: ${JSON.stringify(keyFile)}${more}}}\n`,
    );
  const good = await run(['check', '--config', config(key)]);
  expect([good.code, good.err]).toEqual([EXIT.ok, '']);
  expect(good.out).not.toMatch(/PRIVATE|a952bcbe/);
  for (const [path, message] of [
    [file('open.pem', KEYS.privateKey, 0o644), 'open.pem: others may read it; chmod 600'],
    [file('none.pem', 'canary-4711'), 'venues.kalshi.privateKeyFile: no private key in PEM without a passphrase'],
    [join(dir, 'missing.pem'), 'missing.pem: no such file'],
  ] as const) {
    const { code, out, err } = await run(['check', '--config', config(path)]);
    expect(err).toContain(message);
    expect([code, `${out}${err}`.includes('canary')]).toEqual([EXIT.usage, false]);
  }
  const half = file('half.yaml', `venues: {kalshi: {keyIdFile: ${JSON.stringify(id)}}}\n`);
  expect((await run(['check', '--config', half])).err).toContain(
    'venues.kalshi: a key id without its private key, allowed both or none',
  );
}, 30_000);

test.each(['run', 'record'])(
  '%s says by key what the address of Kalshi’s feed needs beside it',
  async (command) => {
    const config = file('run.yaml', 'venues: {kalshi: {webSocketUrl: "ws://127.0.0.1:1/trade-api/ws/v2"}}\n');
    const { code, err } = await run([command, '--config', config]);
    for (const key of ['keyIdFile', 'privateKeyFile', 'select']) {
      expect(err).toContain(`venues.kalshi.${key}: missing, allowed `);
    }
    expect(code).toBe(EXIT.usage);
  },
  30_000,
);
