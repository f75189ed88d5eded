// The order state machine's table: what ends an unknown, what is terminal, what never leads back to a sendable state.
import { expect, test } from 'vitest';
import { ORDER_TRANSITIONS, type OrderEvent, type OrderState } from '../../engine/execute/orders.ts';

const STATES = Object.keys(ORDER_TRANSITIONS) as OrderState[];

test('an unknown order is left on the venue evidence only', () => {
  const evidence: OrderEvent[] = ['resting', 'matched', 'part', 'full', 'killed', 'absent', 'failed'];
  expect(Object.keys(ORDER_TRANSITIONS.unknown).sort()).toEqual([...evidence].sort());
});

test('no event makes an intent out of an order again, so nothing can be sent twice', () => {
  for (const state of STATES) expect(Object.values(ORDER_TRANSITIONS[state])).not.toContain('intent');
  for (const state of STATES) {
    const toSent = Object.values(ORDER_TRANSITIONS[state]).includes('sent');
    expect(toSent).toBe(state === 'intent');
  }
});

test('an order that the gate denied never moves, and only an intent can be denied', () => {
  expect(ORDER_TRANSITIONS.deniedLocally).toEqual({});
  expect(STATES.filter((state) => 'denied' in ORDER_TRANSITIONS[state])).toEqual(['intent']);
});

test('every state is reached from an intent', () => {
  const reached = new Set<OrderState>(['intent']);
  for (const state of reached) for (const next of Object.values(ORDER_TRANSITIONS[state])) reached.add(next);
  expect([...reached].sort()).toEqual([...STATES].sort());
});
