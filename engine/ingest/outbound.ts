// One outbound market-data feed: the tokens of one connection number, on one socket, on two while one takes another's
// place, or on two always, when copies are asked for. Ingest thread; hands frames to the sink, which stamps them first.
//
// Only data is a sign of life. A venue that answers PING and sends nothing else has lost the subscription, so a PONG
// does not stop the clock of idle connections. Books are lost with the last socket that brought all of them, not before.
import { DECODE_DROPPED, VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { subscribeMoreText, subscribeText, unsubscribeText } from '../venue/polymarket/feed.ts';
import { type CareCounts, CareHistory, type FeedMode } from './care.ts';
import { COPY_TAKE, Copies } from './copies.ts';
import type { OutboundCounts, OutboundSetup, PlacedSink } from './feed-contract.ts';
import { FeedLink, type LinkHad, type LinkOwner, type ReceivePool } from './feed-link.ts';
import { FirstBooks, marketOf } from './first-books.ts';
import { LeftMarkets } from './left-markets.ts';
import { absentOnAll, freeNumber, lackedByAll, standbyVerdict, stands } from './standby.ts';

export class OutboundFeed implements LinkOwner {
  readonly #setup: OutboundSetup;
  readonly #sink: PlacedSink;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pool: ReceivePool;
  readonly #history = new CareHistory();
  readonly #copies: Copies;
  readonly #left: LeftMarkets;
  readonly #tokens: Set<string>;
  readonly tokens: ReadonlySet<string>;
  /** The sockets that carry the tokens, and the one that is to take the first's place. */
  #links: FeedLink[] = [];
  #standby: FeedLink | undefined;
  #standbyNs = 0;
  #before = { bytesReceived: 0, reads: 0 };
  readonly counts: OutboundCounts = { replaced: 0, replacementsFailed: 0, firstBooksAskedAgain: 0 };
  /** Open sockets that ended, or gave their place to another, and were not closed by us. */
  reconnects = 0;

  readonly read = (): void => this.#sink.read();
  readonly readEnd = (): void => this.#sink.readEnd();

  constructor(setup: OutboundSetup, sink: PlacedSink, clock: Clock, random: Random, pool: ReceivePool) {
    this.#setup = setup;
    this.#sink = sink;
    this.#clock = clock;
    this.#random = random;
    this.#pool = pool;
    this.#copies = new Copies(sink.arena);
    this.#left = new LeftMarkets(sink.arena, (market) => sink.lostMarket(market, clock.nowNs()));
    this.#tokens = new Set(setup.tokens);
    this.tokens = this.#tokens;
  }

  get bytesReceived(): number {
    return this.#all().reduce((sum, link) => sum + link.bytesReceived, this.#before.bytesReceived);
  }

  /** Reads of its sockets that brought bytes. */
  get reads(): number {
    return this.#all().reduce((sum, link) => sum + link.reads, this.#before.reads);
  }

  /** Since when a socket is open and subscribed, ns; 0 while none is. */
  get openNs(): number {
    return this.#links.find(({ openNs }) => openNs > 0)?.openNs ?? 0;
  }

  /** True when a socket is open that has brought data. */
  get isStreaming(): boolean {
    return this.#links.some(({ openNs, dataSinceOpen }) => openNs > 0 && dataSinceOpen > 0);
  }

  /** The best of its sockets'. */
  get mode(): FeedMode {
    return (this.#links.find(({ care }) => care.mode === 'stream') ?? this.#links[0])?.care.mode ?? 'stream';
  }

  /** What the care of all its sockets has counted. */
  get careCounts(): CareCounts {
    return this.#history.counts;
  }

  /** The first socket's failures since its last data. */
  get failures(): number {
    return this.#links[0]?.care.failures ?? 0;
  }

  /** True when none of its sockets will ever be dialled again. */
  get hasEnded(): boolean {
    return this.#links.length > 0 && this.#links.every(({ care }) => care.hasEnded);
  }

  /** How the first socket's last connection ended. */
  get lastClose(): string {
    return this.#links[0]?.lastClose ?? '';
  }

  /** Tokens whose first book has not come on any open socket though they were asked for again. */
  get booksAbsent(): number {
    return absentOnAll(this.#links, this.#clock.nowNs());
  }

  /** True when every token that a book could help has had its first on every socket. */
  get hasBooks(): boolean {
    return this.#links.every(stands);
  }

  open(): void {
    const nowNs = this.#clock.nowNs();
    while (this.#links.length < this.#setup.copies) this.#links.push(this.#newLink());
    this.#share();
    for (const link of this.#links) link.open(nowNs);
  }

  /** Closes for good; resolves when its sockets are closed and everything they brought was handed on. */
  async close(): Promise<void> {
    await Promise.all(this.#all().map((link) => link.close()));
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    for (const link of this.#all()) link.cut();
  }

  /** True when a token's first book did not come though it was asked for again: its socket is to be replaced. */
  lacksBooks(nowNs: number): boolean {
    return this.#links.some(({ firstBooks }) => firstBooks.isAbsent(nowNs));
  }

  doWork(nowNs: number): void {
    for (const link of this.#all()) {
      link.doWork(nowNs);
      if (link.openNs === 0) continue;
      const tokens = link.firstBooks.due(nowNs);
      if (tokens.length === 0) continue;
      // The venue gives no second snapshot for what it thinks is subscribed.
      link.sendText(unsubscribeText(tokens));
      this.#more(link, tokens);
      this.counts.firstBooksAskedAgain += tokens.length;
    }
    if (this.#standby !== undefined) this.#watchStandby(this.#standby, nowNs);
  }

  /** Has the first socket replaced: another is dialled, and takes its place when it has brought the books. */
  replace(): void {
    if (this.#standby !== undefined) return;
    this.#standby = this.#newLink();
    this.#standbyNs = this.#clock.nowNs();
    this.#share();
    this.#standby.open(this.#standbyNs);
  }

  subscribe(tokens: readonly string[]): void {
    const nowNs = this.#clock.nowNs();
    const added = tokens.filter((token) => !this.#tokens.has(token));
    if (added.length === 0) return;
    for (const token of added) this.#tokens.add(token);
    if (this.#links.length === 0) this.open();
    else for (const link of this.#all()) if (this.#more(link, added)) this.#expect(link, added, nowNs);
  }

  /** Their markets lose their books, unless they are beyond them. */
  unsubscribe(tokens: readonly string[]): void {
    const gone = tokens.filter((token) => this.#tokens.delete(token));
    if (gone.length === 0) return;
    const places = gone.flatMap((token) => this.#sink.placeOf(token) ?? []);
    for (const link of this.#all()) {
      link.sendText(unsubscribeText(gone));
      for (const place of places) link.firstBooks.forget(place);
    }
    // Without tokens there is nothing to connect for.
    if (this.#tokens.size === 0) this.#rest();
    for (const market of new Set(places.map(marketOf))) this.#left.leave(market);
  }

  opened(link: FeedLink): void {
    const tokens = [...this.#tokens];
    link.sendText(subscribeText(tokens, this.#setup.customEvents));
    link.firstBooks.clear();
    this.#expect(link, tokens, link.openNs);
  }

  message(link: FeedLink, bytes: Uint8Array): number {
    if (this.#copies.isOn && this.#isSpare(link, bytes, 0, bytes.length)) return DECODE_DROPPED;
    return this.#published(link, this.#sink.frame(bytes, VENUE_POLYMARKET, this.#setup.connection));
  }

  messageAt(link: FeedLink, at: number, length: number): number {
    if (this.#copies.isOn && this.#isSpare(link, this.#sink.arena.bytes, at, length)) return DECODE_DROPPED;
    return this.#published(link, this.#sink.frameAt(at, length, VENUE_POLYMARKET, this.#setup.connection));
  }

  closed(link: FeedLink, had: LinkHad, nowNs: number): void {
    if (had.opened) this.reconnects += 1;
    link.firstBooks.clear();
    const isStandby = link === this.#standby;
    const others = this.#all().filter((other) => other !== link);
    const isKept = !this.#copies.over(link.number) && (isStandby || others.some(stands));
    // A dial that failed takes nothing away from books that are polled meanwhile.
    if (had.data && !isKept) this.#sink.lost(this.#setup.connection, nowNs);
    if (!isStandby && this.#standby !== undefined) this.#promote(link, this.#standby);
    else if (had.data) this.#loseLacked(others);
  }

  #more(link: FeedLink, tokens: readonly string[]): boolean {
    return link.sendText(subscribeMoreText(tokens, this.#setup.customEvents));
  }

  #rest(): void {
    const links = this.#all();
    this.#links = [];
    this.#standby = undefined;
    for (const link of links) this.#retire(link);
  }

  /** Judges one of several copies; true when it is not to be brought. */
  #isSpare({ number }: FeedLink, bytes: Uint8Array, at: number, length: number): boolean {
    const isTaken = this.#copies.judge(bytes, at, length, number) === COPY_TAKE;
    if (isTaken) this.#sink.judgeBy(this.#copies);
    else this.#sink.duplicate(length);
    return !isTaken;
  }

  #published(link: FeedLink, answer: number): number {
    this.#sink.judgeBy(undefined);
    link.firstBooks.published(answer);
    this.#left.published(answer);
    return answer;
  }

  #watchStandby(standby: FeedLink, nowNs: number): void {
    const [first] = this.#links as [FeedLink];
    const { firstBookMs, care } = this.#setup;
    const times = { dialledNs: this.#standbyNs, openNs: care.openMs * 1e6, firstBookNs: firstBookMs * 1e6 };
    const verdict = standbyVerdict([first, standby], this.#copies.isAlone(first.number), times, nowNs);
    if (verdict === 'promote') this.#promote(first, standby);
    if (verdict !== 'giveUp') return;
    this.counts.replacementsFailed += 1;
    this.#standby = undefined;
    this.#retire(standby);
  }

  #promote(first: FeedLink, standby: FeedLink): void {
    if (first.openNs > 0) {
      this.counts.replaced += 1;
      this.reconnects += 1;
    }
    this.#standby = undefined;
    this.#links = [...this.#links.filter((link) => link !== first), standby];
    this.#retire(first);
  }

  /** Books that none of `links`, which stay, has brought are fed by nobody any more. */
  #loseLacked(links: readonly FeedLink[]): void {
    for (const market of lackedByAll(links)) this.#sink.lostMarket(market, this.#clock.nowNs());
  }

  #retire(link: FeedLink): void {
    const { bytesReceived, reads } = this.#before;
    this.#before = { bytesReceived: bytesReceived + link.bytesReceived, reads: reads + link.reads };
    // What the others brought while it counted alone was not taken.
    const wasAlone = this.#copies.isOn && this.#copies.over(link.number);
    link.drop();
    this.#share();
    if (wasAlone) this.#sink.lost(this.#setup.connection, this.#clock.nowNs());
    this.#loseLacked(this.#links);
  }

  /** Frames are judged as copies from before a second socket is dialled until the one that is left is ahead. */
  #share(): void {
    const [first] = this.#links;
    if (first === undefined || this.#all().length === 1) this.#copies.end();
    else this.#copies.begin(first.number, first.firstBooks.lacked());
  }

  #expect({ firstBooks, number }: FeedLink, tokens: readonly string[], nowNs: number): void {
    for (const token of tokens) {
      const place = this.#sink.placeOf(token);
      if (place === undefined) continue;
      firstBooks.expect(place, token, nowNs);
      this.#copies.lacks(number, marketOf(place));
      this.#left.join(marketOf(place));
    }
  }

  #all(): readonly FeedLink[] {
    return this.#standby === undefined ? this.#links : [...this.#links, this.#standby];
  }

  #newLink(): FeedLink {
    const firstBooks = new FirstBooks(this.#sink, this.#setup.firstBookMs * 1e6);
    const parts = {
      number: freeNumber(this.#all()),
      firstBooks,
      history: this.#history,
      pool: this.#pool,
      random: this.#random.split(),
    };
    return new FeedLink(this.#setup, this, this.#clock, parts);
  }
}
