// Flows in which nothing is wrong: the shipped recording with its real sessions, and three Kalshi windows re-encoded as
// Polymarket frames, each some times over under other ids and later by a little.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { derivedIdentity, derivedMeta } from '../../engine/replay/derived-market.ts';
import type { TapeMessage } from '../../engine/replay/import-formats.ts';
import type { WireIdentity } from '../../engine/replay/polymarket-wire.ts';
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

/** A window re-encoded as the frames of one market, from time 0 on. */
interface Window {
  readonly identity: WireIdentity;
  readonly texts: readonly { readonly atMs: number; readonly text: string }[];
}

function* messagesOf(path: string): Generator<TapeMessage> {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n');
  let wallMs = 0;
  for (const [line, text] of lines.entries()) {
    const whole = JSON.parse(text) as KalshiLine;
    const value = (whole.event ?? whole) as KalshiLine;
    wallMs = Math.max(wallMs, whole.recv_ms ?? value.msg?.ts_ms ?? 0);
    yield { line, text, value, recvWallMs: wallMs, recvNs: 0n, connection: 0, flags: RECORD_TEXT };
  }
}

function windowOf(path: string): Window {
  const reencoder = new Reencoder(TICK_E4);
  const texts: { atMs: number; text: string }[] = [];
  let lastMs = 0;
  let atMs = 0;
  const take = ({ text, recvWallMs }: TapeMessage): void => {
    atMs += lastMs === 0 ? 0 : Math.min(GAP_MS_MAX, recvWallMs - lastMs);
    lastMs = recvWallMs;
    texts.push({ atMs, text });
  };
  for (const message of messagesOf(path)) reencoder.take(message).forEach(take);
  reencoder.flush().forEach(take);
  const [market, second] = reencoder.markets.values();
  if (market === undefined || second !== undefined) throw new Error(`${path}: not the tape of one market`);
  return { identity: market.identity, texts };
}

/** The window as another market, later by `pass` shifts. */
function passOf(
  { identity, texts }: Window,
  pass: number,
): { readonly market: MarketMeta; readonly frames: TapeFrame[] } {
  const own = derivedIdentity(`${identity.conditionId}-${pass}`, identity.tickE4);
  const ids = (['conditionId', 'yesToken', 'noToken'] as const).map((key) => [identity[key], own[key]] as const);
  const frames = texts.map(({ atMs, text }) => {
    const shifted = ids.reduce((body, [from, to]) => body.replaceAll(from, to), text);
    return { atNs: (atMs + pass * SHIFT_MS) * 1e6, bytes: Buffer.from(shifted), venue: 'polymarket' as const };
  });
  return { market: { ...derivedMeta(own, ''), fee: FREE }, frames };
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

/** Files of the whole tapes that are not in `folder`. */
export function missingTapes(folder: string): string[] {
  return TAPES.map((name) => join(folder, `${name}.ndjson.gz`)).filter((path) => !existsSync(path));
}

/** The shipped recording and the three windows once per pass; `folder`: the whole tapes in place of the windows. */
export function cleanTape(passes: readonly number[], speed: number, folder: string | undefined): Tape {
  const paths = folder === undefined ? WINDOWS : TAPES.map((name) => join(folder, `${name}.ndjson.gz`));
  const demo = demoTape(speed);
  const parts = paths.map(windowOf).flatMap((window) => passes.map((pass) => passOf(window, pass)));
  const frames = [demo, ...parts].flatMap((part) => part.frames).sort((a, b) => a.atNs - b.atNs);
  return { markets: [...demo.markets, ...parts.map(({ market }) => market)], frames, speed };
}
