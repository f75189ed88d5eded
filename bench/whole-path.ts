// Whole in-process paths, bytes to opportunity on one thread: the product wired as in the inline topology, and the
// baselines with the same detection in TypeScript. Every frame is stamped when it is received.

import { type Clock, LiveClock } from '../engine/core/clock.ts';
import { DetectAgent, type DetectExports } from '../engine/detect/detect.ts';
import { compileWasm, instantiate } from '../engine/detect/host.ts';
import type { DecodeExports } from '../engine/ingest/frame-host.ts';
import { FrameIntake } from '../engine/ingest/frames.ts';
import { Counters } from '../engine/memory/counters.ts';
import { createWarmRig, warmUp } from '../engine/threads/warm-up.ts';
import { Markets } from '../engine/venue/markets.ts';
import * as L from '../wasm/layout.ts';
import { createArray } from './baseline/array.ts';
import { createCareful } from './baseline/careful.ts';
import type { BaselineEngine } from './baseline/contract.ts';
import { CarefulDetector, createTally } from './baseline/detect.ts';
import { TypicalEngine } from './baseline/typical.ts';
import type { LevelSource } from './checksum.ts';
import { arenaLevels, createArena, createOpportunityPoll, DETECT_AGENT, INGEST_AGENT } from './rig.ts';
import type { Workload } from './workload.ts';

/** What `warmUpFrames` is unless configured. */
const WARM_UP_FRAMES = 10_000;
const TAKER_FRAMES = WARM_UP_FRAMES / 4;

/** A path with its books opened. */
export interface WholePath {
  readonly name: string;
  readonly clock: Clock;
  /** Takes one frame to the opportunities it opens. */
  readonly frame: (bytes: Buffer) => void;
  readonly levels: LevelSource;
  readonly tally: ReturnType<typeof createTally>;
}

/** The product's frame in its steps, for whoever stamps between them. */
export interface ProductPath extends WholePath {
  readonly intake: FrameIntake;
  /** Stamp, copy, decode, publish to the level ring. */
  readonly take: (bytes: Buffer) => void;
  /** Drain the ring into the books, evaluate baskets, publish opportunities. */
  readonly detect: () => void;
  /** Take the opportunities off their ring. */
  readonly poll: () => void;
}

/** The product: intake, level ring, detect agent, opportunity ring. Throws when a snapshot or a frame is refused. */
export function createProductPath(
  workload: Workload,
  clock: Clock = new LiveClock(),
  module: WebAssembly.Module = compileWasm(),
): ProductPath {
  const arena = createArena(workload, workload.relations);
  const intake = new FrameIntake({
    arena,
    exports: instantiate<DecodeExports>(module, arena, INGEST_AGENT),
    markets: new Markets(arena),
    counters: new Counters(arena, INGEST_AGENT),
    clock,
    policy: 'live',
    registerUnknown: false,
  });
  const agent = new DetectAgent({
    arena,
    exports: instantiate<DetectExports>(module, arena, DETECT_AGENT),
    agentIndex: DETECT_AGENT,
    clock,
    seqScope: 'full',
    minEdgeMicros: 1,
    minEdgePerUnitE4: 0,
  });
  const tally = createTally();
  const poll = createOpportunityPoll(arena, tally.add);
  const take = (bytes: Buffer): void => {
    const slots = intake.acceptNow(bytes, L.VENUE_POLYMARKET, 0);
    if (slots <= 0) throw new Error(`frame ${intake.frameSeq} was not published: ${slots}`);
  };
  const detect = (): void => {
    agent.doWork(0);
  };
  const frame = (bytes: Buffer): void => {
    take(bytes);
    detect();
    poll();
  };
  for (const snapshot of workload.snapshots) frame(snapshot);
  return { name: 'dutchbook', clock, frame, intake, take, detect, poll, levels: arenaLevels(arena), tally };
}

/**
 * The product after its own warm-up, as it meets the first real frame. Whoever takes the opportunities has had a quarter
 * of its frames, as the executor has (engine/run/warm-up-executor.ts): what only the few frames with an opportunity run would else be interpreted in all rounds.
 */
export function createWarmProductPath(workload: Workload, clock: Clock = new LiveClock()): ProductPath {
  const module = compileWasm();
  warmUp(module, clock, WARM_UP_FRAMES);
  const rig = createWarmRig(module, clock);
  const poll = createOpportunityPoll(rig.arena, createTally().add);
  for (let cycle = 0; cycle * rig.cycleFrames < TAKER_FRAMES; cycle += 1) rig.playCycle(cycle, poll);
  return createProductPath(workload, clock, module);
}

/** A baseline engine with the TypeScript detector; opportunities are stamped when found. */
export function createBaselinePath(
  workload: Workload,
  engine: BaselineEngine,
  clock: Clock = new LiveClock(),
): WholePath {
  const tally = createTally();
  const stamps = new Float64Array(2);
  const detector = new CarefulDetector(workload, engine, (sizeMicros, edgeMicros, legs) => {
    stamps[1] = clock.nowNs();
    tally.add(sizeMicros, edgeMicros, legs);
  });
  const frame = (bytes: Buffer): void => {
    stamps[0] = clock.nowNs();
    const market = engine.onFrame(bytes);
    if (market < 0) throw new Error('a frame was not taken');
    detector.onMarket(market);
  };
  for (const snapshot of workload.snapshots) frame(snapshot);
  return { name: engine.name, clock, frame, levels: engine, tally };
}

export function createCarefulPath(workload: Workload, clock?: Clock): WholePath {
  return createBaselinePath(workload, createCareful(workload.metas), clock);
}

/** All paths, the product first. */
export function createPaths(workload: Workload): WholePath[] {
  return [
    createProductPath(workload),
    createCarefulPath(workload),
    createBaselinePath(workload, createArray(workload.metas)),
    createBaselinePath(workload, new TypicalEngine(workload.metas)),
  ];
}
