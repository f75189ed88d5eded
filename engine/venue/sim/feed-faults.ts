// Scripted faults of the simulated market channel: what a feed gets wrong, on which of the frames that it can happen to,
// and that it did. A script, not chance. What is planted is in the frames only: the venue's own books, hashes and REST
// stay right, so that evidence can be had.
import { PRICE_ONE_E4 } from '../../core/units.ts';
import type { FrameMarket } from './exchange-types.ts';
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import { priceChangeFrame, type ShownBook } from './frames.ts';
import type { LevelChange } from './live-book.ts';
import type { VenueStats } from './stats.ts';
import { HeldFrames, WIRE_FAULT_KINDS, wireFrames } from './wire-faults.ts';

/**
 * `corruptDeep`: a size below the top is one share more in both views. `dropDeep`: a change below the top is not told.
 * `freezeMarket`: nothing more of the market is told to those subscribed now, while all else goes on, until they
 * subscribe again. `crossedBook`: a bid a tick above the best ask, stated as the best bid, that is not there. `crossedBurst`: the same
 * for half a burst: two frames of one millisecond that both state the end's hash and top. `lateTrade`: a trade is told
 * `ms` late. `doubleTick`: a tick change is told twice. `retick`: behind the change, and behind each on which the rule fires
 * again of those of the same market, the tick is ten times finer, or what it was; `times` changes in a row.
 * `freezeChanges`, `freezeQuotes`, `freezeTrades`: on a change (a trade) one topic ends on the connections of now, changes of
 * books, these and best prices, or trades, while all else goes on. `stamps`: from that change on, every venue time
 * is `ms` ahead. The others: what becomes of a change’s frame on its way (`wire-faults.ts`).
 */
const FEED_FAULT_KINDS = [
  ...WIRE_FAULT_KINDS,
  'corruptDeep',
  'dropDeep',
  'freezeMarket',
  'crossedBook',
  'crossedBurst',
  'lateTrade',
  'doubleTick',
  'retick',
  'freezeChanges',
  'freezeQuotes',
  'freezeTrades',
  'stamps',
] as const;

type FeedFaultKind = (typeof FEED_FAULT_KINDS)[number];

export interface FeedFaultRule {
  readonly kind: FeedFaultKind;
  /** First frame it fires on, from 1, of those it can happen to. */
  readonly firstFrame: number;
  /** Then every so many of them. Default 1. */
  readonly every?: number;
  /** How often at most. Default 1. */
  readonly count?: number;
  /** How late a late trade is, default 200; how far stamps are ahead, default 0. */
  readonly ms?: number;
  /** Tick changes in a row. Default 1. */
  readonly times?: number;
  /** How much longer an oversize frame is than it was. */
  readonly bytes?: number;
}

/** What ends when one topic freezes: changes of books, best prices, trades. */
export type Topic = 'changes' | 'tops' | 'trades';

type Script = FaultScript<FeedFaultRule & ScriptedFault<FeedFaultKind>>;

const ONE_SHARE = 1_000_000;
const LATE_MS = 200;

export class FeedFaults {
  readonly #scripts = new Map<FeedFaultKind, { readonly script: Script; fits: number }>();
  readonly #held = new HeldFrames();
  #reticked: { readonly market: FrameMarket; readonly tickE4: number } | undefined;
  /** How far venue times are ahead, ms. */
  aheadMs = 0;

  constructor(rules: readonly FeedFaultRule[], stats: VenueStats) {
    for (const kind of FEED_FAULT_KINDS) {
      const own = rules
        .filter((rule) => rule.kind === kind)
        .map((rule) => ({ ...rule, firstRequest: rule.firstFrame }));
      if (own.length > 0) this.#scripts.set(kind, { script: new FaultScript(own, stats.faults), fits: 0 });
    }
  }

  /** Before a change is told and stamped: moves the stamps, and answers the topics that end now. */
  beforeChange(): readonly Topic[] {
    const stamps = this.#fires('stamps');
    if (stamps !== undefined) this.aheadMs = stamps.ms ?? 0;
    if (this.#fires('freezeQuotes') !== undefined) return ['changes', 'tops'];
    return this.#fires('freezeChanges') === undefined ? [] : ['changes'];
  }

  /** Before a trade is told: the topics that end now. */
  beforeTrade(): readonly Topic[] {
    return this.#fires('freezeTrades') === undefined ? [] : ['trades'];
  }

  /** The ticks that `market` has, one after the other, behind the change that was told last. */
  reticks(market: FrameMarket): readonly number[] {
    if (this.#reticked !== undefined && this.#reticked.market !== market) return [];
    const rule = this.#fires('retick');
    if (rule === undefined) return [];
    this.#reticked ??= { market, tickE4: market.tickE4 };
    const { tickE4 } = this.#reticked;
    const isFine = market.tickE4 !== tickE4;
    return Array.from({ length: rule.times ?? 1 }, (_, time) => ((time % 2 === 0) === isFine ? tickE4 : tickE4 / 10));
  }

  /** The frames that tell of `changes`, which the book shows; undefined: the market freezes with them. */
  changeFrames(
    market: FrameMarket,
    book: ShownBook,
    changes: readonly LevelChange[],
    venueMs: number,
  ): readonly string[] | undefined {
    const told = this.#told(market, book, changes, venueMs);
    return told === undefined ? undefined : this.#held.release(market, this.#onTheirWay(market, told));
  }

  /** What is wrong with the frames is on their way, not in them. */
  #onTheirWay(market: FrameMarket, frames: readonly string[]): readonly string[] {
    for (const kind of WIRE_FAULT_KINDS) {
      const rule = this.#fires(kind);
      if (rule === undefined) continue;
      if (kind === 'reorder') return this.#held.hold(market, frames);
      return frames.flatMap((frame) => wireFrames(kind, frame, rule.bytes ?? 0));
    }
    return frames;
  }

  #told(
    market: FrameMarket,
    book: ShownBook,
    changes: readonly LevelChange[],
    venueMs: number,
  ): readonly string[] | undefined {
    const frameOf = (told: readonly LevelChange[], shown = book): string =>
      priceChangeFrame(market, shown, told, venueMs);
    if (this.#fires('freezeMarket') !== undefined) return undefined;
    const isDeep = changes.every(({ side, priceE4 }) => {
      const best = book.bestE4(side);
      return best !== undefined && (side === 'bid' ? priceE4 < best : priceE4 > best);
    });
    if (isDeep && this.#fires('dropDeep') !== undefined) return [];
    if (isDeep && this.#fires('corruptDeep') !== undefined) {
      return [frameOf(changes.map((change) => ({ ...change, sizeMicros: change.sizeMicros + ONE_SHARE })))];
    }
    // One tick above the ask: YES and NO then seem to cost a tick less than 1.
    const bidE4 = (book.bestE4('ask') ?? PRICE_ONE_E4) + market.tickE4;
    if (bidE4 >= PRICE_ONE_E4 || book.bestE4('bid') === undefined) return [frameOf(changes)];
    const crossing = (sizeMicros: number): LevelChange => ({ side: 'bid', priceE4: bidE4, sizeMicros, onNo: false });
    if (this.#fires('crossedBurst') !== undefined) {
      return [frameOf([crossing(ONE_SHARE)]), frameOf([crossing(0), ...changes])];
    }
    if (this.#fires('crossedBook') !== undefined) {
      const crossed: ShownBook = {
        bestE4: (side) => (side === 'bid' ? bidE4 : book.bestE4(side)),
        shownAscending: (side) => book.shownAscending(side),
      };
      return [frameOf([...changes, crossing(ONE_SHARE)], crossed)];
    }
    return [frameOf(changes)];
  }

  /** How late the next trade is told, ms; 0 = at once. */
  tradeLateMs(): number {
    const rule = this.#fires('lateTrade');
    return rule === undefined ? 0 : (rule.ms ?? LATE_MS);
  }

  /** How often the next tick change is told. */
  tickTimes(): number {
    return this.#fires('doubleTick') === undefined ? 1 : 2;
  }

  #fires(kind: FeedFaultKind): FeedFaultRule | undefined {
    const own = this.#scripts.get(kind);
    if (own === undefined) return undefined;
    own.fits += 1;
    return own.script.firing(own.fits)[0];
  }
}
