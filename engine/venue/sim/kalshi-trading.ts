// The trading side of the simulated Kalshi venue: one account, its exchange, its private REST and what its private channels
// are told. Runs on the venue's event loop.
import type { Clock } from '../../core/clock.ts';
import { Random } from '../../core/random.ts';
import type { HttpHandler } from '../../ingest/transport.ts';
import type { JsonObject } from '../json.ts';
import { CHANNELS, PRIVATE_CHANNELS } from '../kalshi/commands.ts';
import { type Account, Accounts } from './accounts.ts';
import { FaultScript } from './fault-script.ts';
import type { Sending } from './kalshi-client.ts';
import { KalshiExchange } from './kalshi-exchange.ts';
import type { KalshiFill, KalshiMarket, KalshiOrder, KalshiTerms } from './kalshi-exchange-types.ts';
import type { KalshiFaultRule } from './kalshi-faults.ts';
import { kalshiPortfolioRoutes } from './kalshi-portfolio-rest.ts';
import { fillMsg, orderMsg, tradeMsg } from './kalshi-private-json.ts';
import { type KalshiTradingPlaces, kalshiOrderRoutes } from './kalshi-trading-rest.ts';
import type { Latency } from './latency.ts';
import { TokenBucket } from './token-bucket.ts';

/** The account, and the markets that take its orders. */
export interface KalshiTradingInput {
  readonly cashMicros: number;
  readonly terms: readonly KalshiTerms[];
  readonly seed: number;
  /** Of requests for new orders. Default none. */
  readonly latency?: Omit<Latency, 'takerDelayMs'>;
  /** Told the ids of the orders in a request when it has come. */
  readonly onPost?: (clientIds: readonly string[]) => void;
  /** Tokens per second; a bucket holds those of one. Default: more than anybody asks for. */
  readonly budgets?: { readonly read: number; readonly write: number };
  /** Of the account's lists, whatever is asked for. Default 1,000. */
  readonly itemsPerPageMax?: number;
}

/** Says `msg` to everybody who is subscribed to `channel`; answers how many messages went. */
export type Tell = (channel: string, type: string, ticker: string, msg: JsonObject, sending?: Sending) => number;

const ENDLESS = 1e9;
const ITEMS_PER_PAGE_MAX = 1_000;
const HOUSEKEEPING_MS = 20;

export class KalshiTrading {
  readonly exchange: KalshiExchange;
  readonly accounts: Accounts;
  readonly account: Account;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #input: KalshiTradingInput;
  readonly #onFill: FaultScript<KalshiFaultRule>;
  readonly #stats: KalshiTradingPlaces['stats'];
  readonly #tell: Tell;
  #timer: NodeJS.Timeout | undefined;
  #fills = 0;

  /** `onBook`: a book may have changed. */
  constructor(
    input: KalshiTradingInput,
    keyId: string,
    { clock, faults, stats }: Pick<KalshiTradingPlaces, 'clock' | 'faults' | 'stats'>,
    onBook: (market: KalshiMarket) => void,
    tell: Tell,
  ) {
    const { cashMicros, terms, seed } = input;
    this.#input = input;
    this.#clock = clock;
    this.#stats = stats;
    this.#tell = tell;
    const name = { apiKey: keyId, secret: '', passphrase: '', signer: keyId, funder: keyId };
    this.accounts = new Accounts([{ ...name, cashMicros }]);
    this.account = this.accounts.all[0]!;
    this.#random = new Random(seed);
    const isFill = ({ kind }: KalshiFaultRule): boolean => kind.startsWith('kalshiFill');
    this.#onFill = new FaultScript(faults.filter(isFill), stats.faults, this.#random.split());
    const listener = {
      book: onBook,
      order: (order: KalshiOrder) => this.#order(order),
      fill: (fill: KalshiFill) => this.#fill(fill),
    };
    this.exchange = new KalshiExchange(terms, this.accounts, clock, this.#random.split(), listener);
  }

  /** Routes by `METHOD path` below `prefix`. */
  routes(prefix: string, places: Pick<KalshiTradingPlaces, 'faults' | 'unauthorized'>): Record<string, HttpHandler> {
    const { latency = { minMs: 0, maxMs: 0 }, budgets = { read: ENDLESS, write: ENDLESS } } = this.#input;
    const bucket = (perSecond: number): TokenBucket => new TokenBucket(this.#clock, perSecond, perSecond);
    const all: KalshiTradingPlaces = {
      ...{ exchange: this.exchange, account: this.account, clock: this.#clock, random: this.#random.split() },
      ...{ latency: { ...latency, takerDelayMs: 0 }, stats: this.#stats, ...places },
      ...{ onPost: this.#input.onPost, itemsPerPageMax: this.#input.itemsPerPageMax ?? ITEMS_PER_PAGE_MAX },
      budgets: { read: bucket(budgets.read), write: bucket(budgets.write) },
    };
    this.#timer = setInterval(() => this.exchange.expire(), HOUSEKEEPING_MS);
    this.#timer.unref();
    return { ...kalshiOrderRoutes(prefix, all), ...kalshiPortfolioRoutes(prefix, all) };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #order(order: KalshiOrder): void {
    const { ticker } = order.market;
    const { outcomes } = this.#stats;
    const isPart = order.matchedMicros > 0;
    if (order.status === 'canceled' && order.request.timeInForce === 'immediate_or_cancel') {
      const what = isPart ? 'iocPartial' : 'iocKilled';
      outcomes[what] = (outcomes[what] ?? 0) + 1;
    }
    this.#stats.privateSent += this.#tell(PRIVATE_CHANNELS.orders, 'user_order', ticker, orderMsg(order));
  }

  #fill(fill: KalshiFill): void {
    const { ticker } = fill.order.market;
    this.#fills += 1;
    let sending: Sending = 'plain';
    for (const { kind } of this.#onFill.firing(this.#fills)) sending = kind === 'kalshiFillDrop' ? 'drop' : 'duplicate';
    this.#stats.privateSent += this.#tell(PRIVATE_CHANNELS.fill, 'fill', ticker, fillMsg(fill), sending);
    // The trade is the taker's: of a maker's fill he, or the tape, has said it.
    if (fill.isTaker) this.#tell(CHANNELS.trade, 'trade', ticker, tradeMsg(fill));
  }
}
