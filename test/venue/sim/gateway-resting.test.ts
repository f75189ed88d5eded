// A resting order on its whole way: the order maker, the gateway's HTTP and user channel, the served simulated venue.
import { expect, onTestFinished, test } from 'vitest';
import type { Cleared } from '../../../engine/breaker/pass.ts';
import { LiveClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import { dial } from '../../../engine/ingest/dial.ts';
import { Arena } from '../../../engine/memory/arena.ts';
import type { OrderRequest, OrderType, VenueEvent } from '../../../engine/venue/contract.ts';
import { Markets } from '../../../engine/venue/markets.ts';
import { PolymarketGateway } from '../../../engine/venue/polymarket/gateway.ts';
import { createOrderMaker } from '../../../engine/venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../../../engine/venue/polymarket/order-form.ts';
import { localSeal } from '../../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../../engine/venue/polymarket/sign.ts';
import type { TapeFrame } from '../../../engine/venue/sim/tape.ts';
import { openVenue } from '../../../engine/venue/sim/venue.ts';
import { accountSetup, CONDITION, connect, frame, MARKET, snapshot, TEST_KEYS, trade, YES } from './support.ts';

test('a GTC rests behind the flow, is made by the trades that pass it, without a fee, and what is left is cancelled', async () => {
  const later: TapeFrame[] = [];
  const frames = {
    *[Symbol.iterator]() {
      yield snapshot(
        0,
        [
          ['0.4', '70'],
          ['0.45', '50'],
        ],
        [['0.55', '200']],
      );
      // Between the test's frames the tape says that the tick is what it is; each at a time of its own.
      for (let turn = 1; ; turn += 1) {
        const said = { market: CONDITION, new_tick_size: '0.01', timestamp: String(1_000_000 + turn) };
        yield { ...(later.shift() ?? frame(0, { ...said, event_type: 'tick_size_change' })), atNs: turn * 2e6 };
      }
    },
  };
  const setup = accountSetup(0);
  const settlement = { minedMsMean: 5, confirmedMsMean: 5 };
  const venue = await openVenue({
    ...{ seed: 1, speed: 1, accounts: [setup], markets: [MARKET], frames, settlement },
    latency: { minMs: 0, maxMs: 0 },
  });
  onTestFinished(() => venue.close());
  // The tape begins with the first subscriber.
  const market = await connect(venue.marketUrl);
  onTestFinished(() => market.socket.terminate());
  market.socket.sendText(JSON.stringify({ type: 'market', assets_ids: [YES] }));
  await market.next();
  const plan = { markets: 2, fineLadders: 0, grids: 4, feeSchedules: 4, baskets: 1, legs: 4, detectors: 1 };
  const rings = { levelRingSlots: 64, opportunityRingSlots: 64, stagingSlots: 64, scanBytes: 4_096 };
  const arena = Arena.create({ ...plan, ...rings });
  new Markets(arena).register(MARKET);
  const signer = new OrderSigner(Buffer.from(TEST_KEYS[0]!, 'hex'));
  const seal = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));
  const maker = createOrderMaker(arena, new Random(1), { seal, owner: setup.apiKey });
  const clock = new LiveClock();
  const rest = {
    credentials: setup,
    address: signer.address,
    deadlineMs: 2_000,
    redialMs: 20,
    userAgent: 'test',
    dial,
  };
  const gateway = new PolymarketGateway({ httpUrl: venue.restUrl, userUrl: venue.userUrl, ...rest }, clock);
  onTestFinished(() => gateway.close());
  const events: VenueEvent[] = [];
  const until = (is: () => boolean) =>
    expect
      .poll(() => {
        gateway.poll(100, (event) => events.push(event));
        return is();
      })
      .toBe(true);
  let batches = 0;
  const submit = (type: OrderType, limitE4: number) => {
    const draft = { marketIndex: 0, marketId: MARKET.id, token: YES, side: 'BUY', type, negRisk: false } as const;
    const order = maker.make({ ...draft, limitE4, sizeMicros: 20_000_000 }, clock.wallMs());
    batches += 1;
    const orders = maker.seal!([order])() as readonly OrderRequest[];
    gateway.submit({ batchId: batches } as Cleared, { id: batches, basketIndex: 0, orders });
    return order.orderId;
  };
  const answers = () => events.flatMap((event) => (event.kind === 'answer' ? event.answers : []));
  await until(() => gateway.ready());
  submit('postOnly', 6_000);
  await until(() => answers().length === 1 && gateway.ready());
  const orderId = submit('GTC', 4_500);
  await until(() => answers().length === 2);
  expect(answers()).toMatchObject([{ accepted: false, error: expect.stringMatching(/crosses/) }, { status: 'live' }]);
  // 50 stand before it.
  later.push(trade(1, 'SELL', '0.45', '49'), trade(2, 'SELL', '0.45', '6'));
  const made = () => events.find((event) => event.kind === 'trade' && event.orderId === orderId);
  await until(() => made() !== undefined);
  expect(made()).toMatchObject({ priceE4: 4_500, sizeMicros: 5_000_000, isMaker: true });
  await until(() => gateway.ready());
  expect(gateway.cancel(orderId)).toBe(true);
  await until(() => events.some((event) => event.kind === 'order' && event.type === 'CANCELLATION'));
  expect(events.findLast(({ kind }) => kind === 'order')).toEqual({
    ...{ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros: 5_000_000 },
  });
  const [account] = venue.ledger().accounts;
  expect(account).toMatchObject({ feesMicros: 0, reservedCashMicros: 0, positions: { [YES]: 5_000_000 } });
});
