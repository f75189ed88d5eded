// Makes Polymarket orders: checks the rules, derives the id, has them signed, writes the wire form. Executor's thread.
import * as L from '../../../wasm/layout.ts';
import { assert } from '../../core/assert.ts';
import { blake3Hex } from '../../core/digest.ts';
import type { Random } from '../../core/random.ts';
import type { Arena } from '../../memory/arena.ts';
import type { OrderDraft, OrderMaker, OrderRequest, Sealing, TickRange } from '../contract.ts';
import { readGrid, tickAt } from '../grid.ts';
import { type Exchange, exchangeFor, hex } from './eip712.ts';
import { OrderBody } from './order-body.ts';
import { OrderForm } from './order-form.ts';
import { buyRule, ORDERS_PER_REQUEST_MAX, orderAmounts, orderFault, restingFault, SELL_STEP_MICROS } from './rules.ts';
import type { OrderSeal, ToSign } from './seal.ts';

/** How orders are signed; without it ids are digests and nothing is valid on a real venue. */
export interface Signing {
  readonly seal: OrderSeal;
  /** API key, the `owner` of the wire form. */
  readonly owner: string;
}

/**
 * The maker over the arena's market table. `random` gives salts, so that equal orders have different ids. Without
 * `signing` (replay: the venue is in-process) the id is a digest of the order and `wire` is empty.
 */
export function createOrderMaker(arena: Arena, random: Random, signing?: Signing): OrderMaker {
  const signed = signing === undefined ? undefined : new SignedOrders(signing);
  const gridOf = gridsOf(arena);
  return {
    ordersPerRequestMax: ORDERS_PER_REQUEST_MAX,
    sellStepMicros: SELL_STEP_MICROS,
    buyRule: (marketIndex) => buyRule(gridOf(marketIndex)),
    fault: (draft) => faultOf(arena, gridOf(draft.marketIndex), draft),
    make: (draft, wallMs) => {
      const grid = gridOf(draft.marketIndex);
      const fault = faultOf(arena, grid, draft);
      if (fault !== undefined) throw new RangeError(`${draft.marketId} ${draft.side}: ${fault}`);
      const salt = random.uint32() * 2_097_152 + (random.uint32() >>> 11);
      const tickE4 = tickAt(grid, draft.limitE4);
      if (signed === undefined) return unsigned(draft, salt);
      return signed.make(draft, exchangeOf(arena, draft), tickE4, salt, wallMs);
    },
    ...(signed === undefined ? {} : { seal: (orders) => signed.seal(orders) }),
  };
}

/** A market's grid. One that stands in the table stays as it is, so each is read once. */
function gridsOf(arena: Arena): (marketIndex: number) => readonly TickRange[] {
  const grids = new Map<number, readonly TickRange[]>();
  return (marketIndex) => {
    const index = arena.view.getUint32(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_GRID, true);
    let grid = grids.get(index);
    if (grid === undefined) {
      grid = readGrid(arena, index);
      if (grid.length > 0) grids.set(index, grid);
    }
    return grid;
  };
}

function exchangeOf(arena: Arena, { marketIndex, negRisk }: OrderDraft): Exchange {
  const flags = arena.view.getUint32(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_FLAGS, true);
  return exchangeFor(negRisk, (flags & L.MARKET_FLAG_PROTOCOL_V2) !== 0);
}

function faultOf(arena: Arena, grid: readonly TickRange[], draft: OrderDraft): string | undefined {
  const { side, limitE4, sizeMicros, type, marketIndex } = draft;
  const minAt = (arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_MIN_SIZE_MICROS) >> 2;
  const minSizeMicros = arena.u32[minAt]! + arena.u32[minAt + 1]! * 2 ** 32;
  return orderFault(side, limitE4, sizeMicros, grid, type) ?? restingFault(draft, minSizeMicros);
}

function requestOf(draft: OrderDraft, orderId: string): OrderRequest {
  const { marketIndex, marketId, token, side, limitE4, sizeMicros, type, expiresMs } = draft;
  return { orderId, marketIndex, marketId, token, side, limitE4, sizeMicros, type, expiresMs, wire: '' };
}

function unsigned(draft: OrderDraft, salt: number): OrderRequest {
  const { token, side, limitE4, sizeMicros, type } = draft;
  return requestOf(draft, `0x${blake3Hex(JSON.stringify([token, side, limitE4, sizeMicros, type, salt]))}`);
}

/** What is prebuilt of the orders of one token on one side. */
interface Prebuilt {
  readonly form: OrderForm;
  readonly body: OrderBody;
}

/** Makes orders with an id, and keeps what their signing needs until they are sealed. */
class SignedOrders {
  readonly #signing: Signing;
  readonly #prebuilt = new Map<string, Prebuilt>();
  readonly #unsealed = new WeakMap<OrderRequest, ToSign & { readonly body: OrderBody }>();

  constructor(signing: Signing) {
    this.#signing = signing;
  }

  make(draft: OrderDraft, exchange: Exchange, tickE4: number, salt: number, timestampMs: number): OrderRequest {
    const { type, side, limitE4, sizeMicros, token } = draft;
    const { makerMicros, takerMicros } = orderAmounts(type, side, limitE4, sizeMicros, tickE4);
    const { form, body } = this.#prebuiltFor(token, side, exchange);
    const orderId = hex(form.fill(salt, makerMicros, takerMicros, timestampMs));
    const request = requestOf(draft, orderId);
    const terms = { salt, makerMicros, takerMicros, timestampMs, exchange };
    this.#unsealed.set(request, { orderId, token, side: side === 'BUY' ? 0 : 1, ...terms, form, body });
    return request;
  }

  seal(orders: readonly OrderRequest[]): Sealing {
    const parts = orders.map((order) => {
      const part = this.#unsealed.get(order);
      assert(part !== undefined, `order ${order.orderId} was made here and is sealed once`);
      this.#unsealed.delete(order);
      return part;
    });
    const wait = this.#signing.seal.begin(parts);
    return () => {
      const signatures = wait();
      if ('refused' in signatures) return signatures;
      return orders.map((order, index) => {
        const part = parts[index]!;
        return { ...order, wire: part.body.text(part, order, signatures[index]!) };
      });
    };
  }

  #prebuiltFor(token: string, side: 'BUY' | 'SELL', exchange: Exchange): Prebuilt {
    const key = `${side} ${token}`;
    let prebuilt = this.#prebuilt.get(key);
    if (prebuilt === undefined) {
      const { owner, seal } = this.#signing;
      const form = new OrderForm(seal.identity, token, side === 'BUY' ? 0 : 1, exchange);
      prebuilt = { form, body: new OrderBody(seal.identity, token, side, owner) };
      this.#prebuilt.set(key, prebuilt);
    }
    return prebuilt;
  }
}
