// What the replay driver hands to either topology, and what it gets back.
import { AgentWords } from '../memory/agent-words.ts';
import type { ReplayOptions } from '../observe/driver.ts';
import type { Foundation } from '../pipeline.ts';
import type { WatchResult } from './frame-watcher.ts';
import type { ReplayDesk } from './replay-desk.ts';

/** What both topologies are handed. */
export interface ReplaySession {
  readonly options: ReplayOptions;
  readonly foundation: Foundation;
  readonly seqScope: 'full' | 'marketFiltered';
  /** Market-data frames of the recording by its manifest, for the progress bar. */
  readonly frames: number;
  /** The executor's side; undefined when the recording has no baskets. */
  readonly desk: ReplayDesk | undefined;
}

/** What playing answered. */
export interface Played {
  readonly watched: WatchResult;
  readonly damage: readonly string[];
  /** Why it failed, '' when it did not. */
  readonly failure: string;
  readonly exitCode: number;
}

/** Marks the main thread as the executor's for the summary. */
export function startExecutorWords(foundation: Foundation): AgentWords {
  const words = new AgentWords(foundation.arena, foundation.arena.detectors + 1);
  words.started();
  return words;
}
