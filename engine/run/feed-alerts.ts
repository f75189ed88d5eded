// What must be said of a feed when it changes: a connection that streams no more, one that does again, first books
// that do not come. Main thread; compares what ingest told last with what it tells now.
import type { ConnectionFacts, MarketFeedFacts } from '../ingest/feed-facts.ts';
import { countText, printable } from '../observe/text.ts';

const MEANING = { stream: 'streams', poll: 'DEGRADED, its books are asked for by REST', down: 'DOWN' } as const;

export class FeedAlerts {
  readonly #name: string;
  readonly #modes: ConnectionFacts['mode'][] = [];
  readonly #ended: boolean[] = [];
  #absent = 0;
  #frozen = 0;

  /** `name`: what the feed is called. */
  constructor(name = 'market feed') {
    this.#name = name;
  }

  /** Lines for people about its connections, empty when nothing has changed. */
  connectionChanges(connections: readonly ConnectionFacts[]): string[] {
    return connections.flatMap((connection, number) => this.#changeOf(connection, number));
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

  #changeOf({ mode, failures, hasEnded, lastClose }: ConnectionFacts, number: number): string[] {
    const before = this.#modes[number] ?? 'stream';
    const hadEnded = this.#ended[number] ?? false;
    this.#modes[number] = mode;
    this.#ended[number] = hasEnded;
    if (mode === before && hasEnded === hadEnded) return [];
    const why = mode === 'stream' ? '' : ` after ${countText(failures)} failures, the last: ${printable(lastClose)}`;
    const end = hasEnded ? '; it is not dialled any more' : '';
    return [`${this.#name}, connection ${number}: ${MEANING[mode]}${why}${end}`];
  }
}
