// The detect agent: drains by frames, stamps what asks for it, steps when asked to, and allocates nothing.
import { beforeEach, describe, expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { DetectAgent, type DetectExports, type DetectOptions } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { latencyOf } from '../../engine/memory/histogram.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { FrameWriter } from '../helpers/records.ts';

let arena: Arena;
let feed: FrameWriter;
let clock: VirtualClock;

beforeEach(() => {
  arena = smallArena();
  const markets = new Markets(arena);
  for (const id of ['a', 'b']) markets.register({ id: `polymarket:${id}`, venue: 'polymarket', yesToken: id });
  feed = new FrameWriter(arena);
  clock = new VirtualClock(0);
});

function agent(more: Partial<DetectOptions> = {}): DetectAgent {
  const exports = wasmOver<DetectExports>(arena, 1);
  const limits = { seqScope: 'full', minEdgeMicros: 1, minEdgePerUnitE4: 0 } as const;
  return new DetectAgent({ arena, exports, agentIndex: 1, clock, ...limits, ...more });
}

function frames(count: number): void {
  for (let frame = 0; frame < count; frame += 1) {
    feed.next().level({ market: frame % 2, priceE4: 4900, side: 0, sizeMicros: frame + 1 });
    const stamped = (feed.frameSeq & L.STAMP_MASK) === 0 ? L.FRAME_FLAG_STAMPED : 0;
    // Ingest keeps the true receive time of stamped frames apart: recvNs may be a replay's virtual time.
    const stamps = (arena.at(L.REGION_SCRATCH, 0) + L.SCRATCH_STAMPS) >> 3;
    if (stamped !== 0) arena.f64[stamps + ((feed.frameSeq >>> L.STAMP_SHIFT) % L.STAMPS)] = 1_000;
    feed.end({ market: frame % 2, flags: stamped, publishedDeltaNs: 500 });
  }
}

describe('detect agent', () => {
  test('works off at most maxFrames per duty cycle and is idle on an empty ring', () => {
    const detect = agent({ maxFrames: 10 });
    frames(25);
    expect([detect.doWork(0), detect.doWork(0), detect.doWork(0), detect.doWork(0)]).toEqual([10, 10, 5, 0]);
    expect(feed.ring.occupancy()).toBe(0);
  });

  test('records hop, book and frame latency of exactly the stamped frames', () => {
    const detect = agent();
    frames(200);
    clock.advanceTo(9_000);
    while (detect.doWork(0) > 0);
    expect(latencyOf(arena, L.STAGE_FRAME).count).toBe(3);
    expect(latencyOf(arena, L.STAGE_FRAME).max).toBe(8_000);
    expect(latencyOf(arena, L.STAGE_HOP).max).toBe(7_500);
    expect(latencyOf(arena, L.STAGE_BOOK_DETECT)).toMatchObject({ count: 3, max: 0 });
  });

  test('in step mode tells of every frame in order with the markets it touched', () => {
    const told: [number, number[]][] = [];
    const detect = agent({
      onStep: (frameSeq, touched, count) => told.push([frameSeq, [...touched.subarray(1, 1 + count)]]),
    });
    feed.next().clear(1).end({ market: 1 });
    frames(3);
    expect(detect.doWork(0)).toBe(4);
    expect(told).toEqual([
      [1, [1]],
      [2, []],
      [3, [1]],
      [4, []],
    ]);
  });

  test('a second agent over the same arena opens no book twice', () => {
    feed.next().clear(0).level({ priceE4: 4900, side: 0, sizeMicros: 7 }).end();
    agent().doWork(0);
    agent();
    expect(new Books(arena).levels(0, L.SIDE_BID)).toBe(1);
  });
});
