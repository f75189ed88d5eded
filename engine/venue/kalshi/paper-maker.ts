// Makes Kalshi orders that are matched in this process: checks the rules and gives each an id. Nothing is signed and there is
// no wire form, so that none of them could be sent. Executor's thread.
import * as L from '../../../wasm/layout.ts';
import { blake3Hex } from '../../core/digest.ts';
import type { Random } from '../../core/random.ts';
import type { Arena } from '../../memory/arena.ts';
import type { OrderDraft, OrderMaker } from '../contract.ts';
import { readGrid } from '../grid.ts';
import { contractFault, contractRule, KALSHI_ORDERS_PER_REQUEST_MAX } from './rules.ts';

/** Contracts are stated in hundredths at best; the step of a market may be larger. */
const SELL_STEP_MICROS = 10_000;

/** The maker over the arena's market table. `random` makes equal orders have different ids. */
export function createKalshiPaperMaker(arena: Arena, random: Random): OrderMaker {
  // Its smallest order is a market's step.
  const stepOf = (market: number): number =>
    Number(arena.view.getBigUint64(arena.at(L.REGION_MARKETS, market) + L.MARKET_MIN_SIZE_MICROS, true));
  const faultOf = (draft: OrderDraft): string | undefined => {
    const marketAt = arena.at(L.REGION_MARKETS, draft.marketIndex);
    const grid = readGrid(arena, arena.view.getUint32(marketAt + L.MARKET_GRID, true));
    return contractFault(draft, stepOf(draft.marketIndex), grid);
  };
  return {
    ordersPerRequestMax: KALSHI_ORDERS_PER_REQUEST_MAX,
    sellStepMicros: SELL_STEP_MICROS,
    buyRule: (market) => contractRule(stepOf(market)),
    fault: faultOf,
    make: (draft) => {
      const fault = faultOf(draft);
      if (fault !== undefined) throw new RangeError(`${draft.marketId} ${draft.side}: ${fault}`);
      const { negRisk: _, ...order } = draft;
      const nonce = random.uint32() * 2_097_152 + (random.uint32() >>> 11);
      return { ...order, orderId: blake3Hex(JSON.stringify([order, nonce])).slice(0, 32), wire: '' };
    },
  };
}
