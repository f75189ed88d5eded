// Reads JSON from a venue's public REST, by GET, or by POST where the question is a body: a few connections, a budget
// of requests per second, and a name for every way in which an answer can be none. Duty-cycle driven, so that every
// wait is on the caller's clock.
//
// A 429 stops all requests to its host, those of others on this thread too, for as long as it says. What may go away is asked again, a bounded number of times; a
// refusal (403, a challenge page) is not: asking on is what gets an address banned.
import { type HostPause, joinHost, leaveHost } from './host-pause.ts';
import { type HttpAnswer, HttpClient } from './http.ts';
import type { JsonValue } from './json.ts';

/**
 * `unreachable`: no connection. `timedOut`, `lost`, `tooLarge`: no whole answer. `rateLimited`: 429. `forbidden`: 403.
 * `challenged`: a page where JSON was due. `notFound`: 404. `refused`: another 3xx or 4xx. `serverError`: 5xx.
 * `notJson`: cut or damaged. `queueFull`: not asked at all, too many wait.
 */
export type RestFault =
  | 'unreachable'
  | 'timedOut'
  | 'lost'
  | 'tooLarge'
  | 'rateLimited'
  | 'forbidden'
  | 'challenged'
  | 'notFound'
  | 'refused'
  | 'serverError'
  | 'notJson'
  | 'queueFull';

export type RestResult = { readonly value: JsonValue } | { readonly fault: RestFault; readonly detail: string };

export interface RestGetOptions {
  /** Origin and path prefix. */
  readonly url: string;
  /** Cheap path that opens a connection and keeps it warm. */
  readonly warmPath: string;
  readonly userAgent: string;
  readonly connections: number;
  readonly requestsPerSecond: number;
  /** From the write to the last byte of an answer. */
  readonly deadlineMs: number;
  readonly answerBytesMax: number;
  /** How often one request is made before its fault is final. */
  readonly attemptsMax: number;
  /** First pause before another attempt; doubles. Also the pause after a 429 that names none. */
  readonly retryMs: number;
  /** A request without a connection for this long is unreachable. */
  readonly connectMs: number;
}

/** What happened, by name. */
export interface RestCounts {
  requests: number;
  retries: number;
  answerBytes: number;
  readonly faults: Partial<Record<RestFault, number>>;
}

interface Request {
  readonly path: string;
  /** '' for a GET. */
  readonly body: string;
  readonly onResult: (result: RestResult) => void;
  attempts: number;
  /** Since when it waits for a connection; undefined: not seen by a duty cycle yet. */
  waitsSinceNs: number | undefined;
  notBeforeNs: number;
}

const RETRIED: ReadonlySet<RestFault> = new Set(['timedOut', 'lost', 'rateLimited', 'serverError', 'notJson']);
const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
const RETRY_AFTER_S_MAX = 600;
const REDIAL_MS = 250;
/** Requests that wait; one more has the result `queueFull`, which is counted like every fault. */
export const WAITING_MAX = 16_384;

export class RestGets {
  readonly #options: RestGetOptions;
  readonly #clients: readonly HttpClient[];
  #waiting: Request[] = [];
  #ended: (() => void)[] = [];
  #running = 0;
  #nextStartNs = 0;
  #nowNs = 0;
  #isClosed = false;
  readonly #pause: HostPause;
  readonly counts: RestCounts = { requests: 0, retries: 0, answerBytes: 0, faults: {} };

  constructor(options: RestGetOptions) {
    this.#options = options;
    const { url, warmPath, userAgent, answerBytesMax } = options;
    const http = { url, warmPath, userAgent, answerBytesMax, redialMs: REDIAL_MS };
    this.#pause = joinHost(url);
    this.#clients = Array.from({ length: options.connections }, () => new HttpClient(http));
  }

  /** Requests that have no result yet. */
  get pending(): number {
    return this.#waiting.length + this.#running + this.#ended.length;
  }

  /** Asks for `path`; the result comes in a later duty cycle. */
  get(path: string, onResult: (result: RestResult) => void): void {
    this.post(path, '', onResult);
  }

  /** The same with the question in `body`, which must change nothing at the venue: it may be asked more than once. */
  post(path: string, body: string, onResult: (result: RestResult) => void): void {
    const request = { path, body, onResult, attempts: 0, waitsSinceNs: undefined, notBeforeNs: 0 };
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(request);
    else this.#ended.push(() => this.#end(request, { fault: 'queueFull', detail: `${WAITING_MAX} requests wait` }));
  }

  /** Delivers results and starts what budget and connections allow. */
  doWork(nowNs: number): number {
    this.#nowNs = nowNs;
    const ended = this.#ended;
    this.#ended = [];
    for (const end of ended) end();
    return ended.length + this.#start(nowNs);
  }

  async close(): Promise<void> {
    this.#waiting = [];
    if (!this.#isClosed) leaveHost(this.#options.url);
    this.#isClosed = true;
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #start(nowNs: number): number {
    let started = 0;
    for (const request of [...this.#waiting]) {
      request.waitsSinceNs ??= nowNs;
      if (nowNs < request.notBeforeNs) continue;
      const client = this.#clients.find((one) => one.ready());
      if (client !== undefined && this.#mayStart(nowNs) && this.#send(client, request)) {
        started += 1;
        this.#waiting = this.#waiting.filter((waiting) => waiting !== request);
        this.#nextStartNs = Math.max(this.#nextStartNs, nowNs) + NS_PER_S / this.#options.requestsPerSecond;
      } else if (client === undefined && this.#running === 0) this.#giveUp(request, nowNs);
      else request.waitsSinceNs = nowNs;
    }
    return started;
  }

  #mayStart(nowNs: number): boolean {
    return nowNs >= this.#nextStartNs && nowNs >= this.#pause.untilNs;
  }

  #giveUp(request: Request, nowNs: number): void {
    if (nowNs - request.waitsSinceNs! < this.#options.connectMs * NS_PER_MS) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== request);
    this.#end(request, { fault: 'unreachable', detail: this.#clients[0]!.status });
  }

  #send(client: HttpClient, request: Request): boolean {
    const over = (fault: RestFault, detail: string, pauseMs = 0): void => {
      this.#running -= 1;
      this.#ended.push(() => this.#failed(request, fault, detail, pauseMs));
    };
    const taken = client.call({
      ...{ path: request.path, headers: { accept: 'application/json' }, body: request.body },
      method: request.body === '' ? 'GET' : 'POST',
      deadlineMs: this.#options.deadlineMs,
      onSent: () => undefined,
      onUnsent: (reason) => over('lost', reason),
      onLost: (reason) => over(lostFault(reason), reason),
      onAnswer: (answer) => {
        this.counts.answerBytes += answer.body.length;
        const result = resultOf(answer);
        if ('fault' in result) over(result.fault, result.detail, answer.retryAfterS * 1_000);
        else {
          this.#running -= 1;
          this.#ended.push(() => this.#end(request, result));
        }
      },
    });
    if (!taken) return false;
    this.#running += 1;
    this.counts.requests += 1;
    request.attempts += 1;
    request.waitsSinceNs = undefined;
    return true;
  }

  /** Asks again, or lets the fault be the result. */
  #failed(request: Request, fault: RestFault, detail: string, pauseMs: number): void {
    this.counts.faults[fault] = (this.counts.faults[fault] ?? 0) + 1;
    const { retryMs, attemptsMax } = this.#options;
    const ownMs = retryMs * 2 ** (request.attempts - 1);
    const waitMs = Math.min(pauseMs > 0 ? pauseMs : ownMs, RETRY_AFTER_S_MAX * 1_000);
    const untilNs = this.#nowNs + waitMs * NS_PER_MS;
    if (fault === 'rateLimited') this.#pause.untilNs = Math.max(this.#pause.untilNs, untilNs);
    if (!RETRIED.has(fault) || request.attempts >= attemptsMax) {
      request.onResult({ fault, detail });
      return;
    }
    this.counts.retries += 1;
    request.notBeforeNs = untilNs;
    this.#waiting.push(request);
  }

  #end(request: Request, result: RestResult): void {
    if ('fault' in result) this.counts.faults[result.fault] = (this.counts.faults[result.fault] ?? 0) + 1;
    request.onResult(result);
  }
}

function lostFault(reason: string): RestFault {
  if (/^no answer within/.test(reason)) return 'timedOut';
  return /exceeded max size/.test(reason) ? 'tooLarge' : 'lost';
}

/** JSON, or what the answer is instead. */
function resultOf({ status, body }: HttpAnswer): RestResult {
  const isPage = /^\s*</.test(body);
  const fault = statusFault(status, isPage);
  const detail = `status ${status}`;
  if (fault !== undefined) return { fault, detail: isPage ? `${detail}, a page` : detail };
  try {
    // Bounded by its size alone: whoever reads it goes no deeper than the fields it knows.
    return { value: JSON.parse(body) as JsonValue };
  } catch {
    return { fault: 'notJson', detail: `${body.length} characters that are no JSON` };
  }
}

function statusFault(status: number, isPage: boolean): RestFault | undefined {
  if (status === 429) return 'rateLimited';
  if (status === 403) return 'forbidden';
  if (status >= 500) return 'serverError';
  if (isPage) return 'challenged';
  if (status === 404) return 'notFound';
  return status >= 300 ? 'refused' : undefined;
}
