// The simulated Kalshi exchange by itself: order lives by the venue's rules, and its account against a slow oracle that
// keeps books in big integers of its own.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import type { JsonObject } from '../../../engine/venue/json.ts';
import { Accounts } from '../../../engine/venue/sim/accounts.ts';
import { KalshiExchange } from '../../../engine/venue/sim/kalshi-exchange.ts';
import type { KalshiFill, KalshiOrder, NewKalshiOrder } from '../../../engine/venue/sim/kalshi-exchange-types.ts';
import { settledFee } from '../../../engine/venue/sim/kalshi-fill-fees.ts';
import { FIRST, FIRST_TEXTS } from '../../helpers/kalshi.ts';
import { SHARE, TERMS } from '../kalshi/rig.ts';

const CASH = 100_000 * SHARE;
const OPENING = JSON.parse(FIRST_TEXTS[0]!).msg as JsonObject;

/** An exchange with the recorded opening book: best bid 0.52 (150), best ask 0.54 (173.12). */
function open(terms = TERMS) {
  const clock = new VirtualClock(0, 1_786_401_900_000);
  const name = { apiKey: 'key', secret: '', passphrase: '', signer: 'key', funder: 'key' };
  const accounts = new Accounts([{ ...name, cashMicros: CASH }]);
  const told: { fills: KalshiFill[]; orders: KalshiOrder[] } = { fills: [], orders: [] };
  const exchange = new KalshiExchange([terms], accounts, clock, new Random(3), {
    book: ({ book }) => book.takeChanges(),
    order: (order) => told.orders.push(order),
    fill: (fill) => told.fills.push(fill),
  });
  const market = exchange.market(FIRST);
  exchange.applyTape(market, market.tape.changesTo(OPENING));
  const account = accounts.all[0]!;
  let ids = 0;
  const place = (side: 'bid' | 'ask', priceE4: number, shares: number, more: Partial<NewKalshiOrder> = {}) => {
    ids += 1;
    const placed = exchange.place(account, {
      ...{ clientId: `id-${ids}`, ticker: FIRST, side, priceE4, sizeMicros: Math.round(shares * 100) * 10_000 },
      ...{ timeInForce: 'good_till_canceled', postOnly: false, reduceOnly: false, selfTrade: 'taker_at_cross' },
      ...{ cancelOnPause: false, expiresS: undefined, ...more },
    });
    return 'refusal' in placed ? placed.refusal.code : placed.order;
  };
  return { clock, accounts, account, exchange, market, told, place };
}

function rested(order: KalshiOrder | string): KalshiOrder {
  if (typeof order === 'string') throw new Error(order);
  return order;
}

test.each([
  // Revenue and fee of one of three equal fills; the net fees are those of the venue's documentation.
  [-55_000, 8_500, [15_000, 5_000, 15_000]],
  [-150_000, 4_100, [10_000, 0, 10_000]],
  [-9_903, 500, [10_097, 97, 97]],
])('fills of %d with a fee of %d cost what the documented examples say', (revenue, fee, wanted) => {
  let rounded = 0;
  const net = wanted.map(() => {
    const settled = settledFee(revenue, fee, rounded);
    rounded = settled.roundedMicros;
    return settled.feeMicros;
  });
  expect(net).toEqual(wanted);
});

test('an order rests behind what stands there, and is met by what the tape trades beyond it', () => {
  const { exchange, market, told, place, clock } = open();
  const order = rested(place('bid', 5_200, 10));
  expect(order.aheadMicros).toBe(150 * SHARE);
  exchange.applyTrade(market, 'bid', { priceE4: 5_200, sizeMicros: 140 * SHARE });
  expect([order.aheadMicros, told.fills.length]).toEqual([10 * SHARE, 0]);
  exchange.applyTrade(market, 'bid', { priceE4: 5_200, sizeMicros: 14 * SHARE });
  expect(told.fills.map(({ sizeMicros, isTaker }) => [sizeMicros, isTaker])).toEqual([[4 * SHARE, false]]);
  // 0.0175 x 4 x 0.52 x 0.48 = 0.017472: 0.0175, and the balance to the cent.
  expect(told.fills[0]!.feeMicros).toBe(20_000);
  // A smaller order keeps its place; a new price puts it last.
  exchange.decrease(order, 3 * SHARE);
  expect([order.leftMicros, order.sizeMicros]).toEqual([3 * SHARE, 7 * SHARE]);
  exchange.amend(order, 5_100, 3 * SHARE);
  expect([order.priceE4, order.aheadMicros]).toEqual([5_100, 46 * SHARE]);
  clock.advanceTo(1e9);
  expect(exchange.cancel(order)).toBe(3 * SHARE);
  expect([order.status, order.matchedMicros, exchange.cancel(order)]).toEqual(['canceled', 4 * SHARE, 0]);
});

test('nobody trades with himself: the taker stops before his own order, or his own order gives way', () => {
  const { place, told } = open();
  const own = rested(place('ask', 5_300, 5));
  const stopped = rested(place('bid', 5_500, 10));
  expect([stopped.status, stopped.matchedMicros, own.status]).toEqual(['canceled', 0, 'resting']);
  expect(place('bid', 5_500, 10, { timeInForce: 'fill_or_kill' })).toBe('fill_or_kill_insufficient_resting_volume');
  const passing = rested(place('bid', 5_500, 10, { selfTrade: 'maker' }));
  expect([passing.status, passing.matchedMicros, own.status]).toEqual(['executed', 10 * SHARE, 'canceled']);
  expect(told.fills.map(({ priceE4 }) => priceE4)).toEqual([5_400]);
});

test('orders are refused for what the market, the book or the account has against them', () => {
  const { exchange, market, place, account } = open();
  expect(place('bid', 5_250, 1)).toBe('invalid_price');
  expect(place('bid', 5_400, 1, { postOnly: true })).toBe('post_only_cross');
  expect(place('bid', 100, 1, { ticker: 'NONE-1' })).toBe('market_not_found');
  expect(place('bid', 9_900, 200_000)).toBe('insufficient_balance');
  expect(place('ask', 5_200, 1, { reduceOnly: true })).toBe('reduce_only_no_position');
  rested(place('bid', 5_400, 4));
  expect(rested(place('ask', 5_200, 9, { reduceOnly: true })).matchedMicros).toBe(4 * SHARE);
  expect(place('bid', 100, 1, { clientId: 'id-1' })).toBeTypeOf('object');
  expect(place('bid', 100, 1, { clientId: 'id-1' })).toBe('order_already_exists');
  const [stays, goes] = [place('bid', 100, 1), place('bid', 100, 1, { cancelOnPause: true })].map(rested);
  exchange.pause(market);
  expect([stays!.status, goes!.status, place('bid', 100, 1)]).toEqual(['resting', 'canceled', 'trading_is_paused']);
  market.status = 'active';
  exchange.closeMarket(market);
  expect([stays!.status, place('bid', 100, 1)]).toEqual(['canceled', 'market_closed']);
  expect(exchange.heldMicros(account)).toBe(0);
});

test('a position of one outcome is closed before the other is opened, and what is left is paid by the cent', () => {
  const { exchange, market, account, place } = open();
  rested(place('bid', 5_400, 10.6));
  rested(place('ask', 5_200, 3.3));
  expect(Object.fromEntries(account.positions)).toEqual({ [FIRST]: 7_300_000 });
  const before = account.cashMicros;
  exchange.settle(market, 5_970);
  // 7.30 x 0.5970 = 4.3581.
  expect(account.cashMicros - before).toBe(4_350_000);
  expect([...account.positions]).toEqual([]);
  exchange.settle(market, 10_000);
  expect(account.cashMicros - before).toBe(4_350_000);
});

type Step =
  | { readonly kind: 'order'; readonly order: readonly ['bid' | 'ask', number, number, number] }
  | { readonly kind: 'tape'; readonly change: readonly ['yes' | 'no', number, number] }
  | { readonly kind: 'trade'; readonly trade: readonly ['bid' | 'ask', number, number] }
  | { readonly kind: 'cancel'; readonly at: number };

const cents = fc.integer({ min: 1, max: 99 }).map((cent) => cent * 100);
const near = fc.integer({ min: 48, max: 58 }).map((cent) => cent * 100);
const hundredths = fc.integer({ min: 1, max: 30_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('bid' as const, 'ask' as const), near, hundredths, fc.integer({ min: 0, max: 3 }))
      .map((order) => ({ kind: 'order' as const, order })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('yes' as const, 'no' as const), near, fc.integer({ min: -20_000, max: 20_000 }))
      .map((change) => ({ kind: 'tape' as const, change })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('bid' as const, 'ask' as const), near, hundredths)
      .map((trade) => ({ kind: 'trade' as const, trade })),
  },
  { weight: 1, arbitrary: fc.nat(50).map((at) => ({ kind: 'cancel' as const, at })) },
);

/** Cash, fees and position by the fills alone, in 1e-10 dollar; a position is contracts of YES, those of NO negative. */
class Oracle {
  cash = BigInt(CASH) * 10_000n;
  fees = 0n;
  position = 0n;
  readonly #rounded = new Map<string, bigint>();

  fill({ order, priceE4, sizeMicros, isTaker }: KalshiFill): void {
    const [price, sign] = [BigInt(priceE4), order.side === 'bid' ? 1n : -1n];
    const start = this.cash;
    // Contract by hundredth of a contract: each closes, or opens.
    for (let left = sizeMicros; left > 0; left -= 10_000) {
      const opens = this.position * sign >= 0n;
      const worth = (order.side === 'bid') === opens ? price : 10_000n - price;
      this.cash += opens ? -worth * 10_000n : worth * 10_000n;
      this.position += sign * 10_000n;
    }
    const [hundredthOfCent, cent] = [1_000_000n, 100_000_000n];
    const rate = BigInt(isTaker ? TERMS.fee.rateE6 : TERMS.makerRateE6);
    const exact = rate * BigInt(sizeMicros) * price * (10_000n - price);
    const fee = ceil(exact, 10n ** 16n) * hundredthOfCent;
    const change = this.cash - start - fee;
    const rounding = change - floor(change, cent) * cent;
    const charged = (this.#rounded.get(order.id) ?? 0n) + rounding;
    const rebate = charged > cent && fee + rounding >= cent ? cent : 0n;
    this.#rounded.set(order.id, charged - rebate);
    this.cash -= fee + rounding - rebate;
    this.fees += fee + rounding - rebate;
  }
}

function floor(a: bigint, b: bigint): bigint {
  return a >= 0n ? a / b : -((-a + b - 1n) / b);
}

function ceil(a: bigint, b: bigint): bigint {
  return -floor(-a, b);
}

/** What a taker gets by the book that is shown, level by level. */
function naiveTakes(
  levels: readonly (readonly [number, number])[],
  limitE4: number,
  sizeMicros: number,
  isBid: boolean,
) {
  const takes: [number, number][] = [];
  let left = sizeMicros;
  for (const [priceE4, size] of [...levels].sort(([a], [b]) => (isBid ? a - b : b - a))) {
    if (left === 0 || (isBid ? priceE4 > limitE4 : priceE4 < limitE4)) break;
    takes.push([priceE4, Math.min(left, size)]);
    left -= Math.min(left, size);
  }
  return takes;
}

test('whatever orders and tapes do, the account is the oracle’s, takers get the book that is shown, and money is conserved', () => {
  let [fills, makers] = [0, 0];
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), cents, (steps, payout) => {
      const { accounts, account, exchange, market, told, place, clock } = open();
      const oracle = new Oracle();
      let booked = 0;
      for (const one of steps) {
        clock.advanceTo(clock.nowNs() + 300e6);
        if (one.kind === 'cancel') {
          const resting = exchange.resting(account);
          if (resting.length > 0) exchange.cancel(resting[one.at % resting.length]!);
        } else if (one.kind === 'trade') {
          const [side, priceE4, count] = one.trade;
          exchange.applyTrade(market, side, { priceE4, sizeMicros: count * 10_000 });
        } else if (one.kind === 'tape') {
          const [side, priceE4, count] = one.change;
          const stands = market.tape.sizeAt(side, priceE4);
          const deltaMicros = Math.max(-stands, count * 10_000);
          if (deltaMicros !== 0) exchange.applyTape(market, [{ side, priceE4, deltaMicros }]);
        } else {
          const [side, priceE4, count, kind] = one.order;
          const timeInForce = (['fill_or_kill', 'immediate_or_cancel', 'good_till_canceled'] as const)[
            Math.min(kind, 2)
          ]!;
          const shown = market.book.shownAscending(side === 'bid' ? 'ask' : 'bid');
          const levels = shown.map((level) => [level.priceE4, level.sizeMicros] as const);
          const naive = naiveTakes(levels, priceE4, count * 10_000, side === 'bid');
          const before = told.fills.length;
          const isAlone = exchange.resting(account).every((resting) => resting.side === side);
          const placed = place(side, priceE4, count / 100, { timeInForce });
          const taken = told.fills.slice(before).map((fill) => [fill.priceE4, fill.sizeMicros]);
          const sum = naive.reduce((all, [, size]) => all + size, 0);
          const isKilled = kind === 0 && sum < count * 10_000;
          if (isAlone && placed !== 'insufficient_balance') expect(taken).toEqual(isKilled ? [] : naive);
        }
        for (; booked < told.fills.length; booked += 1) oracle.fill(told.fills[booked]!);
        for (const { order, priceE4 } of told.fills) {
          expect(order.side === 'bid' ? priceE4 <= order.priceE4 : priceE4 >= order.priceE4).toBe(true);
        }
        const held = (account.positions.get(FIRST) ?? 0) - (account.positions.get(`${FIRST}#no`) ?? 0);
        expect([BigInt(account.cashMicros) * 10_000n, BigInt(account.feesMicros) * 10_000n]).toEqual([
          oracle.cash,
          oracle.fees,
        ]);
        expect(BigInt(held)).toBe(oracle.position);
        expect(account.cashMicros % 10_000).toBe(0);
        expect(account.positions.size).toBeLessThan(2);
      }
      fills += told.fills.length;
      makers += told.fills.filter(({ isTaker }) => !isTaker).length;
      exchange.settle(market, payout);
      const { house } = accounts.report();
      expect(house.cashMicros + house.feesMicros + account.cashMicros).toBe(CASH);
      expect(house.positions).toEqual({});
    }),
    { numRuns: 40, seed: 20_260_810 },
  );
  expect(fills).toBeGreaterThan(300);
  expect(makers).toBeGreaterThan(50);
});
