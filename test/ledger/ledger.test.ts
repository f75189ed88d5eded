// The ledger against a slow oracle in big integers, under any order of fills, confirmations, failures and settlements.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemorySink, Journal } from '../../engine/ledger/journal.ts';
import { Ledger } from '../../engine/ledger/ledger.ts';
import type { IntentOrder, JournalRecord } from '../../engine/ledger/records.ts';
import { readJournal } from '../../engine/ledger/recover.ts';

const SHARE = 1_000_000;

function intent(batchId: number, orders: readonly Partial<IntentOrder>[], rootBatchId = batchId): JournalRecord {
  const base = { marketIndex: 0, marketId: 'polymarket:0x1', side: 'BUY', limitE4: 5_000, type: 'FOK' } as const;
  const whole = orders.map((order, index) => ({
    ...base,
    ...{ orderId: `${batchId}/${index}`, token: `t${index}`, sizeMicros: 10 * SHARE, reserveMicros: 5 * SHARE },
    ...order,
  }));
  return { type: 'intent', atNs: 0, batchId, rootBatchId, basketIndex: 0, payoutE4: 10_000, orders: whole };
}
const gate = (batchId: number, cause = ''): JournalRecord => ({ type: 'gate', atNs: 0, batchId, cause });
const fill = (orderId: string, tradeId: string, priceE4: number, sizeMicros: number, feeMicros = 0): JournalRecord => ({
  ...{ type: 'fill', atNs: 0, orderId, tradeId, priceE4, sizeMicros, feeMicros },
});

function ledgerOf(records: readonly JournalRecord[]): Ledger {
  const ledger = new Ledger();
  for (const record of records) ledger.apply(record);
  return ledger;
}

test('a cleared batch sets cash aside, fills use it, the final word frees the rest; a refused batch leaves nothing', () => {
  const ledger = ledgerOf([{ type: 'deposit', atNs: 0, micros: 100 * SHARE }, intent(1, [{}, {}]), gate(1)]);
  expect(ledger.availableMicros).toBe(90 * SHARE);
  ledger.apply(fill('1/0', 'a', 4_000, 10 * SHARE, 700));
  expect(ledger.reservedMicros).toBe(6 * SHARE - 700);
  expect(ledger.cashMicros).toBe(96 * SHARE - 700);
  ledger.apply({ type: 'final', atNs: 0, orderId: '1/0', filledMicros: 10 * SHARE });
  ledger.apply({ type: 'final', atNs: 0, orderId: '1/1', filledMicros: 0 });
  expect(ledger.reservedMicros).toBe(0);
  ledger.apply(intent(2, [{}]));
  ledger.apply(gate(2, 'BOOK_TOO_OLD'));
  expect(ledger.availableMicros).toBe(96 * SHARE - 700);
  expect(ledger.baskets.get(2)).toBeUndefined();
});

test('a basket is worth its complete sets, and its lone leg nothing until it is sold', () => {
  const ledger = ledgerOf([intent(1, [{}, {}]), gate(1)]);
  ledger.apply(fill('1/0', 'a', 4_500, 10 * SHARE, 100));
  expect(ledger.baskets.get(1)).toMatchObject({ setsMicros: 0, lockedMicros: -4.5 * SHARE - 100 });
  ledger.apply(fill('1/1', 'b', 5_000, 6 * SHARE, 50));
  expect(ledger.baskets.get(1)).toMatchObject({ setsMicros: 6 * SHARE, lockedMicros: -1.5 * SHARE - 150 });
  ledger.apply(intent(2, [{ side: 'SELL', token: 't0', sizeMicros: 4 * SHARE, reserveMicros: 0 }], 1));
  ledger.apply(gate(2));
  ledger.apply(fill('2/0', 'c', 4_400, 4 * SHARE, 30));
  expect(ledger.baskets.get(1)).toMatchObject({ setsMicros: 6 * SHARE, lockedMicros: 260_000 - 180 });
  expect(ledger.realisedMicros).toBe(-40_000);
});

test('a basket that sold what then failed owes the payout of what it never had', () => {
  const ledger = ledgerOf([intent(1, [{}, {}]), gate(1), fill('1/0', 'a', 4_500, 10 * SHARE, 100)]);
  ledger.apply(intent(2, [{ side: 'SELL', token: 't0', reserveMicros: 0 }], 1));
  ledger.apply(gate(2));
  ledger.apply(fill('2/0', 'b', 4_400, 10 * SHARE, 30));
  ledger.apply({ type: 'failed', atNs: 0, orderId: '1/0', tradeId: 'a' });
  ledger.apply({ type: 'settle', atNs: 0, token: 't0', payoutE4: 10_000 });
  expect(ledger.baskets.get(1)).toMatchObject({ netCostMicros: 5.6 * SHARE, lockedMicros: -5.6 * SHARE - 30 });
  expect(ledger.cashMicros).toBe(-5.6 * SHARE - 30);
});

test('a fill of an unknown order or a second booking of one fill is an error, not a position', () => {
  const ledger = ledgerOf([intent(1, [{}]), gate(1), fill('1/0', 'a', 5_000, SHARE)]);
  expect(() => ledger.apply(fill('1/0', 'a', 5_000, SHARE))).toThrow(/counted once/);
  expect(() => ledger.apply(fill('9/9', 'b', 5_000, SHARE))).toThrow(/is known/);
});

type Step =
  | {
      readonly kind: 'fill';
      readonly order: number;
      readonly priceE4: number;
      readonly size: number;
      readonly fee: number;
    }
  | { readonly kind: 'confirmed' | 'failed'; readonly which: number }
  | { readonly kind: 'settle'; readonly token: number; readonly payoutE4: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      order: fc.nat({ max: 5 }),
      priceE4: fc.integer({ min: 1, max: 9_999 }),
      size: fc.integer({ min: 1, max: 50 * SHARE }),
      fee: fc.nat({ max: 5_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('confirmed' as const, 'failed' as const),
      which: fc.nat({ max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      token: fc.nat({ max: 2 }),
      payoutE4: fc.constantFrom(0, 10_000),
    }),
  },
);

/** Orders 0..2 buy tokens 0..2, orders 3..5 sell them. Steps to records; trades that cannot happen are left out. */
function recordsOf(steps: readonly Step[]): JournalRecord[] {
  const sides = [0, 1, 2].map((token) => ({ token: `t${token}` }));
  const sells = sides.map((order) => ({ ...order, side: 'SELL' as const, reserveMicros: 0 }));
  const records: JournalRecord[] = [
    { type: 'deposit', atNs: 0, micros: 1e9 },
    intent(1, [...sides, ...sells]),
    gate(1),
  ];
  const open: { orderId: string; tradeId: string }[] = [];
  for (const [index, s] of steps.entries()) {
    if (s.kind === 'fill') {
      const [orderId, tradeId] = [`1/${s.order}`, `trade${index}`];
      open.push({ orderId, tradeId });
      records.push(fill(orderId, tradeId, s.priceE4, s.size, s.fee));
    } else if (s.kind === 'settle')
      records.push({ type: 'settle', atNs: 0, token: `t${s.token}`, payoutE4: s.payoutE4 });
    else if (open.length > 0) {
      const [trade] = open.splice(s.which % open.length, 1);
      records.push({ type: s.kind, atNs: 0, ...trade! });
    }
  }
  return records;
}

/** Cash, fees and shares recomputed from scratch in big integers, without positions or averages. */
function oracle(records: readonly JournalRecord[]): { cash: bigint; fees: bigint; sizes: Map<string, bigint> } {
  const failed = new Set(records.flatMap((r) => (r.type === 'failed' ? [r.tradeId] : [])));
  const sizes = new Map<string, bigint>();
  let cash = 0n;
  let fees = 0n;
  // A failed fill counts until it fails: settlement in between pays on it, so walk in order and take it back then.
  const undo = new Map<string, () => void>();
  for (const record of records) {
    if (record.type === 'deposit') cash += BigInt(record.micros);
    if (record.type === 'settle') {
      const size = sizes.get(record.token) ?? 0n;
      cash += floorDiv(size * BigInt(record.payoutE4), 10_000n);
      sizes.set(record.token, 0n);
    }
    if (record.type === 'failed') undo.get(record.tradeId)!();
    if (record.type !== 'fill') continue;
    const order = Number(record.orderId.slice(2));
    const token = `t${order % 3}`;
    const buy = order < 3;
    const gross = BigInt(record.priceE4) * BigInt(record.sizeMicros);
    const money = buy ? -((gross + 9_999n) / 10_000n) : gross / 10_000n;
    const size = buy ? BigInt(record.sizeMicros) : -BigInt(record.sizeMicros);
    const move = (sign: bigint): void => {
      cash += sign * (money - BigInt(record.feeMicros));
      fees += sign * BigInt(record.feeMicros);
      sizes.set(token, (sizes.get(token) ?? 0n) + sign * size);
    };
    move(1n);
    if (failed.has(record.tradeId)) undo.set(record.tradeId, () => move(-1n));
  }
  return { cash, fees, sizes };
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n ? quotient - 1n : quotient;
}

test('cash, fees and shares equal the oracle, money is conserved, and the journal folds to the same ledger', () => {
  let failures = 0;
  let settlements = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const records = recordsOf(steps);
      const sink = createMemorySink();
      const journal = new Journal(sink, 'h');
      const live = new Ledger();
      for (const record of records) {
        journal.append(record);
        live.apply(record);
      }
      failures += records.filter(({ type }) => type === 'failed').length;
      settlements += records.filter(({ type }) => type === 'settle').length;
      const truth = oracle(records);
      expect(BigInt(live.cashMicros)).toBe(truth.cash);
      expect(BigInt(live.feesMicros)).toBe(truth.fees);
      for (const [token, { matchedMicros, costMicros }] of live.toPositions()) {
        expect(BigInt(matchedMicros)).toBe(truth.sizes.get(token) ?? 0n);
        expect(Number.isSafeInteger(costMicros)).toBe(true);
      }
      const folded = ledgerOf(readJournal(sink.toBytes()).records);
      expect(folded.columns()).toEqual(live.columns());
    }),
    { numRuns: 400 },
  );
  expect(failures).toBeGreaterThan(100);
  expect(settlements).toBeGreaterThan(100);
});
