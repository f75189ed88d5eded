// Imports every recorded tape of a folder, replays it in both topologies and compares book chain, frames and dumps
// with an independent program over the original file.
//   node .ci/check-tapes.mjs <data folder> <work folder>
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const [data, work] = process.argv.slice(2);
const DUMPS = 25;
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
    return raw === undefined ? [] : [{ tape: raw, from: 'polymarket-jsonl' }];
  }),
];

function compare({ tape, from }, index) {
  const recording = join(work, `tape-${index}`);
  dutchbook('import', tape, recording, '--from', from);
  const first = dutchbook('replay', recording, '--speed', 'max', '--book-chain');
  // Frames spread over the whole tape; the same in every run, so that a failure can be looked at.
  const step = Math.max(1, Math.floor(first.framesReceived / DUMPS));
  const atFrames = Array.from({ length: DUMPS }, (_, turn) => 1 + turn * step).filter(
    (at) => at <= first.framesReceived,
  );
  const theirs = join(work, 'theirs.json');
  const ours = join(work, 'ours.json');
  const oracle = JSON.parse(
    run('test/independent/book-chain.mjs', tape, '--at-frame', atFrames.join(','), '--dump', theirs),
  );
  const dumpWords = ['--dump-books', ours, ...atFrames.flatMap((at) => ['--at-frame', String(at)])];
  const second = dutchbook('replay', recording, '--topology', 'threads', '--book-chain', ...dumpWords);
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
  const rules = {
    'chain inline': first.bookChain === oracle.chain,
    'chain threads': second.bookChain === oracle.chain,
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

const equal = tapes.map(compare).filter(Boolean).length;
console.log(`${equal} of ${tapes.length} tapes equal`);
process.exit(tapes.length > 0 && equal === tapes.length ? 0 : 1);
