// A run: venue, memory, executor and threads in order, watched while it goes on, ended in reverse order. Main thread.

import { randomBytes } from 'node:crypto';
import { type KnownMarkets, knownMarkets } from '../config/known-markets.ts';
import { detectorsFor, topologyFor } from '../config/plan.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { type Clock, LiveClock, runStartNs } from '../core/clock.ts';
import { coresAvailable } from '../core/cores.ts';
import { Random } from '../core/random.ts';
import type { MarketEvent, MarketEventSink } from '../ingest/frame-host.ts';
import type { IngestSetup } from '../ingest/ingest.ts';
import type { Journal } from '../ledger/journal.ts';
import type { RunHandle, RunHooks, RunPlan, StartRun } from '../observe/driver.ts';
import { entriesText } from '../observe/text.ts';
import * as pipeline from '../pipeline.ts';
import { readManifest } from '../replay/manifest.ts';
import type { MarketMeta } from '../venue/contract.ts';
import type { DiscoveryNews } from '../venue/polymarket/gamma-news.ts';
import { namesAnything } from '../venue/polymarket/gamma-setup.ts';
import { Discovery } from './discovery.ts';
import type { Engine } from './engine.ts';
import { createJournal } from './journal-file.ts';
import { isOutside, linkPaperVenue } from './paper-link.ts';
import { Supervisor } from './supervisor.ts';
import { linkEmbeddedVenue, type RunGateway, type VenueLink } from './venue-link.ts';
import { warmUpExecutor } from './warm-up-executor.ts';

const SPINS = 200;

/** Starts everything; rejects with an error whose message a user can act on, with nothing left running. */
export const startRun: StartRun = async (plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> => {
  const { config, recording } = plan;
  const scene = isOutside(config) ? await sceneOutside(config, hooks) : await sceneEmbedded(config, recording);
  try {
    return await startOn(scene, plan, secrets, hooks);
  } catch (error) {
    await scene.discovery?.close();
    await scene.venue.close();
    throw error;
  }
};

/** What a run trades on and which markets it starts with. */
interface Scene {
  readonly venue: VenueLink;
  readonly known: KnownMarkets;
  readonly discovery?: Discovery;
  readonly first?: DiscoveryNews;
}

async function sceneEmbedded(config: Config, recording: string): Promise<Scene> {
  const venue = await linkEmbeddedVenue(config, recording);
  try {
    return { venue, known: knownMarkets(readManifest(recording), config) };
  } catch (error) {
    await venue.close();
    throw error;
  }
}

/** The markets of a feed outside: those that discovery finds, and those that the config declares. */
async function sceneOutside(config: Config, hooks: RunHooks): Promise<Scene> {
  const { gamma, select } = config.venues.polymarket;
  const venue = linkPaperVenue(config);
  if (gamma.url === undefined || !namesAnything(select)) {
    const known = knownMarkets({ markets: [], relations: [] }, config);
    if (known.markets.length > 0) return { venue, known };
    throw new RangeError('venues.polymarket: no markets, needed gamma.url and select, or markets of the config');
  }
  const discovery = new Discovery(config, gamma.url, hooks.log);
  try {
    const first = await discovery.first();
    const { added, relations, problems, leftForRoom } = first;
    const left = entriesText(leftForRoom, 'none');
    hooks.log(`discovery: ${added.length} markets, ${relations.length} complete sets; left for want of room: ${left}`);
    for (const problem of problems.slice(0, 1))
      hooks.log(`discovery: ${problems.length} problems, the first: ${problem}`);
    const known = knownMarkets({ markets: added, relations }, config);
    if (known.markets.length === 0) throw new RangeError('venues.polymarket.select: selects no market that is open');
    return { venue, known, discovery, first };
  } catch (error) {
    await discovery.close();
    throw error;
  }
}

async function startOn(scene: Scene, plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> {
  const { config } = plan;
  const { known, discovery, venue } = scene;
  const cores = coresAvailable();
  const detectors = detectorsFor(config, cores);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const memory = pipeline.createMemory(config, detectors);
  const setup = setupOf(config, known.markets, venue, secrets, hooks);
  let desk: Desk | undefined;
  const prepare = async (): Promise<pipeline.Foundation> => {
    const foundation = pipeline.layFoundation(config, known.markets, known.relations, detectors, memory);
    desk = openDesk(foundation, scene, plan, clock, hooks);
    await warmUpExecutor(memory.module, config, plan.configHash);
    desk.supervisor.started();
    return foundation;
  };
  // Threads tell the supervisor in turns of the event loop, of which `prepare` gives none before it has made it.
  const supervisor = (): Supervisor => desk!.supervisor;
  try {
    let engine: Engine | undefined;
    const onMarketEvent = (event: MarketEvent): void => {
      discovery?.told(event);
      // Its book is closed already; its tokens take up room on their connection.
      if (event.kind === 'resolved') engine?.tell([{ kind: 'resolve', id: event.id }]);
    };
    const parts = { memory, startNs, clock, supervisor, prepare, onMarketEvent };
    const started = await startEngine(config, topologyFor(config, cores), setup, parts);
    engine = started;
    supervisor().start(started);
    if (scene.first !== undefined) discovery?.follow(detectors, scene.first, (news) => started.tell(news));
    return supervisor();
  } catch (error) {
    await desk?.gateway.close();
    if (desk?.journal.failed === false) desk.journal.close();
    throw error;
  }
}

/** What the executor holds of the outside, to be closed when the start fails. */
interface Desk {
  readonly journal: Journal;
  readonly gateway: RunGateway;
  readonly supervisor: Supervisor;
}

function openDesk(
  foundation: pipeline.Foundation,
  { venue, discovery }: Scene,
  { config, configHash }: RunPlan,
  clock: Clock,
  hooks: RunHooks,
): Desk {
  const { journal, path } = createJournal(config.journal.dir, configHash, clock);
  const own = venue.openDesk(foundation, clock, new Random(randomBytes(4).readUInt32LE(0)));
  hooks.log(venue.description);
  hooks.log(`journal: ${path}`);
  const place = { clock, ...own, journal, limits: config.breaker, options: config.execute };
  const { breaker, executor } = pipeline.buildExecution(foundation, place);
  executor.deposit(venue.cashMicros, clock.nowNs());
  const { gateway } = own;
  const parts = { config, clock, foundation, breaker, executor, gateway, venue, hooks, discovery };
  return { journal, gateway, supervisor: new Supervisor(parts) };
}

/** Where ingest dials to and what it serves; nobody can push without a token, so without one nothing listens. */
function setupOf(
  config: Config,
  markets: readonly MarketMeta[],
  { marketUrl, restUrl }: VenueLink,
  secrets: Secrets,
  hooks: RunHooks,
): IngestSetup {
  const feedToken = secrets.feedToken?.reveal() ?? '';
  const setup = pipeline.ingestSetup(config, markets, {
    ...{ marketUrl, restUrl, feedToken, seed: config.simulate.seed },
  });
  if (feedToken !== '' || setup.feedServer === undefined) return setup;
  hooks.log('feed server: closed, no token in ingest.feedServer.tokenFile or DUTCHBOOK_FEED_TOKEN');
  return { ...setup, feedServer: undefined };
}

interface EngineParts {
  readonly memory: pipeline.EngineMemory;
  readonly startNs: bigint;
  readonly clock: Clock;
  readonly supervisor: () => Supervisor;
  readonly prepare: () => Promise<pipeline.Foundation>;
  readonly onMarketEvent: MarketEventSink;
}

/** Loads only the topology that runs: what it imports is a good part of a start. */
async function startEngine(
  config: Config,
  topology: 'threads' | 'inline',
  setup: IngestSetup,
  { memory, startNs, clock, supervisor, prepare, onMarketEvent }: EngineParts,
): Promise<Engine> {
  if (topology === 'inline') {
    const { startInlineEngine } = await import('./engine-inline.ts');
    return startInlineEngine({
      ...{ clock, prepare, ingest: setup, settings: pipeline.detectSettings(config, 'full') },
      warmUpFrames: config.warmUpFrames,
      onFrame: () => supervisor().executorTurn(),
      onVenueError: (connection, code, message) => supervisor().venueError(connection, code, message),
      onMarketEvent,
    });
  }
  const { startThreadsEngine } = await import('./engine-threads.ts');
  return startThreadsEngine({
    ...{ memory, startNs, prepare, ingest: pipeline.ingestTask(config, setup, config.drill) },
    detectors: pipeline.detectTasks(config, memory.arena.detectors, SPINS, 'full', config.drill),
    onLost: (loss) => supervisor().lost(loss),
    onVenueError: (connection, code, message) => supervisor().venueError(connection, code, message),
    onMarketEvent,
  });
}
