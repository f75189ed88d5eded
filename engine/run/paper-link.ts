// The venue of a paper run on a feed from outside: orders are matched in this process against the engine's own books, less
// what our fills took, by the rules of the simulated venue. Main thread; nothing of ours leaves the machine.
import { ACTION_BUY_YES, BOOK_SYNCED, BOOK_VERSION, REGION_BOOKS, SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Config } from '../config/schema.ts';
import type { Arena } from '../memory/arena.ts';
import { feesByMarket } from '../pipeline.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import type { BookReader } from '../venue/sim/impact.ts';
import { InProcessVenue } from '../venue/sim/in-process.ts';
import type { VenueDesk, VenueLink } from './venue-link.ts';

const SETTLEMENT = { minedMsMean: 800, confirmedMsMean: 1_200, failProbability: 0 };
const ACCOUNT = 'replay';
/** Looks at a book that its detector is changing before it counts as unreadable, and so as empty. */
const LOOKS_MAX = 1_000;

/** The link that the config's URLs describe; it must have them. */
export function linkPaperVenue({ venues, simulate }: Config): VenueLink {
  const { marketUrl, restUrl } = venues.polymarket;
  let venue: InProcessVenue | undefined;
  return {
    ...{ marketUrl: marketUrl!, restUrl: restUrl!, cashMicros: simulate.cashMicros, account: ACCOUNT },
    description: `paper: books from ${marketUrl}, orders matched in this process`,
    tapeEnded: new Promise(() => {}),
    openDesk: (foundation, clock, random): VenueDesk => {
      const fees = feesByMarket(foundation);
      const { arena, markets } = foundation;
      const own = new InProcessVenue({
        ...{ clock, random: random.split(), cashMicros: simulate.cashMicros, settlement: SETTLEMENT },
        books: steadyReader(arena),
        latency: { minMs: simulate.latencyMs.min, maxMs: simulate.latencyMs.max },
        feeOf: (marketIndex) => fees.get(marketIndex),
        viewOf: (marketIndex, token) => (markets.tokenOf(marketIndex, 0) === token ? 0 : 1),
      });
      venue = own;
      const leftMicros: VenueDesk['leftMicros'] = (marketIndex, action, limitE4) =>
        own.leftMicros(marketIndex, action === ACTION_BUY_YES, limitE4);
      return { gateway: own, maker: createOrderMaker(foundation.arena, random.split()), leftMicros };
    },
    close: async () => venue?.ledger(),
  };
}

/**
 * Books as they were between two of their detector's changes, since it goes on while they are read. One that is not
 * tradable has no levels: what cannot be trusted fills nothing.
 */
function steadyReader(arena: Arena): BookReader {
  const books = new Books(arena);
  const read = <T>(marketIndex: number, none: T, look: () => T): T => {
    const word = (arena.at(REGION_BOOKS, marketIndex) + BOOK_VERSION) >> 2;
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const before = Atomics.load(arena.i32, word);
      const seen = books.state(marketIndex) === BOOK_SYNCED ? look() : none;
      if ((before & 1) === 0 && Atomics.load(arena.i32, word) === before) return seen;
    }
    return none;
  };
  const sideOf = (isBid: boolean): number => (isBid ? SIDE_BID : SIDE_ASK);
  return {
    eachLevel: (marketIndex, isBid, onLevel) => {
      const levels = read<(readonly [number, number])[]>(marketIndex, [], () => {
        const seen: (readonly [number, number])[] = [];
        books.eachLevel(marketIndex, sideOf(isBid), Number.POSITIVE_INFINITY, (...level) => seen.push(level));
        return seen;
      });
      for (const [priceE4, sizeMicros] of levels) if (!onLevel(priceE4, sizeMicros)) return;
    },
    sizeAt: (marketIndex, isBid, priceE4) =>
      read(marketIndex, 0, () => books.sizeAt(marketIndex, sideOf(isBid), priceE4)),
  };
}

/** True when the config names a feed outside. */
export function isOutside({ venues }: Config): boolean {
  return venues.polymarket.marketUrl !== undefined;
}
