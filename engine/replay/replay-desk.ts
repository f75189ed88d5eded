// The executor's side of a replay: the real executor over an in-process venue on recorded time.
import type { Config } from '../config/schema.ts';
import type { BreakerFacts, MoneyFacts, OrderFacts } from '../observe/facts.ts';
import type { Foundation } from '../pipeline.ts';
import type { HashedColumns, HashedOpportunity } from './state-hash.ts';

export interface ReplayDesk {
  /** The executor's turn after a frame received at `nowNs` of recorded time. */
  turn(nowNs: number): void;
  /** After the last frame: lets what is on its way arrive. */
  finish(): void;
  opportunities(): readonly HashedOpportunity[];
  columns(): HashedColumns;
  money(): MoneyFacts;
  orders(): OrderFacts;
  breaker(): BreakerFacts;
  /** What differs between our ledger and the venue's, '' when they are equal. */
  ledgerDifference(): string;
}

export function createReplayDesk(
  _config: Config,
  _foundation: Foundation,
  _startWallMs: number,
): ReplayDesk | undefined {
  return undefined;
}
