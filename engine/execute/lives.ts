// The lives of opportunities: from the frame that showed one to the frame that ended it, and what its basket's edge was
// a little later. Fed with what detectors tell, on the reader's thread; times are receive times of frames, so that a
// replay finds the same lives. Off the hot path.
//
// A basket's edge is a step function of time: each Opportunity sets it, each Gone ends it. So the edge a while after the
// detection is known without looking at a book again: it is what was told last before that moment.

/** What an Opportunity says that a life is made of. */
export interface Told {
  readonly basketIndex: number;
  readonly recvNs: number;
  readonly sizeMicros: number;
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly edgeMicros: number;
}

/** Times after the detection at which the edge is noted, ms: about a hop, a near venue, a far one, a taker window. */
export const DECAY_MS = [5, 25, 100, 350] as const;

/** One opportunity from its first frame to its last. Sizes and money are those of its first frame. */
export interface Life extends Told {
  /** Receive time of the frame that ended it; of the last one, when the feed ended before it. */
  readonly endNs: number;
  /** Still there when the feed ended. */
  readonly open: boolean;
  /** Times it was told again with another edge or size. */
  readonly changes: number;
  /** Times it was gone and came back soon enough to be the same, and how long it was gone then. */
  readonly flickers: number;
  readonly goneNs: number;
  readonly edgeMicrosMax: number;
  /** The basket's edge DECAY_MS after the detection, 0 when it had none; null: the feed ended before. */
  readonly edgeAfterMicros: readonly (number | null)[];
}

export interface LivesOptions {
  /** An opportunity that comes back within so long is the same one. */
  readonly flickerNs: number;
  /** Told once of every life, when it is over and its edges are noted. */
  onLife(life: Life): void;
}

const NS_PER_MS = 1e6;

class Living {
  readonly told: Told;
  readonly #after: (number | null)[] = [];
  endNs = 0;
  open = true;
  over = false;
  changes = 0;
  flickers = 0;
  goneNs = 0;
  edgeMicrosMax: number;

  constructor(told: Told) {
    const { basketIndex, recvNs, sizeMicros, costMicros, feeMicros, edgeMicros } = told;
    this.told = { basketIndex, recvNs, sizeMicros, costMicros, feeMicros, edgeMicros };
    this.edgeMicrosMax = edgeMicros;
  }

  /** When the next edge is to be noted; Infinity when all are. */
  get noteNs(): number {
    const delayMs = DECAY_MS[this.#after.length];
    return delayMs === undefined ? Number.POSITIVE_INFINITY : this.told.recvNs + delayMs * NS_PER_MS;
  }

  note(edgeMicros: number | null): void {
    this.#after.push(edgeMicros);
  }

  life(): Life {
    const { endNs, open, changes, flickers, goneNs, edgeMicrosMax } = this;
    return { ...this.told, endNs, open, changes, flickers, goneNs, edgeMicrosMax, edgeAfterMicros: [...this.#after] };
  }
}

/** One basket that has, or lately had, an opportunity. */
interface Watched {
  edgeMicros: number;
  sizeMicros: number;
  /** The one that is there or may still come back. */
  current: Living | undefined;
  /** All that are not told of yet, oldest first. */
  readonly living: Living[];
}

/** Follows the opportunities of all baskets; each basket's events in order of time. */
export class Lives {
  readonly #options: LivesOptions;
  readonly #baskets = new Map<number, Watched>();
  #dueNs = Number.POSITIVE_INFINITY;

  constructor(options: LivesOptions) {
    this.#options = options;
  }

  /** The detector found an opportunity, or found it changed. */
  tell(told: Told): void {
    const { basketIndex, recvNs, edgeMicros, sizeMicros } = told;
    const none = { edgeMicros: 0, sizeMicros: 0, current: undefined, living: [] };
    const basket: Watched = this.#baskets.get(basketIndex) ?? none;
    this.#baskets.set(basketIndex, basket);
    this.#goTo(basket, recvNs);
    const { current } = basket;
    // A table of baskets that replaces another tells anew what is there.
    const isNews = edgeMicros !== basket.edgeMicros || sizeMicros !== basket.sizeMicros;
    Object.assign(basket, { edgeMicros, sizeMicros });
    if (current === undefined) {
      basket.current = new Living(told);
      basket.living.push(basket.current);
    } else if (current.open) current.changes += isNews ? 1 : 0;
    else {
      current.open = true;
      current.flickers += 1;
      current.goneNs += recvNs - current.endNs;
    }
    basket.current!.edgeMicrosMax = Math.max(basket.current!.edgeMicrosMax, edgeMicros);
    this.#dueNs = 0;
  }

  /** The opportunity of basket `basketIndex` is no more since the frame received at `recvNs`. */
  gone(basketIndex: number, recvNs: number): void {
    const basket = this.#baskets.get(basketIndex);
    if (basket?.current === undefined) return;
    this.#goTo(basket, recvNs);
    basket.edgeMicros = 0;
    if (basket.current?.open === true) {
      basket.current.open = false;
      // A new table of baskets is looked at on the detector's own time, which the frames after it were received before.
      basket.current.endNs = Math.max(recvNs, basket.current.told.recvNs);
    }
    this.#dueNs = 0;
  }

  /** Everything received up to `nowNs` was told: what can be judged now is. Cheap when nothing is due. */
  advance(nowNs: number): void {
    if (nowNs < this.#dueNs) return;
    this.#dueNs = Number.POSITIVE_INFINITY;
    for (const [basketIndex, basket] of this.#baskets) {
      // What happens at that very moment was told; the edge then is the one told last.
      this.#goTo(basket, nowNs + 1);
      if (basket.living.length === 0) this.#baskets.delete(basketIndex);
      for (const living of basket.living) this.#dueNs = Math.min(this.#dueNs, this.#dueOf(living));
    }
  }

  /** The feed is over, its last frame received at `nowNs`. */
  end(nowNs: number): void {
    for (const basket of this.#baskets.values()) {
      this.#goTo(basket, nowNs + 1);
      for (const living of basket.living) {
        if (living.open) living.endNs = Math.max(nowNs, living.told.recvNs);
        while (living.noteNs < Number.POSITIVE_INFINITY) living.note(null);
        this.#options.onLife(living.life());
      }
    }
    this.#baskets.clear();
  }

  /** Notes the edges due before `nowNs` and tells of the lives that are over then. */
  #goTo(basket: Watched, nowNs: number): void {
    const { current, living } = basket;
    for (const one of living) while (one.noteNs < nowNs) one.note(basket.edgeMicros);
    if (current !== undefined && !current.open && nowNs - current.endNs > this.#options.flickerNs) {
      current.over = true;
      basket.current = undefined;
    }
    while (living[0]?.over === true && living[0].noteNs === Number.POSITIVE_INFINITY) {
      this.#options.onLife(living.shift()!.life());
    }
  }

  #dueOf(living: Living): number {
    const overNs = living.open || living.over ? Number.POSITIVE_INFINITY : living.endNs + this.#options.flickerNs;
    return Math.min(living.noteNs, overNs);
  }
}
