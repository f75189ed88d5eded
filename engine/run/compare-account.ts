// Compares what a venue says that the account has with the ledger, to the unit, and says what to ask the venue about and what
// to look into where they differ. Pure; main thread.

import type { Ledger } from '../ledger/ledger.ts';
import type { JournalState } from '../ledger/state.ts';
import type { VenueName } from '../venue/contract.ts';
import { venueOfId } from '../venue/markets.ts';
import type { AccountState, RunVenue } from './venue-link.ts';

/** Orders that are asked about again when it is not known which of them filled late. */
const ASKED_AGAIN_MAX = 100;
/** Longer names are cut in sentences. */
const NAME_CHARS = 40;
const CUT_CHARS = 12;

/** What is compared: the books of this run, and what an earlier one ordered. */
export interface Books {
  readonly ledger: Ledger;
  readonly state: JournalState;
}

export interface Comparison {
  readonly differences: readonly string[];
  /** Orders of the journal that rest. */
  readonly resting: readonly string[];
  /** Orders that may have filled without our knowing. */
  readonly doubtful: readonly string[];
  /** Tokens held here of which the venue says nothing: they may have been paid. */
  readonly unpaid: readonly string[];
}

/**
 * Tokens at a venue to ask it about: those held, and those whose orders had no outcome or no settlement when the journal
 * ended. `isWide`: every token that was ever ordered there and not paid since.
 */
export function tokensToAsk({ ledger, state }: Books, name: VenueName, isWide: boolean): string[] {
  const isOpen = ({ final, openFills }: { final: boolean; openFills: number }) => !final || openFills > 0;
  const ordered = [...state.orders.values()].flatMap((order) => {
    const { marketId, token } = order.order;
    const isWanted = isOpen(order) || (isWide && !state.paid.has(token));
    return isWanted && venueOfId(marketId) === name ? [token] : [];
  });
  return [...new Set([...heldAt(ledger, name).keys(), ...ordered])];
}

export function compareAccount(books: Books, { gateway, netted }: RunVenue, account: AccountState): Comparison {
  const { ledger, state } = books;
  const name = gateway.venue;
  const held = heldAt(ledger, name);
  const ours = netted?.(held) ?? { positions: held, cashMicros: 0 };
  const differences: string[] = [];
  // Some venues take what rests out of the cash: it is compared once nothing does.
  const cashMicros = ledger.venue(name).cashMicros + ours.cashMicros;
  const isCashEqual = account.restingOrders.length > 0 || cashMicros === account.cashMicros;
  if (!isCashEqual) differences.push(`cash: ours ${cashMicros}, the venue’s ${account.cashMicros}`);
  const differing = new Set<string>();
  for (const token of new Set([...ours.positions.keys(), ...account.positions.keys()])) {
    const [own, theirs] = [ours.positions.get(token) ?? 0, account.positions.get(token) ?? 0];
    if (own === theirs) continue;
    differing.add(token);
    differences.push(`position ${shortOf(token)}: ours ${own}, the venue’s ${theirs}`);
  }
  const resting = account.restingOrders.filter((id) => state.orders.has(id));
  const foreign = account.restingOrders.filter((id) => !state.orders.has(id));
  differences.push(...resting.map((id) => `order ${id} still rests`));
  differences.push(...foreign.map((id) => `order ${id} rests there and is not in the journal`));
  const doubtful = differing.size > 0 ? ordersOf(state, differing) : isCashEqual ? [] : unfilled(state, name);
  const unpaid = [...held.keys()].filter((token) => (account.positions.get(token) ?? 0) === 0);
  return { differences, resting, doubtful, unpaid };
}

/** By token, of those held at that venue. */
function heldAt(ledger: Ledger, name: VenueName): Map<string, number> {
  const held = new Map<string, number>();
  for (const [token, { matchedMicros }] of ledger.toPositions()) {
    if (matchedMicros !== 0 && ledger.venueOfToken(token) === name) held.set(token, matchedMicros);
  }
  return held;
}

/** The last ones of the markets of those tokens, whatever they were taken for: a fill of the other outcome nets the one that differs. */
function ordersOf({ orders }: JournalState, tokens: ReadonlySet<string>): string[] {
  const all = [...orders.values()].map(({ order }) => order);
  const markets = new Set(all.filter(({ token }) => tokens.has(token)).map(({ marketId }) => marketId));
  const own = all.filter(({ marketId }) => markets.has(marketId)).map(({ orderId }) => orderId);
  return own.slice(-ASKED_AGAIN_MAX);
}

/** The last ones that were not filled whole: a pair that was netted shows in the cash alone. */
function unfilled({ orders }: JournalState, name: VenueName): string[] {
  const open = [...orders.values()].filter(({ order, filledMicros }) => {
    return venueOfId(order.marketId) === name && filledMicros < order.sizeMicros;
  });
  return open.slice(-ASKED_AGAIN_MAX).map(({ order }) => order.orderId);
}

function shortOf(token: string): string {
  return token.length > NAME_CHARS ? `${token.slice(0, CUT_CHARS)}…` : token;
}
