// Frames pushed to a running engine: the same decode path, behind token, size and rate; and a cross-venue basket, which
// is reported and whose legs the gate refuses.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { Manifest } from '../../engine/replay/manifest.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';
import { type Running, reportOf, start } from './rig.ts';

const TOKEN = 'a-token-for-this-test';
const TICKER = 'KXTEST-26';
const manifest = JSON.parse(readFileSync(resolve('recordings/demo/manifest.json'), 'utf8')) as Manifest;
/** A market of the seeded event: it trades near the middle and its fee is known. */
const PARTNER = manifest.relations[0]!.markets[0]!;

const CONFIG = {
  topology: 'threads',
  ingest: { feedServer: { framesPerSecondMax: 50 } },
  arena: { scanBytes: 65_536 },
  observe: { plainStatusMs: 100 },
  markets: [
    {
      ...{ id: `kalshi:${TICKER}`, venue: 'kalshi', yesToken: TICKER, minSizeMicros: 1_000_000 },
      fee: { rateE6: 70_000, exponent: 1, roundMicros: 10_000 },
      tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 100 }],
    },
  ],
  relations: [{ kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: [PARTNER, `kalshi:${TICKER}`] }],
};

function snapshot(seq: number): string {
  // YES bid 0.98: buying NO here costs 0.02, so with YES of the partner the pair is far below 1.
  const msg = {
    ...{ market_ticker: TICKER, market_id: 'x' },
    yes_dollars_fp: [['0.9800', '500.00']],
    no_dollars_fp: [['0.0100', '500.00']],
  };
  return JSON.stringify({ type: 'orderbook_snapshot', sid: 1, seq, msg });
}

let running: Running;
let url: string;

function push(path: string, token: string): WebSocket {
  return new WebSocket(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((done) => socket.on('close', (code) => done(code)));
}

function refusal(socket: WebSocket): Promise<number> {
  return new Promise((done, fail) => {
    socket.on('unexpected-response', (_request, response) => done(response.statusCode ?? 0));
    socket.on('open', () => fail(new Error('it was accepted')));
    socket.on('error', () => undefined);
  });
}

beforeAll(async () => {
  running = start(['run', '--json'], CONFIG, { DUTCHBOOK_FEED_TOKEN: TOKEN });
  const [, port] = await running.said(/feed server: port (\d+)/);
  url = `ws://127.0.0.1:${port}`;
});

afterAll(() => {
  running.child.kill('SIGKILL');
});

test('refuses a wrong token, a missing one and an unknown path before the upgrade', async () => {
  expect(await refusal(push('/feed/kalshi', 'wrong'))).toBe(401);
  expect(await refusal(new WebSocket(`${url}/feed/kalshi`))).toBe(401);
  expect(await refusal(push('/feed/other', TOKEN))).not.toBe(101);
});

test('closes a pusher that sends binary, too much at once, or too often', async () => {
  const binary = push('/feed/kalshi', TOKEN);
  binary.on('open', () => binary.send(Buffer.from('x')));
  expect(await closeCode(binary)).toBe(1003);
  const large = push('/feed/kalshi', TOKEN);
  large.on('open', () => large.send(`"${'x'.repeat(65_537)}"`));
  expect(await closeCode(large)).toBe(1009);
  const often = push('/feed/kalshi', TOKEN);
  often.on('open', () => {
    for (let frame = 0; frame < 60; frame += 1) often.send('{"type":"ok"}');
  });
  expect(await closeCode(often)).toBe(1008);
});

test('reports a cross-venue pair from pushed frames, and the gate refuses its legs as VENUE_READONLY', async () => {
  const pusher = push('/feed/kalshi', TOKEN);
  await new Promise((done) => pusher.on('open', done));
  await running.said(/SYNCED 10/);
  pusher.send(snapshot(1));
  // Detection is in the same call as the book: once the pushed market counts as synced, its baskets were evaluated.
  await running.said(/SYNCED 11/);
  running.child.kill('SIGINT');
  const { code, out } = await running.ended;
  expect(code).toBe(EXIT.ok);
  const report = reportOf(out);
  expect(report.refusedByCause['VENUE_READONLY']).toBeGreaterThan(0);
  expect(report.books['SYNCED']).toBeGreaterThan(0);
});
