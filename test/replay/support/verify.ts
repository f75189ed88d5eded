// Verifying in tests: small recordings of given messages, and the report as the command makes it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../../engine/config/schema.ts';
import type { VerifyOptions } from '../../../engine/observe/verify-facts.ts';
import { verifyFacts } from '../../../engine/observe/verify-report.ts';
import { writeManifest } from '../../../engine/replay/manifest.ts';
import { RECORD_REST, RECORD_TEXT } from '../../../engine/replay/segment.ts';
import { SegmentWriter } from '../../../engine/replay/segment-writer.ts';
import { verify } from '../../../engine/replay/verify.ts';
import type { MarketMeta } from '../../../engine/venue/contract.ts';
import { SMALL_CONFIG } from '../../integrity/rig.ts';
import type { ReadRecord } from './files.ts';

export const VERIFY_FIXTURES = fileURLToPath(new URL('../../fixtures/verify', import.meta.url));

type Facts = ReturnType<typeof verifyFacts>;

/** The report over `paths`, but for what only the command adds. */
export async function verified(
  paths: readonly string[],
  options: Partial<VerifyOptions> = {},
  config: Config = SMALL_CONFIG,
): Promise<Facts> {
  const stop = new AbortController().signal;
  const plain = { config, from: undefined, markets: undefined, stop, onProgress: () => {} };
  return verifyFacts(await verify(paths, { ...plain, ...options }), config.integrity);
}

/** Writes a Polymarket recording of `records` into the new folder `path`. */
export function writeRecording(
  path: string,
  records: readonly ReadRecord[],
  markets: readonly MarketMeta[] = [],
  relations: Parameters<typeof writeManifest>[1]['relations'] = [],
): void {
  const file = '000001.segment';
  const info = { codec: 'none', seqScope: 'full', venue: 'polymarket', source: 'test', startWallMs: 0 } as const;
  const writer = new SegmentWriter(join(path, file), info);
  for (const { text, recvNs, connection, flags } of records) {
    writer.append(Buffer.from(text, 'utf8'), recvNs, connection, flags);
  }
  const count = (flag: number): number => records.filter(({ flags }) => flags === flag).length;
  const counts = { records: records.length, frames: count(RECORD_TEXT), restAnswers: count(RECORD_REST) };
  const entry = { file, blake3: writer.close(), venue: 'polymarket', source: 'test', seqScope: 'full' } as const;
  writeManifest(path, {
    ...{ schema: 1, title: 'test', startWallMs: 0, durationNs: records.at(-1)?.recvNs ?? 0 },
    segments: [{ ...entry, ...counts, origin: 'derived', provenance: ['Made by a test.'] }],
    ...{ markets, relations, rejected: { lines: 0, first: [] } },
  });
}
