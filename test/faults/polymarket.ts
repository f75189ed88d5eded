// One simulated Polymarket venue with a fault in its script and the product behind it: ingest, detector and verifier over
// a real socket and the venue's REST, each given its turns by one timer, and the venue's own books as the truth.
import { LiveClock } from '../../engine/core/clock.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import { Verifier } from '../../engine/integrity/verifier.ts';
import { verifierIndex } from '../../engine/memory/agent-words.ts';
import { askBooks } from '../../engine/threads/ask-books.ts';
import { keyOfId } from '../../engine/venue/markets.ts';
import type { VenueMarket } from '../../engine/venue/sim/exchange-types.ts';
import { openVenue, type VenueInput } from '../../engine/venue/sim/venue.ts';
import * as L from '../../wasm/layout.ts';
import { createEngine, FireBell, sumOf } from './engine.ts';
import { Eye } from './eye.ts';
import { ProductCount } from './product-count.ts';
import { type Rig, type RigOptions, TURN_MS } from './rig.ts';
import type { Tape } from './tapes.ts';
import { bookText, type Levels, Truth } from './truth.ts';
import { Watch } from './watch.ts';

export interface PolymarketFaults extends Pick<VenueInput, 'feedFaults' | 'marketFaults' | 'booksFaults'> {
  /** A kind of the script that only prepares the fault: it is not the one that the case is about. */
  readonly prelude?: string;
}

/** A script that may ask how long ago its first fault fired, ms; undefined: none has. */
export type FaultsOf = (sinceFiredMs: () => number | undefined) => PolymarketFaults;

/** Evidence counted so far, the most telling first. */
export function evidenceOf(count: (id: number) => number, agent: IngestAgent) {
  const { cuts, closes } = agent.feeds[0]!.careCounts;
  return {
    ...{ 'frame rejected': count(L.COUNTER_FRAMES_REJECTED), crossed: count(L.COUNTER_PHANTOMS) },
    mirror: count(L.COUNTER_MIRROR_MISMATCHED),
    ...{ 'answer differs': count(L.COUNTER_PROBES_DIFFERED), hash: count(L.COUNTER_HASH_MISMATCHED) },
    ...{ 'stated top': count(L.COUNTER_TOP_MISMATCHED), 'half-open': cuts.halfOpen, idle: cuts.idle },
    ...{ 'connection lost': closes },
  };
}

function levels(book: VenueMarket['book'], side: 'bid' | 'ask'): Levels {
  const ascending = book.shownAscending(side).map(({ priceE4, sizeMicros }) => [priceE4, sizeMicros] as const);
  return side === 'bid' ? ascending.reverse() : ascending;
}

/** The venue, its books told to `truth` and its first fault to `bell`. */
async function openTold(
  tape: Tape,
  faults: PolymarketFaults,
  truth: Truth,
  clock: LiveClock,
  bell: () => FireBell | undefined,
) {
  const places = new Map(tape.markets.map(({ id }, market) => [keyOfId(id), market]));
  const onTold = ({ conditionId, book }: VenueMarket): void => {
    const market = places.get(conditionId)!;
    const nowNs = clock.nowNs();
    truth.told(market, bookText(levels(book, 'bid'), levels(book, 'ask')), nowNs);
    // The opening books are told of before there is a venue.
    bell()?.told(market, nowNs);
  };
  const { markets, frames, speed } = tape;
  return openVenue({ markets, frames, speed, seed: 1, accounts: [], ...faults, onTold });
}

/** One connection with all of the tape's tokens. */
export function outboundOf({ markets }: Tape, url: string, { times, maxFrameBytes }: RigOptions) {
  return {
    ...{ url, transport: 'native' as const, maxFrameBytes, connection: 0, care: times.care },
    ...{ tokens: markets.flatMap(({ yesToken, noToken }) => [yesToken, noToken!]) },
    ...{ copies: 1, customEvents: true, firstBookMs: times.firstBookMs },
  };
}

/** Opens it all; the tape begins with the subscription. */
export async function openPolymarket(tape: Tape, faultsOf: FaultsOf, options: RigOptions): Promise<Rig> {
  const { times } = options;
  const clock = new LiveClock();
  const truth = new Truth();
  let bell: FireBell | undefined;
  const faults = faultsOf(() => (watch.fired === undefined ? undefined : (clock.nowNs() - watch.fired.atNs) / 1e6));
  const venue = await openTold(tape, faults, truth, clock, () => bell);
  const { arena, intake, count, detect, counts } = createEngine(tape.markets, clock);
  const outbound = outboundOf(tape, venue.marketUrl, options);
  const onFrame = (): void => {
    bell?.look(clock.nowNs());
    detect();
    watch.look();
    // It has a thread of its own in a run, and the core to go with it.
    verifier.doWork(clock.nowNs());
  };
  const agent = new IngestAgent({ outbound: [outbound], ...times.resync, seed: options.seed }, intake, clock, onFrame);
  const eye = new Eye(arena, clock, times);
  const evidence = () => evidenceOf(count, agent);
  const product = new ProductCount(arena, times.rereadAgeMs);
  const watch = new Watch({ markets: tape.markets.length, clock, truth, eye, product, evidence }, options.watch);
  bell = new FireBell(
    () => sumOf(venue.stats().faults) - (venue.stats().faults[faults.prelude ?? ''] ?? 0),
    (market, nowNs) => watch.fire(market, nowNs),
  );
  const asker = askBooks(venue.restUrl, clock);
  const verifier = new Verifier(arena, verifierIndex(arena), times.verifier, asker.ask);
  const timer = setInterval(() => {
    const nowNs = clock.nowNs();
    agent.doWork(nowNs);
    onFrame();
  }, TURN_MS);
  await agent.open();
  return {
    ...{ watch, clock, counts, evidence, tapeEnded: venue.tapeEnded },
    fired: () => ({ ...venue.stats().faults }),
    product: () => product.end(clock.nowNs()),
    facts: () => JSON.stringify({ ...evidence(), care: agent.feeds[0]!.careCounts, ...agent.feeds[0]!.counts }),
    close: async () => {
      clearInterval(timer);
      await agent.close();
      await asker.close();
      await venue.close();
    },
  };
}
