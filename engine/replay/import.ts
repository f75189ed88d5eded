// Turns a recorded tape into a recording: segment, manifest, and a check that what was written reads back the same.
// Cold path; one import at a time per output directory.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { MarketMeta, VenueName } from '../venue/contract.ts';
import { kalshiTape, polymarketFrames, polymarketTape, type TapeMessage, type TapeOptions } from './import-formats.ts';
import { readMarkets } from './import-markets.ts';
import { reencodedTape } from './import-reencoded.ts';
import { readRelations } from './import-relations.ts';
import type { Progress } from './input-lines.ts';
import { type RejectedLines, type SegmentEntry, writeManifest } from './manifest.ts';
import { changedSegments, RecordingReader } from './recording.ts';
import { RECORD_REST, RECORD_TEXT } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { TapeCensus } from './tape-census.ts';

export type ImportFormat = 'kalshi-ndjson' | 'polymarket-jsonl' | 'polymarket-frames';

export interface ImportOptions {
  readonly from: ImportFormat;
  /** Re-encode a Kalshi tape as Polymarket frames. */
  readonly as?: 'polymarket' | undefined;
  /** File with market metadata; a `markets.jsonl` beside a polymarket-jsonl tape is found by itself. */
  readonly markets?: string | undefined;
  /** Aborts the import: it rejects with its reason and leaves nothing behind. */
  readonly stop?: AbortSignal | undefined;
  readonly onProgress?: Progress | undefined;
}

export interface ImportResult {
  readonly frames: number;
  readonly restAnswers: number;
  readonly records: number;
  readonly markets: number;
  readonly durationNs: number;
  readonly fileBytes: number;
  readonly rejected: RejectedLines;
  /** Well-formed lines that are not this venue's feed, by source. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Deltas before their market's first snapshot that a re-encoding had to leave out. */
  readonly ignored: number;
}

/** An import that cannot be done; the message says what to change. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  /** The input is of the format and holds nothing. */
  readonly empty: boolean;

  constructor(message: string, empty = false) {
    super(message);
    this.empty = empty;
  }
}

const REJECTED_NAMED_MAX = 100;
const FORMATS: Readonly<Record<ImportFormat, { readonly venue: VenueName; readonly file: string }>> = {
  'kalshi-ndjson': { venue: 'kalshi', file: '' },
  'polymarket-jsonl': { venue: 'polymarket', file: 'raw_messages.jsonl' },
  'polymarket-frames': { venue: 'polymarket', file: '' },
};

/**
 * Imports `inPath` (a file, or a session's directory for polymarket-jsonl) into the new recording directory `outDir`.
 * Nothing is left behind when it fails. Throws ImportError, and what reading the input throws.
 */
export async function importRecording(inPath: string, outDir: string, options: ImportOptions): Promise<ImportResult> {
  const format = FORMATS[options.from];
  if (format === undefined) throw new ImportError(`--from ${options.from}: allowed ${Object.keys(FORMATS).join(', ')}`);
  if (options.as !== undefined && options.from !== 'kalshi-ndjson')
    throw new ImportError('--as polymarket re-encodes Kalshi tapes only');
  if (existsSync(outDir)) throw new ImportError(`${outDir} exists; name a new directory`);
  const input = inputFile(inPath, format.file);
  const markets = await knownMarkets(input, options);
  const partial = `${outDir}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    const result = await importInto(partial, input, markets, options);
    renameSync(partial, outDir);
    return result;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

async function importInto(
  outDir: string,
  input: string,
  known: readonly MarketMeta[],
  options: ImportOptions,
): Promise<ImportResult> {
  const rejected: { line: number; reason: string }[] = [];
  const skipped: Record<string, number> = {};
  let rejectedLines = 0;
  const tapeOptions: TapeOptions = {
    onProgress: options.onProgress,
    onReject: (line, reason) => {
      rejectedLines += 1;
      if (rejected.length < REJECTED_NAMED_MAX) rejected.push({ line, reason });
    },
    onSkip: (source) => {
      skipped[source] = (skipped[source] ?? 0) + 1;
    },
  };
  const census = new TapeCensus(known);
  const tape = tapeOf(input, options, tapeOptions, census);
  const written = await writeSegment(outDir, tape, census, options, sourceName(input));
  const markets = census.markets();
  const provenance = [...provenanceOf(input, options), ...census.notes()];
  const entry: SegmentEntry = { ...written.entry, provenance };
  writeManifest(outDir, {
    schema: 1,
    title:
      options.as === undefined ? `${sourceName(input)} (${options.from})` : `${sourceName(input)} as ${options.as}`,
    startWallMs: written.startWallMs,
    durationNs: written.durationNs,
    segments: [entry],
    markets,
    relations: options.markets === undefined ? [] : await readRelations(options.markets, markets),
    rejected: { lines: rejectedLines, first: rejected },
  });
  verify(outDir, entry);
  const { frames, restAnswers, records } = entry;
  return {
    frames,
    restAnswers,
    records,
    markets: markets.length,
    durationNs: written.durationNs,
    fileBytes: written.fileBytes,
    rejected: { lines: rejectedLines, first: rejected },
    skipped,
    ignored: census.ignored,
  };
}

function tapeOf(
  input: string,
  options: ImportOptions,
  tapeOptions: TapeOptions,
  census: TapeCensus,
): AsyncGenerator<TapeMessage> {
  if (options.from === 'polymarket-jsonl') return polymarketTape(input, tapeOptions);
  if (options.from === 'polymarket-frames') return polymarketFrames(input, tapeOptions);
  return options.as === undefined ? kalshiTape(input, tapeOptions) : reencodedTape(input, tapeOptions, census);
}

interface Written {
  readonly entry: Omit<SegmentEntry, 'provenance'>;
  readonly startWallMs: number;
  readonly durationNs: number;
  readonly fileBytes: number;
}

async function writeSegment(
  outDir: string,
  tape: AsyncGenerator<TapeMessage>,
  census: TapeCensus,
  options: ImportOptions,
  source: string,
): Promise<Written> {
  const file = '000001.segment';
  const venue = options.as ?? FORMATS[options.from].venue;
  // Kalshi numbers all markets of a subscription together; a tape of one of them has gaps that lost nothing.
  const seqScope = venue === 'kalshi' ? 'marketFiltered' : 'full';
  let writer: SegmentWriter | undefined;
  let first: TapeMessage | undefined;
  let lastNs = 0;
  const counts = { frames: 0, restAnswers: 0 };
  for await (const message of tape) {
    options.stop?.throwIfAborted();
    first ??= message;
    writer ??= new SegmentWriter(join(outDir, file), {
      codec: 'brotli',
      seqScope,
      venue,
      source: source.slice(0, 100),
      startWallMs: message.recvWallMs,
    });
    census.see(message);
    const recvNs = Math.max(0, Number(message.recvNs - first.recvNs));
    lastNs = Math.max(lastNs, recvNs);
    writer.append(Buffer.from(message.text, 'utf8'), recvNs, message.connection, message.flags);
    if (message.flags === RECORD_TEXT) counts.frames += 1;
    if (message.flags === RECORD_REST) counts.restAnswers += 1;
  }
  if (writer === undefined || first === undefined)
    throw new ImportError(`${source}: no message of ${options.from} in it`, true);
  const { records } = writer;
  const origin = options.as === undefined ? ('real' as const) : ('derived' as const);
  const entry = { file, blake3: writer.close(), venue, source, seqScope, origin, records, ...counts } as const;
  return { entry, startWallMs: first.recvWallMs, durationNs: lastNs, fileBytes: writer.fileBytes };
}

/** Reads the new recording back: digest, chain and counts must be those just written. */
function verify(outDir: string, entry: SegmentEntry): void {
  const changed = changedSegments(outDir);
  if (changed.length > 0) throw new ImportError(`${changed.join(', ')}: differs from what was written`);
  const reader = new RecordingReader(outDir);
  let [records, frames, restAnswers] = [0, 0, 0];
  while (reader.next()) {
    records += 1;
    if (reader.current.flags === RECORD_TEXT) frames += 1;
    if (reader.current.flags === RECORD_REST) restAnswers += 1;
  }
  const damage = reader.damage();
  reader.close();
  if (damage.length > 0 || records !== entry.records || frames !== entry.frames || restAnswers !== entry.restAnswers)
    throw new ImportError(`read back ${records} records, ${frames} frames; wrote ${entry.records}, ${entry.frames}`);
}

function inputFile(inPath: string, sessionFile: string): string {
  const stat = statSync(inPath, { throwIfNoEntry: false });
  if (stat === undefined) throw new ImportError(`${inPath}: no such file`);
  if (!stat.isDirectory()) return inPath;
  const inside = [sessionFile, `${sessionFile}.gz`].map((name) => join(inPath, name));
  const found = sessionFile === '' ? undefined : inside.find((path) => existsSync(path));
  if (found === undefined) throw new ImportError(`${inPath}: a directory; name the tape in it`);
  return found;
}

async function knownMarkets(input: string, options: ImportOptions): Promise<MarketMeta[]> {
  if (options.markets !== undefined) return readMarkets(options.markets);
  if (options.from !== 'polymarket-jsonl') return [];
  const beside = join(dirname(input), 'markets.jsonl');
  return existsSync(beside) ? readMarkets(beside) : [];
}

/** File name, with its folder's where the name alone says nothing. */
function sourceName(input: string): string {
  const name = basename(input);
  return name.startsWith('raw_messages') ? `${basename(dirname(resolve(input)))}/${name}` : name;
}

function provenanceOf(input: string, options: ImportOptions): string[] {
  const lines = [`Imported from ${sourceName(input)} (${options.from}).`];
  if (options.as !== undefined) lines.push(`Derived: ${REENCODED_STATEMENT}`);
  else if (options.from === 'polymarket-frames')
    lines.push(
      'Real messages, re-serialised with the venue’s spacing; no receive times were recorded, so venue times stand in.',
    );
  else lines.push('Real: every message is the exact text the venue sent, at the time it was received.');
  if (options.from === 'polymarket-jsonl')
    lines.push('Connection numbers are inferred: each snapshot array opens a new one.');
  return lines;
}

const REENCODED_STATEMENT =
  'Kalshi activity re-encoded as Polymarket frames. Order flow, sizes and times are real; ids, hashes, tops and the wire form are computed.';
