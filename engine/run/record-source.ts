// What `record` records: the embedded simulated venue, or the feeds of venues outside with the markets that the config
// declares and those that discovery finds. Main thread. No account: market data
// needs none, but for the key that signs Kalshi's handshakes.
import { type KnownMarkets, knownMarkets } from '../config/known-markets.ts';
import type { RunHooks, RunPlan } from '../observe/driver.ts';
import { countText } from '../observe/text.ts';
import { readManifest } from '../replay/manifest.ts';
import type { RecordingHead } from '../replay/recording-writer.ts';
import type { VenueName } from '../venue/contract.ts';
import { LEFT_REASONS, type LeftReason } from '../venue/room.ts';
import { Discoveries, type Found } from './discoveries.ts';
import { isOutside } from './paper-link.ts';
import { linkEmbeddedVenue } from './venue-link.ts';

export interface RecordSource {
  /** Polymarket's market channel; undefined: Kalshi's feed alone. */
  readonly marketUrl: string | undefined;
  readonly known: KnownMarkets;
  readonly head: Pick<RecordingHead, 'title' | 'source' | 'origin' | 'provenance'>;
  /** One line for people. */
  readonly description: string;
  /** Settles when there is nothing more to come: '' or why it broke off. A venue outside never ends. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** Finds it. Rejects with an error whose message a user can act on. */
export async function openSource(plan: RunPlan, hooks: RunHooks): Promise<RecordSource> {
  return isOutside(plan.config) ? outsideSource(plan, hooks) : embeddedSource(plan);
}

/** A recording of the embedded venue says of what it plays: that is not a venue's own feed, whatever it is made of. */
export function embeddedHead({ config }: RunPlan): RecordSource['head'] {
  const text = `frames of the simulated venue, playing ${config.simulate.recording}`;
  return {
    ...{ title: `Recorded ${text}`, source: 'simulated venue', origin: 'derived' },
    provenance: [`Derived: ${text}.`],
  };
}

async function embeddedSource(plan: RunPlan): Promise<RecordSource> {
  const { config, recording } = plan;
  const venue = await linkEmbeddedVenue(config, recording);
  return {
    ...{ marketUrl: venue.marketUrl, description: venue.description, ended: venue.tapeEnded },
    known: knownMarkets(readManifest(recording), config),
    head: embeddedHead(plan),
    close: async () => {
      await venue.close();
    },
  };
}

async function outsideSource({ config }: RunPlan, hooks: RunHooks): Promise<RecordSource> {
  const known = outsideMarkets(await foundMarkets(config, hooks), config);
  const hosts = feedHosts(config.venues).join(' and ');
  return {
    ...{ marketUrl: config.venues.polymarket.marketUrl, known },
    description: `market channel of ${hosts}: ${known.markets.length} markets`,
    head: {
      ...{ title: `Recorded from ${hosts}`, source: `market channel of ${hosts}`.slice(0, 100), origin: 'real' },
      provenance: [`Real: every message is the exact text that ${hosts} sent, at the time it was received.`],
    },
    ended: new Promise(() => undefined),
    close: async () => undefined,
  };
}

/** Hosts of the feeds that are opened. */
export function feedHosts({ polymarket, kalshi }: RunPlan['config']['venues']): string[] {
  return [polymarket.marketUrl, kalshi.webSocketUrl].flatMap((url) => (url === undefined ? [] : new URL(url).host));
}

/** What discovery finds now; a recording's markets stay as they are. Rejects with UnreachableError when it reaches nobody. */
async function foundMarkets(config: RunPlan['config'], { log, stop }: RunHooks): Promise<Found> {
  const discoveries = new Discoveries(config, log);
  try {
    return await discoveries.first(stop);
  } finally {
    await discoveries.close();
  }
}

/** The markets of a venue outside: those found there and those that the config declares. Throws RangeError without any. */
export function outsideMarkets(found: Found, config: RunPlan['config']): KnownMarkets {
  const known = knownMarkets(found, config);
  const { polymarket, kalshi } = config.venues;
  const has = (name: VenueName): boolean => known.markets.some(({ venue }) => venue === name);
  const problems: string[] = [];
  if (polymarket.marketUrl !== undefined && !has('polymarket')) {
    const keys = 'venues.polymarket.gamma.url and venues.polymarket.select';
    problems.push(noneOf('Polymarket', keys, found.leftForRoom.polymarket));
  }
  if (kalshi.webSocketUrl !== undefined && !has('kalshi')) {
    problems.push(noneOf('Kalshi', 'venues.kalshi.restUrl and venues.kalshi.select', found.leftForRoom.kalshi));
  }
  problems.push(...unknownLegs(known));
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return known;
}

/** `left`: what was found there and has no room, by limit of the arena. */
function noneOf(name: string, keys: string, left: Readonly<Record<string, number>> = {}): string {
  const limits = (Object.entries(left) as [LeftReason, number][]).map(([reason, count]) => {
    return `${countText(count)} found are ${LEFT_REASONS[reason]}`;
  });
  if (limits.length === 0) return `markets: none of ${name}, allowed at least one, or ${keys}`;
  return `markets: none of ${name} has room, allowed at least one: ${limits.join(', ')}; or select fewer`;
}

/** A basket over a market that nobody knows could never be priced. */
function unknownLegs({ markets, relations }: KnownMarkets): string[] {
  const ids = new Set(markets.map(({ id }) => id));
  const unknown = relations.flatMap((relation) => relation.markets.filter((id) => !ids.has(id)));
  return [...new Set(unknown)].map((id) => {
    return `relations: ${id} is no market of this run, allowed those under markets or that a venue's select finds`;
  });
}
