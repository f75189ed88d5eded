// `dutchbook import`: makes a recording of a tape in one of the known formats.
import { EXIT } from '../core/exit-codes.ts';
import type { ImportOptions, ImportRecording, ImportResult } from '../observe/driver.ts';
import { ProgressBar } from '../observe/progress.ts';
import { type ImportReport, REPORT_SCHEMA } from '../observe/report-schema.ts';
import { bytesText, countText, durationText, entriesText, printable } from '../observe/text.ts';
import { type Context, writeJson } from './context.ts';

const REJECTED_SHOWN_MAX = 5;

export interface ImportCliOptions {
  readonly from: ImportOptions['from'];
  readonly as?: 'polymarket';
  readonly markets?: string;
  readonly json?: boolean;
}

function lines(report: ImportReport, result: ImportResult): string[] {
  const { first } = result.rejected;
  return [
    `${report.recording}: ${countText(report.frames)} frames and ${countText(report.restAnswers)} REST answers of ` +
      `${countText(report.markets)} markets over ${durationText(report.recordedNs / 1e6)}, ` +
      `${bytesText(report.fileBytes)}, in ${durationText(report.durationMs)}`,
    `  skipped   ${entriesText(report.skippedBySource, 'nothing')}`,
    `  left out  ${countText(report.ignoredDeltas)} deltas before a first snapshot`,
    `  rejected  ${countText(report.rejectedLines)} lines`,
    ...first.slice(0, REJECTED_SHOWN_MAX).map(({ line, reason }) => `    line ${line}: ${printable(reason)}`),
  ];
}

/** Runs the command; answers the exit code. */
export async function importCommand(
  context: Context,
  inPath: string,
  outDir: string,
  options: ImportCliOptions,
  importRecording: ImportRecording,
): Promise<number> {
  const bar = new ProgressBar(context.err, context.nowMs);
  const startedMs = context.nowMs();
  const { from, as, markets } = options;
  const onProgress = (done: number, total: number): void => bar.update({ done, total, frames: 0 });
  const { stop } = context;
  let result: ImportResult;
  try {
    result = await importRecording(inPath, outDir, { from, as, markets, stop, onProgress });
  } catch (error) {
    if (error !== stop.reason || !stop.aborted) throw error;
    context.err.write('import stopped; nothing was written\n');
    return EXIT.ok;
  } finally {
    bar.close();
  }
  const report: ImportReport = {
    schema: REPORT_SCHEMA,
    command: 'import',
    version: context.version,
    recording: outDir,
    frames: result.frames,
    restAnswers: result.restAnswers,
    records: result.records,
    markets: result.markets,
    recordedNs: result.durationNs,
    fileBytes: result.fileBytes,
    rejectedLines: result.rejected.lines,
    skippedBySource: result.skipped,
    ignoredDeltas: result.ignored,
    durationMs: Math.round(context.nowMs() - startedMs),
  };
  if (options.json === true) writeJson(context.out, report);
  else context.out.write(`${lines(report, result).join('\n')}\n`);
  return EXIT.ok;
}
