// Many connections under a steady flow while some of them are lost at drawn places: every frame has one outcome, all
// books end right, and memory does not grow. DUTCHBOOK_SOAK_SECONDS=600 is the long form: 2,000 markets on 20
// connections at 5,000 frames/s.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { tokensOf } from '../../engine/venue/markets.ts';
import { planConnections } from '../../engine/venue/polymarket/feed.ts';
import * as L from '../../wasm/layout.ts';
import { accountOf, equalBooks, manyMarkets, openMarketRig, steadyFlow } from './market-rig.ts';

const SECONDS = Number(process.env['DUTCHBOOK_SOAK_SECONDS'] ?? 5);
const IS_LONG = SECONDS > 60;
const MARKETS = IS_LONG ? 2_000 : 400;
/** Assets of one connection; a market has two. */
const ASSETS = IS_LONG ? 200 : 80;
const FRAMES_PER_S = IS_LONG ? 5_000 : 2_000;
const DROPS = IS_LONG ? SECONDS / 5 : 20;
const SEED = 20_261_128;
const GROWTH_BYTES_MAX = 64 * 1_048_576;

test(`${MARKETS} markets for ${SECONDS} s with ${DROPS} connections lost: every frame has one outcome, and all books end right`, {
  timeout: SECONDS * 2_000 + 60_000,
}, async () => {
  const metas = manyMarkets(MARKETS);
  const random = new Random(SEED);
  const flow = SECONDS * FRAMES_PER_S;
  const places = Array.from({ length: DROPS }, (_, drop) => Math.floor(((drop + random.float()) / DROPS) * flow * 0.9));
  const rig = await openMarketRig({
    markets: metas,
    arenaMarkets: 2_048,
    frames: steadyFlow(metas, 1_000 / FRAMES_PER_S, SECONDS * 1_000),
    shards: planConnections(metas.map(tokensOf), ASSETS),
    venue: { marketFaults: places.map((at) => ({ kind: 'marketDropOne', firstRequest: MARKETS + 1 + at, count: 1 })) },
  });
  const connections = (2 * MARKETS) / ASSETS;
  expect(rig.agent.feeds).toHaveLength(connections);
  expect(connections).toBeGreaterThanOrEqual(10);
  let isOver = false;
  const over = rig.venue.tapeEnded.then(() => {
    isOver = true;
  });
  const rss: number[] = [];
  while (!isOver) {
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, (SECONDS * 1_000) / 20))]);
    rss.push(process.memoryUsage.rss());
  }
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketDropOne: DROPS });
  // A machine that stands still for long ends a connection more.
  expect(rig.agent.sockets().reconnects).toBeGreaterThanOrEqual(DROPS);
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
  // A connection that is lost misses some of its own frames, and no other does.
  expect(received).toBeGreaterThan(flow * 0.9);
  expect(rig.counters.get(L.COUNTER_FRAMES_REJECTED) + rig.counters.get(L.COUNTER_FRAMES_DROPPED)).toBe(0);
  const settled = rss.slice(Math.ceil(rss.length / 4));
  const growth = settled.at(-1)! - settled[0]!;
  console.info(
    `${received} frames of ${connections} connections, memory ${Math.round(growth / 1e6)} MB more at the end`,
  );
  if (IS_LONG) expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
});
