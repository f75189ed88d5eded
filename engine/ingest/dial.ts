// Dials out to a WebSocket server: one connection, no reconnecting inside, which is the caller's decision. Chooses the
// transport; both stand behind one contract and pass one test deck.
import type { DialedSocket, DialOptions } from './dial-contract.ts';
import { dialNative } from './dial-native.ts';
import { dialWs } from './dial-ws.ts';

/** Dials `url`. Throws SyntaxError for an unusable URL or header; everything later comes as `onClose`. */
export function dial(url: string, options: DialOptions): DialedSocket {
  return options.transport === 'ws' ? dialWs(url, options) : dialNative(url, options);
}
