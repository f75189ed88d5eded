// Learns what became of orders that an earlier run left in markets which this one does not follow, and books it by the records
// of a live run: the same desk follows them, at gateways of their own. Main thread, once, before anything is taken up from the
// journal; writes journal and fold, sends nothing but cancels.
import type { Clock } from '../core/clock.ts';
import { NOT_FOLLOWED, trackedOf } from '../execute/adopt.ts';
import { spendMicrosMax } from '../execute/batch.ts';
import { Desk } from '../execute/desk.ts';
import type { Trade } from '../execute/desk-parts.ts';
import type { ExecuteOptions } from '../execute/options.ts';
import { mayRest, type TrackedOrder } from '../execute/orders.ts';
import { createStats } from '../execute/stats.ts';
import type { Journal } from '../ledger/journal.ts';
import type { FoldedOrder, JournalState } from '../ledger/state.ts';
import type { Gateway, VenueEvent } from '../venue/contract.ts';
import { isFeePerOrder } from '../venue/fees.ts';
import { venueOfId } from '../venue/markets.ts';
import { FEE_ROUND_MICROS } from '../venue/polymarket/gamma-market.ts';

export interface OrphanParts {
  readonly journal: Journal;
  readonly state: JournalState;
  /** Of this alone; nothing else listens to them. */
  readonly gateways: readonly Gateway[];
  readonly options: ExecuteOptions;
  readonly clock: Clock;
  /** True once nothing is waited for any more. */
  isTimeUp(): boolean;
  pause(ms: number): Promise<void>;
}

const EVENTS_PER_TURN = 256;
const TURN_MS = 10;
const CANCEL_EVERY_NS = 500e6;
const FREE = { rateE6: 0, exponent: 1, roundMicros: FEE_ROUND_MICROS };
const NOTHING = (): undefined => undefined;

/** Orders that are not known to their end, in markets other than these. */
export function orphansOf({ orders }: JournalState, followed: ReadonlySet<string>): FoldedOrder[] {
  return [...orders.values()].filter(({ order, final, openFills }) => {
    return (!final || openFills > 0) && !followed.has(order.marketId);
  });
}

/** Waits until all of them have their outcome and it is booked; answers why that cannot be, '' when they have. */
export async function bookOrphans(orphans: readonly FoldedOrder[], parts: OrphanParts): Promise<string> {
  const { gateways, clock, pause } = parts;
  const tracked = orphans.map((order) => trackedOf(order, NOT_FOLLOWED));
  const homeless = tracked.filter(({ request }) => gatewayOf(gateways, request.marketId) === undefined);
  if (homeless.length > 0) return sentenceOf(homeless, 'its venue is none of this run');
  const orders = new Map(tracked.map((order) => [order.request.orderId, order]));
  for (const gateway of gateways) {
    gateway.adopt?.(tracked.map(({ request }) => request).filter((one) => venueOfId(one.marketId) === gateway.venue));
  }
  const desk = deskOver(parts);
  desk.adopt(tracked, clock.nowNs());
  let nextCancelNs = 0;
  let refused = '';
  while (desk.openOrders() + desk.unsettledOrders() > 0) {
    const nowNs = clock.nowNs();
    const hear = (event: VenueEvent): void => {
      if (event.kind === 'paid' || refused !== '') return;
      if (event.kind === 'trade') refused = unbookable(event, orders.get(event.orderId), parts);
      if (refused === '') desk.apply(event, nowNs);
    };
    for (const gateway of gateways) gateway.poll(EVENTS_PER_TURN, hear);
    if (refused !== '') return refused;
    if (parts.isTimeUp()) return sentenceOf(tracked.filter(isOpen), 'its venue does not say what became of it');
    if (nowNs >= nextCancelNs) {
      // It would go on filling; its venue is asked what became of it by the same.
      for (const { request } of tracked.filter(mayRest)) gatewayOf(gateways, request.marketId)!.cancel(request.orderId);
      nextCancelNs = nowNs + CANCEL_EVERY_NS;
    }
    desk.ask(nowNs);
    await pause(TURN_MS);
  }
  return '';
}

/** The desk of a live run, whose records go to the journal and its fold, which has the ledger. */
function deskOver({ journal, state, gateways, options }: OrphanParts): Desk {
  const byName = new Map(gateways.map((gateway) => [gateway.venue, { gateway }]));
  return new Desk({
    scribe: {
      ledger: state.ledger,
      record: (record) => {
        // Its time is none of this run’s, which has not begun.
        const timeless = { ...record, atNs: 0 };
        journal.append(timeless);
        state.apply(timeless);
      },
    },
    // Nothing was sent here, so nothing is in flight.
    breaker: { retire: () => false },
    venues: { get: (name) => byName.get(name) },
    // What has not settled is not waited for first: it was long ago.
    options: { ...options, settleWaitMs: options.askPauseMs },
    stats: createStats(),
    ...{ feeOf: NOTHING, yesOf: () => '', onSent: NOTHING, onOutcome: NOTHING, onFailed: NOTHING },
  });
}

/** Why what the venue says of a trade is not booked, '' when it can be: a wrong record would refuse the journal for good. */
function unbookable(trade: Trade, order: TrackedOrder | undefined, { state }: OrphanParts): string {
  if (order === undefined || state.ledger.hasFill(trade.tradeId, trade.orderId)) return '';
  const { request, filledMicros } = order;
  if (trade.token !== request.token || trade.side !== request.side) {
    return sentenceOf([order], 'its venue tells of a fill that is another order’s');
  }
  if (filledMicros + trade.sizeMicros > request.sizeMicros) {
    return sentenceOf([order], 'its venue tells of more fills than were ordered');
  }
  if (trade.feeMicros !== undefined || trade.isMaker === true || isFeeless(order, state)) return '';
  return sentenceOf(
    [order],
    'it was filled, and the fee of a market that is not followed is unknown: name it in markets',
  );
}

/** What was set aside for it is what is set aside where there is no fee. */
function isFeeless({ request }: TrackedOrder, { orders }: JournalState): boolean {
  const { side, marketId, limitE4, sizeMicros, reserveMicros } = orders.get(request.orderId)!.order;
  const isPerOrder = isFeePerOrder(venueOfId(marketId));
  return (
    side === 'BUY' && reserveMicros === spendMicrosMax({ fee: FREE, isFeePerOrder: isPerOrder }, limitE4, sizeMicros)
  );
}

function isOpen({ final, openFills }: TrackedOrder): boolean {
  return !final || openFills > 0;
}

function gatewayOf(gateways: readonly Gateway[], marketId: string): Gateway | undefined {
  return gateways.find(({ venue }) => venue === venueOfId(marketId));
}

function sentenceOf(orders: readonly TrackedOrder[], why: string): string {
  return orders.map(({ request }) => `order ${request.orderId} in ${request.marketId}: ${why}`).join('; ');
}
