// A rig for the in-process venue: one market with a plain book, a virtual clock, and what was told.
import type { Cleared } from '../../../engine/breaker/pass.ts';
import { VirtualClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import type { OrderRequest, OrderType, VenueEvent } from '../../../engine/venue/contract.ts';
import type { BookReader } from '../../../engine/venue/sim/impact.ts';
import { type InProcessOptions, InProcessVenue } from '../../../engine/venue/sim/in-process.ts';

/** A plain book for one market, sides sorted at each look: what the engine's books say, slowly. */
export class SlowBook implements BookReader {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  /** False: as the engine's books while they are STALE. */
  isTrusted = true;

  eachLevel(_: number, isBid: boolean, onLevel: (priceE4: number, sizeMicros: number) => boolean): void {
    if (!this.isTrusted) return;
    const levels = [...(isBid ? this.bids : this.asks)].sort(([a], [b]) => (isBid ? b - a : a - b));
    for (const [priceE4, sizeMicros] of levels) if (sizeMicros > 0 && !onLevel(priceE4, sizeMicros)) return;
  }

  sizeAt(_: number, isBid: boolean, priceE4: number): number | undefined {
    if (!this.isTrusted) return undefined;
    return (isBid ? this.bids : this.asks).get(priceE4) ?? 0;
  }
}

const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10 };

export function setUp(seed = 1, options: Partial<InProcessOptions> = {}) {
  const books = new SlowBook();
  const clock = new VirtualClock();
  const venue = new InProcessVenue({
    books,
    clock,
    random: new Random(seed),
    cashMicros: 1_000_000_000,
    latency: { minMs: 10, maxMs: 10, takerDelayMs: 0 },
    settlement: { minedMsMean: 100, confirmedMsMean: 100, failProbability: 0 },
    feeOf: () => FEE,
    viewOf: (_, token) => (token === 'yes' ? 0 : 1),
    ...options,
  });
  const events: VenueEvent[] = [];
  const advance = (toMs: number) => {
    clock.advanceTo(toMs * 1e6);
    venue.poll(1_000, (event) => events.push(event));
  };
  let batches = 0;
  const submit = (...orders: OrderRequest[]) => {
    batches += 1;
    venue.submit({ batchId: batches } as Cleared, { id: batches, basketIndex: 0, orders });
  };
  return { books, venue, events, advance, submit };
}

let ids = 0;
/** Order ids start again, so that two runs have the same. */
export function resetIds(): void {
  ids = 0;
}

export function order(
  token: 'yes' | 'no',
  side: 'BUY' | 'SELL',
  limitE4: number,
  shares: number,
  type: OrderType = 'FAK',
): OrderRequest {
  ids += 1;
  const id = `0x${String(ids).padStart(8, '0')}`;
  return {
    orderId: id,
    marketIndex: 0,
    marketId: 'polymarket:x',
    token,
    side,
    limitE4,
    sizeMicros: shares * 1e6,
    type,
    wire: '',
  };
}

export const matched = (events: readonly VenueEvent[]) =>
  events.flatMap((event) =>
    event.kind === 'trade' && event.status === 'MATCHED' ? [[event.priceE4, event.sizeMicros / 1e6]] : [],
  );
