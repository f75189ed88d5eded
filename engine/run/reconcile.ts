// Before a restarted run trades: waits for the outcome of every order that an earlier run left without one, cancels what
// rests, and compares cash and positions with each venue to the unit. What differs is asked about once more, and refuses the
// run if it stays. Main thread, beside the executor's duty cycle, which books what the venues answer.
import type { Clock } from '../core/clock.ts';
import type { Executor } from '../execute/execute.ts';
import type { JournalState } from '../ledger/state.ts';
import type { VenueName } from '../venue/contract.ts';
import { venueOfId } from '../venue/markets.ts';
import type { AccountState, RunVenue } from './venue-link.ts';

export interface Reconciled {
  readonly cancelled: number;
  readonly fillsMissed: number;
  /** Why the run must not trade, '' when it may. */
  readonly refused: string;
}

export interface ReconcileParts {
  readonly clock: Clock;
  /** The journal that was gone on with had a deposit at that venue. */
  hadCash(name: VenueName): boolean;
  pause(ms: number): Promise<void>;
}

/** How long outcomes and settlements may take to be known. */
const OUTCOMES_MS = 120_000;
/** A venue's balances follow its trades; so often, and so far apart, it is looked again before a difference counts. */
const ROUNDS = 8;
const ROUND_MS = 500;
const LOOK_MS = 20;

export async function reconcile(
  executor: Executor,
  state: JournalState,
  venues: readonly RunVenue[],
  { clock, hadCash, pause }: ReconcileParts,
): Promise<Reconciled> {
  const fillsBefore = executor.stats.fills;
  let cancelled = 0;
  const result = (refused: string): Reconciled => {
    return { cancelled, fillsMissed: executor.stats.fills - fillsBefore, refused };
  };
  // Waiting would change nothing, and lone legs at other venues get no way out meanwhile.
  const unasked = venues.filter(({ gateway: { venue }, readAccount }) => {
    return readAccount === undefined && (hadCash(venue) || hasOrders(state, venue));
  });
  if (unasked.length > 0) {
    const names = unasked.map(({ gateway }) => gateway.venue).join(', ');
    return result(`${names}: it cannot be asked for its account, and the journal has money or orders there`);
  }
  const untilNs = clock.nowNs() + OUTCOMES_MS * 1e6;
  // What a venue has matched is in its balances once it is settled there.
  while (executor.restart.openOrders() > 0 || executor.restart.unsettledOrders() > 0) {
    if (clock.nowNs() >= untilNs) {
      const [open, unsettled] = [executor.restart.openOrders(), executor.restart.unsettledOrders()];
      if (open > 0) return result(`${open} orders have no outcome after ${OUTCOMES_MS / 1_000} s`);
      return result(`fills of ${unsettled} orders are not settled after ${OUTCOMES_MS / 1_000} s`);
    }
    await pause(LOOK_MS);
  }
  let differences: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    differences = [];
    for (const venue of venues) {
      const name = venue.gateway.venue;
      const compared = await compare(executor, state, venue);
      for (const orderId of compared.resting) if (venue.gateway.cancel(orderId)) cancelled += 1;
      differences.push(...compared.differences.map((text) => `${name}: ${text}`));
    }
    if (differences.length === 0) return result('');
    await pause(ROUND_MS);
  }
  return result(`journal and venue differ: ${differences.join('; ')}`);
}

async function compare(
  { ledger }: Executor,
  state: JournalState,
  venue: RunVenue,
): Promise<{ readonly differences: string[]; readonly resting: string[] }> {
  const name = venue.gateway.venue;
  const tokens = tokensAt(state, name);
  if (venue.readAccount === undefined) return { differences: [], resting: [] };
  let account: AccountState;
  try {
    account = await venue.readAccount(tokens);
  } catch (error) {
    return { differences: [error instanceof Error ? error.message : String(error)], resting: [] };
  }
  const differences: string[] = [];
  const { cashMicros } = ledger.venue(name);
  if (cashMicros !== account.cashMicros)
    differences.push(`cash: ours ${cashMicros}, the venue’s ${account.cashMicros}`);
  const differing = new Set<string>();
  for (const [token, theirs] of account.positions) {
    const ours = ledger.position(token)?.matchedMicros ?? 0;
    if (ours === theirs) continue;
    differing.add(token);
    differences.push(`position ${token.slice(0, 12)}…: ours ${ours}, the venue’s ${theirs}`);
  }
  // A fill that was booked late: the orders of that token are asked about, whatever they were taken for.
  for (const { order } of state.orders.values()) if (differing.has(order.token)) venue.gateway.query(order.orderId);
  const resting = account.restingOrders.filter((id) => state.orders.has(id));
  differences.push(...resting.map((id) => `order ${id} still rests`));
  const foreign = account.restingOrders.filter((id) => !state.orders.has(id));
  differences.push(...foreign.map((id) => `order ${id} rests there and is not in the journal`));
  return { differences, resting };
}

function hasOrders({ orders }: JournalState, name: VenueName): boolean {
  return [...orders.values()].some(({ order }) => venueOfId(order.marketId) === name);
}

/** Every token that was ever ordered there and not paid since. */
function tokensAt(state: JournalState, name: VenueName): string[] {
  const tokens = [...state.orders.values()].flatMap(({ order }) => {
    return venueOfId(order.marketId) === name && !state.paid.has(order.token) ? [order.token] : [];
  });
  return [...new Set(tokens)];
}
