// The command line: reads the words, runs one command, ends with its documented exit code. Main thread.
import { Command, CommanderError, Option } from 'commander';
import type { BreakerCliOptions } from './cli/breaker.ts';
import { type CheckOptions, checkCommand } from './cli/check.ts';
import { type Context, processContext } from './cli/context.ts';
import { type DoctorOptions, doctorCommand } from './cli/doctor.ts';
import { codeOfError } from './cli/errors.ts';
import { type ImportCliOptions, importCommand } from './cli/import.ts';
import type { JournalCliOptions } from './cli/journal.ts';
import { endProcess, stopSignal } from './cli/launched.ts';
import type { MarketsOptions } from './cli/list-markets.ts';
import { marketsCommand } from './cli/markets.ts';
import { kalshiMarketsCommand } from './cli/markets-kalshi.ts';
import { type PlayCliOptions, playCommand } from './cli/play.ts';
import { type ReplayCliOptions, replayCommand } from './cli/replay.ts';
import { type RunOptions, runCommand } from './cli/run.ts';
import { type ScanCliOptions, scanCommand } from './cli/scan.ts';
import { type SolveCliOptions, solveCommand } from './cli/solve.ts';
import { type VenueOptions, venueCommand } from './cli/venue.ts';
import { type VerifyCliOptions, verifyCommand } from './cli/verify.ts';
import { type WalletsOptions, walletsCommand } from './cli/wallets.ts';
import { frameNumber, integerFrom, momentOf, seconds, speedOf, timeOf } from './cli/words.ts';
import { EXIT, EXIT_MEANING } from './core/exit-codes.ts';

const CONFIG_HELP = 'config file; without it dutchbook.yaml of this folder, else the defaults';
const JSON_HELP = 'print one JSON object';

function exitCodeHelp(): string {
  const rows = Object.entries(EXIT_MEANING).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return `\nExit codes:\n${rows.join('\n')}\n`;
}

type Ended = (code: number) => void;

/** What `run` and `record` have in common. */
function withFeed(command: Command): Command {
  return command
    .option('--config <file>', CONFIG_HELP)
    .option('--recording <folder>', 'recording the simulated venue plays')
    .option('--speed <factor>', 'factor of recorded time, or max', speedOf)
    .option('--seconds <number>', 'stop by itself after this time', seconds)
    .option('--json', JSON_HELP);
}

function addRun(root: Command, context: Context, ended: Ended): void {
  withFeed(root.command('run'))
    .description('trade: on paper, on the embedded simulated venue or on a feed from outside; or live')
    .option('--live', 'send orders with real money; needs mode: live in the config and the keys in files')
    .action(async (options: RunOptions) => {
      const { startRun } = await import('./run/run.ts');
      ended(await runCommand(context, options, startRun));
    });
}

function addRecord(root: Command, context: Context, ended: Ended): void {
  withFeed(root.command('record'))
    .description('record raw frames of the embedded simulated venue, or of venues.polymarket.marketUrl')
    .option('--out <folder>', 'folder of the recording (default: a new one in recorder.dir)')
    .action(async (options: RunOptions) => {
      const { startRecord } = await import('./run/record.ts');
      ended(await runCommand(context, options, startRecord, 'record'));
    });
}

function addWallets(root: Command, context: Context, ended: Ended): void {
  root
    .command('wallets')
    .description('tell the trades of the wallets that the config names, as they come')
    .option('--config <file>', CONFIG_HELP)
    .option('--seconds <number>', 'stop by itself after this time', seconds)
    .option('--json', 'print one JSON object a line: trades, alerts, the counts at the end')
    .action(async (options: WalletsOptions) => {
      const { watchWallets } = await import('./run/watch-wallets.ts');
      ended(await walletsCommand(context, options, watchWallets));
    });
}

function addPlay(root: Command, context: Context, ended: Ended): void {
  root
    .command('play <recording>')
    .description('push a recording to a feed server; its token comes from DUTCHBOOK_FEED_TOKEN')
    .requiredOption('--to <url>', 'ws://host:port/feed/<venue>')
    .option('--speed <factor>', 'factor of recorded time (default 1), or max', speedOf)
    .option('--json', JSON_HELP)
    .action(async (recording: string, options: PlayCliOptions) => {
      const { playRecording } = await import('./replay/play.ts');
      ended(await playCommand(context, recording, options, playRecording));
    });
}

function addVenue(root: Command, context: Context, ended: Ended): void {
  root
    .command('venue')
    .description('serve the simulated venue alone')
    .option('--config <file>', CONFIG_HELP)
    .option('--recording <folder>', 'recording it plays')
    .option('--speed <factor>', 'factor of recorded time, or max', speedOf)
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <number>', 'port to listen on (default: a free one)', integerFrom(0, 65_535))
    .option('--address <0x…>', 'account for the credentials in DUTCHBOOK_POLYMARKET_*; without it market data only')
    .action(async (options: VenueOptions) => {
      const { serveVenue } = await import('./cli/serve-venue.ts');
      ended(await venueCommand(context, options, serveVenue));
    });
}

const FORMATS = ['kalshi-ndjson', 'polymarket-jsonl', 'polymarket-frames'];

function addMarkets(root: Command, context: Context, ended: Ended): void {
  root
    .command('markets')
    .description('list the markets that discovery selects and why, and what it turned away and why')
    .option('--config <file>', CONFIG_HELP)
    .addOption(new Option('--venue <venue>', 'whose markets').choices(['polymarket', 'kalshi']).default('polymarket'))
    .option('--from <file...>', 'saved answers of the venue (JSON, or one value per line) instead of asking it')
    .option('--at <time>', 'judge saved answers as of this time (default: now)', timeOf)
    .option('--watch', 'go on and show what changes, until Ctrl-C')
    .option('--json', JSON_HELP)
    .action(async (options: MarketsOptions) => {
      if (options.venue === 'kalshi') {
        const { discoverKalshi } = await import('./run/discover-kalshi.ts');
        ended(await kalshiMarketsCommand(context, options, discoverKalshi));
        return;
      }
      const { discover } = await import('./run/discover.ts');
      ended(await marketsCommand(context, options, discover));
    });
}

function addImport(root: Command, context: Context, ended: Ended): void {
  const from = new Option('--from <format>', 'format of the tape').choices(FORMATS).makeOptionMandatory();
  root
    .command('import <in> <out>')
    .description('make a recording of a tape, plain or .gz')
    .addOption(from)
    .addOption(new Option('--as <venue>', 're-encode a Kalshi tape as frames of this venue').choices(['polymarket']))
    .option('--markets <file>', 'market metadata: a list or one JSON object per line')
    .option('--json', JSON_HELP)
    .action(async (inPath: string, outDir: string, options: ImportCliOptions) => {
      const { importRecording } = await import('./replay/import.ts');
      ended(await importCommand(context, inPath, outDir, options, importRecording));
    });
}

function addReplay(root: Command, context: Context, ended: Ended): void {
  const frame = (text: string, before: number[] | undefined): number[] => [...(before ?? []), frameNumber(text)];
  root
    .command('replay <recording>')
    .description('run a recording through the engine on recorded time')
    .option('--config <file>', CONFIG_HELP)
    .addOption(new Option('--topology <topology>', 'which threads').choices(['inline', 'threads']))
    .option('--speed <factor>', 'factor of recorded time, or max (default)', speedOf)
    .option('--book-chain', 'print the SHA-256 chain over every book after every frame')
    .option('--dump-books <file>', 'write the books as JSON')
    .option('--at-frame <number>', 'dump after this frame instead of at the end; repeatable', frame)
    .option('--json', JSON_HELP)
    .action(async (recording: string, options: ReplayCliOptions) => {
      const { replay } = await import('./replay/replay.ts');
      ended(await replayCommand(context, recording, options, replay));
    });
}

function addScan(root: Command, context: Context, ended: Ended): void {
  root
    .command('scan <recordings...>')
    .description('find opportunities over recordings or captured files without trading; folders are looked into')
    .option('--config <file>', CONFIG_HELP)
    .addOption(new Option('--from <format>', 'format of captured files, when it is not told').choices(FORMATS))
    .option('--markets <file>', 'market metadata of captured files')
    .option('--json', JSON_HELP)
    .action(async (recordings: string[], options: ScanCliOptions) => {
      const { scan } = await import('./replay/scan.ts');
      ended(await scanCommand(context, recordings, options, scan));
    });
}

function addVerify(root: Command, context: Context, ended: Ended): void {
  root
    .command('verify <recordings...>')
    .description('prove the books over recordings or captured files; folders of them are looked into')
    .option('--config <file>', CONFIG_HELP)
    .addOption(new Option('--from <format>', 'format of captured files, when it is not told').choices(FORMATS))
    .option('--markets <file>', 'market metadata of captured files')
    .option('--json', JSON_HELP)
    .action(async (recordings: string[], options: VerifyCliOptions) => {
      const { verify } = await import('./replay/verify.ts');
      ended(await verifyCommand(context, recordings, options, verify));
    });
}

function addSolve(root: Command, context: Context, ended: Ended): void {
  root
    .command('solve <recording|config>')
    .description('find the best guaranteed profit of every group of relations over the books of one moment')
    .option('--config <file>', CONFIG_HELP)
    .option(
      '--at <time>',
      'seconds of recorded time, or a time such as 2026-07-20T19:00:00Z (default: the end)',
      momentOf,
    )
    .option('--json', JSON_HELP)
    .action(async (recording: string, options: SolveCliOptions) => {
      const { solveRecording } = await import('./replay/solve.ts');
      ended(await solveCommand(context, recording, options, solveRecording));
    });
}

function addJournal(root: Command, context: Context, ended: Ended): void {
  root
    .command('journal <dir>')
    .description('print the records of a journal, or say whether it is whole')
    .option('--verify', 'read its whole chain and say whether anything is missing or damaged')
    .option('--json', 'print one JSON object a record; with --verify one JSON object')
    .action(async (dir: string, options: JournalCliOptions) => {
      const { journalCommand } = await import('./cli/journal.ts');
      ended(journalCommand(context, dir, options));
    });
}

function addBreaker(root: Command, context: Context, ended: Ended): void {
  root
    .command('breaker <action> [state]')
    .description(
      'status, trip, reset, reduce-only [on|off] or kill of the breaker of a run; kill trips it and cancels everything at every venue',
    )
    .option('--config <file>', CONFIG_HELP)
    .option('--socket <path>', 'control socket of the run; without it that of the one run of this config')
    .option('--reason <text>', 'why, for the journal; all but status need it')
    .option('--json', JSON_HELP)
    .action(async (action: string, state: string | undefined, options: BreakerCliOptions) => {
      const { breakerCommand } = await import('./cli/breaker.ts');
      ended(await breakerCommand(context, action, state, options));
    });
}

function addCheckAndDoctor(root: Command, context: Context, ended: Ended): void {
  root
    .command('check')
    .description('check the config and print the limits in force')
    .option('--config <file>', CONFIG_HELP)
    .option('--json', JSON_HELP)
    .option('--schema', 'print the JSON Schema that editors use')
    .option('--example', 'print a config file with every key, its default and its range')
    .action((options: CheckOptions) => ended(checkCommand(context, options)));
  root
    .command('doctor')
    .description('show Node, cores, native packages and what would be degraded')
    .option('--config <file>', CONFIG_HELP)
    .option('--json', JSON_HELP)
    .action((options: DoctorOptions) => ended(doctorCommand(context, options)));
}

/** The whole command line; `ended` gets the exit code of the command that ran. */
function program(context: Context, ended: Ended): Command {
  const root = new Command('dutchbook')
    .description('Low-latency arbitrage engine for prediction markets.')
    .version(context.version)
    .addHelpText('after', exitCodeHelp())
    .exitOverride()
    .showHelpAfterError('(--help shows every option)');
  addRun(root, context, ended);
  addRecord(root, context, ended);
  addImport(root, context, ended);
  addReplay(root, context, ended);
  addVerify(root, context, ended);
  addScan(root, context, ended);
  addSolve(root, context, ended);
  addJournal(root, context, ended);
  addBreaker(root, context, ended);
  addPlay(root, context, ended);
  addCheckAndDoctor(root, context, ended);
  addVenue(root, context, ended);
  addMarkets(root, context, ended);
  addWallets(root, context, ended);
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
