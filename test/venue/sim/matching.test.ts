// Matching over the live book: what is taken stays taken, resting orders keep their place.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Incoming, shareLevel, takeLevels } from '../../../engine/venue/sim/matching.ts';

/** Matching one share-unit at a time against a flat list: slow, and plainly right. */
function slowTake(levels: readonly { priceE4: number; sizeMicros: number }[], order: Incoming): Map<number, number> {
  const left = levels.map((level) => ({ ...level }));
  const taken = new Map<number, number>();
  for (let unit = 0; unit < order.sizeMicros; unit += 1) {
    const within = left.filter(
      ({ priceE4, sizeMicros }) =>
        sizeMicros > 0 && (order.side === 'bid' ? priceE4 <= order.limitE4 : priceE4 >= order.limitE4),
    );
    const prices = within.map(({ priceE4 }) => priceE4);
    const best = order.side === 'bid' ? Math.min(...prices) : Math.max(...prices);
    const level = within.find(({ priceE4 }) => priceE4 === best);
    if (level === undefined) return order.type === 'FOK' ? new Map() : taken;
    level.sizeMicros -= 1;
    taken.set(best, (taken.get(best) ?? 0) + 1);
  }
  return taken;
}

const side = fc.constantFrom('bid' as const, 'ask' as const);
const book = fc.uniqueArray(
  fc.record({ priceE4: fc.integer({ min: 1, max: 12 }), sizeMicros: fc.integer({ min: 0, max: 9 }) }),
  {
    selector: ({ priceE4 }) => priceE4,
    maxLength: 8,
  },
);

test('takes what a unit-by-unit matcher takes, in price order, for every kind of order', () => {
  fc.assert(
    fc.property(
      book,
      side,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('FOK' as const, 'FAK' as const, 'GTC' as const),
      (levels, of, limitE4, sizeMicros, type) => {
        const order: Incoming = { side: of, limitE4, sizeMicros, type };
        const sorted = [...levels].sort((a, b) => (of === 'bid' ? 1 : -1) * (a.priceE4 - b.priceE4));
        const takes = takeLevels(sorted, order);
        expect(new Map(takes.map((take) => [take.priceE4, take.sizeMicros]))).toEqual(slowTake(levels, order));
        const prices = takes.map(({ priceE4 }) => priceE4);
        expect(prices).toEqual([...prices].sort((a, b) => (of === 'bid' ? 1 : -1) * (a - b)));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('shares a level as a queue of single units would: flow ahead, order, flow ahead, order, flow behind', () => {
  const queue = fc.array(
    fc.record({ extra: fc.integer({ min: 0, max: 6 }), leftMicros: fc.integer({ min: 1, max: 6 }) }),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(queue, fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 60 }), (gaps, external, wanted) => {
      let ahead = 0;
      const orders = gaps.map(({ extra, leftMicros }, index) => {
        ahead += extra;
        return { index, aheadMicros: ahead, leftMicros };
      });
      // The line of units: -1 is the market's own flow, otherwise the order's index.
      const line: number[] = [];
      let flow = 0;
      for (const { index, aheadMicros, leftMicros } of orders) {
        while (flow < Math.min(aheadMicros, external)) {
          line.push(-1);
          flow += 1;
        }
        for (let unit = 0; unit < leftMicros; unit += 1) line.push(index);
      }
      while (flow < external) {
        line.push(-1);
        flow += 1;
      }
      const taken = line.slice(0, wanted);
      const shared = shareLevel(taken.length, external, orders);
      expect(shared.externalMicros).toBe(taken.filter((who) => who === -1).length);
      for (const { index } of orders) {
        const filled = shared.fills.find(({ order }) => order.index === index)?.sizeMicros ?? 0;
        expect(filled).toBe(taken.filter((who) => who === index).length);
      }
    }),
    { numRuns: 2_000 },
  );
});
