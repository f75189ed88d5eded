// The suites by name, in the order of a message's path.
import type { Suite } from './harness.ts';
import { createEvaluateSuite, createWalkSuite } from './suites/basket.ts';
import { createBookSuite } from './suites/book.ts';
import { createBookDetectSuite } from './suites/book-detect.ts';
import { createBreakerCallSuite, createBreakerPassSuite, createBreakerReadSuite } from './suites/breaker.ts';
import { createClockSuite } from './suites/clock.ts';
import { createDecodeBookSuite, createDecodeSuite } from './suites/decode.ts';
import { createDecodeFallbackSuite } from './suites/decode-fallback.ts';
import { createDecodeKalshiSuite } from './suites/decode-kalshi.ts';
import { createDetectSuite } from './suites/detect.ts';
import { createGateSuite } from './suites/gate.ts';
import { createPathSuite } from './suites/path.ts';
import { createRingSuite } from './suites/ring.ts';
import { createRingPushSuite, createRingRecordSuite } from './suites/ring-push.ts';
import { createSweepSuite } from './suites/sweep.ts';
import type { Workload } from './workload.ts';

export const SUITES: Readonly<Record<string, (workload: Workload) => Suite>> = {
  decode: createDecodeSuite,
  'decode-book': createDecodeBookSuite,
  'decode-fallback': createDecodeFallbackSuite,
  'decode-kalshi': createDecodeKalshiSuite,
  ring: createRingSuite,
  'ring-push': createRingPushSuite,
  'ring-record': createRingRecordSuite,
  book: createBookSuite,
  'book-detect': createBookDetectSuite,
  detect: createDetectSuite,
  'evaluate-2': () => createEvaluateSuite(2),
  'evaluate-8': () => createEvaluateSuite(8),
  'evaluate-32': () => createEvaluateSuite(32),
  'walk-2x20': () => createWalkSuite(2),
  'walk-8x20': () => createWalkSuite(8),
  sweep: createSweepSuite,
  'breaker-read': createBreakerReadSuite,
  'breaker-call': createBreakerCallSuite,
  'breaker-pass': createBreakerPassSuite,
  'gate-2': () => createGateSuite(2),
  'gate-8': () => createGateSuite(8),
  clock: createClockSuite,
  path: createPathSuite,
};

export const SUITE_NAMES: readonly string[] = Object.keys(SUITES);
