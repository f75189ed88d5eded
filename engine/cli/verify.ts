// `dutchbook verify`: what recordings prove about the engine's books; fails when anything is mismatched or nothing was
// verified.
import { loadConfig } from '../config/load.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ImportOptions } from '../observe/driver.ts';
import { ProgressBar } from '../observe/progress.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { VerifyReport } from '../observe/report-schema-data.ts';
import type { Verify } from '../observe/verify-facts.ts';
import { verifyFacts } from '../observe/verify-report.ts';
import { verifyLines } from '../observe/verify-text.ts';
import { type Context, shippedPath, writeJson } from './context.ts';

export interface VerifyCliOptions {
  readonly config?: string;
  readonly from?: ImportOptions['from'];
  readonly markets?: string;
  readonly json?: boolean;
}

/** Runs the command; answers the exit code. */
export async function verifyCommand(
  context: Context,
  paths: readonly string[],
  { config: file, from, markets, json }: VerifyCliOptions,
  verify: Verify,
): Promise<number> {
  const { config } = loadConfig({ file, environment: context.environment });
  const { stop } = context;
  const bar = new ProgressBar(context.err, context.nowMs);
  const startedMs = context.nowMs();
  const recordings = await verify(paths.map(shippedPath), {
    ...{ config, from, markets, stop },
    onProgress: (progress) => bar.update(progress),
  }).finally(() => bar.close());
  const facts = verifyFacts(recordings, config.integrity);
  // What a stopped verification did not reach proves nothing, neither way.
  const nothingYet = stop.aborted && facts.failure === 'nothing was verified';
  const failure = nothingYet ? '' : facts.failure;
  const exitCode = failure === '' ? EXIT.ok : EXIT.checkFailed;
  const ended = failure !== '' ? 'failed' : stop.aborted ? 'stopped' : 'done';
  const durationMs = Math.round(context.nowMs() - startedMs);
  const head = { schema: REPORT_SCHEMA, command: 'verify', version: context.version } as const;
  const report: VerifyReport = { ...head, ended, exitCode, ...facts, failure, durationMs };
  if (json === true) writeJson(context.out, report);
  else context.out.write(`${verifyLines(report).join('\n')}\n`);
  return exitCode;
}
