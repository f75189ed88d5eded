// Suite `clock`: what a stamp costs. Every stamped stage pays it, so every latency printed contains it. Beside ours the
// clock that Node offers for the same purpose.
import { LiveClock } from '../../engine/core/clock.ts';
import type { Suite, Variant } from '../harness.ts';

const READS_PER_SAMPLE = 4_096;

/** Times `read`, which stores ns in `into[at]`; verified: time does not go back, and it goes on. */
function variant(name: string, read: (into: Float64Array, at: number) => void): Variant {
  const stamps = new Float64Array(READS_PER_SAMPLE);
  const run = (): void => {
    for (let at = 0; at < READS_PER_SAMPLE; at += 1) read(stamps, at);
  };
  return {
    name,
    opsPerSample: READS_PER_SAMPLE,
    run,
    verify: () => {
      run();
      for (let at = 1; at < READS_PER_SAMPLE; at += 1) {
        if (!(stamps[at]! >= stamps[at - 1]!)) throw new Error(`${name}: time went back at stamp ${at}`);
      }
      return stamps[READS_PER_SAMPLE - 1]! > stamps[0]! ? 'time goes on' : 'time stands still';
    },
  };
}

export function createClockSuite(): Suite {
  const clock = new LiveClock();
  return {
    name: 'clock',
    operation: 'stamp taken',
    variants: [
      variant('nowNs', (into, at) => {
        into[at] = clock.nowNs();
      }),
      variant('stampNow', (into, at) => clock.stampNow(into, at)),
      variant('performance.now', (into, at) => {
        into[at] = performance.now() * 1e6;
      }),
    ],
  };
}
