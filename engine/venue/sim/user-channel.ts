// The user channel of the simulated venue: authentication with the raw secret, subscription by condition, order and
// trade events of the account. Runs on the venue's event loop.
import type { Clock } from '../../core/clock.ts';
import type { SocketConnection, SocketRoute } from '../../ingest/transport.ts';
import type { Account, Accounts } from './accounts.ts';
import type { VenueOrder, VenueTrade } from './exchange-types.ts';
import { orderEvent, tradeEvent } from './private-json.ts';
import type { VenueStats } from './stats.ts';
import type { UserFaults } from './user-faults.ts';

interface Listener {
  readonly connection: SocketConnection;
  account: Account | undefined;
  /** Conditions told of; undefined = all. */
  conditions: Set<string> | undefined;
}

const CLOSE_GOING_AWAY = 1001;
const CLOSE_BINARY = 1003;
const CLOSE_POLICY = 1008;

/** Serves `/ws/user`. */
export class UserChannel {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #stats: VenueStats;
  readonly #faults: UserFaults;
  readonly #listeners = new Map<number, Listener>();

  constructor(accounts: Accounts, clock: Clock, stats: VenueStats, faults: UserFaults) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#stats = stats;
    this.#faults = faults;
  }

  readonly route: SocketRoute = {
    onOpen: (connection) => {
      this.#listeners.set(connection.id, { connection, account: undefined, conditions: undefined });
    },
    onMessage: (connection, bytes, isText) => {
      const listener = this.#listeners.get(connection.id);
      if (listener === undefined) return;
      if (isText) this.#onText(listener, Buffer.from(bytes).toString('utf8'));
      else connection.close(CLOSE_BINARY, 'Binary is not supported');
    },
    onClose: (connection) => {
      this.#listeners.delete(connection.id);
    },
  };

  order(order: VenueOrder, type: string): void {
    this.#tell(order, () => orderEvent(order, type, this.#clock.wallMs()));
  }

  trade(trade: VenueTrade): void {
    this.#tell(trade.order, () => tradeEvent(trade));
  }

  #tell(order: VenueOrder, text: () => string): void {
    for (const listener of this.#listeners.values()) {
      const { account, conditions, connection } = listener;
      if (account !== order.account || conditions?.has(order.market.conditionId) === false) continue;
      const fate = this.#faults.fate();
      if (fate === 'cut') {
        this.#listeners.delete(connection.id);
        connection.close(CLOSE_GOING_AWAY, '');
        continue;
      }
      const event = text();
      for (const delayMs of fate) {
        if (delayMs === 0) this.#send(listener, event);
        else setTimeout(() => this.#send(listener, event), delayMs).unref();
      }
    }
  }

  #send({ connection }: Listener, event: string): void {
    // It may have gone while the event was late.
    if (!this.#listeners.has(connection.id)) return;
    if (connection.sendText(event)) {
      this.#stats.userFrames += 1;
      this.#stats.userBytes += event.length;
      return;
    }
    this.#listeners.delete(connection.id);
    this.#stats.slowConsumers += 1;
    connection.close(CLOSE_POLICY, 'slow consumer');
  }

  #onText(listener: Listener, text: string): void {
    if (text === 'PING') {
      listener.connection.sendText('PONG');
      return;
    }
    const fields = fieldsOf(text);
    if (fields === undefined) {
      listener.connection.close(CLOSE_POLICY, 'invalid message');
      return;
    }
    const markets = Array.isArray(fields['markets'])
      ? fields['markets'].filter((market): market is string => typeof market === 'string')
      : undefined;
    if (fields['type'] === 'user') this.#authenticate(listener, fields['auth'], markets);
    else if (listener.account !== undefined && markets !== undefined) {
      listener.conditions ??= new Set();
      for (const market of markets) {
        if (fields['operation'] === 'unsubscribe') listener.conditions.delete(market);
        else listener.conditions.add(market);
      }
    }
  }

  #authenticate(listener: Listener, auth: unknown, markets: readonly string[] | undefined): void {
    const { apiKey, secret, passphrase } = (auth ?? {}) as Record<string, unknown>;
    listener.account = this.#accounts.authenticate(apiKey, passphrase, secret ?? '');
    if (listener.account === undefined) {
      this.#stats.unauthorized += 1;
      listener.connection.close(CLOSE_POLICY, 'invalid credentials');
      return;
    }
    listener.conditions = markets === undefined || markets.length === 0 ? undefined : new Set(markets);
  }
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
