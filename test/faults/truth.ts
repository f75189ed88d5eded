// What the books truly were: every book that the simulated venue has had, by market, in order, and what the engine's book
// is beside them. Knows nothing of how the engine keeps books; one thread.

/** `right`: a book the venue had or has; how old it is is asked apart. `depth`: none that it had, with best prices it had. `top`: none at all. */
export type Verdict = 'right' | 'depth' | 'top';

export type Levels = readonly (readonly [priceE4: number, sizeMicros: number])[];

interface Version {
  readonly text: string;
  readonly top: string;
  readonly toldNs: number;
}

interface Market {
  readonly versions: Version[];
  /** Places of each text among the versions. */
  readonly places: Map<string, number[]>;
  /** The version that the engine's book was last. */
  at: number;
}

/** Longer than a frame is on its way here on a busy machine. */
export const LAG_NS = 100e6;

/** One text per book; bids and asks best first. */
export function bookText(bids: Levels, asks: Levels): string {
  return [bids, asks]
    .map((side) => side.map(([priceE4, sizeMicros]) => `${priceE4}x${sizeMicros}`).join(' '))
    .join('|');
}

function topText(text: string): string {
  const [bids = '', asks = ''] = text.split('|');
  return [bids, asks].map((side) => side.slice(0, side.indexOf('x'))).join('|');
}

export class Truth {
  readonly #markets: Market[] = [];

  /** The venue's book of `market` is `text` from `nowNs` on. */
  told(market: number, text: string, nowNs: number): void {
    const { versions, places } = this.#of(market);
    if (versions.at(-1)?.text === text) return;
    const known = places.get(text);
    if (known === undefined) places.set(text, [versions.length]);
    else known.push(versions.length);
    versions.push({ text, top: topText(text), toldNs: nowNs });
  }

  /**
   * What the engine's book `text` is. A right one is the next of that text, else the last before: a new connection's
   * snapshot may take back what the old one has brought meanwhile. That is an old book, and behindNs() says how old.
   */
  judge(market: number, text: string): Verdict {
    const of = this.#of(market);
    const places = of.places.get(text) ?? [];
    const place = places.find((at) => at >= of.at) ?? places.at(-1);
    if (place !== undefined) {
      of.at = place;
      return 'right';
    }
    const top = topText(text);
    return of.versions.slice(of.at).some((version) => version.top === top) ? 'depth' : 'top';
  }

  /** For a report: what the book `text` is beside the versions the venue had. */
  describe(market: number, text: string, nowNs: number): string {
    const { versions, places, at } = this.#of(market);
    const known = (places.get(text) ?? []).map((place) => {
      const next = versions[place + 1];
      return next === undefined ? `${place}, the last` : `${place}, superseded ${(nowNs - next.toldNs) / 1e6} ms ago`;
    });
    const tops = versions.slice(-3).map(({ top }) => top);
    return `top ${topText(text)}, version ${known.join(' and ') || 'none'} behind ${at} of ${versions.length}, the last tops ${tops.join(' ')}`;
  }

  /** Number of the venue's latest version. */
  latest(market: number): number {
    return this.#of(market).versions.length - 1;
  }

  /** Number of the version that the engine's book was found to be last. */
  at(market: number): number {
    return this.#of(market).at;
  }

  /** For how long the engine's version has been superseded, ns; 0: it is not. `topOnly`: by one with other best prices. */
  behindNs(market: number, nowNs: number, topOnly: boolean): number {
    const { versions, at } = this.#of(market);
    const own = versions[at];
    for (let next = at + 1; next < versions.length; next += 1) {
      const { text, top, toldNs } = versions[next]!;
      if (topOnly ? top !== own?.top : text !== own?.text) return nowNs - toldNs;
    }
    return 0;
  }

  #of(market: number): Market {
    this.#markets[market] ??= { versions: [], places: new Map(), at: 0 };
    return this.#markets[market];
  }
}
