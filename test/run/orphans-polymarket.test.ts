// Orders that a journal left without an outcome at the simulated Polymarket, in a market that the next run does not follow, over
// real sockets: their end is booked before the journal is taken up, where the fee of what filled is known.
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../engine/config/schema.ts';
import { type Clock, LiveClock } from '../../engine/core/clock.ts';
import { spendMicrosMax } from '../../engine/execute/batch.ts';
import { dial } from '../../engine/ingest/dial.ts';
import { createMemorySink, Journal } from '../../engine/ledger/journal.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { bookBeforeAdoption } from '../../engine/run/before-adoption.ts';
import type { FeeSchedule, OrderType } from '../../engine/venue/contract.ts';
import { PolymarketGateway } from '../../engine/venue/polymarket/gateway.ts';
import { openVenue } from '../../engine/venue/sim/venue.ts';
import {
  accountSetup,
  CONDITION,
  call,
  connect,
  frame,
  MARKET,
  signedOrder,
  snapshot,
  YES,
} from '../venue/sim/support.ts';

const CASH = 1_000_000_000;
const SHARE = 1_000_000;
const USER_AGENT = 'dutchbook-test';
const FREE = { rateE6: 0, exponent: 1, roundMicros: 10 };

/** A venue whose book stays as it is. */
async function opened(fee: FeeSchedule) {
  const frames = {
    *[Symbol.iterator]() {
      yield snapshot(0, [['0.4', '70']], [['0.55', '200']]);
      for (let turn = 1; ; turn += 1) {
        const said = { market: CONDITION, new_tick_size: '0.01', timestamp: String(1_000_000 + turn) };
        yield { ...frame(0, { ...said, event_type: 'tick_size_change' }), atNs: turn * 2e6 };
      }
    },
  };
  const settlement = { minedMsMean: 5, confirmedMsMean: 5 };
  const venue = await openVenue({
    ...{ seed: 1, speed: 1, accounts: [accountSetup(0, CASH)], markets: [{ ...MARKET, fee }], frames, settlement },
    latency: { minMs: 0, maxMs: 0 },
  });
  onTestFinished(() => venue.close());
  // The tape begins with the first subscriber.
  const market = await connect(venue.marketUrl);
  onTestFinished(() => market.socket.terminate());
  market.socket.sendText(JSON.stringify({ type: 'market', assets_ids: [YES] }));
  await market.next();
  return venue;
}

type OpenVenue = Awaited<ReturnType<typeof opened>>;

/** A journal whose last word on these orders is their intent; `isSent`: the venue has them. */
async function journalOf(
  venue: OpenVenue,
  fee: FeeSchedule,
  wishes: readonly { type: OrderType & ('FOK' | 'GTC'); limitE4: number; isSent: boolean }[],
) {
  const records: JournalRecord[] = [{ type: 'deposit', atNs: 0, micros: CASH, venue: 'polymarket' }];
  const ids: string[] = [];
  for (const [index, { type, limitE4, isSent }] of wishes.entries()) {
    const wish = { token: YES, side: 'BUY', limitE4, sizeMicros: 20 * SHARE } as const;
    const { element, id } = signedOrder(0, { ...wish, type });
    if (isSent) expect((await call(venue.restUrl, 0, 'POST', '/orders', [element])).status).toBe(200);
    const reserveMicros = spendMicrosMax({ fee, isFeePerOrder: false }, limitE4, wish.sizeMicros);
    const order = { ...wish, orderId: id, type, marketIndex: 0, marketId: MARKET.id, reserveMicros };
    const of = { atNs: 0, batchId: index + 1, rootBatchId: index + 1, basketIndex: 0, payoutE4: 10_000 };
    records.push({ type: 'intent', ...of, orders: [order] }, { type: 'gate', atNs: 0, batchId: index + 1, cause: '' });
    ids.push(id);
  }
  const state = new JournalState();
  for (const record of records) state.apply(record);
  return { state, records, ids };
}

async function booked(venue: OpenVenue, state: JournalState): Promise<readonly JournalRecord[]> {
  const { apiKey, secret, passphrase, signer: address } = accountSetup(0);
  const place = {
    httpUrl: venue.restUrl,
    userUrl: venue.userUrl,
    credentials: { apiKey, secret, passphrase },
    address,
  };
  const rest = { deadlineMs: 2_000, redialMs: 20, userAgent: USER_AGENT, dial };
  const openGateways = (clock: Clock) => [new PolymarketGateway({ ...place, ...rest }, clock)];
  const memory = createMemorySink();
  const quick = { askPauseMs: 20, askPauseMaxMs: 60, absentAnswers: 3, absentWindowMs: 300, asksPerSecond: 1_000 };
  const options = { ...configSchema.parse({}).execute, ...quick };
  const parts = { options, clock: new LiveClock(), waitMs: 8_000, log: () => undefined };
  await bookBeforeAdoption({ journal: new Journal(memory, 'hash'), state }, { openGateways }, new Set(), parts);
  return readJournal(memory.toBytes()).records;
}

test('orders filled, resting and never arrived get their end, to the unit, and nothing is sent', async () => {
  const venue = await opened(FREE);
  const { state, records } = await journalOf(venue, FREE, [
    { type: 'FOK', limitE4: 5_500, isSent: true },
    { type: 'GTC', limitE4: 3_000, isSent: true },
    { type: 'FOK', limitE4: 5_500, isSent: false },
  ]);
  const written = await booked(venue, state);
  const ends = [...state.orders.values()].map((order) => [
    order.state,
    order.filledMicros,
    order.final,
    order.openFills,
  ]);
  expect(ends).toEqual([
    ['confirmed', 20 * SHARE, true, 0],
    ['cancelled', 0, true, 0],
    ['refused', 0, true, 0],
  ]);
  const fold = new JournalState();
  for (const record of [...records, ...written]) fold.apply(record);
  expect(fold.digest()).toBe(state.digest());
  const [account] = venue.ledger().accounts;
  expect([state.ledger.venue('polymarket').cashMicros, { [YES]: state.ledger.position(YES)?.matchedMicros }]).toEqual([
    account!.cashMicros,
    account!.positions,
  ]);
});

test('a fill whose fee cannot be known is not booked, and refuses the run by its order and its market', async () => {
  const fee = MARKET.fee!;
  const venue = await opened(fee);
  const { state, ids } = await journalOf(venue, fee, [{ type: 'FOK', limitE4: 5_500, isSent: true }]);
  await expect(booked(venue, state)).rejects.toThrow(
    `markets: order ${ids[0]} in ${MARKET.id}: it was filled, and the fee of a market that is not followed is unknown: name it in markets`,
  );
  expect(state.orders.get(ids[0]!)!.fills).toEqual([]);
});
