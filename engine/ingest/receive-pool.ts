// The stretches of the arena that venue connections receive into, each one socket's at a time. Ingest thread.
import { RECEIVE_BEHIND_BYTES, REGION_RECEIVE } from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { ReceivePool } from './feed-link.ts';
import type { ReceiveMemory } from './ws-receive.ts';

export class ArenaPool implements ReceivePool {
  /** The last is taken first. */
  readonly #free: ReceiveMemory[];

  constructor(arena: Arena) {
    const { count, bytesEach } = arena.region(REGION_RECEIVE);
    const bytes = bytesEach - RECEIVE_BEHIND_BYTES;
    this.#free = Array.from({ length: count }, (_, index) => {
      return { memory: arena.bytes, at: arena.at(REGION_RECEIVE, index), bytes };
    }).reverse();
  }

  take(): ReceiveMemory | undefined {
    return this.#free.pop();
  }

  give(memory: ReceiveMemory): void {
    this.#free.push(memory);
  }
}
