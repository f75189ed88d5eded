// What a command says of its engine while it goes on: where it serves, what a venue answered, how the market feed stands.
// Main thread; for every command that opens a feed.
import type { IngestSockets } from '../ingest/ingest-setup.ts';
import type { RunHooks } from '../observe/driver.ts';
import { FeedAlerts } from './feed-alerts.ts';

export class EngineVoice {
  readonly #hooks: RunHooks;
  readonly #alerts = new FeedAlerts();
  readonly #kalshiAlerts = new FeedAlerts('Kalshi feed');

  constructor(hooks: RunHooks) {
    this.#hooks = hooks;
  }

  started({ feedServerPort, transport }: IngestSockets): void {
    if (feedServerPort > 0) this.#hooks.log(`feed server: port ${feedServerPort}, ${transport}`);
  }

  /** Says what has changed since the last call. */
  watch({ market, kalshi }: IngestSockets): void {
    for (const line of this.#alerts.changes(market)) this.#hooks.log(line);
    for (const line of this.#kalshiAlerts.connectionChanges(kalshi?.connections ?? [])) this.#hooks.log(line);
  }

  /** A venue answered a subscription with an error; it is counted as a control frame, and said. */
  venueError(connection: number, code: number, message: string): void {
    this.#hooks.log(`connection ${connection}: the venue says ${code}: ${message}`);
  }
}
