// One connection of the Kalshi feed: the signed handshake, its markets, snapshots asked for, loss. Runs on the ingest
// thread; its agent drives it by duty cycles and takes its frames.
//
// All markets of a connection must belong to one detector: the numbers of a subscription run over all of its markets,
// and a detector that sees some of them only would take the others' for gaps.
import * as L from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { Random } from '../core/random.ts';
import { type PolledBook, snapshotText } from '../venue/kalshi/books-answer.ts';
import { KalshiSigner } from '../venue/kalshi/sign.ts';
import { ConnectionCare } from './care.ts';
import { dial } from './dial.ts';
import type { DialedSocket, ReceiveSlice } from './dial-contract.ts';
import type { KalshiFeedSetup, KalshiSink } from './kalshi-contract.ts';
import { KalshiMarkets } from './kalshi-markets.ts';
import { KalshiSession, type SessionNews } from './kalshi-session.ts';
import { LeftMarkets } from './left-markets.ts';
import { SnapshotWatch } from './snapshot-watch.ts';
import { targetOf } from './ws-handshake.ts';
import type { ReceiveMemory } from './ws-receive.ts';

const CHECK_EVERY_NS = 50e6;

export class KalshiFeed {
  readonly care: ConnectionCare;
  readonly session: KalshiSession;
  readonly snapshots: SnapshotWatch;
  readonly #setup: KalshiFeedSetup;
  readonly #sink: KalshiSink;
  readonly #clock: Clock;
  readonly #signer: KalshiSigner;
  readonly #path: string;
  readonly #receive: ReceiveSlice | undefined;
  readonly #books: Books;
  readonly #markets: KalshiMarkets;
  readonly #left: LeftMarkets;
  #socket: DialedSocket | undefined;
  #openNs = 0;
  #nextCheckNs = 0;
  #data = 0;
  #dataSeen = 0;
  #bytesBefore = 0;
  #isClosed = false;
  /** Number of the last polled book, and whether one was taken since the last stream. */
  #polledSeq = 0;
  #hasPolled = false;
  readonly #ended = deferred<void>();
  reads = 0;
  /** Frames the decoder refused: each makes the books of the connection STALE. */
  rejected = 0;
  /** Why the last connection ended. */
  lastClose = '';

  /**
   * `memory`: the part of the arena its sockets receive into. Throws RangeError for an unusable key or a ticker that is
   * not registered, SyntaxError for an unusable URL; no message repeats key or URL.
   */
  constructor(
    setup: KalshiFeedSetup,
    sink: KalshiSink,
    books: Books,
    [clock, random, memory]: readonly [Clock, Random, ReceiveMemory | undefined],
  ) {
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    this.#books = books;
    this.#signer = new KalshiSigner(setup.keyId, setup.privateKeyPem);
    this.#path = targetOf(setup.url).path;
    this.care = new ConnectionCare(setup.care, random);
    this.session = new KalshiSession((text) => this.#socket?.sendText(text));
    this.snapshots = new SnapshotWatch(books, setup.snapshots);
    this.#markets = new KalshiMarkets(books, setup.resync, (ticker) => sink.marketOf(ticker));
    this.#markets.add(setup.tickers, clock.nowNs());
    this.#left = new LeftMarkets(sink.arena, (market) => sink.stale(market, clock.nowNs()));
    const onMessageAt = (at: number, length: number): boolean => {
      const answer = sink.frameAt(at, length, L.VENUE_KALSHI, setup.connection);
      if (answer <= 0) this.#settle(answer, memory!.memory.subarray(at, at + length));
      else this.#published(answer);
      return answer > 0;
    };
    this.#receive = memory === undefined ? undefined : { ...memory, onMessageAt };
  }

  get tickers(): readonly string[] {
    return this.#markets.tickers;
  }

  get bytesReceived(): number {
    return this.#bytesBefore + (this.#socket?.bytesReceived ?? 0);
  }

  get reconnects(): number {
    return Math.max(0, this.care.counts.dials - 1);
  }

  /** True while its books are to be asked for by REST. */
  get wantsPoll(): boolean {
    return this.care.mode === 'poll' && this.#openNs === 0 && !this.#isClosed;
  }

  /** Streams so far: an answer is late when there was one since its question. */
  get streams(): number {
    return this.care.counts.opens;
  }

  /**
   * Takes a book that REST answered to a question asked after stream `streams`. A stream knows better: its changes, told
   * before the answer came, would be undone by it, or done twice after it.
   */
  takePolled(book: PolledBook, streams: number): 'taken' | 'late' | 'refused' {
    const market = this.#sink.marketOf(book.ticker);
    const isOwn = market !== undefined && this.#markets.tickerOf(market) !== undefined;
    if (!isOwn || !this.wantsPoll || streams !== this.streams) return 'late';
    const { connection } = this.#setup;
    this.#polledSeq += 1;
    this.#hasPolled = true;
    const answer = this.#sink.frame(Buffer.from(snapshotText(book, this.#polledSeq)), L.VENUE_KALSHI, connection);
    // Answers are no sequence: one market's says nothing of the others, so no number is left that would prove them.
    this.#sink.connectionOver(market, connection, this.#clock.nowNs());
    return answer > 0 ? 'taken' : 'refused';
  }

  open(): void {
    this.care.start(this.#clock.nowNs());
  }

  doWork(nowNs: number): number {
    if (this.#isClosed) return 0;
    if (this.#data !== this.#dataSeen) {
      this.#dataSeen = this.#data;
      this.care.data(nowNs);
    }
    let work = 0;
    for (let action = this.care.due(nowNs); action !== undefined; action = this.care.due(nowNs)) {
      work += 1;
      if (action === 'dial') this.#dial();
      else if (action === 'ping') this.#socket?.ping();
      else this.#socket?.terminate();
      if (action !== 'ping') break;
    }
    if (nowNs < this.#nextCheckNs) return work;
    this.#nextCheckNs = nowNs + CHECK_EVERY_NS;
    this.#check(nowNs);
    return work;
  }

  /** Takes further markets of the same detector; they are registered already. Throws RangeError when one is not. */
  addMarkets(tickers: readonly string[]): void {
    const added = this.#markets.add(tickers, this.#clock.nowNs());
    for (const ticker of added) this.#left.join(this.#sink.marketOf(ticker)!);
    if (added.length > 0 && !this.session.update('add_markets', added)) this.#replace();
  }

  /** Leaves markets: from here on nothing proves their books, so they are STALE. */
  removeMarkets(tickers: readonly string[]): void {
    const removed = this.#markets.remove(tickers);
    for (const [market] of removed) this.#left.leave(market);
    const gone = removed.map(([, ticker]) => ticker);
    if (gone.length > 0 && !this.session.update('delete_markets', gone)) this.#replace();
  }

  /** Closes for good; resolves when the socket is closed and everything it brought was handed on. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.session.unsubscribe();
    if (this.#socket === undefined) this.#ended.resolve();
    else this.#socket.close();
    return this.#ended.promise;
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    this.#socket?.terminate();
  }

  #dial(): void {
    const { url, transport, ca, maxFrameBytes, care, connection } = this.#setup;
    const socket: DialedSocket = dial(url, {
      ...{ transport, maxPayloadBytes: maxFrameBytes, handshakeTimeoutMs: care.openMs },
      headers: this.#signer.headers('GET', this.#path, this.#clock.wallMs()),
      ...(ca === undefined ? {} : { ca }),
      ...(this.#receive === undefined ? {} : { receive: this.#receive }),
      onOpen: () => this.#onOpen(),
      onRead: () => {
        this.reads += 1;
        this.#sink.read();
      },
      onReadEnd: () => this.#sink.readEnd(),
      onMessage: (bytes) => {
        const answer = this.#sink.frame(bytes, L.VENUE_KALSHI, connection);
        if (answer <= 0) this.#settle(answer, bytes);
        else this.#published(answer);
      },
      onPong: () => this.care.pong(),
      onClose: (code, reason) => this.#onClose(socket, `${code} ${reason}`.trim()),
    });
    this.#socket = socket;
  }

  #onOpen(): void {
    this.#openNs = this.#clock.nowNs();
    this.care.opened(this.#openNs);
    // A polled book is of another time than the stream: no change may be added to it.
    if (this.#hasPolled) this.#sink.lost(this.#setup.connection, this.#openNs);
    this.#hasPolled = false;
    this.session.open(this.tickers);
  }

  #onClose(socket: DialedSocket, why: string): void {
    this.lastClose = why;
    this.#bytesBefore += socket.bytesReceived;
    const nowNs = this.#clock.nowNs();
    // A dial that failed takes nothing away from books that are polled.
    if (this.#openNs > 0) this.#loseAll(nowNs);
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.care.closed(nowNs);
    if (this.#isClosed) this.#ended.resolve();
  }

  #loseAll(nowNs: number): void {
    this.#openNs = 0;
    this.session.over();
    this.snapshots.reset();
    const { connection } = this.#setup;
    this.#sink.lost(connection, nowNs);
    const market = this.#markets.first;
    if (market !== undefined) this.#sink.connectionOver(market, connection, nowNs);
    // Their end may be told while nobody listens, and no answer to a subscription says that they go on.
    for (const paused of this.#markets.paused) this.#markets.resume(paused, nowNs);
  }

  #published(slots: number): void {
    this.#data += 1;
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
      this.snapshots.expect(this.#markets.trading, this.#openNs);
    }
    if (news.kind === 'useless') this.#replace();
    const market = this.#markets.first;
    if (news.kind === 'number' && market !== undefined) {
      const { connection } = this.#setup;
      this.#sink.passNumber(market, { connection, sid: news.sid, seq: news.seq }, nowNs);
    }
    if (news.kind !== 'life') return;
    const own = this.#sink.marketOf(news.event.ticker);
    if (own === undefined || this.#markets.tickerOf(own) === undefined) return;
    if (news.event.change === 'paused') this.#markets.pause(own);
    else if (news.event.change === 'resumed') this.#markets.resume(own, nowNs);
  }

  #check(nowNs: number): void {
    for (const market of this.#markets.paused) {
      const state = this.#books.state(market);
      if (state !== L.BOOK_STALE && state !== L.BOOK_EMPTY) this.#sink.stale(market, nowNs);
    }
    if (this.session.canAsk) {
      const { ask, unanswered } = this.snapshots.needs(this.#markets.trading, nowNs);
      for (const market of unanswered) this.#sink.stale(market, nowNs);
      if (ask.length > 0) this.session.askForSnapshots(ask.map((market) => this.#markets.tickerOf(market)!));
    }
    if (!this.#markets.wantsResync(this.#openNs, nowNs)) return;
    this.#sink.countResync();
    this.#replace();
  }

  #replace(): void {
    if (this.care.refuted()) this.#socket?.terminate();
  }
}
