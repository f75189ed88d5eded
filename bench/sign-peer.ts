// The official client's way from an order's terms to the JSON that it posts, where the heavy peers are installed.
import type { OrderDraft } from '../engine/venue/contract.ts';
import { loadPeer, peersInstalled } from './peers/install.ts';

export interface OfficialClient {
  /** The body of its request for an order with these terms. */
  text(draft: OrderDraft): Promise<string>;
}

interface Account {
  signTypedData(of: object): Promise<string>;
}

interface Clob {
  readonly ClobClient: new (
    options: object,
  ) => {
    readonly tickSizes: Record<string, string>;
    createOrder(order: object, options: object): Promise<object>;
  };
  orderToJsonV2(order: object, owner: string, type: string, postOnly: boolean, deferExec: boolean): object;
}

const MICROS = 1_000_000;

/** undefined when it is not installed. Nothing of it reaches for a venue: what it would ask it is told. */
export async function officialClient(
  key: string,
  owner: string,
  tokens: readonly string[],
): Promise<OfficialClient | undefined> {
  if (!peersInstalled()) return undefined;
  const { ClobClient, orderToJsonV2 } = await loadPeer<Clob>('@polymarket/clob-client-v2');
  const accounts = await loadPeer<{ privateKeyToAccount(key: string): Account }>('viem/accounts');
  const account = accounts.privateKeyToAccount(`0x${key}`);
  const signTypedData = ({ account: _account, ...of }: { account: unknown }): Promise<string> =>
    account.signTypedData(of);
  const client = new ClobClient({ host: 'http://127.0.0.1:1', chain: 137, signer: { account, signTypedData } });
  for (const token of tokens) client.tickSizes[token] = '0.01';
  const options = { tickSize: '0.01', negRisk: false, version: 2 };
  return {
    text: async ({ token, limitE4, sizeMicros, side, type }) => {
      const terms = { tokenID: token, price: limitE4 / 10_000, size: sizeMicros / MICROS, side };
      const order = await client.createOrder(terms, options);
      return JSON.stringify(orderToJsonV2(order, owner, type, false, false));
    },
  };
}
