// `dutchbook replay`: a recording through the whole engine on its own clock, with digests, dumps and a report.
import { configHash } from '../config/hash.ts';
import { loadConfig } from '../config/load.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Replay } from '../observe/driver.ts';
import { ProgressBar } from '../observe/progress.ts';
import { engineReport } from '../observe/snapshot.ts';
import { summaryLines } from '../observe/summary.ts';
import { printable } from '../observe/text.ts';
import { type Context, shippedPath, UsageError, writeJson } from './context.ts';

export interface ReplayCliOptions {
  readonly config?: string;
  readonly topology?: 'inline' | 'threads';
  readonly speed?: number | 'max';
  readonly json?: boolean;
  readonly dumpBooks?: string;
  readonly atFrame?: readonly number[];
  readonly bookChain?: boolean;
}

/** Runs the command; answers the exit code. */
export async function replayCommand(
  context: Context,
  recording: string,
  options: ReplayCliOptions,
  replay: Replay,
): Promise<number> {
  const atFrames = [...new Set(options.atFrame ?? [])].sort((a, b) => a - b);
  if (atFrames.length > 0 && options.dumpBooks === undefined) throw new UsageError('--at-frame needs --dump-books');
  const loaded = loadConfig({ file: options.config, environment: context.environment });
  const config = { ...loaded.config, topology: options.topology ?? loaded.config.topology };
  const digest = configHash(config);
  const bar = new ProgressBar(context.err, context.nowMs);
  const startedMs = context.nowMs();
  const { arena, facts, outcome } = await replay({
    config,
    configHash: digest,
    recording: shippedPath(recording),
    topology: config.topology === 'threads' ? 'threads' : 'inline',
    speed: options.speed ?? 'max',
    bookChain: options.bookChain === true,
    dumpBooks: options.dumpBooks,
    dumpAtFrames: atFrames,
    stop: context.stop,
    onProgress: (progress) => bar.update(progress),
  }).finally(() => bar.close());
  const report = engineReport(arena, facts, {
    command: 'replay',
    version: context.version,
    configHash: digest,
    ended: outcome.exitCode !== EXIT.ok ? 'failed' : context.stop.aborted ? 'stopped' : 'done',
    exitCode: outcome.exitCode,
    failure: printable(outcome.failure),
    durationMs: Math.round(context.nowMs() - startedMs),
  });
  if (options.json === true) writeJson(context.out, report);
  else context.out.write(`${summaryLines(report).join('\n')}\n`);
  return outcome.exitCode;
}
