// The fold knows what covers a leg as the live state does: once its orders left, and once per token.
import { expect, test } from 'vitest';
import type { CoverRecord, IntentOrder } from '../../engine/ledger/records.ts';
import { JournalState } from '../../engine/ledger/state.ts';

const SHARES = 10_000_000;

function order(orderId: string, token: string): IntentOrder {
  const terms = { limitE4: 5_000, sizeMicros: SHARES, type: 'FOK' as const, reserveMicros: 6_000_000 };
  return { orderId, marketIndex: 0, marketId: `m-${token}`, token, side: 'BUY', ...terms };
}

const COVER: CoverRecord = { marketIndex: 0, marketId: 'm-A', token: 'notA', view: 1, negRisk: false, of: 'A' };

/** A basket of which A filled; then an attempt at covering it for each of `causes`, what the gate said of it. */
function covered(causes: readonly string[]): JournalState {
  const state = new JournalState();
  const at = { atNs: 0, basketIndex: 0, rootBatchId: 1 };
  state.apply({ type: 'deposit', atNs: 0, micros: 100_000_000 });
  const terms = { payoutE4: 10_000, setsMicros: SHARES, exitMicros: 0 };
  state.apply({ type: 'intent', ...at, batchId: 1, ...terms, orders: [order('a', 'A'), order('b', 'B')] });
  state.apply({ type: 'gate', atNs: 0, batchId: 1, cause: '' });
  for (const [index, cause] of causes.entries()) {
    const batchId = index + 2;
    const way = { kind: 'complement', pricesMicros: {}, refused: {}, covers: [COVER] };
    state.apply({ type: 'unwind', atNs: 0, rootBatchId: 1, ...way });
    const orders = [order(`c${batchId}`, 'notA')];
    state.apply({ type: 'intent', ...at, batchId, payoutE4: 0, attempt: 1, orders });
    state.apply({ type: 'gate', atNs: 0, batchId, cause });
  }
  return state;
}

test('a way out that the gate refused covers nothing', () => {
  expect(covered(['BOOK_IN_CHANGE']).baskets.get(1)!.covers).toEqual([]);
});

test('two ways out by one token, the first refused or not, are one cover', () => {
  for (const first of ['BOOK_IN_CHANGE', '']) {
    expect(covered([first, '']).baskets.get(1)!.covers).toEqual([COVER]);
  }
});

test('covers, legs and sets beyond what all legs have are part of the digest', () => {
  const [plain, other] = [covered(['']), covered([''])];
  expect(other.digest()).toBe(plain.digest());
  other.baskets.get(1)!.covers.push(COVER);
  expect(other.digest()).not.toBe(plain.digest());
  const fewer = covered(['']);
  fewer.baskets.get(1)!.legs.pop();
  expect(fewer.digest()).not.toBe(plain.digest());
});
