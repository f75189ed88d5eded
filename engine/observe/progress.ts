// A progress bar for long work (import, replay, play): on a terminal only, rewritten at most ten times a second.
import { StatusLine, type Terminal } from './status.ts';
import { countText, durationText } from './text.ts';

const BAR_COLUMNS = 24;
const REDRAW_MS = 100;

/** What the bar shows: done of total (of anything, often bytes) and how many frames that was. */
export interface Progress {
  readonly done: number;
  /** 0: unknown. */
  readonly total: number;
  readonly frames: number;
}

/** The bar as text. `elapsedMs`: since the start. */
export function progressText({ done, total, frames }: Progress, elapsedMs: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.floor(share * BAR_COLUMNS);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_COLUMNS - filled)}]`;
  const percent = total > 0 ? `${String(Math.floor(share * 100)).padStart(3)} %` : '  … ';
  const left = share > 0.02 && share < 1 ? `, ${durationText((elapsedMs * (1 - share)) / share)} left` : '';
  return `${bar} ${percent}  ${countText(frames)} frames, ${durationText(elapsedMs)}${left}`;
}

/** Draws progress on a terminal; silent otherwise. */
export class ProgressBar {
  readonly #line: StatusLine;
  readonly #isTty: boolean;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, nowMs: () => number) {
    this.#line = new StatusLine(terminal);
    this.#isTty = terminal.isTty;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  /** Redraws when it is time to. Cheap otherwise: call it as often as is handy. */
  update(progress: Progress): void {
    if (!this.#isTty) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    this.#line.show(progressText(progress, nowMs - this.#startMs));
  }

  /** Removes the bar. */
  close(): void {
    this.#line.clear();
  }
}
