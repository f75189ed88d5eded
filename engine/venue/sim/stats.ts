// What the simulated venue counts; served at GET /sim/stats and sent to the parent at the end of a run.
import type { TapeCounts } from './tape.ts';

export interface VenueStats {
  readonly schema: 1;
  readonly tape: TapeCounts & { steps: number; ended: boolean };
  marketFrames: number;
  marketBytes: number;
  userFrames: number;
  userBytes: number;
  subscriptions: number;
  /** Tokens subscribed beyond those of a connection that get a snapshot. */
  booksWithheld: number;
  /** Connections closed because they read too slowly. */
  slowConsumers: number;
  /** Requests of REST that need no account. */
  publicRequests: number;
  /** Requests for API keys that a wallet's signature proved. */
  walletLogins: number;
  orderRequests: number;
  orders: number;
  ordersRefused: number;
  /** Orders whose id it had been sent before: none may ever be. */
  ordersDuplicated: number;
  unauthorized: number;
  badSignatures: number;
  /** Requests for Gamma's lists and items. */
  gammaRequests: number;
  /** Statuses that trades came to, by status. */
  readonly trades: Record<string, number>;
  /** How orders went that did not fill whole at once, by what happened. */
  readonly outcomes: Record<string, number>;
  /** Planted faults that fired, by kind. */
  readonly faults: Record<string, number>;
}

export function createStats(): VenueStats {
  return {
    schema: 1,
    tape: { frames: 0, skipped: 0, unreadable: 0, steps: 0, ended: false },
    marketFrames: 0,
    marketBytes: 0,
    userFrames: 0,
    userBytes: 0,
    subscriptions: 0,
    booksWithheld: 0,
    slowConsumers: 0,
    publicRequests: 0,
    walletLogins: 0,
    orderRequests: 0,
    orders: 0,
    ordersRefused: 0,
    ordersDuplicated: 0,
    unauthorized: 0,
    badSignatures: 0,
    gammaRequests: 0,
    trades: {},
    outcomes: {},
    faults: {},
  };
}
