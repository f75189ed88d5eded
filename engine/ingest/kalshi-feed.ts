// One connection of the Kalshi feed: its markets, snapshots asked for, loss, books by REST meanwhile, and another socket that
// takes its place before it goes. Runs on the ingest thread; its agent drives it by duty cycles and takes its frames.
//
// All markets of a connection must belong to one detector: the numbers of a subscription run over all of its markets,
// and a detector that sees some of them only would take the others' for gaps.
import * as L from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { PolledBook } from '../venue/kalshi/books-answer.ts';
import { handshakeSigner } from '../venue/kalshi/handshake-box.ts';
import type { ConnectionCare } from './care.ts';
import type { ReceivePool } from './feed-link.ts';
import type { KalshiFeedSetup, KalshiSink } from './kalshi-contract.ts';
import { KalshiLink, type KalshiLinkOwner } from './kalshi-link.ts';
import { KalshiLinks } from './kalshi-links.ts';
import { KalshiMarkets } from './kalshi-markets.ts';
import { KalshiPolled } from './kalshi-polled.ts';
import type { KalshiSession, SessionNews } from './kalshi-session.ts';
import type { KalshiStandby } from './kalshi-standby.ts';
import { LeftMarkets } from './left-markets.ts';
import { SnapshotWatch } from './snapshot-watch.ts';

const CHECK_EVERY_NS = 50e6;

export class KalshiFeed implements KalshiLinkOwner {
  readonly snapshots: SnapshotWatch;
  readonly connection: number;
  readonly #setup: KalshiFeedSetup;
  readonly #sink: KalshiSink;
  readonly #clock: Clock;
  readonly #books: Books;
  readonly #markets: KalshiMarkets;
  readonly #left: LeftMarkets;
  readonly #polled: KalshiPolled;
  readonly #links: KalshiLinks;
  #nextCheckNs = 0;
  #isClosed = false;
  /** Frames the decoder refused: each makes the books of the connection STALE. */
  rejected = 0;
  /** Times its books or the venue's answers called for another socket. */
  resyncs = 0;
  readonly #isOwn = (ticker: string): boolean => this.#markets.has(ticker);
  readonly read = (): void => this.#sink.read();
  readonly readEnd = (): void => this.#sink.readEnd();

  /**
   * `pool`: the stretches of the arena its sockets receive into. Throws RangeError for an unusable key or a ticker that is
   * not registered, SyntaxError for an unusable URL; no message repeats key or URL.
   */
  constructor(
    setup: KalshiFeedSetup,
    sink: KalshiSink,
    books: Books,
    [clock, random, pool]: readonly [Clock, Random, ReceivePool],
  ) {
    this.connection = setup.connection;
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    this.#books = books;
    const signer = handshakeSigner(setup);
    this.snapshots = new SnapshotWatch(books, setup.snapshots);
    this.#markets = new KalshiMarkets(books, setup.resync, sink);
    this.#markets.add(setup.tickers, clock.nowNs());
    this.#left = new LeftMarkets(sink.arena, (market) => sink.stale(market, clock.nowNs()));
    this.#polled = new KalshiPolled(sink, setup.connection);
    this.#links = new KalshiLinks(
      setup,
      (history, told) => new KalshiLink(setup, this, clock, { random, history, told, signer, pool }),
    );
  }

  /** Of the socket that stands; what it counts is of all. */
  get care(): ConnectionCare {
    return this.#links.first.care;
  }

  get session(): KalshiSession {
    return this.#links.first.session;
  }

  /** Why its last connection ended. */
  get lastClose(): string {
    return this.#links.first.lastClose;
  }

  get tickers(): readonly string[] {
    return this.#markets.tickers;
  }

  get counts(): Readonly<KalshiLinks['counts']> {
    return this.#links.counts;
  }

  get bytesReceived(): number {
    return this.#links.bytesReceived;
  }

  get reads(): number {
    return this.#links.reads;
  }

  get reconnects(): number {
    return Math.max(0, this.care.counts.dials - 1);
  }

  /** True while its books are to be asked for by REST. */
  get wantsPoll(): boolean {
    return this.care.mode === 'poll' && this.#links.first.openNs === 0 && !this.#isClosed;
  }

  /**
   * Takes a book that REST answered to a question asked after stream `streams`. A stream knows better: its changes, told
   * before the answer came, would be undone by it, or done twice after it.
   */
  takePolled(book: PolledBook, streams: number): 'taken' | 'late' | 'refused' {
    if (!this.#isOwn(book.ticker) || !this.wantsPoll || streams !== this.care.counts.opens) return 'late';
    return this.#polled.take(book, this.#clock.nowNs());
  }

  open(): void {
    this.care.start(this.#clock.nowNs());
  }

  doWork(nowNs: number): number {
    if (this.#isClosed) return 0;
    const work = this.#links.doWork(nowNs);
    if (nowNs < this.#nextCheckNs) return work;
    this.#nextCheckNs = nowNs + CHECK_EVERY_NS;
    this.#check(nowNs);
    const { standby } = this.#links;
    if (standby !== undefined) this.#watchStandby(standby, nowNs);
    return work;
  }

  /** Takes further markets of the same detector; they are registered already. Throws RangeError when one is not. */
  addMarkets(tickers: readonly string[]): void {
    const added = this.#markets.add(tickers, this.#clock.nowNs());
    for (const ticker of added) this.#left.join(this.#sink.marketOf(ticker)!);
    this.#update('add_markets', added);
  }

  /** Leaves markets: from here on nothing proves their books, so they are STALE. */
  removeMarkets(tickers: readonly string[]): void {
    const removed = this.#markets.remove(tickers);
    for (const [market] of removed) this.#left.leave(market);
    const gone = removed.map(([, ticker]) => ticker);
    this.#update('delete_markets', gone);
  }

  /** Closes for good; resolves when the socket is closed and everything it brought was handed on. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#links.close();
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    this.#links.first.cut();
  }

  opened(link: KalshiLink): void {
    if (link === this.#links.first) this.#polled.over(link.openNs);
    link.session.open(this.tickers);
  }

  message(link: KalshiLink, bytes: Uint8Array): void {
    if (link !== this.#links.first) this.#links.standby?.take(bytes, this.#clock.nowNs(), this.#isOwn);
    else this.#deliver(bytes);
  }

  messageAt(link: KalshiLink, at: number, length: number): boolean {
    const bytes = this.#sink.arena.bytes;
    if (link !== this.#links.first) {
      this.#links.standby?.take(bytes.subarray(at, at + length), this.#clock.nowNs(), this.#isOwn);
      return false;
    }
    const answer = this.#sink.frameAt(at, length, L.VENUE_KALSHI, this.#setup.connection);
    if (answer <= 0) this.#settle(answer, bytes.subarray(at, at + length));
    else this.#published(answer);
    return answer > 0;
  }

  closed(link: KalshiLink, wasOpen: boolean, nowNs: number): void {
    const { standby } = this.#links;
    if (standby?.link === link) {
      this.#giveUp(standby);
      return;
    }
    // A dial that failed takes nothing away from books that are polled.
    if (wasOpen) this.#loseAll(nowNs);
    if (standby?.held.fault === '') this.#takeOver(standby, nowNs);
    else if (standby !== undefined) this.#giveUp(standby);
  }

  #update(action: 'add_markets' | 'delete_markets', tickers: readonly string[]): void {
    if (tickers.length === 0) return;
    const { first, standby } = this.#links;
    if (standby?.link.session.update(action, tickers) === false) this.#giveUp(standby);
    if (!first.session.update(action, tickers)) this.#replace();
  }

  #loseAll(nowNs: number): void {
    this.snapshots.reset();
    this.#sink.lost(this.#setup.connection, nowNs);
    this.#forgetNumbers(nowNs);
    // Their end may be told while nobody listens, and no answer to a subscription says that they go on.
    for (const paused of this.#markets.paused) this.#markets.resume(paused, nowNs);
  }

  #forgetNumbers(nowNs: number): void {
    const market = this.#markets.first;
    if (market !== undefined) this.#sink.connectionOver(market, this.#setup.connection, nowNs);
  }

  #deliver(bytes: Uint8Array): void {
    const answer = this.#sink.frame(bytes, L.VENUE_KALSHI, this.#setup.connection);
    if (answer <= 0) this.#settle(answer, bytes);
    else this.#published(answer);
  }

  #published(slots: number): void {
    this.#links.first.data();
    this.#left.published(slots);
  }

  /** A frame that changed no book. */
  #settle(answer: number, bytes: Uint8Array): void {
    const value = this.#sink.takeKalshi(this.#setup.connection);
    if (answer <= -L.DECODE_REJECT_BASE) {
      // A relative change may be lost, of any market: the frame says no more for certain.
      this.rejected += 1;
      this.#sink.lost(this.#setup.connection, this.#clock.nowNs());
      this.#nextCheckNs = 0;
    } else if (answer === L.DECODE_IGNORED || answer === L.DECODE_CONTROL) {
      this.#onNews(this.session.read(value ?? bytes));
    }
  }

  #onNews(news: SessionNews): void {
    const nowNs = this.#clock.nowNs();
    if (news.kind === 'confirmed') {
      this.care.subscribed(nowNs);
      this.snapshots.expect(this.#markets.trading, this.#links.first.openNs);
    }
    if (news.kind === 'useless') {
      this.resyncs += 1;
      this.#links.first.refute();
    }
    const market = this.#markets.first;
    if (news.kind === 'number' && market !== undefined) {
      const { connection } = this.#setup;
      this.#sink.passNumber(market, { connection, sid: news.sid, seq: news.seq }, nowNs);
    }
    if (news.kind !== 'life' || !this.#isOwn(news.event.ticker)) return;
    this.#markets.live(this.#sink.marketOf(news.event.ticker)!, news.event, nowNs);
  }

  #check(nowNs: number): void {
    for (const market of this.#markets.pausedInVain) this.#sink.stale(market, nowNs);
    if (this.session.canAsk) {
      const { ask, unanswered } = this.snapshots.needs(this.#markets.trading, nowNs);
      for (const market of unanswered) this.#sink.stale(market, nowNs);
      if (ask.length > 0) this.session.askForSnapshots(ask.map((market) => this.#markets.tickerOf(market)!));
    }
    if (this.#links.standby !== undefined || !this.#markets.wantsResync(this.#links.first.openNs, nowNs)) return;
    this.#sink.countResync();
    this.#replace();
  }

  /** Has the socket replaced: by another that has the books first, when there are good ones to keep. */
  #replace(): void {
    if (this.#links.standby !== undefined) return;
    this.resyncs += 1;
    if (this.#markets.hasGoodBooks) this.#links.dialStandby(this.#clock.nowNs());
    else this.#links.first.refute();
  }

  #watchStandby(standby: KalshiStandby, nowNs: number): void {
    const verdict = standby.verdict(this.#markets, this.#books, nowNs);
    if (verdict === 'promote') this.#takeOver(standby, nowNs);
    else if (verdict === 'giveUp') this.#giveUp(standby);
  }

  /** One step: nothing of the old one counts any more, and the books of the new one as they are now. */
  #takeOver(standby: KalshiStandby, nowNs: number): void {
    const held = this.#links.promote(standby);
    this.#forgetNumbers(nowNs);
    this.snapshots.reset();
    for (const life of held.lives) this.#deliver(life);
    for (const text of held.snapshots(this.#markets.tradingTickers)) this.#deliver(Buffer.from(text));
  }

  /** The other goes on, unless it has nothing that is worth it. */
  #giveUp(standby: KalshiStandby): void {
    this.#links.giveUp(standby);
    if (!this.#markets.hasGoodBooks) this.#links.first.refute();
  }
}
