// A rig for baskets whose legs lie at two venues: the executor of ./rig.ts with a second gateway that a test scripts.
import { Random } from '../../engine/core/random.ts';
import type { OrderBatch } from '../../engine/venue/contract.ts';
import { createKalshiOrderMaker } from '../../engine/venue/kalshi/maker.ts';
import { Rig, type RigOptions, ScriptedGateway, SHARE } from './rig.ts';

/** Kalshi's fee: rounded up to the cent for each order. */
export const KALSHI_FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
export const TICKER = 'KXTEST-26';

/** Market 0 is Polymarket's, market 1 Kalshi's with whole contracts; asks at 0.30 each. */
export function twoVenues(
  change: Pick<RigOptions, 'options' | 'limits' | 'venues' | 'depositMicros' | 'seal' | 'sink'> = {},
) {
  const kalshi = new ScriptedGateway('kalshi');
  const market = {
    id: `kalshi:${TICKER}`,
    venue: 'kalshi',
    yesToken: TICKER,
    noToken: undefined,
    negRisk: false,
  } as const;
  const rig = new Rig({
    ...change,
    markets: [{}, { ...market, minSizeMicros: SHARE, fee: KALSHI_FEE }, {}],
    second: (arena) => ({ gateway: kalshi, maker: createKalshiOrderMaker(arena, new Random(8)) }),
  });
  rig.executor.deposit(100 * SHARE, rig.clock.nowNs(), 'kalshi');
  return { rig, kalshi, polymarket: rig.gateway };
}

/** The venue's last word on every order of a request: filled to a share of its size, the rest killed. */
export function fill(rig: Rig, gateway: ScriptedGateway, batch: OrderBatch, shares = [1, 1, 1]): void {
  const nowNs = rig.clock.nowNs();
  gateway.events.push({ kind: 'sent', batchId: batch.id, atNs: nowNs });
  const answers = batch.orders.map(({ orderId }, at) => ({
    ...{ orderId, accepted: true, error: '' },
    status: shares[at]! > 0 ? ('matched' as const) : ('unmatched' as const),
  }));
  gateway.events.push({ kind: 'answer', batchId: batch.id, answers });
  for (const [at, order] of batch.orders.entries()) {
    const { orderId, token, side, limitE4: priceE4, sizeMicros: whole } = order;
    const sizeMicros = Math.round(whole * shares[at]!);
    if (sizeMicros > 0) {
      const trade = { tradeId: `t-${orderId}`, orderId, token, side, priceE4, sizeMicros, status: 'MATCHED' } as const;
      gateway.events.push({ kind: 'trade', ...trade });
    }
    gateway.events.push({ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros: sizeMicros });
  }
}
