// The next table of a running engine: baskets for the shards as they are, and refusals that leave the table in force alone.
import { expect, test } from 'vitest';
import { writeNextTable } from '../../engine/basket/next-table.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { changedPaths } from '../../engine/config/changed.ts';
import { basketAt, placesBefore, publishTable, tableInForce } from '../../engine/memory/basket-table.ts';
import type { MarketMeta, Relation } from '../../engine/venue/contract.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';

const METAS = Array.from({ length: 4 }, (_, index): MarketMeta => {
  const fee = index === 3 ? {} : { fee: { rateE6: 0, exponent: 1, roundMicros: 1 } };
  return { id: `polymarket:m${index}`, venue: 'polymarket', yesToken: `t${index}`, ...fee };
});
const [A, B, C, D] = METAS.map(({ id }) => id) as [string, string, string, string];
const pair = (...markets: [string, string]): Relation => ({ kind: 'complement', markets });

/** A and B are of the first detector, C and D of the second; the table in force has the pair of A and B. */
function running(baskets = 32) {
  const arena = smallArena({ detectors: 2, baskets });
  const markets = new Markets(arena);
  for (const [index, meta] of METAS.entries()) markets.register(meta, index < 2 ? 0 : 1);
  writeBaskets(arena, markets, []);
  const next = (relations: readonly Relation[]) => {
    const options = { metas: METAS, room: { baskets, legs: 256 } };
    const written = writeNextTable(arena, markets, relations, options, tableInForce(arena) + 1);
    publishTable(arena, tableInForce(arena) + 1);
    return written;
  };
  next([pair(A, B)]);
  return { arena, next };
}

test('what would bind markets of two detectors is left out and named, what stays is the basket that it was', () => {
  const { arena, next } = running();
  const { across, compiled } = next([pair(C, D), pair(B, C), pair(A, B)]);
  expect(across).toContain(`complement:YES ${B}+YES ${C}`);
  const within = compiled.baskets.length - across.length;
  const before = placesBefore(arena, tableInForce(arena));
  expect(before).toHaveLength(within);
  expect(before.filter((place) => place >= 0).sort()).toEqual([0, 1]);
  // D has no fee: its baskets are in the table and are never bought.
  expect(compiled.counts.feeUnknown).toBeGreaterThan(0);
  // Of three tables the last has the first one's area, and nothing of it is left there.
  next([pair(A, B)]);
  expect(placesBefore(arena, tableInForce(arena))).toHaveLength(2);
  expect(arena.u32[(basketAt(arena, 2) + L.BASKET_LEG_COUNT) >> 2]).toBe(0);
});

test('a market that is not there, and more than there is room for, is refused with the key, and the table in force stays', () => {
  const { arena, next } = running(2);
  const inForce = () => [tableInForce(arena), placesBefore(arena, tableInForce(arena)).length];
  expect(() => next([pair(A, 'polymarket:x'), pair('kalshi:Y', B)])).toThrow(
    /relations: polymarket:x is no market of this run, .*\nrelations: kalshi:Y is no market of this run/,
  );
  expect(() => next([pair(A, B), pair(C, D)])).toThrow(/arena\.baskets: 2, needed 4; raise it/);
  expect(inForce()).toEqual([1, 2]);
});

test('keys that differ are named by their path, lists as one value', () => {
  const before = { a: { b: 1, c: [1, 2] }, d: 'x', e: undefined };
  expect(changedPaths(before, { a: { b: 1, c: [1, 2] }, d: 'x' })).toEqual([]);
  expect(changedPaths(before, { a: { b: 2, c: [2, 1] }, d: 'x', f: {} })).toEqual(['a.b', 'a.c', 'f']);
});
