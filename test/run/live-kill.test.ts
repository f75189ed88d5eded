// A kill of a live run at two venues outside it: whatever rests in either account is cancelled and reported, and who stops the run
// meanwhile waits for it.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Cleared } from '../../engine/breaker/pass.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { Random } from '../../engine/core/random.ts';
import { dial } from '../../engine/ingest/dial.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import type { Gateway, MarketMeta, OrderDraft, OrderMaker, OrderRequest } from '../../engine/venue/contract.ts';
import { KalshiGateway } from '../../engine/venue/kalshi/gateway.ts';
import { KalshiSigner } from '../../engine/venue/kalshi/sign.ts';
import { Markets } from '../../engine/venue/markets.ts';
import { l2Headers } from '../../engine/venue/polymarket/auth.ts';
import { PolymarketGateway } from '../../engine/venue/polymarket/gateway.ts';
import { createOrderMaker } from '../../engine/venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../../engine/venue/polymarket/order-form.ts';
import { localSeal } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import { smallArena } from '../helpers/arena.ts';
import { KEY_ID, KEYS } from '../helpers/kalshi.ts';
import { draftOf, makerOf, until } from '../venue/kalshi/rig.ts';
import { TEST_KEYS } from '../venue/sim/support.ts';
import { ACCOUNT, CROSS, kalshiVenue, polymarketVenue } from './cross-rig.ts';
import { type Running, start } from './rig.ts';

const REST = { deadlineMs: 2_000, redialMs: 20, userAgent: 'dutchbook-test', dial };
const SETTLED = { timeout: 10_000, interval: 20 };
const clock = new LiveClock();

/** Somebody else's order in the account: placed by hand, and resting. */
async function place(gateway: Gateway, maker: OrderMaker, draft: OrderDraft): Promise<void> {
  onTestFinished(() => gateway.close());
  await until(() => gateway.ready(), 'the gateway is ready');
  const made = [maker.make(draft, clock.wallMs())];
  const orders = (maker.seal?.(made)() ?? made) as readonly OrderRequest[];
  gateway.submit({ batchId: 1 } as Cleared, { id: 1, basketIndex: 0, orders });
}

async function placeAtPolymarket(httpUrl: string, userUrl: string, market: MarketMeta): Promise<void> {
  const arena = smallArena();
  new Markets(arena).register(market);
  const signer = new OrderSigner(Buffer.from(TEST_KEYS[0]!, 'hex'));
  const seal = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));
  const maker = createOrderMaker(arena, new Random(9), { seal, owner: ACCOUNT.apiKey });
  const own = { credentials: ACCOUNT, address: signer.address, ...REST };
  const draft = {
    ...{ marketIndex: 0, marketId: market.id, token: market.yesToken, negRisk: market.negRisk === true },
    ...({ side: 'BUY', type: 'GTC', limitE4: 100, sizeMicros: 200_000_000 } as const),
  };
  await place(new PolymarketGateway({ httpUrl, userUrl, ...own }, clock), maker, draft);
}

/** Orders that rest in the account there. */
async function restingAt(restUrl: string): Promise<number> {
  const call = { method: 'GET', path: '/data/orders', body: '' };
  const headers = l2Headers(ACCOUNT, ACCOUNT.signer, Math.floor(Date.now() / 1_000), call);
  const answer = (await (await fetch(`${restUrl}/data/orders`, { headers })).json()) as { data?: readonly unknown[] };
  return answer.data?.length ?? 0;
}

/** A live run at both, with an order in each account that is not its own. */
async function runWithResting() {
  const { venue: kalshi, environment: ofKalshi } = await kalshiVenue();
  const { environment: ofPolymarket, market } = await polymarketVenue();
  const environment = { ...ofKalshi, ...ofPolymarket };
  const running = start(['run', '--live', '--json', '--seconds', '40'], CROSS, environment);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  const [, kalshiSigner] = await running.said(/signed by process (\d+) with an RSA key/);
  await running.said(/journal: /);
  const restUrl = environment.DUTCHBOOK__VENUES__POLYMARKET__REST_URL;
  await placeAtPolymarket(restUrl, environment.DUTCHBOOK__VENUES__POLYMARKET__USER_URL, market);
  const signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const gateway = new KalshiGateway({ httpUrl: kalshi.restUrl, userUrl: kalshi.url, signer, ...REST }, clock);
  await place(gateway, makerOf(), draftOf(['yes', 'BUY', 100, 7, 'GTC']));
  const resting = async (): Promise<readonly [number, number]> => {
    const there = [...kalshi.exchange.orders.values()].filter(({ status }) => status === 'resting').length;
    return [await restingAt(restUrl), there];
  };
  await expect.poll(resting, SETTLED).toEqual([1, 1]);
  const folder = join(environment.DUTCHBOOK__JOURNAL__DIR, 'live');
  const socket = join(folder, 'control.sock');
  const kill = (): Running => start(['breaker', 'kill', '--reason', 'drill', '--socket', socket, '--json'], CROSS);
  const kills = () => {
    const records: JournalRecord[] = [];
    readJournalFolder(folder, (record) => records.push(record));
    return records.filter((record) => record.type === 'breaker' && record.event === 'kill');
  };
  return { running, resting, kill, kills, kalshiSigner: Number(kalshiSigner) };
}

const BOTH = [
  { venue: 'polymarket', cancelled: 1, refused: {}, failure: '' },
  { venue: 'kalshi', cancelled: 1, refused: {}, failure: '' },
];

test('what rests at both is cancelled, told to whoever asked, and journalled; the run goes on with an open breaker', async () => {
  const { running, resting, kill, kills } = await runWithResting();
  const { code, out, err } = await kill().ended;
  expect([code, err]).toEqual([EXIT.ok, '']);
  expect(JSON.parse(out)).toMatchObject({ ok: true, status: { state: 'open', causes: ['manual'] }, venues: BOTH });
  expect(await resting()).toEqual([0, 0]);
  expect(running.child.exitCode).toBe(null);
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(EXIT.ok);
  expect(kills()).toMatchObject([{ venues: BOTH }]);
}, 60_000);

test('asked to stop during a kill, the run waits for its end', async () => {
  const { running, resting, kill, kills, kalshiSigner } = await runWithResting();
  // The kill waits for Kalshi's signer, which is stopped, not dead.
  process.kill(kalshiSigner, 'SIGSTOP');
  const killed = kill();
  await running.said(/everything is being cancelled/);
  running.child.kill('SIGTERM');
  await expect.poll(async () => (await resting())[0], SETTLED).toBe(0);
  await running.said(/stop: waiting for the end of the kill/);
  process.kill(kalshiSigner, 'SIGCONT');
  const { code, out } = await killed.ended;
  expect([code, out === '' ? out : JSON.parse(out)]).toMatchObject([EXIT.ok, { ok: true, venues: BOTH }]);
  expect(await resting()).toEqual([0, 0]);
  expect((await running.ended).code).toBe(EXIT.ok);
  expect(kills()).toMatchObject([{ venues: BOTH }]);
}, 60_000);
