// `dutchbook check`: reads the config, names every problem, and prints the limits that would be in force.
import { type Compiled, compileRelations } from '../basket/compile.ts';
import { exampleYaml } from '../config/example.ts';
import { loadFeedSecrets } from '../config/kalshi-feed.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { arenaPlan, detectorsFor } from '../config/plan.ts';
import { ConfigError } from '../config/problems.ts';
import { configJsonSchema } from '../config/schema.ts';
import { coresAvailable } from '../core/cores.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type ArenaPlan, arenaBytes } from '../memory/arena.ts';
import { relationsLines, relationsReport } from '../observe/relations-text.ts';
import { type CheckReport, REPORT_SCHEMA } from '../observe/report-schema.ts';
import { bytesText } from '../observe/text.ts';
import { type Context, writeJson } from './context.ts';

export interface CheckOptions {
  readonly config?: string;
  readonly json?: boolean;
  /** Print the editor's JSON Schema instead. */
  readonly schema?: boolean;
  /** Print a config file with every key instead. */
  readonly example?: boolean;
}

function plain(config: object, prefix = ''): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isSection) return plain(value as object, `${prefix}${key}.`);
    return value === undefined ? [] : [`  ${prefix}${key}: ${JSON.stringify(value)}`];
  });
}

/** The report, and what the relations came to when the config is valid. */
function checked(context: Context, file: string | undefined): { report: CheckReport; compiled?: Compiled } {
  const empty = {
    file: file ?? null,
    configHash: null,
    arenaBytes: null,
    variables: [],
    config: null,
    relations: null,
  };
  const head = { schema: REPORT_SCHEMA, command: 'check', version: context.version } as const;
  try {
    const loaded: LoadedConfig = loadConfig({ file, environment: context.environment });
    loadFeedSecrets(loaded.config, context.environment);
    const plan: ArenaPlan = arenaPlan(loaded.config, detectorsFor(loaded.config, coresAvailable()));
    const { config, configHash, variables } = loaded;
    const { basketsPerGroupMax } = config.detect;
    const compiled = compileRelations(config.relations, {
      metas: config.markets,
      basketsPerGroupMax,
      room: config.arena,
    });
    const facts = { configHash, variables, config, arenaBytes: arenaBytes(plan), file: loaded.file ?? null };
    const relations = relationsReport(compiled);
    return { report: { ...head, valid: true, problems: [], ...facts, relations }, compiled };
  } catch (error) {
    const invalid = (problems: readonly string[]) => ({ report: { ...head, ...empty, valid: false, problems } });
    if (error instanceof ConfigError) return invalid(error.problems);
    if (error instanceof RangeError) return invalid([error.message]);
    throw error;
  }
}

/** Runs the command; answers the exit code. */
export function checkCommand(context: Context, options: CheckOptions): number {
  if (options.schema === true) {
    context.out.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return EXIT.ok;
  }
  if (options.example === true) {
    context.out.write(exampleYaml());
    return EXIT.ok;
  }
  const { report, compiled } = checked(context, options.config);
  if (options.json === true) {
    writeJson(context.out, report);
  } else if (report.valid) {
    context.out.write(`config ${report.file ?? 'embedded defaults'}: valid, BLAKE3 ${report.configHash}\n`);
    if (report.variables.length > 0) context.out.write(`overridden by ${report.variables.join(', ')}\n`);
    context.out.write(`${plain(report.config as object).join('\n')}\n`);
    context.out.write(`arena: ${bytesText(report.arenaBytes ?? 0)}\n`);
    for (const line of compiled === undefined ? [] : relationsLines(compiled)) context.out.write(`${line}\n`);
  } else {
    context.err.write(`${report.problems.join('\n')}\n`);
  }
  return report.valid ? EXIT.ok : EXIT.usage;
}
