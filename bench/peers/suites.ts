// The suites beside the heavy peers by name; they need the installation that `npm run bench -- --peers` makes.
import type { Suite } from '../harness.ts';
import type { Workload } from '../workload.ts';
import { createPeersBookSuite } from './book.ts';
import { createPeersDecodeSuite } from './decode.ts';
import { createPeersFrameSuite } from './frame.ts';

export const PEER_SUITES: Readonly<Record<string, (workload: Workload) => Promise<Suite>>> = {
  'peers-decode': createPeersDecodeSuite,
  'peers-book': createPeersBookSuite,
  'peers-frame': createPeersFrameSuite,
};

export const PEER_SUITE_NAMES: readonly string[] = Object.keys(PEER_SUITES);
