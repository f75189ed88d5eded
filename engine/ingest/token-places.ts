// Finds market and view of a token. Ingest thread; read when something is subscribed, never per frame.
import { VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import type { Markets } from '../venue/markets.ts';
import { placeOf, type TokenPlace } from './first-books.ts';

export class TokenPlaces {
  readonly #markets: Markets;
  readonly #places = new Map<string, TokenPlace>();
  #known = 0;

  constructor(markets: Markets) {
    this.#markets = markets;
    this.refresh();
  }

  /** Reads the markets registered since. */
  refresh(): void {
    for (; this.#known < this.#markets.count; this.#known += 1) {
      for (const view of [VIEW_YES, VIEW_NO]) {
        const token = this.#markets.tokenOf(this.#known, view);
        if (token !== '') this.#places.set(token, placeOf(this.#known, view));
      }
    }
  }

  of(token: string): TokenPlace | undefined {
    return this.#places.get(token);
  }
}
