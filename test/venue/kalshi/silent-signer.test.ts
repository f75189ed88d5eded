// Kalshi's gateway while whoever signs is there and does not answer: no order and no cancel leaves without its headers, and a
// kill waits for them within its bound. Over real sockets.
import { expect, onTestFinished, test } from 'vitest';
import type { Cleared } from '../../../engine/breaker/pass.ts';
import { LiveClock } from '../../../engine/core/clock.ts';
import { dial } from '../../../engine/ingest/dial.ts';
import type { VenueEvent } from '../../../engine/venue/contract.ts';
import { KalshiGateway } from '../../../engine/venue/kalshi/gateway.ts';
import { KalshiSigner } from '../../../engine/venue/kalshi/sign.ts';
import { KEY_ID, KEYS } from '../../helpers/kalshi.ts';
import { draftOf, makerOf, openVenue, until } from './rig.ts';

/** Answers with nothing while it is silent, as a process does that is not waited for. */
class FickleSigner {
  readonly #signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  isSilent = false;
  headers(method: string, path: string, wallMs: number): Record<string, string> {
    return this.isSilent ? {} : this.#signer.headers(method, path, wallMs);
  }
  answers(): boolean {
    return !this.isSilent;
  }
}

async function open() {
  const venue = await openVenue({});
  const clock = new LiveClock();
  const signer = new FickleSigner();
  const rest = { deadlineMs: 1_000, redialMs: 20, userAgent: 'dutchbook-test' };
  const gateway = new KalshiGateway({ httpUrl: venue.restUrl, userUrl: venue.url, dial, signer, ...rest }, clock);
  onTestFinished(() => gateway.close());
  await until(() => gateway.ready(), 'the gateway is connected');
  const events: VenueEvent[] = [];
  const turn = (): void => void gateway.poll(100, (event) => events.push(event));
  const order = makerOf().make(draftOf(['yes', 'BUY', 100, 1, 'GTC']), clock.wallMs());
  const submit = (id: number): void =>
    gateway.submit({ batchId: id } as Cleared, { id, basketIndex: 0, orders: [order] });
  return { venue, gateway, signer, events, turn, order, submit };
}

test('an order and a cancel that nobody signs do not leave', async () => {
  const { venue, gateway, signer, events, turn, order, submit } = await open();
  expect(gateway.canSign()).toBe(true);
  signer.isSilent = true;
  expect(gateway.canSign()).toBe(false);
  submit(1);
  turn();
  expect(events).toEqual([{ kind: 'refused', batchId: 1, status: 0, error: 'not signed' }]);
  expect(venue.stats.orders).toBe(0);
  signer.isSilent = false;
  await until(() => gateway.ready(), 'it is idle');
  submit(2);
  await until(() => events.some(({ kind }) => kind === 'answer'), 'the order rests', turn);
  signer.isSilent = true;
  expect(gateway.cancel(order.orderId)).toBe(false);
  signer.isSilent = false;
  await until(() => gateway.ready(), 'it is idle');
  expect(gateway.cancel(order.orderId)).toBe(true);
  await until(() => events.some(({ kind }) => kind === 'order'), 'the cancel is told', turn);
  expect(venue.stats.refused).toEqual({});
});

test('a kill asks again until it is signed for, and says so when it never is', async () => {
  const { gateway, signer, events, turn, submit } = await open();
  submit(1);
  await until(() => events.some(({ kind }) => kind === 'answer'), 'the order rests', turn);
  signer.isSilent = true;
  expect(await gateway.cancelEverything()).toMatchObject({
    ...{ cancelled: 0, requests: 0 },
    failure: expect.stringMatching(/: not signed$/),
  });
  const report = gateway.cancelEverything();
  setTimeout(() => {
    signer.isSilent = false;
  }, 150);
  expect(await report).toMatchObject({ cancelled: 1, failure: '' });
});
