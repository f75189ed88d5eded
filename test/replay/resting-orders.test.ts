// Orders that rest on paper while a recording is played: the trades of the feed reach them at the same frame in both
// topologies, over the product's own threads in one of them.
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import type { Cleared } from '../../engine/breaker/pass.ts';
import { parseConfig } from '../../engine/config/load.ts';
import { withoutSockets } from '../../engine/config/plan.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import { counterTotal } from '../../engine/memory/counters.ts';
import { type Foundation, layFoundation } from '../../engine/pipeline.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import type { ReplayDesk } from '../../engine/replay/replay-desk.ts';
import { replayInline } from '../../engine/replay/replay-inline.ts';
import { readerOf } from '../../engine/venue/sim/impact.ts';
import { InProcessVenue } from '../../engine/venue/sim/in-process.ts';
import { TradeRings } from '../../engine/venue/sim/trade-rings.ts';
import * as L from '../../wasm/layout.ts';

const RECORDING = 'recordings/demo';
const TURNS = 2_400;
const ORDERS_EVERY_TURNS = 200;
const SHARES_MICROS = 5_000_000;

/** Now and then an order at the best price of each side of each market, and what becomes of them, by frame. */
function createDesk(foundation: Foundation, hearsTrades: boolean, isOver: () => void) {
  const { arena, markets, facts } = foundation;
  const [clock, books] = [new VirtualClock(), new Books(arena)];
  const venue = new InProcessVenue({
    ...{ clock, random: new Random(1), cashMicros: 1e12, latency: { minMs: 5, maxMs: 20, takerDelayMs: 0 } },
    settlement: { minedMsMean: 800, confirmedMsMean: 1_200, failProbability: 0 },
    books: readerOf(books, L.SIDE_BID, L.SIDE_ASK),
    ...(hearsTrades ? { trades: new TradeRings(arena) } : {}),
    feeOf: (market) => facts.feeOf(market),
    viewOf: (market, token) => (markets.tokenOf(market, 0) === token ? 0 : 1),
  });
  const told: string[] = [];
  let [turns, batches] = [0, 0];
  const place = (marketIndex: number, view: number, limitE4: number): void => {
    batches += 1;
    const token = markets.tokenOf(marketIndex, view);
    const of = { marketIndex, marketId: markets.idOf(marketIndex), token, wire: '' };
    const terms = { side: 'BUY', limitE4, sizeMicros: SHARES_MICROS, type: 'postOnly' } as const;
    const orders = [{ orderId: `${batches}-m${marketIndex}-${view}`, ...of, ...terms }];
    venue.submit({ batchId: batches } as Cleared, { id: batches, basketIndex: 0, orders });
  };
  const turn = (nowNs: number): void => {
    turns += 1;
    if (turns === TURNS) isOver();
    // Threads stop a little later than they are asked.
    if (turns > TURNS) return;
    clock.advanceTo(nowNs);
    for (let market = 0; market < markets.count && turns % ORDERS_EVERY_TURNS === 0; market += 1) {
      if (facts.feeOf(market) === undefined || books.stateName(market) !== 'SYNCED') continue;
      place(market, L.VIEW_YES, books.bestBidE4(market));
      place(market, L.VIEW_NO, 10_000 - books.bestAskE4(market));
    }
    venue.poll(1_000, (event) => {
      if (event.kind === 'order') told.push(`${turns} ${event.orderId} ${event.type} ${event.matchedMicros}`);
    });
  };
  return { desk: { turn } as Partial<ReplayDesk> as ReplayDesk, told };
}

/** What became of the orders, and trades seen and lost. */
async function played(topology: 'inline' | 'threads', hearsTrades = true) {
  const { config, configHash } = parseConfig('', undefined);
  const { markets, relations } = readManifest(RECORDING);
  const foundation = layFoundation(withoutSockets(config), markets, relations, 1);
  const stop = new AbortController();
  const { desk, told } = createDesk(foundation, hearsTrades, () => stop.abort());
  const options = {
    ...({ config, configHash, recording: RECORDING, topology, speed: 'max', stop: stop.signal } as const),
    ...{ bookChain: false, dumpBooks: undefined, dumpAtFrames: [], onProgress: () => {} },
  };
  // Threads start from built files only.
  const built = pathToFileURL('dist/engine/replay/replay-threads.js').href;
  const { replayThreads } = (await import(built)) as typeof import('../../engine/replay/replay-threads.ts');
  const session = { options, foundation, desk, frames: TURNS, seqScope: 'full' } as const;
  const { failure } = topology === 'inline' ? await replayInline(session) : await replayThreads(session);
  expect(failure).toBe('');
  const { arena } = foundation;
  return { told, trades: counterTotal(arena, L.COUNTER_TRADES), lost: counterTotal(arena, L.COUNTER_TRADES_LOST) };
}

test('orders that rest are met by the trades of a recording, at the same frames inline and over threads', async () => {
  const [inline, threads, deaf] = [await played('inline'), await played('threads'), await played('inline', false)];
  expect(threads.told).toEqual(inline.told);
  expect([inline.lost, threads.lost, deaf.lost]).toEqual([0, 0, 0]);
  const filled = (of: typeof inline): number => of.told.filter((line) => line.includes('UPDATE')).length;
  console.log(`fills, with trades and by books alone: ${filled(inline)}, ${filled(deaf)}, of ${deaf.trades} trades`);
  expect(filled(inline)).toBeGreaterThan(filled(deaf));
});
