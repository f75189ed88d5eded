// Several venues of a run as one. Main thread.
import type { VenueLink } from './venue-link.ts';

/** One link to all of them; what only one of them has is that one's. */
export function joinedLinks(links: readonly VenueLink[]): VenueLink {
  const [only] = links;
  if (only !== undefined && links.length === 1) return only;
  return {
    marketUrl: links.find(({ marketUrl }) => marketUrl !== undefined)?.marketUrl,
    restUrl: links.find(({ restUrl }) => restUrl !== undefined)?.restUrl,
    kalshiHandshakes: links.find(({ kalshiHandshakes }) => kalshiHandshakes !== undefined)?.kalshiHandshakes,
    post: links.find(({ post }) => post !== undefined)?.post,
    description: links.map(({ description }) => description).join('\n'),
    deposits: links.flatMap(({ deposits }) => deposits),
    tapeEnded: Promise.race(links.map(({ tapeEnded }) => tapeEnded)),
    lost: Promise.race(links.map(({ lost }) => lost ?? new Promise<never>(() => undefined))),
    // Only Kalshi pays unasked, and what is asked about is Kalshi's.
    readPaid: links.find(({ readPaid }) => readPaid !== undefined)?.readPaid,
    readOver: links.find(({ readOver }) => readOver !== undefined)?.readOver,
    openGateways: (clock) => links.flatMap((link) => link.openGateways?.(clock) ?? []),
    openDesk: (foundation, clock, random) => ({
      venues: links.flatMap((link) => link.openDesk(foundation, clock, random.split()).venues),
    }),
    close: async () => (await Promise.all(links.map((link) => link.close()))).flat(),
  };
}
