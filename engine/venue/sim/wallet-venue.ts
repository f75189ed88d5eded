// The simulated source of wallet activity: the Dome-format feed with its successor's address, and the Data API's list of
// activity, over the same trades. Scripted faults count when they fire. Clients reach it by URL only.
import { openServer } from '../../ingest/server.ts';
import type {
  HttpAnswer,
  HttpRequest,
  SocketConnection,
  SocketRoute,
  TransportChoice,
} from '../../ingest/transport.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonFromBytes, member } from '../json.ts';
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import { json, refusal } from './public-rest.ts';
import { openRelay } from './relay.ts';
import { activityRow, domeEvent, type VenueTrade } from './wallet-wire.ts';

/**
 * On trade number N: `walletDrop` cuts every connection, `walletFreeze` stops the events of the open connections for ever
 * while their pongs go on, `walletHalfOpen` lets nothing pass on them. On upgrade N: `walletRefuse` answers 503.
 * On request N of activity: `walletRest429`, `walletRest502`.
 */
export type WalletFaultKind =
  | 'walletDrop'
  | 'walletFreeze'
  | 'walletHalfOpen'
  | 'walletRefuse'
  | 'walletRest429'
  | 'walletRest502';

export type WalletFaultRule = ScriptedFault<WalletFaultKind>;

export interface WalletVenueStats {
  upgrades: number;
  refusedKeys: number;
  subscriptions: number;
  updates: number;
  unsubscriptions: number;
  eventsSent: number;
  restRequests: number;
  readonly faults: Record<string, number>;
}

export interface WalletVenueInput {
  readonly key: string;
  readonly faults: readonly WalletFaultRule[];
  readonly transport?: TransportChoice;
}

interface Client {
  readonly conn: SocketConnection;
  isFrozen: boolean;
  readonly subscriptions: Map<string, ReadonlySet<string>>;
}

const HOST = '127.0.0.1';
const ROWS_MAX = 500;

export class WalletVenue {
  readonly stats: WalletVenueStats = {
    ...{ upgrades: 0, refusedKeys: 0, subscriptions: 0, updates: 0, unsubscriptions: 0 },
    ...{ eventsSent: 0, restRequests: 0, faults: {} },
  };
  readonly #input: WalletVenueInput;
  readonly #onTrade: FaultScript<WalletFaultRule>;
  readonly #onUpgrade: FaultScript<WalletFaultRule>;
  readonly #onRequest: FaultScript<WalletFaultRule>;
  readonly #clients = new Map<number, Client>();
  readonly #tradesOf = new Map<string, VenueTrade[]>();
  readonly #close: (() => Promise<void>)[] = [];
  #relay: Awaited<ReturnType<typeof openRelay>> | undefined;
  #published = 0;
  #subscription = 0;
  url = '';
  restUrl = '';

  constructor(input: WalletVenueInput) {
    this.#input = input;
    const of = (pattern: RegExp) =>
      new FaultScript(
        input.faults.filter(({ kind }) => pattern.test(kind)),
        this.stats.faults,
      );
    this.#onTrade = of(/Drop|Freeze|HalfOpen/);
    this.#onUpgrade = of(/Refuse/);
    this.#onRequest = of(/Rest/);
  }

  /** Throws when no port is free. */
  async open(): Promise<void> {
    const { key, transport = 'auto' } = this.#input;
    const route = this.#route();
    const settings = { host: HOST, port: 0, transport } as const;
    const sockets = { [`/${encodeURIComponent(key)}`]: route, '/ws': route };
    const stream = await openServer({ ...settings, sockets });
    this.#relay = await openRelay(HOST, 0, stream.port);
    const rest = await openServer({
      ...settings,
      routes: { 'GET /': () => json('OK'), 'GET /activity': (request) => this.#activity(request) },
    });
    const relay = this.#relay;
    this.#close.push(() => relay.close(), stream.close, rest.close);
    this.url = `ws://${HOST}:${relay.port}`;
    this.restUrl = `http://${HOST}:${rest.port}`;
  }

  async close(): Promise<void> {
    for (const close of this.#close) await close();
  }

  /** A wallet traded: listed, sent to who asked for it, and the faults of this trade fire first. */
  publish(trade: VenueTrade): void {
    this.#published += 1;
    for (const { kind } of this.#onTrade.firing(this.#published)) this.#break(kind);
    const listed = this.#tradesOf.get(trade.wallet);
    if (listed === undefined) this.#tradesOf.set(trade.wallet, [trade]);
    else listed.push(trade);
    for (const client of this.#clients.values()) {
      if (client.isFrozen) continue;
      for (const [id, wallets] of client.subscriptions) {
        if (wallets.has(trade.wallet) && client.conn.sendText(domeEvent(id, trade))) this.stats.eventsSent += 1;
      }
    }
  }

  #break(kind: WalletFaultKind): void {
    if (kind === 'walletDrop') this.#relay?.cutAll();
    else if (kind === 'walletHalfOpen') this.#relay?.holdAll();
    else for (const client of this.#clients.values()) client.isFrozen = true;
  }

  #route(): SocketRoute {
    return {
      authorize: (_, path, query) => {
        this.stats.upgrades += 1;
        if (this.#onUpgrade.firing(this.stats.upgrades).length > 0) return 503;
        if (path !== '/ws' || new URLSearchParams(query).get('key') === this.#input.key) return true;
        this.stats.refusedKeys += 1;
        return 401;
      },
      onOpen: (conn) => this.#clients.set(conn.id, { conn, isFrozen: false, subscriptions: new Map() }),
      onMessage: (conn, bytes) => {
        const parsed = jsonFromBytes(bytes);
        const client = this.#clients.get(conn.id);
        if (client !== undefined && 'value' in parsed && isJsonObject(parsed.value))
          this.#command(client, parsed.value);
      },
      onClose: (conn) => this.#clients.delete(conn.id),
    };
  }

  #command({ conn, subscriptions }: Client, command: JsonObject): void {
    const action = member(command, 'action');
    const id = member(command, 'subscription_id');
    if (action === 'subscribe') {
      this.#subscription += 1;
      this.stats.subscriptions += 1;
      const own = `sub_${this.#subscription}`;
      subscriptions.set(own, usersOf(command));
      conn.sendText(JSON.stringify({ type: 'ack', subscription_id: own }));
    } else if (action === 'update' && typeof id === 'string' && subscriptions.has(id)) {
      this.stats.updates += 1;
      subscriptions.set(id, usersOf(command));
      conn.sendText(JSON.stringify({ type: 'ack', subscription_id: id }));
    } else if (action === 'unsubscribe' && typeof id === 'string' && subscriptions.delete(id)) {
      this.stats.unsubscriptions += 1;
    }
  }

  #activity({ query }: HttpRequest): HttpAnswer {
    this.stats.restRequests += 1;
    for (const { kind } of this.#onRequest.firing(this.stats.restRequests)) {
      if (kind === 'walletRest502')
        return { status: 502, body: '<html>502 Bad Gateway</html>', contentType: 'text/html' };
      return { status: 429, body: 'Too Many Requests', headers: { 'retry-after': '1' } };
    }
    const asked = new URLSearchParams(query);
    const user = asked.get('user');
    if (user === null) return refusal(400, "required query param 'user' not provided");
    const startS = Number(asked.get('start') ?? 0);
    const offset = Number(asked.get('offset') ?? 0);
    const limit = Math.min(ROWS_MAX, Number(asked.get('limit') ?? 100));
    const rows = (this.#tradesOf.get(user) ?? []).filter(({ venueS }) => venueS >= startS);
    return json(rows.slice(offset, offset + limit).map(activityRow));
  }
}

function usersOf(command: JsonObject): ReadonlySet<string> {
  const filters = member(command, 'filters');
  const users: JsonValue | undefined = isJsonObject(filters) ? member(filters, 'users') : undefined;
  return new Set(Array.isArray(users) ? users.filter((user) => typeof user === 'string') : []);
}
