// Thread shell of a reload: reads the config file again, compiles its relations and writes the next table of baskets into the
// area that is not in force. A thread of its own, because that holds it for longer than a frame or an order may wait; it
// lives for one table. No decisions here.
import { parentPort, workerData } from 'node:worker_threads';
import type { CompileOptions } from '../basket/compile.ts';
import { writeNextTable } from '../basket/next-table.ts';
import { changedPaths } from '../config/changed.ts';
import { type ConfigSource, loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/problems.ts';
import { Arena } from '../memory/arena.ts';
import { relationsReport } from '../observe/relations-text.ts';
import type { RelationsReport } from '../observe/report-schema.ts';
import type { Relation } from '../venue/contract.ts';
import { Markets } from '../venue/markets.ts';

export interface ReloadTask {
  readonly memory: WebAssembly.Memory;
  /** Of the table to be written. */
  readonly generation: number;
  /** What to read again; undefined: the config stays as it is. */
  readonly source: ConfigSource | undefined;
  /** Relations of the config in force, and those that recording or discovery brought. */
  readonly declared: readonly Relation[];
  readonly found: readonly Relation[];
  readonly options: CompileOptions;
}

export type ReloadAnswer =
  | {
      readonly kind: 'written';
      readonly declared: readonly Relation[];
      readonly report: RelationsReport;
      /** Baskets left out because their markets are of several detectors. */
      readonly across: readonly string[];
      readonly needsRestart: readonly string[];
    }
  | { readonly kind: 'unchanged'; readonly needsRestart: readonly string[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

const NAMED_MAX = 20;

function answerOf({ memory, generation, source, declared, found, options }: ReloadTask): ReloadAnswer {
  const arena = Arena.attach(memory);
  const config = source === undefined ? undefined : loadConfig(source).config;
  const changed = source === undefined ? [] : changedPaths(source.config, config);
  const needsRestart = changed.filter((key) => key !== 'relations');
  const own = config?.relations ?? declared;
  if (source !== undefined && JSON.stringify(own) === JSON.stringify(declared))
    return { kind: 'unchanged', needsRestart };
  const { compiled, across } = writeNextTable(arena, new Markets(arena), [...found, ...own], options, generation);
  const report = relationsReport(compiled, across.length, NAMED_MAX);
  return { kind: 'written', declared: own, report, across: across.slice(0, NAMED_MAX), needsRestart };
}

function refusedBy(error: unknown): ReloadAnswer {
  if (error instanceof ConfigError) return { kind: 'refused', problems: error.problems };
  if (error instanceof RangeError) return { kind: 'refused', problems: error.message.split('\n') };
  throw error;
}

function main(task: ReloadTask): void {
  let answer: ReloadAnswer;
  try {
    answer = answerOf(task);
  } catch (error) {
    answer = refusedBy(error);
  }
  parentPort!.postMessage(answer);
}

main(workerData as ReloadTask);
