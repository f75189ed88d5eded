// The gate over the executor's own ledger, orders and venues. Executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import { Gate } from '../breaker/gate.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Arena } from '../memory/arena.ts';
import type { Desk } from './desk.ts';
import type { Sender } from './sender.ts';
import type { Venues } from './venues.ts';

/** `sender`: asked when the gate is, which is after it was made. */
export function gateOf(
  { arena, breaker, limits }: { readonly arena: Arena; readonly breaker: Breaker; readonly limits: BreakerLimits },
  desk: Desk,
  ledger: Ledger,
  venues: Venues,
  sender: () => Sender,
): Gate {
  return new Gate(arena, breaker, limits, {
    availableMicros: (venue) => ledger.venue(venue).availableMicros,
    // A sale that fails opens again what it closed.
    openNotionalMicros: () => ledger.openNotionalMicros + ledger.returning.micros,
    venueRefusal: (venue) => venues.refusal(venue),
    // What has passed and is about to leave counts already.
    capRefusal: (venue, orders) => venues.capRefusal(venue, [...sender().leaving(venue), ...orders]),
    marketHold: (marketIndex, ownRoot) => desk.hold(marketIndex, ownRoot),
    meetsOwn: (orders) => desk.meetsOwn(orders),
  });
}
