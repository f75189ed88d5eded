// Small arenas and WASM instances for tests.
import { compileWasm, instantiate } from '../../engine/detect/host.ts';
import { Arena, type ArenaPlan } from '../../engine/memory/arena.ts';

export const SMALL_PLAN: ArenaPlan = {
  markets: 64,
  fineLadders: 2,
  grids: 16,
  feeSchedules: 4,
  baskets: 32,
  legs: 256,
  detectors: 1,
  levelRingSlots: 4096,
  opportunityRingSlots: 1024,
  stagingSlots: 2048,
  scanBytes: 1 << 20,
};

let compiled: WebAssembly.Module | undefined;

/** An arena of SMALL_PLAN with `changes`. */
export function smallArena(changes: Partial<ArenaPlan> = {}): Arena {
  return Arena.create({ ...SMALL_PLAN, ...changes });
}

/** The built module as agent `agentIndex` of `arena`. */
export function wasmOver<E extends object>(arena: Arena, agentIndex: number): E {
  compiled ??= compileWasm();
  return instantiate<E>(compiled, arena, agentIndex);
}
