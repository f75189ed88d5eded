// The venues of a paper run on feeds from outside: orders are matched in this process against the engine's own books, by the
// rules of each venue. Main thread. There is no way out for an order here: nothing signs one, nothing posts one.
import type { Config } from '../config/schema.ts';
import { simulateSchema } from '../config/simulate.ts';
import { Random } from '../core/random.ts';
import type { VenueName } from '../venue/contract.ts';
import { InProcessVenues } from '../venue/sim/in-process-venues.ts';
import { latencyOf } from '../venue/sim/latency.ts';
import { TradeRings } from '../venue/sim/trade-rings.ts';
import { PaperBooks } from './paper-books.ts';
import type { VenueDesk, VenueLink } from './venue-link.ts';

const DEFAULTS = simulateSchema.parse({});

/** True when the config names a feed outside. */
export function isOutside({ venues }: Config): boolean {
  return venues.polymarket.marketUrl !== undefined || venues.kalshi.webSocketUrl !== undefined;
}

/** What the embedded venue alone has: its recording, its pace, its scripted faults. */
function embeddedOnly({ recording, speed, faults, feedFaults, gammaFiles, gammaFaults }: Config['simulate']): string[] {
  const lists = Object.entries({ faults, feedFaults, gammaFiles, gammaFaults }).filter(([, list]) => list.length > 0);
  return [
    ...(recording === DEFAULTS.recording ? [] : [`simulate.recording: ${recording}, allowed the default`]),
    ...(speed === DEFAULTS.speed ? [] : [`simulate.speed: ${speed}, allowed ${DEFAULTS.speed}`]),
    ...lists.map(([key, { length }]) => `simulate.${key}: ${length} given, allowed none`),
  ].map((problem) => `${problem} on a feed from outside`);
}

/** Throws RangeError with every key that has a meaning for the embedded venue alone. */
export function refuseEmbeddedOnly({ simulate }: Pick<Config, 'simulate'>): void {
  const meaningless = embeddedOnly(simulate);
  if (meaningless.length > 0) throw new RangeError(meaningless.join('\n'));
}

/** The link that the config's URLs describe. Throws RangeError with every key that is missing or has no meaning there. */
export function linkPaperVenue({ venues, simulate }: Config): VenueLink {
  const { marketUrl, restUrl } = venues.polymarket;
  refuseEmbeddedOnly({ simulate });
  if (marketUrl !== undefined && restUrl === undefined) {
    throw new RangeError('venues.polymarket.restUrl: missing, needed to run on a feed from outside');
  }
  const names: VenueName[] = [];
  if (marketUrl !== undefined) names.push('polymarket');
  if (venues.kalshi.webSocketUrl !== undefined) names.push('kalshi');
  const hosts = [marketUrl, venues.kalshi.webSocketUrl].flatMap((url) => (url === undefined ? [] : new URL(url).host));
  let own: InProcessVenues | undefined;
  const { cashMicros } = simulate;
  return {
    ...{ marketUrl, restUrl, deposits: names.map((venue) => ({ venue, micros: cashMicros })) },
    description: `paper: books from ${hosts.join(' and ')}, orders matched in this process`,
    tapeEnded: new Promise(() => undefined),
    openDesk: (foundation, clock, ids): VenueDesk => {
      const { arena, markets, facts } = foundation;
      own = new InProcessVenues({
        ...{ arena, markets, clock, random: new Random(simulate.seed), ids, cashMicros, names },
        ...{ books: new PaperBooks(arena), trades: new TradeRings(arena), latency: latencyOf(simulate) },
        feeOf: (market) => facts.feeOf(market),
      });
      return { venues: own.trading, leftMicros: own.leftMicros };
    },
    close: async () => own?.reports() ?? [],
  };
}
