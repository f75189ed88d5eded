// `npm run bench`: runs every suite and measurement in a process of its own, prints the figures beside the baselines' and
// holds them against bench/budgets.json. Ends 1 when a gate fails, a checksum differs or something was not measured.
//
//   --suite NAME   only this suite or measurement (repeatable)   --json    one JSON object instead of the tables
//   --smoke        seconds, no timing gates                      --write   also write bench/RESULTS.md and the pictures
//   --peers        only beside the heavy peers, installed first (npm run bench -- --peers)
//   --compare REF  instead: the suites of this build and of another commit, interleaved
import { parseArgs } from 'node:util';
import { allChecks, type Budgets, PEERS, readBudgets } from './budgets.ts';
import { compare, comparisonText } from './compare.ts';
import { MEASUREMENT_NAMES } from './measurements.ts';
import { installPeers, peersInstalled, peerVersions } from './peers/install.ts';
import { PEER_SUITE_NAMES } from './peers/suites.ts';
import { writePictures } from './pictures/write.ts';
import { type Report, runFacts } from './report.ts';
import { terminalText, writeResults } from './results.ts';
import { barResults, each, gateFailures, measureSpecial, measureSuite } from './runner.ts';
import { SUITE_NAMES } from './suites.ts';

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    compare: { type: 'string' },
  },
});

const mode = options.smoke ? 'smoke' : 'full';

/** What this run measures, and whose checks it owes a figure. */
interface Choice {
  readonly suites: readonly string[];
  readonly measurements: readonly string[];
  readonly owed: ReadonlySet<string>;
}

/** Throws for a name that is neither suite nor measurement. */
function choose(budgets: Budgets): Choice {
  if (options.peers) return { suites: PEER_SUITE_NAMES, measurements: [], owed: new Set(PEER_SUITE_NAMES) };
  const known = [...SUITE_NAMES, ...MEASUREMENT_NAMES, ...PEER_SUITE_NAMES];
  const unknown = options.suite?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`--suite ${unknown}: allowed ${known.join(', ')}`);
  if (options.suite !== undefined) {
    const chosen = (names: readonly string[]) => names.filter((name) => options.suite?.includes(name));
    const suites = [...chosen(SUITE_NAMES), ...chosen(PEER_SUITE_NAMES)];
    return { suites, measurements: chosen(MEASUREMENT_NAMES), owed: new Set(options.suite) };
  }
  // A smoke run is part of every check of the project, where the peers are not.
  const peers = mode === 'full' && peersInstalled() ? PEER_SUITE_NAMES : [];
  return {
    suites: [...SUITE_NAMES, ...peers],
    measurements: MEASUREMENT_NAMES,
    owed: new Set([PEERS, ...allChecks(budgets).map(({ from }) => from)]),
  };
}

async function main(): Promise<void> {
  if (options.write && (options.smoke || options.suite !== undefined))
    throw new RangeError('--write: results are of whole runs: not with --smoke or --suite');
  const budgets = readBudgets();
  if (options.compare !== undefined) {
    const suites = choose(budgets).suites.filter((name) => SUITE_NAMES.includes(name));
    const comparison = await compare(options.compare, suites, mode);
    console.log(options.json ? JSON.stringify(comparison) : comparisonText(comparison));
    return;
  }
  const { suites: suiteNames, measurements: specialNames, owed } = choose(budgets);
  if (options.peers && !peersInstalled()) installPeers();
  const failures: string[] = [];
  const suites = await each(suiteNames, failures, (name) => measureSuite(name, mode));
  const measurements = await each(specialNames, failures, (name) => measureSpecial(name, mode));
  if (suites.length + measurements.length === 0) failures.push('nothing was measured');
  const bars = barResults(budgets, owed, suites, measurements);
  // A smoke run's figures are of a few calls: they gate nothing.
  if (mode === 'full') failures.push(...gateFailures(bars));
  const report: Report = {
    schema: 2,
    ...runFacts(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' ').replace(/ --$/, ''),
    mode,
    suites,
    measurements,
    ...(suites.some(({ suite }) => PEER_SUITE_NAMES.includes(suite)) ? { peerVersions: peerVersions() } : {}),
    bars,
    failures,
  };
  console.log(options.json ? JSON.stringify(report) : terminalText(report));
  if (options.write) {
    writeResults(report);
    writePictures(report);
  }
  if (failures.length > 0) process.exitCode = 1;
}

await main();
