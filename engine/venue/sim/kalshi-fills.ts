// Fills of the simulated Kalshi venue: what each costs or brings, booked once and for good. A fill closes what is held of the
// other outcome before it opens anything, so that nobody ever holds both.
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { costMicrosRoundedUp, proceedsMicrosRoundedDown } from '../../core/units.ts';
import { kalshiOutcome } from '../kalshi/outcome.ts';
import type { Accounts } from './accounts.ts';
import { closedView, heldMicros } from './kalshi-collateral.ts';
import type { KalshiFill, KalshiOrder } from './kalshi-exchange-types.ts';
import { settledFee, tradeFeeMicros } from './kalshi-fill-fees.ts';
import type { Take } from './matching.ts';
import { uuidOf } from './trades.ts';

export class KalshiFills {
  /** In the order they were made. */
  readonly all: KalshiFill[] = [];
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #ids: Random;

  constructor(accounts: Accounts, clock: Clock, ids: Random) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Books a fill of `order` at `priceE4` of YES. */
  book(order: KalshiOrder, { priceE4, sizeMicros }: Take, isTaker: boolean): KalshiFill {
    const { account, side } = order;
    const { ticker, terms } = order.market;
    assert(terms !== undefined, 'orders are taken in markets with terms');
    const closed = Math.min(sizeMicros, heldMicros(account, ticker, closedView(side)));
    const opened = sizeMicros - closed;
    // Of the outcome that is opened; the other one is worth the rest of a dollar.
    const openE4 = side === 'bid' ? priceE4 : 10_000 - priceE4;
    const closedE4 = 10_000 - openE4;
    const revenue = proceedsMicrosRoundedDown(closedE4, closed) - costMicrosRoundedUp(openE4, opened);
    const fee = tradeFeeMicros(isTaker ? terms.fee.rateE6 : terms.makerRateE6, terms.fee, priceE4, sizeMicros);
    const { feeMicros, roundedMicros } = settledFee(revenue, fee, order.roundedMicros);
    order.roundedMicros = roundedMicros;
    const [closes, opens] = [closedView(side), side === 'bid' ? VIEW_YES : VIEW_NO];
    const part = (view: number, of: 'BUY' | 'SELL', partE4: number, size: number, partFee: number): void => {
      const token = kalshiOutcome(ticker, view);
      this.#accounts.fill(account, { token, side: of, priceE4: partE4, sizeMicros: size }, partFee);
    };
    if (closed > 0) part(closes, 'SELL', closedE4, closed, feeMicros);
    if (opened > 0) part(opens, 'BUY', openE4, opened, closed > 0 ? 0 : feeMicros);
    const role = isTaker ? 'taker' : 'maker';
    order.matchedMicros += sizeMicros;
    order.cost[role] += costMicrosRoundedUp(openE4, sizeMicros);
    order.fees[role] += feeMicros;
    const positionMicros = heldMicros(account, ticker, VIEW_YES) - heldMicros(account, ticker, VIEW_NO);
    const fill = { id: uuidOf(this.#ids), order, priceE4, sizeMicros, isTaker, feeMicros, positionMicros };
    this.all.push({ ...fill, atMs: this.#clock.wallMs() });
    return this.all.at(-1)!;
  }
}
