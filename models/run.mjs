// Checks the models of breaker and ring with Spin: the correct ones pass with 0 errors, every broken variant fails.
//
//   node models/run.mjs            prints one line per case, and closes with how many held
//
// Spin is taken from PATH; where it is missing, the package of Debian is fetched into build/models, without installing it. Where
// neither is to be had the exit code is 3 and nothing was checked.
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const WORK = fileURLToPath(new URL('../build/models/', import.meta.url));
const run = promisify(execFile);

/** Threads of a case: senders, their batches, trips, slots. */
const threads = (senders, batches, trippers, slots) => ({
  SENDERS: senders,
  BATCHES: batches,
  TRIPPERS: trippers,
  SLOTS: slots,
});
const SMALL = threads(2, 1, 1, 1);
const broken = (model, what, ...macros) => ({
  ...{ model, what, isBroken: true },
  defines: { ...(model === 'breaker' ? SMALL : {}), ...Object.fromEntries(macros.map((name) => [name, 1])) },
});

const CASES = [
  { model: 'breaker', what: 'two senders, two slots, a trip', defines: threads(2, 1, 1, 2) },
  { model: 'breaker', what: 'the same, trips without a deadline', defines: { ...threads(2, 1, 1, 2), NO_DEADLINE: 1 } },
  { model: 'breaker', what: 'one slot, used again and again', defines: threads(2, 1, 1, 1) },
  { model: 'breaker', what: 'two trips at once', defines: threads(1, 1, 2, 1) },
  { model: 'breaker', what: 'half-open, a budget of probes', defines: { ...SMALL, RECOVERS: 1 } },
  broken('breaker', 'looked, then sent, not announced', 'NO_ANNOUNCEMENT'),
  broken('breaker', 'announced after the check', 'ANNOUNCED_AFTER_CHECK'),
  broken('breaker', 'retired before the last byte', 'RETIRE_BEFORE_LAST_BYTE'),
  broken('breaker', 'a trip looks at the slots before it opens', 'SLOTS_BEFORE_OPENING'),
  broken('breaker', 'a slot taken without compare-and-swap', 'CLAIM_WITHOUT_SWAP'),
  broken('breaker', 'a late wake-up counts as a retirement', 'WAKE_UP_IS_RETIREMENT'),
  broken('breaker', 'a reset without compare-and-swap', 'LET_OUT_WITHOUT_SWAP'),
  broken('breaker', 'a half-open without compare-and-swap', 'LET_OUT_WITHOUT_SWAP', 'RECOVERS'),
  broken('breaker', 'a probe taken without compare-and-swap', 'PROBE_WITHOUT_SWAP', 'RECOVERS'),
  broken('breaker', 'a trip waits for its own thread', 'WAITS_FOR_ITS_OWN', 'NO_DEADLINE'),
  broken('breaker', 'a waiter counts itself after it slept', 'WAITER_COUNTED_LATE', 'NO_DEADLINE'),
  { model: 'ring', what: 'groups of one and two slots, wrapping', defines: {} },
  broken('ring', 'the tail is published before the data', 'TAIL_BEFORE_DATA'),
  broken('ring', 'a slot more than there is', 'CAPACITY_PLUS_ONE'),
  broken('ring', 'the cached head is never read again', 'HEAD_STAYS_STALE'),
  broken('ring', 'slots given back before they are read', 'RELEASED_BEFORE_READ'),
  broken('ring', 'a record straddles the end', 'NO_PAD'),
  broken('ring', 'no room asked for the PAD', 'PAD_NOT_COUNTED'),
  broken('ring', 'records of a group published one by one', 'RECORDS_PUBLISHED_ALONE'),
  broken('ring', 'the next slot is touched while it is the reader’s', 'TOUCHED_BLINDLY'),
  broken('ring', 'indexes compared, not subtracted', 'INDEXES_COMPARED'),
  broken('ring', 'the sleeper is looked for before the tail is stored', 'SLEEPER_LOOKED_FOR_FIRST'),
];

function works(command, ...words) {
  try {
    execFileSync(command, words, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** Nothing was checked. */
class NoSpinError extends Error {}
const NO_SPIN = 3;

/** Spin from PATH, or Debian's package unpacked in the work folder; as a last resort installed, which takes root. */
function spinCommand() {
  if (works('spin', '-V')) return 'spin';
  const folder = join(WORK, 'spin');
  const unpacked = join(folder, 'usr/bin/spin');
  if (existsSync(unpacked) && works(unpacked, '-V')) return unpacked;
  mkdirSync(folder, { recursive: true });
  const download = () => {
    if (!works('sh', '-c', `cd '${folder}' && apt-get download spin`)) return false;
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
    return file !== undefined && works('dpkg', '-x', join(folder, file), folder) && works(unpacked, '-V');
  };
  if (download() || (works('apt-get', 'update') && download())) return unpacked;
  if (process.getuid?.() === 0 && works('apt-get', 'install', '--yes', 'spin') && works('spin', '-V')) return 'spin';
  throw new NoSpinError(
    'Spin is neither on PATH nor to be had from apt-get: install the package `spin` (6.5 or later) and run this again',
  );
}

function compilerCommand() {
  const found = ['gcc', 'cc'].find((name) => works(name, '--version'));
  if (found === undefined) throw new Error('no C compiler on PATH, which Spin’s checkers need: install gcc');
  return found;
}

/** What Spin found of one case. */
async function check(spin, compiler, { model, defines, isBroken = false }) {
  const folder = mkdtempSync(join(WORK, 'case-'));
  try {
    copyFileSync(join(HERE, `${model}.pml`), join(folder, 'model.pml'));
    const macros = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
    const options = { cwd: folder, maxBuffer: 1 << 26 };
    await run(spin, [...macros, '-a', 'model.pml'], options);
    // A broken variant fails within few states: what counts there is the compiler's time.
    await run(compiler, [isBroken ? '-O0' : '-O1', '-w', '-DSAFETY', '-DVECTORSZ=512', '-o', 'pan', 'pan.c'], options);
    const { stdout } = await run('./pan', ['-m50000', '-w22'], options);
    const number = (pattern) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
    return {
      errors: number(/errors: (\d+)/),
      states: number(/(\d+) states, stored/),
      // A search that was cut off proves nothing.
      isWhole: !/max search depth too small|out of memory/.test(stdout),
      found: /pan:1: (.*?) \(at depth/.exec(stdout)?.[1] ?? '',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function verdict({ isBroken = false }, { errors, states, isWhole, found }) {
  if (!(states > 0)) return 'explored no state';
  if (isBroken) return errors > 0 && found !== '' ? '' : 'is broken, and no error was found';
  if (errors !== 0) return `${errors} errors: ${found}`;
  return isWhole ? '' : 'the search was cut off';
}

async function main() {
  mkdirSync(WORK, { recursive: true });
  const spin = spinCommand();
  const compiler = compilerCommand();
  const left = [...CASES];
  let held = 0;
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const result = await check(spin, compiler, next);
      const wrong = verdict(next, result);
      const states = `${String(result.states).padStart(8)} states`;
      const says = wrong === '' ? (next.isBroken ? `fails as it must: ${result.found}` : '0 errors') : wrong;
      console.log(
        `${wrong === '' ? 'ok  ' : 'FAIL'} ${next.model.padEnd(8)} ${next.what.padEnd(52)} ${states}  ${says}`,
      );
      if (wrong === '') held += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  console.log(`${held} of ${CASES.length} cases held`);
  if (held !== CASES.length) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  // Spin and the compiler tell what is wrong with a model on stdout or stderr.
  console.error(`models: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`.trimEnd());
  process.exitCode = error instanceof NoSpinError ? NO_SPIN : 1;
}
