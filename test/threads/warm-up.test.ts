// The warm-up takes every path it is for and leaves nothing behind: it plays on memory of its own.
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/load.ts';
import { LiveClock, VirtualClock } from '../../engine/core/clock.ts';
import { compileWasm } from '../../engine/detect/host.ts';
import { counterTotal } from '../../engine/memory/counters.ts';
import { layFoundation } from '../../engine/pipeline.ts';
import { warmUpExecutor } from '../../engine/run/warm-up-executor.ts';
import { createWarmTape } from '../../engine/threads/warm-frames.ts';
import { createWarmRig, warmUp } from '../../engine/threads/warm-up.ts';
import * as L from '../../wasm/layout.ts';

const FRAMES = 500;
const module = compileWasm();

describe('the warm-up', () => {
  test('plays at least as many frames as asked, on every decode path, with opportunities that open and close', () => {
    const rig = createWarmRig(module, new VirtualClock(0));
    const { cycleFrames } = rig;
    for (let cycle = 0; cycle * cycleFrames < FRAMES; cycle += 1) rig.playCycle(cycle, () => undefined);
    const count = (counter: number): number => counterTotal(rig.arena, counter);
    const cycle = createWarmTape().frames.length;
    expect(count(L.COUNTER_FRAMES_RECEIVED)).toBe(Math.ceil(FRAMES / cycle) * cycle);
    expect(count(L.COUNTER_FRAMES_DECODED)).toBe(count(L.COUNTER_FRAMES_RECEIVED));
    // Both ways in, the generic decoder beside the fast ones, snapshots, trades, tops that agree.
    expect(count(L.COUNTER_FRAMES_IN_PLACE)).toBeGreaterThan(cycle / 2);
    expect(count(L.COUNTER_DECODER_FALLBACKS)).toBeGreaterThan(20);
    expect(count(L.COUNTER_SNAPSHOTS)).toBeGreaterThan(20);
    expect(count(L.COUNTER_TRADES)).toBeGreaterThan(20);
    expect(count(L.COUNTER_TOP_OK)).toBeGreaterThan(100);
    expect(count(L.COUNTER_OPPORTUNITIES)).toBeGreaterThanOrEqual(8);
    for (const fault of [L.COUNTER_TOP_MISMATCHED, L.COUNTER_CROSSED, L.COUNTER_MIRROR_MISMATCHED])
      expect(count(fault)).toBe(0);
  });

  test('buys through the gate on the main thread, and leaves the memory of the run as it was, byte by byte', async () => {
    const { config, configHash } = parseConfig('warmUpFrames: 2000', undefined);
    const { markets, relations } = createWarmTape();
    const { arena } = layFoundation(config, markets, relations, 1);
    const before = Buffer.from(arena.bytes);
    const executor = await warmUpExecutor(module, config, configHash);
    const frames = warmUp(module, new LiveClock(), config.warmUpFrames);
    expect(executor.fills).toBeGreaterThan(10);
    expect(frames.frames).toBeGreaterThanOrEqual(2_000);
    expect(Buffer.from(arena.bytes).equals(before)).toBe(true);
  });

  test('is off at 0 frames', async () => {
    const { config, configHash } = parseConfig('warmUpFrames: 0', undefined);
    expect(warmUp(module, new LiveClock(), 0).frames).toBe(0);
    expect(await warmUpExecutor(module, config, configHash)).toEqual({ frames: 0, opportunities: 0, fills: 0 });
  });
});
