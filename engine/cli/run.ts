// `dutchbook run` and `dutchbook record`: start the engine, with or without its executor, show its status, stop it at
// Ctrl-C, report. Main thread.

import { resolve } from 'node:path';
import * as L from '../../wasm/layout.ts';
import { overrideVariables } from '../config/environment.ts';
import { configHash } from '../config/hash.ts';
import { loadFeedSecrets } from '../config/kalshi-feed.ts';
import { loadRunSecrets } from '../config/live.ts';
import { fileStamp, type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { EXIT } from '../core/exit-codes.ts';
import { counterTotal } from '../memory/counters.ts';
import type { RunHandle, RunPlan, StartRun } from '../observe/driver.ts';
import { engineReport } from '../observe/snapshot.ts';
import { Rate, StatusLine, statusText } from '../observe/status.ts';
import { summaryLines } from '../observe/summary.ts';
import { printable } from '../observe/text.ts';
import { type Context, shippedPath, terminals, writeJson } from './context.ts';
import { startHeartbeats } from './launched.ts';

export interface RunOptions {
  readonly config?: string;
  readonly recording?: string;
  /** Stop by itself after this many seconds. */
  readonly seconds?: number;
  readonly speed?: number | 'max';
  readonly json?: boolean;
  /** Real money, with mode: live in the config. */
  readonly live?: boolean;
  /** `record`: folder to record to. */
  readonly out?: string;
}

/** The config with the command line's words over it. */
function withOptions(config: Config, options: RunOptions): Config {
  const recording = options.recording ?? config.simulate.recording;
  const speed = options.speed ?? config.simulate.speed;
  return { ...config, simulate: { ...config.simulate, recording, speed } };
}

/** Where the config is read again while it runs. */
function sourceOf({ file, config }: LoadedConfig, environment: Context['environment']): RunPlan['source'] {
  if (file === undefined) return undefined;
  return { file: resolve(file), environment: overrideVariables(environment), config, stamp: fileStamp(file) };
}

/** Shows the status until the run is over. */
function showStatus(
  handle: RunHandle,
  status: StatusLine,
  config: Config,
  isTty: boolean,
  context: Context,
): () => void {
  const rate = new Rate(context.nowMs());
  const everyMs = isTty ? config.observe.statusMs : config.observe.plainStatusMs;
  const timer = setInterval(() => {
    const frames = counterTotal(handle.arena, L.COUNTER_FRAMES_RECEIVED);
    status.show(statusText(handle.arena, handle.facts(), rate.next(frames, context.nowMs())));
  }, everyMs);
  return () => {
    clearInterval(timer);
    status.clear();
  };
}

/** What is to run, and with which secrets. Throws ConfigError with every problem. */
function planOf(context: Context, options: RunOptions, command: 'run' | 'record') {
  const loaded = loadConfig({ file: options.config, environment: context.environment });
  const live = options.live === true;
  const secrets =
    command === 'record'
      ? loadFeedSecrets(loaded.config, context.environment)
      : loadRunSecrets(loaded.config, context.environment, live);
  const config = withOptions(loaded.config, options);
  const plan = {
    ...{ config, configHash: configHash(config), recording: shippedPath(config.simulate.recording), live },
    ...{ recordTo: options.out, source: sourceOf(loaded, context.environment) },
  };
  return { config, secrets, plan };
}

/** Runs the command; answers the exit code. */
export async function runCommand(
  context: Context,
  options: RunOptions,
  startRun: StartRun,
  command: 'run' | 'record' = 'run',
): Promise<number> {
  const { config, plan, secrets } = planOf(context, options, command);
  const { out, err } = terminals(config.observe.output);
  const live = options.json === true ? err : out;
  const status = new StatusLine(live);
  const startedMs = context.nowMs();
  startHeartbeats();
  const log = (text: string): void => status.line(printable(text));
  const handle = await startRun(plan, secrets, { log, stop: context.stop });
  const stop = (): void => handle.stop();
  if (context.stop.aborted) stop();
  context.stop.addEventListener('abort', stop);
  let timeUp = false;
  const timer = setTimeout(
    () => {
      timeUp = true;
      stop();
    },
    (options.seconds ?? 0) * 1_000,
  );
  if (options.seconds === undefined) clearTimeout(timer);
  const hideStatus = showStatus(handle, status, config, live.isTty, context);
  const outcome = await handle.done;
  clearTimeout(timer);
  hideStatus();
  const stopped = context.stop.aborted || timeUp;
  const report = engineReport(handle.arena, handle.facts(), {
    command,
    version: context.version,
    configHash: plan.configHash,
    ended: outcome.exitCode !== EXIT.ok ? 'failed' : stopped ? 'stopped' : 'done',
    exitCode: outcome.exitCode,
    failure: printable(outcome.failure),
    durationMs: Math.round(context.nowMs() - startedMs),
  });
  if (options.json === true) writeJson(out, report);
  else out.write(`${summaryLines(report).join('\n')}\n`);
  return outcome.exitCode;
}
