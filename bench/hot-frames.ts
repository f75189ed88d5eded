// Drivers of measurement `hot` that take frames: copied in, in steps, and read off a socket's bytes in place.
import { LiveClock } from '../engine/core/clock.ts';
import { DetectAgent, type DetectExports } from '../engine/detect/detect.ts';
import { compileWasm, instantiate } from '../engine/detect/host.ts';
import type { DecodeExports } from '../engine/ingest/frame-host.ts';
import { FrameIntake } from '../engine/ingest/frames.ts';
import { FRAMES_OK, FrameReader } from '../engine/ingest/ws-frames.ts';
import { ReceiveBuffer } from '../engine/ingest/ws-receive.ts';
import type { Arena } from '../engine/memory/arena.ts';
import { Counters } from '../engine/memory/counters.ts';
import { Ring } from '../engine/memory/ring.ts';
import { Markets } from '../engine/venue/markets.ts';
import * as L from '../wasm/layout.ts';
import { createArena, DETECT_AGENT, INGEST_AGENT } from './rig.ts';
import { createProductPath } from './whole-path.ts';
import type { Workload } from './workload.ts';

/** Makes `calls` calls. */
export type Calls = (calls: number) => void;

/** Bytes to opportunity, one frame a call, one in 64 stamped; `plant` allocates 16 bytes more in each. */
export function createFrameCalls(workload: Workload, plant: boolean): Calls {
  const { frame } = createProductPath(workload);
  const { frames } = workload;
  // A fraction in a list of anything is a heap number: a header and a double.
  const planted: unknown[] = [undefined];
  let next = 0;
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      frame(frames[next]!);
      if (plant) planted[0] = next + 0.5;
      next = next + 1 === frames.length ? 0 : next + 1;
    }
  };
}

/** The same with a frame per WASM call, as a replay that looks at every frame does. */
export function createStepCalls(workload: Workload): Calls {
  const arena = createArena(workload, workload.relations);
  const clock = new LiveClock();
  const module = compileWasm();
  const intake = createIntake(arena, clock, module);
  let seen = 0;
  const agent = new DetectAgent({
    ...{ arena, clock, agentIndex: DETECT_AGENT, seqScope: 'full', minEdgeMicros: 1, minEdgePerUnitE4: 0 },
    exports: instantiate<DetectExports>(module, arena, DETECT_AGENT),
    onStep: (_, __, count) => {
      seen = (seen + count) | 0;
    },
  });
  const opportunities = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  const take = (bytes: Buffer): void => {
    if (intake.acceptNow(bytes, L.VENUE_POLYMARKET, 0) <= 0) throw new Error('a frame was not published');
    while (agent.doWork(0) > 0);
    const ready = opportunities.ready();
    if (ready > 0) opportunities.release(ready);
  };
  for (const snapshot of workload.snapshots) take(snapshot);
  let next = 0;
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      take(workload.frames[next]!);
      next = next + 1 === workload.frames.length ? 0 : next + 1;
    }
    if (seen === 0) throw new Error('no step was told');
  };
}

/** The intake of ingest over `arena`. */
export function createIntake(arena: Arena, clock: LiveClock, module: WebAssembly.Module): FrameIntake {
  return new FrameIntake({
    ...{ arena, clock, policy: 'live', registerUnknown: false, markets: new Markets(arena) },
    exports: instantiate<DecodeExports>(module, arena, INGEST_AGENT),
    counters: new Counters(arena, INGEST_AGENT),
  });
}

/** WebSocket frames as an outbound feed reads them: every other one in two reads, decoded where it lies. */
export function createReceiveCalls(workload: Workload): Calls {
  const arena = createArena(workload, workload.relations);
  const clock = new LiveClock();
  const module = compileWasm();
  const intake = createIntake(arena, clock, module);
  const exports = instantiate<DetectExports>(module, arena, DETECT_AGENT);
  const settings = { seqScope: 'full', minEdgeMicros: 1, minEdgePerUnitE4: 0 } as const;
  const agent = new DetectAgent({ ...settings, arena, clock, exports, agentIndex: DETECT_AGENT });
  const opportunities = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  const work = (): number => {
    while (agent.doWork(0) > 0);
    const ready = opportunities.ready();
    if (ready > 0) opportunities.release(ready);
    return FRAMES_OK;
  };
  for (const snapshot of workload.snapshots) {
    intake.acceptNow(snapshot, L.VENUE_POLYMARKET, 0);
    work();
  }
  const buffer = new ReceiveBuffer({ memory: arena.bytes, at: arena.region(L.REGION_SCAN).at, bytes: 65_536 }, 65_536);
  const onMessageAt = (at: number, bytes: number): number => {
    if (intake.acceptAt(at, bytes, L.VENUE_POLYMARKET, 0) <= 0) throw new Error('a frame was not published');
    return work();
  };
  const reader = new FrameReader(buffer, { onMessageAt, onControlAt: () => FRAMES_OK }, 65_536);
  const read = (part: Uint8Array): void => {
    intake.stampRead();
    buffer.view.set(part);
    buffer.arrived(part.length);
    if (reader.read() !== FRAMES_OK) throw new Error('a frame was not read');
    buffer.settle();
  };
  const parts = workload.frames.map((frame, at) => {
    const wire = Buffer.from([0x81, 126, frame.length >> 8, frame.length & 255, ...frame]);
    return at % 2 === 0 ? [wire] : [wire.subarray(0, 100), wire.subarray(100)];
  });
  let next = 0;
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      const reads = parts[next]!;
      for (let part = 0; part < reads.length; part += 1) read(reads[part]!);
      next = next + 1 === parts.length ? 0 : next + 1;
    }
  };
}
