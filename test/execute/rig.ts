// A rig for the executor: real arena, rings, markets, journal (in memory) and a gateway that a test scripts.

import { expect } from 'vitest';
import { Breaker, type BreakerExports } from '../../engine/breaker/breaker.ts';
import type { BreakerLimits } from '../../engine/breaker/limits.ts';
import type { Cleared } from '../../engine/breaker/pass.ts';
import { configSchema } from '../../engine/config/schema.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import { Executor } from '../../engine/execute/execute.ts';
import type { ExecuteOptions } from '../../engine/execute/options.ts';
import { createMemorySink, Journal, type JournalSink } from '../../engine/ledger/journal.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import { moneyFacts } from '../../engine/observe/execution-facts.ts';
import { pnlFacts } from '../../engine/observe/pnl-facts.ts';
import { orderCapsOf } from '../../engine/pipeline.ts';
import type {
  AskBooks,
  FeeSchedule,
  Gateway,
  MarketMeta,
  OrderBatch,
  Resolution,
  TradingVenue,
  VenueEvent,
  VenueName,
  VenueState,
} from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import { createOrderMaker } from '../../engine/venue/polymarket/maker.ts';
import type { OrderSeal } from '../../engine/venue/polymarket/seal.ts';
import * as L from '../../wasm/layout.ts';
import { wasmOver } from '../helpers/arena.ts';

export const FEE: FeeSchedule = { rateE6: 50_000, exponent: 1, roundMicros: 10 };
export const SHARE = 1_000_000;
export const MS = 1e6;
const START_NS = 5_000 * MS;
/** 20:26 UTC. */
export const WALL_MS = 1_780_000_000_000;

/** Records what it is handed and says what the test scripts. */
export class ScriptedGateway implements Gateway {
  readonly venue: VenueName;
  readonly batches: OrderBatch[] = [];
  readonly queries: string[] = [];
  readonly resolutions: Resolution[] = [];
  readonly events: VenueEvent[] = [];
  isReady = true;
  canSignNow = true;
  /** Called inside submit, as the socket would be. */
  onSubmit: (batch: OrderBatch) => void = () => undefined;
  onQuery: (orderId: string) => void = () => undefined;
  stateNow: VenueState = 'open';

  constructor(venue: VenueName = 'polymarket') {
    this.venue = venue;
  }

  submit(pass: Cleared, batch: OrderBatch): void {
    if (pass.batchId !== batch.id) throw new Error('the pass is for another batch');
    this.batches.push(batch);
    this.onSubmit(batch);
  }
  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    let delivered = 0;
    while (delivered < limit && this.events.length > 0) {
      onEvent(this.events.shift()!);
      delivered += 1;
    }
    return delivered;
  }
  ready(): boolean {
    return this.isReady;
  }
  canSign(): boolean {
    return this.canSignNow;
  }
  state(): VenueState {
    return this.stateNow;
  }
  query(orderId: string): void {
    this.queries.push(orderId);
    this.onQuery(orderId);
  }
  cancel(): boolean {
    return false;
  }
  redeem(resolution: Resolution): void {
    this.resolutions.push(resolution);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface RigOptions {
  readonly options?: Partial<ExecuteOptions>;
  readonly limits?: Partial<BreakerLimits>;
  readonly sink?: JournalSink;
  readonly depositMicros?: number;
  /** Signs Polymarket's orders; without it they have no wire form. */
  readonly seal?: OrderSeal;
  /** A second venue. */
  readonly second?: (arena: Arena) => TradingVenue;
  /** Section `venues` of the config. */
  readonly venues?: object;
  readonly markets?: readonly Partial<MarketMeta>[];
  /** CHECK_* that are off. */
  readonly checksOff?: number;
  /** Answers when books are read again before sending. */
  readonly askBooks?: AskBooks;
  /** What the journal of an earlier run has; it is not taken up yet. */
  readonly before?: JournalState;
  /** Of the ids of its orders: those of two runs are never the same. */
  readonly seed?: number;
  /** When it begins; other than by default for a run after another. */
  readonly wallMs?: number;
}

export function marketMeta(index: number, change: Partial<MarketMeta> = {}): MarketMeta {
  const yesToken = `${index}1`.padStart(20, '7');
  const noToken = `${index}2`.padStart(20, '7');
  const id = `polymarket:0x${index.toString(16).padStart(64, '0')}`;
  return {
    id,
    venue: 'polymarket',
    yesToken,
    noToken,
    negRisk: true,
    tickRanges: uniformGrid(100),
    fee: FEE,
    ...change,
  };
}

/** Turns between two folds of the journal, and how many turns of a rig are looked at. */
const FOLD_EVERY = 3;
const FOLD_TURNS = 60;

/** Three markets with synced books 0.29 / 0.30, one neg-risk basket of all YES that pays 1. */
export class Rig {
  readonly arena: Arena;
  readonly clock: VirtualClock;
  readonly breaker: Breaker;
  readonly gateway = new ScriptedGateway();
  readonly markets: Markets;
  readonly executor: Executor;
  readonly memory = createMemorySink();
  /** The journal is in `memory`, and its fold is compared with the live state now and then. */
  readonly #isKept: boolean;
  #turns = 0;
  readonly #ring: Ring;
  #trades = 0;

  constructor(change: RigOptions = {}) {
    const plan = { markets: 8, fineLadders: 0, grids: 4, feeSchedules: 4, baskets: 4, legs: 64, detectors: 1 };
    const rings = { levelRingSlots: 64, opportunityRingSlots: 256, stagingSlots: 64, scanBytes: 4_096 };
    this.clock = new VirtualClock(START_NS, change.wallMs ?? WALL_MS);
    this.arena = Arena.create({ ...plan, ...rings, checksOff: change.checksOff ?? 0 });
    this.breaker = new Breaker(this.arena, this.clock, wasmOver<BreakerExports>(this.arena, 2));
    this.markets = new Markets(this.arena);
    const metas = (change.markets ?? [{}, {}, {}]).map((meta, index) => marketMeta(index, meta));
    for (const meta of metas) this.markets.register(meta);
    for (let market = 0; market < metas.length; market += 1) this.setBook(market, 2_900, 3_000);
    this.arena.view.setUint32(this.arena.at(L.REGION_BASKETS, 0) + L.BASKET_PAYOUT_E4, 10_000, true);
    this.#ring = new Ring(this.arena, this.arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
    this.#isKept = change.sink === undefined && change.before === undefined;
    this.executor = new Executor({
      arena: this.arena,
      agentIndex: 2,
      clock: this.clock,
      breaker: this.breaker,
      venues: [
        {
          gateway: this.gateway,
          maker: createOrderMaker(
            this.arena,
            new Random(change.seed ?? 7),
            change.seal && { seal: change.seal, owner: 'key' },
          ),
        },
        ...(change.second === undefined ? [] : [change.second(this.arena)]),
      ],
      caps: orderCapsOf(configSchema.parse(change.venues === undefined ? {} : { venues: change.venues })),
      markets: this.markets,
      askBooks: change.askBooks,
      journal: new Journal(change.sink ?? this.memory, 'config-hash'),
      before: change.before,
      options: { ...configSchema.parse({}).execute, legMicrosMin: 0, ...change.options },
      limits: { ...configSchema.parse({}).breaker, ...change.limits },
      feeOf: (index) => metas[index]?.fee,
      eventOf: (index) => metas[index]?.event,
    });
    if (change.before === undefined) this.executor.deposit(change.depositMicros ?? 1_000 * SHARE, this.clock.nowNs());
  }

  /** A book of one level a side. */
  setBook(market: number, bidE4: number, askE4: number, state = L.BOOK_SYNCED, shares = 1_000): void {
    const { view } = this.arena;
    const at = this.arena.at(L.REGION_BOOKS, market);
    view.setUint32(at + L.BOOK_STATE, state, true);
    view.setUint32(at + L.BOOK_EPOCH, 1, true);
    view.setUint32(at + L.BOOK_LADDER_AT, this.arena.at(L.REGION_LADDERS, market), true);
    view.setUint32(at + L.BOOK_BEST_BID_E4, bidE4, true);
    view.setUint32(at + L.BOOK_BEST_ASK_E4, askE4, true);
    this.#setLevels(market, bidE4, askE4, shares);
    view.setFloat64(at + L.BOOK_RECV_NS, this.clock.nowNs(), true);
    // Every market on a connection of its own.
    view.setUint32(at + L.BOOK_CONNECTION, market, true);
    this.feedSpeaks(market);
    view.setFloat64(at + L.BOOK_VERIFIED_NS, this.clock.nowNs(), true);
  }

  /** Two markets settle alike by equal fingerprints: YES of the first and NO of the second pay 1. */
  setSame(market: number, other: number): void {
    const basket = this.arena.at(L.REGION_BASKETS, 1) >> 2;
    const { u32 } = this.arena;
    u32[basket + (L.BASKET_KIND >> 2)] = L.BASKET_KIND_SAME;
    u32[basket + (L.BASKET_LEG_COUNT >> 2)] = 2;
    for (const [place, [marketIndex, action]] of [
      [market, L.ACTION_BUY_YES] as const,
      [other, L.ACTION_BUY_NO] as const,
    ].entries()) {
      const leg = this.arena.at(L.REGION_LEGS, place) >> 2;
      u32[leg + (L.LEG_MARKET >> 2)] = marketIndex;
      u32[leg + (L.LEG_ACTION >> 2)] = action;
    }
  }

  /** `0 YES` for the first market's token. */
  nameOf(token: string): string {
    for (let market = 0; market < this.markets.count; market += 1) {
      if (this.markets.tokenOf(market, L.VIEW_YES) === token) return `${market} YES`;
      if (this.markets.tokenOf(market, L.VIEW_NO) === token) return `${market} NO`;
    }
    return token;
  }

  /** The market is over; a share of YES is paid `yesPayoutE4`. */
  resolve(market: number, yesPayoutE4?: number): void {
    const word = (this.arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2;
    const payout = yesPayoutE4 === undefined ? 0 : (yesPayoutE4 + 1) << L.MARKET_PAYOUT_SHIFT;
    this.arena.u32[word] = this.arena.u32[word]! | L.MARKET_FLAG_CLOSED | payout;
  }

  /** The venue has paid what it was asked for. */
  pay(): void {
    for (const { tokens, yesPayoutE4 } of this.gateway.resolutions.splice(0)) {
      const [yes, no] = tokens;
      const payoutE4 = 10_000 - yesPayoutE4;
      this.gateway.events.push(
        { kind: 'paid', token: yes, payoutE4: yesPayoutE4 },
        { kind: 'paid', token: no, payoutE4 },
      );
    }
  }

  /** The levels of a ladder on a grid of cents. */
  #setLevels(market: number, bidE4: number, askE4: number, shares: number): void {
    const { view, bytes } = this.arena;
    const at = this.arena.at(L.REGION_BOOKS, market);
    const ladderAt = this.arena.at(L.REGION_LADDERS, market);
    view.setUint32(at + L.BOOK_SLOTS, 100, true);
    view.setUint32(at + L.BOOK_TICK_E4, 100, true);
    view.setUint32(at + L.BOOK_BLOCK_STRIDE, L.LADDER_BLOCK_BYTES, true);
    bytes.fill(0, ladderAt, ladderAt + 2 * L.LADDER_BLOCK_BYTES);
    for (const [side, priceE4] of [
      [L.SIDE_BID, bidE4],
      [L.SIDE_ASK, askE4],
    ] as const) {
      if (priceE4 === 0 || priceE4 === L.NO_ASK_E4) continue;
      const slot = priceE4 / 100;
      const blockAt = ladderAt + (slot >> L.LADDER_BLOCK_SHIFT) * L.LADDER_BLOCK_BYTES;
      const place = slot & ((1 << L.LADDER_BLOCK_SHIFT) - 1);
      const bits = blockAt + L.LADDER_BITS + side * 8 + (place >> 5) * 4;
      view.setUint32(bits, view.getUint32(bits, true) | (1 << (place & 31)), true);
      view.setBigUint64(blockAt + side * L.LADDER_SIDE_BYTES + place * 8, BigInt(shares * SHARE), true);
    }
  }

  /** The connection of `market` brings data now. */
  feedSpeaks(market: number): void {
    const at = this.arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_CONNECTION_RECV_NS + 8 * market;
    this.arena.view.setFloat64(at, this.clock.nowNs(), true);
  }

  /** Publishes an opportunity to buy `shares` of every leg's YES at 0.30. */
  offer(
    shares = 10,
    change: { legs?: number[]; epoch?: number; limitE4?: number; recvNs?: number; detectNs?: number } = {},
  ): void {
    const legs = change.legs ?? [0, 1, 2];
    const { view, bytes } = this.arena;
    const limitE4 = change.limitE4 ?? 3_000;
    const sizeMicros = shares * SHARE;
    const at = this.#ring.claim(L.OPPORTUNITY_SLOTS);
    bytes[at + L.OPPORTUNITY_KIND] = L.KIND_OPPORTUNITY;
    view.setUint32(at + L.OPPORTUNITY_BASKET, 0, true);
    view.setUint16(at + L.OPPORTUNITY_LEG_COUNT, legs.length, true);
    view.setFloat64(at + L.OPPORTUNITY_RECV_NS, change.recvNs ?? this.clock.nowNs(), true);
    view.setFloat64(at + L.OPPORTUNITY_DETECT_NS, change.detectNs ?? 0, true);
    view.setBigUint64(at + L.OPPORTUNITY_SIZE_MICROS, BigInt(sizeMicros), true);
    for (const market of legs) {
      const legAt = this.#ring.claim(L.OPP_LEG_SLOTS);
      bytes[legAt + L.OPP_LEG_KIND] = L.KIND_LEG;
      bytes[legAt + L.OPP_LEG_ACTION] = L.ACTION_BUY_YES;
      view.setUint32(legAt + L.OPP_LEG_MARKET, market, true);
      view.setUint32(legAt + L.OPP_LEG_EPOCH, change.epoch ?? 1, true);
      view.setUint16(legAt + L.OPP_LEG_LIMIT_E4, limitE4, true);
      view.setUint32(legAt + L.OPP_LEG_FEE_MICROS, Math.ceil(shares * 10_500), true);
      view.setBigInt64(legAt + L.OPP_LEG_COST_MICROS, BigInt(Math.ceil((sizeMicros * limitE4) / 10_000)), true);
      view.setBigUint64(legAt + L.OPP_LEG_SIZE_MICROS, BigInt(sizeMicros), true);
    }
    this.#ring.publish();
  }

  /** Moves time by `ms` and runs duty cycles until nothing is left to do now. */
  run(ms = 0): void {
    this.clock.advanceTo(this.clock.nowNs() + ms * MS);
    for (let cycle = 0; cycle < 50 && this.executor.doWork(this.clock.nowNs()) > 0; cycle += 1);
    this.executor.doWork(this.clock.nowNs());
    this.#turns += 1;
    if (this.#isKept && this.#turns <= FOLD_TURNS && this.#turns % FOLD_EVERY === 0) expectJournalEqualsLedger(this);
  }

  sent(batch: OrderBatch): void {
    this.gateway.events.push({ kind: 'sent', batchId: batch.id, atNs: this.clock.nowNs() });
  }

  /**
   * The HTTP answer: matched where `matched` says so, killed elsewhere. Beside legs that matched, what a killed one wanted is
   * gone from its book.
   */
  answer(batch: OrderBatch, matched: readonly boolean[]): void {
    for (const [index, { side, marketIndex }] of batch.orders.entries()) {
      if (matched.includes(true) && matched[index] !== true && side === 'BUY')
        this.setBook(marketIndex, 2_900, L.NO_ASK_E4);
    }
    const answers = batch.orders.map(({ orderId }, index) => ({
      orderId,
      accepted: true,
      status: matched[index] === true ? ('matched' as const) : ('unmatched' as const),
      error: '',
    }));
    this.gateway.events.push({ kind: 'answer', batchId: batch.id, answers });
  }

  trade(
    batch: OrderBatch,
    index: number,
    change: {
      status?: 'MATCHED' | 'CONFIRMED' | 'FAILED';
      tradeId?: string;
      sizeMicros?: number;
      priceE4?: number;
    } = {},
  ): string {
    const order = batch.orders[index]!;
    this.#trades += 1;
    const tradeId = change.tradeId ?? `trade${this.#trades}`;
    this.gateway.events.push({
      kind: 'trade',
      tradeId,
      orderId: order.orderId,
      token: order.token,
      side: order.side,
      priceE4: change.priceE4 ?? order.limitE4,
      sizeMicros: change.sizeMicros ?? order.sizeMicros,
      status: change.status ?? 'MATCHED',
    });
    return tradeId;
  }

  /** Every order of every batch fills whole, at once. */
  fillEverything(): void {
    this.gateway.onSubmit = (batch) => {
      this.sent(batch);
      this.answer(
        batch,
        batch.orders.map(() => true),
      );
      for (let index = 0; index < batch.orders.length; index += 1) this.trade(batch, index);
    };
  }
}

/** The journal, read back and folded, is the live state bit for bit: ledger, order table, attempts at unwinds. */
export function expectJournalEqualsLedger(rig: Rig): void {
  const { records, cutBytes } = readJournal(rig.memory.toBytes());
  const folded = new JournalState();
  for (const record of records) folded.apply(record);
  expect(cutBytes).toBe(0);
  const { ledger } = rig.executor;
  expect(folded.ledger.columns()).toEqual(ledger.columns());
  expect(folded.ledger.toPositions()).toEqual(ledger.toPositions());
  expect(folded.ledger.baskets.toAccounts()).toEqual(ledger.baskets.toAccounts());
  expect(JSON.stringify(folded.ledger.canonical())).toBe(JSON.stringify(ledger.canonical()));
  expect(folded.digest()).toBe(rig.executor.restart.digest());
  // What a status line tells is kept as it changes; here it is summed over all baskets.
  const { lockedMicros, realisedMicros, openMicros, unmarked } = pnlFacts(rig.executor);
  expect(moneyFacts(rig.executor)).toMatchObject({ lockedMicros, realisedMicros, openMicros, unmarked });
}
