// Compares the engine with the independent program over real tapes: book chain, dumps at random frames, one state hash
// over all runs and topologies, no well-formed frame rejected.
//
//   node test/independent/compare.mjs [--runs 5] [--dumps 200] [--only text] [--seed 1] [data directory]
//
// The data directory (or DUTCHBOOK_DATA) holds kalshi-gold15m/*.ndjson.gz, polymarket-15m/<session>/ and
// cross-venue/polymarket/ws_frames_*.json. Runs the built CLI; ends with 1 when anything differs.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs, promisify } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    dumps: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
  },
});
const data = positionals[0] ?? process.env.DUTCHBOOK_DATA;
if (data === undefined) {
  console.error('compare.mjs: name the data directory, or set DUTCHBOOK_DATA');
  process.exit(2);
}
const here = fileURLToPath(new URL('.', import.meta.url));
const cli = join(here, '..', '..', 'bin', 'dutchbook.js');
const scratch = mkdtempSync(join(tmpdir(), 'dutchbook-compare-'));
let differences = 0;
/** One tape of each must be there. */
const KINDS = ['kalshi-ndjson', 'polymarket-jsonl', 'polymarket-frames'];

try {
  const tapes = findTapes();
  for (const kind of KINDS)
    check(
      kind,
      'tapes',
      tapes.some(({ from }) => from === kind),
      `none in ${data}`,
    );
  const chosen = tapes.filter(({ name }) => name.includes(options.only));
  // Side by side, the largest first: each is a chain of programs of one busy thread.
  const waiting = chosen.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const work = async () => {
    for (let tape = waiting.shift(); tape !== undefined; tape = waiting.shift()) await compareOrSay(tape);
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  console.log(`${chosen.length} tapes compared, ${differences} differences`);
  process.exitCode = chosen.length > 0 && differences === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function findTapes() {
  const list = (folder) => (existsSync(join(data, folder)) ? readdirSync(join(data, folder)).sort() : []);
  const kalshi = list('kalshi-gold15m').filter((name) => /\.ndjson(\.gz)?$/.test(name));
  const sessions = list('polymarket-15m');
  const frames = list('cross-venue/polymarket').filter((name) => /^ws_frames_.*\.json$/.test(name));
  return [
    ...kalshi.map((name) => ({ name, path: join(data, 'kalshi-gold15m', name), from: 'kalshi-ndjson' })),
    ...sessions.map((name) => {
      const folder = join(data, 'polymarket-15m', name);
      const raw = ['raw_messages.jsonl', 'raw_messages.jsonl.gz'].map((file) => join(folder, file)).find(existsSync);
      // Without its tape the import fails, and with it this program.
      return { name, path: raw ?? folder, from: 'polymarket-jsonl' };
    }),
    ...frames.map((name) => ({ name, path: join(data, 'cross-venue/polymarket', name), from: 'polymarket-frames' })),
  ];
}

function sizeOf({ path }) {
  return existsSync(path) ? statSync(path).size : 0;
}

async function run(program, args) {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

function check(name, what, ok, detail) {
  if (ok) return;
  differences += 1;
  console.log(`DIFFERS ${name}: ${what}: ${detail}`);
}

/** A tape that cannot be read is a difference like any other. */
async function compareOrSay(tape) {
  try {
    await compare(tape);
  } catch (error) {
    check(tape.name, 'readable', false, error.message.split('\n').slice(0, 3).join(' '));
  }
}

async function compare({ name, path, from }) {
  const recording = join(scratch, name);
  const imported = await run(cli, ['import', path, recording, '--from', from, '--json']);
  const wanted = pickFrames(imported.frames, Number(options.dumps));
  const [theirDump, ourDump] = ['theirs', 'ours'].map((side) => join(scratch, `${name}-${side}.json`));
  const theirs = await run(join(here, 'book-chain.mjs'), [path, '--at-frame', wanted.join(','), '--dump', theirDump]);
  check(name, 'frames', theirs.frames === imported.frames, `${imported.frames}, independent ${theirs.frames}`);
  const dumpWords = ['--dump-books', ourDump, ...wanted.flatMap((frame) => ['--at-frame', String(frame)])];
  const states = new Set();
  for (const topology of ['inline', 'threads']) {
    for (let turn = 0; turn < Number(options.runs); turn += 1) {
      // The first run of each topology also writes the dumps.
      const report = await replay(recording, topology, turn === 0 ? dumpWords : []);
      states.add(report.stateHash);
      checkReport(`${name} ${topology}`, report, theirs);
    }
    compareDumps(name, topology, readJson(theirDump), readJson(ourDump));
    rmSync(ourDump);
  }
  check(name, 'state hashes', states.size === 1, [...states].join(' '));
  console.log(`${name}: ${theirs.frames} frames, chain ${theirs.chain.slice(0, 16)}…`);
  rmSync(recording, { recursive: true, force: true });
  rmSync(theirDump);
}

function replay(recording, topology, words) {
  const fixed = ['--speed', 'max', '--book-chain', '--json', '--topology', topology];
  return run(cli, ['replay', recording, ...fixed, ...words]);
}

function checkReport(name, report, theirs) {
  check(name, 'chain', report.bookChain === theirs.chain, `${report.bookChain} not ${theirs.chain}`);
  check(name, 'frames', report.framesReceived === theirs.frames, report.framesReceived);
  check(name, 'rejected', report.framesRejected === 0, JSON.stringify(report.rejectedByCause));
  // What venues really send is read by the fast paths.
  check(name, 'fallbacks', report.decoderFallbacks === 0, report.decoderFallbacks);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function compareDumps(name, topology, theirs, ours) {
  const frames = Object.keys(theirs);
  check(name, `${topology} dumped frames`, isDeepStrictEqual(Object.keys(ours), frames), Object.keys(ours).length);
  for (const frame of frames) {
    check(name, `${topology} dump at ${frame}`, isDeepStrictEqual(ours[frame], theirs[frame]), 'books differ');
  }
}

/** Distinct frame numbers in ascending order, all of them when there are no more; the same for the same seed. */
function pickFrames(frames, count) {
  if (frames <= count) return Array.from({ length: frames }, (_, index) => index + 1);
  const picked = new Set([1, frames]);
  for (let draw = 0; picked.size < count; draw += 1) picked.add(1 + (hashed(Number(options.seed), draw) % frames));
  return [...picked].sort((a, b) => a - b);
}

function hashed(seed, draw) {
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(draw + 1, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) >>> 0;
}
