// The stated capacity, for real: 4,000 markets on 1,000-slot ladders, every one filled with a full-depth snapshot that
// was decoded from a frame's bytes, and 10,000 baskets over them, all in one memory of at most 256 MiB.
import { beforeAll, describe, expect, test } from 'vitest';
import { createCapacityWorld } from '../bench/capacity-world.ts';
import type { Basket } from '../engine/basket/compile.ts';
import { Books } from '../engine/book/books.ts';
import { parseConfig } from '../engine/config/load.ts';
import { VirtualClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import { priceText } from '../engine/core/units.ts';
import { DetectAgent, type DetectExports } from '../engine/detect/detect.ts';
import { instantiate } from '../engine/detect/host.ts';
import type { DecodeExports } from '../engine/ingest/frame-host.ts';
import { FrameIntake } from '../engine/ingest/frames.ts';
import { Counters } from '../engine/memory/counters.ts';
import { detectSettings, type Foundation, layFoundation } from '../engine/pipeline.ts';
import type { MarketMeta } from '../engine/venue/contract.ts';
import { keyOfId } from '../engine/venue/markets.ts';
import * as L from '../wasm/layout.ts';
import { detectorCounter } from './helpers/records.ts';
import { basketsOfHits, hasSlack, type MarketTop } from './helpers/sweep.ts';

const MARKETS = 4_000;
const EVENTS = 5_000;
const SEED = 20_261_121;
const ARENA_BYTES_MAX = 256 * 1_048_576;
/** Full depth: every price of the grid 0.001 to 0.999 has a level. */
const LEVELS = 999;
const TEMPLATES = 25;

interface Template {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  readonly json: string;
}

/** All 999 prices: bids up to `bestBidE4`, asks above it; sizes by price, best levels last as the venue sends them. */
function templateOf(index: number): Template {
  const bestBidE4 = 10 * (20 + index * 9);
  const level = (priceE4: number): [number, number] => [priceE4, 1_000_000 * (1 + ((priceE4 / 10 + index * 37) % 997))];
  const prices = Array.from({ length: LEVELS }, (_, slot) => 10 * (slot + 1));
  const bids = prices.filter((priceE4) => priceE4 <= bestBidE4).map(level);
  const asks = prices.filter((priceE4) => priceE4 > bestBidE4).map(level);
  const text = (levels: readonly (readonly [number, number])[]): string =>
    levels.map(([priceE4, size]) => `{"price":"${priceText(priceE4)}","size":"${size / 1_000_000}"}`).join(',');
  return { bids, asks, json: `"bids":[${text(bids)}],"asks":[${text([...asks].reverse())}]` };
}

function frameOf({ id, yesToken }: MarketMeta, template: Template): Buffer {
  const head = `{"market":"${keyOfId(id)}","asset_id":"${yesToken}","timestamp":"1777366994943"`;
  return Buffer.from(`[${head},"hash":"${'0'.repeat(40)}",${template.json},"tick_size":"0.001","event_type":"book"}]`);
}

const world = createCapacityWorld(new Random(SEED), MARKETS, EVENTS);
const templates = Array.from({ length: TEMPLATES }, (_, index) => templateOf(index));
const templateFor = (market: number): Template => templates[market % TEMPLATES]!;

let foundation: Foundation;
let wasm: DetectExports;
let refused = 0;

beforeAll(() => {
  const text = `arena: { markets: ${MARKETS}, baskets: ${2 * EVENTS}, legs: ${world.legs} }`;
  const { config } = parseConfig(text, undefined);
  foundation = layFoundation(config, world.markets, world.relations, 1);
  const { arena, module, markets } = foundation;
  const clock = new VirtualClock(0);
  wasm = instantiate<DetectExports>(module, arena, 1);
  const detect = new DetectAgent({ ...detectSettings(config, 'full'), arena, exports: wasm, agentIndex: 1, clock });
  const intake = new FrameIntake({
    ...{ arena, markets, clock, policy: 'live', registerUnknown: false, counters: new Counters(arena, 0) },
    exports: instantiate<DecodeExports>(module, arena, 0),
  });
  for (const [market, meta] of world.markets.entries()) {
    if (intake.acceptNow(frameOf(meta, templateFor(market)), L.VENUE_POLYMARKET, 0) <= 0) refused += 1;
    while (detect.doWork(0) > 0);
  }
}, 120_000);

describe('at capacity', () => {
  test('the whole memory is at most 256 MiB', () => {
    const { arena, markets, baskets } = foundation;
    expect(arena.memory.buffer.byteLength).toBeLessThanOrEqual(ARENA_BYTES_MAX);
    expect([markets.count, baskets.length]).toEqual([MARKETS, 2 * EVENTS]);
    expect(Math.max(...baskets.map(({ legs }) => legs.length))).toBe(64);
  });

  test('every book holds all 999 levels of its frame, each with its size', () => {
    expect(refused).toBe(0);
    const { arena } = foundation;
    const books = new Books(arena);
    expect(detectorCounter(arena, L.COUNTER_LEVELS_APPLIED)).toBe(MARKETS * LEVELS);
    for (const market of world.markets.keys()) {
      const { bids, asks } = templateFor(market);
      expect(books.stateName(market)).toBe('SYNCED');
      expect([books.levels(market, L.SIDE_BID), books.levels(market, L.SIDE_ASK)]).toEqual([bids.length, asks.length]);
      const top = [books.bestBidE4(market), books.bestAskE4(market)];
      expect(top).toEqual([bids.at(-1)![0], asks[0]![0]]);
    }
    // Level by level: the first and last markets and every 61st, beside one another in memory or far apart.
    for (let market = 0; market < MARKETS; market += 61) checkLevels(books, market);
    for (const market of [1, MARKETS - 2, MARKETS - 1]) checkLevels(books, market);
  });

  test('the sweep over all baskets finds what big integers find, and so do the kept slacks', () => {
    const { arena, baskets } = foundation;
    const tops = new Map(
      world.markets.map(({ id, fee }, market): [string, MarketTop] => {
        const { bids, asks } = templateFor(market);
        return [id, { tradable: true, bidE4: bids.at(-1)![0], askE4: asks[0]![0], fee }];
      }),
    );
    const marginE4 = 9; // edgeBpsMin is 10
    const expected = [...baskets.keys()].filter((index) => hasSlack(baskets[index] as Basket, tops, marginE4));
    const into = arena.region(L.REGION_SCAN).at;
    expect(wasm.sweepHits(into)).toBe(expected.length);
    expect(basketsOfHits(arena, arena.region(L.REGION_GROUPS).at, into)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(100);
    expect(expected.length).toBeLessThan(baskets.length - 100);
    const slackE4 = (index: number): number => arena.i32[(arena.at(L.REGION_BASKETS, index) + L.BASKET_SLACK_E4) >> 2]!;
    expect([...baskets.keys()].filter((index) => slackE4(index) > marginE4)).toEqual(expected);
  });
});

function checkLevels(books: Books, market: number): void {
  const { bids, asks } = templateFor(market);
  for (const [side, levels] of [
    [L.SIDE_BID, [...bids].reverse()],
    [L.SIDE_ASK, asks],
  ] as const) {
    const found: [number, number][] = [];
    books.eachLevel(market, side, LEVELS, (priceE4, sizeMicros) => found.push([priceE4, sizeMicros]));
    expect(found).toEqual(levels);
  }
}

describe('a config beyond the arena', () => {
  test('names the key that is too small and what is needed', () => {
    const small = (text: string) =>
      layFoundation(parseConfig(text, undefined).config, world.markets, world.relations, 1);
    expect(() => small(`arena: { markets: 3999, baskets: 10000, legs: ${world.legs} }`)).toThrow(
      'arena.markets: 3999 are taken; raise it',
    );
    expect(() => small(`arena: { markets: 4000, baskets: 9999, legs: ${world.legs} }`)).toThrow(
      'arena.baskets: 9999, needed 10000; raise it',
    );
    expect(() => small('arena: { markets: 4000, baskets: 10000, legs: 1000 }')).toThrow(
      `arena.legs: 1000, needed ${world.legs}; raise it`,
    );
  });
});
