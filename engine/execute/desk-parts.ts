// What the desk is handed and what it follows together. Types only; executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import type { FeeSchedule, OrderRequest, VenueEvent } from '../venue/contract.ts';
import type { AskedVenues } from './asks.ts';
import type { ExecuteOptions } from './options.ts';
import type { Scribe } from './scribe.ts';
import type { ExecuteStats } from './stats.ts';

export interface DeskParts {
  readonly breaker: Pick<Breaker, 'retire'>;
  readonly scribe: Pick<Scribe, 'record' | 'ledger'>;
  readonly venues: AskedVenues;
  readonly options: ExecuteOptions;
  readonly stats: ExecuteStats;
  feeOf(marketIndex: number): FeeSchedule | undefined;
  /** Name of the YES of a market. */
  yesOf(marketIndex: number): string;
  /** Told once per batch: when its last byte left, and when its last outcome was known. */
  onSent(batchId: number, atNs: number): void;
  onOutcome(batchId: number, atNs: number): void;
  /** An order of a basket was refused for what it is, or its outcome is unknown; told for each. */
  onFailed(rootBatchId: number): void;
}

export type Trade = VenueEvent & { kind: 'trade' };

/** Orders of one basket in one request. */
export interface Batch {
  readonly batchId: number;
  readonly rootBatchId: number;
  readonly orders: readonly OrderRequest[];
}
