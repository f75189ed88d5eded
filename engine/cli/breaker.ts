// `dutchbook breaker`: asks a run that goes on for the state of its breaker, works it, or kills: trips it and cancels everything
// at every venue. Talks to the run's control socket.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { EXIT } from '../core/exit-codes.ts';
import { CONTROL_NAME } from '../observe/control.ts';
import { printable } from '../observe/text.ts';
import { type ControlAnswer, killedText } from '../run/control-desk.ts';
import { ControlError } from '../run/control-socket.ts';
import { type Context, UsageError, writeJson } from './context.ts';

export interface BreakerCliOptions {
  readonly config?: string;
  readonly socket?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** A kill may take two passes over the slowest venue, each within its bound. */
const ANSWER_MS_MAX = 45_000;
const ACTIONS = ['status', 'trip', 'reset', 'reduce-only', 'kill'];
const ANSWER_BYTES_MAX = 1 << 20;

/** Runs the command; answers 0 when it was done, 1 when it was refused or not all was cancelled. */
export async function breakerCommand(
  context: Context,
  action: string,
  state: string | undefined,
  options: BreakerCliOptions,
): Promise<number> {
  if (!ACTIONS.includes(action)) throw new UsageError(`${action}: allowed ${ACTIONS.join(', ')}`);
  if (!['on', 'off', undefined].includes(state)) throw new UsageError(`${action} ${state}: allowed on, off`);
  if (state !== undefined && action !== 'reduce-only') throw new UsageError(`${action} takes no ${state}`);
  const reason = options.reason?.trim() ?? '';
  if (action !== 'status' && reason === '') throw new UsageError(`${action} needs --reason "why": it is journalled`);
  const path = options.socket ?? (await theOneSocket(context, options));
  const who = `${userInfo().username}, pid ${process.pid}`;
  const ask = (request: object): Promise<ControlAnswer> => asked(path, request);
  let answer: ControlAnswer;
  if (action === 'status') answer = await ask({ command: 'status' });
  else if (action === 'reset') {
    const { status } = await ask({ command: 'status' });
    answer = await ask({ command: 'reset', who, reason, causes: status?.causes ?? [] });
  } else if (action === 'reduce-only') answer = await ask({ command: 'reduceOnly', who, reason, on: state !== 'off' });
  else answer = await ask({ command: action, who, reason });
  const exitCode = answer.ok ? EXIT.ok : EXIT.checkFailed;
  if (options.json === true) writeJson(context.out, { command: 'breaker', action, socket: path, exitCode, ...answer });
  else for (const line of linesOf(action, answer)) context.out.write(`${printable(line)}\n`);
  return exitCode;
}

function linesOf(action: string, { ok, error, status, venues }: ControlAnswer): string[] {
  const lines = (venues ?? []).map(killedText);
  if (!ok)
    lines.push(
      venues === undefined ? `${action} refused: ${error}` : 'not everything was cancelled: look at the venue',
    );
  if (status === undefined) return lines;
  const { state, reduceOnly, causes, probesLeft, trips, inFlight } = status;
  const word = state === 'halfOpen' ? `half-open, ${probesLeft} probes left` : state;
  lines.push(
    `breaker ${word}${causes.length === 0 ? '' : ` (${causes.join(', ')})`}, reduce-only ${reduceOnly ? 'on' : 'off'}, ` +
      `${trips} trips, in flight: ${inFlight.join(', ') || 'none'}`,
  );
  return lines;
}

/** The socket of the config, or of the one run below journal.dir that listens. */
async function theOneSocket({ environment }: Context, options: BreakerCliOptions): Promise<string> {
  const { control, journal } = loadConfig({ file: options.config, environment }).config;
  if (control.socket !== undefined) return control.socket;
  const { dir } = journal;
  const names = existsSync(dir) ? readdirSync(dir) : [];
  const found = names.map((name) => join(dir, name, CONTROL_NAME)).filter((path) => isSocket(path));
  const living: string[] = [];
  for (const path of found) if (await isAlive(path)) living.push(path);
  if (living.length === 1) return living[0]!;
  if (living.length === 0) throw new ControlError(`no run listens in ${dir}: start one, or name its --socket`);
  throw new UsageError(`${living.length} runs listen, name one with --socket: ${living.join(', ')}`);
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

async function isAlive(path: string): Promise<boolean> {
  try {
    await asked(path, { command: 'status' });
    return true;
  } catch {
    return false;
  }
}

/** One request and its answer. Rejects with ControlError. */
function asked(path: string, request: object): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (why: string): void => {
      socket.destroy();
      reject(new ControlError(`${path}: ${why}`));
    };
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS_MAX, () => fail(`no answer within ${ANSWER_MS_MAX / 1_000} s`));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (piece: string) => {
      text += piece;
      if (text.length > ANSWER_BYTES_MAX) fail('the answer is too long');
      if (!text.includes('\n')) return;
      socket.destroy();
      resolve(JSON.parse(text) as ControlAnswer);
    });
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      fail(code === 'ENOENT' || code === 'ECONNREFUSED' ? 'no run listens there' : message);
    });
    socket.on('close', () => fail('the run ended before it answered'));
  });
}
