// How slow a simulated venue is, as the config has it.
import type { Random } from '../../core/random.ts';

/** Times in ms. */
export interface Latency {
  /** Drawn evenly between these per request. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Besides, exponentially distributed with this mean; 0 or absent: no tail. */
  readonly tailMsMean?: number;
  /** Orders that would take at once wait this long before they are matched; 0 = no such window. */
  readonly takerDelayMs: number;
}

/** From the config's section `simulate`. */
export function latencyOf(simulate: {
  readonly latencyMs: { readonly min: number; readonly max: number; readonly tailMean: number };
  readonly takerDelayMs: number;
}): Latency {
  const { latencyMs, takerDelayMs } = simulate;
  return { minMs: latencyMs.min, maxMs: latencyMs.max, tailMsMean: latencyMs.tailMean, takerDelayMs };
}

/** The time of one request, ms. */
export function drawLatencyMs({ minMs, maxMs, tailMsMean = 0 }: Latency, random: Random): number {
  const evenMs = minMs + random.float() * (maxMs - minMs);
  return tailMsMean === 0 ? evenMs : evenMs + random.exponential(tailMsMean);
}

/** Real time: the venue serves sockets, and its latency is meant to be felt there. */
export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
