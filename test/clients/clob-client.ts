// The venue's older official client, of accounts of every type: its order builder, its REST, and as much of its types as the
// tests read.
import type { SignatureType } from '../../engine/venue/polymarket/order-form.ts';
import { load } from './installed.ts';

/** A signed order as the client makes it. */
export interface ClobOrder {
  readonly salt: string;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly side: 'BUY' | 'SELL';
  readonly signatureType: SignatureType;
  readonly timestamp: string;
  readonly expiration: string;
  readonly metadata: string;
  readonly builder: string;
  readonly signature: string;
}

type Answer = Readonly<Record<string, unknown>>;

export interface ClobClient {
  createOrder(order: object, options: object): Promise<ClobOrder>;
  postOrder(order: ClobOrder, type?: string): Promise<Answer>;
  createAndPostOrder(order: object, options: object, type?: string): Promise<Answer>;
  createAndPostMarketOrder(order: object, options: object, type?: string): Promise<Answer>;
  getOrder(id: string): Promise<Answer>;
  getOpenOrders(): Promise<readonly Answer[]>;
  getTrades(): Promise<readonly Answer[]>;
  cancelOrder(of: { orderID: string }): Promise<Answer>;
  cancelAll(): Promise<Answer>;
  createOrDeriveApiKey(): Promise<Answer>;
  postHeartbeat(id?: string): Promise<Answer>;
}

interface Library {
  readonly ClobClient: new (options: object) => ClobClient;
}

interface Account {
  readonly address: string;
  signTypedData(of: object): Promise<string>;
}

const { ClobClient } = load<Library>('@polymarket/clob-client-v2');
const { privateKeyToAccount } = load<{ privateKeyToAccount(key: string): Account }>('viem/accounts');

export const viem = load<{
  recoverTypedDataAddress(of: object): Promise<string>;
}>('viem');

interface Owner {
  /** Of the simulated venue, or of nobody. */
  readonly host: string;
  /** 64 hex digits. */
  readonly key: string;
  readonly signatureType: SignatureType;
  readonly funder: string;
  readonly credentials: { readonly apiKey: string; readonly secret: string; readonly passphrase: string };
}

/** The client of an account whose wallet signs by itself. */
export function clobClientOf({ host, key, signatureType, funder, credentials }: Owner): ClobClient {
  const account = privateKeyToAccount(`0x${key}`);
  const signTypedData = ({ account: _account, ...of }: { account: unknown }): Promise<string> =>
    account.signTypedData(of);
  const { apiKey, secret, passphrase } = credentials;
  return new ClobClient({
    ...{ host, chain: 137, signer: { account, signTypedData }, creds: { key: apiKey, secret, passphrase } },
    ...{ signatureType, funderAddress: funder },
  });
}
