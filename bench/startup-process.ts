// The cold process that bench/startup.ts times: FOLDER threads|inline. Reads the manifest, lays the foundation, starts
// the engine as a run does, says one line when it would take its first frame, and ends when its input closes.
import { parseConfig } from '../engine/config/load.ts';
import { LiveClock, runStartNs } from '../engine/core/clock.ts';
import type { FeedServerSetup } from '../engine/ingest/feed-server.ts';
import type { IngestSetup } from '../engine/ingest/ingest-setup.ts';
import { AgentWords } from '../engine/memory/agent-words.ts';
import type { Arena } from '../engine/memory/arena.ts';
import {
  createMemory,
  detectSettings,
  detectTasks,
  type Foundation,
  ingestTask,
  layFoundation,
} from '../engine/pipeline.ts';
import { readManifest } from '../engine/replay/manifest.ts';
import type { Engine } from '../engine/run/engine.ts';
import { warmUpExecutor } from '../engine/run/warm-up-executor.ts';
import { BOOK_EPOCH, REGION_BOOKS } from '../wasm/layout.ts';
import type { StartupFacts } from './startup.ts';

const FEED_SERVER: FeedServerSetup = {
  host: '127.0.0.1',
  port: 0,
  transport: 'auto',
  token: 'start-up',
  connectionsMax: 1,
  framesPerSecondMax: 1_000,
  maxFrameBytes: 4_194_304,
  firstConnection: 0,
};
const STOP_MS = 2_000;
const SPINS = 200;

/** Starts the engine of `topology` over the manifest's world; `lap` notes the end of a phase. */
async function start(folder: string, topology: 'threads' | 'inline', lap: () => number) {
  const manifest = readManifest(folder);
  const baskets = 2 * manifest.relations.length;
  const legs = manifest.relations.reduce((sum, { markets }) => sum + 2 * markets.length, 0);
  const text = `arena: { markets: ${manifest.markets.length}, baskets: ${baskets}, legs: ${legs} }`;
  const { config, configHash } = parseConfig(text, undefined);
  const metadataMs = lap();
  const memory = createMemory(config, 1);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const ingest: IngestSetup = { outbound: [], feedServer: FEED_SERVER, seed: 1 };
  const fail = (what: string): never => {
    throw new Error(what);
  };
  const onVenueError = (): never => fail('there is no venue');
  let [foundationMs, warmUpMs, count] = [0, 0, { markets: 0, baskets: 0 }];
  const prepare = async (): Promise<Foundation> => {
    const beforeNs = clock.nowNs();
    const foundation = layFoundation(config, manifest.markets, manifest.relations, 1, memory);
    const laidNs = clock.nowNs();
    await warmUpExecutor(memory.module, config, configHash);
    new AgentWords(memory.arena, memory.arena.detectors + 1).started();
    foundationMs = (laidNs - beforeNs) / 1e6;
    warmUpMs = (clock.nowNs() - laidNs) / 1e6;
    count = { markets: foundation.markets.count, baskets: foundation.baskets.length };
    return foundation;
  };
  const engine: Engine =
    topology === 'inline'
      ? await (await import('../engine/run/engine-inline.ts')).startInlineEngine({
          ...{ clock, prepare, ingest, settings: detectSettings(config, 'full'), onVenueError },
          warmUpFrames: config.warmUpFrames,
          onFrame: () => undefined,
        })
      : await (await import('../engine/run/engine-threads.ts')).startThreadsEngine({
          ...{ memory, startNs, prepare, ingest: ingestTask(config, ingest), onVenueError },
          detectors: detectTasks(config, 1, SPINS, 'full'),
          onLost: ({ role, why }) => fail(`${role} ${why}`),
        });
  const engineMs = lap();
  const { arena } = memory;
  const facts: StartupFacts = {
    ...{ metadataMs, foundationMs, warmUpMs, engineMs, cpuMs: cpuMs(), arenaBytes: arena.bytes.length, ...count },
  };
  const open = openBooks(arena);
  if (open !== count.markets) throw new Error(`${open} of ${count.markets} books are open`);
  return { engine, facts };
}

/** CPU time of the whole process so far: what start-up takes on a machine that is busy with other things. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function openBooks(arena: Arena): number {
  let open = 0;
  const { count } = arena.region(REGION_BOOKS);
  for (let market = 0; market < count; market += 1) {
    if (arena.u32[(arena.at(REGION_BOOKS, market) + BOOK_EPOCH) >> 2] !== 0) open += 1;
  }
  return open;
}

const [folder, topology] = process.argv.slice(2);
if (folder === undefined || (topology !== 'threads' && topology !== 'inline'))
  throw new RangeError('usage: startup-process FOLDER threads|inline');
const clock = new LiveClock();
let lastNs = clock.nowNs();
const { engine, facts } = await start(folder, topology, () => {
  const beforeNs = lastNs;
  lastNs = clock.nowNs();
  return (lastNs - beforeNs) / 1e6;
});
console.log(JSON.stringify(facts));
await new Promise((resolve) => process.stdin.once('end', resolve).resume());
if (!(await engine.stop(STOP_MS))) process.exitCode = 1;
