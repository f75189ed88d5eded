// What a run trades on and which markets it starts with: the embedded simulated venue with those of its recording, or a feed
// from outside with those that discovery finds and the config declares. Main thread.
import { type KnownMarkets, knownMarkets } from '../config/known-markets.ts';
import type { RunHooks, RunPlan } from '../observe/driver.ts';
import { countText, entriesText } from '../observe/text.ts';
import { readManifest } from '../replay/manifest.ts';
import type { DiscoveryNews } from '../venue/polymarket/gamma-news.ts';
import { namesAnything } from '../venue/polymarket/gamma-setup.ts';
import { Discovery } from './discovery.ts';
import { isOutside, linkPaperVenue } from './paper-link.ts';
import { embeddedHead, outsideMarkets, type RecordSource } from './record-source.ts';
import { linkEmbeddedVenue, type VenueLink } from './venue-link.ts';

export interface RunScene {
  readonly venue: VenueLink;
  readonly known: KnownMarkets;
  /** What a recording of the run says of where it comes from. */
  readonly head: RecordSource['head'];
  /** undefined: the markets stay as they are. */
  readonly discovery?: Discovery;
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
  const { gamma, select } = config.venues.polymarket;
  const discovery =
    gamma.url !== undefined && namesAnything(select) ? new Discovery(config, gamma.url, hooks.log) : undefined;
  const close = async (): Promise<void> => discovery?.close();
  try {
    const found = await discovery?.first(hooks.stop);
    if (found !== undefined) for (const line of firstLines(found)) hooks.log(line);
    const known = outsideMarkets({ markets: found?.added ?? [], relations: found?.relations ?? [] }, config);
    return { venue, known, head: headOf(venue), ...(discovery === undefined ? {} : { discovery }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function firstLines({ added, relations, leftForRoom, problems }: DiscoveryNews): string[] {
  const left = entriesText(leftForRoom, 'none');
  const sets = countText(relations.length);
  return [
    `discovery: ${countText(added.length)} markets, ${sets} complete sets; left for want of room: ${left}`,
    ...problems.slice(0, 1).map((first) => `discovery: ${countText(problems.length)} problems, the first: ${first}`),
  ];
}

function headOf({ marketUrl }: VenueLink): RunScene['head'] {
  const { host } = new URL(marketUrl);
  const text = `messages of the market channel of ${host}, and books of its REST where the channel did not serve`;
  return {
    ...{ title: `Recorded ${text}`, source: `market channel of ${host}`.slice(0, 100), origin: 'derived' },
    provenance: [`Derived: ${text}.`],
  };
}
