// What a run trades on and which markets it starts with: the embedded simulated venue with those of its recording, or a feed
// from outside with those that discovery finds and the config declares. Main thread.
import { type KnownMarkets, knownMarkets } from '../config/known-markets.ts';
import type { RunHooks, RunPlan } from '../observe/driver.ts';
import { countText } from '../observe/text.ts';
import { readManifest } from '../replay/manifest.ts';
import { isOutside, linkPaperVenue } from './paper-link.ts';
import { embeddedHead, outsideMarkets, type RecordSource } from './record-source.ts';
import { linkEmbeddedVenue, type VenueLink } from './venue-link.ts';

export interface RunScene {
  readonly venue: VenueLink;
  readonly known: KnownMarkets;
  /** What a recording of the run says of where it comes from. */
  readonly head: RecordSource['head'];
  close(): Promise<void>;
}

/** Opens it. Rejects with an error whose message a user can act on, with nothing left open. */
export function openScene(plan: RunPlan, hooks: RunHooks): Promise<RunScene> {
  return isOutside(plan.config) ? outsideScene(plan, hooks) : embeddedScene(plan);
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

async function outsideScene({ config }: RunPlan, hooks: RunHooks): Promise<RunScene> {
  const venue = linkPaperVenue(config);
  const known = await outsideMarkets(config);
  const { markets, relations } = known;
  hooks.log(`markets: ${countText(markets.length)}, ${countText(relations.length)} relations`);
  const { host } = new URL(venue.marketUrl);
  const text = `messages of the market channel of ${host}, and books of its REST where the channel did not serve`;
  return {
    ...{ venue, known },
    head: {
      ...{ title: `Recorded ${text}`, source: `market channel of ${host}`.slice(0, 100), origin: 'derived' },
      provenance: [`Derived: ${text}.`],
    },
    close: async () => undefined,
  };
}
