// What an operator may ask of a run over its control socket: each request is checked, done and answered. Main thread, between
// the executor's turns.
import { CAUSES, causeNames } from '../breaker/causes.ts';
import type { Clock } from '../core/clock.ts';
import type { BreakerStatus } from '../execute/breaker-desk.ts';
import type { Executor } from '../execute/execute.ts';
import type { KilledVenue } from '../ledger/records.ts';
import { cancelEverywhere, together } from './kill.ts';
import type { RunVenue } from './venue-link.ts';

const COMMANDS = ['status', 'trip', 'reset', 'reduceOnly', 'kill'] as const;
type Command = (typeof COMMANDS)[number];

/** `ok` false: nothing was done, and `error` says why; without a status the request was not understood. */
export interface ControlAnswer {
  readonly ok: boolean;
  readonly error: string;
  readonly status?: BreakerStatus;
  /** Of a kill. */
  readonly venues?: readonly KilledVenue[];
}

export interface ControlDeskParts {
  readonly executor: Pick<Executor, 'breakerDesk' | 'busy'>;
  readonly venues: readonly Pick<RunVenue, 'gateway'>[];
  readonly clock: Clock;
  /** Tells people of every step. */
  log(text: string): void;
}

interface Request {
  readonly command: Command;
  readonly who: string;
  readonly reason: string;
  /** Of a reset: the causes that the operator has seen. */
  readonly causes: number;
  /** Of reduceOnly. */
  readonly on: boolean;
}

const KEYS = new Set(['command', 'who', 'reason', 'causes', 'on']);
const WHO_MAX = 120;
const REASON_MAX = 500;
/** What was on its way when the breaker opened gets so long to arrive, before everything is cancelled once more. */
const ARRIVAL_MS_MAX = 3_000;
const LOOK_MS = 5;

export class ControlDesk {
  readonly #parts: ControlDeskParts;
  #kill: Promise<KilledVenue[]> | undefined;

  constructor(parts: ControlDeskParts) {
    this.#parts = parts;
  }

  /** Settles when no kill is under way any more; undefined: none is. A kill has bounds of its own. */
  get killing(): Promise<unknown> | undefined {
    return this.#kill;
  }

  /** Does what a line asks for. Never rejects. */
  async answer(line: string): Promise<ControlAnswer> {
    const request = readRequest(line);
    if (typeof request === 'string') return { ok: false, error: request };
    try {
      return await this.#do(request);
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #do({ command, who, reason, causes, on }: Request): Promise<ControlAnswer> {
    const { executor, clock, log } = this.#parts;
    const desk = executor.breakerDesk;
    if (command === 'kill') return this.#killed(who, reason);
    let error = '';
    if (command === 'trip') desk.trip(who, reason, clock.nowNs());
    if (command === 'reduceOnly') desk.reduceOnly(on, who, reason, clock.nowNs());
    if (command === 'reset') error = this.#reset(causes, who, reason);
    const said = command === 'reduceOnly' ? `reduce-only ${on ? 'on' : 'off'}` : command;
    if (command !== 'status') log(`breaker: ${said}, ${who}: ${reason}${error === '' ? '' : `; refused: ${error}`}`);
    return { ok: error === '', error, status: desk.status() };
  }

  #reset(causes: number, who: string, reason: string): string {
    const desk = this.#parts.executor.breakerDesk;
    if (this.#kill !== undefined) return 'a kill is under way';
    if (desk.status().state === 'closed') return 'the breaker is closed: there is nothing to reset';
    return desk.reset(causes, who, reason, this.#parts.clock.nowNs());
  }

  /** A second kill while one is under way gets the word of the first. */
  async #killed(who: string, reason: string): Promise<ControlAnswer> {
    const { executor, clock, log } = this.#parts;
    const desk = executor.breakerDesk;
    desk.trip(who, reason, clock.nowNs());
    log(`breaker: kill, ${who}: ${reason}; everything is being cancelled`);
    const isFirst = this.#kill === undefined;
    this.#kill ??= this.#sweep();
    const venues = await this.#kill;
    if (isFirst) {
      this.#kill = undefined;
      desk.killed(who, reason, venues, clock.nowNs());
      log(`breaker: killed: ${venues.map(killedText).join('; ')}`);
    }
    const failed = venues.filter(isUndone).map(killedText).join('; ');
    return { ok: failed === '', error: failed, status: desk.status(), venues };
  }

  /** Once at once; once more when something that was on its way then may have come to rest since. */
  async #sweep(): Promise<KilledVenue[]> {
    const { executor, venues, clock } = this.#parts;
    const wasBusy = executor.busy() || executor.breakerDesk.status().inFlight.length > 0;
    const first = await cancelEverywhere(venues);
    if (!wasBusy) return first;
    const untilNs = clock.nowNs() + ARRIVAL_MS_MAX * 1e6;
    while (executor.busy() && clock.nowNs() < untilNs) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    return together(first, await cancelEverywhere(venues));
  }
}

/** True when something may still rest there. */
function isUndone({ failure, refused }: KilledVenue): boolean {
  return failure !== '' || Object.keys(refused).length > 0;
}

/** One venue of a kill, for people. */
export function killedText({ venue, cancelled, refused, failure, requests }: KilledVenue): string {
  const reasons = Object.entries(refused).map(([id, why]) => `${id}: ${why}`);
  const not = reasons.length === 0 ? '' : `, ${reasons.length} refused (${reasons.slice(0, 3).join(', ')})`;
  const missing = failure === '' ? '' : `, NOT ALL ANSWERED: ${failure}`;
  return `${venue}: ${cancelled} cancelled${not}${missing}, ${requests} requests`;
}

/** The request in a line, or what is wrong with it. */
function readRequest(line: string): Request | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON: one JSON object a line is expected';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const fields = value as Record<string, unknown>;
  const foreign = Object.keys(fields).find((key) => !KEYS.has(key));
  if (foreign !== undefined) return `unknown key ${JSON.stringify(foreign.slice(0, 40))}`;
  const command = COMMANDS.find((known) => known === fields['command']);
  if (command === undefined) return `command: allowed ${COMMANDS.join(', ')}`;
  if (command === 'status') return { command, who: '', reason: '', causes: 0, on: false };
  const [who, reason] = [textIn(fields['who'], WHO_MAX), textIn(fields['reason'], REASON_MAX)];
  if (who === '') return `who: a text of 1..${WHO_MAX} characters is needed`;
  if (reason === '') return `reason: a text of 1..${REASON_MAX} characters is needed`;
  const { on } = fields;
  if (command === 'reduceOnly' && typeof on !== 'boolean') return 'on: true or false is needed';
  const causes = command === 'reset' ? causesIn(fields['causes']) : 0;
  if (causes === undefined) return 'causes: a list of names as status tells them is needed';
  return { command, who, reason, causes, on: on === true };
}

function textIn(value: unknown, max: number): string {
  return typeof value === 'string' && value.length <= max ? value.trim() : '';
}

function causesIn(value: unknown): number | undefined {
  if (!Array.isArray(value)) return undefined;
  let causes = 0;
  for (const { bit } of CAUSES) if (value.includes(causeNames(bit)[0])) causes |= bit;
  return causeNames(causes).length === value.length ? causes : undefined;
}
