// Suite `decode-kalshi`: Kalshi's relative changes, as the venue writes them, to records.
import { VENUE_KALSHI } from '../../wasm/layout.ts';
import type { Suite } from '../harness.ts';
import type { Workload } from '../workload.ts';
import { decodeSuite } from './decode.ts';

export function createDecodeKalshiSuite({ kalshi }: Workload): Suite {
  const input = { venue: VENUE_KALSHI, path: 'fast', tape: kalshi, frames: kalshi.frames } as const;
  return decodeSuite('decode-kalshi', 'delta decoded', input);
}
