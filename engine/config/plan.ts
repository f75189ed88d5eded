// From the config to what this machine gets: topology, number of detectors, arena plan. Pure but for the core count.

import type { ArenaPlan } from '../memory/arena.ts';
import { checksOffWord } from '../memory/checks.ts';
import type { Config } from './schema.ts';

/** Detector threads beyond this do not pay: markets of one basket stay together. */
const DETECTORS_AUTO_MAX = 4;

/** `auto` is `threads` from 2 cores on: ingest and detection then overlap. */
export function topologyFor(config: Config, cores: number): 'threads' | 'inline' {
  if (config.topology !== 'auto') return config.topology;
  return cores >= 2 ? 'threads' : 'inline';
}

/** `auto` is cores less two (ingest, main), at least 1; one with `inline`. */
export function detectorsFor(config: Config, cores: number): number {
  if (topologyFor(config, cores) === 'inline') return 1;
  if (config.detectors !== 'auto') return config.detectors;
  return Math.max(1, Math.min(DETECTORS_AUTO_MAX, cores - 2));
}

/** The config for memories that nothing is received into: no socket's slices and no ring for a recorder. */
export function withoutSockets(config: Config): Config {
  return {
    ...config,
    arena: { ...config.arena, receiveSlices: 0 },
    recorder: { ...config.recorder, enabled: false },
  };
}

/** Capacities of the arena for `detectors` detectors. */
export function arenaPlan(config: Config, detectors: number): ArenaPlan {
  const { enabled, ringBytes } = config.recorder;
  const checksOff = checksOffWord(config.integrity);
  return { ...config.arena, detectors, recordRingBytes: enabled ? ringBytes : 0, checksOff };
}
