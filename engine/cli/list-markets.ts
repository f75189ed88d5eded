// What every `dutchbook markets` does, whichever venue it lists: reads the config, has it discovered, and writes the
// first reading as a list, each further one as what changed. Main thread.
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { DiscoverOptions } from '../observe/driver.ts';
import type { RestCounts } from '../venue/rest-get.ts';
import { type Context, writeJson } from './context.ts';

export interface MarketsOptions {
  readonly config?: string;
  /** Files with saved answers. */
  readonly from?: readonly string[];
  /** What saved answers are judged as of, ms since 1970. */
  readonly at?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly venue?: 'polymarket' | 'kalshi';
}

/** What a venue's readings are made into: reports as JSON, and the lines of a report for people. */
interface Listing<Diff, Report, Change> {
  /** Where the config says that its lists are. */
  readonly url: (config: Config) => string | undefined;
  readonly report: (version: string, sources: readonly string[], diff: Diff, rest: RestCounts | null) => Report;
  readonly reportLines: (report: Report) => string[];
  readonly change: (version: string, diff: Diff) => Change;
  readonly changeLines: (change: Change) => string[];
}

/** Runs the command; answers the exit code. */
export async function listMarkets<
  Diff extends { readonly reading: { readonly problems: readonly string[] } },
  Report extends object,
  Change extends object,
>(
  context: Context,
  options: MarketsOptions,
  discover: (options: DiscoverOptions<Diff>) => Promise<void>,
  listing: Listing<Diff, Report, Change>,
): Promise<number> {
  const { config } = loadConfig({ file: options.config, environment: context.environment });
  const { from: files = [], watch = false, json = false, at: asOfMs } = options;
  const url = listing.url(config);
  // The origin only: a path may carry a key.
  const sources = files.length > 0 || url === undefined ? files : [new URL(url).origin];
  let code: number = EXIT.ok;
  let readings = 0;
  const onDiff = (diff: Diff, rest: RestCounts | null): void => {
    readings += 1;
    // A reading with holes is no list to rely on.
    code = diff.reading.problems.length > 0 ? EXIT.checkFailed : EXIT.ok;
    const report = readings === 1 ? listing.report(context.version, sources, diff, rest) : undefined;
    const change = listing.change(context.version, diff);
    const lines = report === undefined ? listing.changeLines(change) : listing.reportLines(report);
    if (json) writeJson(context.out, report ?? change);
    else context.out.write(`${lines.join('\n')}\n`);
  };
  await discover({ config, files, asOfMs, watch, stop: context.stop, onDiff });
  return watch && context.stop.aborted ? EXIT.ok : code;
}

/** How many were turned away, by reason, the most first. */
export function countsOf(turned: readonly { readonly reason: string }[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of turned) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
