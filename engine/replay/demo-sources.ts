// The demo's real material: the busiest window of a Kalshi tape, real Polymarket tapes with their time compressed, and
// real books to start the seeded event from. Cold path.
import { readFileSync } from 'node:fs';
import { priceE4FromText, sizeMicrosFromText } from '../core/units.ts';
import { kalshiTape, type TapeMessage, type TapeOptions } from './import-formats.ts';
import { coarsestTickE4, Reencoder } from './reencode.ts';
import { RECORD_TEXT } from './segment.ts';

/** Nothing in the demo's sources may be refused: they are known files. */
export const STRICT: TapeOptions = {
  onReject: (line, reason) => {
    throw new Error(`line ${line}: ${reason}`);
  },
  onSkip: () => {},
};

/** Kalshi messages of the `windowMs` with most messages, re-encoded, their times from the window's start. */
export async function busiestWindow(
  path: string,
  windowMs: number,
): Promise<{ readonly messages: TapeMessage[]; readonly reencoder: Reencoder; readonly startWallMs: number }> {
  const tape: TapeMessage[] = [];
  for await (const message of kalshiTape(path, STRICT)) tape.push(message);
  const start = busiestStart(tape, windowMs);
  const startWallMs = tape[start]!.recvWallMs;
  const window = tape.slice(start).filter(({ recvWallMs }) => recvWallMs < startWallMs + windowMs);
  const prices = tape.flatMap(({ value }) => priceE4FromText(bodyOf(value).price_dollars ?? '') ?? []);
  const reencoder = new Reencoder(coarsestTickE4(prices));
  const opening = openingSnapshot(tape.slice(0, start), window[0]!);
  const messages = [opening, ...window].flatMap((message) => reencoder.take(message));
  messages.push(...reencoder.flush());
  const startNs = window[0]!.recvNs;
  return {
    messages: messages.map((message) => ({ ...message, recvNs: message.recvNs - startNs, connection: 1 })),
    reencoder,
    startWallMs,
  };
}

/** Index of the first message of the fullest window. */
function busiestStart(tape: readonly TapeMessage[], windowMs: number): number {
  let best = 0;
  let bestCount = 0;
  let end = 0;
  for (const [start, { recvWallMs }] of tape.entries()) {
    while (end < tape.length && tape[end]!.recvWallMs < recvWallMs + windowMs) end += 1;
    if (end - start > bestCount) [best, bestCount] = [start, end - start];
  }
  return best;
}

interface KalshiLevels {
  readonly market_ticker?: string;
  readonly side?: string;
  readonly price_dollars?: string;
  readonly delta_fp?: string;
  readonly yes_dollars_fp?: readonly (readonly [string, string])[];
  readonly no_dollars_fp?: readonly (readonly [string, string])[];
}

function bodyOf(value: unknown): KalshiLevels {
  return (value as { readonly msg: KalshiLevels }).msg;
}

/** The book that the tape had built up when the window begins, as a Kalshi snapshot. */
function openingSnapshot(before: readonly TapeMessage[], first: TapeMessage): TapeMessage {
  const sides = { yes: new Map<string, number>(), no: new Map<string, number>() };
  for (const { value } of before) {
    const body = bodyOf(value);
    if ((value as { readonly type: string }).type === 'orderbook_snapshot') {
      sides.yes = new Map((body.yes_dollars_fp ?? []).map(([price, size]) => [price, Number(size)]));
      sides.no = new Map((body.no_dollars_fp ?? []).map(([price, size]) => [price, Number(size)]));
    } else if (body.delta_fp !== undefined) {
      const side = body.side === 'no' ? sides.no : sides.yes;
      const left = (side.get(body.price_dollars!) ?? 0) + Number(body.delta_fp);
      // Kalshi counts hundredths of a contract; what is left of less is a rounding of the sum here.
      if (left > 0.001) side.set(body.price_dollars!, left);
      else side.delete(body.price_dollars!);
    }
  }
  const levels = (side: ReadonlyMap<string, number>): [string, string][] =>
    [...side].sort(([a], [b]) => Number(a) - Number(b)).map(([price, size]) => [price, size.toFixed(2)]);
  const msg = {
    market_ticker: bodyOf(first.value).market_ticker,
    yes_dollars_fp: levels(sides.yes),
    no_dollars_fp: levels(sides.no),
  };
  return { ...first, value: { type: 'orderbook_snapshot', msg }, flags: RECORD_TEXT };
}

/** A tape with its times pressed into `durationNs`, from 0; connections renumbered from `firstConnection`. */
export async function compressedTape(
  tape: AsyncGenerator<TapeMessage>,
  durationNs: number,
  firstConnection: number,
): Promise<{ readonly messages: TapeMessage[]; readonly factor: number }> {
  const messages: TapeMessage[] = [];
  for await (const message of tape) messages.push(message);
  const firstNs = messages[0]!.recvNs;
  const wholeNs = Number(messages.at(-1)!.recvNs - firstNs);
  const factor = wholeNs / durationNs;
  return {
    factor,
    messages: messages.map((message) => ({
      ...message,
      recvNs: BigInt(Math.floor(Number(message.recvNs - firstNs) / factor)),
      connection: firstConnection + message.connection - 1,
    })),
  };
}

/** Levels of a REST /book answer on disk, moved by `shiftE4`; what falls off the grid is left out. */
export function bookLevels(
  path: string,
  shiftE4: number,
): { readonly side: 'bid' | 'ask'; readonly priceE4: number; readonly sizeMicros: number }[] {
  const book = JSON.parse(readFileSync(path, 'utf8')) as Readonly<
    Record<'bids' | 'asks', readonly { readonly price: string; readonly size: string }[]>
  >;
  const levels = (['bid', 'ask'] as const).flatMap((side) =>
    book[`${side}s`].map(({ price, size }) => ({
      side,
      priceE4: priceE4FromText(price)! + shiftE4,
      sizeMicros: sizeMicrosFromText(size)!,
    })),
  );
  return levels.filter(({ priceE4 }) => priceE4 > 0 && priceE4 < 10_000);
}
