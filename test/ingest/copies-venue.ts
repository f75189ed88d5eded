// Shared by the tests of copies: a venue with several markets and its own log, and connections that bring its frames in any
// interleaving, fall behind, break, come back with the books of some markets, and are sent those of one again.
import { COPY_DUPLICATE, COPY_LATE, COPY_STALE, COPY_TAKE, Copies } from '../../engine/ingest/copies.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';

const MARKETS = 3;
const LEVELS = 3;
const ALL = Array.from({ length: MARKETS }, (_, market) => market);

/** Frame `k` of the venue's log sets one level of one market to k; two frames share a millisecond. */
export function changeText(k: number): Buffer {
  return Buffer.from(`{"market":"0x${'a'.repeat(30)}","frame":${k}}`);
}

export function booksText(position: number, link: number, opening: number): Buffer {
  return Buffer.from(`[{"market":"0x${'a'.repeat(30)}","at":"${position}","of":"${link}/${opening}"}]`);
}

/** Stages a frame of `markets`, whole books or changes. Answers its slots. */
export function stage(arena: Arena, markets: readonly number[], venueMs: number, areBooks: boolean): number {
  const { at } = arena.region(L.REGION_STAGING);
  let slots = 0;
  for (const market of markets) {
    const clear = at + slots * L.RING_SLOT_BYTES;
    if (areBooks) {
      arena.bytes.fill(0, clear, clear + L.LEVEL_BYTES);
      arena.view.setUint32(clear + L.LEVEL_MARKET, market, true);
      arena.bytes[clear + L.RECORD_KIND] = L.KIND_CLEAR;
      slots += L.LEVEL_SLOTS;
    }
    const end = at + slots * L.RING_SLOT_BYTES;
    arena.bytes.fill(0, end, end + L.FRAME_END_BYTES);
    arena.view.setUint32(end + L.FRAME_END_MARKET, market, true);
    arena.bytes[end + L.RECORD_KIND] = L.KIND_FRAME_END;
    arena.view.setFloat64(end + L.FRAME_END_VENUE_MS, venueMs, true);
    slots += L.FRAME_END_SLOTS;
  }
  return slots;
}

/** Has one frame of `link` judged, before and after it is decoded. */
export function judged(copies: Copies, link: number, bytes: Buffer, slots: () => number): number {
  const verdict = copies.judge(bytes, 0, bytes.length, link);
  return verdict === COPY_TAKE ? copies.judgeStaged(slots()) : verdict;
}

interface Item {
  readonly bytes: Buffer;
  readonly markets: readonly number[];
  /** Of the frame, or the place in the log that the books are of. */
  readonly k: number;
  readonly areBooks: boolean;
}

class Connection {
  readonly number: number;
  readonly queue: Item[] = [];
  readonly has = new Set<number>();
  isOpen: boolean;

  constructor(number: number) {
    this.number = number;
    this.isOpen = number === 0;
    if (this.isOpen) for (const market of ALL) this.has.add(market);
  }
}

export interface Step {
  readonly kind: 'venue' | 'bring' | 'ask' | 'reopen' | 'drop';
  readonly which: number;
}

export class Play {
  readonly #arena = smallArena();
  readonly #copies = new Copies(this.#arena);
  readonly #log: { readonly market: number; readonly level: number }[] = [];
  /** Every book that the venue had, by market. */
  readonly #truths = ALL.map(() => new Set([new Array(LEVELS).fill(0).join()]));
  readonly #books = ALL.map(() => new Array<number>(LEVELS).fill(0));
  readonly #areValid = ALL.map(() => true);
  readonly #links: readonly Connection[];
  #openings = 0;
  /** Books shown as good that the venue never had. */
  readonly wrong: string[] = [];
  readonly counts = { brought: 0, taken: 0, duplicate: 0, stale: 0, late: 0, validAtEnd: 0 };

  /** `sockets`: two, or three as when one of two copies is replaced. */
  constructor(steps: readonly Step[], sockets = 2) {
    this.#links = Array.from({ length: sockets }, (_, number) => new Connection(number));
    this.#copies.begin(0);
    for (const step of steps) this.#step(step);
    // Everything arrives in the end.
    for (const link of this.#links) while (link.queue.length > 0) this.#bring(link);
    for (const market of ALL) {
      if (!this.#areValid[market]) continue;
      this.counts.validAtEnd += 1;
      const last = this.#truth(market, this.#log.length).join();
      if (this.#books[market]!.join() !== last)
        this.wrong.push(`${this.#books[market]!.join()} at the end for ${last}`);
    }
  }

  /** The slow way: every frame of the market up to `position`. */
  #truth(market: number, position: number): number[] {
    const sizes = new Array<number>(LEVELS).fill(0);
    for (const [index, frame] of this.#log.slice(0, position).entries()) {
      if (frame.market === market) sizes[frame.level] = index + 1;
    }
    return sizes;
  }

  #step({ kind, which }: Step): void {
    const link = this.#links[which % this.#links.length]!;
    const rest = Math.floor(which / this.#links.length);
    if (kind === 'venue') for (let more = 0; more <= rest % 3; more += 1) this.#change(which + more);
    else if (kind === 'bring') for (let more = 0; more <= rest % 4; more += 1) this.#bring(link);
    else if (kind === 'reopen')
      this.#reopen(link, (rest & 8) !== 0 ? ALL : ALL.filter((market) => (rest >> market) & 1));
    else if (kind === 'drop') this.#drop(link);
    else if (link.isOpen) this.#send(link, [rest % MARKETS]);
  }

  #change(which: number): void {
    const market = which % MARKETS;
    this.#log.push({ market, level: Math.floor(which / MARKETS) % LEVELS });
    const k = this.#log.length;
    this.#truths[market]!.add(this.#truth(market, k).join());
    const item = { bytes: changeText(k), markets: [market], k, areBooks: false };
    for (const link of this.#links) if (link.isOpen) link.queue.push(item);
  }

  #send(link: Connection, markets: readonly number[]): void {
    if (markets.length === 0) return;
    this.#openings += 1;
    const k = this.#log.length;
    link.queue.push({ bytes: booksText(k, link.number, this.#openings), markets, k, areBooks: true });
  }

  #othersOpen(link: Connection): Connection[] {
    return this.#links.filter((other) => other !== link && other.isOpen);
  }

  /** As the feed has it: the books are lost that the closed one counted alone for, and those that the others lack. */
  #close(link: Connection): void {
    const areLost = this.#copies.over(link.number);
    const others = this.#othersOpen(link);
    for (const market of ALL) if (areLost || !others.some(({ has }) => has.has(market))) this.#areValid[market] = false;
    link.isOpen = false;
    link.queue.length = 0;
    link.has.clear();
  }

  /** Given up, or its place taken: the others are left. */
  #drop(link: Connection): void {
    const others = this.#othersOpen(link);
    if (!link.isOpen || others.length === 0) return;
    this.#close(link);
    if (others.length === 1) this.#copies.end();
  }

  #reopen(link: Connection, markets: readonly number[]): void {
    this.#close(link);
    const [other] = this.#othersOpen(link);
    if (other !== undefined) {
      this.#copies.begin(
        other.number,
        ALL.filter((market) => !other.has.has(market)),
      );
    }
    link.isOpen = true;
    for (const market of ALL) this.#copies.lacks(link.number, market);
    this.#send(link, markets);
  }

  #bring(link: Connection): void {
    const item = link.queue.shift();
    if (item === undefined) return;
    this.counts.brought += 1;
    const { bytes, markets, k, areBooks } = item;
    const staged = (): number => stage(this.#arena, markets, k >> 1, areBooks);
    const verdict = this.#copies.isOn ? judged(this.#copies, link.number, bytes, staged) : COPY_TAKE;
    if (verdict === COPY_DUPLICATE) this.counts.duplicate += 1;
    if (verdict === COPY_STALE) this.counts.stale += 1;
    if (verdict === COPY_LATE) {
      this.counts.late += 1;
      for (const market of markets) this.#areValid[market] = false;
    }
    if (verdict !== COPY_TAKE) return;
    this.counts.taken += 1;
    for (const market of markets) {
      if (areBooks) {
        this.#books[market] = this.#truth(market, k);
        this.#areValid[market] = true;
        link.has.add(market);
      } else this.#books[market]![this.#log[k - 1]!.level] = k;
      const shown = this.#books[market]!.join();
      if (this.#areValid[market] && !this.#truths[market]!.has(shown)) this.wrong.push(`${market}: ${shown}`);
    }
  }
}
