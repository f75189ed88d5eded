// Asks the Data API for the trades of wallets: after each new subscription for what the gap hid, often while a stream is
// lost, now and then while it stands, as the check that it is not frozen. One question per wallet at a time, so that
// the questions are as bounded as the wallets.
import type { Clock } from '../core/clock.ts';
import { type RestGetOptions, RestGets, type RestResult } from '../venue/rest-get.ts';
import type { WalletTrade } from '../venue/wallet/contract.ts';
import { ACTIVITY_OFFSET_MAX, ACTIVITY_ROWS_MAX, activityPage, activityPath } from '../venue/wallet/data-api.ts';

export interface WalletPollOptions {
  readonly rest: RestGetOptions;
  /** Between two sweeps of one wallet while its stream is lost. */
  readonly pollMs: number;
  /** The same while it stands. */
  readonly controlMs: number;
  /** How far each sweep reaches back before the one before it: the venue lists trades with delay. */
  readonly overlapS: number;
  /** How far the first sweep reaches back. */
  readonly lookbackS: number;
}

export interface PollSink {
  polled(trade: WalletTrade, recvNs: number): void;
  isStreaming(wallet: string): boolean;
}

interface Wallet {
  readonly address: string;
  sinceS: number;
  dueNs: number;
  isAsked: boolean;
  wasAskedAgain: boolean;
}

/** Requests handed over before their time, by connection: the next one is there when a connection falls idle. */
const PENDING_PER_CONNECTION = 2;

export class WalletPoll {
  readonly #options: WalletPollOptions;
  readonly #sink: PollSink;
  readonly #clock: Clock;
  readonly #rest: RestGets;
  readonly #wallets = new Map<string, Wallet>();
  sweeps = 0;
  failedSweeps = 0;
  badRows = 0;
  /** Sweeps with more rows than the venue lists: the rest of them is lost. */
  truncated = 0;

  constructor(options: WalletPollOptions, sink: PollSink, clock: Clock) {
    this.#options = options;
    this.#sink = sink;
    this.#clock = clock;
    this.#rest = new RestGets(options.rest);
  }

  get counts(): RestGets['counts'] {
    return this.#rest.counts;
  }

  add(address: string): void {
    const sinceS = Math.floor(this.#clock.wallMs() / 1_000) - this.#options.lookbackS;
    const dueNs = this.#clock.nowNs();
    this.#wallets.set(address, { address, sinceS, dueNs, isAsked: false, wasAskedAgain: false });
  }

  remove(address: string): void {
    this.#wallets.delete(address);
  }

  /** Sweeps `address` as soon as the budget allows; a sweep that runs already began too early and is followed by another. */
  soon(address: string): void {
    const wallet = this.#wallets.get(address);
    if (wallet === undefined) return;
    wallet.dueNs = 0;
    wallet.wasAskedAgain = wallet.isAsked;
  }

  /** Its stream is lost: not later than in pollMs. */
  hasten(address: string, nowNs: number): void {
    const wallet = this.#wallets.get(address);
    if (wallet !== undefined) wallet.dueNs = Math.min(wallet.dueNs, nowNs + this.#options.pollMs * 1e6);
  }

  doWork(nowNs: number): number {
    let asked = 0;
    const pendingMax = this.#options.rest.connections * PENDING_PER_CONNECTION;
    if (this.#rest.pending < pendingMax) {
      for (const wallet of this.#wallets.values()) {
        if (wallet.isAsked || wallet.dueNs > nowNs) continue;
        asked += 1;
        this.#sweep(wallet);
        if (this.#rest.pending >= pendingMax) break;
      }
    }
    return asked + this.#rest.doWork(nowNs);
  }

  close(): Promise<void> {
    return this.#rest.close();
  }

  #sweep(wallet: Wallet): void {
    // To the end of the row, so that no wallet waits for ever behind those before it.
    this.#wallets.delete(wallet.address);
    this.#wallets.set(wallet.address, wallet);
    wallet.isAsked = true;
    wallet.wasAskedAgain = false;
    const askedS = Math.floor(this.#clock.wallMs() / 1_000);
    this.#page(wallet, 0, askedS);
  }

  #page(wallet: Wallet, offset: number, askedS: number): void {
    this.#rest.get(activityPath(wallet.address, wallet.sinceS, offset), (result) => {
      const more = this.#take(result);
      if (more === undefined) this.#end(wallet, undefined);
      else if (!more) this.#end(wallet, askedS);
      else if (offset + ACTIVITY_ROWS_MAX <= ACTIVITY_OFFSET_MAX)
        this.#page(wallet, offset + ACTIVITY_ROWS_MAX, askedS);
      else {
        this.truncated += 1;
        this.#end(wallet, askedS);
      }
    });
  }

  /** True when there is another page, undefined when there was no answer. */
  #take(result: RestResult): boolean | undefined {
    const page = 'fault' in result ? undefined : activityPage(result.value);
    if (page === undefined) return undefined;
    const recvNs = this.#clock.nowNs();
    this.badRows += page.bad;
    for (const trade of page.trades) this.#sink.polled(trade, recvNs);
    return page.rows >= ACTIVITY_ROWS_MAX;
  }

  /** `askedS`: up to when everything is known now; undefined: nothing new is. */
  #end(wallet: Wallet, askedS: number | undefined): void {
    const { pollMs, controlMs, overlapS } = this.#options;
    wallet.isAsked = false;
    if (askedS === undefined) this.failedSweeps += 1;
    else {
      this.sweeps += 1;
      wallet.sinceS = Math.max(wallet.sinceS, askedS - overlapS);
    }
    const isCalm = askedS !== undefined && this.#sink.isStreaming(wallet.address);
    wallet.dueNs = wallet.wasAskedAgain ? 0 : this.#clock.nowNs() + (isCalm ? controlMs : pollMs) * 1e6;
  }
}
