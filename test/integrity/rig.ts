// A venue's market on the wire, the engine's books it feeds, and the evidence over both.
import { parseConfig } from '../../engine/config/load.ts';
import type { EvidenceOptions, Fault } from '../../engine/integrity/contract.ts';
import { Evidence } from '../../engine/integrity/evidence.ts';
import type { EvidenceCounts } from '../../engine/integrity/verdicts.ts';
import { BookEngine } from '../../engine/replay/book-engine.ts';
import { type WireChange, WireMarket } from '../../engine/replay/polymarket-wire.ts';
import { BookDigest, viewSideJson } from '../../engine/venue/polymarket/book-hash.ts';
import { polymarketStatements } from '../../engine/venue/polymarket/statements.ts';
import { SIDE_ASK, SIDE_BID, VENUE_POLYMARKET, VIEW_YES } from '../../wasm/layout.ts';

export const SMALL_CONFIG = parseConfig(
  'arena: {markets: 64, fineLadders: 2, baskets: 16, legs: 64, levelRingSlots: 8192, stagingSlots: 4096, scanBytes: 1048576}',
  'small.yaml',
).config;

const CONDITION = `0x${'ab'.repeat(32)}`;
export const YES_TOKEN = '7'.repeat(77);
export const MARKET_ID = `polymarket:${CONDITION}`;

export class EvidenceRig {
  readonly faults: Fault[] = [];
  readonly wire: WireMarket;
  readonly engine = new BookEngine(SMALL_CONFIG, { markets: [], relations: [] }, 'full');
  readonly evidence: Evidence;
  #message = 0;

  constructor(options: Partial<EvidenceOptions> = {}, minSizeText = '5') {
    this.wire = new WireMarket({
      ...{ conditionId: CONDITION, yesToken: YES_TOKEN, noToken: '8'.repeat(77) },
      ...{ tickE4: 100, minSizeText, negRisk: false },
    });
    this.evidence = new Evidence({
      ...{ books: this.engine.books, markets: this.engine.foundation.markets, seqScope: 'full' },
      options: { ...SMALL_CONFIG.integrity, ...options },
      onFault: (fault) => this.faults.push(fault),
    });
    for (const [priceE4, sizeMicros] of [
      [4900, 10e6],
      [4800, 20e6],
      [4700, 30e6],
    ] as const) {
      this.wire.setLevel('bid', priceE4, sizeMicros);
      this.wire.setLevel('ask', 10_000 - priceE4, sizeMicros);
    }
  }

  get counts(): EvidenceCounts {
    return this.evidence.countsOf(MARKET_ID);
  }

  /** Takes messages as one connection brings them. */
  take(texts: readonly string[], connection = 1): void {
    for (const text of texts) {
      this.#message += 1;
      const recvNs = this.#message * 1e6;
      this.engine.accept(Buffer.from(text, 'utf8'), VENUE_POLYMARKET, connection, recvNs);
      this.evidence.message(polymarketStatements(JSON.parse(text)), { connection, recvNs, message: this.#message });
    }
  }

  /** The snapshot of both tokens. */
  snapshot(venueMs: number, connection = 1): void {
    this.take([this.wire.snapshotText(venueMs)], connection);
  }

  /** An answer of `/books` for the YES token as the engine holds it, but for `change`; its hash holds. */
  answer(venueMs: number, change: (json: string) => string = (json) => json, lastTradeText = ''): string {
    const { books } = this.engine;
    const { minSizeText } = this.wire.identity;
    const bids = viewSideJson(books, 0, VIEW_YES, SIDE_BID);
    const asks = change(viewSideJson(books, 0, VIEW_YES, SIDE_ASK));
    const tail = { minSizeText, tickText: '0.01', negRisk: false, lastTradeText };
    const hash = new BookDigest(CONDITION, YES_TOKEN, venueMs, bids, asks).hex(tail);
    return `[{"market":"${CONDITION}","asset_id":"${YES_TOKEN}","timestamp":"${venueMs}","hash":"${hash}","bids":${bids},"asks":${asks},"min_order_size":"${minSizeText}","tick_size":"0.01","neg_risk":false,"last_trade_price":"${lastTradeText}"}]`;
  }

  /** Messages of one venue millisecond: changes of the YES token, then perhaps a trade. */
  batch(venueMs: number, changes: readonly (readonly [number, number])[], tradeE4?: number): string[] {
    const events = changes.map(([priceE4, sizeMicros]) => {
      const change: WireChange = { placedOn: 'yes', side: priceE4 < 5000 ? 'BUY' : 'SELL', priceE4, sizeMicros };
      return { kind: 'change', change } as const;
    });
    if (tradeE4 === undefined) return this.wire.applyBatch(events, venueMs);
    const trade = { token: 'yes', takerSide: 'BUY', priceE4: tradeE4, sizeMicros: 1e6 } as const;
    return this.wire.applyBatch([...events, { kind: 'trade', trade }], venueMs);
  }
}
