// What becomes of frames on their way from the simulated venue: lost, doubled, late, damaged. Pure but for the frames that
// are held back; the venue's event loop. The books they tell of stay right.
import type { FrameMarket } from './exchange-types.ts';

/**
 * `drop`: never comes. `duplicate`: comes twice. `reorder`: comes after the next of its market. `corrupt`: its first
 * price is no number. `corruptPrice`, `corruptSize`: one digit of its first price, of its first size, is another.
 * `truncate`: half of it. `oversize`: padded by `bytes`.
 */
export const WIRE_FAULT_KINDS = [
  ...(['drop', 'duplicate', 'reorder', 'corrupt', 'corruptPrice', 'corruptSize', 'truncate', 'oversize'] as const),
] as const;

type Damage = Exclude<(typeof WIRE_FAULT_KINDS)[number], 'reorder'>;

/** What comes of `frame`. */
export function wireFrames(kind: Damage, frame: string, bytes: number): string[] {
  if (kind === 'drop') return [];
  if (kind === 'duplicate') return [frame, frame];
  if (kind === 'corrupt') return [frame.replace('"price":"', '"price":"x')];
  if (kind === 'corruptPrice')
    return [frame.replace(/("price":"[\d.]*)(\d)"/, (_, head, last) => `${head}${other(last)}"`)];
  if (kind === 'corruptSize') return [frame.replace(/("size":")(\d)/, (_, head, first) => `${head}${other(first)}`)];
  if (kind === 'truncate') return [frame.slice(0, frame.length >> 1)];
  return [frame + ' '.repeat(bytes)];
}

/** Another digit, and not 0: that would make it shorter, or nothing. */
function other(digit: string): string {
  return digit === '9' ? '1' : String(Number(digit) + 1);
}

/** Frames that come after the next of their market. */
export class HeldFrames {
  readonly #held = new Map<FrameMarket, { readonly frames: readonly string[]; isNew: boolean }>();

  /** Holds `frames` back; answers what is sent instead. */
  hold(market: FrameMarket, frames: readonly string[]): readonly string[] {
    this.#held.set(market, { frames, isNew: true });
    return [];
  }

  /** `frames`, and behind them what was held back before them. */
  release(market: FrameMarket, frames: readonly string[]): readonly string[] {
    const held = this.#held.get(market);
    if (held === undefined) return frames;
    if (held.isNew) {
      held.isNew = false;
      return frames;
    }
    this.#held.delete(market);
    return [...frames, ...held.frames];
  }
}
