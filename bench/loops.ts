// Loads the bench's own WASM loops over the product's ring and breaker functions (wasm/bench-loops.ts).
import { readFileSync } from 'node:fs';
import type { Arena } from '../engine/memory/arena.ts';
import { packageFile } from './budgets.ts';

export interface LoopExports {
  loopBreakerReads(reads: number): number;
  loopPlainLoads(reads: number): number;
  foldBytes(at: number, bytes: number, sum: number): number;
  foldEach(at: number, recordBytes: number, count: number, sum: number): number;
  takeAll(ring: number, recordBytes: number, sum: number): number;
  pushRecord(ring: number, from: number): number;
  handRecords(ring: number, from: number, seq: number, pushes: number, sum: number): number;
  echoRecords(inward: number, outward: number, turns: number, looks: number): number;
  takeRecord(ring: number, looks: number): number;
}

/** An instance over `arena`. */
export function createLoops(arena: Arena): LoopExports {
  const module = new WebAssembly.Module(readFileSync(packageFile('build/bench-loops.wasm')));
  return new WebAssembly.Instance(module, { env: { memory: arena.memory } }).exports as unknown as LoopExports;
}
