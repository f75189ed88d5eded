// The warm-up of the main thread: the synthetic frames of engine/threads/warm-up.ts, with the real executor after each,
// trading on a venue inside the process on recorded time. Scratch memory, no journal file, no socket.
import type { Config } from '../config/schema.ts';
import { assert } from '../core/assert.ts';
import { VirtualClock } from '../core/clock.ts';
import { createReplayDesk } from '../replay/replay-desk.ts';
import { checkedFacts, createWarmRig } from '../threads/warm-up.ts';

/** Recorded time between two frames: baskets have cooled down before they open again, and data stays young. */
const STEP_NS = 100e6;

/** Of the frames: an opportunity in 30 of them passes the gate, is sent, filled and booked, which takes long. */
const SHARE = 0.25;
/** Small enough to be had again and again, large enough for the venue's minimum. */
const BASKET_SIZE_MICROS = 5_000_000;

/** What a config may ask of a real basket must not keep the warm-up from buying small ones. */
const UNLIMITED = {
  ...{
    minEdgeMicros: 0,
    minEdgeBps: 0,
    legMicrosMin: 0,
    spreadE4Max: 10_000,
    sameGapE4Max: 10_000,
    cashShareBps: 10_000,
  },
  ...{ marketMicrosMax: 1e15, eventMicrosMax: 1e15, venueMicrosMax: 1e15, convertMicros: 0, redeemMicros: 0 },
} as const;

/** What it did besides the frames. */
export interface ExecutorWarmUp {
  readonly frames: number;
  readonly opportunities: number;
  readonly fills: number;
}

/**
 * Plays a quarter of `config.warmUpFrames`. After each cycle the event loop gets a turn: the other threads start
 * meanwhile, and their pool hands them their task in it. Rejects with InvariantError when nothing was bought.
 */
export async function warmUpExecutor(
  module: WebAssembly.Module,
  config: Config,
  configHash: string,
): Promise<ExecutorWarmUp> {
  if (config.warmUpFrames === 0) return { frames: 0, opportunities: 0, fills: 0 };
  const clock = new VirtualClock(0);
  const rig = createWarmRig(module, clock);
  const execute = { ...config.execute, ...UNLIMITED, basketSizeMicros: BASKET_SIZE_MICROS };
  // Its prices are gone after the venue's window.
  const simulate = { ...config.simulate, takerDelayMs: 0 };
  const desk = createReplayDesk({ ...config, execute, simulate }, configHash, rig, 0);
  let nowNs = 0;
  const afterFrame = (): void => {
    desk.turn(nowNs);
    nowNs += STEP_NS;
    clock.advanceTo(nowNs);
  };
  for (let cycle = 0; cycle * rig.cycleFrames < config.warmUpFrames * SHARE; cycle += 1) {
    rig.playCycle(cycle, afterFrame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  desk.finish();
  const { fills } = desk.orders();
  const { frames, opportunities } = checkedFacts(rig);
  assert(fills > 0, 'the warm-up of the executor buys');
  return { frames, opportunities, fills };
}
