// `dutchbook play`: pushes a recording to a feed server (ours or another) over a WebSocket at its recorded pace.
import { EXIT } from '../core/exit-codes.ts';
import type { Play } from '../observe/driver.ts';
import { ProgressBar } from '../observe/progress.ts';
import { type PlayReport, REPORT_SCHEMA } from '../observe/report-schema.ts';
import { bytesText, countText, durationText } from '../observe/text.ts';
import { type Context, shippedPath, UsageError, writeJson } from './context.ts';

export interface PlayCliOptions {
  readonly to: string;
  readonly speed?: number | 'max';
  readonly json?: boolean;
}

/** Runs the command; answers the exit code. The token comes from DUTCHBOOK_FEED_TOKEN, never from the line. */
export async function playCommand(
  context: Context,
  recording: string,
  options: PlayCliOptions,
  play: Play,
): Promise<number> {
  if (!/^wss?:\/\/[^\s@]+$/.test(options.to)) throw new UsageError('--to takes ws://… or wss://…');
  const bar = new ProgressBar(context.err, context.nowMs);
  const startedMs = context.nowMs();
  const result = await play(shippedPath(recording), {
    to: options.to,
    speed: options.speed ?? 1,
    token: context.environment['DUTCHBOOK_FEED_TOKEN'] ?? '',
    stop: context.stop,
    onProgress: (progress) => bar.update(progress),
  }).finally(() => bar.close());
  const durationMs = Math.round(context.nowMs() - startedMs);
  const { frames, frameBytes } = result;
  const head = { schema: REPORT_SCHEMA, command: 'play', version: context.version } as const;
  const report: PlayReport = { ...head, recording, frames, frameBytes, durationMs };
  const text = `played ${countText(frames)} frames (${bytesText(frameBytes)}) in ${durationText(durationMs)}`;
  if (options.json === true) writeJson(context.out, report);
  else context.out.write(`${text}\n`);
  return EXIT.ok;
}
