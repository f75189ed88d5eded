// The scripted faults of the simulated Kalshi venue: what they are called and when they count.
import type { ScriptedFault } from './fault-script.ts';
import type { RestFaultKind } from './rest-faults.ts';

/**
 * On book change number N: `kalshiDrop` takes its number and is not sent, `kalshiDuplicate` is sent twice,
 * `kalshiReorder` after the next, `kalshiCorrupt` with a damaged price, `kalshiTruncate` by half, `kalshiOversize` padded
 * to `bytes`. `kalshiFreezeMarket` stops everything of that market on the open connections, its snapshots too;
 * `kalshiFreeze` stops the open connections altogether while their pongs go on; `kalshiHalfOpen` lets nothing pass on
 * them; `kalshiCut` ends them. `kalshiFreezeBooks` stops changes and snapshots of all books on the open connections, while
 * trades, lifecycle and answers go on. `kalshiPause`: the market is told to be deactivated, and `ms` later activated;
 * its changes go on. From `kalshiStamps` on, messages bear times that are `ms` ahead.
 */
export type KalshiStreamFaultKind =
  | 'kalshiDrop'
  | 'kalshiDuplicate'
  | 'kalshiReorder'
  | 'kalshiCorrupt'
  | 'kalshiTruncate'
  | 'kalshiOversize'
  | 'kalshiFreezeMarket'
  | 'kalshiFreeze'
  | 'kalshiHalfOpen'
  | 'kalshiCut'
  | 'kalshiFreezeBooks'
  | 'kalshiPause'
  | 'kalshiStamps';

/** On upgrade N: refused with that status; `kalshiSkew`: judged by a clock that is `ms` ahead. */
export type KalshiUpgradeFaultKind = 'kalshiRefuse503' | 'kalshiRefuse429' | 'kalshiRefuse403' | 'kalshiSkew';

/** On REST request N. */
export type KalshiRestFaultKind = `kalshiRest${RestFaultKind}`;

/** On request N for new orders. `kalshiOrderSlow` is booked late, when whoever asked may have given up. */
export type KalshiOrderFaultKind = `kalshiOrder${RestFaultKind}`;

/** On request N for new orders, which is refused, all trading rests for `ms`; orders that asked for it are cancelled. */
type KalshiPauseFaultKind = 'kalshiOrderPause';

/** On request N for new orders: each is refused, as of an account that lacks the money. */
type KalshiBalanceFaultKind = 'kalshiOrderNoBalance';

/** On fill number N: its message is not sent, or twice. */
export type KalshiFillFaultKind = 'kalshiFillDrop' | 'kalshiFillDuplicate';

type KalshiAnyFaultKind =
  | KalshiStreamFaultKind
  | KalshiUpgradeFaultKind
  | KalshiRestFaultKind
  | KalshiOrderFaultKind
  | KalshiPauseFaultKind
  | KalshiBalanceFaultKind
  | KalshiFillFaultKind;

export interface KalshiFaultRule extends ScriptedFault<KalshiAnyFaultKind> {
  readonly ms?: number;
  readonly bytes?: number;
}

export interface KalshiVenueStats {
  upgrades: number;
  /** Upgrades and REST requests answered 401, by what was wrong with them. */
  readonly refused: Record<string, number>;
  subscriptions: number;
  updates: number;
  unsubscriptions: number;
  /** Error answers, by code. */
  readonly errors: Record<number, number>;
  snapshotsSent: number;
  changesSent: number;
  restRequests: number;
  /** REST requests whose signature held. */
  restSigned: number;
  /** Requests for new orders, and orders in them. */
  orderRequests: number;
  orders: number;
  /** By the code of the refusal. */
  readonly ordersRefused: Record<string, number>;
  /** How orders ended that did not fill whole, by what happened. */
  readonly outcomes: Record<string, number>;
  /** Requests that the account's budget did not cover. */
  tooMany: number;
  /** Messages of the private channels. */
  privateSent: number;
  readonly faults: Record<string, number>;
}

export function createKalshiStats(): KalshiVenueStats {
  return {
    ...{ upgrades: 0, refused: {}, subscriptions: 0, updates: 0, unsubscriptions: 0, errors: {} },
    ...{ snapshotsSent: 0, changesSent: 0, restRequests: 0, restSigned: 0 },
    ...{ orderRequests: 0, orders: 0, ordersRefused: {}, outcomes: {}, tooMany: 0, privateSent: 0, faults: {} },
  };
}
