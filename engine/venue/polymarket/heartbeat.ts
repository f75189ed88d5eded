// Heartbeats of a live account: once they have begun, the venue cancels all its open orders when they stop. Main thread, on a
// connection of its own. While none is answered nothing new may be sent: the venue may have cancelled what rests.
import type { Clock } from '../../core/clock.ts';
import type { HttpClient } from '../http.ts';
import { isJsonObject, jsonOf, textOf } from '../json.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

/** `aliveMs`: the venue waits 10 s and a buffer of 5 s. */
export interface HeartbeatOptions {
  readonly everyMs: number;
  readonly aliveMs: number;
}

export const HEARTBEAT: HeartbeatOptions = { everyMs: 4_000, aliveMs: 10_000 };

const PATH = '/v1/heartbeats';
const LOOK_MS = 100;
const HTTP_OK = 200;

export class Heartbeat {
  readonly #client: HttpClient;
  readonly #account: { readonly credentials: ApiCredentials; readonly address: string };
  readonly #clock: Clock;
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  /** Names the next heartbeat; '' begins anew. */
  #id = '';
  #sentNs = Number.NEGATIVE_INFINITY;
  /** When the last one that was answered was sent. */
  #aliveNs = Number.NEGATIVE_INFINITY;
  #failed = 0;

  constructor(
    client: HttpClient,
    account: { readonly credentials: ApiCredentials; readonly address: string },
    clock: Clock,
    options: HeartbeatOptions = HEARTBEAT,
  ) {
    this.#client = client;
    this.#account = account;
    this.#clock = clock;
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), Math.min(LOOK_MS, options.everyMs));
  }

  /** True while the venue surely still holds our orders. */
  alive(): boolean {
    return this.#clock.nowNs() - this.#aliveNs < this.#options.aliveMs * 1e6;
  }

  /** Heartbeats that were not answered, or refused. */
  get failed(): number {
    return this.#failed;
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return this.#client.close();
  }

  #look(): void {
    const nowNs = this.#clock.nowNs();
    if (nowNs - this.#sentNs < this.#options.everyMs * 1e6 || !this.#client.ready()) return;
    this.#sentNs = nowNs;
    const { credentials, address } = this.#account;
    const call = { method: 'POST', path: PATH, body: JSON.stringify({ heartbeat_id: this.#id }) } as const;
    const headers = l2Headers(credentials, address, Math.floor(this.#clock.wallMs() / 1_000), call);
    const lost = (): void => this.#refused();
    this.#client.call({
      ...{ ...call, headers, deadlineMs: this.#options.everyMs, onUnsent: lost, onLost: lost, onSent: () => undefined },
      onAnswer: ({ status, body }) => {
        const value = jsonOf(body);
        const id = status === HTTP_OK && isJsonObject(value) ? textOf(value, 'heartbeat_id') : '';
        if (id === '') this.#refused();
        else {
          this.#id = id;
          this.#aliveNs = nowNs;
        }
      },
    });
  }

  #refused(): void {
    this.#failed += 1;
    this.#id = '';
  }
}
