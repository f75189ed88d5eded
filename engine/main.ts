// The command line: reads the words, runs one command, ends with its documented exit code. Main thread; the only
// importer of commander.
import { Command, CommanderError } from 'commander';
import { type CheckOptions, checkCommand } from './cli/check.ts';
import { type Context, processContext } from './cli/context.ts';
import { type DoctorOptions, doctorCommand } from './cli/doctor.ts';
import { codeOfError } from './cli/errors.ts';
import { endProcess, stopSignal } from './cli/launched.ts';
import { EXIT, EXIT_MEANING } from './core/exit-codes.ts';

const CONFIG_HELP = 'config file; without it dutchbook.yaml of this folder, else the defaults';

function exitCodeHelp(): string {
  const rows = Object.entries(EXIT_MEANING).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return `\nExit codes:\n${rows.join('\n')}\n`;
}

/** The whole command line; `ended` gets the exit code of the command that ran. */
function program(context: Context, ended: (code: number) => void): Command {
  const root = new Command('dutchbook')
    .description('Low-latency arbitrage engine for prediction markets.')
    .version(context.version)
    .addHelpText('after', exitCodeHelp())
    .exitOverride()
    .showHelpAfterError('(--help shows every option)');
  root
    .command('check')
    .description('check the config and print the limits in force')
    .option('--config <file>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .option('--schema', 'print the JSON Schema that editors use')
    .option('--example', 'print a config file with every key, its default and its range')
    .action((options: CheckOptions) => ended(checkCommand(context, options)));
  root
    .command('doctor')
    .description('show Node, cores, native packages and what would be degraded')
    .option('--config <file>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .action((options: DoctorOptions) => ended(doctorCommand(context, options)));
  return root;
}

async function main(): Promise<void> {
  let code: number = EXIT.ok;
  try {
    const context = processContext(stopSignal());
    const words = program(context, (ended) => {
      code = ended;
    });
    await words.parseAsync(process.argv);
  } catch (error) {
    // Commander has printed its own message already, and ends with 0 after --help and --version.
    if (error instanceof CommanderError) code = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else code = codeOfError(error);
  }
  await endProcess(code);
}

process.on('uncaughtException', (error) => {
  void endProcess(codeOfError(error));
});

await main();
