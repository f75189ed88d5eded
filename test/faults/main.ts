// The command of the fault matrix: runs every kind of fault at drawn points, then the clean run, prints a table, and ends
// with 1 when something was missed, did not fire, or was not examined.
import { KALSHI_KINDS } from './kalshi-kinds.ts';
import { runMatrix } from './matrix.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { POLYMARKET_KINDS } from './polymarket-kinds.ts';
import { failuresOf, tableOf, textTable } from './report.ts';
import { TIME_FACTOR, timesBy } from './times.ts';

const ALL = [...POLYMARKET_KINDS, ...KALSHI_KINDS];

function optionsRead(): Options | undefined {
  try {
    return optionsOf(
      process.argv.slice(2),
      ALL.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const options = optionsRead();
  if (options === undefined) return 2;
  const { points, seed, lanes } = options;
  const kinds = ALL.filter(({ name }) => options.kinds.length === 0 || options.kinds.includes(name));
  const started = performance.now();
  const plan = { kinds, points, seed, lanes, times: timesBy(TIME_FACTOR) };
  let done = 0;
  const results = await runMatrix(plan, () => {
    done += 1;
    if (done % 50 === 0) console.log(`${done} of ${kinds.length * points} cases`);
  });
  console.log(textTable(tableOf(kinds, results)));
  const failures = failuresOf(kinds, results, points);
  for (const failure of failures) console.error(failure);
  console.log(
    `${results.length} cases in ${((performance.now() - started) / 1_000).toFixed(0)} s, ${failures.length} failures`,
  );
  return failures.length === 0 && results.length > 0 ? 0 : 1;
}

process.exitCode = await main();
