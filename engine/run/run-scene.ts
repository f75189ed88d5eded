// What a run trades on and which markets it starts with: the embedded simulated venue with those of its recording, or a feed
// from outside with those that discovery finds and the config declares. Main thread.
import { type KnownMarkets, knownMarkets } from '../config/known-markets.ts';
import type { Secrets } from '../config/secrets.ts';
import type { RunHooks, RunPlan } from '../observe/driver.ts';
import { readManifest } from '../replay/manifest.ts';
import { Discoveries } from './discoveries.ts';
import { linkLiveVenue } from './live-link.ts';
import { isOutside, linkPaperVenue } from './paper-link.ts';
import { embeddedHead, feedHosts, outsideMarkets, type RecordSource } from './record-source.ts';
import { linkEmbeddedVenue, type VenueLink } from './venue-link.ts';

export interface RunScene {
  readonly venue: VenueLink;
  readonly known: KnownMarkets;
  /** What a recording of the run says of where it comes from. */
  readonly head: RecordSource['head'];
  /** undefined: the markets stay as they are. */
  readonly discoveries?: Discoveries;
  close(): Promise<void>;
}

/** Opens it. Rejects with an error whose message a user can act on, with nothing left open. */
export function openScene(plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunScene> {
  const { config } = plan;
  // Each of the two by itself sends nothing.
  if (plan.live === true && config.mode === 'live')
    return outsideScene(plan, hooks, () => linkLiveVenue(config, secrets));
  return isOutside(config) ? outsideScene(plan, hooks, async () => linkPaperVenue(config)) : embeddedScene(plan);
}

async function embeddedScene(plan: RunPlan): Promise<RunScene> {
  const { config, recording } = plan;
  const known = knownMarkets(readManifest(recording), config);
  const venue = await linkEmbeddedVenue(config, recording);
  return {
    ...{ venue, known, head: embeddedHead(plan) },
    close: async () => {
      await venue.close();
    },
  };
}

async function outsideScene({ config }: RunPlan, hooks: RunHooks, link: () => Promise<VenueLink>): Promise<RunScene> {
  const venue = await link();
  const discoveries = new Discoveries(config, hooks.log);
  const close = async (): Promise<void> => {
    await Promise.all([discoveries.close(), venue.close()]);
  };
  try {
    const known = outsideMarkets(await discoveries.first(hooks.stop), config);
    return { venue, known, head: headOf(config), discoveries, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function headOf({ venues }: RunPlan['config']): RunScene['head'] {
  const polymarket = venues.polymarket.marketUrl === undefined ? [] : [venues.polymarket.marketUrl];
  const hosts = feedHosts(venues).join(' and ');
  const rest = polymarket.length === 0 ? '' : ', and books of Polymarket’s REST where its channel did not serve';
  const text = `messages of the feeds of ${hosts}${rest}`;
  return {
    ...{ title: `Recorded ${text}`, source: `feeds of ${hosts}`.slice(0, 100), origin: 'derived' },
    provenance: [`Derived: ${text}.`],
  };
}
