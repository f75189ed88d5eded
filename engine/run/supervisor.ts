// Watches a run and ends it: executor's loop, heartbeats, guard words, the end of the recording, the comparison of the
// ledgers. Main thread.

import { COUNTER_FRAMES_RECEIVED } from '../../wasm/layout.ts';
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_INVARIANT, CAUSE_WORKER_LOST } from '../breaker/causes.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Nudge } from '../core/nudge.ts';
import type { Executor } from '../execute/execute.ts';
import type { MarketEvent } from '../ingest/market-events.ts';
import { AgentWords } from '../memory/agent-words.ts';
import type { Arena } from '../memory/arena.ts';
import { counterTotal } from '../memory/counters.ts';
import type { Outcome, RunHandle, RunHooks } from '../observe/driver.ts';
import { breakerFacts, moneyFacts, orderFacts } from '../observe/execution-facts.ts';
import type { EngineFacts, TransportName } from '../observe/facts.ts';
import { pnlFacts } from '../observe/pnl-facts.ts';
import type { Foundation } from '../pipeline.ts';
import type { BookAsker } from '../threads/ask-books.ts';
import { runDrill } from '../threads/drill.ts';
import { ledgerDifferences } from '../venue/sim/ledger-check.ts';
import type { ControlSocket } from './control-socket.ts';
import type { Discoveries } from './discoveries.ts';
import { type Engine, type Loss, NO_SOCKETS } from './engine.ts';
import { endEngine, NO_BOOKS_AT_END } from './engine-end.ts';
import { EngineVoice } from './engine-voice.ts';
import type { Recording } from './recording.ts';
import type { Reloads } from './reloads.ts';
import type { JournalKeeper } from './run-journal.ts';
import { socketFacts, wsReason } from './socket-facts.ts';
import type { RunVenue, VenueLink } from './venue-link.ts';

export interface SupervisorParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly foundation: Foundation;
  readonly breaker: Breaker;
  readonly executor: Executor;
  readonly venues: readonly RunVenue[];
  readonly asker: BookAsker | undefined;
  /** Given when an answer came. */
  readonly nudge: Nudge;
  readonly venue: VenueLink;
  readonly hooks: RunHooks;
  /** undefined: the markets stay as they were at the start. */
  readonly discoveries: Discoveries | undefined;
  readonly reloads: Reloads;
  readonly keeper: JournalKeeper;
  /** Where an operator reaches the breaker. */
  readonly control: ControlSocket;
  /** undefined: nothing is recorded. */
  readonly recording: Recording | undefined;
}

const WATCH_MS = 50;
/** Orders on their way get this long for their outcome: after the recording, and after a stop request where they are live. */
const SETTLE_MS_MAX = 10_000;
/** After a stop request on paper: the same, so that the whole end stays within a second. */
const STOP_SETTLE_MS_MAX = 450;

export class Supervisor implements RunHandle {
  readonly arena: Arena;
  readonly done: Promise<Outcome>;
  readonly #parts: SupervisorParts;
  readonly #words: AgentWords;
  readonly #voice: EngineVoice;
  #engine: Engine | undefined;
  #watchTimer: NodeJS.Timeout | undefined;
  #tapeOver = false;
  #stopAsked = false;
  #isKillTold = false;
  #ending = false;
  #outcome: Outcome = { exitCode: EXIT.ok, failure: '' };
  #difference: string | undefined;
  /** Why the ledgers were not compared, '' when they were. */
  #notCompared = '';
  #endAskedNs: number | undefined;
  #shutdownMs = 0;
  #booksAtEnd = NO_BOOKS_AT_END;
  #settleUntilNs = Number.POSITIVE_INFINITY;
  #resolve!: (outcome: Outcome) => void;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.arena = parts.foundation.arena;
    this.#voice = new EngineVoice(parts.hooks);
    this.#words = new AgentWords(this.arena, this.arena.detectors + 1);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void parts.venue.tapeEnded.then((failure) => {
      this.#tapeOver = true;
      if (failure !== '') this.#fail({ exitCode: EXIT.unreachable, failure });
    });
  }

  /** The executor is warm: ingest may dial. */
  started(): void {
    this.#words.started();
  }

  /** Begins the executor's loop over `engine`. */
  start(engine: Engine): void {
    this.#engine = engine;
    this.#voice.started(engine.sockets());
    this.#watchTimer = setInterval(() => this.#watch(), WATCH_MS);
    const { discoveries, reloads } = this.#parts;
    discoveries?.follow({
      detectors: this.arena.detectors,
      detectorOf: (id) => reloads.detectorOf(id),
      tell: (news) => engine.tell(news),
      found: (added, sets) => reloads.found(added, sets),
    });
    void this.#loop();
    void this.#reconcile();
  }

  /** What an earlier run left is compared with the venues; nothing is sent before, and nothing at all if they differ. */
  async #reconcile(): Promise<void> {
    const { keeper, venues, clock, hooks } = this.#parts;
    const refused = await keeper.reconcile(venues, clock);
    if (this.#ending || keeper.facts().restart === null) return;
    hooks.log(refused === '' ? 'restart: reconciled with the venue' : `restart refused: ${refused}`);
    if (refused !== '') this.#fail({ exitCode: EXIT.checkFailed, failure: `restart refused: ${refused}` });
  }

  stop(): void {
    this.#endAskedNs ??= this.#parts.clock.nowNs();
    this.#stopAsked = true;
  }

  /** A thread is gone or stuck: nothing more is sent, the run ends with its own code. */
  lost(loss: Loss): void {
    const { breaker, hooks } = this.#parts;
    const trip = breaker.trip(CAUSE_WORKER_LOST, 0);
    const left = trip.clear ? '' : `; in flight: ${trip.inFlight.join(', ')}`;
    hooks.log(`${loss.role} ${loss.why}; breaker open${left}`);
    this.#fail({ exitCode: EXIT.workerLost, failure: `${loss.role} ${loss.why}` });
  }

  venueError(connection: number, code: number, message: string): void {
    this.#voice.venueError(connection, code, message);
  }

  /** The venue told of a market: its list is read again if that is worth it. */
  marketEvent(event: MarketEvent): void {
    this.#parts.discoveries?.told(event);
  }

  /** One duty cycle of the executor; a broken invariant trips the breaker and ends the run. */
  executorTurn(): number {
    const { executor, clock, breaker } = this.#parts;
    if (this.#ending) return 0;
    try {
      return executor.doWork(clock.nowNs());
    } catch (error) {
      breaker.trip(CAUSE_INVARIANT, 0);
      this.#fail({ exitCode: EXIT.internal, failure: error instanceof Error ? error.message : String(error) });
      return 0;
    }
  }

  facts(): EngineFacts {
    const { executor, breaker, venues, config, clock } = this.#parts;
    const sockets = this.#engine?.sockets() ?? NO_SOCKETS;
    const { sent, received } = orderBytes(venues);
    return {
      topology: this.#engine?.topology ?? 'inline',
      transport: sockets.transport as TransportName,
      transportReason: wsReason(sockets.transport, config.ingest.transport),
      money: moneyFacts(executor),
      get pnl() {
        return pnlFacts(executor);
      },
      orders: orderFacts(executor, clock.nowNs()),
      breaker: breakerFacts(breaker),
      sockets: {
        ...socketFacts(sockets),
        ...{ bytesReceived: sockets.bytesReceived + received, bytesSent: sent },
      },
      venueLedgerEqual: this.#difference === undefined ? undefined : this.#difference === '',
      venueLedgerDifference: this.#difference ?? this.#notCompared,
      shutdownMs: this.#shutdownMs,
      ...{ ...this.#booksAtEnd, stateHash: undefined, bookChain: undefined },
      recorder: this.#parts.recording?.facts(),
      ...{ relations: this.#parts.reloads.relations(), reloads: this.#parts.reloads.facts() },
      journal: this.#parts.keeper.facts(),
    };
  }

  async #loop(): Promise<void> {
    const engine = this.#engine!;
    while (!this.#over()) {
      const worked = engine.doWork(this.#parts.clock.nowNs()) + this.executorTurn();
      this.#words.beat();
      if (worked === 0) await this.#parts.nudge.idle(() => engine.idle());
      else await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#end();
  }

  /** True when the run is to end: failed, or asked to or over and every order's outcome and settlement known or waited for. */
  #over(): boolean {
    if (this.#outcome.exitCode !== EXIT.ok) return true;
    if (!this.#stopAsked && !this.#tapeOver) return false;
    const { clock, executor, config } = this.#parts;
    const nowNs = clock.nowNs();
    this.#endAskedNs ??= nowNs;
    const waitMs = this.#stopAsked && config.mode !== 'live' ? STOP_SETTLE_MS_MAX : SETTLE_MS_MAX;
    this.#settleUntilNs = Math.min(this.#settleUntilNs, nowNs + waitMs * 1e6);
    executor.hold();
    if (this.#isKilling()) return false;
    const settlesNs = this.#endAskedNs + config.execute.endSettleMs * 1e6;
    const isSettling = executor.desk.unsettledOrders() > 0 && nowNs < settlesNs;
    return !(executor.busy() || isSettling) || nowNs >= this.#settleUntilNs;
  }

  /** What a kill has begun is ended before the run is; it has bounds of its own. */
  #isKilling(): boolean {
    if (this.#parts.control.killing === undefined) return false;
    if (!this.#isKillTold) this.#parts.hooks.log('stop: waiting for the end of the kill');
    this.#isKillTold = true;
    return true;
  }

  #watch(): void {
    const { clock, executor, config, hooks } = this.#parts;
    this.#engine?.watch(clock.nowNs());
    this.#parts.recording?.watch(clock.nowNs());
    this.#parts.reloads.watch(clock.nowNs());
    this.#voice.watch(this.#engine?.sockets() ?? NO_SOCKETS);
    this.#words.noteCpu();
    runDrill(config.drill, 'main', counterTotal(this.arena, COUNTER_FRAMES_RECEIVED));
    if (executor.journalError === '' || this.#outcome.exitCode !== EXIT.ok) return;
    hooks.log(`journal: ${executor.journalError}; breaker open`);
    this.#fail({ exitCode: EXIT.journal, failure: `journal: ${executor.journalError}` });
  }

  #fail(outcome: Outcome): void {
    if (this.#outcome.exitCode === EXIT.ok) this.#outcome = outcome;
  }

  /** A difference fails the run, unless the wait ran out on orders: what became of them only the venue knows then. */
  #judge(difference: string): void {
    const { executor } = this.#parts;
    if (difference !== '' && executor.busy()) {
      this.#notCompared = 'not compared: orders open';
      return;
    }
    this.#difference = difference;
    if (difference === '') return;
    this.#fail({ exitCode: EXIT.checkFailed, failure: `ledger and venue differ: ${difference}` });
  }

  /** In reverse order of the start. Nothing here may keep the process from ending. */
  async #end(): Promise<void> {
    const { venues, asker, executor, venue, clock, recording, foundation, discoveries, keeper } = this.#parts;
    this.#ending = true;
    this.#endAskedNs ??= clock.nowNs();
    clearInterval(this.#watchTimer);
    this.#parts.reloads.close();
    // Also of a run that failed, whose executor has no turns any more.
    await this.#parts.control.killing;
    this.#parts.control.close();
    executor.keepMarks();
    const onLate = (failure: string): void => this.#fail({ exitCode: EXIT.workerLost, failure });
    this.#booksAtEnd = await endEngine(this.#engine!, foundation, recording, onLate);
    await Promise.all([closeVenues(venues), asker?.close(), discoveries?.close()]);
    executor.close();
    const reports = await venue.close();
    if (reports.length > 0) this.#judge(ledgerDifferences(executor.ledger, reports));
    const unlike = executor.journalError === '' ? keeper.judge() : '';
    if (unlike !== '') this.#fail({ exitCode: EXIT.checkFailed, failure: `journal and live state differ: ${unlike}` });
    this.#words.ended();
    this.#shutdownMs = Math.round((clock.nowNs() - this.#endAskedNs) / 1e6);
    this.#resolve(this.#outcome);
  }
}

/** Ends the ways to all venues. */
export async function closeVenues(venues: readonly RunVenue[]): Promise<void> {
  await Promise.all(venues.map(({ gateway }) => gateway.close()));
}

/** Over TCP, of all venues. */
function orderBytes(venues: readonly RunVenue[]): { readonly sent: number; readonly received: number } {
  let [sent, received] = [0, 0];
  for (const { bytes } of venues.map(({ gateway }) => gateway)) {
    sent += bytes?.sent ?? 0;
    received += (bytes?.received ?? 0) + (bytes?.userReceived ?? 0);
  }
  return { sent, received };
}
