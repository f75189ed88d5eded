// HTTP to a venue over one warmed connection: the only importer of undici. Main thread.
//
// A call is taken only by an idle, connected client. undici lets one turn of the event loop pass before it writes to a
// socket that was used before, to see whether the server has closed it; a call whose socket is gone by then is
// withdrawn, so that no order waits for a new connection. Nothing is ever retried here: whoever asked decides what a
// lost answer means.
import type { Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';

export interface HttpOptions {
  /** Origin, for example https://clob.polymarket.com. A path in it is put before every request's. */
  readonly url: string;
  /** Path fetched to open the connection and to keep it warm. */
  readonly warmPath: string;
  readonly userAgent: string;
  /** Answer bytes beyond this end the request. */
  readonly answerBytesMax: number;
  /** Pause before dialling again after the connection was lost; doubles up to 32 times. */
  readonly redialMs: number;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Exact text sent; '' for none. */
  readonly body: string;
  /** From the write to the last byte of the answer. */
  readonly deadlineMs: number;
  /** Nothing of the call was written, nor will be: the connection was lost first. */
  onUnsent(reason: string): void;
  /** The kernel has taken the request's last byte. Not called when the connection broke before. */
  onSent(): void;
  /** The whole answer came. */
  onAnswer(answer: HttpAnswer): void;
  /** No answer, or not all of it: the venue may or may not have acted on the request. */
  onLost(reason: string): void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Seconds of a Retry-After header, 0 without one. */
  readonly retryAfterS: number;
}

const NEVER_MS = 0;
const WARM_DEADLINE_MS = 10_000;
const KEEP_ALIVE_MS = 600_000;
const REDIAL_DOUBLINGS_MAX = 5;
/** Orders that reduce exposure wait too: not for as long as a header likes. */
const RETRY_AFTER_S_MAX = 600;

export class HttpClient {
  readonly #options: HttpOptions;
  readonly #client: Client;
  readonly #pathPrefix: string;
  #socket: Socket | undefined;
  #bytesBefore = { sent: 0, received: 0 };
  #connected = false;
  #running = 0;
  #closed = false;
  #redials = 0;
  #redialTimer: NodeJS.Timeout | undefined;
  #status = 'connecting';

  constructor(options: HttpOptions) {
    this.#options = options;
    const { origin, pathname } = new URL(options.url);
    this.#pathPrefix = pathname.replace(/\/$/, '');
    const connect = buildConnector({ timeout: 10_000 });
    this.#client = new Client(origin, {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The deadline of each call is the only clock: undici's own are coarse.
      headersTimeout: NEVER_MS,
      bodyTimeout: NEVER_MS,
      maxResponseSize: options.answerBytesMax,
      connect: (target, callback) => {
        connect(target, (...result) => {
          if (result[0] === null) this.#socket = result[1];
          callback(...result);
        });
      },
    });
    this.#client.on('connect', () => this.#onConnect());
    this.#client.on('disconnect', (_origin, _targets, error) => this.#onDisconnect(error.message));
    this.#client.on('connectionError', (_origin, _targets, error) => this.#onDisconnect(error.message));
    this.#warm();
  }

  /** True when a call would be written now. */
  ready(): boolean {
    // An aborted request destroys its socket before the client says that it is disconnected.
    const alive = this.#socket !== undefined && !this.#socket.destroyed;
    return alive && this.#connected && this.#running === 0 && !this.#closed;
  }

  /** For the status line: `ready`, or what the connection broke with. */
  get status(): string {
    return this.#status;
  }

  get bytesSent(): number {
    return this.#bytesBefore.sent + (this.#socket?.bytesWritten ?? 0);
  }

  get bytesReceived(): number {
    return this.#bytesBefore.received + (this.#socket?.bytesRead ?? 0);
  }

  /** Takes a call. False when not ready(): nothing is sent and no callback comes. */
  call(call: HttpCall): boolean {
    if (!this.ready()) return false;
    this.#dispatch(call, this.#socket);
    return true;
  }

  /** Cuts what is running, which is then lost, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#redialTimer);
    await this.#client.destroy();
  }

  /** `pinned`: the socket the call is for; undefined for the call that dials. */
  #dispatch(call: HttpCall, pinned: Socket | undefined): void {
    this.#running += 1;
    const exchange = new Exchange(call, () => {
      this.#running -= 1;
    });
    const options: Dispatcher.DispatchOptions = {
      method: call.method,
      path: this.#pathPrefix + call.path,
      headers: { 'user-agent': this.#options.userAgent, 'content-type': 'application/json', ...call.headers },
      body: call.body === '' ? null : Buffer.from(call.body, 'utf8'),
    };
    const socketNow = (): Socket | undefined => this.#socket;
    this.#client.dispatch(options, exchange.handler(pinned, socketNow));
  }

  /** The first request dials; later ones prove that the connection still answers. */
  #warm(): void {
    const nothing = (): void => undefined;
    const tell = { onUnsent: nothing, onSent: nothing, onAnswer: nothing, onLost: nothing };
    const path = this.#options.warmPath;
    this.#dispatch({ method: 'GET', path, headers: {}, body: '', deadlineMs: WARM_DEADLINE_MS, ...tell }, undefined);
  }

  #onConnect(): void {
    this.#connected = true;
    this.#redials = 0;
    this.#status = 'ready';
  }

  #onDisconnect(reason: string): void {
    this.#connected = false;
    this.#status = reason;
    this.#bytesBefore = { sent: this.bytesSent, received: this.bytesReceived };
    this.#socket = undefined;
    if (this.#closed || this.#redialTimer !== undefined) return;
    const pauseMs = this.#options.redialMs * 2 ** Math.min(this.#redials, REDIAL_DOUBLINGS_MAX);
    this.#redials += 1;
    this.#redialTimer = setTimeout(() => {
      this.#redialTimer = undefined;
      if (!this.#closed && !this.#connected && this.#running === 0) this.#warm();
      else if (!this.#connected) this.#onDisconnect(reason);
    }, pauseMs);
    this.#redialTimer.unref();
  }
}

/** One request and its end, whichever comes first; nothing after the end is told. */
class Exchange {
  readonly #call: HttpCall;
  readonly #release: () => void;
  readonly #pieces: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  #status = 0;
  #retryAfterS = 0;
  #ended = false;
  #sent = false;
  #abort: ((reason: Error) => void) | undefined;

  constructor(call: HttpCall, release: () => void) {
    this.#call = call;
    this.#release = release;
    this.#timer = setTimeout(() => this.#onLate(), call.deadlineMs);
  }

  /** undici's native handler: the newer form does not tell when a request was written. */
  handler(pinned: Socket | undefined, socketNow: () => Socket | undefined) {
    return {
      onConnect: (abort: (reason?: Error) => void): void => {
        const moved = pinned !== undefined && socketNow() !== pinned;
        if (moved) this.#end(() => this.#call.onUnsent('connection lost before the request was written'));
        if (this.#ended) abort(new Error('withdrawn'));
        else this.#abort = abort;
      },
      onRequestSent: (): void => this.#onWritten(socketNow()),
      onHeaders: (status: number, headers: Buffer[]): boolean => {
        this.#status = status;
        this.#retryAfterS = retryAfterS(headers);
        return true;
      },
      onData: (piece: Buffer): boolean => {
        this.#pieces.push(piece);
        return true;
      },
      onComplete: (): void => {
        const body = Buffer.concat(this.#pieces).toString('utf8');
        this.#end(() => this.#call.onAnswer({ status: this.#status, body, retryAfterS: this.#retryAfterS }));
      },
      onError: (error: Error): void => this.#onError(error.message),
    };
  }

  #onLate(): void {
    const reason = `no answer within ${this.#call.deadlineMs} ms`;
    if (this.#abort === undefined) this.#onError(reason);
    else this.#abort(new Error(reason));
  }

  /** Before undici took the request to a socket nothing can have left; after it anything can. */
  #onError(reason: string): void {
    if (this.#abort === undefined) this.#end(() => this.#call.onUnsent(reason));
    else this.#end(() => this.#call.onLost(reason));
  }

  /** undici has handed all bytes to the socket; they have left when the socket holds none back. */
  #onWritten(socket: Socket | undefined): void {
    if (socket === undefined) return;
    if (socket.writableLength === 0) this.#tellSent();
    // Writes complete in order: an empty one is done when all before it are.
    else socket.write('', (error) => (error ? undefined : this.#tellSent()));
  }

  #tellSent(): void {
    if (this.#sent || this.#ended) return;
    this.#sent = true;
    this.#call.onSent();
  }

  #end(tell: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#release();
    tell();
  }
}

/** Seconds of a Retry-After header in raw name, value pairs; 0 without one or when it is a date. */
function retryAfterS(headers: readonly Buffer[]): number {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]!.toString('latin1').toLowerCase() !== 'retry-after') continue;
    const seconds = Number(headers[at + 1]!.toString('latin1'));
    return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, RETRY_AFTER_S_MAX) : 0;
  }
  return 0;
}
