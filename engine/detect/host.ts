// Loads the WASM module and binds an instance to the arena: one instance per agent, all over the same memory.
import { readFileSync } from 'node:fs';
import type { Arena } from '../memory/arena.ts';

/** Package root, from engine/detect/ in the sources and dist/engine/detect/ when built. */
function wasmUrl(): URL {
  const built = import.meta.url.includes('/dist/engine/');
  return new URL(built ? '../../../build/engine.wasm' : '../../build/engine.wasm', import.meta.url);
}

/** Compiles the module; a Module can be posted to other threads. */
export function compileWasm(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(wasmUrl()));
}

/** Instantiates `module` over the arena as agent `agentIndex`. `E`: the exports the caller uses. */
export function instantiate<E extends object>(module: WebAssembly.Module, arena: Arena, agentIndex: number): E {
  const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  const attach = exports['attach'] as (index: number) => number;
  if (attach(agentIndex) !== 1) throw new Error('the arena and build/engine.wasm differ in layout: run npm run build');
  return exports as E;
}
