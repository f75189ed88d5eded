// The only importer of ws: the outbound client of dial-ws.ts and the fallback server use it through here. It is loaded
// when one of them is first used: with native sockets nobody needs it, and it would be a third of a thread's imports.
import { createRequire } from 'node:module';
import type * as Ws from 'ws';
import type { RawData, WebSocket } from 'ws';

export type { RawData, WebSocket };

let loaded: typeof Ws | undefined;

/** The library. */
export function wsLibrary(): typeof Ws {
  loaded ??= createRequire(import.meta.url)('ws') as typeof Ws;
  return loaded;
}

/** Our limits on what a peer may make ws buffer: its defaults are 131,072 fragments and 1,048,576 chunks. */
export const WS_LIMITS = { maxFragments: 1_024, maxBufferedChunks: 65_536 } as const;

/** A message as ws hands it over with binaryType nodebuffer: one Buffer, valid until the next read. */
export function asBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
