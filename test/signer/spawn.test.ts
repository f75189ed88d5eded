// The signer's process: it signs as the key does, enforces its limits on its own, gives its key to nobody, ends with its engine,
// and its death is noticed.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../engine/core/clock.ts';
import type { SignerSetup } from '../../engine/signer/protocol.ts';
import { type SignerProcess, spawnSigner } from '../../engine/signer/spawn.ts';
import { EXCHANGES, hex } from '../../engine/venue/polymarket/eip712.ts';
import { OrderForm, type OrderIdentity } from '../../engine/venue/polymarket/order-form.ts';
import type { ToSign } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import { TEST_KEYS, YES } from '../venue/sim/support.ts';

const [KEY] = TEST_KEYS as [string, string];
const ADDRESS = new OrderSigner(Buffer.from(KEY, 'hex')).address;
const folder = mkdtempSync(join(tmpdir(), 'dutchbook-signer-'));
const KEY_FILE = join(folder, 'wallet.key');
writeFileSync(KEY_FILE, `0x${KEY}\n`, { mode: 0o600 });

afterAll(() => rmSync(folder, { recursive: true }));

const LIMITS = {
  ...{ orderMicrosMax: 50e6, hourMicrosMax: 100e6, sellOrderMicrosMax: 50e6, sellHourMicrosMax: 100e6 },
  ordersPerSecondMax: 100,
};
const SETUP: SignerSetup = { keyFile: KEY_FILE, signatureType: 0, limits: LIMITS };

async function start(setup: Partial<SignerSetup> = {}): Promise<SignerProcess> {
  const signer = await spawnSigner({ ...SETUP, ...setup }, new LiveClock());
  onTestFinished(() => signer.close());
  return signer;
}

function orderOf(identity: OrderIdentity, salt: number, makerMicros = 1e6): ToSign {
  const exchange = EXCHANGES[salt % 3]!;
  const form = new OrderForm(identity, YES, 0, exchange);
  const terms = { salt, makerMicros, takerMicros: 2e6, timestampMs: 1_713_398_400_000 };
  const orderId = hex(form.fill(salt, makerMicros, 2e6, terms.timestampMs));
  return { orderId, token: YES, side: 0, exchange, ...terms, form };
}

function ownSignature({ salt, makerMicros, takerMicros, timestampMs, exchange }: ToSign, identity: OrderIdentity) {
  const amounts = { makerAmount: makerMicros, takerAmount: takerMicros };
  const struct = { ...identity, salt, ...amounts, timestampMs, tokenId: YES, side: 0 };
  return new OrderSigner(Buffer.from(KEY, 'hex')).sign(struct, exchange.contract, exchange.version).signature;
}

test('it signs whole batches as the key does, for a deposit wallet too, more of them than it has slots', async () => {
  const funder = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
  const signer = await start({ signatureType: 3, funder, limits: { ...LIMITS, ordersPerSecondMax: 1_000 } });
  expect(signer.words).toMatchObject({ address: ADDRESS, why: '' });
  expect(signer.identity).toEqual({ maker: funder, signer: funder, signatureType: 3 });
  for (let batch = 0; batch < 6; batch += 1) {
    const orders = Array.from({ length: 15 }, (_, index) => orderOf(signer.identity, 1 + batch * 15 + index));
    const wait = signer.begin(orders);
    expect(wait()).toEqual(orders.map((order) => ownSignature(order, signer.identity)));
  }
  expect(signer.counts).toEqual({ signed: 90, refused: {} });
});

test('its limits are its own: what it refuses has a name and is counted, and the orders beside it are not sent either', async () => {
  const signer = await start();
  const { identity } = signer;
  const wait = signer.begin([orderOf(identity, 1), orderOf(identity, 2, 51e6), orderOf(identity, 3)]);
  expect(wait()).toEqual({ refused: 'orderNotional' });
  const forged = { ...orderOf(identity, 4), makerMicros: 2e6 };
  expect(signer.begin([forged])()).toEqual({ refused: 'orderId' });
  expect(signer.begin([orderOf(identity, 5, 49e6)])()).toHaveLength(1);
  expect(signer.begin([orderOf(identity, 6, 50e6)])()).toEqual({ refused: 'hourNotional' });
  expect(signer.counts).toEqual({ signed: 1, refused: { orderNotional: 1, orderId: 1, hourNotional: 1 } });
});

test('alive and silent it is waited for once: until the answer that it owes nothing is asked, and then it signs again', async () => {
  const signer = await start();
  const { identity } = signer;
  const clock = new LiveClock();
  process.kill(signer.pid, 'SIGSTOP');
  expect(signer.begin([orderOf(identity, 1)])()).toEqual({ refused: 'noAnswer' });
  expect([signer.alive(), signer.answers()]).toEqual([true, false]);
  const beganNs = clock.nowNs();
  for (let salt = 2; salt < 12; salt += 1) {
    expect(signer.begin([orderOf(identity, salt)])()).toEqual({ refused: 'noAnswer' });
  }
  expect(clock.nowNs() - beganNs).toBeLessThan(80e6);
  process.kill(signer.pid, 'SIGCONT');
  await expect.poll(() => signer.answers()).toBe(true);
  expect(signer.begin([orderOf(identity, 12)])()).toHaveLength(1);
});

test('its death is noticed, nothing is signed after it, and nothing waits for it', async () => {
  const signer = await start();
  process.kill(signer.pid, 'SIGSTOP');
  expect(signer.begin([orderOf(signer.identity, 1)])()).toEqual({ refused: 'noAnswer' });
  process.kill(signer.pid, 'SIGKILL');
  expect(await signer.gone).toBe('ended (SIGKILL)');
  expect(signer.alive()).toBe(false);
  expect(signer.begin([orderOf(signer.identity, 2)])()).toEqual({ refused: 'signerLost' });
  expect(signer.counts).toEqual({ signed: 0, refused: { noAnswer: 1, signerLost: 1 } });
});

test('a postman that says it is awake and never comes costs time, not the order', async () => {
  const signer = await start();
  const [STATE, AWAKE] = [0, 3];
  const words = new Int32Array(signer.route!.box, 0, 3);
  words[STATE] = AWAKE;
  const orders = [orderOf(signer.identity, 1), orderOf(signer.identity, 2)];
  const wait = signer.begin(orders);
  // Posted, and not taken: nobody was there.
  expect([...words]).toEqual([AWAKE, 2, 0]);
  expect(wait()).toEqual(orders.map((order) => ownSignature(order, signer.identity)));
  expect([...words]).toEqual([AWAKE, 2, 2]);
  expect(signer.counts).toEqual({ signed: 2, refused: {} });
});

test('it outlives the signals of a terminal and ends with the engine that started it', async () => {
  const module = pathToFileURL(join('dist', 'engine', 'signer', 'spawn.js')).href;
  const clock = pathToFileURL(join('dist', 'engine', 'core', 'clock.js')).href;
  const script = `
    const { spawnSigner } = await import(${JSON.stringify(module)});
    const { LiveClock } = await import(${JSON.stringify(clock)});
    const signer = await spawnSigner(${JSON.stringify(SETUP)}, new LiveClock());
    console.log(signer.pid);
    setInterval(() => {}, 1000);`;
  const engine = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void engine.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => engine.stdout.once('data', (text) => resolve(Number(text))));
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGTERM');
  expect(isThere()).toBe(true);
  engine.kill('SIGKILL');
  await expect.poll(isThere, { timeout: 3_000 }).toBe(false);
});

test('a key that it must not or cannot use ends it with one sentence, in which neither key nor path is', async () => {
  const wide = join(folder, 'wide.key');
  writeFileSync(wide, KEY);
  chmodSync(wide, 0o644);
  const link = join(folder, 'link.key');
  symlinkSync(KEY_FILE, link);
  const words = join(folder, 'words.key');
  writeFileSync(words, `${KEY}00`, { mode: 0o600 });
  const zero = join(folder, 'zero.key');
  writeFileSync(zero, '0'.repeat(64), { mode: 0o400 });
  for (const [keyFile, reason] of [
    [wide, 'signer: others may read it; chmod 600'],
    [link, 'signer: not a plain file (links are refused)'],
    [words, 'signer: not a key: 64 hexadecimal digits belong there, with or without 0x'],
    [zero, 'signer: the signing key is not a secp256k1 key of 32 bytes'],
    [join(folder, 'absent'), 'signer: not opened (ENOENT)'],
  ] as const) {
    await expect(spawnSigner({ ...SETUP, keyFile }, new LiveClock())).rejects.toThrow(reason);
  }
});

test('neither its command line nor its environment has the key or its path, and the engine’s environment is not passed on', async () => {
  process.env['DUTCHBOOK_CANARY'] = 'canary';
  const signer = await start();
  delete process.env['DUTCHBOOK_CANARY'];
  const shown = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${signer.pid}/${name}`, 'utf8')).join('');
  for (const secret of [KEY, KEY_FILE, 'canary']) expect(shown).not.toContain(secret);
});
