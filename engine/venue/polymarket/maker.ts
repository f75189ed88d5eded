// Makes Polymarket orders: checks the rules, derives the id, signs, writes the wire form. Executor's thread.
import * as L from '../../../wasm/layout.ts';
import { blake3Hex } from '../../core/digest.ts';
import type { Random } from '../../core/random.ts';
import type { Arena } from '../../memory/arena.ts';
import type { OrderDraft, OrderMaker, OrderRequest, TickRange } from '../contract.ts';
import { readGrid, tickAt } from '../grid.ts';
import {
  buyRule,
  expirationText,
  ORDERS_PER_REQUEST_MAX,
  orderAmounts,
  orderFault,
  restingFault,
  SELL_STEP_MICROS,
} from './rules.ts';
import { EXCHANGE_V2, NEG_RISK_EXCHANGE_V2, type OrderSigner } from './sign.ts';

const ZERO_WORD = `0x${'0'.repeat(64)}`;
const EOA = 0;

/** How orders are signed; without a signer ids are digests and nothing is valid on a real venue. */
export interface Signing {
  readonly signer: OrderSigner;
  /** API key, the `owner` of the wire form. */
  readonly owner: string;
}

/**
 * The maker over the arena's market table. `random` gives salts, so that equal orders have different ids. Without
 * `signing` (replay: the venue is in-process) the id is a digest of the order and `wire` is empty.
 */
export function createOrderMaker(arena: Arena, random: Random, signing?: Signing): OrderMaker {
  return {
    ordersPerRequestMax: ORDERS_PER_REQUEST_MAX,
    sellStepMicros: SELL_STEP_MICROS,
    buyRule: (marketIndex) => buyRule(gridOf(arena, marketIndex)),
    fault: (draft) => faultOf(arena, draft),
    make: (draft, wallMs) => {
      const fault = faultOf(arena, draft);
      if (fault !== undefined) throw new RangeError(`${draft.marketId} ${draft.side}: ${fault}`);
      const salt = random.uint32() * 2_097_152 + (random.uint32() >>> 11);
      const tickE4 = tickAt(gridOf(arena, draft.marketIndex), draft.limitE4);
      return signing === undefined ? unsigned(draft, salt) : signed({ ...draft, tickE4, salt, wallMs }, signing);
    },
  };
}

function gridOf(arena: Arena, marketIndex: number): TickRange[] {
  const marketAt = arena.at(L.REGION_MARKETS, marketIndex);
  return readGrid(arena, arena.view.getUint32(marketAt + L.MARKET_GRID, true));
}

function faultOf(arena: Arena, draft: OrderDraft): string | undefined {
  const { side, limitE4, sizeMicros, type, marketIndex } = draft;
  const minAt = arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_MIN_SIZE_MICROS;
  const minSizeMicros = Number(arena.view.getBigUint64(minAt, true));
  return orderFault(side, limitE4, sizeMicros, gridOf(arena, marketIndex), type) ?? restingFault(draft, minSizeMicros);
}

function requestOf(draft: OrderDraft, orderId: string, wire: string): OrderRequest {
  const { marketIndex, marketId, token, side, limitE4, sizeMicros, type, expiresMs } = draft;
  return { orderId, marketIndex, marketId, token, side, limitE4, sizeMicros, type, expiresMs, wire };
}

function unsigned(draft: OrderDraft, salt: number): OrderRequest {
  const { token, side, limitE4, sizeMicros, type } = draft;
  return requestOf(draft, `0x${blake3Hex(JSON.stringify([token, side, limitE4, sizeMicros, type, salt]))}`, '');
}

/** A draft with what its signed form needs besides. */
interface Signable extends OrderDraft {
  readonly tickE4: number;
  readonly salt: number;
  readonly wallMs: number;
}

function signed(draft: Signable, signing: Signing): OrderRequest {
  const { type, side, limitE4, sizeMicros, tickE4, salt, wallMs } = draft;
  const { makerMicros, takerMicros } = orderAmounts(type, side, limitE4, sizeMicros, tickE4);
  const { signer, owner } = signing;
  const struct = {
    ...{ salt, maker: signer.address, signer: signer.address, tokenId: draft.token },
    ...{ makerAmount: makerMicros, takerAmount: takerMicros, side: draft.side === 'BUY' ? 0 : 1 },
    ...{ signatureType: EOA, timestampMs: wallMs },
  };
  const contract = draft.negRisk ? NEG_RISK_EXCHANGE_V2 : EXCHANGE_V2;
  const { orderId, signature } = signer.sign(struct, contract, '2');
  const order = {
    ...{ salt, maker: signer.address, signer: signer.address, tokenId: draft.token },
    ...{ makerAmount: String(makerMicros), takerAmount: String(takerMicros), side: draft.side, signatureType: EOA },
    ...{
      timestamp: String(wallMs),
      expiration: expirationText(draft.expiresMs),
      metadata: ZERO_WORD,
      builder: ZERO_WORD,
      signature,
    },
  };
  const postOnly = type === 'postOnly';
  const resting = draft.expiresMs === undefined ? 'GTC' : 'GTD';
  const wire = JSON.stringify({ deferExec: false, postOnly, order, owner, orderType: postOnly ? resting : type });
  return requestOf(draft, orderId, wire);
}
