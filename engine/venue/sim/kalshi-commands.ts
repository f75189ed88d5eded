// The commands of the simulated Kalshi venue's WebSocket: what each does to a connection's subscriptions, and the
// answers and error codes it is given.
import { isJsonObject, type JsonObject, type JsonValue, jsonFromBytes, member } from '../json.ts';
import { CHANNELS, PRIVATE_CHANNELS } from '../kalshi/commands.ts';
import type { KalshiClient } from './kalshi-client.ts';
import type { KalshiVenueStats } from './kalshi-faults.ts';

export interface CommandOptions {
  /** Answers take numbers of the subscription they are about. */
  readonly answersTakeNumbers: boolean;
  /** Sends a snapshot when it is asked for one. */
  readonly snapshotsOnDemand: boolean;
  readonly stats: KalshiVenueStats;
  /** Sends the snapshots of these markets. */
  snapshots(client: KalshiClient, tickers: readonly string[]): void;
  onSubscribed(): void;
}

const KNOWN: ReadonlySet<string> = new Set([...Object.values(CHANNELS), ...Object.values(PRIVATE_CHANNELS)]);
/** Words of the venue's error codes. */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'unable to process the message',
  2: 'params required',
  3: 'channels required',
  4: 'subscription ids required',
  5: 'unknown command',
  7: 'unknown subscription id',
  8: 'unknown channel name',
  11: 'invalid parameter',
  12: 'exactly one subscription id is required',
  13: 'unsupported action',
};

/** Runs one message of a client. */
export function runCommand(client: KalshiClient, bytes: Uint8Array, options: CommandOptions): void {
  const parsed = jsonFromBytes(bytes);
  const command = 'value' in parsed && isJsonObject(parsed.value) ? parsed.value : undefined;
  const id = command === undefined ? 0 : Number(member(command, 'id') ?? 0);
  const fail = (code: number): void => {
    options.stats.errors[code] = (options.stats.errors[code] ?? 0) + 1;
    client.answer({ id, type: 'error', msg: { code, msg: ERRORS[code]! } });
  };
  if (command === undefined) {
    fail(1);
    return;
  }
  const cmd = member(command, 'cmd');
  if (cmd === 'list_subscriptions') {
    client.answer({ id, type: 'ok', msg: client.list.map((one) => ({ ...one })) });
    return;
  }
  const params = member(command, 'params');
  if (!isJsonObject(params)) fail(2);
  else if (cmd === 'subscribe') subscribe(client, id, params, options, fail);
  else if (cmd === 'unsubscribe') unsubscribe(client, id, params, options, fail);
  else if (cmd === 'update_subscription') update(client, id, params, options, fail);
  else fail(5);
}

type Fail = (code: number) => void;

function subscribe(client: KalshiClient, id: number, params: JsonObject, options: CommandOptions, fail: Fail): void {
  const channels = member(params, 'channels');
  if (!Array.isArray(channels) || channels.length === 0) {
    fail(3);
    return;
  }
  const tickers = tickersOf(params);
  // Stricter than the venue, which has a default: it tells NO by its own price, and whoever relies on that must say so.
  const isBook = tickers !== undefined && member(params, 'use_yes_price') === false;
  for (const channel of channels) {
    if (typeof channel !== 'string' || !KNOWN.has(channel)) fail(8);
    else if (tickers === 'bad' || (channel === CHANNELS.book && !isBook)) fail(11);
    else {
      options.stats.subscriptions += 1;
      const sid = client.subscribe(channel, channel === CHANNELS.lifecycle ? undefined : tickers);
      client.answer({ id, type: 'subscribed', msg: { channel, sid } });
      if (channel === CHANNELS.book) options.snapshots(client, tickers ?? []);
    }
  }
  options.onSubscribed();
}

function unsubscribe(client: KalshiClient, id: number, params: JsonObject, options: CommandOptions, fail: Fail): void {
  const sids = member(params, 'sids');
  if (!Array.isArray(sids) || sids.length === 0) {
    fail(4);
    return;
  }
  for (const sid of sids) {
    if (typeof sid !== 'number' || client.channelOf(sid) === undefined) fail(7);
    else {
      options.stats.unsubscriptions += 1;
      client.answer({ id, sid, seq: client.unsubscribe(sid), type: 'unsubscribed' });
    }
  }
}

function update(client: KalshiClient, id: number, params: JsonObject, options: CommandOptions, fail: Fail): void {
  const sids = member(params, 'sids') ?? [member(params, 'sid') ?? null];
  const [sid] = Array.isArray(sids) ? sids : [];
  const tickers = tickersOf(params);
  const action = member(params, 'action');
  if (!Array.isArray(sids) || sids.length !== 1 || typeof sid !== 'number') fail(12);
  else if (client.channelOf(sid) === undefined) fail(7);
  else if (tickers === undefined || tickers === 'bad') fail(11);
  else if (action !== 'add_markets' && action !== 'delete_markets' && action !== 'get_snapshot') fail(13);
  else if (action === 'get_snapshot' && !options.snapshotsOnDemand) fail(13);
  else {
    options.stats.updates += 1;
    const own = client.tickersOf(sid);
    const fresh = tickers.filter((ticker) => (action === 'add_markets' ? !own.has(ticker) : own.has(ticker)));
    for (const ticker of action === 'get_snapshot' ? [] : fresh) {
      if (action === 'add_markets') own.add(ticker);
      else own.delete(ticker);
    }
    const seq = client.answerSeq(sid, options.answersTakeNumbers);
    client.answer({ id, sid, seq, type: 'ok', msg: { market_tickers: [...own] } });
    const isBook = client.channelOf(sid) === CHANNELS.book;
    const isInitial = action === 'add_markets' && member(params, 'send_initial_snapshot') === true;
    if (isBook && (isInitial || action === 'get_snapshot')) options.snapshots(client, fresh);
  }
}

/** Undefined: none named. */
function tickersOf(params: JsonObject): string[] | 'bad' | undefined {
  const value: JsonValue | undefined = member(params, 'market_tickers');
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.every((ticker) => typeof ticker === 'string');
  return isList ? (value as string[]) : 'bad';
}
