// Kalshi is asked whether it has paid: all markets in one round, those it lists nothing of again in the next.
import { expect, onTestFinished, test, vi } from 'vitest';
import type { VenueEvent } from '../../../engine/venue/contract.ts';
import type { JsonObject } from '../../../engine/venue/json.ts';
import { kalshiOutcome } from '../../../engine/venue/kalshi/outcome.ts';
import { KalshiPayouts } from '../../../engine/venue/kalshi/payouts.ts';
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';

/** A venue that has paid for the tickers in `paid`, and holds nothing of those in `netted`; it answers when `answer` is called. */
function open() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const paid = new Set<string>();
  const netted = new Set<string>();
  const asked: string[] = [];
  const events: VenueEvent[] = [];
  let answer: (() => void) | undefined;
  let isBusy = false;
  const settlement = (ticker: string, onAnswer: (found: JsonObject | undefined) => void): boolean => {
    if (isBusy || answer !== undefined) return false;
    asked.push(ticker);
    answer = () => onAnswer(paid.has(ticker) ? { ticker, market_result: 'yes' } : undefined);
    return true;
  };
  const held = (ticker: string, onAnswer: (isHeld: boolean) => void): void => {
    answer = () => onAnswer(!netted.has(ticker));
  };
  const payouts = new KalshiPayouts({ settlement, held }, (event) => events.push(event));
  const answerAll = (): void => {
    for (let call = answer; call !== undefined; call = answer) {
      answer = undefined;
      call();
    }
  };
  const add = (ticker: string): void => {
    const tokens = [kalshiOutcome(ticker, VIEW_YES), kalshiOutcome(ticker, VIEW_NO)] as const;
    payouts.add({ marketIndex: 0, tokens, yesPayoutE4: 10_000 });
  };
  const lose = (): void => {
    answer = undefined;
  };
  const setBusy = (busy: boolean): void => {
    isBusy = busy;
  };
  return { paid, netted, asked, events, add, answerAll, lose, setBusy };
}

test('markets that are never listed keep no other waiting: all are asked for in one round', () => {
  const { paid, asked, events, add, answerAll } = open();
  const others = Array.from({ length: 20 }, (_, at) => `KXNONE-${at}`);
  for (const ticker of [...others, 'KXHELD-1']) add(ticker);
  answerAll();
  expect(asked).toEqual([...others, 'KXHELD-1']);
  paid.add('KXHELD-1');
  vi.advanceTimersByTime(5_000);
  answerAll();
  expect(asked).toHaveLength(42);
  expect(events).toEqual([
    { kind: 'paid', token: 'KXHELD-1', payoutE4: 10_000 },
    { kind: 'paid', token: kalshiOutcome('KXHELD-1', VIEW_NO), payoutE4: 0 },
  ]);
  vi.advanceTimersByTime(5_000);
  answerAll();
  expect(asked.filter((ticker) => ticker === 'KXHELD-1')).toHaveLength(2);
});

test('a question that gets no answer, or finds the way taken by orders, is asked again', () => {
  const { paid, asked, events, add, answerAll, lose, setBusy } = open();
  setBusy(true);
  add('KXHELD-1');
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual([]);
  setBusy(false);
  paid.add('KXHELD-1');
  vi.advanceTimersByTime(100);
  expect(asked).toEqual(['KXHELD-1']);
  lose();
  vi.advanceTimersByTime(5_000);
  answerAll();
  expect(asked).toEqual(['KXHELD-1', 'KXHELD-1']);
  expect(events).toHaveLength(2);
});

test('a market that is over and of which nothing is held any more was paid when its outcomes met, by its result', () => {
  const { netted, asked, events, add, answerAll } = open();
  add('KXHELD-1');
  answerAll();
  expect(events).toEqual([]);
  netted.add('KXHELD-1');
  vi.advanceTimersByTime(5_000);
  answerAll();
  expect(events).toEqual([
    { kind: 'paid', token: 'KXHELD-1', payoutE4: 10_000 },
    { kind: 'paid', token: kalshiOutcome('KXHELD-1', VIEW_NO), payoutE4: 0 },
  ]);
  vi.advanceTimersByTime(60_000);
  answerAll();
  expect(asked).toHaveLength(2);
});
