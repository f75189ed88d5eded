// Flows in which nothing is wrong: the shipped recording with its real sessions, and three Kalshi windows re-encoded as
// Polymarket frames, each some times over under other ids and later by a little.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { derivedMeta } from '../../engine/replay/derived-market.ts';
import type { TapeMessage } from '../../engine/replay/import-formats.ts';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { Reencoder } from '../../engine/replay/reencode.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import type { FeeSchedule, MarketMeta } from '../../engine/venue/contract.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import type { Tape } from './tapes.ts';

const WINDOWS = [
  'test/fixtures/kalshi/orderbook-channel.ndjson',
  'test/fixtures/kalshi/second-window.ndjson',
  'test/fixtures/replay/kalshi.ndjson.gz',
];
/** The tapes that the windows are of, in a folder of the public recordings. */
const TAPES = ['KXGOLD15M-26AUG101900-00', 'KXGOLD15M-26AUG102115-15', 'KXGOLD15M-26AUG101915-15'];
const TICK_E4 = 100;
const SHIFT_MS = 137;
/** A window that tells of a market now and then is played without its pauses. */
const GAP_MS_MAX = 100;
const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 10 };

interface KalshiLine {
  readonly recv_ms?: number;
  readonly event?: unknown;
  readonly msg?: { readonly ts_ms?: number; readonly market_ticker?: string };
}

function messagesOf(path: string, pass: number): TapeMessage[] {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n');
  let wallMs = 0;
  return lines.map((text, line) => {
    const whole = JSON.parse(text) as KalshiLine;
    const event = (whole.event ?? whole) as KalshiLine;
    wallMs = Math.max(wallMs, whole.recv_ms ?? event.msg?.ts_ms ?? 0);
    const msg = { ...event.msg, market_ticker: `${event.msg?.market_ticker}-${pass}` };
    const value = { ...event, msg };
    return { line, text, value, recvWallMs: wallMs, recvNs: 0n, connection: 0, flags: RECORD_TEXT };
  });
}

/** One window as one market's frames from time 0 on, later by `pass` shifts. */
function reencoded(path: string, pass: number): { readonly markets: MarketMeta[]; readonly frames: TapeFrame[] } {
  const reencoder = new Reencoder(TICK_E4);
  const messages = messagesOf(path, pass);
  const texts = messages.flatMap((message) => reencoder.take(message));
  texts.push(...reencoder.flush());
  let lastMs = 0;
  let atMs = pass * SHIFT_MS;
  const frames = texts.map(({ text, recvWallMs }) => {
    atMs += lastMs === 0 ? 0 : Math.min(GAP_MS_MAX, recvWallMs - lastMs);
    lastMs = recvWallMs;
    return { atNs: atMs * 1e6, bytes: Buffer.from(text), venue: 'polymarket' as const };
  });
  const markets = [...reencoder.markets.values()].map(({ identity }) => derivedMeta(identity, ''));
  return { markets: markets.map((meta) => ({ ...meta, fee: FREE })), frames };
}

/** The shipped recording as it is, exact texts in receive order. */
export function demoTape(speed: number): Tape {
  const reader = new RecordingReader('recordings/demo');
  const frames: TapeFrame[] = [];
  while (reader.next()) {
    const { current } = reader;
    if (current.flags !== RECORD_TEXT || current.info.venue !== 'polymarket') continue;
    frames.push({ atNs: current.recvNs, bytes: Buffer.from(current.message()), venue: 'polymarket' });
  }
  const markets = reader.manifest.markets.filter(({ venue }) => venue === 'polymarket');
  reader.close();
  return { markets: markets.map((meta) => ({ ...meta, fee: FREE })), frames, speed };
}

/** The shipped recording and `passes` times the three windows; `folder`: the whole tapes in place of the windows. */
export function cleanTape(passes: number, speed: number, folder: string | undefined): Tape {
  const paths = folder === undefined ? WINDOWS : TAPES.map((name) => join(folder, `${name}.ndjson.gz`));
  const demo = demoTape(speed);
  const parts = Array.from({ length: passes }, (_, pass) => paths.map((path) => reencoded(path, pass))).flat();
  const frames = [demo, ...parts].flatMap((part) => [...part.frames]).sort((a, b) => a.atNs - b.atNs);
  return { markets: [demo, ...parts].flatMap((part) => [...part.markets]), frames, speed };
}
