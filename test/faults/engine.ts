// The product's engine for one case: memory, decoder and detector over the markets of a tape, on the thread of the test.
import type { Clock } from '../../engine/core/clock.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { Counters, counterTotal } from '../../engine/memory/counters.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { drainAll } from '../helpers/records.ts';
import type { Counts } from './rig.ts';

export function createEngine(metas: readonly MarketMeta[], clock: Clock) {
  const arena = smallArena({ receiveSlices: 4, receiveBytes: 65_536, levelRingSlots: 16_384 });
  const markets = new Markets(arena);
  for (const meta of metas) markets.register(meta);
  const detector = wasmOver<DetectExports>(arena, 1);
  detector.setSeqScope(1);
  detector.openBooks();
  const intake = new FrameIntake({
    ...{ arena, markets, clock, policy: 'live', registerUnknown: false },
    ...{ exports: wasmOver<DecodeExports>(arena, 0), counters: new Counters(arena, 0) },
  });
  const count = (id: number): number => counterTotal(arena, id);
  return {
    ...{ arena, intake, count },
    detect: () => drainAll(detector),
    counts: (): Counts => ({
      hashesVerified: count(L.COUNTER_HASH_VERIFIED),
      answersAgreed: count(L.COUNTER_PROBES_AGREED),
      framesApplied: count(L.COUNTER_FRAMES_APPLIED),
    }),
  };
}

/** Tells a watch of the first fault that fires, on the market told of last. */
export class FireBell {
  #last = 0;
  readonly #firings: () => number;
  readonly #fire: (market: number, nowNs: number) => void;
  #hasRung = false;

  constructor(firings: () => number, fire: (market: number, nowNs: number) => void) {
    this.#firings = firings;
    this.#fire = fire;
  }

  /** The venue has told of `market`. */
  told(market: number, nowNs: number): void {
    this.#last = market;
    this.look(nowNs);
  }

  /** What fires on a trade, a tick or a connection is seen at the next look. */
  look(nowNs: number): void {
    if (this.#hasRung || this.#firings() === 0) return;
    this.#hasRung = true;
    this.#fire(this.#last, nowNs);
  }
}

/** Sum of all planted faults that fired. */
export function sumOf(faults: Readonly<Record<string, number>>): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0);
}
