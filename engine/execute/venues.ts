// The venues that the executor trades at: which one a market is of, what each takes now. Executor's thread. Every gateway
// goes behind its caps here, so that the executor has no way around them.
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Clock } from '../core/clock.ts';
import type { SentHour } from '../ledger/sent-hour.ts';
import type { Arena } from '../memory/arena.ts';
import type { OrderMaker, OrderRequest, TradingVenue, VenueEvent, VenueName, VenueState } from '../venue/contract.ts';
import { venueOf, venueOfId } from '../venue/markets.ts';
import { CappedGateway, type CappedOrders, type CapRefusal, type OrderCaps } from './capped-gateway.ts';

/** A venue with its caps. */
export interface CappedVenue {
  readonly gateway: CappedGateway;
  readonly maker: OrderMaker;
}

const STATE_CAUSES: Readonly<Record<VenueState, RefusalCause | undefined>> = {
  open: undefined,
  postOnly: 'VENUE_POST_ONLY',
  cancelOnly: 'VENUE_CANCEL_ONLY',
  halted: 'VENUE_HALTED',
};

export class Venues {
  readonly #arena: Arena;
  readonly #byName = new Map<VenueName, CappedVenue>();

  constructor(
    arena: Arena,
    venues: readonly TradingVenue[],
    caps: Readonly<Record<VenueName, OrderCaps>>,
    clock: Clock,
  ) {
    this.#arena = arena;
    for (const { gateway, maker } of venues) {
      const { venue } = gateway;
      this.#byName.set(venue, { gateway: new CappedGateway(gateway, caps[venue], clock), maker });
    }
  }

  /** The venue of a market; undefined: nothing is sent there. */
  of(marketIndex: number): CappedVenue | undefined {
    return this.#byName.get(venueOf(this.#arena, marketIndex));
  }

  get(name: VenueName): CappedVenue | undefined {
    return this.#byName.get(name);
  }

  nameOf(marketIndex: number): VenueName {
    return venueOf(this.#arena, marketIndex);
  }

  /** True while some venue takes a request. */
  anyReady(): boolean {
    return [...this.#byName.keys()].some((name) => this.refusal(name) === undefined);
  }

  /** Why a venue takes no orders that trade at once now, or undefined. */
  refusal(name: VenueName): RefusalCause | undefined {
    const venue = this.#byName.get(name);
    if (venue === undefined) return 'VENUE_READONLY';
    const { gateway } = venue;
    if (!gateway.canSign()) return 'SIGNER_SILENT';
    return STATE_CAUSES[gateway.state()] ?? (gateway.ready() ? undefined : 'GATEWAY_BUSY');
  }

  /** True while a venue says that it takes no orders that trade at once. */
  isHalted(name: VenueName): boolean {
    return (this.#byName.get(name)?.gateway.state() ?? 'open') !== 'open';
  }

  /** Why these orders are beyond what the venue is sent at most, or undefined. */
  capRefusal(name: VenueName, orders: CappedOrders): CapRefusal | undefined {
    return this.#byName.get(name)?.gateway.refusal(orders);
  }

  /** Tells the gateways of orders that an earlier run sent. */
  adopt(orders: readonly OrderRequest[]): void {
    for (const [name, { gateway }] of this.#byName) {
      gateway.adopt(orders.filter(({ marketId }) => venueOfId(marketId) === name));
    }
  }

  /** Caps of the hour go on from what earlier runs sent. */
  adoptSent(sent: SentHour, wallMs: number): void {
    for (const [name, { gateway }] of this.#byName) gateway.adoptSent(sent.within(name, wallMs));
  }

  /** Events of all venues, of each in its order. */
  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    let worked = 0;
    for (const { gateway } of this.#byName.values()) worked += gateway.poll(limit, onEvent);
    return worked;
  }
}
