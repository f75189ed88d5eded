// The control socket over real sockets: what an operator asks, what is refused, and a kill with orders that rest at both
// venues, one of which may not answer.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CAUSE_INVARIANT } from '../../engine/breaker/causes.ts';
import type { Cleared } from '../../engine/breaker/pass.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import { dial } from '../../engine/ingest/dial.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { ControlDesk } from '../../engine/run/control-desk.ts';
import { ControlSocket } from '../../engine/run/control-socket.ts';
import type { RunGateway } from '../../engine/run/venue-link.ts';
import type { OrderRequest } from '../../engine/venue/contract.ts';
import { KalshiGateway } from '../../engine/venue/kalshi/gateway.ts';
import { KalshiSigner } from '../../engine/venue/kalshi/sign.ts';
import { Markets } from '../../engine/venue/markets.ts';
import { PolymarketGateway } from '../../engine/venue/polymarket/gateway.ts';
import { createOrderMaker } from '../../engine/venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../../engine/venue/polymarket/order-form.ts';
import { localSeal } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import { openVenue } from '../../engine/venue/sim/venue.ts';
import { Rig as ExecutorRig } from '../execute/rig.ts';
import { smallArena } from '../helpers/arena.ts';
import { KEY_ID, KEYS } from '../helpers/kalshi.ts';
import { eventsOf, openRig, until } from '../venue/kalshi/rig.ts';
import { VenueServer } from '../venue/polymarket/venue-server.ts';
import { accountSetup, connect, MARKET, snapshot, TEST_KEYS, YES } from '../venue/sim/support.ts';

const WHY = { who: 'ann, pid 7', reason: 'strange prices' };
const REST = { deadlineMs: 2_000, redialMs: 20, userAgent: 'dutchbook-test', dial };

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-control-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A control socket over an executor whose venues for a kill are these. */
async function open(
  gateways: readonly RunGateway[] = [],
  path = join(folder(), 'control.sock'),
  busy: (() => boolean) | undefined = undefined,
) {
  const rig = new ExecutorRig();
  const venues = gateways.map((gateway) => ({ gateway }));
  const log: string[] = [];
  const { breakerDesk } = rig.executor;
  const executor = { breakerDesk, busy: busy ?? (() => rig.executor.busy()) };
  const desk = new ControlDesk({
    ...{ executor, venues, clock: new LiveClock(), log: (text: string) => log.push(text) },
  });
  const control = new ControlSocket(path, desk);
  await control.open();
  onTestFinished(() => control.close());
  const records = () => readJournal(rig.memory.toBytes()).records.filter(({ type }) => type === 'breaker');
  return { rig, path, control, log, records };
}

/** Sends text and answers with the first so many lines that come back. */
function say(path: string, text: string, lines = 1): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    const socket = connectTo(path, () => socket.write(text));
    let got = '';
    socket.on('data', (piece) => {
      got += String(piece);
      const whole = got.split('\n').slice(0, -1);
      if (whole.length < lines) return;
      socket.destroy();
      resolve(whole.map((line) => JSON.parse(line) as Record<string, unknown>));
    });
    socket.on('error', reject);
  });
}

async function ask(path: string, request: object): Promise<Record<string, unknown>> {
  return (await say(path, `${JSON.stringify(request)}\n`))[0]!;
}

test('only its owner can reach it; it trips, shows, turns to reduce-only and resets, each step journalled with who and why', async () => {
  const { path, control, records } = await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await ask(path, { command: 'status' })).toMatchObject({ ok: true, status: { state: 'closed', trips: 0 } });
  expect(await ask(path, { command: 'trip', ...WHY })).toMatchObject({
    ...{ ok: true, status: { state: 'open', causes: ['manual'], trips: 1 } },
  });
  expect(await ask(path, { command: 'reset', ...WHY, causes: [] })).toMatchObject({
    ...{ ok: false, error: 'a cause has come since; look again', status: { state: 'open' } },
  });
  expect(await ask(path, { command: 'reset', ...WHY, causes: ['manual'] })).toMatchObject({
    status: { state: 'closed' },
  });
  expect(await ask(path, { command: 'reset', ...WHY, causes: [] })).toMatchObject({
    ok: false,
    error: /nothing to reset/,
  });
  expect(await ask(path, { command: 'reduceOnly', ...WHY, on: true })).toMatchObject({ status: { reduceOnly: true } });
  expect(await ask(path, { command: 'reduceOnly', ...WHY, on: false })).toMatchObject({
    status: { reduceOnly: false },
  });
  const whys = { who: WHY.who, why: WHY.reason };
  const steps = ['trip', 'reset', 'reduceOnly', 'reduceOnlyOff'];
  expect(records()).toMatchObject(steps.map((event) => ({ event, ...whys })));
  control.close();
  expect(existsSync(path)).toBe(false);
});

test('a cause that only a restart ends is not reset, and says so', async () => {
  const { rig, path } = await open();
  rig.breaker.trip(CAUSE_INVARIANT, 0);
  const answer = await ask(path, { command: 'reset', ...WHY, causes: ['invariant'] });
  expect(answer).toMatchObject({ ok: false, error: 'invariant: only a restart closes the breaker after this' });
  expect(rig.breaker.state()).toBe('open');
});

test.each([
  ['{', /not JSON/],
  ['[]', /not a JSON object/],
  ['{"command":"fire"}', /command: allowed status, trip, reset, reduceOnly, kill/],
  ['{"command":"trip","who":"ann","reason":" "}', /reason: a text/],
  ['{"command":"trip","reason":"why"}', /who: a text/],
  ['{"command":"status","shell":1}', /unknown key "shell"/],
  ['{"command":"reduceOnly","who":"a","reason":"b"}', /on: true or false/],
  ['{"command":"reset","who":"a","reason":"b","causes":["none"]}', /causes: a list/],
  ['x'.repeat(5_000), /at most 4096 characters/],
])('%.60s is answered with what is wrong with it and does nothing', async (line, wrong) => {
  const { rig, path } = await open();
  const [answer] = await say(path, `${line}\n`);
  expect(answer).toMatchObject({ ok: false, error: expect.stringMatching(wrong) });
  expect(rig.breaker.trips()).toBe(0);
  // It goes on to serve.
  expect(await say(path, '{"command":"status"}\n{"command":"status"}\n', 2)).toMatchObject([
    { ok: true },
    { ok: true },
  ]);
});

test('the socket of a dead run is replaced, that of a living one is not, and no other file is', async () => {
  const first = await open();
  await expect(open([], first.path)).rejects.toThrow(/another run listens there/);
  expect(await ask(first.path, { command: 'status' })).toMatchObject({ ok: true });
  // A server that is gone without unlinking: the file is there and nobody answers.
  const dead = join(folder(), 'control.sock');
  const { spawnSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(dead)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(statSync(dead).isSocket()).toBe(true);
  const second = await open([], dead);
  expect(await ask(second.path, { command: 'status' })).toMatchObject({ ok: true });
  const file = join(folder(), 'control.sock');
  writeFileSync(file, 'notes');
  await expect(open([], file)).rejects.toThrow(/is no socket/);
  await expect(open([], join(folder(), 'x'.repeat(120)))).rejects.toThrow(/set control.socket to a shorter path/);
});

/** The simulated Polymarket venue with two orders of ours that rest. */
async function restingPolymarket() {
  const setup = accountSetup(0);
  const venue = await openVenue({
    ...{ seed: 1, speed: 1, accounts: [setup], markets: [MARKET], settlement: { minedMsMean: 5, confirmedMsMean: 5 } },
    ...{ frames: [snapshot(0, [['0.4', '70']], [['0.55', '200']])], latency: { minMs: 0, maxMs: 0 } },
  });
  onTestFinished(() => venue.close());
  const market = await connect(venue.marketUrl);
  onTestFinished(() => market.socket.terminate());
  market.socket.sendText(JSON.stringify({ type: 'market', assets_ids: [YES] }));
  await market.next();
  const arena = smallArena();
  new Markets(arena).register(MARKET);
  const signer = new OrderSigner(Buffer.from(TEST_KEYS[0]!, 'hex'));
  const seal = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));
  const maker = createOrderMaker(arena, new Random(1), { seal, owner: setup.apiKey });
  const clock = new LiveClock();
  const own = { credentials: setup, address: signer.address, ...REST };
  const gateway = new PolymarketGateway({ httpUrl: venue.restUrl, userUrl: venue.userUrl, ...own }, clock);
  onTestFinished(() => gateway.close());
  await until(() => gateway.ready(), 'the gateway is ready');
  const draft = { marketIndex: 0, marketId: MARKET.id, token: YES, side: 'BUY', negRisk: false } as const;
  const made = [4_000, 4_200].map((limitE4) =>
    maker.make({ ...draft, type: 'GTC', limitE4, sizeMicros: 20_000_000 }, clock.wallMs()),
  );
  const orders = maker.seal!(made)() as readonly OrderRequest[];
  gateway.submit({ batchId: 1 } as Cleared, { id: 1, basketIndex: 0, orders });
  const ended = new Set<string>();
  const turn = (): void => {
    gateway.poll(100, (event) => {
      if (event.kind === 'order' && event.type === 'CANCELLATION') ended.add(event.orderId);
    });
  };
  const resting = () => [...venue.exchange.orders.values()].filter(({ status }) => status === 'LIVE').length;
  await until(() => resting() === 2, 'both rest', turn);
  return { gateway, resting, ended, turn };
}

test('after a kill nothing rests at either venue, the orders learn it by evidence, and the journal has what each venue said', async () => {
  const polymarket = await restingPolymarket();
  const kalshi = await openRig();
  await kalshi.place(['yes', 'BUY', 100, 7, 'GTC'], ['no', 'BUY', 100, 8, 'GTC'], ['yes', 'BUY', 300, 9, 'GTC']);
  const restingThere = () =>
    [...kalshi.venue.exchange.orders.values()].filter(({ status }) => status === 'resting').length;
  expect([polymarket.resting(), restingThere()]).toEqual([2, 3]);
  const { rig, path, records } = await open([polymarket.gateway, kalshi.gateway]);
  const answer = await ask(path, { command: 'kill', ...WHY });
  expect(answer).toMatchObject({
    ...{ ok: true, error: '', status: { state: 'open', causes: ['manual'] } },
    venues: [
      { venue: 'polymarket', cancelled: 2, refused: {}, failure: '' },
      { venue: 'kalshi', cancelled: 3, refused: {}, failure: '' },
    ],
  });
  expect([polymarket.resting(), restingThere()]).toEqual([0, 0]);
  await until(() => polymarket.ended.size === 2, 'Polymarket has told of both', polymarket.turn);
  await kalshi.waitFor(() => kalshi.desk.openOrders() === 0, 'all orders are final', true);
  expect(records()).toMatchObject([
    { event: 'trip' },
    { event: 'kill', who: WHY.who, why: WHY.reason, causes: ['manual'] },
  ]);
  expect(records()[1]).toMatchObject({ venues: answer['venues'] });
  expect(rig.breaker.isOpen()).toBe(true);
});

test('an order that was on its way when the kill came is cancelled too, once it is there, and counted once', async () => {
  const kalshi = await openRig({ trading: { latency: { minMs: 150, maxMs: 150 } } });
  const resting = (): number =>
    [...kalshi.venue.exchange.orders.values()].filter(({ status }) => status === 'resting').length;
  const arrived = (): boolean => eventsOf(kalshi, 'answer').length > 0;
  const { path, records } = await open([kalshi.gateway], undefined, () => !arrived());
  kalshi.submit(kalshi.make(['yes', 'BUY', 100, 7, 'GTC'], ['no', 'BUY', 100, 8, 'GTC']));
  await kalshi.waitFor(() => eventsOf(kalshi, 'sent').length === 1, 'it is on its way');
  const killed = ask(path, { command: 'kill', ...WHY });
  await kalshi.waitFor(arrived, 'it is there');
  expect(resting()).toBe(2);
  const answer = await killed;
  expect(answer).toMatchObject({
    ...{ ok: true, venues: [{ venue: 'kalshi', cancelled: 2, refused: {}, failure: '' }] },
  });
  expect(resting()).toBe(0);
  expect(records().at(-1)).toMatchObject({ event: 'kill', venues: answer['venues'] });
});

test('a kill with nothing on its way asks each venue once', async () => {
  const kalshi = await openRig();
  const { path } = await open([kalshi.gateway]);
  expect(await ask(path, { command: 'kill', ...WHY })).toMatchObject({ venues: [{ cancelled: 0, requests: 1 }] });
});

async function failingPolymarket(deadlineMs: number) {
  const server = await VenueServer.start();
  onTestFinished(() => server.close());
  const [httpUrl, userUrl] = [`http://127.0.0.1:${server.port}`, `ws://127.0.0.1:${server.port}/ws/user`];
  const own = { credentials: accountSetup(0), address: '0xabc', ...REST, deadlineMs };
  const gateway = new PolymarketGateway({ httpUrl, userUrl, ...own }, new LiveClock());
  onTestFinished(() => gateway.close());
  return { server, gateway };
}

test.each(['503', 'silence', '500'] as const)(
  'a venue that answers a kill with %s is told of, and the other is cleared all the same',
  async (fault) => {
    const { server, gateway } = await failingPolymarket(100);
    if (fault === '503') server.answer = () => ({ status: 503, body: '{"error":"busy"}' });
    else server.fault = fault;
    const kalshi = await openRig();
    await kalshi.place(['yes', 'BUY', 100, 7, 'GTC']);
    const { path, records, log } = await open([gateway, kalshi.gateway]);
    const answer = await ask(path, { command: 'kill', ...WHY });
    const why =
      fault === 'silence' ? /no usable answer within 400 ms: no answer within/ : new RegExp(`status ${fault}`);
    expect(answer).toMatchObject({
      ok: false,
      error: expect.stringMatching(/polymarket: 0 cancelled, NOT ALL ANSWERED/),
      venues: [
        { venue: 'polymarket', cancelled: 0, failure: expect.stringMatching(why) },
        { venue: 'kalshi', cancelled: 1, failure: '' },
      ],
    });
    // The fault fired, again and again.
    const cancels = server.calls().filter(({ path: of, method }) => method === 'DELETE' && of === '/cancel-all');
    expect(cancels.length).toBeGreaterThan(1);
    expect(records().at(-1)).toMatchObject({ event: 'kill', venues: answer['venues'] });
    expect(log.at(-1)).toContain('NOT ALL ANSWERED');
  },
);

test('a cancel whose answer is lost is repeated, and what the venue would not cancel is told by order', async () => {
  const { server, gateway } = await failingPolymarket(2_000);
  server.fault = 'lostAnswer';
  const body = JSON.stringify({ canceled: ['0x1'], not_canceled: { '0x2': 'matched' } });
  server.answer = () => ({ status: 200, body });
  const { path } = await open([gateway]);
  const killed = ask(path, { command: 'kill', ...WHY });
  await until(() => server.fired.length > 0, 'an answer was lost');
  server.fault = undefined;
  expect(await killed).toMatchObject({
    ...{ ok: false, venues: [{ cancelled: 1, refused: { '0x2': 'matched' }, failure: '' }] },
  });
});

test('Kalshi without a word is told of too', async () => {
  const server = await VenueServer.start();
  onTestFinished(() => server.close());
  server.answer = () => ({ status: 503, body: '{}' });
  const url = `127.0.0.1:${server.port}`;
  const signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const places = {
    httpUrl: `http://${url}/trade-api/v2`,
    userUrl: `ws://${url}/ws/user`,
    signer,
    ...REST,
    deadlineMs: 100,
  };
  const gateway = new KalshiGateway(places, new LiveClock());
  onTestFinished(() => gateway.close());
  const { path } = await open([gateway]);
  expect(await ask(path, { command: 'kill', ...WHY })).toMatchObject({
    ...{ ok: false, venues: [{ venue: 'kalshi', failure: expect.stringMatching(/status 503/) }] },
  });
  expect(
    server.calls().filter(({ path: of }) => of.includes('/portfolio/orders?status=resting')).length,
  ).toBeGreaterThan(1);
});
