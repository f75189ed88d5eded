// The sockets of one connection of the Kalshi feed: the one that stands, and the one that is to take its place. Ingest
// thread; knows no books, its feed says when one goes.
import { CareHistory } from './care.ts';
import type { KalshiFeedSetup } from './kalshi-contract.ts';
import type { KalshiHeld } from './kalshi-held.ts';
import type { KalshiLink } from './kalshi-link.ts';
import { SessionHistory } from './kalshi-session.ts';
import { KalshiStandby } from './kalshi-standby.ts';

type MakeLink = (history: CareHistory, told: SessionHistory) => KalshiLink;

export class KalshiLinks {
  readonly #make: () => KalshiLink;
  readonly #setup: KalshiFeedSetup;
  #link: KalshiLink;
  #standby: KalshiStandby | undefined;
  #before = { bytesReceived: 0, reads: 0 };
  /** Sockets that another took the place of while they were open, and those that were dialled for that in vain. */
  readonly counts = { replaced: 0, replacementsFailed: 0 };

  constructor(setup: KalshiFeedSetup, make: MakeLink) {
    const [history, told] = [new CareHistory(), new SessionHistory()];
    this.#setup = setup;
    this.#make = () => make(history, told);
    this.#link = this.#make();
  }

  /** The one that stands: its frames count. */
  get first(): KalshiLink {
    return this.#link;
  }

  get standby(): KalshiStandby | undefined {
    return this.#standby;
  }

  get bytesReceived(): number {
    return this.#all().reduce((sum, link) => sum + link.bytesReceived, this.#before.bytesReceived);
  }

  get reads(): number {
    return this.#all().reduce((sum, link) => sum + link.reads, this.#before.reads);
  }

  doWork(nowNs: number): number {
    return this.#all().reduce((work, link) => work + link.doWork(nowNs), 0);
  }

  /** Dials another beside the one that stands. */
  dialStandby(nowNs: number): void {
    this.#standby = new KalshiStandby(this.#make(), this.#setup, nowNs);
  }

  /** The other stands from here on, and the one that stood is gone; answers what the other has brought. */
  promote({ link, held }: KalshiStandby): KalshiHeld {
    if (this.#link.openNs > 0) this.counts.replaced += 1;
    this.#retire(this.#link);
    this.#link = link;
    this.#standby = undefined;
    return held;
  }

  /** The one that stands goes on alone. */
  giveUp({ link }: KalshiStandby): void {
    this.counts.replacementsFailed += 1;
    this.#standby = undefined;
    this.#retire(link);
  }

  /** Closes for good; resolves when everything that the one that stands brought was handed on. */
  close(): Promise<void> {
    if (this.#standby !== undefined) this.#retire(this.#standby.link);
    this.#standby = undefined;
    return this.#link.close();
  }

  #all(): readonly KalshiLink[] {
    return this.#standby === undefined ? [this.#link] : [this.#link, this.#standby.link];
  }

  #retire(link: KalshiLink): void {
    const { bytesReceived, reads } = this.#before;
    this.#before = { bytesReceived: bytesReceived + link.bytesReceived, reads: reads + link.reads };
    link.drop();
  }
}
