// Makes Kalshi orders: checks the rules, draws the id by which the venue will know them, writes the wire form. Executor's
// thread.
import * as L from '../../../wasm/layout.ts';
import { blake3Hex } from '../../core/digest.ts';
import type { Random } from '../../core/random.ts';
import type { Arena } from '../../memory/arena.ts';
import type { OrderDraft, OrderMaker, OrderRequest, OrderType } from '../contract.ts';
import { readGrid } from '../grid.ts';
import { tickerOfOutcome } from './outcome.ts';
import { COUNT_STEP_MICROS, contractFault, contractRule, KALSHI_ORDERS_PER_REQUEST_MAX, yesLeg } from './rules.ts';
import type { SealedRequests } from './seal.ts';
import { countText, dollarsText } from './text.ts';

const TIME_IN_FORCE: Readonly<Record<OrderType, string>> = {
  FOK: 'fill_or_kill',
  FAK: 'immediate_or_cancel',
  GTC: 'good_till_canceled',
  GTD: 'good_till_canceled',
  postOnly: 'good_till_canceled',
};

/** A request says when it was signed, and the venue takes it for some seconds: what waited longer than this is signed anew. */
const SEAL_MS = 2_000;

/**
 * The maker over the arena's market table. `random` sets equal orders apart, and the time that `make` is told sets runs
 * apart that begin with the same seed: the venue takes an id once and never again. `sealed`: another process signs the
 * requests; without it whoever sends them does.
 */
export function createKalshiOrderMaker(
  arena: Arena,
  random: Random,
  ordersPerRequestMax: number = KALSHI_ORDERS_PER_REQUEST_MAX,
  sealed?: SealedRequests,
): OrderMaker {
  const faultOf = (draft: OrderDraft): string | undefined =>
    contractFault(draft, stepOf(arena, draft.marketIndex), readGrid(arena, gridOf(arena, draft.marketIndex)));
  return {
    ordersPerRequestMax,
    sellStepMicros: COUNT_STEP_MICROS,
    buyRule: (marketIndex) => contractRule(stepOf(arena, marketIndex)),
    fault: faultOf,
    make: (draft, wallMs) => {
      const fault = faultOf(draft);
      if (fault !== undefined) throw new RangeError(`${draft.marketId} ${draft.side}: ${fault}`);
      const { marketIndex, marketId, token, side, limitE4, sizeMicros, type, expiresMs } = draft;
      const salt = [random.uint32(), random.uint32()];
      const orderId = uuidOf(blake3Hex(JSON.stringify([token, side, limitE4, sizeMicros, type, wallMs, ...salt])));
      const wire = wireOf(draft, orderId);
      const order = { orderId, marketIndex, marketId, token, side, limitE4, sizeMicros, type, expiresMs, wire };
      return order satisfies OrderRequest;
    },
    ...(sealed === undefined ? {} : { seal: (orders) => sealed.seal(orders), sealMs: SEAL_MS }),
  };
}

/** Of the body of a request. The taker gives way where it would meet an order of ours; what rests ends with trading. */
function wireOf(draft: OrderDraft, orderId: string): string {
  const { side, priceE4 } = yesLeg(draft);
  const rests = draft.type === 'GTC' || draft.type === 'GTD' || draft.type === 'postOnly';
  return JSON.stringify({
    ...{ ticker: tickerOfOutcome(draft.token), client_order_id: orderId, side },
    ...{ count: countText(draft.sizeMicros), price: dollarsText(priceE4), time_in_force: TIME_IN_FORCE[draft.type] },
    ...(draft.type === 'postOnly' ? { post_only: true } : {}),
    ...(rests ? { cancel_order_on_pause: true } : {}),
    // In whole seconds; never later than was meant.
    ...(draft.expiresMs === undefined ? {} : { expiration_time: Math.floor(draft.expiresMs / 1_000) }),
    self_trade_prevention_type: 'taker_at_cross',
  });
}

/** A digest in the form of a random UUID. */
function uuidOf(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!;
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}

function gridOf(arena: Arena, marketIndex: number): number {
  return arena.view.getUint32(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_GRID, true);
}

function stepOf(arena: Arena, marketIndex: number): number {
  return Number(arena.view.getBigUint64(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_MIN_SIZE_MICROS, true));
}
