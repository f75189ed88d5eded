// The suites by name, in the order of a message's path.
import type { Suite } from './harness.ts';
import { createBookSuite } from './suites/book.ts';
import { createRingSuite } from './suites/ring.ts';
import type { Workload } from './workload.ts';

export const SUITES: Readonly<Record<string, (workload: Workload) => Suite>> = {
  ring: createRingSuite,
  book: createBookSuite,
};

export const SUITE_NAMES: readonly string[] = Object.keys(SUITES);
