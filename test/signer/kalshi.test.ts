// Kalshi's signer: which requests it signs and which it refuses by name, on a clock moved by hand; and its process, which gives the
// key to nobody.
import { constants, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../engine/core/clock.ts';
import { KalshiDesk } from '../../engine/signer/kalshi-desk.ts';
import type { KalshiCall, KalshiSignerSetup, KalshiSignRequest } from '../../engine/signer/kalshi-protocol.ts';
import { spawnKalshiSigner } from '../../engine/signer/kalshi-spawn.ts';
import { SignerLimits } from '../../engine/signer/limits.ts';
import type { SignerLimitSetup } from '../../engine/signer/protocol.ts';
import { HandshakeBox, handshakeMemory } from '../../engine/venue/kalshi/handshake-box.ts';
import { SealedRequests, type ToldOrder } from '../../engine/venue/kalshi/seal.ts';
import { KalshiSigner } from '../../engine/venue/kalshi/sign.ts';
import { KEY_ID, KEYS } from '../helpers/kalshi.ts';
import { draftOf, makerOf, type Wish } from '../venue/kalshi/rig.ts';

const PREFIX = '/trade-api/v2';
const SOCKET = '/trade-api/ws/v2';
const ORDERS = `${PREFIX}/portfolio/events/orders`;
const NOW = 1_780_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'dutchbook-kalshi-signer-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
  return file;
}

const LIMITS: SignerLimitSetup = {
  ...{ orderMicrosMax: 10e6, hourMicrosMax: 1e12, sellOrderMicrosMax: 10e6, sellHourMicrosMax: 1e12 },
  ordersPerSecondMax: 1_000,
};
const SETUP: KalshiSignerSetup = {
  ...{ kind: 'kalshi', keyFile: fileOf('rsa.pem', KEYS.privateKey), keyIdFile: fileOf('id.txt', `${KEY_ID}\n`) },
  ...{ pathPrefix: PREFIX, socketPath: SOCKET, limits: LIMITS },
};

function deskOf(limits: Partial<SignerLimitSetup> = {}): KalshiDesk {
  return new KalshiDesk(new KalshiSigner(KEY_ID, KEYS.privateKey), SETUP, new SignerLimits({ ...LIMITS, ...limits }));
}

const maker = makerOf();
/** An order as the signer is told of it. */
const wire = (...wish: Wish): ToldOrder => {
  const order = maker.make(draftOf(wish), NOW);
  return { wire: order.wire, closes: order.side === 'SELL' };
};
/** The same with other text. */
const spoiltBy = (spoil: (text: string) => string): ToldOrder => ({ ...BID, wire: spoil(BID.wire) });
const BID = wire('yes', 'BUY', 5_000, 10, 'FOK');

/** What each call of the request comes to: `signed`, or the refusal. */
function ask(desk: KalshiDesk, request: Partial<KalshiSignRequest>, nowMs = 0): string {
  const whole = { sequence: 1, wallMs: NOW, calls: [['POST', ORDERS]], orders: [BID], ...request } as KalshiSignRequest;
  const texts = desk.answers(whole, nowMs, NOW).map(({ kind, text }) => (kind === 'signed' ? kind : text));
  return [...new Set(texts)].join();
}

function holds(text: string, signature: string): boolean {
  const scheme = { key: KEYS.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(text), scheme, Buffer.from(signature, 'base64'));
}

test('it signs what a run sends and reads, and nothing that moves money, makes keys, or carries orders elsewhere', () => {
  const desk = deskOf();
  const id = '0c3bd0de-5ac5-4c09-9b6e-4d2d16c4f5ef';
  const plain: readonly KalshiCall[] = [
    ...(['orders', `orders/${id}`, 'fills', 'balance', 'positions', 'settlements'] as const).map(
      (what): KalshiCall => ['GET', `${PREFIX}/portfolio/${what}`],
    ),
    ...[ORDERS, `${ORDERS}/batched`, `${ORDERS}/${id}`].map((path): KalshiCall => ['DELETE', path]),
    ['GET', SOCKET],
  ];
  for (const call of plain) expect(ask(desk, { calls: [call], orders: [] }), call.join(' ')).toBe('signed');
  for (const path of [ORDERS, `${ORDERS}/batched`]) expect(ask(desk, { calls: [['POST', path]] })).toBe('signed');
  const refused: readonly (readonly [KalshiCall, readonly ToldOrder[]])[] = [
    [['POST', `${PREFIX}/api_keys`], []],
    [['POST', `${PREFIX}/api_keys`], [BID]],
    [['POST', `${PREFIX}/portfolio/subaccounts/transfer`], []],
    [['POST', ORDERS], []],
    [['POST', `${ORDERS}/${id}/amend`], [BID]],
    [['GET', `${PREFIX}/portfolio/fills`], [BID]],
    [['GET', `${PREFIX}/api_keys`], []],
    [['PUT', `${PREFIX}/portfolio/orders`], []],
    [['GET', `${PREFIX}/portfolio/orders/../../api_keys`], []],
    [['GET', `${PREFIX}/portfolio/orders\nGET`], []],
    [['GET', '/portfolio/fills'], []],
    [['DELETE', `${PREFIX}/portfolio/orders/${id}`], []],
  ];
  for (const [call, orders] of refused) expect(ask(desk, { calls: [call], orders }), call.join(' ')).toBe('call');
});

test('an order that opens counts with the most that it can lose, one that closes in contracts, and each is refused above the cap, for a market that is not listed, or unread', () => {
  const desk = deskOf({ tickers: [JSON.parse(BID.wire).ticker as string] });
  // 20 contracts at 0.50 are 10 dollars; a cent more is too much. An ask that opens at 0.40 loses 0.60; one that
  // closes counts its contracts at any price.
  expect(ask(desk, { orders: [wire('yes', 'BUY', 5_000, 20, 'FOK')] })).toBe('signed');
  expect(ask(desk, { orders: [wire('yes', 'BUY', 5_000, 20.01, 'FOK')] })).toBe('orderNotional');
  expect(ask(desk, { orders: [wire('no', 'BUY', 6_000, 16.66, 'FAK')] })).toBe('signed');
  expect(ask(desk, { orders: [wire('no', 'BUY', 6_000, 16.67, 'FAK')] })).toBe('orderNotional');
  for (const priceE4 of [100, 9_900]) {
    expect(ask(desk, { orders: [wire('yes', 'SELL', priceE4, 10, 'FAK')] })).toBe('signed');
    expect(ask(desk, { orders: [wire('no', 'SELL', priceE4, 10.01, 'FAK')] })).toBe('orderNotional');
  }
  expect(ask(desk, { orders: [BID, wire('no', 'BUY', 9_900, 20, 'FOK')] })).toBe('orderNotional');
  expect(ask(desk, { orders: [spoiltBy((text) => text.replace(/"ticker":"[^"]*"/, '"ticker":"KXOTHER-1"'))] })).toBe(
    'asset',
  );
  for (const spoilt of [
    '',
    '[]',
    '7',
    BID.wire.replace('"bid"', '"yes"'),
    BID.wire.replace('"0.5000"', '0.5'),
    '{"side":"bid"}',
  ]) {
    expect(ask(desk, { orders: [spoiltBy(() => spoilt)] }), spoilt).toBe('badRequest');
  }
});

test('purchases of an hour leave sales their room, on either side of the book, and orders a second are counted whatever request they are in', () => {
  const desk = deskOf({ hourMicrosMax: 12e6, sellHourMicrosMax: 12e6, ordersPerSecondMax: 4 });
  const ten = wire('yes', 'BUY', 5_000, 20, 'FOK');
  expect(ask(desk, { orders: [ten] })).toBe('signed');
  expect(ask(desk, { orders: [ten] })).toBe('hourNotional');
  // Selling NO is a bid, as the purchases were.
  expect(ask(desk, { orders: [wire('no', 'SELL', 5_000, 10, 'FAK')] })).toBe('signed');
  const small = wire('yes', 'BUY', 100, 1, 'FAK');
  expect(ask(desk, { calls: [['POST', `${ORDERS}/batched`]], orders: [small, small, small] })).toBe('orderRate');
  expect(ask(desk, { orders: [small] }, 1_000)).toBe('signed');
});

test('it signs at its own time only, and no request that is not whole', () => {
  const desk = deskOf();
  for (const [wallMs, what] of [
    [NOW - 5_000, 'signed'],
    [NOW - 5_001, 'time'],
    [NOW + 5_001, 'time'],
    [17_800_000_000, 'time'],
    [NOW + 0.5, 'badRequest'],
  ] as const) {
    expect(ask(desk, { wallMs }), String(wallMs)).toBe(what);
  }
  expect(desk.answers({ sequence: 1, wallMs: NOW, calls: [], orders: [] }, 0, NOW)).toEqual([]);
  expect(ask(desk, { calls: Array<KalshiCall>(3).fill(['POST', ORDERS]) })).toBe('badRequest');
});

test('its process signs both requests that an order may leave in, each header holds, and its limits are its own', async () => {
  const clock = new LiveClock();
  const signer = await spawnKalshiSigner(SETUP, clock);
  onTestFinished(() => signer.close());
  const sealed = new SealedRequests({ seal: signer, clock, httpUrl: `https://a.example${PREFIX}`, isShared: true });
  const orders = [1, 2].map((shares) => maker.make(draftOf(['yes', 'BUY', 5_000, shares, 'FOK']), clock.wallMs()));
  for (const wait of orders.map((order) => sealed.seal([order]))) expect(wait()).toHaveLength(1);
  // Both leave in one request: it has the headers of the first, and the second has none any more.
  const together = sealed.take(orders)!;
  const saidOf = (path: string, headers: Readonly<Record<string, string>>): string =>
    `${headers['KALSHI-ACCESS-TIMESTAMP']}POST${path}`;
  expect(holds(saidOf(`${ORDERS}/batched`, together), together['KALSHI-ACCESS-SIGNATURE']!)).toBe(true);
  expect(together['KALSHI-ACCESS-KEY']).toBe(KEY_ID);
  expect(sealed.take([orders[1]!])).toBeUndefined();
  sealed.seal([orders[0]!])();
  const alone = sealed.take([orders[0]!])!;
  expect(holds(saidOf(ORDERS, alone), alone['KALSHI-ACCESS-SIGNATURE']!)).toBe(true);
  const tooMuch = maker.make(draftOf(['yes', 'BUY', 5_000, 21, 'FOK']), clock.wallMs());
  expect(sealed.seal([tooMuch])()).toEqual({ refused: 'orderNotional' });
  expect(sealed.take([tooMuch])).toBeUndefined();
  expect(signer.headers('POST', `${PREFIX}/api_keys`, clock.wallMs())).toEqual({});
  expect(signer.counts).toEqual({ signed: 6, refused: { orderNotional: 1, call: 1 } });
  const box = new HandshakeBox(handshakeMemory());
  expect(box.headers()).toEqual({});
  box.put((await signer.later('GET', SOCKET, clock.wallMs()))!);
  const dialled = box.headers();
  const said = `${dialled['KALSHI-ACCESS-TIMESTAMP']}GET${SOCKET}`;
  expect(holds(said, dialled['KALSHI-ACCESS-SIGNATURE']!)).toBe(true);
});

test('alive and silent it is waited for once: until the answer that it owes nothing is asked, and then it signs again', async () => {
  const clock = new LiveClock();
  const signer = await spawnKalshiSigner(SETUP, clock);
  onTestFinished(() => signer.close());
  expect(signer.answers()).toBe(true);
  process.kill(signer.pid, 'SIGSTOP');
  expect(signer.begin([ORDERS], [BID], clock.wallMs())()).toEqual({ refused: 'noAnswer' });
  expect([signer.alive(), signer.answers()]).toEqual([true, false]);
  const beganNs = clock.nowNs();
  for (let times = 0; times < 10; times += 1) {
    expect(signer.begin([ORDERS], [BID], clock.wallMs())()).toEqual({ refused: 'noAnswer' });
    expect(signer.headers('GET', `${PREFIX}/portfolio/fills`, clock.wallMs())).toEqual({});
    expect(await signer.later('GET', SOCKET, clock.wallMs())).toBeUndefined();
  }
  // A single wait is 100 ms.
  expect(clock.nowNs() - beganNs).toBeLessThan(80e6);
  process.kill(signer.pid, 'SIGCONT');
  await expect.poll(() => signer.answers()).toBe(true);
  expect(signer.begin([ORDERS], [BID], clock.wallMs())()).toHaveLength(1);
  expect(signer.counts).toEqual({ signed: 1, refused: { noAnswer: 21 } });
});

test('a question in a later turn that is not answered marks it as silent too', async () => {
  const clock = new LiveClock();
  const signer = await spawnKalshiSigner(SETUP, clock);
  onTestFinished(() => signer.close());
  process.kill(signer.pid, 'SIGSTOP');
  expect(await signer.later('GET', SOCKET, clock.wallMs())).toBeUndefined();
  expect(signer.answers()).toBe(false);
  process.kill(signer.pid, 'SIGCONT');
  await expect.poll(() => signer.answers()).toBe(true);
});

test('its death is noticed and nothing waits for it; neither command line nor environment has a path or the key', async () => {
  const clock = new LiveClock();
  const signer = await spawnKalshiSigner(SETUP, clock);
  onTestFinished(() => signer.close());
  const shown = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${signer.pid}/${name}`, 'utf8')).join('');
  for (const secret of [SETUP.keyFile, SETUP.keyIdFile, KEY_ID]) expect(shown).not.toContain(secret);
  process.kill(signer.pid, 'SIGKILL');
  expect(await signer.gone).toBe('ended (SIGKILL)');
  expect(signer.alive()).toBe(false);
  expect(signer.begin([ORDERS], [BID], clock.wallMs())()).toEqual({ refused: 'signerLost' });
  expect(await signer.later('GET', SOCKET, clock.wallMs())).toBeUndefined();
});

test('a key that it must not or cannot use ends it with one sentence, in which neither key nor path is', async () => {
  const spoilt: readonly (readonly [Partial<KalshiSignerSetup>, string])[] = [
    [{ keyFile: fileOf('wide.pem', KEYS.privateKey, 0o640) }, 'others may read it; chmod 600'],
    [{ keyFile: fileOf('words.pem', 'canary') }, 'Kalshi: no private key in PEM without a passphrase'],
    [{ keyIdFile: fileOf('bad-id.txt', 'a b') }, 'Kalshi: no key id, allowed 1 to 100 letters, digits and dashes'],
    [{ keyFile: join(folder, 'absent') }, 'not opened (ENOENT)'],
  ];
  for (const [change, reason] of spoilt) {
    await expect(spawnKalshiSigner({ ...SETUP, ...change }, new LiveClock())).rejects.toThrow(
      `Kalshi’s signer: ${reason}`,
    );
  }
});
