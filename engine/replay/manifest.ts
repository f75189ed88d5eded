// A recording's manifest.json: markets, relations, where the data comes from, and the digests of its segments.
// Cold path; its schema is the single source of the types.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ABNORMAL_ENDS, type MarketMeta, type Relation } from '../venue/contract.ts';
import { gridFault } from '../venue/grid.ts';
import { SEQ_SCOPES } from './segment.ts';

const priceE4 = z.int().min(0).max(10_000);
const tickRange = z.strictObject({ startE4: priceE4, endE4: priceE4, tickE4: z.int().min(1).max(10_000) });
const tickRanges = z
  .array(tickRange)
  .refine((ranges) => gridFault(ranges) === undefined, { message: 'not a grid from 0 to 1' });

const market = z.strictObject({
  id: z.string().regex(/^(polymarket|kalshi):.{1,112}$/),
  venue: z.enum(['polymarket', 'kalshi']),
  yesToken: z.string().min(1).max(112),
  noToken: z.string().min(1).max(112).optional(),
  title: z.string().optional(),
  event: z.string().optional(),
  negRisk: z.boolean().optional(),
  protocol: z.enum(['v1', 'v2']).optional(),
  tickRanges: tickRanges.optional(),
  minSizeMicros: z.int().min(0).optional(),
  endMs: z.number().min(0).optional(),
  fee: z
    .strictObject({
      rateE6: z.int().min(0).max(1_000_000),
      exponent: z.int().min(0).max(8),
      roundMicros: z.int().min(1).max(1_000_000),
    })
    .optional(),
  abnormalEnds: z.array(z.enum(ABNORMAL_ENDS)).max(ABNORMAL_ENDS.length).optional(),
});

const EVENT_MARKETS_MAX = 64;
/** Looked at in one go: relations hold most of a manifest's texts, and each must be a listed market's anyway. */
const eventMarkets = z.custom<string[]>(isEventMarkets, {
  error: `not a list of 2 to ${EVENT_MARKETS_MAX} market ids`,
});

function isEventMarkets(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 2 || value.length > EVENT_MARKETS_MAX) return false;
  return value.every((id) => typeof id === 'string');
}

const pair = z.tuple([z.string(), z.string()]);
const words = z.string().max(500).optional();
const fingerprint = z.strictObject({
  ...{ source: words, window: words, timeZone: words, threshold: words },
  inclusive: z.enum(['yes', 'no', 'none']).optional(),
  ...{ tieRule: words, voidRule: words, polarity: words },
});

const relation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['exactlyOne', 'atMostOne', 'atLeastOne', 'ladder']), markets: eventMarkets }),
  z.strictObject({ kind: z.enum(['implies', 'complement']), markets: pair }),
  z.strictObject({
    ...{ kind: z.literal('same'), markets: pair },
    fingerprints: z.tuple([fingerprint, fingerprint]).optional(),
  }),
]);

const segment = z.strictObject({
  /** Name beside the manifest; no folders. */
  file: z.string().regex(/^[\w.-]+\.segment$/),
  /** Over the file; absent while it is recorded to: then its chain alone says how far it can be trusted. */
  blake3: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** The segment listed earlier that this one goes on from. */
  continues: z.string().optional(),
  venue: z.enum(['polymarket', 'kalshi']),
  source: z.string(),
  seqScope: z.enum(SEQ_SCOPES),
  /** `real`: as the venue sent it. `derived`: made from real data, as `provenance` says. */
  origin: z.enum(['real', 'derived']),
  /** Where it comes from and what was done to it, one statement per line. */
  provenance: z.array(z.string()).min(1),
  records: z.int().min(0),
  /** Market-data messages among the records. */
  frames: z.int().min(0),
  restAnswers: z.int().min(0),
});

/** What a recorder did, as of its last word in the manifest: `recording` when it had none more. */
const recorder = z.strictObject({
  state: z.enum(['recording', 'closed', 'stopped', 'failed']),
  /** Why it stopped or failed, or ''. */
  reason: z.string(),
  gaps: z.int().min(0),
  framesLost: z.int().min(0),
  /** Earlier recordings, and segments of this one with their frames, removed to stay within the bound on disk. */
  recordingsRemoved: z.int().min(0),
  segmentsRemoved: z.int().min(0),
  framesRemoved: z.int().min(0),
  /** Frames that waited when it ended, or came after. */
  framesDiscarded: z.int().min(0),
});

/** Segments one recording may list. */
export const SEGMENTS_MAX = 4_096;

const manifest = z.strictObject({
  schema: z.literal(1),
  title: z.string(),
  /** Wall clock, ms since 1970, of recvNs 0 in every segment. */
  startWallMs: z.number().min(0),
  durationNs: z.number().min(0),
  /** Merged by receive time, ties in this order. */
  segments: z.array(segment).min(1).max(SEGMENTS_MAX),
  markets: z.array(market),
  relations: z.array(relation),
  /** Lines of the input that were refused: how many, and the first of them by number with the reason. */
  rejected: z.strictObject({
    lines: z.int().min(0),
    first: z.array(z.strictObject({ line: z.int().min(1), reason: z.string() })),
  }),
  recorder: recorder.optional(),
});

export type SegmentEntry = z.infer<typeof segment>;
export type RecorderWords = z.infer<typeof recorder>;

/** Input lines an import refused. */
export interface RejectedLines {
  readonly lines: number;
  readonly first: readonly { readonly line: number; readonly reason: string }[];
}

/** What manifest.json says. */
export interface Manifest {
  readonly schema: 1;
  readonly title: string;
  readonly startWallMs: number;
  readonly durationNs: number;
  readonly segments: readonly SegmentEntry[];
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
  readonly rejected: RejectedLines;
  readonly recorder?: RecorderWords | undefined;
}

export const MANIFEST_FILE = 'manifest.json';

/** A manifest that is missing, not JSON or not of this schema. The message lists every fault. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Reads the manifest of the recording in directory `path`. Throws ManifestError. */
export function readManifest(path: string): Manifest {
  const file = join(path, MANIFEST_FILE);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ManifestError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return checkManifest(value, file);
}

/**
 * Writes the manifest, in place of one that is there or not at all; answers its bytes. Throws ManifestError rather than
 * writing one that could not be read back.
 */
export function writeManifest(path: string, value: Manifest): number {
  const file = join(path, MANIFEST_FILE);
  const text = `${JSON.stringify(checkManifest(value, file), null, 2)}\n`;
  const next = openSync(`${file}.next`, 'w');
  try {
    writeFileSync(next, text);
    fsyncSync(next);
  } finally {
    closeSync(next);
  }
  renameSync(`${file}.next`, file);
  return Buffer.byteLength(text);
}

function checkManifest(value: unknown, file: string): Manifest {
  const result = manifest.safeParse(value);
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) => `  ${path.join('.') || '(root)'}: ${message}`);
    throw new ManifestError(`${file}:\n${faults.join('\n')}`);
  }
  const ids = new Map(result.data.markets.map(({ id }) => [id, id]));
  if (ids.size !== result.data.markets.length) throw new ManifestError(`${file}: a market is listed twice`);
  const files = new Set<string>();
  for (const { file: name, continues } of result.data.segments) {
    if (files.has(name)) throw new ManifestError(`${file}: ${name} is listed twice`);
    if (continues !== undefined && !files.has(continues))
      throw new ManifestError(`${file}: ${name} continues ${continues}, which is not listed before it`);
    files.add(name);
  }
  for (const { markets } of result.data.relations) {
    for (const [place, id] of markets.entries()) {
      const listed = ids.get(id);
      if (listed === undefined) throw new ManifestError(`${file}: a relation names ${id}, which is not listed`);
      // One string per market: what looks markets up by id later finds it by its address, not letter by letter.
      markets[place] = listed;
    }
  }
  return result.data;
}
