// Control records: what changes a market outside its levels (opened, tick change, STALE, resolved), written to the ring
// of its detector. Ingest thread, off the hot path; writes MARKETS (epoch, grid, flags) and, between two frames, the
// level rings. Under policy live a record that finds no room waits here and goes out before the next frame.
import * as L from '../../wasm/layout.ts';
import { type Clock, LiveClock } from '../core/clock.ts';
import type { Arena } from '../memory/arena.ts';
import { Ring } from '../memory/ring.ts';
import { payoutOf } from '../venue/markets.ts';

/** What to do when a ring is full: `live` drops and marks STALE, `replay` waits for the consumer. */
export type FullRingPolicy = 'live' | 'replay';

/** Lets the consumer of `detector`'s ring get on: runs it (inline) or waits a little (threads). */
export type BackPressure = (detector: number) => void;

const NO_PROGRESS_NS_MAX = 5e9;

/** Waits for room in a ring under policy replay; 5 s in which the consumer releases nothing is an error. */
export class RoomWaiter {
  readonly #backPressure: BackPressure;
  readonly #clock: Clock;
  readonly #heads: Int32Array;
  readonly #headWords: readonly number[];
  #head = 0;
  #sinceNs = 0;
  #waiting = false;

  /** `clock` measures the wait, so it must go on by itself even when the run's clock is virtual. */
  constructor(arena: Arena, backPressure: BackPressure, clock: Clock = new LiveClock()) {
    this.#backPressure = backPressure;
    this.#clock = clock;
    this.#heads = arena.i32;
    this.#headWords = Array.from(
      { length: arena.detectors },
      (_, detector) => (arena.at(L.REGION_LEVEL_RINGS, detector) + L.RING_HEAD) >> 2,
    );
  }

  /** One bounded wait for `detector`; throws Error after 5 s without progress since the last `done`. */
  step(detector: number): void {
    const head = Atomics.load(this.#heads, this.#headWords[detector]!);
    if (!this.#waiting || head !== this.#head) {
      this.#waiting = true;
      this.#head = head;
      this.#sinceNs = this.#clock.nowNs();
    } else if (this.#clock.nowNs() - this.#sinceNs > NO_PROGRESS_NS_MAX) {
      throw new Error(`level ring of detector ${detector} is full and its consumer made no progress for 5 s`);
    }
    this.#backPressure(detector);
  }

  /** There was room: the next wait counts from its own start. */
  done(): void {
    this.#waiting = false;
  }
}

/** One Control record to come. */
interface Control {
  readonly op: number;
  readonly market: number;
  readonly epoch: number;
  readonly grid: number;
  readonly againstSeq?: number;
  readonly recvNs: number;
  readonly venueMs: number;
  readonly frameSeq: number;
  readonly subscription?: Subscription;
}

/** A number of a subscription (Kalshi). */
export interface Subscription {
  readonly connection: number;
  readonly sid: number;
  readonly seq: number;
}

/** When and in which frame the cause of a Control record was seen. */
export interface Seen {
  readonly recvNs: number;
  readonly venueMs: number;
  readonly frameSeq: number;
}

const NO_SUBSCRIPTION: Subscription = { connection: 0, sid: 0, seq: 0 };

/** Slots a Control record may take: its two and one PAD. */
const CONTROL_ROOM = L.CONTROL_SLOTS + 1;

/** Writes Control records in order; the only writer of MARKETS after start. */
export class Controls {
  readonly #arena: Arena;
  readonly #rings: readonly Ring[];
  readonly #waiter: RoomWaiter | undefined;
  readonly #settled: (() => void) | undefined;
  #pending: Control[] = [];
  #isHeld = false;

  /**
   * `waiter` for policy replay; without one the policy is live. `settled` comes back once all that was published is
   * worked off, the executor's turn included: the gate reads MARKETS, which must not change ahead of the frames.
   */
  constructor(arena: Arena, waiter: RoomWaiter | undefined, settled?: () => void) {
    this.#arena = arena;
    this.#settled = settled;
    this.#waiter = waiter;
    this.#rings = Array.from(
      { length: arena.detectors },
      (_, detector) => new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, detector)),
    );
  }

  /** Records that wait for room. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Writes what waits, as far as there is room; answers true when nothing waits any more. */
  flush(): boolean {
    let written = 0;
    while (written < this.#pending.length && this.#write(this.#pending[written]!)) written += 1;
    if (written > 0) for (const ring of this.#rings) ring.publish();
    this.#pending = this.#pending.slice(written);
    return this.#pending.length === 0;
  }

  /**
   * Publishes all that `tell` tells at once, as far as there is room: a reader sees all of it or nothing, so that what
   * it decides in between does not depend on when it looks.
   */
  together(tell: () => void): void {
    this.#isHeld = true;
    tell();
    this.#isHeld = false;
    this.#settle();
  }

  /** The market is new: its detector gives it a ladder. */
  opened(market: number, seen: Seen): void {
    this.#publish(L.CONTROL_OP_OPEN, market, seen);
  }

  /** Marks the market STALE under a new epoch, unless that already waits to be written. */
  stale(market: number, seen: Seen): void {
    if (this.#pending.some((control) => control.op === L.CONTROL_OP_STALE && control.market === market)) return;
    this.#newEpoch(market);
    this.#publish(L.CONTROL_OP_STALE, market, seen);
  }

  /**
   * Marks the market SUSPECT on evidence from outside against its book as frame `againstSeq` left it: it stays in its
   * epoch, so that its frames go on being applied, and is not traded until a snapshot.
   */
  suspect(market: number, againstSeq: number, seen: Seen): void {
    this.#publish(L.CONTROL_OP_SUSPECT, market, seen, { againstSeq });
  }

  /** Changes the market's grid to entry `grid` of GRIDS under a new epoch; it is not assumed any more. */
  regrid(market: number, grid: number, seen: Seen): void {
    this.#settled?.();
    const at = this.#arena.at(L.REGION_MARKETS, market);
    this.#arena.u32[(at + L.MARKET_GRID) >> 2] = grid;
    this.#setFlags(market, 0, L.MARKET_FLAG_GRID_ASSUMED);
    this.#newEpoch(market);
    this.#pending = this.#pending.filter(
      (control) => control.op !== L.CONTROL_OP_TICK_CHANGE || control.market !== market,
    );
    this.#publish(L.CONTROL_OP_TICK_CHANGE, market, seen);
  }

  /**
   * Closes the market for good; a second time only adds the payout, when that was not known. `yesPayoutE4`: what a share
   * of YES is paid; the first word on it holds.
   */
  resolved(market: number, seen: Seen, yesPayoutE4: number | undefined): void {
    const flags = this.flags(market);
    const isNews = yesPayoutE4 !== undefined && payoutOf(this.#arena, market) === undefined;
    const payout = isNews ? (yesPayoutE4 + 1) << L.MARKET_PAYOUT_SHIFT : 0;
    const isOpen = (flags & L.MARKET_FLAG_CLOSED) === 0;
    if (isOpen || isNews) this.#setFlags(market, L.MARKET_FLAG_CLOSED | payout, 0);
    if (isOpen) this.#publish(L.CONTROL_OP_RESOLVED, market, seen);
  }

  /** Ingest has given the market up, or takes it again: the gate reads it, before a record makes the book STALE. */
  withdrawn(market: number, is: boolean): void {
    this.#setFlags(market, is ? L.MARKET_FLAG_WITHDRAWN : 0, is ? 0 : L.MARKET_FLAG_WITHDRAWN);
  }

  /** An answer took a number of the subscription: its next message is no gap. `market` is one of its markets. */
  sequence(market: number, subscription: Subscription, seen: Seen): void {
    this.#publish(L.CONTROL_OP_SEQUENCE, market, seen, { subscription });
  }

  /** The connection is over: the numbers of its subscriptions are forgotten. `market` is one that it carried. */
  connectionOver(market: number, connection: number, seen: Seen): void {
    this.#publish(L.CONTROL_OP_CONNECTION_OVER, market, seen, { subscription: { connection, sid: 0, seq: 0 } });
  }

  /** Passes the number of a frame that changed no book through the ring of detector 0. */
  nothing(seen: Seen): void {
    this.#publish(L.CONTROL_OP_NOTHING, 0, seen);
  }

  /** MARKET_FLAG_* of the market. */
  flags(market: number): number {
    return this.#arena.u32[(this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]!;
  }

  #setFlags(market: number, set: number, clear: number): void {
    this.#settled?.();
    const word = (this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2;
    this.#arena.u32[word] = (this.#arena.u32[word]! & ~clear) | set;
  }

  #newEpoch(market: number): void {
    this.#settled?.();
    const word = (this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_EPOCH) >> 2;
    this.#arena.u32[word] = this.#arena.u32[word]! + 1;
  }

  #publish(op: number, market: number, seen: Seen, more: Pick<Control, 'againstSeq' | 'subscription'> = {}): void {
    const at = this.#arena.at(L.REGION_MARKETS, market);
    const epoch = this.#arena.u32[(at + L.MARKET_EPOCH) >> 2]!;
    const grid = this.#arena.u32[(at + L.MARKET_GRID) >> 2]!;
    this.#pending.push({ op, market, epoch, grid, ...seen, ...more });
    if (!this.#isHeld) this.#settle();
  }

  #settle(): void {
    while (!this.flush() && this.#waiter !== undefined) this.#waiter.step(this.#detectorOf(this.#pending[0]!.market));
    this.#waiter?.done();
  }

  #detectorOf(market: number): number {
    return this.#arena.u32[(this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_DETECTOR) >> 2]!;
  }

  #write(control: Control): boolean {
    const ring = this.#rings[this.#detectorOf(control.market)]!;
    if (ring.free(CONTROL_ROOM) < CONTROL_ROOM) return false;
    const at = ring.claim(L.CONTROL_SLOTS);
    const { view } = this.#arena;
    this.#arena.bytes.fill(0, at, at + L.CONTROL_BYTES);
    view.setUint32(at + L.CONTROL_MARKET, control.market, true);
    view.setUint32(at + L.CONTROL_EPOCH, control.epoch, true);
    view.setUint16(at + L.CONTROL_OP, control.op, true);
    view.setUint8(at + L.CONTROL_KIND, L.KIND_CONTROL);
    view.setUint32(at + L.CONTROL_GRID, control.grid, true);
    view.setFloat64(at + L.CONTROL_RECV_NS, control.recvNs, true);
    view.setFloat64(at + L.CONTROL_VENUE_MS, control.venueMs, true);
    view.setUint32(at + L.CONTROL_FRAME_SEQ, control.frameSeq, true);
    view.setUint32(at + L.CONTROL_AGAINST_SEQ, control.againstSeq ?? 0, true);
    const { connection, sid, seq } = control.subscription ?? NO_SUBSCRIPTION;
    view.setUint32(at + L.CONTROL_CONNECTION, connection, true);
    view.setUint32(at + L.CONTROL_SID, sid, true);
    view.setUint32(at + L.CONTROL_SEQ, seq, true);
    return true;
  }
}
