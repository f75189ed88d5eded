// What a connection of the Kalshi feed is given and what it delivers to.
import type { JsonValue } from '../venue/json.ts';
import type { CareOptions } from './care.ts';
import type { Subscription } from './controls.ts';
import type { DialTransport } from './dial-contract.ts';
import type { FrameSink, PlacedSink } from './feed-contract.ts';
import type { KalshiLimits } from './kalshi-markets.ts';
import type { SnapshotTimes } from './snapshot-watch.ts';

/** One socket of the Kalshi feed. Holds a secret: it goes to the ingest thread and nowhere else. */
export interface KalshiFeedSetup {
  readonly url: string;
  readonly transport: DialTransport;
  /** Key that signs its handshakes; absent where another process has it. */
  readonly keyId?: string;
  readonly privateKeyPem?: string;
  /** Memory of a HandshakeBox, where that process has them signed. */
  readonly handshakes?: SharedArrayBuffer;
  /** Markets of one detector; more can be added later. */
  readonly tickers: readonly string[];
  readonly connection: number;
  readonly maxFrameBytes: number;
  /** Certificate authority in PEM to trust in place of the system's. */
  readonly ca?: string;
  readonly care: CareOptions;
  readonly snapshots: SnapshotTimes;
  readonly resync: KalshiLimits;
}

/** Where it delivers: frames, loss, and what it knows besides them. */
export interface KalshiSink extends FrameSink, Pick<PlacedSink, 'arena' | 'read' | 'frameAt' | 'readEnd'> {
  /** Index of a registered market. */
  marketOf(ticker: string): number | undefined;
  stale(market: number, nowNs: number): void;
  /** Nothing is sent for a market from now on, or is again. */
  withdrawn(market: number, is: boolean): void;
  passNumber(market: number, subscription: Subscription, nowNs: number): void;
  connectionOver(market: number, connection: number, nowNs: number): void;
  countResync(): void;
  /** The frame brought last, where it had to be read with objects already. */
  takeKalshi(connection: number): JsonValue | undefined;
}
