// The effective config's digest: BLAKE3 over its canonical JSON. Secrets are never part of a config, so never of this.
import { blake3Hex } from '../core/digest.ts';
import type { Config } from './schema.ts';

/** JSON with sorted keys and without absent values: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, child]) => child !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** 64 hex digits. */
export function configHash(config: Config): string {
  return blake3Hex(canonicalJson(config));
}
