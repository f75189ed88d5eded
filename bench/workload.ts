// The canonical workload: seeded books, messages and pre-decoded changes, the same for every variant of every suite.
//
// The stream is a cycle: its second half undoes its first in reverse order, so it can be played any number of times
// and every top in it stays true. Checksums are taken at the half, where the books are furthest from the start.
import { Random } from '../engine/core/random.ts';
import type { MarketMeta, Relation } from '../engine/venue/contract.ts';
import { uniformGrid } from '../engine/venue/grid.ts';
import { VIEW_NO, VIEW_YES } from '../wasm/layout.ts';
import { bookChecksum } from './checksum.ts';
import { drawChange, drawDepth, FlowBook, type FlowChange, flowLevels } from './flow.ts';
import { kalshiDeltaText, kalshiSnapshotText, priceChangeText, refreshText, snapshotText } from './wire.ts';

/** Size of a workload. `frames` is even; its first half is drawn, its second half undoes it. */
export interface WorkloadPlan {
  readonly seed: number;
  readonly markets: number;
  readonly frames: number;
}

/** What the gates are measured on. */
export const FULL_PLAN: WorkloadPlan = { seed: 20_261_121, markets: 1_000, frames: 8_192 };
/** The same at the size that a few seconds allow. */
export const SMOKE_PLAN: WorkloadPlan = { seed: 7, markets: 48, frames: 512 };

/** Changes decoded beforehand, in columns: input of suites that time the book alone. */
export interface Updates {
  readonly market: Uint32Array;
  readonly side: Uint8Array;
  readonly priceE4: Uint16Array;
  readonly sizeMicros: Float64Array;
  readonly bestBidE4: Uint16Array;
  readonly bestAskE4: Uint16Array;
}

/** One venue's messages: what opens the books, then the changes. */
export interface Tape {
  readonly metas: readonly MarketMeta[];
  readonly snapshots: readonly Buffer[];
  readonly frames: readonly Buffer[];
}

export interface Workload extends Tape {
  readonly plan: WorkloadPlan;
  readonly relations: readonly Relation[];
  readonly updates: Updates;
  /** Single-token refreshes with 20 levels a side. */
  readonly refreshes: readonly Buffer[];
  readonly kalshi: Tape;
  /** Fold of all books after the first half, and after the whole cycle (which is the start). */
  readonly halfChecksum: string;
  readonly endChecksum: string;
}

const FIRST_VENUE_MS = 1_777_366_994_943;
const FINE_TICK_E4 = 10;
const COARSE_TICK_E4 = 100;
/** Share of markets that are outcomes of a neg-risk event of 3 to 12 outcomes. */
const NEG_RISK_SHARE = 0.4;
const REFRESH_COUNT = 256;
const REFRESH_LEVELS = 20;
const MIN_SIZE_MICROS = 5_000_000;
const FREE = { rateE6: 0, exponent: 1, roundMicros: 10 };
const CHARGED = { rateE6: 40_000, exponent: 1, roundMicros: 10 };

interface Draft {
  readonly metas: MarketMeta[];
  readonly books: FlowBook[];
  readonly relations: Relation[];
}

/** Draws the whole workload of `plan`. */
export function createWorkload(plan: WorkloadPlan): Workload {
  const random = new Random(plan.seed);
  const draft = drawMarkets(random.split(), plan.markets);
  const { metas, books } = draft;
  const snapshots = metas.map((meta, market) => Buffer.from(snapshotText(meta, books[market]!, FIRST_VENUE_MS)));
  const kalshiMarkets = metas.flatMap((meta, market) => (meta.negRisk === true ? [] : [market]));
  const tickers = new Map(kalshiMarkets.map((market, at) => [market, kalshiTicker(at)]));
  const kalshiSnapshots = kalshiMarkets.map((market, at) =>
    Buffer.from(kalshiSnapshotText(tickers.get(market)!, books[market]!, at + 1)),
  );
  const played = playChanges(random.split(), plan.frames, draft);
  return {
    plan,
    metas,
    relations: draft.relations,
    snapshots,
    frames: played.frames,
    updates: played.updates,
    refreshes: drawRefreshes(random.split(), metas),
    kalshi: {
      metas: kalshiMarkets.map((market) => kalshiMeta(tickers.get(market)!)),
      snapshots: kalshiSnapshots,
      frames: played.changes
        .filter(({ market }) => tickers.has(market))
        .map((change, at) =>
          Buffer.from(
            kalshiDeltaText(tickers.get(change.market)!, change, kalshiMarkets.length + 1 + at, FIRST_VENUE_MS + at),
          ),
        ),
    },
    halfChecksum: played.halfChecksum,
    endChecksum: bookChecksum(flowLevels(books)),
  };
}

function digits(random: Random, count: number): string {
  let text = String(random.integer(1, 9));
  while (text.length < count) text += String(random.integer(0, 9));
  return text;
}

function hex(random: Random, count: number): string {
  let text = '';
  while (text.length < count) text += random.integer(0, 15).toString(16);
  return text;
}

function drawMeta(random: Random, negRisk: boolean, tickE4: number, charged: boolean): MarketMeta {
  return {
    id: `polymarket:0x${hex(random, 64)}`,
    venue: 'polymarket',
    yesToken: digits(random, 77),
    noToken: digits(random, 77),
    negRisk,
    tickRanges: uniformGrid(tickE4),
    minSizeMicros: MIN_SIZE_MICROS,
    fee: charged ? CHARGED : FREE,
  };
}

function drawMarkets(random: Random, count: number): Draft {
  const draft: Draft = { metas: [], books: [], relations: [] };
  const inEvents = Math.floor(count * NEG_RISK_SHARE);
  while (draft.metas.length + 3 <= inEvents) drawEvent(random, Math.min(random.integer(3, 12), inEvents), draft);
  while (draft.metas.length < count) {
    const book = new FlowBook(COARSE_TICK_E4);
    const bid = random.integer(20, 78);
    book.fill(random, bid, bid + random.integer(1, 2), drawDepth(random), drawDepth(random));
    draft.metas.push(drawMeta(random, false, COARSE_TICK_E4, true));
    draft.books.push(book);
  }
  return draft;
}

/**
 * One neg-risk event: the best asks of its outcomes add up to a little more than 1 (0.1 to 3 cents, as on live
 * events), so that a better ask now and then opens a basket; half the events are free of fees, as geopolitics is.
 */
function drawEvent(random: Random, outcomes: number, draft: Draft): void {
  const weights = Array.from({ length: outcomes }, () => 0.4 + random.float());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const askSum = 1_001 + Math.floor(random.float() ** 2 * 30);
  const charged = random.chance(0.5);
  const markets: string[] = [];
  let left = askSum;
  for (const [at, weight] of weights.entries()) {
    const ask = at === outcomes - 1 ? left : Math.max(20, Math.round((askSum * weight) / total));
    left -= ask;
    const book = new FlowBook(FINE_TICK_E4);
    book.fill(random, ask - random.integer(2, 4), ask, drawDepth(random), drawDepth(random));
    const meta = drawMeta(random, true, FINE_TICK_E4, charged);
    draft.metas.push(meta);
    draft.books.push(book);
    markets.push(meta.id);
  }
  draft.relations.push({ kind: 'exactlyOne', markets });
}

/** Plays the cycle over the drafted books: they are moved, and end as they began. */
function playChanges(random: Random, count: number, { metas, books }: Draft) {
  const half = count / 2;
  const changes: FlowChange[] = [];
  const frames: Buffer[] = [];
  let halfChecksum = '';
  const updates: Updates = {
    market: new Uint32Array(count),
    side: new Uint8Array(count),
    priceE4: new Uint16Array(count),
    sizeMicros: new Float64Array(count),
    bestBidE4: new Uint16Array(count),
    bestAskE4: new Uint16Array(count),
  };
  for (let at = 0; at < count; at += 1) {
    const market = at < half ? random.integer(0, books.length - 1) : changes[count - 1 - at]!.market;
    const book = books[market]!;
    const change = at < half ? drawChange(random, book, market) : undo(book, changes[count - 1 - at]!);
    changes.push(change);
    const placedView = random.chance(0.5) ? VIEW_YES : VIEW_NO;
    frames.push(Buffer.from(priceChangeText(metas[market]!, book, change, FIRST_VENUE_MS + 1 + at, placedView)));
    updates.market[at] = market;
    updates.side[at] = change.side;
    updates.priceE4[at] = change.priceE4;
    updates.sizeMicros[at] = change.sizeMicros;
    updates.bestBidE4[at] = book.bestE4(0);
    updates.bestAskE4[at] = book.bestE4(1);
    if (at === half - 1) halfChecksum = bookChecksum(flowLevels(books));
  }
  return { changes, frames: packed(frames), updates, halfChecksum };
}

function undo(book: FlowBook, change: FlowChange): FlowChange {
  book.set(change.side, change.priceE4 / book.tickE4, change.previousMicros);
  return { ...change, sizeMicros: change.previousMicros, previousMicros: change.sizeMicros };
}

/** Views into one buffer, so that the frames lie side by side as a receive buffer holds them. */
function packed(frames: readonly Buffer[]): Buffer[] {
  const all = Buffer.concat(frames);
  let next = 0;
  return frames.map(({ length }) => {
    next += length;
    return all.subarray(next - length, next);
  });
}

function drawRefreshes(random: Random, metas: readonly MarketMeta[]): Buffer[] {
  const coarse = metas.filter((meta) => meta.negRisk !== true);
  return Array.from({ length: REFRESH_COUNT }, (_, at) => {
    const book = new FlowBook(COARSE_TICK_E4);
    book.fill(random, 49, 50, REFRESH_LEVELS, REFRESH_LEVELS);
    return Buffer.from(refreshText(coarse[at % coarse.length]!, book, FIRST_VENUE_MS + at));
  });
}

function kalshiTicker(at: number): string {
  return `KXGOLD15M-26AUG10${String(1_900 + at)}-${String(at % 60).padStart(2, '0')}`;
}

function kalshiMeta(ticker: string): MarketMeta {
  const tickRanges = uniformGrid(COARSE_TICK_E4);
  return { id: `kalshi:${ticker}`, venue: 'kalshi', yesToken: ticker, tickRanges, minSizeMicros: 10_000 };
}
