// `dutchbook solve`: the best guaranteed profit of every group of relations, over the books of a recording at one moment.
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { EXIT } from '../core/exit-codes.ts';
import { priceText, sizeText } from '../core/units.ts';
import type { SolveOptions, SolveRecording } from '../observe/driver.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { SolvedGroupReport, SolveReport } from '../observe/report-schema-solve.ts';
import { countText, durationText, plainMoneyText, printable, signedMoneyText } from '../observe/text.ts';
import { type Context, shippedPath, UsageError, writeJson } from './context.ts';

export interface SolveCliOptions {
  readonly config?: string;
  readonly at?: SolveOptions['at'];
  readonly json?: boolean;
}

const CONFIG_NAME = /\.ya?ml$/i;

/** The recording to be solved, and the config: `subject` is a recording, or a config that names one. */
function subjectOf(context: Context, subject: string, file: string | undefined): { config: Config; recording: string } {
  const isConfig = CONFIG_NAME.test(subject);
  if (isConfig && file !== undefined)
    throw new UsageError(`--config ${file}: allowed beside a recording, not a config`);
  const { config } = loadConfig({ file: isConfig ? subject : file, environment: context.environment });
  if (!isConfig) return { config, recording: subject };
  const { polymarket, kalshi } = config.venues;
  if (polymarket.marketUrl !== undefined || kalshi.webSocketUrl !== undefined) {
    throw new UsageError(
      `${subject} names a feed from outside, which has no recorded moment: record it, then dutchbook solve RECORDING --config ${subject}`,
    );
  }
  return { config, recording: config.simulate.recording };
}

/** Runs the command; answers the exit code. `subject`: a recording, or a config, whose own recording is solved. */
export async function solveCommand(
  context: Context,
  subject: string,
  { config: file, at, json }: SolveCliOptions,
  solve: SolveRecording,
): Promise<number> {
  const { config, recording } = subjectOf(context, subject, file);
  const startedMs = context.nowMs();
  const solved = await solve(shippedPath(recording), { config, at, stop: context.stop });
  const durationMs = Math.round(context.nowMs() - startedMs);
  const head = { schema: REPORT_SCHEMA, command: 'solve', version: context.version, recording } as const;
  const report: SolveReport = { ...head, ...solved, durationMs };
  if (json === true) writeJson(context.out, report);
  else context.out.write(`${solveLines(report).join('\n')}\n`);
  // No relation, or no book to look at: nothing was examined.
  const examined = report.groups.some(
    ({ markets, booksNotSynced, feesUnknown }) => markets > booksNotSynced + feesUnknown,
  );
  return examined ? EXIT.ok : EXIT.checkFailed;
}

function solveLines(report: SolveReport): string[] {
  const { recording, atMs, atNs, frames, groups, groupsNotJoined, durationMs } = report;
  const at = `${new Date(atMs).toISOString()}, ${durationText(atNs / 1e6)} after its start`;
  return [
    `${printable(recording)} as of ${at}: ${countText(frames)} frames, ${countText(groups.length)} groups of relations` +
      (groupsNotJoined > 0 ? `, ${countText(groupsNotJoined)} too large to be solved as one` : ''),
    ...groups.flatMap(groupLines),
    `solve done after ${durationText(durationMs)}`,
  ];
}

function groupLines(group: SolvedGroupReport): string[] {
  const { relations, markets, states, suspect, booksNotSynced, feesUnknown, legs, refused } = group;
  const left = [
    ...(booksNotSynced > 0 ? [`${booksNotSynced} books not SYNCED`] : []),
    ...(feesUnknown > 0 ? [`${feesUnknown} fees unknown`] : []),
    ...(suspect === '' ? [] : [`SUSPECT, never traded: ${suspect}`]),
    ...(refused === '' ? [] : [`not to be bought: ${refused}`]),
  ];
  const profit =
    legs.length === 0 ? 'nothing earns in every end' : `${signedMoneyText(group.profitMicros)} in the worst end`;
  return [
    `${printable(relations.join(' and '))}`,
    `  ${[`${markets} markets, ${states} ends, ${group.baskets} baskets: ${profit}`, ...left].join('; ')}`,
    ...legs.map(
      ({ market, buy, sizeMicros, limitE4, costMicros, feeMicros }) =>
        `  ${buy.padEnd(3)} ${printable(market)}: ${sizeText(sizeMicros)} up to ${priceText(limitE4)}, ` +
        `cost ${plainMoneyText(costMicros)}, fee ${plainMoneyText(feeMicros)}`,
    ),
    ...(legs.length === 0
      ? []
      : [
          `  pays ${plainMoneyText(group.worstPayoutMicros)} for ${plainMoneyText(group.costMicros + group.feeMicros)} when ${printable(group.worstState)}`,
        ]),
  ];
}
