// The only importer of ws: the outbound client of dial.ts and the fallback server use it through here.
import { type RawData, WebSocket, WebSocketServer } from 'ws';

export { type RawData, WebSocket, WebSocketServer };

/** Our limits on what a peer may make ws buffer: its defaults are 131,072 fragments and 1,048,576 chunks. */
export const WS_LIMITS = { maxFragments: 1_024, maxBufferedChunks: 65_536 } as const;

/** A message as ws hands it over with binaryType nodebuffer: one Buffer, valid until the next read. */
export function asBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
