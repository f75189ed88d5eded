// Every message of the recorded sessions, word for word: each connection of theirs as one of ours, from its snapshots to its
// end, since what came between two of them nobody recorded. Read once.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { polymarketTape, type TapeMessage } from '../../engine/replay/import-formats.ts';
import { readMarkets } from '../../engine/replay/import-markets.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import type { Tape } from './tapes.ts';

const SESSIONS = 'test/fixtures/verify/sessions';

/** One tape per recorded connection that tells of a book. */
export async function realSessions(speed: number): Promise<Tape[]> {
  const tapes: Tape[] = [];
  for (const name of readdirSync(SESSIONS).sort()) {
    const folder = join(SESSIONS, name);
    const markets = await readMarkets(join(folder, 'markets.jsonl'));
    for (const messages of (await connectionsOf(join(folder, 'raw_messages.jsonl.gz'))).values()) {
      tapes.push(tapeOf(messages, markets, speed));
    }
  }
  if (tapes.length === 0) throw new Error(`${SESSIONS}: no session in it`);
  return tapes;
}

async function connectionsOf(path: string): Promise<Map<number, TapeMessage[]>> {
  const connections = new Map<number, TapeMessage[]>();
  const onReject = (line: number, reason: string): never => {
    throw new Error(`${path}:${line}: ${reason}`);
  };
  for await (const message of polymarketTape(path, { onReject, onSkip: () => {} })) {
    if (message.flags !== RECORD_TEXT) continue;
    const own = connections.get(message.connection);
    if (own === undefined) connections.set(message.connection, [message]);
    else own.push(message);
  }
  return connections;
}

/** The markets are those that the connection's first message, its snapshots, names. */
function tapeOf(messages: readonly TapeMessage[], markets: readonly MarketMeta[], speed: number): Tape {
  const [first] = messages as [TapeMessage, ...TapeMessage[]];
  return {
    markets: markets.filter(({ id }) => first.text.includes(id.slice(id.indexOf(':') + 1))),
    frames: messages.map(({ text, recvNs }) => {
      return { atNs: Number(recvNs - first.recvNs), bytes: Buffer.from(text), venue: 'polymarket' as const };
    }),
    speed,
  };
}
