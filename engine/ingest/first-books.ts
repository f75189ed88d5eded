// Which tokens of one connection still wait for their first book since it was subscribed. Ingest thread; told of frames that
// open with a snapshot, asked by the duty cycle. Off the hot path: there are such frames after a subscription only.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';

/** Market and view of a token in one number. */
export type TokenPlace = number;

export function placeOf(market: number, view: number): TokenPlace {
  return 2 * market + view;
}

export function marketOf(place: TokenPlace): number {
  return place >> 1;
}

interface Wait {
  readonly token: string;
  sinceNs: number;
  isAskedAgain: boolean;
}

/** Where the frames are published, and what of its markets is known there. */
export interface FirstBooksPlace {
  readonly arena: Arena;
  /** False for a market that no snapshot helps. */
  canBeHelped(market: number): boolean;
}

export class FirstBooks {
  readonly #place: FirstBooksPlace;
  readonly #waitNs: number;
  readonly #stagingAt: number;
  readonly #waits = new Map<TokenPlace, Wait>();
  /** Markets of which one came: their book is all there. */
  readonly #came = new Set<number>();
  /** First books that came. */
  brought = 0;

  /** `waitNs`: a token without its book for so long is asked for again, and absent as long after that. */
  constructor(place: FirstBooksPlace, waitNs: number) {
    this.#place = place;
    this.#waitNs = waitNs;
    this.#stagingAt = place.arena.region(L.REGION_STAGING).at;
  }

  /** Tokens that have none yet, of markets that one could help. */
  get missing(): number {
    return [...this.#waits.keys()].filter((place) => this.#place.canBeHelped(marketOf(place))).length;
  }

  /** Those that were asked for again, in vain. */
  *absent(nowNs: number): Generator<TokenPlace> {
    for (const [place, { isAskedAgain, sinceNs }] of this.#waits) {
      if (isAskedAgain && nowNs - sinceNs >= this.#waitNs) yield place;
    }
  }

  /** Markets of which none has come. */
  lacked(): number[] {
    return [...new Set([...this.#waits.keys()].map(marketOf))].filter((market) => !this.#came.has(market));
  }

  expect(place: TokenPlace, token: string, nowNs: number): void {
    this.#came.delete(marketOf(place));
    this.#waits.set(place, { token, sinceNs: nowNs, isAskedAgain: false });
  }

  forget(place: TokenPlace): void {
    this.#waits.delete(place);
  }

  clear(): void {
    this.#waits.clear();
    this.#came.clear();
    this.brought = 0;
  }

  /** A frame was published from `slots` staged slots (none: 0 or less); those that bring no snapshot cost one look. */
  published(slots: number): void {
    const { view, bytes } = this.#place.arena;
    if (this.#waits.size === 0 || bytes[this.#stagingAt + L.RECORD_KIND] !== L.KIND_CLEAR) return;
    for (let slot = 0; slot < slots; ) {
      const at = this.#stagingAt + slot * L.RING_SLOT_BYTES;
      const kind = bytes[at + L.RECORD_KIND];
      if (kind === L.KIND_CLEAR) {
        const place = placeOf(view.getUint32(at + L.LEVEL_MARKET, true), view.getUint16(at + L.LEVEL_VIEW, true));
        this.#came.add(marketOf(place));
        if (this.#waits.delete(place)) this.brought += 1;
      }
      slot += kind === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
    }
  }

  /** Tokens that have waited for long enough: to be asked for again, which is noted. Each once. */
  due(nowNs: number): string[] {
    const tokens: string[] = [];
    for (const wait of this.#waits.values()) {
      if (wait.isAskedAgain || nowNs - wait.sinceNs < this.#waitNs) continue;
      wait.isAskedAgain = true;
      wait.sinceNs = nowNs;
      tokens.push(wait.token);
    }
    return tokens;
  }

  /** True when one of them is absent whose market a snapshot could help. */
  isAbsent(nowNs: number): boolean {
    for (const place of this.absent(nowNs)) if (this.#place.canBeHelped(marketOf(place))) return true;
    return false;
  }
}
