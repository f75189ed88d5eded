// What signed amounts mean to the simulated venue: limit and size, and which are no price.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountError, limitAndSize } from '../../../engine/venue/sim/order-rules.ts';
import type { OrderType, SignedOrder } from '../../../engine/venue/sim/signed-order.ts';

function order(side: 'BUY' | 'SELL', makerAmount: number, takerAmount: number): SignedOrder {
  const zero = `0x${'0'.repeat(64)}`;
  return {
    ...{ salt: 1n, maker: '0x', signer: '0x', tokenId: '1', makerAmount, takerAmount, side, signatureType: 0 },
    ...{ timestampMs: '1', expirationS: '0', metadata: zero, builder: zero, signature: '0x' },
  };
}

test.each<[string, SignedOrder, OrderType, number, number]>([
  ['a limit buy', order('BUY', 2_750_000, 5_000_000), 'GTC', 5_500, 5_000_000],
  ['a sell that takes', order('SELL', 5_000_000, 2_750_000), 'FAK', 5_500, 5_000_000],
  ['a market buy of whole shares', order('BUY', 2_750_000, 5_000_000), 'FOK', 5_500, 5_000_000],
  ['a market buy whose shares are rounded down', order('BUY', 10_000_000, 18_181_800), 'FAK', 5_500, 18_181_800],
  ['a market buy whose shares are rounded up', order('BUY', 900_000_000, 1_636_363_700), 'FOK', 5_500, 1_636_363_600],
])('%s has its limit and no more shares than its dollars pay for', (_, signed, type, limitE4, sizeMicros) => {
  expect(amountError(signed, type, 100)).toBeUndefined();
  expect(limitAndSize(signed, type, 100)).toEqual({ limitE4, sizeMicros });
});

test('amounts that are no price, or have too many decimals, are refused', () => {
  expect(amountError(order('BUY', 10_000_000, 18_181_800), 'GTC', 100)).toContain('max accuracy of 2 decimals');
  expect(amountError(order('BUY', 2_750_100, 5_000_000), 'GTC', 100)).toContain('more than 4 decimals');
  expect(amountError(order('BUY', 2_755_000, 5_000_000), 'FOK', 100)).toContain('maker amount supports');
  expect(amountError(order('BUY', 10_000_000, 18_181_850), 'FOK', 100)).toContain('max accuracy of 4 decimals');
  expect(amountError(order('BUY', 10_010_000, 300_000_000), 'FOK', 100)).toContain('more than 4 decimals');
});

test('a market buy of any dollars on any grid costs at most them at its limit, and less than a step of shares less', () => {
  const decimals = { 1000: 3, 100: 4, 50: 5, 25: 6, 10: 5, 1: 6 };
  const grids = fc.constantFrom(
    ...Object.entries(decimals).map(([tickE4, digits]) => [Number(tickE4), digits] as const),
  );
  const cents = fc.integer({ min: 100, max: 10_000_000 });
  fc.assert(
    fc.property(cents, grids, fc.nat(), fc.boolean(), (amount, [tickE4, digits], place, isUp) => {
      const dollars = amount * 10_000;
      const limit = (1 + (place % (10_000 / tickE4 - 1))) * tickE4;
      const step = 10 ** (6 - digits);
      const steps = (dollars * 10_000) / limit / step;
      const signed = order('BUY', dollars, (isUp ? Math.ceil(steps) : Math.floor(steps)) * step);
      expect(amountError(signed, 'FAK', tickE4)).toBeUndefined();
      const { limitE4, sizeMicros } = limitAndSize(signed, 'FAK', tickE4);
      expect(limitE4).toBe(limit);
      const left = BigInt(dollars) * 10_000n - BigInt(limitE4) * BigInt(sizeMicros);
      expect(left >= 0n && left < BigInt(limitE4 * step)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
