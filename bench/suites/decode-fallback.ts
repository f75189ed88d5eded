// Suite `decode-fallback`: the workload's two-change frames in other key orders or with other white space than the
// venue's, so that each is read by the generic scanner. The suite throws when a fast path reads one.
import { Random } from '../../engine/core/random.ts';
import { VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Suite } from '../harness.ts';
import type { Workload } from '../workload.ts';
import { decodeSuite } from './decode.ts';

const SEED = 20_261_121;
/**
 * Key orders a frame may have beside the venue's. Four in all: V8 keeps up to four shapes at one place apart, and more
 * would slow the baseline down by what no venue does to it.
 */
const ORDERS = 3;

type Json = string | { readonly [key: string]: Json } | readonly Json[];

/** What a writer puts around commas and colons, and at the ends of lines. */
interface Spacing {
  readonly comma: string;
  readonly colon: string;
  /** One level of indentation; '' = all on one line. */
  readonly indent: string;
}

/** Python's json.dumps, JSON.stringify, JSON.stringify(…, 2), and tabs with carriage returns. */
const SPACINGS: readonly Spacing[] = [
  { comma: ', ', colon: ': ', indent: '' },
  { comma: ',', colon: ':', indent: '' },
  { comma: ',', colon: ': ', indent: '\n  ' },
  { comma: ',', colon: ' : ', indent: '\r\n\t' },
];
/** The venue's own order of a price_change's keys, and of a change's. */
const EVENT_KEYS = ['market', 'price_changes', 'timestamp', 'event_type'];
const CHANGE_KEYS = ['asset_id', 'price', 'size', 'side', 'hash', 'best_bid', 'best_ask'];
/** The venue's own spacing of a price_change. */
const VENUE_SPACING: Spacing = { comma: ', ', colon: ':', indent: '' };

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.integer(0, left.length - 1), 1));
  return drawn;
}

/** `value` as text; `order` orders each object's keys. */
function written(
  value: Json,
  spacing: Spacing,
  order: (keys: readonly string[]) => readonly string[],
  depth = 0,
): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const list = Array.isArray(value);
  const object = value as { readonly [key: string]: Json };
  const items = list
    ? value.map((item: Json) => written(item, spacing, order, depth + 1))
    : order(Object.keys(object)).map(
        (key) => `"${key}"${spacing.colon}${written(object[key]!, spacing, order, depth + 1)}`,
      );
  const line = spacing.indent === '' ? '' : spacing.indent[0] === '\r' ? '\r\n' : '\n';
  const step = spacing.indent.slice(line.length);
  const inner = line === '' ? '' : line + step.repeat(depth + 1);
  const outer = line === '' ? '' : line + step.repeat(depth);
  const [open, close] = list ? '[]' : '{}';
  return `${open}${inner}${items.join(spacing.comma + inner)}${outer}${close}`;
}

/** Every key of a price_change in another order than the venue's. */
function drawOrder(random: Random, venueOrder: readonly string[]): readonly string[] {
  for (;;) {
    const order = shuffled(random, venueOrder);
    if (order.some((key, at) => key !== venueOrder[at])) return order;
  }
}

/** Half of the frames keep the venue's spacing and have their keys shuffled, half keep its keys and are spaced anew. */
function rewritten(frames: readonly Buffer[]): Buffer[] {
  const random = new Random(SEED);
  const orders = Array.from({ length: ORDERS }, () => [
    ...drawOrder(random, EVENT_KEYS),
    ...drawOrder(random, CHANGE_KEYS),
  ]);
  const texts = frames.map((frame, at) => {
    const value = JSON.parse(frame.toString('latin1')) as Json;
    if (at % 2 === 1) return written(value, SPACINGS[(at >> 1) % SPACINGS.length]!, (keys) => keys);
    const order = orders[(at >> 1) % ORDERS]!;
    return written(value, VENUE_SPACING, (keys) => order.filter((key) => keys.includes(key)));
  });
  // Side by side, as a receive buffer holds them.
  const all = Buffer.from(texts.join(''));
  let next = 0;
  return texts.map(({ length }) => {
    next += length;
    return all.subarray(next - length, next);
  });
}

export function createDecodeFallbackSuite(workload: Workload): Suite {
  const input = {
    venue: VENUE_POLYMARKET,
    path: 'fallback',
    tape: workload,
    frames: rewritten(workload.frames),
  } as const;
  return decodeSuite('decode-fallback', 'two-change frame decoded, any order or spacing', input);
}
