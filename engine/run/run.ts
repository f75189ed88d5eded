// A run: venue, memory, executor and threads in order, watched while it goes on, ended in reverse order. Main thread.

import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { configHash } from '../config/hash.ts';
import { detectorsFor, topologyFor } from '../config/plan.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { type Clock, LiveClock, runStartNs } from '../core/clock.ts';
import { coresAvailable } from '../core/cores.ts';
import { Random } from '../core/random.ts';
import { dial } from '../ingest/dial.ts';
import { createFileSink, Journal } from '../ledger/journal.ts';
import type { RunHandle, RunHooks, StartRun } from '../observe/driver.ts';
import * as pipeline from '../pipeline.ts';
import { readManifest } from '../replay/manifest.ts';
import { PolymarketGateway } from '../venue/polymarket/gateway.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import { startInlineEngine } from './engine-inline.ts';
import { startThreadsEngine } from './engine-threads.ts';
import { Supervisor } from './supervisor.ts';
import { linkEmbeddedVenue, type VenueLink } from './venue-link.ts';

const REQUEST_DEADLINE_MS = 2_000;
const REDIAL_MS = 250;
const SPINS = 200;

/** Starts everything; rejects with an error whose message a user can act on, with nothing left running. */
export const startRun: StartRun = async (config: Config, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> => {
  refuseRealVenue(config);
  const venue = await linkEmbeddedVenue(config);
  try {
    return await startOn(venue, config, secrets, hooks);
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

function createJournal(config: Config, clock: Clock): { journal: Journal; path: string } {
  mkdirSync(config.journal.dir, { recursive: true, mode: 0o700 });
  const name = `${new Date(clock.wallMs()).toISOString().replaceAll(':', '-')}-${process.pid}.journal`;
  const path = join(config.journal.dir, name);
  return { journal: new Journal(createFileSink(path), configHash(config)), path };
}

async function startOn(venue: VenueLink, config: Config, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> {
  const cores = coresAvailable();
  const topology = topologyFor(config, cores);
  const detectors = detectorsFor(config, cores);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const { markets, relations } = readManifest(config.simulate.recording);
  const metas = [...markets, ...config.markets.filter(({ id }) => !markets.some((known) => known.id === id))];
  const foundation = pipeline.layFoundation(config, metas, [...relations, ...config.relations], detectors);
  const { journal, path } = createJournal(config, clock);
  const { credentials, signer, userUrl, restUrl: httpUrl } = venue;
  const redial = { deadlineMs: REQUEST_DEADLINE_MS, redialMs: REDIAL_MS, userAgent: 'dutchbook', dial };
  const gateway = new PolymarketGateway({ httpUrl, userUrl, credentials, address: signer.address, ...redial }, clock);
  const salts = new Random(randomBytes(4).readUInt32LE(0));
  signer.warmUp();
  const maker = createOrderMaker(foundation.arena, salts, { signer, owner: credentials.apiKey });
  const place = { clock, gateway, maker, journal, limits: config.breaker, options: config.execute };
  const { breaker, executor } = pipeline.buildExecution(foundation, place);
  executor.deposit(venue.cashMicros, clock.nowNs());
  const supervisor = new Supervisor({ config, clock, foundation, breaker, executor, gateway, venue, hooks });
  hooks.log(venue.description);
  hooks.log(`journal: ${path}`);
  const feedToken = secrets.feedToken?.reveal() ?? randomBytes(24).toString('base64url');
  const seed = config.simulate.seed;
  const setup = pipeline.ingestSetup(config, metas, { marketUrl: venue.marketUrl, feedToken, seed });
  const engine =
    topology === 'threads'
      ? await startThreadsEngine({
          ...{ foundation, startNs, ingest: pipeline.ingestTask(setup, config.drill) },
          detectors: pipeline.detectTasks(config, detectors, SPINS, 'full', config.drill),
          nowNs: () => clock.nowNs(),
          onLost: (loss) => supervisor.lost(loss),
        })
      : await startInlineEngine({
          ...{ foundation, clock, ingest: setup, settings: pipeline.detectSettings(config, 'full') },
          onFrame: () => supervisor.executorTurn(),
        });
  supervisor.start(engine);
  return supervisor;
}
