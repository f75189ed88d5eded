// What must be said of a feed when it changes: a connection that streams no more, one that does again, first books
// that do not come. Main thread; compares what ingest told last with what it tells now.
import type { ConnectionFacts, MarketFeedFacts } from '../ingest/feed-facts.ts';
import { countText, printable } from '../observe/text.ts';

const MEANING = { stream: 'streams', poll: 'DEGRADED, its books are asked for by REST', down: 'DOWN' } as const;

export class FeedAlerts {
  readonly #name: string;
  /** By connection number: others come and go meanwhile. */
  #before = new Map<number, ConnectionFacts>();
  #absent = 0;
  #frozen = 0;

  /** `name`: what the feed is called. */
  constructor(name = 'market feed') {
    this.#name = name;
  }

  /** Lines for people about its connections, empty when nothing has changed. */
  connectionChanges(connections: readonly ConnectionFacts[]): string[] {
    const lines = connections.flatMap((one) => this.#changeOf(one));
    // A number that is given again is another connection.
    this.#before = new Map(connections.map((one) => [one.connection, one]));
    return lines;
  }

  /** The same, and about its books. */
  changes({ connections, booksAbsent, rest }: MarketFeedFacts): string[] {
    const lines = this.connectionChanges(connections);
    if (booksAbsent > this.#absent) {
      lines.push(`market feed: ${countText(booksAbsent)} tokens have no first book though they were asked for again`);
    }
    this.#absent = booksAbsent;
    const frozen = rest?.assetsFrozen ?? 0;
    if (frozen > this.#frozen) {
      lines.push(`market feed: ${countText(frozen - this.#frozen)} assets were frozen; their books are not traded`);
    }
    this.#frozen = frozen;
    return lines;
  }

  #changeOf({ connection, mode, failures, hasEnded, lastClose }: ConnectionFacts): string[] {
    const before = this.#before.get(connection);
    if (mode === (before?.mode ?? 'stream') && hasEnded === (before?.hasEnded ?? false)) return [];
    const why = mode === 'stream' ? '' : ` after ${countText(failures)} failures, the last: ${printable(lastClose)}`;
    const end = hasEnded ? '; it is not dialled any more' : '';
    return [`${this.#name}, connection ${connection}: ${MEANING[mode]}${why}${end}`];
  }
}
