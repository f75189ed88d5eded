// A run: venue, memory, executor and threads in order, watched while it goes on, ended in reverse order. Main thread.

import { randomBytes } from 'node:crypto';
import { detectorsFor, topologyFor } from '../config/plan.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { LiveClock, runStartNs } from '../core/clock.ts';
import { coresAvailable } from '../core/cores.ts';
import { Nudge } from '../core/nudge.ts';
import { Random } from '../core/random.ts';
import type { RunHandle, RunHooks, RunPlan, StartRun } from '../observe/driver.ts';
import { relationsLines } from '../observe/relations-text.ts';
import * as pipeline from '../pipeline.ts';
import { askBooks, type BookAsker } from '../threads/ask-books.ts';
import { makeTable } from '../threads.ts';
import type { AskBooks } from '../venue/contract.ts';
import { bookBeforeAdoption } from './before-adoption.ts';
import { ControlDesk, type ControlDeskParts } from './control-desk.ts';
import { ControlSocket, controlPath } from './control-socket.ts';
import { openRunJournal, type RunJournal } from './journal-file.ts';
import { RECORDER_STOP_MS, startRecording } from './recording.ts';
import { Reloads } from './reloads.ts';
import { JournalKeeper } from './run-journal.ts';
import { openScene, type RunScene } from './run-scene.ts';
import { ingestSetupOf, startEngine } from './start-engine.ts';
import { closeVenues, Supervisor, type SupervisorParts } from './supervisor.ts';
import type { RunVenue } from './venue-link.ts';
import { warmUpExecutor } from './warm-up-executor.ts';

/** Starts everything; rejects with an error whose message a user can act on, with nothing left running. */
export const startRun: StartRun = async (plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> => {
  const scene = await openScene(plan, secrets, hooks);
  try {
    return await startOn(scene, plan, secrets, hooks);
  } catch (error) {
    await scene.close();
    throw error;
  }
};

async function startOn(scene: RunScene, plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> {
  const { config } = plan;
  const { venue, known, head } = scene;
  const cores = coresAvailable();
  const detectors = detectorsFor(config, cores);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const memory = pipeline.createMemory(config, detectors);
  const setup = ingestSetupOf(config, known.markets, venue, secrets, hooks);
  const recording = config.recorder.enabled
    ? await startRecording({
        ...{ config, memory, startNs, clock, folder: plan.recordTo, onOver: (why) => hooks.log(why) },
        head: { ...head, markets: known.markets, relations: known.relations },
      })
    : undefined;
  let desk: Desk | undefined;
  let opened: RunJournal | undefined;
  const prepare = async (): Promise<pipeline.Foundation> => {
    const foundation = pipeline.layFoundation(config, known.markets, known.relations, detectors, memory);
    for (const line of relationsLines(foundation.compiled)) hooks.log(line);
    desk = openDesk(foundation, scene, plan, { clock, hooks, recording, opened: opened! });
    await desk.control.open();
    await warmUpExecutor(memory.module, config, plan.configHash);
    desk.supervisor.started();
    return foundation;
  };
  // Threads tell the supervisor in turns of the event loop, of which `prepare` gives none before it has made it.
  const supervisor = (): Supervisor => desk!.supervisor;
  try {
    opened = openRunJournal(config, plan.configHash, clock, plan.live === true);
    const followed = new Set(known.markets.map(({ id }) => id));
    const { log, stop } = hooks;
    await bookBeforeAdoption(opened, venue, followed, { options: config.execute, clock, stop, log });
    const verify = pipeline.verifyTask(config, venue.restUrl);
    const parts = { memory, startNs, clock, host: supervisor, prepare, verify, post: venue.post };
    const engine = await startEngine(config, topologyFor(config, cores), setup, parts);
    supervisor().start(engine);
    void venue.lost?.then((loss) => supervisor().lost(loss));
    return supervisor();
  } catch (error) {
    await recording?.stop(RECORDER_STOP_MS);
    desk?.control.close();
    await closeVenues(desk?.venues ?? []);
    await desk?.asker?.close();
    if (opened?.journal.failed === false) opened.journal.close();
    throw error;
  }
}

/** What the executor holds of the outside, to be closed when the start fails. */
interface Desk {
  readonly venues: readonly RunVenue[];
  /** Reads books again before orders go; undefined: nobody to ask. */
  readonly asker: BookAsker | undefined;
  readonly control: ControlSocket;
  readonly supervisor: Supervisor;
}

function openDesk(
  foundation: pipeline.Foundation,
  { venue, known, discoveries }: RunScene,
  { config, source }: RunPlan,
  { clock, hooks, recording, opened }: Pick<SupervisorParts, 'clock' | 'hooks' | 'recording'> & { opened: RunJournal },
): Desk {
  const { journal, state: before } = opened;
  const own = venue.openDesk(foundation, clock, new Random(randomBytes(4).readUInt32LE(0)));
  // An answer that comes later is too old to be acted on, and the next basket waits for its end.
  const { restUrl } = venue;
  const asker = restUrl === undefined ? undefined : askBooks(restUrl, clock, config.execute.opportunityAgeMs);
  hooks.log(venue.description);
  const place = {
    ...{ clock, ...own, caps: pipeline.orderCapsOf(config) },
    ...{ journal, before, limits: config.breaker, options: config.execute },
  };
  const flickerNs = config.detect.flickerMs * 1e6;
  const nudge = new Nudge();
  const ask = nudged(asker?.ask, nudge);
  const { breaker, executor } = pipeline.buildExecution(foundation, { ...place, flickerNs, askBooks: ask });
  const keeper = new JournalKeeper(opened, executor, clock.nowNs());
  hooks.log(keeper.sentence);
  for (const { venue: name, micros } of venue.deposits) {
    // What was there when a journal began is in it; what it should be now, the venue is asked.
    if (executor.ledger.venue(name).depositsMicros === 0) executor.deposit(micros, clock.nowNs(), name);
  }
  const { venues } = own;
  for (const { gateway } of venues) gateway.onTold?.(nudge.give);
  const reloads = new Reloads({
    ...{ config, foundation, source, log: hooks.log, make: makeTable },
    // Those of the config come last.
    found: known.relations.slice(0, known.relations.length - config.relations.length),
    onTable: () => executor.tables.replaced(clock.nowNs()).length,
  });
  const control = controlOf(config, opened.path, { executor, venues, clock, log: hooks.log });
  const parts = {
    ...{ config, clock, foundation, breaker, executor, venues, asker, nudge },
    ...{ venue, hooks, recording, keeper, control },
  };
  return { venues, asker, control, supervisor: new Supervisor({ ...parts, discoveries, reloads }) };
}

/** The executor looks at the books as soon as they came. */
function nudged(ask: AskBooks | undefined, nudge: Nudge): AskBooks | undefined {
  if (ask === undefined) return undefined;
  return (tokens, onBody) =>
    ask(tokens, (body) => {
      onBody(body);
      nudge.give();
    });
}

function controlOf(config: Config, runFolder: string, parts: ControlDeskParts): ControlSocket {
  return new ControlSocket(controlPath(config, runFolder), new ControlDesk(parts));
}
