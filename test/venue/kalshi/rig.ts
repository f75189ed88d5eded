// A rig for orders at Kalshi: the simulated venue with a recorded book, over real sockets, and our gateway, maker, desk and
// ledger at its other end.
import { onTestFinished } from 'vitest';
import type { Breaker } from '../../../engine/breaker/breaker.ts';
import type { Cleared } from '../../../engine/breaker/pass.ts';
import { configSchema } from '../../../engine/config/schema.ts';
import { type Clock, LiveClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import { Desk } from '../../../engine/execute/desk.ts';
import { Scribe } from '../../../engine/execute/scribe.ts';
import { createStats } from '../../../engine/execute/stats.ts';
import { Venues } from '../../../engine/execute/venues.ts';
import { dial } from '../../../engine/ingest/dial.ts';
import { createMemorySink, Journal } from '../../../engine/ledger/journal.ts';
import { Ledger } from '../../../engine/ledger/ledger.ts';
import type {
  OrderBatch,
  OrderDraft,
  OrderMaker,
  OrderRequest,
  OrderType,
  VenueEvent,
} from '../../../engine/venue/contract.ts';
import { uniformGrid } from '../../../engine/venue/grid.ts';
import { KalshiGateway } from '../../../engine/venue/kalshi/gateway.ts';
import { createKalshiOrderMaker } from '../../../engine/venue/kalshi/maker.ts';
import { kalshiOutcome } from '../../../engine/venue/kalshi/outcome.ts';
import { KalshiSigner } from '../../../engine/venue/kalshi/sign.ts';
import { Markets } from '../../../engine/venue/markets.ts';
import type { KalshiTerms } from '../../../engine/venue/sim/kalshi-exchange-types.ts';
import type { KalshiFaultRule } from '../../../engine/venue/sim/kalshi-faults.ts';
import { KalshiLists } from '../../../engine/venue/sim/kalshi-lists.ts';
import type { KalshiTradingInput } from '../../../engine/venue/sim/kalshi-trading.ts';
import { KalshiVenue } from '../../../engine/venue/sim/kalshi-venue.ts';
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import { smallArena } from '../../helpers/arena.ts';
import { bothWindows, FIRST, KEY_ID, KEYS } from '../../helpers/kalshi.ts';

export const SHARE = 1_000_000;
export const CASH = 1_000 * SHARE;
const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
export const TERMS: KalshiTerms = {
  ...{ ticker: FIRST, tickRanges: uniformGrid(100), stepMicros: 10_000, fee: FEE, makerRateE6: 17_500 },
};
const REAL_MS_MAX = 8_000;
const TURN_MS = 2;

interface RigOptions {
  readonly faults?: readonly KalshiFaultRule[];
  /** Absent: the venue lists no market, as it does of those that were over long ago. */
  readonly lists?: KalshiLists;
  readonly trading?: Partial<KalshiTradingInput>;
  readonly deadlineMs?: number;
  /** Longest flight and late booking, as the desk has it. */
  readonly absentWindowMs?: number;
}

/** Waits for `holds`, on real time because real sockets are in between; `turn` runs before each look. */
export async function until(holds: () => boolean, what: string, turn: () => void = () => undefined): Promise<void> {
  const deadline = performance.now() + REAL_MS_MAX;
  while (true) {
    turn();
    if (holds()) return;
    if (performance.now() > deadline) throw new Error(`not within ${REAL_MS_MAX} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
}

/** The tape waits: the book is the recorded opening one. */
export async function openVenue({
  faults = [],
  trading = {},
  lists = new KalshiLists(),
}: RigOptions): Promise<KalshiVenue> {
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, speed: 'max', waitsForStart: true },
    ...{ frames: bothWindows(), faults, trading: { cashMicros: CASH, terms: [TERMS], seed: 1, ...trading } },
  });
  await venue.open();
  onTestFinished(() => venue.close());
  return venue;
}

export type Wish = readonly [
  outcome: 'yes' | 'no',
  side: 'BUY' | 'SELL',
  limitE4: number,
  shares: number,
  type: OrderType,
];

export function draftOf([outcome, side, limitE4, shares, type]: Wish): OrderDraft {
  const token = kalshiOutcome(FIRST, outcome === 'yes' ? VIEW_YES : VIEW_NO);
  const sizeMicros = Math.round(shares * 100) * 10_000;
  return { marketIndex: 0, marketId: `kalshi:${FIRST}`, token, side, limitE4, sizeMicros, type, negRisk: false };
}

/** The maker over a table with the one market. */
export function makerOf(tickRanges = TERMS.tickRanges, seed = 7) {
  const arena = smallArena();
  const { fee } = TERMS;
  const id = `kalshi:${FIRST}`;
  new Markets(arena).register({ id, venue: 'kalshi', yesToken: FIRST, minSizeMicros: 10_000, tickRanges, fee });
  return createKalshiOrderMaker(arena, new Random(seed));
}

/** The rig's one venue as the desk knows it; its caps are out of reach. */
function venuesOf(gateway: KalshiGateway, maker: OrderMaker, clock: Clock): Venues {
  const arena = smallArena();
  new Markets(arena).register({ id: `kalshi:${FIRST}`, venue: 'kalshi', yesToken: FIRST, fee: TERMS.fee });
  const orders = { ordersPerSecond: 1e6, ordersBurst: 1e6, ordersPerHour: 1e9, ordersPerRun: 1e9 };
  const wide = { ...orders, microsPerHour: 1e15, microsPerRun: 1e15 };
  return new Venues(arena, [{ gateway, maker }], { polymarket: wide, kalshi: wide }, clock);
}

export async function openRig(options: RigOptions = {}) {
  const venue = await openVenue(options);
  const clock = new LiveClock();
  const { absentWindowMs = 400 } = options;
  const maker = makerOf(options.trading?.terms?.[0]?.tickRanges);
  const rest = { deadlineMs: options.deadlineMs ?? 2_000, redialMs: 20, userAgent: 'dutchbook-test' };
  const signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const gateway = new KalshiGateway({ httpUrl: venue.restUrl, userUrl: venue.url, dial, signer, ...rest }, clock);
  onTestFinished(() => gateway.close());
  await until(() => gateway.ready(), 'the gateway is connected');
  const events: VenueEvent[] = [];
  const breaker = { retire: () => undefined, trip: () => undefined } as unknown as Breaker;
  const ledger = new Ledger();
  const memory = createMemorySink();
  const scribe = new Scribe(new Journal(memory, 'config-hash'), ledger, breaker);
  scribe.record({ type: 'deposit', atNs: 0, micros: CASH, venue: 'kalshi' });
  const stats = createStats();
  const quick = { outcomeWaitMs: 60, askPauseMs: 20, askPauseMaxMs: 60, absentAnswers: 3 };
  const execute = { ...configSchema.parse({}).execute, ...quick, asksPerSecond: 1_000, absentWindowMs };
  const nothing = (): undefined => undefined;
  const heard = { onSent: nothing, onOutcome: nothing, onFailed: nothing };
  const told = { ...heard, feeOf: () => TERMS.fee, yesOf: () => FIRST };
  const desk = new Desk({ breaker, scribe, venues: venuesOf(gateway, maker, clock), options: execute, stats, ...told });
  let lastBatchId = 0;
  /** One turn of whoever drives the gateway: `asks` about orders as the desk does. */
  const turn = (asks = false): void => {
    gateway.poll(100, (event) => {
      events.push(event);
      if (event.kind !== 'paid') desk.apply(event, clock.nowNs());
    });
    if (asks) desk.ask(clock.nowNs());
  };
  const submit = (orders: readonly OrderRequest[]): OrderBatch => {
    lastBatchId += 1;
    const batch: OrderBatch = { id: lastBatchId, basketIndex: 0, orders };
    const intents = orders.map(({ wire: _wire, ...order }) => ({ ...order, reserveMicros: 0 }));
    const of = { atNs: 0, batchId: batch.id, rootBatchId: batch.id, basketIndex: 0, payoutE4: 10_000 };
    scribe.record({ type: 'intent', ...of, orders: intents });
    scribe.record({ type: 'gate', atNs: 0, batchId: batch.id, cause: '' });
    desk.follow({ batchId: batch.id, rootBatchId: batch.id, orders }, batch.id, clock.nowNs());
    // The gate is not under test here; the breaker's tests are.
    gateway.submit({ batchId: batch.id } as Cleared, batch);
    return batch;
  };
  const make = (...wishes: readonly Wish[]): OrderRequest[] =>
    wishes.map((wish) => maker.make(draftOf(wish), clock.wallMs()));
  /** Places a batch and waits for what its request came to. */
  const place = async (...wishes: readonly Wish[]): Promise<OrderBatch> => {
    await until(() => gateway.ready(), 'the gateway is ready', turn);
    const batch = submit(make(...wishes));
    const isOver = (event: VenueEvent): boolean =>
      'batchId' in event && event.batchId === batch.id && event.kind !== 'sent';
    await until(() => events.some(isOver), 'the request is over', turn);
    return batch;
  };
  const waitFor = (holds: () => boolean, what: string, asks = false): Promise<void> =>
    until(holds, what, () => turn(asks));
  return { venue, gateway, maker, ledger, memory, desk, stats, events, make, submit, place, waitFor, turn, clock };
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** Events of one kind, in their order. */
export function eventsOf<Kind extends VenueEvent['kind']>(
  { events }: { readonly events: readonly VenueEvent[] },
  kind: Kind,
): (VenueEvent & { kind: Kind })[] {
  return events.filter((event): event is VenueEvent & { kind: Kind } => event.kind === kind);
}

/**
 * What differs between our ledger and the venue's, to the unit, '' when nothing does. The venue nets: a contract of each
 * outcome is a dollar in cash there.
 */
export function differenceOf({ ledger, venue }: Pick<Rig, 'ledger' | 'venue'>): string {
  const [account] = venue.ledger().accounts;
  const held = (outcome: string): number => ledger.position(outcome)?.matchedMicros ?? 0;
  const [yes, no] = [held(kalshiOutcome(FIRST, VIEW_YES)), held(kalshiOutcome(FIRST, VIEW_NO))];
  const pairs = Math.min(yes, no);
  const theirs = (view: number): number => account!.positions[kalshiOutcome(FIRST, view)] ?? 0;
  const ours = { cash: ledger.cashMicros + pairs, fees: ledger.feesMicros, yes: yes - pairs, no: no - pairs };
  const venueHas = { cash: account!.cashMicros, fees: account!.feesMicros, yes: theirs(VIEW_YES), no: theirs(VIEW_NO) };
  const [a, b] = [JSON.stringify(ours), JSON.stringify(venueHas)];
  return a === b ? '' : `ours ${a}, the venue's ${b}`;
}
