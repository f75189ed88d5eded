// What a case of the fault matrix runs on, whichever the venue: one engine behind one faulty venue, watched.
import type { Clock } from '../../engine/core/clock.ts';
import type { ProductCounts } from './product-count.ts';
import type { Times } from './times.ts';
import type { Evidence, Watch, WatchOptions } from './watch.ts';

/** Pause between two turns of a case's engine. */
export const TURN_MS = 2;

export interface RigOptions {
  readonly times: Times;
  readonly seed: number;
  readonly watch: WatchOptions;
  readonly maxFrameBytes: number;
}

export interface Counts {
  readonly hashesVerified: number;
  readonly answersAgreed: number;
  readonly framesApplied: number;
}

export interface Rig {
  readonly watch: Watch;
  readonly clock: Clock;
  /** Settles when the tape is over; '' or why it broke off. */
  readonly tapeEnded: Promise<string>;
  /** Planted faults that fired, by the venue's name of them. */
  fired(): Readonly<Record<string, number>>;
  counts(): Counts;
  /** What the product itself says of the decisions, when the case is over. */
  product(): ProductCounts;
  /** Evidence against books and connections counted so far. */
  evidence(): Evidence;
  /** How things stand, for the report of a case that went wrong. */
  facts(): string;
  close(): Promise<void>;
}
