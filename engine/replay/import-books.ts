// Turns a folder of matched pairs into a recording: the books of both venues as their REST answered at one time, each as
// the snapshot its venue would have sent, with the metadata saved beside them. Cold path.
//
// Layout: `manifest.json` {recorded_at, pairs: [{kalshi_ticker, pm_condition_id}]}, `kalshi/` market_<ticker>.json and
// orderbook_<ticker>.json, `polymarket/` gamma_<condition>.json and book_<condition>.json. Books of markets in no pair
// are of other times and are left out.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarketMeta, VenueName } from '../venue/contract.ts';
import { ImportError } from './import.ts';
import { readMarkets } from './import-markets.ts';
import { MANIFEST_FILE, type SegmentEntry, writeManifest } from './manifest.ts';
import { wireText } from './polymarket-wire.ts';
import { RECORD_TEXT } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';

/** One venue's part: books in the order of the pairs. */
interface Side {
  readonly venue: VenueName;
  readonly markets: MarketMeta[];
  readonly frames: string[];
}

interface Pair {
  readonly ticker: string;
  readonly condition: string;
}

const FILES: Readonly<Record<VenueName, { readonly meta: string; readonly book: string }>> = {
  kalshi: { meta: 'market', book: 'orderbook' },
  polymarket: { meta: 'gamma', book: 'book' },
};

/** Whether `folder` is laid out so. */
export function isBooksFolder(folder: string): boolean {
  return ['kalshi', 'polymarket', MANIFEST_FILE].every((name) => existsSync(join(folder, name)));
}

/** Makes the recording in the new directory `outDir`. Throws ImportError naming the file that is missing or not so. */
export async function importBooks(folder: string, outDir: string): Promise<void> {
  const { pairs, recordedMs } = readPairs(join(folder, MANIFEST_FILE));
  const sides: Side[] = [
    { venue: 'polymarket', markets: [], frames: [] },
    { venue: 'kalshi', markets: [], frames: [] },
  ];
  for (const { ticker, condition } of pairs) {
    for (const side of sides) await addBook(side, folder, side.venue === 'kalshi' ? ticker : condition);
  }
  mkdirSync(outDir, { recursive: true });
  writeManifest(outDir, {
    ...{ schema: 1, title: 'Books of matched pairs', startWallMs: recordedMs, durationNs: 0 },
    segments: sides.map((side) => writeSide(outDir, side, recordedMs)),
    markets: sides.flatMap(({ markets }) => markets),
    ...{ relations: [], rejected: { lines: 0, first: [] } },
  });
}

function readPairs(file: string): { readonly pairs: readonly Pair[]; readonly recordedMs: number } {
  const { recorded_at: recordedAt, pairs } = fieldsOf(readJson(file), file);
  const recordedMs = typeof recordedAt === 'string' ? Date.parse(recordedAt) : Number.NaN;
  if (!Number.isFinite(recordedMs)) throw new ImportError(`${file}: recorded_at: allowed a time`);
  if (!Array.isArray(pairs) || pairs.length === 0) throw new ImportError(`${file}: pairs: allowed a list of pairs`);
  const read = pairs.map((value, place) => {
    const { kalshi_ticker: ticker, pm_condition_id: condition } = fieldsOf(value, `${file}: pairs.${place}`);
    if (typeof ticker !== 'string' || typeof condition !== 'string' || /[/\\]/.test(ticker + condition)) {
      throw new ImportError(`${file}: pairs.${place}: allowed a kalshi_ticker and a pm_condition_id`);
    }
    return { ticker, condition };
  });
  return { pairs: read, recordedMs };
}

async function addBook({ venue, markets, frames }: Side, folder: string, key: string): Promise<void> {
  const id = `${venue}:${key}`;
  // A market may be in more than one pair.
  if (markets.some((market) => market.id === id)) return;
  const { meta, book } = FILES[venue];
  const metaFile = join(folder, venue, `${meta}_${key}.json`);
  if (!existsSync(metaFile)) throw new ImportError(`${metaFile}: no such file`);
  const market = (await readMarkets(metaFile)).find((one) => one.id === id);
  if (market === undefined) throw new ImportError(`${metaFile}: not about ${id}`);
  markets.push(market);
  const bookFile = join(folder, venue, `${book}_${key}.json`);
  const answer = fieldsOf(readJson(bookFile), bookFile);
  frames.push(
    venue === 'kalshi' ? kalshiSnapshot(answer, key, frames.length + 1, bookFile) : polymarketSnapshot(answer),
  );
}

function polymarketSnapshot(answer: Fields): string {
  return wireText({ event_type: 'book', ...answer });
}

function kalshiSnapshot(answer: Fields, ticker: string, seq: number, file: string): string {
  const { yes_dollars: yes, no_dollars: no } = fieldsOf(answer['orderbook_fp'], `${file}: orderbook_fp`);
  const msg = { market_ticker: ticker, market_id: ticker, yes_dollars_fp: yes ?? [], no_dollars_fp: no ?? [] };
  return JSON.stringify({ type: 'orderbook_snapshot', sid: 1, seq, msg });
}

function writeSide(outDir: string, { venue, frames }: Side, startWallMs: number): SegmentEntry {
  const file = `${venue}.segment`;
  const source = `${venue}/`;
  const seqScope = 'marketFiltered';
  const writer = new SegmentWriter(join(outDir, file), { codec: 'brotli', seqScope, venue, source, startWallMs });
  const connection = venue === 'kalshi' ? 2 : 1;
  for (const frame of frames) writer.append(Buffer.from(frame, 'utf8'), 0, connection, RECORD_TEXT);
  const provenance = [
    'Derived: REST answers of one time, each written as the snapshot its venue would have sent; levels are the venue’s.',
  ];
  const { records } = writer;
  const counts = { records, frames: records, restAnswers: 0 };
  return { file, blake3: writer.close(), venue, source, seqScope, origin: 'derived', provenance, ...counts };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ImportError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ImportError(`${where}: allowed an object`);
}
