// The limit of a sale stands on the market's grid, tapered or not, on either outcome.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sellLimitE4 } from '../../engine/execute/scene-builder.ts';
import type { TickRange } from '../../engine/venue/contract.ts';
import * as L from '../../wasm/layout.ts';

const ONE_E4 = 10_000;
const GRIDS: Readonly<Record<string, readonly TickRange[]>> = {
  cents: [{ startE4: 0, endE4: ONE_E4, tickE4: 100 }],
  'tenths of a cent near the ends': [
    { startE4: 0, endE4: 1_000, tickE4: 10 },
    { startE4: 1_000, endE4: 9_000, tickE4: 100 },
    { startE4: 9_000, endE4: ONE_E4, tickE4: 10 },
  ],
  'a fine end on one side only': [
    { startE4: 0, endE4: 9_600, tickE4: 100 },
    { startE4: 9_600, endE4: ONE_E4, tickE4: 10 },
  ],
};

/** Every price of YES that an order may name. */
function pricesOf(grid: readonly TickRange[]): number[] {
  const prices = new Set<number>();
  for (const { startE4, endE4, tickE4 } of grid) {
    for (let priceE4 = startE4; priceE4 <= endE4; priceE4 += tickE4) prices.add(priceE4);
  }
  return [...prices].filter((priceE4) => priceE4 > 0 && priceE4 < ONE_E4);
}

test.each(Object.entries(GRIDS))(
  'on a grid of %s the limit of a sale is the lowest price of the outcome from the least that is asked for',
  (_, grid) => {
    const yesPrices = pricesOf(grid);
    for (const view of [L.VIEW_YES, L.VIEW_NO]) {
      const own = view === L.VIEW_YES ? yesPrices : yesPrices.map((priceE4) => ONE_E4 - priceE4);
      fc.assert(
        fc.property(fc.constantFrom(...own), fc.integer({ min: 0, max: 3_000 }), (bestE4, slipE4) => {
          const lowest = Math.min(...own.filter((priceE4) => priceE4 >= bestE4 - slipE4));
          expect(sellLimitE4(grid, view, bestE4 - slipE4)).toBe(lowest);
        }),
      );
    }
  },
);
