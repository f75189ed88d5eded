// The warm-up before the first real frame: synthetic frames through decode, ring, books, baskets and opportunity ring of
// a scratch arena, with instances of their own, so that nothing of it is visible in the run's memory. What it warms is
// shared: a module's compiled code by all its instances on all threads, JavaScript's code by all objects of a thread.
//
// Every thread with a hot path plays it before the feed is dialled.
import * as L from '../../wasm/layout.ts';
import { type Basket, type Compiled, compileRelations } from '../basket/compile.ts';
import { writeBaskets } from '../basket/table.ts';
import { assert } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { DetectAgent, type DetectExports } from '../detect/detect.ts';
import { instantiate } from '../detect/host.ts';
import type { DecodeExports } from '../ingest/frame-host.ts';
import { FrameIntake } from '../ingest/frames.ts';
import { Arena } from '../memory/arena.ts';
import { Counters } from '../memory/counters.ts';
import { Ring } from '../memory/ring.ts';
import type { MarketMeta } from '../venue/contract.ts';
import { MarketFacts } from '../venue/market-facts.ts';
import { Markets } from '../venue/markets.ts';
import { createWarmTape, type WarmFrame } from './warm-frames.ts';

const INGEST_AGENT = 0;
const DETECT_AGENT = 1;
const SCRATCH_CAPACITIES = {
  ...{ markets: 8, fineLadders: 0, grids: 4, feeSchedules: 4, baskets: 8, legs: 32, detectors: 1 },
  ...{ levelRingSlots: 1_024, opportunityRingSlots: 1_024, stagingSlots: 512, scanBytes: 65_536 },
};
/** Room behind a message that the decoder may read. */
const BEHIND_BYTES = 64;
/** Whole sweeps; each judges all baskets of the scratch arena. */
const SWEEPS = 2_000;

/** The engine in small, over memory of its own. */
export interface WarmRig {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly metas: readonly MarketMeta[];
  readonly facts: MarketFacts;
  readonly baskets: readonly Basket[];
  readonly compiled: Compiled;
  readonly module: WebAssembly.Module;
  /** Frames of one cycle of the tape. */
  readonly cycleFrames: number;
  /** Plays the tape once, copied in or, in odd cycles, in place; `afterFrame` takes what each frame brought. */
  playCycle(cycle: number, afterFrame: () => void): void;
  /** Whole sweeps over all baskets. */
  sweep(): void;
}

/** What a warm-up did. */
export interface WarmUpFacts {
  readonly frames: number;
  readonly fallbacks: number;
  readonly opportunities: number;
}

/** Lays out the scratch arena with the tape's markets and baskets. */
export function createWarmRig(module: WebAssembly.Module, clock: Clock): WarmRig {
  const tape = createWarmTape();
  const compiled = compileRelations(tape.relations, { room: SCRATCH_CAPACITIES });
  const { baskets } = compiled;
  const arena = Arena.create(SCRATCH_CAPACITIES);
  const markets = new Markets(arena);
  for (const meta of tape.markets) markets.register(meta);
  const facts = new MarketFacts();
  facts.learn(tape.markets, (id) => markets.indexOf(id));
  writeBaskets(arena, markets, baskets);
  const intake = new FrameIntake({
    ...{ arena, markets, clock, policy: 'live', registerUnknown: false, counters: new Counters(arena, INGEST_AGENT) },
    exports: instantiate<DecodeExports>(module, arena, INGEST_AGENT),
  });
  const exports = instantiate<DetectExports>(module, arena, DETECT_AGENT);
  const limits = { seqScope: 'marketFiltered', minEdgeMicros: 1, minEdgePerUnitE4: 0 } as const;
  const detect = new DetectAgent({ ...limits, arena, exports, agentIndex: DETECT_AGENT, clock });
  const scan = arena.region(L.REGION_SCAN);
  const accept = ({ venue, bytes }: WarmFrame, inPlace: boolean): void => {
    if (inPlace && bytes.length + BEHIND_BYTES <= scan.count) {
      arena.bytes.set(bytes, scan.at);
      intake.stampRead();
      intake.acceptAt(scan.at, bytes.length, venue, 0);
    } else intake.acceptNow(bytes, venue, 0);
  };
  return {
    ...{ arena, markets, metas: tape.markets, facts, baskets, compiled, module },
    cycleFrames: tape.frames.length,
    playCycle: (cycle, afterFrame) => {
      for (const frame of tape.frames) {
        accept(frame, cycle % 2 === 1);
        while (detect.doWork(0) > 0);
        afterFrame();
      }
    },
    sweep: () => {
      for (let sweep = 0; sweep < SWEEPS; sweep += 1) exports.sweepHits(scan.at);
    },
  };
}

/** Plays at least `frames` frames on this thread, whole cycles of the tape; 0 = none. Throws InvariantError when they did not take the paths they are for. */
export function warmUp(module: WebAssembly.Module, clock: Clock, frames: number): WarmUpFacts {
  if (frames === 0) return { frames: 0, fallbacks: 0, opportunities: 0 };
  const rig = createWarmRig(module, clock);
  const ring = new Ring(rig.arena, rig.arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  for (let cycle = 0; cycle * rig.cycleFrames < frames; cycle += 1) {
    rig.playCycle(cycle, () => {
      const ready = ring.ready();
      if (ready > 0) ring.release(ready);
    });
  }
  rig.sweep();
  return checkedFacts(rig);
}

/** What the rig counted. Throws InvariantError when frames were refused, or none fell back or showed an opportunity. */
export function checkedFacts({ arena }: WarmRig): WarmUpFacts {
  const ingest = new Counters(arena, INGEST_AGENT);
  const detect = new Counters(arena, DETECT_AGENT);
  const facts = {
    frames: ingest.get(L.COUNTER_FRAMES_DECODED),
    fallbacks: ingest.get(L.COUNTER_DECODER_FALLBACKS),
    opportunities: detect.get(L.COUNTER_OPPORTUNITIES),
  };
  const all = ingest.get(L.COUNTER_FRAMES_RECEIVED);
  assert(facts.frames === all, `all ${all} warm-up frames are decoded, not ${facts.frames}`);
  assert(facts.fallbacks > 0 && facts.fallbacks < all / 2, `some warm-up frames fall back, not ${facts.fallbacks}`);
  assert(facts.opportunities > 0 && detect.get(L.COUNTER_CROSSED) === 0, 'the warm-up shows opportunities, not faults');
  return facts;
}
