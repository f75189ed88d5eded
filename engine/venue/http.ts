// HTTP to a venue over one warmed connection: the only importer of undici. Main thread.
//
// A request is written at once to an idle, connected socket or not taken at all, so nothing waits in a queue where a
// tripped breaker could not reach it. Nothing is ever retried here: whoever asked decides what a lost answer means.
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
  /** True: written during the call or not at all, so that a tripped breaker never has to reach into a queue. */
  readonly atOnce: boolean;
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
const KEEP_ALIVE_MS = 600_000;
const REDIAL_DOUBLINGS_MAX = 5;

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
    return this.#connected && this.#running === 0 && !this.#closed;
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

  /** Writes a call. False when it could not be written: nothing was sent, nothing will be, and no callback comes. */
  call(call: HttpCall): boolean {
    if (!this.ready()) return false;
    const exchange = this.#dispatch(call);
    return !call.atOnce || exchange.started || !exchange.withdraw();
  }

  /** Cuts what is running, which is then lost, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#redialTimer);
    await this.#client.destroy();
  }

  #dispatch(call: HttpCall): Exchange {
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
    this.#client.dispatch(
      options,
      exchange.handler(() => this.#socket),
    );
    return exchange;
  }

  /** The first request dials; later ones prove that the connection still answers. */
  #warm(): void {
    const nothing = (): void => undefined;
    const call = {
      method: 'GET',
      path: this.#options.warmPath,
      headers: {},
      body: '',
      deadlineMs: 10_000,
      atOnce: false,
    } as const;
    this.#dispatch({ ...call, onSent: nothing, onAnswer: nothing, onLost: nothing });
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
  #status = 0;
  #retryAfterS = 0;
  #ended = false;
  #sent = false;
  #abort: ((reason: Error) => void) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(call: HttpCall, release: () => void) {
    this.#call = call;
    this.#release = release;
    this.#timer = setTimeout(() => this.#onLate(), call.deadlineMs);
  }

  /** True once undici has given the request to the socket. */
  get started(): boolean {
    return this.#abort !== undefined;
  }

  /** Takes back a request that was not started; it is never written then. False when it has ended already. */
  withdraw(): boolean {
    if (this.#ended) return false;
    this.#end(() => undefined);
    return true;
  }

  handler(socketOf: () => Socket | undefined): Dispatcher.DispatchHandler & { onRequestSent(): void } {
    return {
      onRequestStart: (controller) => {
        if (this.#ended) controller.abort(new Error('withdrawn'));
        else this.#abort = (reason) => controller.abort(reason);
      },
      onRequestSent: () => this.#onWritten(socketOf()),
      onResponseStart: (_controller, status, headers) => {
        this.#status = status;
        const seconds = Number(headers['retry-after'] ?? 0);
        this.#retryAfterS = Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
      },
      onResponseData: (_controller, piece) => {
        this.#pieces.push(piece);
      },
      onResponseEnd: () => {
        const body = Buffer.concat(this.#pieces).toString('utf8');
        this.#end(() => this.#call.onAnswer({ status: this.#status, body, retryAfterS: this.#retryAfterS }));
      },
      onResponseError: (_controller, error) => this.#end(() => this.#call.onLost(error.message)),
    };
  }

  /** undici has handed all bytes to the socket; they have left when the socket holds none back. */
  #onWritten(socket: Socket | undefined): void {
    if (socket === undefined) return;
    if (socket.writableLength === 0) this.#tellSent();
    // Writes complete in order: an empty one is done when all before it are.
    else socket.write('', (error) => (error ? undefined : this.#tellSent()));
  }

  #onLate(): void {
    const reason = new Error(`no answer within ${this.#call.deadlineMs} ms`);
    if (this.#abort === undefined) this.#end(() => this.#call.onLost(reason.message));
    else this.#abort(reason);
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
