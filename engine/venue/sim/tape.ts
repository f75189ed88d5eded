// Turns recorded Polymarket frames into steps: what happened to one market in one venue batch (all its frames of one
// venue millisecond), folded to the YES side. Cold path: a venue is not the engine, so it parses with JSON.parse.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import type { MarketMeta } from '../contract.ts';

/** One recorded message. `atNs`: receive time since the recording's start. */
export interface TapeFrame {
  readonly atNs: number;
  readonly bytes: Uint8Array;
  readonly venue: 'polymarket';
}

export type BookSide = 'bid' | 'ask';

/** Price and size of a level, in terms of YES. */
export interface TapeLevel {
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** What a step does, in order. Prices are of YES; `onNo` says that the tape told it of the NO token. */
export type TapeEvent =
  | { readonly kind: 'snapshot'; readonly bids: readonly TapeLevel[]; readonly asks: readonly TapeLevel[] }
  | {
      readonly kind: 'set';
      readonly side: BookSide;
      readonly priceE4: number;
      readonly sizeMicros: number;
      readonly onNo: boolean;
    }
  | {
      readonly kind: 'trade';
      readonly takerBuysYes: boolean;
      readonly priceE4: number;
      readonly sizeMicros: number;
      readonly onNo: boolean;
      /** As recorded; '' when the tape has none. */
      readonly transactionHash: string;
    }
  | { readonly kind: 'tick'; readonly tickE4: number };

export interface TapeStep {
  /** Receive time of the step's last frame. */
  readonly atNs: number;
  readonly conditionId: string;
  readonly venueMs: number;
  readonly events: readonly TapeEvent[];
}

/** What of a tape could not be used. */
export interface TapeCounts {
  frames: number;
  /** Frames of markets that are not served, and events the venue makes itself or does not know. */
  skipped: number;
  /** Frames that are not JSON, or whose prices or sizes cannot be read. */
  unreadable: number;
}

interface OpenStep {
  atNs: number;
  readonly conditionId: string;
  readonly venueMs: number;
  readonly events: TapeEvent[];
}

/** Frames of one venue batch arrive within a few ms; a step is not held open for longer. */
const BATCH_SPREAD_NS = 5e6;

/**
 * The steps of `frames` in order. A step ends with the first frame of another venue time of its market, or with the
 * first frame that arrived later than a batch can.
 */
export function* tapeSteps(
  frames: Iterable<TapeFrame>,
  markets: readonly MarketMeta[],
  counts: TapeCounts,
): Generator<TapeStep> {
  const noTokens = new Set(markets.flatMap(({ noToken }) => noToken ?? []));
  const conditions = new Set(markets.map(({ id }) => id.slice(id.indexOf(':') + 1)));
  const open = new Map<string, OpenStep>();
  for (const frame of frames) {
    counts.frames += 1;
    for (const [condition, step] of open) {
      if (frame.atNs - step.atNs <= BATCH_SPREAD_NS) continue;
      open.delete(condition);
      yield step;
    }
    for (const part of partsOf(frame, noTokens, conditions, counts)) {
      const step = open.get(part.conditionId);
      if (step !== undefined && step.venueMs === part.venueMs) {
        step.events.push(...part.events);
        step.atNs = frame.atNs;
        continue;
      }
      open.delete(part.conditionId);
      if (step !== undefined) yield step;
      open.set(part.conditionId, part);
    }
  }
  yield* open.values();
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function partsOf(
  frame: TapeFrame,
  noTokens: ReadonlySet<string>,
  conditions: ReadonlySet<string>,
  counts: TapeCounts,
): OpenStep[] {
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(frame.bytes).toString('utf8'));
  } catch {
    counts.unreadable += 1;
    return [];
  }
  const parts: OpenStep[] = [];
  for (const element of Array.isArray(message) ? message : [message]) {
    if (!isFields(element) || typeof element['market'] !== 'string' || !conditions.has(element['market'])) {
      counts.skipped += 1;
      continue;
    }
    const events = eventsOf(element, noTokens);
    if (events === undefined) counts.unreadable += 1;
    else if (events.length === 0) counts.skipped += 1;
    else {
      const venueMs = Number(element['timestamp'] ?? 0);
      parts.push({ atNs: frame.atNs, conditionId: element['market'], venueMs, events });
    }
  }
  return parts;
}

/** Events of one message; empty for a type the tape does not drive, undefined when it cannot be read. */
function eventsOf(message: Fields, noTokens: ReadonlySet<string>): TapeEvent[] | undefined {
  switch (message['event_type']) {
    case 'book':
      return listOf(snapshotOf(message, noTokens));
    case 'price_change':
      return changesOf(message, noTokens);
    case 'last_trade_price':
      return listOf(tradeOf(message, noTokens));
    case 'tick_size_change': {
      const tickE4 = priceOf(message['new_tick_size']);
      return tickE4 === undefined ? undefined : [{ kind: 'tick', tickE4 }];
    }
    default:
      return [];
  }
}

function listOf(event: TapeEvent | undefined): TapeEvent[] | undefined {
  return event === undefined ? undefined : [event];
}

function snapshotOf(message: Fields, noTokens: ReadonlySet<string>): TapeEvent | undefined {
  const onNo = noTokens.has(String(message['asset_id']));
  const bids = levelsOf(message['bids'], onNo);
  const asks = levelsOf(message['asks'], onNo);
  if (bids === undefined || asks === undefined) return undefined;
  return onNo ? { kind: 'snapshot', bids: asks, asks: bids } : { kind: 'snapshot', bids, asks };
}

function levelsOf(value: unknown, onNo: boolean): TapeLevel[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const levels: TapeLevel[] = [];
  for (const level of value as unknown[]) {
    if (!isFields(level)) return undefined;
    const priceE4 = priceOf(level['price']);
    const sizeMicros = sizeOf(level['size']);
    if (priceE4 === undefined || sizeMicros === undefined) return undefined;
    levels.push({ priceE4: onNo ? 10_000 - priceE4 : priceE4, sizeMicros });
  }
  return levels;
}

function changesOf(message: Fields, noTokens: ReadonlySet<string>): TapeEvent[] | undefined {
  const changes = message['price_changes'];
  if (!Array.isArray(changes)) return undefined;
  const events: TapeEvent[] = [];
  for (const change of changes as unknown[]) {
    if (!isFields(change)) return undefined;
    const priceE4 = priceOf(change['price']);
    const sizeMicros = sizeOf(change['size']);
    if (priceE4 === undefined || sizeMicros === undefined) return undefined;
    const onNo = noTokens.has(String(change['asset_id']));
    const side: BookSide = (change['side'] === 'BUY') === onNo ? 'ask' : 'bid';
    events.push({ kind: 'set', side, priceE4: onNo ? 10_000 - priceE4 : priceE4, sizeMicros, onNo });
  }
  return events;
}

function tradeOf(message: Fields, noTokens: ReadonlySet<string>): TapeEvent | undefined {
  const priceE4 = priceOf(message['price']);
  const sizeMicros = sizeOf(message['size']);
  if (priceE4 === undefined || sizeMicros === undefined) return undefined;
  const onNo = noTokens.has(String(message['asset_id']));
  const takerBuysYes = (message['side'] === 'BUY') !== onNo;
  const transactionHash = typeof message['transaction_hash'] === 'string' ? message['transaction_hash'] : '';
  return {
    kind: 'trade',
    takerBuysYes,
    priceE4: onNo ? 10_000 - priceE4 : priceE4,
    sizeMicros,
    onNo,
    transactionHash,
  };
}

function priceOf(value: unknown): number | undefined {
  return typeof value === 'string' ? priceE4FromText(value) : undefined;
}

function sizeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? sizeMicrosFromText(value) : undefined;
}
