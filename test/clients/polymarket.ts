// The official Polymarket client over a simulated venue: our addresses as its environment, a wallet that signs with the
// client's own library, and as much of its types as the tests read.
import type { SignatureType } from '../../engine/venue/polymarket/order-form.ts';
import type { Venue } from '../../engine/venue/sim/venue.ts';
import { load } from './installed.ts';

export interface Level {
  readonly price: string;
  readonly size: string;
}

export interface OrderBook {
  readonly conditionId: string;
  readonly tokenId: string;
  readonly timestamp: number;
  readonly hash: string;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly minOrderSize: string;
  readonly tickSize: string;
  readonly negRisk: boolean;
  readonly lastTradePrice: string | null;
}

interface Change extends Level {
  readonly tokenId: string;
  readonly side: 'BUY' | 'SELL';
  readonly hash: string;
  readonly bestBid: string;
  readonly bestAsk: string;
}

/** An event of any channel; which fields there are depends on its type. */
export interface ClientEvent {
  readonly topic: string;
  readonly type: string;
  readonly payload: {
    readonly market: string;
    readonly tokenId: string;
    readonly timestamp: number;
    readonly hash: string;
    readonly bids: readonly Level[];
    readonly asks: readonly Level[];
    readonly tickSize: string;
    readonly lastTradePrice: string | null;
    readonly priceChanges: readonly Change[];
    readonly price: string;
    readonly bestBid: string;
    readonly bestAsk: string;
    readonly spread: string;
    readonly oldTickSize: string;
    readonly newTickSize: string;
    readonly orderEventType: string;
    readonly status: string;
    readonly id: string;
  };
}

export interface Subscription extends AsyncIterable<ClientEvent> {
  close(): Promise<void>;
}

type Answer = Record<string, unknown>;
type Token = { readonly tokenId: string };

interface Pages extends AsyncIterable<{ readonly items: readonly Answer[]; readonly hasMore: boolean }> {
  firstPage(): Promise<{ readonly items: readonly Answer[]; readonly hasMore: boolean }>;
}

export interface PublicClient {
  subscribe(specs: readonly object[]): Promise<Subscription>;
  closeSubscriptions(): Promise<void>;
  fetchOrderBook(of: Token): Promise<OrderBook>;
  fetchOrderBooks(of: readonly Token[]): Promise<readonly OrderBook[]>;
  fetchMidpoint(of: Token): Promise<string>;
  fetchMidpoints(of: readonly Token[]): Promise<Record<string, string>>;
  fetchSpread(of: Token): Promise<string>;
  fetchSpreads(of: readonly Token[]): Promise<Record<string, string>>;
  fetchPrice(of: Token & { side: string }): Promise<string>;
  fetchPrices(of: readonly (Token & { side: string })[]): Promise<Record<string, Record<string, string>>>;
  listMarkets(query: object): Pages;
  listEvents(query: object): Pages;
  fetchMarket(of: object): Promise<Answer>;
  fetchEvent(of: object): Promise<Answer>;
}

/** A signed order as the client makes it. */
export interface ClientOrder {
  readonly salt: string;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly side: 'BUY' | 'SELL';
  readonly signatureType: SignatureType;
  readonly timestamp: string;
  readonly signature: string;
}

export interface OrderResult {
  readonly ok: boolean;
  readonly orderId: string;
  readonly status: string;
  readonly code: string;
  readonly message: string;
  readonly makingAmount: string;
  readonly takingAmount: string;
  readonly tradeIds: readonly string[];
}

export interface SecureClient extends PublicClient {
  readonly account: { readonly wallet: string };
  readonly credentials: { readonly key: string; readonly secret: string; readonly passphrase: string };
  createLimitOrder(order: object): Promise<ClientOrder>;
  placeLimitOrder(order: object): Promise<OrderResult>;
  placeMarketOrder(order: object): Promise<OrderResult>;
  cancelOrder(of: { orderId: string }): Promise<Answer>;
  cancelMarketOrders(of: object): Promise<Answer>;
  cancelAll(): Promise<Answer>;
  fetchOrder(of: { orderId: string }): Promise<Answer>;
  listOpenOrders(): Pages;
  listAccountTrades(): Pages;
}

interface Environment {
  readonly chainId: number;
}

interface Library {
  createPublicClient(options: { environment: Environment } | Record<string, never>): PublicClient;
  createSecureClient(options: object): Promise<SecureClient>;
  forkEnvironmentConfig(fork: object): Environment;
  buildHmacSignature(secret: string, timestampS: number, method: string, path: string, body?: string): Promise<string>;
}

/** Calls of the client that it exports as functions only. */
interface Actions {
  fetchTickSize(client: PublicClient, of: Token): Promise<number>;
  fetchNegRisk(client: PublicClient, of: Token): Promise<boolean>;
  fetchMarketInfo(client: PublicClient, of: { conditionId: string }): Promise<Answer>;
  resolveConditionByToken(client: PublicClient, of: Token): Promise<string>;
  fetchBalanceAllowance(client: PublicClient, of: object): Promise<{ balance: unknown; allowances: object }>;
}

interface Ox {
  readonly Secp256k1: { sign(of: { payload: string; privateKey: string }): unknown };
  readonly TypedData: { getSignPayload(payload: unknown): string };
  readonly Signature: { toHex(signature: unknown): string };
}

export const library = load<Library>('@polymarket/client');
export const actions = load<Actions>('@polymarket/client/actions');
const { Secp256k1, TypedData, Signature } = load<Ox>('ox');

// Nothing listens there: what the tests do not mean to reach fails at once.
const NOWHERE = { rest: 'http://127.0.0.1:1', ws: 'ws://127.0.0.1:1' };

type VenuePlaces = Pick<Venue, 'marketUrl' | 'userUrl' | 'restUrl' | 'gammaUrl'>;

/** The client's environment with all its addresses on this machine, the venue's where it has them. */
export function environmentOf(venue: VenuePlaces, more: object = {}): Environment {
  const clob = { rest: venue.restUrl, market: { ws: venue.marketUrl }, user: { ws: venue.userUrl } };
  return library.forkEnvironmentConfig({
    ...{ name: 'simulated', rpc: NOWHERE.rest, clob, gamma: { rest: venue.gammaUrl } },
    ...{ relayer: NOWHERE, data: NOWHERE, perps: NOWHERE, rtds: NOWHERE, sports: NOWHERE },
    combos: { ...NOWHERE, collateralReturn: NOWHERE },
    ...more,
  });
}

/** A wallet as the client wants one. `key`: 64 hex digits. What it signed is kept. */
export function walletOf(address: string, key: string) {
  const signed: { readonly primaryType: string; readonly signature: string }[] = [];
  const never = (): Promise<never> => Promise.reject(new Error('no test sends transactions'));
  return {
    signed,
    getAddress: async () => address,
    signTypedData: async (payload: { readonly primaryType: string }) => {
      const digest = TypedData.getSignPayload(payload);
      const signature = Signature.toHex(Secp256k1.sign({ payload: digest, privateKey: `0x${key}` }));
      signed.push({ primaryType: payload.primaryType, signature });
      return signature;
    },
    signMessage: never,
    sendTransaction: never,
  };
}

/** Collects what a subscription delivers until it is closed. */
export function collect(subscription: Subscription): ClientEvent[] {
  const events: ClientEvent[] = [];
  const read = async (): Promise<void> => {
    for await (const event of subscription) events.push(event);
  };
  void read();
  return events;
}
