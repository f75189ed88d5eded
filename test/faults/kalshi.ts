// One simulated Kalshi venue with a fault in its script and the product behind it over a real, signed socket: ingest and
// detector, given their turns by one timer, and the venue's own books as the truth.
import { LiveClock } from '../../engine/core/clock.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import { kalshiFeedSetups } from '../../engine/ingest/kalshi-shards.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import type { KalshiBook } from '../../engine/venue/sim/kalshi-book.ts';
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import * as L from '../../wasm/layout.ts';
import { bothWindows, FIRST, KEY_ID, KEYS, SECOND } from '../helpers/kalshi.ts';
import { createEngine, FireBell, sumOf } from './engine.ts';
import { Eye } from './eye.ts';
import { ProductCount } from './product-count.ts';
import { type Rig, type RigOptions, TURN_MS } from './rig.ts';
import { bookText, Truth } from './truth.ts';
import { Watch } from './watch.ts';

const TICKERS: readonly string[] = [FIRST, SECOND];
/** Of recorded time, which has a message each millisecond. */
const SPEED = 0.15;
const PRICE_ONE_E4 = 10_000;

/** Bids for NO at p are asks at 1 - p. */
function textOf(book: KalshiBook): string {
  const asks = book.levels('no').map(([priceE4, sizeMicros]) => [PRICE_ONE_E4 - priceE4, sizeMicros] as const);
  return bookText(book.levels('yes').reverse(), asks.reverse());
}

/** Evidence counted so far, the most telling first. */
function evidenceOf(count: (id: number) => number, agent: IngestAgent) {
  const feed = agent.kalshi[0]!;
  const { cuts, closes } = feed.care.counts;
  return {
    ...{
      'frame rejected': feed.rejected,
      gap: count(L.COUNTER_SEQ_GAPS),
      'step back': count(L.COUNTER_SEQ_STEP_BACKS),
    },
    ...{ 'no snapshot': feed.snapshots.unanswered, 'half-open': cuts.halfOpen, idle: cuts.idle },
    ...{ 'connection lost': closes },
  };
}

/** Opens it all; the tape begins with the subscription. */
export async function openKalshi(faults: readonly KalshiFaultRule[], options: RigOptions): Promise<Rig> {
  const { times, maxFrameBytes, seed } = options;
  const clock = new LiveClock();
  const truth = new Truth();
  let bell: FireBell | undefined;
  const onTold = (book: KalshiBook): void => {
    const market = TICKERS.indexOf(book.ticker);
    truth.told(market, textOf(book), clock.nowNs());
    bell?.told(market, clock.nowNs());
  };
  const account = { keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists: new KalshiLists() };
  const venue = new KalshiVenue({ ...account, frames: bothWindows(), faults, speed: SPEED, onTold });
  await venue.open();
  const metas = TICKERS.map((ticker) => ({ id: `kalshi:${ticker}`, venue: 'kalshi' as const, yesToken: ticker }));
  const { arena, intake, count, detect, counts } = createEngine(
    metas.map((meta) => ({ ...meta, tickRanges: uniformGrid(100) })),
    clock,
  );
  const setup = {
    ...{ url: venue.url, transport: 'native' as const, keyId: KEY_ID, privateKeyPem: KEYS.privateKey, maxFrameBytes },
    ...{ care: times.care, resync: { ...times.resync, firstBookMs: times.firstBookMs }, snapshots: times.snapshots },
  };
  const onFrame = (): void => {
    bell?.look(clock.nowNs());
    detect();
    watch.look();
  };
  const kalshi = kalshiFeedSetups(TICKERS, () => 0, setup, 0);
  const agent = new IngestAgent({ outbound: [], kalshi, seed }, intake, clock, onFrame);
  const evidence = () => evidenceOf(count, agent);
  const eye = new Eye(arena, clock, times);
  const product = new ProductCount(arena, times.rereadAgeMs);
  const watch = new Watch({ markets: TICKERS.length, clock, truth, eye, product, evidence }, options.watch);
  bell = new FireBell(
    () => sumOf(venue.stats.faults),
    (market, nowNs) => watch.fire(market, nowNs),
  );
  const timer = setInterval(() => {
    agent.doWork(clock.nowNs());
    onFrame();
  }, TURN_MS);
  await agent.open();
  return {
    ...{ watch, clock, counts, evidence, tapeEnded: venue.tapeEnded },
    fired: () => ({ ...venue.stats.faults }),
    product: () => product.end(clock.nowNs()),
    facts: () => JSON.stringify({ ...evidence(), care: agent.kalshi[0]!.care.counts }),
    close: async () => {
      clearInterval(timer);
      await agent.close();
      await venue.close();
    },
  };
}
