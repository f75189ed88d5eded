// What bench/socket.ts and its sender process tell each other.

/** How frames are written: as much as goes into one write, one frame per write, one frame per write by schedule. */
export type WriteStyle = 'bulk' | 'single' | 'paced';

/** Plays `count` frames of the cycle from frame `first` on over the connection that asked for `path`. */
export interface PlayOrder {
  readonly path: string;
  readonly style: WriteStyle;
  readonly first: number;
  readonly count: number;
}

/** How the sender is started. */
export interface SenderSetup {
  readonly mode: 'full' | 'smoke';
  /** What its stamps count from: process.hrtime.bigint() at the start, as text. */
  readonly startNs: string;
}

export type SenderMessage =
  /** `singlePort`: where frames are written one by one. */
  | {
      readonly kind: 'ready';
      readonly port: number;
      readonly singlePort: number;
      readonly tlsPort: number;
      readonly ca: string;
    }
  /** `sentNs`: when each frame was handed to the kernel, for style paced; `waits`: how often the kernel had no room. */
  | { readonly kind: 'played'; readonly sentNs: Float64Array; readonly waits: number };

/** Time between two frames by schedule: 10,000 frames a second. */
export const PACED_GAP_NS = 100_000;
