// The simulated venue in its own process: announced, stopped, and never outliving its parent.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RecordingReader } from '../../../engine/replay/recording.ts';
import { spawnVenue } from '../../../engine/venue/sim/spawn.ts';
import { accountSetup, call, connect } from './support.ts';

// The process runs from dist/: npm test builds first.
const recording = fileURLToPath(new URL('../../../recordings/demo', import.meta.url));
const setup = { recording, seed: 7, accounts: [accountSetup(0)] } as const;
const reader = new RecordingReader(recording);
const tokens = reader.manifest.markets.flatMap(({ venue, yesToken, noToken }) =>
  venue === 'polymarket' ? [yesToken, noToken!] : [],
);
reader.close();

test('the process plays the shipped recording to its end, answers orders, and hands its ledger over', async () => {
  const venue = await spawnVenue({ ...setup, speed: 'max' });
  const client = await connect(venue.marketUrl);
  client.socket.sendText(JSON.stringify({ assets_ids: tokens, type: 'market' }));
  expect(JSON.parse(await client.next())).toHaveLength(tokens.length);
  await client.until((message) => message.includes('"price_change"'));
  expect((await call(venue.restUrl, 0, 'GET', '/data/orders')).json).toMatchObject({
    count: 0,
    data: [],
    next_cursor: 'LTE=',
  });
  expect(await venue.tapeEnded).toBe('');
  expect((await fetch(`${venue.restUrl}/ok`)).status).toBe(200);
  const end = await venue.stop();
  expect(end?.stats.tape).toMatchObject({ ended: true, unreadable: 0 });
  expect(end?.stats.marketFrames).toBeGreaterThan(1_000);
  expect(end?.ledger.accounts[0]).toMatchObject({ cashMicros: 1_000_000_000, fills: 0 });
  expect((await client.closed).code).toBe(1001);
});

test('a recording that is not there is a named failure, not a hang', async () => {
  await expect(spawnVenue({ ...setup, recording: '/nowhere', speed: 1 })).rejects.toThrow(/manifest\.json/);
});

test('the process ends when its parent dies without a word', async () => {
  const built = new URL('../../../dist/engine/venue/sim/spawn.js', import.meta.url);
  const script = `import { spawnVenue } from ${JSON.stringify(built.href)};
    const venue = await spawnVenue(${JSON.stringify({ ...setup, speed: 1 })});
    process.stdout.write(String(venue.pid));`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  const deadline = process.hrtime.bigint() + 5_000_000_000n;
  while (isAlive(pid) && process.hrtime.bigint() < deadline) await new Promise(setImmediate);
  expect(isAlive(pid)).toBe(false);
});

/** A process that has ended but was not reaped by its new parent counts as ended. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
