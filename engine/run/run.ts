// A run: venue, memory, executor and threads in order, watched while it goes on, ended in reverse order. Main thread.

import { randomBytes } from 'node:crypto';
import { knownMarkets } from '../config/known-markets.ts';
import { detectorsFor, topologyFor } from '../config/plan.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { type Clock, LiveClock, runStartNs } from '../core/clock.ts';
import { coresAvailable } from '../core/cores.ts';
import { Random } from '../core/random.ts';
import { dial } from '../ingest/dial.ts';
import type { IngestSetup } from '../ingest/ingest.ts';
import type { Journal } from '../ledger/journal.ts';
import type { RunHandle, RunHooks, RunPlan, StartRun } from '../observe/driver.ts';
import * as pipeline from '../pipeline.ts';
import { readManifest } from '../replay/manifest.ts';
import type { MarketMeta } from '../venue/contract.ts';
import { PolymarketGateway } from '../venue/polymarket/gateway.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import type { DialUser } from '../venue/polymarket/user.ts';
import type { Engine } from './engine.ts';
import { createJournal } from './journal-file.ts';
import { Supervisor } from './supervisor.ts';
import { linkEmbeddedVenue, type VenueLink } from './venue-link.ts';
import { warmUpExecutor } from './warm-up-executor.ts';

const REQUEST_DEADLINE_MS = 2_000;
const REDIAL_MS = 250;
const SPINS = 200;

/** Starts everything; rejects with an error whose message a user can act on, with nothing left running. */
export const startRun: StartRun = async (plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> => {
  refuseRealVenue(plan.config);
  const venue = await linkEmbeddedVenue(plan.config, plan.recording);
  try {
    return await startOn(venue, plan, secrets, hooks);
  } catch (error) {
    await venue.close();
    throw error;
  }
};

/** This version sends orders to the embedded venue only: paper trading on a real feed needs its own matching engine. */
function refuseRealVenue(config: Config): void {
  if (config.venues.polymarket.restUrl === undefined) return;
  throw new RangeError('venues.polymarket: set, allowed absent: this version trades on the embedded venue only');
}

async function startOn(venue: VenueLink, plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> {
  const { config } = plan;
  const cores = coresAvailable();
  const detectors = detectorsFor(config, cores);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const known = knownMarkets(readManifest(plan.recording), config);
  const memory = pipeline.createMemory(config, detectors);
  const setup = setupOf(config, known.markets, venue, secrets, hooks);
  let desk: Desk | undefined;
  const prepare = async (): Promise<pipeline.Foundation> => {
    const foundation = pipeline.layFoundation(config, known.markets, known.relations, detectors, memory);
    desk = openDesk(venue, plan, clock, hooks);
    desk.supervisor = superviseOn(foundation, desk, venue, config, clock, hooks);
    await warmUpExecutor(memory.module, config, plan.configHash);
    desk.supervisor.started();
    return foundation;
  };
  // Threads tell the supervisor in turns of the event loop, of which `prepare` gives none before it has made it.
  const supervisor = (): Supervisor => desk!.supervisor!;
  try {
    const parts = { memory, startNs, clock, supervisor, prepare };
    const engine = await startEngine(config, topologyFor(config, cores), setup, parts);
    supervisor().start(engine);
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
  readonly gateway: PolymarketGateway;
  supervisor?: Supervisor;
}

function openDesk(venue: VenueLink, { config, configHash }: RunPlan, clock: Clock, hooks: RunHooks): Desk {
  const { journal, path } = createJournal(config.journal.dir, configHash, clock);
  const { credentials, signer, userUrl, restUrl: httpUrl } = venue;
  const { dialTransport: transport } = config.ingest;
  const dialUser: DialUser = (url, options) => dial(url, { ...options, transport });
  const redial = { deadlineMs: REQUEST_DEADLINE_MS, redialMs: REDIAL_MS, userAgent: 'dutchbook', dial: dialUser };
  const gateway = new PolymarketGateway({ httpUrl, userUrl, credentials, address: signer.address, ...redial }, clock);
  hooks.log(venue.description);
  hooks.log(`journal: ${path}`);
  return { journal, gateway };
}

function superviseOn(
  foundation: pipeline.Foundation,
  { journal, gateway }: Desk,
  venue: VenueLink,
  config: Config,
  clock: Clock,
  hooks: RunHooks,
): Supervisor {
  const { signer, credentials } = venue;
  signer.warmUp();
  const salts = new Random(randomBytes(4).readUInt32LE(0));
  const maker = createOrderMaker(foundation.arena, salts, { signer, owner: credentials.apiKey });
  const place = { clock, gateway, maker, journal, limits: config.breaker, options: config.execute };
  const { breaker, executor } = pipeline.buildExecution(foundation, place);
  executor.deposit(venue.cashMicros, clock.nowNs());
  return new Supervisor({ config, clock, foundation, breaker, executor, gateway, venue, hooks });
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
}

/** Loads only the topology that runs: what it imports is a good part of a start. */
async function startEngine(
  config: Config,
  topology: 'threads' | 'inline',
  setup: IngestSetup,
  { memory, startNs, clock, supervisor, prepare }: EngineParts,
): Promise<Engine> {
  if (topology === 'inline') {
    const { startInlineEngine } = await import('./engine-inline.ts');
    return startInlineEngine({
      ...{ clock, prepare, ingest: setup, settings: pipeline.detectSettings(config, 'full') },
      warmUpFrames: config.warmUpFrames,
      onFrame: () => supervisor().executorTurn(),
      onVenueError: (connection, code, message) => supervisor().venueError(connection, code, message),
    });
  }
  const { startThreadsEngine } = await import('./engine-threads.ts');
  return startThreadsEngine({
    ...{ memory, startNs, prepare, ingest: pipeline.ingestTask(config, setup, config.drill) },
    detectors: pipeline.detectTasks(config, memory.arena.detectors, SPINS, 'full', config.drill),
    onLost: (loss) => supervisor().lost(loss),
    onVenueError: (connection, code, message) => supervisor().venueError(connection, code, message),
  });
}
