// Baskets are proved by their states, and their tables and shards hold together.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certify } from '../../engine/basket/certificate.ts';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { shardMarkets } from '../../engine/basket/shard.ts';
import { endsFrom, systemOf } from '../../engine/basket/states.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';

const EVENT = { kind: 'exactlyOne', markets: ['m:a', 'm:b', 'm:c'] } as const;
const SAME = { kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: ['m:a', 'm:z'] } as const;

describe('certificates', () => {
  test('exactlyOne gives a YES basket that pays 1 and a NO basket that pays n - 1, in every state', () => {
    const [yes, no, ...more] = compileBaskets([EVENT]);
    expect(more).toEqual([]);
    expect([yes!.kind, yes!.payoutE4]).toEqual([L.BASKET_KIND_NEG_RISK_YES, 10_000]);
    expect([no!.kind, no!.payoutE4]).toEqual([L.BASKET_KIND_NEG_RISK_NO, 20_000]);
    expect(yes!.certificate.payoutByStateE4).toEqual([
      { state: 'm:a YES, every other NO', payoutE4: 10_000 },
      { state: 'm:b YES, every other NO', payoutE4: 10_000 },
      { state: 'm:c YES, every other NO', payoutE4: 10_000 },
    ]);
    expect(no!.certificate.worstState).toBe('m:a YES, every other NO');
  });

  test('same gives both directions, each paying 1 whether YES or NO wins', () => {
    const baskets = compileBaskets([SAME]);
    expect(baskets.map(({ id }) => id)).toEqual(['same:YES m:a+NO m:z', 'same:NO m:a+YES m:z']);
    for (const { payoutE4, certificate } of baskets) {
      expect(payoutE4).toBe(10_000);
      expect(certificate.payoutByStateE4.map((entry) => entry.payoutE4)).toEqual([10_000, 10_000]);
    }
  });

  test('legs that leave a state uncovered are worth nothing there, and the worst state says which', () => {
    const legs = [
      { marketId: 'm:a', action: L.ACTION_BUY_YES, ratio: 1 },
      { marketId: 'm:b', action: L.ACTION_BUY_YES, ratio: 1 },
    ];
    const { certificate, payoutE4 } = certify(systemOf(EVENT, endsFrom([]))!, legs);
    expect(payoutE4).toBe(0);
    expect(certificate.worstState).toBe('m:c YES, every other NO');
  });

  test('any event up to LEGS_MAX markets compiles to what its states pay; one more is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: L.LEGS_MAX }), (size) => {
        const markets = Array.from({ length: size }, (_, index) => `m:${index}`);
        const baskets = compileBaskets([{ kind: 'exactlyOne', markets }]);
        expect(baskets.map(({ payoutE4 }) => payoutE4)).toEqual([10_000, (size - 1) * 10_000]);
      }),
      { numRuns: 30 },
    );
    const markets = Array.from({ length: L.LEGS_MAX + 1 }, (_, index) => `m:${index}`);
    expect(() => compileBaskets([{ kind: 'exactlyOne', markets }])).toThrow(/65 legs, allowed 64/);
  });

  test('relations of one market or of a market with itself are refused by name', () => {
    expect(() => compileBaskets([{ kind: 'exactlyOne', markets: ['m:a'] }])).toThrow(/exactlyOne \[m:a\].*at least 2/);
    expect(() => compileBaskets([{ kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: ['m:a', 'm:a'] }])).toThrow(
      /allowed different markets/,
    );
  });
});

describe('tables', () => {
  function registered(ids: readonly string[], detectorOf: (id: string) => number = () => 0) {
    const arena = smallArena({ detectors: 2 });
    const markets = new Markets(arena);
    for (const id of ids) {
      const name = id.slice(2);
      markets.register({ id: `polymarket:${name}`, venue: 'polymarket', yesToken: `${name}-yes` }, detectorOf(id));
    }
    return { arena, indexes: { indexOf: (id: string) => markets.indexOf(`polymarket:${id.slice(2)}`) } };
  }

  test('the index leads from a market to each of its legs and back to the basket', () => {
    const { arena, indexes } = registered(['m:a', 'm:b', 'm:c', 'm:z']);
    const baskets = compileBaskets([EVENT, SAME]);
    writeBaskets(arena, indexes, baskets);
    const region = arena.region(L.REGION_MARKET_LEGS).at;
    const entries = region + arena.region(L.REGION_MARKETS).count * L.MARKET_LEG_BYTES;
    const legAtLane = new Map(
      baskets
        .flatMap(({ legs }) => legs)
        .map((_, index) => {
          const leg = arena.at(L.REGION_LEGS, index) >> 2;
          return [arena.u32[leg + (L.LEG_LANE_AT >> 2)]!, leg];
        }),
    );
    for (const id of ['m:a', 'm:b', 'm:c', 'm:z']) {
      const market = indexes.indexOf(id)!;
      const head = region + market * L.MARKET_LEG_BYTES;
      const first = arena.u32[(head + L.INDEX_FIRST) >> 2]!;
      const yesCount = arena.view.getUint16(head + L.INDEX_YES_COUNT, true);
      const count = yesCount + arena.view.getUint16(head + L.INDEX_NO_COUNT, true);
      const found = Array.from({ length: count }, (_, place) => {
        const entry = (entries + (first + place) * L.MARKET_LEG_BYTES) >> 2;
        const leg = legAtLane.get(arena.u32[entry + (L.ENTRY_LANE_AT >> 2)]!)!;
        expect(arena.u32[leg]).toBe(market);
        const action = place < yesCount ? L.ACTION_BUY_YES : L.ACTION_BUY_NO;
        expect(arena.u32[leg + (L.LEG_ACTION >> 2)]).toBe(action);
        expect(arena.u32[leg + (L.LEG_BASKET >> 2)]).toBe(arena.u32[entry + (L.ENTRY_BASKET >> 2)]);
        return [arena.u32[entry + (L.ENTRY_BASKET >> 2)], action];
      });
      const expected = baskets.flatMap(({ legs }, basket) =>
        legs.filter(({ marketId }) => marketId === id).map(({ action }) => [basket, action]),
      );
      expect(found).toEqual(expected.sort(([, one], [, other]) => one! - other!));
    }
  });

  test('what is full, unknown or split over detectors is refused by name', () => {
    const { arena, indexes } = registered(['m:a', 'm:b']);
    expect(() => writeBaskets(arena, indexes, compileBaskets([EVENT]))).toThrow(/market m:c is not registered/);
    const small = smallArena({ legs: 3 });
    expect(() => writeBaskets(small, indexes, compileBaskets([EVENT]))).toThrow(/arena.legs: 3, needed 6/);
    const split = registered(['m:a', 'm:z'], (id) => (id === 'm:z' ? 1 : 0));
    expect(() => writeBaskets(split.arena, split.indexes, compileBaskets([SAME]))).toThrow(/legs on detectors 0, 1/);
  });

  test('sharding keeps every basket in one detector and uses all detectors', () => {
    const ids = [...'abcdefghz'].map((letter) => `m:${letter}`);
    const baskets = compileBaskets([
      EVENT,
      SAME,
      { kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: ['m:e', 'm:f'] },
    ]);
    const shard = shardMarkets(ids, baskets, 2);
    expect([...shard.keys()].sort()).toEqual([...ids].sort());
    for (const { legs } of baskets) expect(new Set(legs.map(({ marketId }) => shard.get(marketId))).size).toBe(1);
    expect(shard.get('m:c')).toBe(shard.get('m:z'));
    expect([...new Set(shard.values())].sort()).toEqual([0, 1]);
  });
});
