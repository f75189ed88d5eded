// What the simulated venue's process and its parent say to each other, over IPC or as JSON lines on stdout.
import type { LedgerReport } from './accounts.ts';
import type { VenueStats } from './stats.ts';
import type { VenueSettings } from './venue.ts';

/** How the process is told what to serve. Holds secrets: it goes over IPC or the environment, never over argv. */
export interface VenueSetup extends VenueSettings {
  /** Directory of the recording. */
  readonly recording: string;
  /** Basis points that every taking order pays its builder; absent: none. */
  readonly builderFeeBps?: number;
  /** Files with saved answers of Gamma, JSON. */
  readonly gammaFiles?: readonly string[];
}

/** Parent to venue. */
export type ToVenue = { readonly kind: 'setup'; readonly setup: VenueSetup } | { readonly kind: 'stop' };

/** Venue to parent. */
export type FromVenue =
  | {
      readonly kind: 'ready';
      readonly marketUrl: string;
      readonly userUrl: string;
      readonly restUrl: string;
      readonly gammaUrl: string;
      readonly transportName: 'uws' | 'ws';
      readonly pid: number;
    }
  | { readonly kind: 'tapeEnded'; readonly failure: string; readonly stats: VenueStats }
  | { readonly kind: 'closed'; readonly ledger: LedgerReport; readonly stats: VenueStats }
  | { readonly kind: 'failed'; readonly error: string };

/** Environment variable that holds a VenueSetup as JSON when there is no IPC. */
export const SETUP_VARIABLE = 'DUTCHBOOK_SIM_SETUP';
