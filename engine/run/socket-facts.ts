// What ingest told of its sockets, as facts for the status line and the summary. Pure.
import type { Config } from '../config/schema.ts';
import type { IngestSockets } from '../ingest/ingest-setup.ts';
import type { SocketFacts } from '../observe/facts.ts';

/** Ingest's sockets; an executor's own bytes come on top. */
export function socketFacts({ bytesReceived, pushed, reconnects, market, kalshi, news }: IngestSockets): SocketFacts {
  const feedServer = pushed === undefined ? undefined : { ...pushed };
  return { bytesReceived, bytesSent: 0, reconnects, feedServer, market, kalshi, news };
}

/** Why the feed server is on ws, '' when it is not. */
export function wsReason(transport: string, asked: Config['ingest']['transport']): string {
  if (transport !== 'ws') return '';
  const forced = process.env['DUTCHBOOK_TRANSPORT'];
  return asked === 'ws' || forced === 'ws' ? 'ws was asked for' : 'uWebSockets.js does not load here';
}
