// What `record` records: the embedded simulated venue, or the market channel of a venue outside with the markets that
// the config declares and those that Gamma names. Main thread. No account: market data needs none.
import { type KnownMarkets, knownMarkets } from '../config/known-markets.ts';
import type { RunPlan } from '../observe/driver.ts';
import { readManifest } from '../replay/manifest.ts';
import type { RecordingHead } from '../replay/recording-writer.ts';
import { namesAnything } from '../venue/polymarket/gamma-setup.ts';
import { discover } from './discover.ts';
import { linkEmbeddedVenue, refuseKalshiFeed } from './venue-link.ts';

export interface RecordSource {
  readonly marketUrl: string;
  readonly known: KnownMarkets;
  readonly head: Pick<RecordingHead, 'title' | 'source' | 'origin' | 'provenance'>;
  /** One line for people. */
  readonly description: string;
  /** Settles when there is nothing more to come: '' or why it broke off. A venue outside never ends. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** Finds it. Rejects with an error whose message a user can act on. */
export async function openSource(plan: RunPlan): Promise<RecordSource> {
  refuseKalshiFeed(plan.config);
  const { marketUrl } = plan.config.venues.polymarket;
  return marketUrl === undefined ? embeddedSource(plan) : outsideSource(plan, marketUrl);
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

async function outsideSource({ config }: RunPlan, marketUrl: string): Promise<RecordSource> {
  const known = outsideMarkets(await foundMarkets(config), config);
  const { host } = new URL(marketUrl);
  return {
    ...{ marketUrl, known, description: `market channel of ${host}: ${known.markets.length} markets` },
    head: {
      ...{ title: `Recorded from ${host}`, source: `market channel of ${host}`.slice(0, 100), origin: 'real' },
      provenance: [`Real: every message is the exact text that ${host} sent, at the time it was received.`],
    },
    ended: new Promise(() => undefined),
    close: async () => undefined,
  };
}

/** What discovery finds now. Rejects with UnreachableError when it reaches nobody. */
async function foundMarkets(config: RunPlan['config']): Promise<KnownMarkets> {
  const { gamma, select } = config.venues.polymarket;
  const found: { markets: KnownMarkets['markets']; relations: KnownMarkets['relations'] } = {
    ...{ markets: [], relations: [] },
  };
  if (gamma.url !== undefined && namesAnything(select)) {
    await discover({
      ...{ config, files: [], asOfMs: undefined, watch: false, stop: new AbortController().signal },
      onDiff: ({ added, relations }) => {
        found.markets = added.map(({ market }) => market.meta);
        found.relations = relations;
      },
    });
  }
  return found;
}

/** The markets of a venue outside: those found there and those that the config declares. Throws RangeError without any. */
export function outsideMarkets(found: KnownMarkets, config: RunPlan['config']): KnownMarkets {
  const known = knownMarkets(found, config);
  if (known.markets.some(({ venue }) => venue === 'polymarket')) return known;
  throw new RangeError(
    'markets: none of Polymarket, allowed at least one, or venues.polymarket.gamma.url and venues.polymarket.select',
  );
}
