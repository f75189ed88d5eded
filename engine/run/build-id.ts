// What a journal says that wrote it: the version, and a digest of the code that runs. Main thread, once at a start.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../cli/context.ts';
import { Blake3 } from '../core/digest.ts';

const DIGEST_DIGITS = 16;

/** `0.1.0+0123456789abcdef` */
export function buildId(): string {
  const engine = dirname(dirname(fileURLToPath(import.meta.url)));
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|ts)$/.test(name));
  const digest = new Blake3();
  for (const name of files.sort()) digest.update(name).update(readFileSync(join(engine, name)));
  return `${packageVersion()}+${digest.hex().slice(0, DIGEST_DIGITS)}`;
}
