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

export class FirstBooks {
  readonly #arena: Arena;
  readonly #stagingAt: number;
  readonly #waits = new Map<TokenPlace, Wait>();

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#stagingAt = arena.region(L.REGION_STAGING).at;
  }

  /** Tokens that have none yet. */
  get missing(): number {
    return this.#waits.size;
  }

  /** Those that were asked for again, in vain so far. */
  *absent(): Generator<TokenPlace> {
    for (const [place, { isAskedAgain }] of this.#waits) if (isAskedAgain) yield place;
  }

  *places(): Generator<TokenPlace> {
    yield* this.#waits.keys();
  }

  expect(place: TokenPlace, token: string, nowNs: number): void {
    this.#waits.set(place, { token, sinceNs: nowNs, isAskedAgain: false });
  }

  forget(place: TokenPlace): void {
    this.#waits.delete(place);
  }

  clear(): void {
    this.#waits.clear();
  }

  /** A frame was published from `slots` staged slots; those that bring no snapshot cost one look. */
  published(slots: number): void {
    const { view, bytes } = this.#arena;
    if (this.#waits.size === 0 || bytes[this.#stagingAt + L.RECORD_KIND] !== L.KIND_CLEAR) return;
    for (let slot = 0; slot < slots; ) {
      const at = this.#stagingAt + slot * L.RING_SLOT_BYTES;
      const kind = bytes[at + L.RECORD_KIND];
      if (kind === L.KIND_CLEAR) {
        const place = placeOf(view.getUint32(at + L.LEVEL_MARKET, true), view.getUint16(at + L.LEVEL_VIEW, true));
        this.#waits.delete(place);
      }
      slot += kind === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
    }
  }

  /** Tokens that have waited for `waitNs`: to be asked for again, which is noted. Each once. */
  due(nowNs: number, waitNs: number): string[] {
    const tokens: string[] = [];
    for (const wait of this.#waits.values()) {
      if (wait.isAskedAgain || nowNs - wait.sinceNs < waitNs) continue;
      wait.isAskedAgain = true;
      wait.sinceNs = nowNs;
      tokens.push(wait.token);
    }
    return tokens;
  }

  /** True when a token has waited for `waitNs` again after it was asked for again, and a snapshot could help. */
  isAbsent(nowNs: number, waitNs: number, canBeHelped: (market: number) => boolean): boolean {
    for (const [place, { isAskedAgain, sinceNs }] of this.#waits) {
      if (isAskedAgain && nowNs - sinceNs >= waitNs && canBeHelped(marketOf(place))) return true;
    }
    return false;
  }
}
