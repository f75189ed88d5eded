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
import type { Journal } from '../ledger/journal.ts';
import type { RunHandle, RunHooks, RunPlan, StartRun } from '../observe/driver.ts';
import * as pipeline from '../pipeline.ts';
import { readManifest } from '../replay/manifest.ts';
import { askBooks, type BookAsker } from '../threads/ask-books.ts';
import { PolymarketGateway } from '../venue/polymarket/gateway.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import type { DialUser } from '../venue/polymarket/user.ts';
import { createJournal } from './journal-file.ts';
import { embeddedHead } from './record-source.ts';
import { RECORDER_STOP_MS, startRecording } from './recording.ts';
import { ingestSetupOf, startEngine } from './start-engine.ts';
import { Supervisor, type SupervisorParts } from './supervisor.ts';
import { linkEmbeddedVenue, refuseKalshiFeed, type VenueLink } from './venue-link.ts';
import { warmUpExecutor } from './warm-up-executor.ts';

const REQUEST_DEADLINE_MS = 2_000;
const REDIAL_MS = 250;

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
  const only = 'set, allowed absent: this version trades on the embedded venue only';
  if (config.venues.polymarket.marketUrl !== undefined) throw new RangeError(`venues.polymarket: ${only}`);
  refuseKalshiFeed(config);
}

async function startOn(venue: VenueLink, plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> {
  const { config } = plan;
  const cores = coresAvailable();
  const detectors = detectorsFor(config, cores);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const known = knownMarkets(readManifest(plan.recording), config);
  const memory = pipeline.createMemory(config, detectors);
  const setup = ingestSetupOf(config, known.markets, venue, secrets, hooks);
  const recording = config.recorder.enabled
    ? await startRecording({
        ...{ config, memory, startNs, clock, folder: plan.recordTo, onOver: (why) => hooks.log(why) },
        head: { ...embeddedHead(plan), markets: known.markets, relations: known.relations },
      })
    : undefined;
  let desk: Desk | undefined;
  const prepare = async (): Promise<pipeline.Foundation> => {
    const foundation = pipeline.layFoundation(config, known.markets, known.relations, detectors, memory);
    desk = openDesk(venue, plan, clock, hooks);
    desk.supervisor = superviseOn(foundation, desk, venue, { config, clock, hooks, recording });
    await warmUpExecutor(memory.module, config, plan.configHash);
    desk.supervisor.started();
    return foundation;
  };
  // Threads tell the supervisor in turns of the event loop, of which `prepare` gives none before it has made it.
  const supervisor = (): Supervisor => desk!.supervisor!;
  try {
    const verify = pipeline.verifyTask(config, venue.restUrl);
    const parts = { memory, startNs, clock, host: supervisor, prepare, verify };
    const engine = await startEngine(config, topologyFor(config, cores), setup, parts);
    supervisor().start(engine);
    return supervisor();
  } catch (error) {
    await recording?.stop(RECORDER_STOP_MS);
    await desk?.gateway.close();
    await desk?.asker.close();
    if (desk?.journal.failed === false) desk.journal.close();
    throw error;
  }
}

/** What the executor holds of the outside, to be closed when the start fails. */
interface Desk {
  readonly journal: Journal;
  readonly gateway: PolymarketGateway;
  /** Reads books again before orders go. */
  readonly asker: BookAsker;
  supervisor?: Supervisor;
}

function openDesk(venue: VenueLink, { config, configHash }: RunPlan, clock: Clock, hooks: RunHooks): Desk {
  const { journal, path } = createJournal(config.journal.dir, configHash, clock);
  const { credentials, signer, userUrl, restUrl: httpUrl } = venue;
  const { dialTransport: transport } = config.ingest;
  const dialUser: DialUser = (url, options) => dial(url, { ...options, transport });
  const redial = { deadlineMs: REQUEST_DEADLINE_MS, redialMs: REDIAL_MS, userAgent: 'dutchbook', dial: dialUser };
  const gateway = new PolymarketGateway({ httpUrl, userUrl, credentials, address: signer.address, ...redial }, clock);
  // An answer that comes later is too old to be acted on, and the next basket waits for its end.
  const asker = askBooks(httpUrl, clock, config.execute.opportunityAgeMs);
  hooks.log(venue.description);
  hooks.log(`journal: ${path}`);
  return { journal, gateway, asker };
}

function superviseOn(
  foundation: pipeline.Foundation,
  { journal, gateway, asker }: Desk,
  venue: VenueLink,
  { config, clock, hooks, recording }: Pick<SupervisorParts, 'config' | 'clock' | 'hooks' | 'recording'>,
): Supervisor {
  const { signer, credentials } = venue;
  signer.warmUp();
  const salts = new Random(randomBytes(4).readUInt32LE(0));
  const maker = createOrderMaker(foundation.arena, salts, { signer, owner: credentials.apiKey });
  const place = { clock, gateway, maker, journal, limits: config.breaker, options: config.execute };
  const { breaker, executor } = pipeline.buildExecution(foundation, { ...place, askBooks: asker.ask });
  executor.deposit(venue.cashMicros, clock.nowNs());
  return new Supervisor({ config, clock, foundation, breaker, executor, gateway, asker, venue, hooks, recording });
}
