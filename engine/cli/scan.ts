// `dutchbook scan`: what detection finds in recordings, without trading; fails when it examined nothing.
import { configHash } from '../config/hash.ts';
import { loadConfig } from '../config/load.ts';
import { EXIT } from '../core/exit-codes.ts';
import { ProgressBar } from '../observe/progress.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { ScanReport } from '../observe/report-schema-scan.ts';
import type { Scan } from '../observe/scan-facts.ts';
import { onlyUnexamined, scanFacts } from '../observe/scan-report.ts';
import { scanLines } from '../observe/scan-text.ts';
import { type Context, shippedPath, writeJson } from './context.ts';
import type { VerifyCliOptions } from './verify.ts';

export type ScanCliOptions = VerifyCliOptions;

/** Runs the command; answers the exit code. */
export async function scanCommand(
  context: Context,
  paths: readonly string[],
  options: ScanCliOptions,
  scan: Scan,
): Promise<number> {
  const { config } = loadConfig({ file: options.config, environment: context.environment });
  const { nowMs, out, stop, version } = context;
  const bar = new ProgressBar(context.err, nowMs);
  const startedMs = nowMs();
  const { from, markets } = options;
  const onProgress = bar.update.bind(bar);
  const scanned = await scan(paths.map(shippedPath), { config, from, markets, stop, onProgress }).finally(() => {
    bar.close();
  });
  const facts = scanFacts(scanned);
  const failure = stop.aborted && onlyUnexamined(facts.failure) ? '' : facts.failure;
  const exitCode = failure === '' ? EXIT.ok : EXIT.checkFailed;
  const report: ScanReport = {
    ...{ schema: REPORT_SCHEMA, command: 'scan', version, configHash: configHash(config) },
    ...{ ended: failure !== '' ? 'failed' : stop.aborted ? 'stopped' : 'done', exitCode },
    ...{ ...facts, failure, durationMs: Math.round(nowMs() - startedMs) },
  };
  if (options.json === true) writeJson(out, report);
  else out.write(`${scanLines(report).join('\n')}\n`);
  return exitCode;
}
