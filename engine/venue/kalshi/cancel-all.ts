// Cancels whatever rests in the account at Kalshi: lists it, cancels it by batches and lists again, until nothing rests or
// nothing more can be cancelled. Main thread.
import type { Clock } from '../../core/clock.ts';
import type { CancelReport } from '../contract.ts';
import { isJsonObject, type JsonObject, member, textOf } from '../json.ts';
import { Sweep } from '../sweep.ts';
import { reducedMicros } from './answers.ts';
import { BATCHED_PATH } from './paths.ts';

export interface CancelAllOptions {
  readonly httpUrl: string;
  readonly userAgent: string;
  readonly deadlineMs: number;
  /** undefined: it is not signed now. */
  headers(method: string, path: string): Record<string, string> | undefined;
}

const LIST_PATH = '/portfolio/orders';
const LIST_LIMIT = 200;
/** What the smallest tier takes in one request. */
const PER_BATCH = 20;
/** Lists: each but the last is followed by cancels. */
const ROUNDS_MAX = 50;

/** Cancels it; never rejects. */
export function cancelEverything(options: CancelAllOptions, clock: Clock): Promise<CancelReport> {
  const { httpUrl: url, userAgent, deadlineMs } = options;
  const sweep = new Sweep({ url, userAgent, warmPath: '/exchange/status' }, deadlineMs, clock);
  return sweep.run(async () => {
    let before: string | undefined;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const resting = await listed(sweep, options);
      if (resting.length === 0) return;
      const names = resting.map((order) => textOf(order, 'order_id')).join();
      // Cancelled in vain, each with its reason: to go on would change nothing.
      if (names === before) {
        if (Object.keys(sweep.tally.refused).length > 0) return;
        throw new Error(`${resting.length} orders rest although they were cancelled`);
      }
      before = names;
      for (let at = 0; at < resting.length; at += PER_BATCH) {
        await cancelled(sweep, options, resting.slice(at, at + PER_BATCH));
      }
    }
    throw new Error(`orders go on to come after ${ROUNDS_MAX} lists`);
  });
}

/** The first page: the next list has what this one has not. */
async function listed(sweep: Sweep, { headers }: CancelAllOptions): Promise<readonly JsonObject[]> {
  const path = `${LIST_PATH}?status=resting&limit=${LIST_LIMIT}`;
  const value = await sweep.ask(() => {
    const signed = headers('GET', LIST_PATH);
    return signed && { method: 'GET', path, body: '', headers: signed };
  });
  const orders = isJsonObject(value) ? member(value, 'orders') : undefined;
  if (!Array.isArray(orders)) throw new Error('no list of what rests');
  return orders.filter(isJsonObject);
}

async function cancelled(sweep: Sweep, { headers }: CancelAllOptions, resting: readonly JsonObject[]): Promise<void> {
  const named = resting.map((order) => {
    return { order_id: textOf(order, 'order_id'), market_ticker: textOf(order, 'ticker') };
  });
  const body = JSON.stringify({ orders: named });
  const call = { method: 'DELETE', path: BATCHED_PATH, body } as const;
  const value = await sweep.ask(() => {
    const signed = headers('DELETE', BATCHED_PATH);
    return signed && { ...call, headers: signed };
  });
  const answers = isJsonObject(value) ? member(value, 'orders') : undefined;
  const { tally } = sweep;
  for (const [index, { order_id: id }] of named.entries()) {
    const answer = Array.isArray(answers) ? answers[index] : undefined;
    if ((reducedMicros(answer, id) ?? 0) > 0) {
      tally.cancelled += 1;
      delete tally.refused[id];
    } else tally.refused[id] = reasonIn(isJsonObject(answer) ? member(answer, 'error') : undefined);
  }
}

function reasonIn(error: unknown): string {
  return isJsonObject(error as never) ? textOf(error as JsonObject, 'code') || 'refused' : 'not said';
}
