// Kalshi's order rules, and the orders that are made for matching on paper.
import { expect, test } from 'vitest';
import { Random } from '../../../engine/core/random.ts';
import type { OrderDraft } from '../../../engine/venue/contract.ts';
import { TAPERED_DECI_CENT, uniformGrid } from '../../../engine/venue/grid.ts';
import { createKalshiOrderMaker } from '../../../engine/venue/kalshi/maker.ts';
import { kalshiOutcome } from '../../../engine/venue/kalshi/outcome.ts';
import { contractFault } from '../../../engine/venue/kalshi/rules.ts';
import { Markets } from '../../../engine/venue/markets.ts';
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import { smallArena } from '../../helpers/arena.ts';

const SHARE = 1_000_000;
const TICKER = 'KXTEST-26';
const DRAFT: OrderDraft = {
  ...{ marketIndex: 0, marketId: `kalshi:${TICKER}`, token: TICKER, side: 'BUY', limitE4: 3_000 },
  ...{ sizeMicros: 10 * SHARE, type: 'FOK', negRisk: false },
};

test('sizes go by the market’s step, and prices by the grid of YES, of which NO has the rest', () => {
  const fault = (change: Partial<OrderDraft>, step = SHARE, grid = uniformGrid(100)) =>
    contractFault({ ...DRAFT, ...change }, step, grid);
  expect(fault({})).toBeUndefined();
  expect(fault({ sizeMicros: 10.5 * SHARE })).toMatch(/not a multiple of 1000000/);
  expect(fault({ sizeMicros: 10.5 * SHARE }, 10_000)).toBeUndefined();
  expect(fault({ sizeMicros: 0 })).toBe('size is zero');
  for (const limitE4 of [0, 3_050, 10_000]) expect(fault({ limitE4 })).toMatch(/not on the tick/);
  // 0.955 of NO is 0.045 of YES, where the tapered grid has thousandths; 0.855 is 0.145, where it has not.
  const no = kalshiOutcome(TICKER, VIEW_NO);
  expect(fault({ token: no, limitE4: 9_550 }, SHARE, TAPERED_DECI_CENT)).toBeUndefined();
  expect(fault({ token: no, limitE4: 8_550 }, SHARE, TAPERED_DECI_CENT)).toMatch(/not on the tick/);
  expect(fault({ type: 'GTD' })).toBe('only a GTD says when it ends');
  expect(fault({ type: 'GTD', expiresMs: 1 })).toBeUndefined();
  expect(fault({ type: 'GTC', expiresMs: 1 })).toBe('only a GTD says when it ends');
});

test('equal orders have ids of their own, which they name, and no secret', () => {
  const arena = smallArena();
  const markets = new Markets(arena);
  markets.register({
    ...{ id: DRAFT.marketId, venue: 'kalshi', yesToken: TICKER },
    tickRanges: uniformGrid(100),
    minSizeMicros: SHARE,
  });
  const maker = createKalshiOrderMaker(arena, new Random(1));
  const orders = Array.from({ length: 100 }, () => maker.make(DRAFT, 0));
  expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(100);
  expect(orders[0]).toMatchObject({ token: TICKER, sizeMicros: 10 * SHARE });
  expect(JSON.parse(orders[0]!.wire)).toMatchObject({ ticker: TICKER, client_order_id: orders[0]!.orderId });
  expect(maker.buyRule(0).atLeast(3_000, 1)).toBe(SHARE);
  expect(() => maker.make({ ...DRAFT, sizeMicros: 1 }, 0)).toThrow(/multiple/);
  expect([markets.outcomeOf(0, VIEW_YES), markets.outcomeOf(0, VIEW_NO)]).toEqual([TICKER, `${TICKER}#no`]);
});
