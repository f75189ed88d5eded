// Imports every recorded tape of a folder, replays it in both topologies and compares book chain, frames and dumps
// with an independent program over the original file.
// At least one tape of each kind must be there; a session that cannot be read fails.
//   node .ci/check-tapes.mjs <data folder> <work folder>
//   DUTCHBOOK_TAPE_RUNS=<number>   replays per topology and tape (default 1)
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const [data, work] = process.argv.slice(2);
const DUMPS = 200;
const RUNS = Number(process.env.DUTCHBOOK_TAPE_RUNS ?? '1');
if (!(Number.isInteger(RUNS) && RUNS >= 1)) throw new RangeError('DUTCHBOOK_TAPE_RUNS: allowed 1 or more');
mkdirSync(work, { recursive: true });

const run = (file, ...args) => execFileSync(process.execPath, [file, ...args], { encoding: 'utf8', maxBuffer: 1e9 });
const dutchbook = (...args) => JSON.parse(run('bin/dutchbook.js', ...args, '--json'));
const files = (folder) => (existsSync(join(data, folder)) ? readdirSync(join(data, folder)) : []);

const tapes = [
  ...files('kalshi-gold15m')
    .filter((name) => /\.ndjson(\.gz)?$/.test(name))
    .map((name) => ({ tape: join(data, 'kalshi-gold15m', name), from: 'kalshi-ndjson' })),
  ...files('polymarket-15m').flatMap((session) => {
    const folder = join(data, 'polymarket-15m', session);
    const raw = ['raw_messages.jsonl', 'raw_messages.jsonl.gz'].map((name) => join(folder, name)).find(existsSync);
    // Without its tape the import fails, and with it this check.
    return [{ tape: raw ?? folder, from: 'polymarket-jsonl' }];
  }),
  ...files('cross-venue/polymarket')
    .filter((name) => /^ws_frames.*\.json$/.test(name))
    .map((name) => ({ tape: join(data, 'cross-venue/polymarket', name), from: 'polymarket-frames' })),
];

/** Different frame numbers drawn evenly with a seed, so that a failure can be looked at again. */
function drawnFrames(frames, seed) {
  const drawn = new Set();
  let state = seed;
  while (drawn.size < Math.min(DUMPS, frames)) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    drawn.add(1 + Math.floor((state / 2 ** 32) * frames));
  }
  return [...drawn].sort((a, b) => a - b);
}

function compare({ tape, from }, index) {
  const recording = join(work, `tape-${index}`);
  dutchbook('import', tape, recording, '--from', from);
  const first = dutchbook('replay', recording, '--speed', 'max', '--book-chain');
  const atFrames = drawnFrames(first.framesReceived, index + 1);
  const theirs = join(work, 'theirs.json');
  const ours = join(work, 'ours.json');
  const oracle = JSON.parse(
    run('test/independent/book-chain.mjs', tape, '--at-frame', atFrames.join(','), '--dump', theirs),
  );
  const dumpWords = ['--dump-books', ours, ...atFrames.flatMap((at) => ['--at-frame', String(at)])];
  const second = dutchbook('replay', recording, '--topology', 'threads', '--book-chain', ...dumpWords);
  const more = ['inline', 'threads'].flatMap((topology) =>
    Array.from({ length: RUNS - 1 }, () =>
      dutchbook('replay', recording, '--topology', topology, '--speed', 'max', '--book-chain'),
    ),
  );
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
  const rules = {
    'chain inline': first.bookChain === oracle.chain,
    'chain threads': second.bookChain === oracle.chain,
    'every further run': more.every(
      ({ bookChain, stateHash }) => bookChain === oracle.chain && stateHash === first.stateHash,
    ),
    'one state hash': first.stateHash === second.stateHash,
    'nothing rejected': first.framesRejected === 0 && second.framesRejected === 0,
    'dumps equal': isDeepStrictEqual(read(ours), read(theirs)),
  };
  const broken = Object.keys(rules).filter((rule) => !rules[rule]);
  console.log(
    basename(tape),
    oracle.frames,
    'frames',
    oracle.chain.slice(0, 16),
    broken.length === 0 ? 'equal' : `NOT ${broken}`,
  );
  return broken.length === 0;
}

function compared(one, index) {
  try {
    return compare(one, index);
  } catch (error) {
    console.log(basename(one.tape), `NOT readable: ${error.message.split('\n').slice(0, 3).join(' ')}`);
    return false;
  }
}

const missing = ['kalshi-ndjson', 'polymarket-jsonl', 'polymarket-frames'].filter(
  (kind) => !tapes.some(({ from }) => from === kind),
);
for (const kind of missing) console.log(`NOT there: no tape of kind ${kind} in ${data}`);
const equal = tapes.map(compared).filter(Boolean).length;
console.log(`${equal} of ${tapes.length} tapes equal`);
process.exit(missing.length === 0 && equal === tapes.length ? 0 : 1);
