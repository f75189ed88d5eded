// Finds the markets that the config selects: from Gamma, once or again and again, or from saved answers. Main thread.
import { UsageError } from '../cli/context.ts';
import { LiveClock } from '../core/clock.ts';
import type { Discover, DiscoverOptions } from '../observe/driver.ts';
import { inputText } from '../replay/input-lines.ts';
import { type JsonValue, jsonFromBytes } from '../venue/json.ts';
import { GammaCatalogue } from '../venue/polymarket/gamma-catalogue.ts';
import { selectMarkets } from '../venue/polymarket/gamma-select.ts';
import { gammaGets, gammaSyncOptions, namesAnything } from '../venue/polymarket/gamma-setup.ts';
import { type GammaDiff, GammaSync } from '../venue/polymarket/gamma-sync.ts';
import { Room } from '../venue/room.ts';
import { UnreachableError } from './engine.ts';

const DUTY_MS = 5;

export const discover: Discover = async (options: DiscoverOptions): Promise<void> => {
  if (options.files.length > 0) await fromFiles(options);
  else await fromGamma(options);
};

async function fromGamma({ config, watch, stop, onDiff }: DiscoverOptions): Promise<void> {
  const { gamma, select } = config.venues.polymarket;
  if (gamma.url === undefined) {
    throw new UsageError(
      'venues.polymarket.gamma.url: missing, allowed http://… or https://…; or read files with --from',
    );
  }
  if (!namesAnything(select)) {
    throw new UsageError(
      'venues.polymarket.select: names nothing, allowed slugs, events, tags, negRisk or volumeMicrosMin',
    );
  }
  const clock = new LiveClock();
  const gets = gammaGets(config, gamma.url);
  const make = (tell: (diff: GammaDiff) => void): Sync => new GammaSync(gammaSyncOptions(config), gets, clock, tell);
  await runSync(make, { watch, stop }, (diff) => {
    const [problem] = diff.reading.problems;
    if (diff.reading.pages === 0 && problem !== undefined && !watch) return `Gamma: ${problem}`;
    onDiff(diff, gets.counts);
    return undefined;
  });
}

/** What keeps a list of markets in step with a venue. */
export interface Sync {
  doWork(nowNs: number): number;
  close(): Promise<void>;
}

/**
 * Drives a sync through one reading, or with `watch` until it is stopped. `onDiff` answers why the venue counts as not
 * reached, which rejects with UnreachableError, or undefined.
 */
export function runSync<Diff>(
  make: (tell: (diff: Diff) => void) => Sync,
  { watch, stop }: { readonly watch: boolean; readonly stop: AbortSignal },
  onDiff: (diff: Diff) => string | undefined,
): Promise<void> {
  const clock = new LiveClock();
  return new Promise<void>((resolve, reject) => {
    const sync = make((diff) => {
      const unreached = onDiff(diff);
      if (unreached !== undefined) end(() => reject(new UnreachableError(unreached)));
      else if (!watch) end(resolve);
    });
    const timer = setInterval(() => {
      if (stop.aborted) end(resolve);
      else sync.doWork(clock.nowNs());
    }, DUTY_MS);
    const end = (settle: () => void): void => {
      clearInterval(timer);
      void sync.close().then(settle, settle);
    };
  });
}

/** Everything in the files is judged, whatever the config would have asked Gamma for. */
async function fromFiles({ config, files, asOfMs, onDiff }: DiscoverOptions): Promise<void> {
  const catalogue = new GammaCatalogue();
  for (const file of files) for (const value of await fileValues(file)) catalogue.addAny(value);
  const { select } = config.venues.polymarket;
  const askedMs = asOfMs ?? new LiveClock().wallMs();
  const room = new Room(config.arena, config.markets, config.relations);
  const selection = selectMarkets(catalogue, select, room, askedMs, new Set());
  const reading = { catalogue, pages: files.length, unknownSlugs: [], problems: [] };
  const nothing = {
    changed: [],
    closed: [],
    resolved: [],
    brokenSets: [],
    staleTicks: 0,
    staleMarkets: 0,
    missing: 0,
    alreadyClosed: 0,
  };
  const { selected: added, relations } = selection;
  onDiff({ askedMs, added, relations, ...nothing, reading, selection }, null);
}

/** The JSON values of a file: one, or one per line. */
export async function fileValues(file: string): Promise<JsonValue[]> {
  const text = await inputText(file);
  const whole = jsonFromBytes(Buffer.from(text, 'utf8'));
  if ('value' in whole) return [whole.value];
  if (text.trim() === '') throw new UsageError(`${file}: empty, allowed one JSON value or one per line`);
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = jsonFromBytes(Buffer.from(line, 'utf8'));
    if ('value' in value) return [value.value];
    throw new UsageError(`${file}:${index + 1}: ${value.fault} JSON, allowed one JSON value or one per line`);
  });
}
