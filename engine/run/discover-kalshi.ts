// Finds the Kalshi markets that the config selects: from its REST, once or again and again, or from saved answers. Main
// thread.
import { UsageError } from '../cli/context.ts';
import { LiveClock } from '../core/clock.ts';
import type { DiscoverKalshi, DiscoverKalshiOptions } from '../observe/driver.ts';
import { KalshiCatalogue } from '../venue/kalshi/catalogue.ts';
import { selectKalshi } from '../venue/kalshi/select.ts';
import { kalshiGets, kalshiSyncOptions, namesAnyKalshi } from '../venue/kalshi/setup.ts';
import { type KalshiDiff, KalshiSync } from '../venue/kalshi/sync.ts';
import { Room } from '../venue/room.ts';
import { fileValues, runSync, type Sync } from './discover.ts';

export const discoverKalshi: DiscoverKalshi = async (options: DiscoverKalshiOptions): Promise<void> => {
  if (options.files.length > 0) await fromFiles(options);
  else await fromRest(options);
};

async function fromRest({ config, watch, stop, onDiff }: DiscoverKalshiOptions): Promise<void> {
  const { restUrl, select } = config.venues.kalshi;
  if (restUrl === undefined) {
    throw new UsageError('venues.kalshi.restUrl: missing, allowed http://… or https://…; or read files with --from');
  }
  if (!namesAnyKalshi(select)) {
    throw new UsageError('venues.kalshi.select: names nothing, allowed series, events or markets');
  }
  const settings = kalshiSyncOptions(config);
  const gets = kalshiGets(config, restUrl);
  const make = (tell: (diff: KalshiDiff) => void): Sync => new KalshiSync(settings, gets, new LiveClock(), tell);
  await runSync(make, { watch, stop }, (diff) => {
    const [problem] = diff.reading.problems;
    if (diff.reading.answers === 0 && problem !== undefined && !watch) return `Kalshi: ${problem}`;
    onDiff(diff, gets.counts);
    return undefined;
  });
}

/** Everything in the files is judged, whatever the config would have asked for. */
async function fromFiles({ config, files, asOfMs, onDiff }: DiscoverKalshiOptions): Promise<void> {
  const catalogue = new KalshiCatalogue();
  for (const file of files) for (const value of await fileValues(file)) catalogue.addAny(value);
  const askedMs = asOfMs ?? new LiveClock().wallMs();
  const room = new Room(config.arena, config.markets, config.relations);
  const selection = selectKalshi(catalogue, config.venues.kalshi.select, room, askedMs, new Set());
  const reading = { catalogue, answers: files.length, unknownTickers: [], problems: [] };
  const nothing = { changed: [], closed: [], resolved: [], missing: 0 };
  onDiff({ askedMs, added: selection.selected, ...nothing, reading, selection }, null);
}
