// Shared by the tests of the market feed: a simulated venue with a steady flow over many markets, and the product's ingest
// with decoder and books over real sockets to it.
import { expect, onTestFinished } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import type { IngestSetup } from '../../engine/ingest/ingest-setup.ts';
import type { MarketEvent } from '../../engine/ingest/market-events.ts';
import { MarketDesk } from '../../engine/ingest/market-news.ts';
import { Counters } from '../../engine/memory/counters.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { Markets } from '../../engine/venue/markets.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import { openVenue, type VenueInput } from '../../engine/venue/sim/venue.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { careWith, ONE_COPY } from '../helpers/care.ts';
import { drainAll } from '../helpers/records.ts';

const DUTY_CYCLE_MS = 5;
const DEADLINE_MS = 15_000;

/** `count` markets that differ in their ids alone. */
export function manyMarkets(count: number): MarketMeta[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `polymarket:0x${(index + 1).toString(16).padStart(64, '0')}`,
    venue: 'polymarket',
    ...{ yesToken: String(10 ** 12 + 2 * index), noToken: String(10 ** 12 + 2 * index + 1) },
    ...{ tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 100 }], minSizeMicros: 5_000_000, negRisk: false },
  }));
}

function tapeFrame(atMs: number, message: unknown): TapeFrame {
  return { atNs: atMs * 1e6, bytes: Buffer.from(JSON.stringify(message)), venue: 'polymarket' };
}

/**
 * A snapshot of every market, then one change every `everyMs`, of the markets in turn, until `untilMs`, or for as long as
 * something goes on. While `isHeld`, all changes are of the last one.
 */
export function* steadyFlow(
  markets: readonly MarketMeta[],
  everyMs: number,
  until: number | (() => boolean),
  isHeld = (): boolean => false,
): Generator<TapeFrame> {
  const condition = ({ id }: MarketMeta): string => id.slice(id.indexOf(':') + 1);
  for (const meta of markets) {
    const sides = { bids: [{ price: '0.4', size: '100' }], asks: [{ price: '0.6', size: '100' }] };
    const head = { market: condition(meta), asset_id: meta.yesToken, timestamp: '1', hash: '', ...sides };
    yield tapeFrame(0, [{ ...head, event_type: 'book' }]);
  }
  const isOver = (atMs: number): boolean => (typeof until === 'number' ? atMs > until : until());
  // Later than a batch lasts, so that all snapshots are in the books before anybody subscribes.
  for (let step = Math.ceil(10 / everyMs); !isOver(step * everyMs); step += 1) {
    const meta = isHeld() ? markets.at(-1)! : markets[step % markets.length]!;
    const price = ['0.41', '0.42', '0.38', '0.37'][(step * 7) % 4]!;
    const same = { price, size: String((step % 9) * 10), side: 'BUY', hash: '', best_bid: '', best_ask: '' };
    const changes = [{ asset_id: meta.yesToken, ...same }];
    const head = { market: condition(meta), price_changes: changes, timestamp: String(1 + step) };
    yield tapeFrame(step * everyMs, { ...head, event_type: 'price_change' });
  }
}

const REST = {
  ...{ warmPath: '/time', userAgent: 'test', connections: 1, requestsPerSecond: 200, deadlineMs: 5_000 },
  ...{ answerBytesMax: 1 << 22, attemptsMax: 2, retryMs: 20, connectMs: 5_000 },
} as const;
const NO_POLL = { pollMs: 600_000, tokensPerRequest: 20, assetIdleMs: 0, graceMs: 0 };

export interface MarketRigOptions {
  readonly markets: readonly MarketMeta[];
  readonly frames: Iterable<TapeFrame>;
  readonly venue?: Partial<VenueInput>;
  /** Connections in place of one with all tokens. */
  readonly shards?: readonly (readonly string[])[];
  readonly assetsPerConnection?: number;
  readonly arenaMarkets?: number;
  /** Given: books are asked for by REST. */
  readonly poll?: Partial<typeof NO_POLL>;
  readonly care?: Parameters<typeof careWith>[0];
  readonly ingest?: Partial<IngestSetup>;
  readonly outbound?: {
    readonly copies?: number;
    readonly firstBookMs?: number;
    readonly url?: string;
    readonly userAgent?: string;
  };
}

/** Opens the venue, then ingest to it; both end with the test. */
export async function openMarketRig(options: MarketRigOptions) {
  const { markets: metas, frames } = options;
  // Of others no book ever comes; what the rig tells is of these.
  const served = metas.filter((meta) => (options.venue?.markets ?? metas).includes(meta));
  const venue = await openVenue({
    ...{ seed: 1, speed: 1, accounts: [], markets: metas, frames },
    ...options.venue,
  });
  onTestFinished(() => venue.close());
  const arena = smallArena({ markets: options.arenaMarkets ?? 512, levelRingSlots: 65_536, stagingSlots: 16_384 });
  const markets = new Markets(arena);
  for (const meta of metas) markets.register(meta);
  const detector = wasmOver<DetectExports>(arena, 1);
  detector.openBooks();
  const books = new Books(arena);
  const clock = new LiveClock();
  const counters = new Counters(arena, 0);
  const exports = wasmOver<DecodeExports>(arena, 0);
  const events: MarketEvent[] = [];
  const onMarketEvent = (event: MarketEvent): void => {
    events.push(event);
    desk.heard(event);
  };
  const parts = { arena, exports, markets, counters, clock, onMarketEvent };
  const intake = new FrameIntake({ ...parts, policy: 'live', registerUnknown: false });
  const shards = options.shards ?? [metas.flatMap(({ yesToken, noToken }) => [yesToken, noToken!])];
  const outbound = shards.map((tokens, connection) => ({
    ...{ url: venue.marketUrl, transport: 'native' as const, tokens, connection, maxFrameBytes: 1 << 20 },
    ...{ care: careWith(options.care), ...ONE_COPY, ...options.outbound },
  }));
  const { tokens: _, connection: __, ...setup } = outbound[0]!;
  const further = { setup, assetsPerConnection: options.assetsPerConnection ?? 200 };
  /** States that any book was seen in after a frame, from the first time on that all were SYNCED. */
  const seen = new Set<string>();
  const onFrame = (): void => {
    drainAll(detector);
    const states = new Set(served.map((_, market) => books.stateName(market)));
    if (seen.size > 0 || (states.size === 1 && states.has('SYNCED'))) for (const state of states) seen.add(state);
  };
  const rest = { ...REST, url: venue.restUrl };
  const bookRest = options.poll === undefined ? undefined : { ...NO_POLL, ...options.poll, rest };
  const ingest = { outbound, further, books: bookRest, seed: 1, ...options.ingest };
  const agent = new IngestAgent(ingest, intake, clock, onFrame);
  const desk = new MarketDesk(intake, agent, (event) => events.push(event));
  /** While it is held nothing is asked for again or judged, however long a test waits for its next state. */
  const duty = { isHeld: false };
  const timer = setInterval(() => {
    desk.doWork(clock.nowNs());
    if (!duty.isHeld) agent.doWork(clock.nowNs());
    drainAll(detector);
  }, DUTY_CYCLE_MS);
  onTestFinished(async () => {
    clearInterval(timer);
    await agent.close();
  });
  await agent.open();
  const inState = (state: string): number => served.filter((_, market) => books.stateName(market) === state).length;
  const inStates = { inState, metas: served, seen, events };
  return { venue, arena, markets, books, counters, intake, agent, desk, clock, duty, ...inStates };
}

export type MarketRig = Awaited<ReturnType<typeof openMarketRig>>;

/** Resolves when `isSo`; rejects with `what` and the counts after 15 s. */
export async function until(rig: MarketRig, what: string, isSo: () => boolean): Promise<void> {
  const started = rig.clock.nowNs();
  while (!isSo()) {
    if (rig.clock.nowNs() - started > DEADLINE_MS * 1e6) {
      throw new Error(`not within 15 s: ${what}; ${JSON.stringify(rig.agent.sockets())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What the books differ in from the venue's own, asked by REST, one text per market that differs. */
async function differences({ venue, books, metas }: MarketRig): Promise<string[]> {
  const found: string[] = [];
  for (const [market, meta] of metas.entries()) {
    const answer = await fetch(`${venue.restUrl}/book?token_id=${meta.yesToken}`);
    const theirs = (await answer.json()) as Record<'bids' | 'asks', { price: string; size: string }[]>;
    for (const [name, side] of [['bids', L.SIDE_BID] as const, ['asks', L.SIDE_ASK] as const]) {
      const expected = theirs[name].toReversed().map(({ price, size }) => `${Number(price)} ${Number(size)}`);
      const ours: string[] = [];
      books.eachLevel(market, side, 1_000, (priceE4, sizeMicros) => {
        ours.push(`${priceE4 / 10_000} ${sizeMicros / 1e6}`);
      });
      if (ours.join() !== expected.join()) found.push(`${meta.id} ${name}: ${ours.join()} for ${expected.join()}`);
    }
  }
  return found;
}

/** Resolves when every book is SYNCED and equal to the venue's own; the tape must be over. */
export async function equalBooks(rig: MarketRig): Promise<void> {
  await until(rig, 'synced books', () => rig.inState('SYNCED') === rig.metas.length);
  await expect.poll(() => differences(rig), { timeout: DEADLINE_MS }).toEqual([]);
}

/** received = decoded + duplicate + stale + rejected + unknown + control + dropped. */
export function accountOf({ counters }: MarketRig): { readonly received: number; readonly accounted: number } {
  const parts = [L.COUNTER_FRAMES_DECODED, L.COUNTER_FRAMES_REJECTED, L.COUNTER_FRAMES_UNKNOWN];
  const rest = [L.COUNTER_FRAMES_CONTROL, L.COUNTER_FRAMES_DROPPED, L.COUNTER_FRAMES_DUPLICATE, L.COUNTER_FRAMES_STALE];
  const accounted = [...parts, ...rest].reduce((sum, id) => sum + counters.get(id), 0);
  return { received: counters.get(L.COUNTER_FRAMES_RECEIVED), accounted };
}
