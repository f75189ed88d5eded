// What a server offers whichever transport carries it: the types both transports share, and the routing of requests.

/** Answer of a route: `'hangUp'` closes the connection without a byte, as a crashing server would. */
export type HttpAnswer =
  | {
      readonly status: number;
      readonly body: string | Uint8Array;
      readonly contentType?: string;
      /** Further headers, names in lower case. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'hangUp';

/** A request with its whole body. Header names are lower case. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark, '' when there is none. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** What an upgrade asks for. */
export interface UpgradeRequest {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One accepted WebSocket. */
export interface SocketConnection {
  readonly id: number;
  readonly request: UpgradeRequest;
  /** The owner's state for this connection. */
  data: unknown;
  /** False when nothing was sent: the socket is closed or over `maxBackpressureBytes`; `onDrain` tells of room. */
  sendText(text: string): boolean;
  sendBytes(bytes: Uint8Array): boolean;
  /** Bytes accepted and not yet taken by the kernel. */
  bufferedBytes(): number;
  /** Starts the closing handshake. */
  close(code: number, reason?: string): void;
}

/** What a path does with its sockets. `bytes` are valid during the call only: copy what must stay. */
export interface SocketRoute {
  /** True to upgrade, or the HTTP status to refuse with. */
  authorize?(headers: Readonly<Record<string, string>>, path: string, query: string): true | number;
  onOpen?(conn: SocketConnection): void;
  onMessage(conn: SocketConnection, bytes: Uint8Array, isText: boolean): void;
  onDrain?(conn: SocketConnection): void;
  onClose?(conn: SocketConnection): void;
}

export type TransportChoice = 'auto' | 'uws' | 'ws';

export interface ServerOptions {
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** `auto`: uWebSockets.js when it loads, else ws. The environment's DUTCHBOOK_TRANSPORT overrides `auto`. */
  readonly transport?: TransportChoice;
  /** Larger WebSocket messages are answered by close 1009 (beyond four times this the connection is cut). */
  readonly maxPayloadBytes?: number;
  /** Larger request bodies are answered 413. */
  readonly maxBodyBytes?: number;
  /** Bytes a slow reader may owe before `sendText` answers false. */
  readonly maxBackpressureBytes?: number;
  /** A socket silent this long, pongs included, is closed; 0 = never, else at least 8. */
  readonly idleTimeoutS?: number;
  /** `GET /book`, or `GET /data/order/*` for everything below a path. */
  readonly routes?: Readonly<Record<string, HttpHandler>>;
  /** By exact path. */
  readonly sockets?: Readonly<Record<string, SocketRoute>>;
}

export interface Server {
  readonly port: number;
  readonly transportName: 'uws' | 'ws';
  /** Ends every connection and stops listening; settles within a second. Called on the server's own thread. */
  close(): Promise<void>;
}

/** Options with every default filled in. */
export type ServerSettings = Required<ServerOptions>;

/** How long close() waits for clients to answer the closing handshake before it cuts them. */
export const CLOSE_GRACE_MS = 300;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_GOING_AWAY = 1001;

/** Answers of a route that threw or does not exist. */
export function plainAnswer(status: number, error: string): Exclude<HttpAnswer, 'hangUp'> {
  return { status, body: JSON.stringify({ error }) };
}

/** The handler of `METHOD path`: exact first, then the longest `/*` prefix; undefined when there is none. */
export function routeOf(
  routes: Readonly<Record<string, HttpHandler>>,
  method: string,
  path: string,
): HttpHandler | undefined {
  const exact = routes[`${method} ${path}`];
  if (exact !== undefined) return exact;
  for (let cut = path.lastIndexOf('/'); cut >= 0; cut = cut === 0 ? -1 : path.lastIndexOf('/', cut - 1)) {
    const below = routes[`${method} ${path.slice(0, cut)}/*`];
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Runs a handler; what it throws becomes a 500 and is not lost: the message is in the body. */
export async function runHandler(
  routes: Readonly<Record<string, HttpHandler>>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const handler = routeOf(routes, request.method, request.path);
  if (handler === undefined) return plainAnswer(404, 'not found');
  try {
    return await handler(request);
  } catch (error) {
    return plainAnswer(500, error instanceof Error ? error.message : String(error));
  }
}
