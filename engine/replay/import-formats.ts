// The recorded formats an import reads, each as a stream of messages in receive order. Cold path.

import { inputLines, inputText, type Progress } from './input-lines.ts';
import { valueSpan } from './json-span.ts';
import { wireText } from './polymarket-wire.ts';
import { RECORD_CONTROL, RECORD_REST, RECORD_TEXT } from './segment.ts';

/** One message of a tape, as its venue sent it. */
export interface TapeMessage {
  /** Line (or place in the array) it came from, from 1. */
  readonly line: number;
  /** Exact text. */
  readonly text: string;
  /** The parsed text: an object, an array, or undefined for text that is not JSON. */
  readonly value: unknown;
  /** Wall receive time in ms, as far as the recorder told. */
  readonly recvWallMs: number;
  /** Receive time in ns on any one clock, monotonic but for what the recorder did. */
  readonly recvNs: bigint;
  readonly connection: number;
  /** RECORD_TEXT, RECORD_REST or RECORD_CONTROL. */
  readonly flags: number;
}

/** What reading a tape needs and tells besides its messages. */
export interface TapeOptions {
  readonly onProgress?: Progress | undefined;
  /** Called for a line that is not of the format. */
  readonly onReject: (line: number, reason: string) => void;
  /** Called for a well-formed line of a source that is not this venue's feed. */
  readonly onSkip: (source: string) => void;
}

const KALSHI_CONTROL = new Set(['subscribed', 'unsubscribed', 'ok', 'error']);

/** Lines `{"recv_ms": int, "event": <raw message>}`. */
export async function* kalshiTape(path: string, options: TapeOptions): AsyncGenerator<TapeMessage> {
  for await (const { number, text } of inputLines(path, options.onProgress)) {
    const line = parseLine(number, text, options);
    if (line === undefined) continue;
    const { recv_ms: recvMs, event } = line.fields;
    if (typeof recvMs !== 'number' || !Number.isFinite(recvMs) || recvMs < 0) options.onReject(number, 'recv_ms');
    else if (!isFields(event) || typeof event['type'] !== 'string') options.onReject(number, 'event');
    else {
      yield {
        line: number,
        text: valueSpan(line.text, 'event')!,
        value: event,
        recvWallMs: recvMs,
        recvNs: BigInt(Math.round(recvMs * 1000)) * 1000n,
        connection: 1,
        flags: KALSHI_CONTROL.has(event['type']) ? RECORD_CONTROL : RECORD_TEXT,
      };
    }
  }
}

/**
 * Lines `{source, recv_wall_ts, recv_mono_ns, payload}`; only `polymarket_clob` is the feed. The tapes do not number
 * connections: each snapshot array after the first is taken as a new one.
 */
export async function* polymarketTape(path: string, options: TapeOptions): AsyncGenerator<TapeMessage> {
  let connection = 0;
  for await (const { number, text } of inputLines(path, options.onProgress)) {
    const line = parseLine(number, text, options);
    if (line === undefined) continue;
    const { source, recv_wall_ts: recvWallMs, payload } = line.fields;
    if (typeof source !== 'string') options.onReject(number, 'source');
    else if (source !== 'polymarket_clob') options.onSkip(source);
    else if (typeof recvWallMs !== 'number' || !Number.isFinite(recvWallMs)) options.onReject(number, 'recv_wall_ts');
    else if (typeof payload !== 'string') options.onReject(number, 'payload');
    else {
      const value = parsed(payload);
      if (isSnapshotArray(value)) connection += 1;
      yield {
        line: number,
        text: payload,
        value,
        recvWallMs,
        recvNs: exactInteger(line.text, 'recv_mono_ns') ?? BigInt(Math.round(recvWallMs * 1000)) * 1000n,
        connection: Math.max(1, connection),
        flags: polymarketFlags(payload, value),
      };
    }
  }
}

/**
 * A JSON array of messages without receive times: each message's own venue time stands in. The texts are written anew
 * with the venue's spacing.
 */
export async function* polymarketFrames(path: string, options: TapeOptions): AsyncGenerator<TapeMessage> {
  const messages = parsed(await inputText(path));
  if (!Array.isArray(messages)) throw new Error(`${path}: not a JSON array of messages`);
  let venueMs = 0;
  for (const [index, value] of messages.entries()) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const stated = isFields(first) ? Number(first['timestamp']) : Number.NaN;
    if (!Number.isFinite(stated)) {
      options.onReject(index + 1, 'timestamp');
      continue;
    }
    venueMs = Math.max(venueMs, stated);
    const text = wireText(value);
    const recvNs = BigInt(venueMs) * 1_000_000n;
    const flags = polymarketFlags(text, value);
    yield { line: index + 1, text, value, recvWallMs: venueMs, recvNs, connection: 1, flags };
    options.onProgress?.(index + 1, messages.length);
  }
}

/** An object without `event_type` is an answer to a request; PING and PONG are the connection's. */
function polymarketFlags(text: string, value: unknown): number {
  if (/^P[IO]NG$/.test(text.trim())) return RECORD_CONTROL;
  return isFields(value) && !('event_type' in value) ? RECORD_REST : RECORD_TEXT;
}

function isSnapshotArray(value: unknown): boolean {
  return Array.isArray(value) && isFields(value[0]) && value[0]['event_type'] === 'book';
}

function parseLine(
  number: number,
  text: string | undefined,
  { onReject }: TapeOptions,
): { readonly text: string; readonly fields: Fields } | undefined {
  if (text === undefined) onReject(number, 'line too long');
  else {
    const fields = parsed(text);
    if (isFields(fields)) return { text, fields };
    onReject(number, fields === undefined ? 'not JSON' : 'not an object');
  }
  return undefined;
}

/** An integer above 2^53 survives only as text. */
function exactInteger(line: string, key: string): bigint | undefined {
  const text = valueSpan(line, key);
  return text !== undefined && /^\d{1,30}$/.test(text) ? BigInt(text) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
