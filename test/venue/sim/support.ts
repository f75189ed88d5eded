// Shared by the tests of the simulated venue: a market, tapes, accounts, signed orders, and an independent book hash.
import { createHash, createHmac } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { dial } from '../../../engine/ingest/dial.ts';
import type { DialedSocket } from '../../../engine/ingest/dial-contract.ts';
import type { MarketMeta } from '../../../engine/venue/contract.ts';
import type { AccountSetup } from '../../../engine/venue/sim/accounts.ts';
import { orderIdOf, type SignedOrder } from '../../../engine/venue/sim/signed-order.ts';
import type { TapeFrame } from '../../../engine/venue/sim/tape.ts';

export const CONDITION = `0x${'ab'.repeat(32)}`;
export const YES = '71321045679252212594626385532706912750332728571942532289631379312455583992563';
export const NO = '52114319501245915516055106046884209969926127482827954674443846427813813222426';

export const MARKET: MarketMeta = {
  id: `polymarket:${CONDITION}`,
  venue: 'polymarket',
  yesToken: YES,
  noToken: NO,
  tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 100 }],
  minSizeMicros: 5_000_000,
  negRisk: false,
  fee: { rateE6: 70_000, exponent: 1, roundMicros: 10 },
};

// Hardhat's first two test keys: public knowledge.
export const TEST_KEYS = [
  'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
];
const ADDRESSES = ['0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'];

/** Account 0 or 1 with `cashMicros`. */
export function accountSetup(index: number, cashMicros = 1_000_000_000): AccountSetup {
  return {
    apiKey: `00000000-0000-0000-0000-00000000000${index}`,
    secret: Buffer.alloc(32, index + 1).toString('base64url'),
    passphrase: `passphrase-${index}`,
    signer: ADDRESSES[index]!,
    funder: ADDRESSES[index]!,
    cashMicros,
  };
}

type Levels = readonly (readonly [price: string, size: string])[];

function levels(list: Levels): object[] {
  return list.map(([price, size]) => ({ price, size }));
}

/** A tape frame of a message. */
export function frame(atMs: number, message: unknown): TapeFrame {
  return { atNs: atMs * 1e6, bytes: Buffer.from(JSON.stringify(message)), venue: 'polymarket' };
}

/** YES snapshot: bids ascending, asks descending, as the venue sends them. */
export function snapshot(atMs: number, bids: Levels, asks: Levels): TapeFrame {
  return frame(atMs, [
    {
      market: CONDITION,
      asset_id: YES,
      timestamp: String(1_000 + atMs),
      hash: '',
      bids: levels(bids),
      asks: levels(asks),
      event_type: 'book',
    },
  ]);
}

/** A change of the YES book and its mirror. */
export function change(atMs: number, side: 'BUY' | 'SELL', price: string, size: string): TapeFrame {
  const mirror = String((10_000 - Number(price) * 10_000) / 10_000);
  return frame(atMs, {
    market: CONDITION,
    price_changes: [
      { asset_id: YES, price, size, side, hash: '', best_bid: '', best_ask: '' },
      {
        asset_id: NO,
        price: mirror,
        size,
        side: side === 'BUY' ? 'SELL' : 'BUY',
        hash: '',
        best_bid: '',
        best_ask: '',
      },
    ],
    timestamp: String(1_000 + atMs),
    event_type: 'price_change',
  });
}

/** A trade on the YES token. */
export function trade(atMs: number, side: 'BUY' | 'SELL', price: string, size: string): TapeFrame {
  return frame(atMs, {
    market: CONDITION,
    asset_id: YES,
    price,
    size,
    fee_rate_bps: '0',
    side,
    timestamp: String(1_000 + atMs),
    event_type: 'last_trade_price',
    transaction_hash: `0x${'cd'.repeat(32)}`,
  });
}

/** What to trade: dollars and shares derived exactly. */
export interface Wish {
  readonly token: string;
  readonly side: 'BUY' | 'SELL';
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly type: 'GTC' | 'FOK' | 'FAK';
  readonly postOnly?: boolean;
}

let salt = 1;

/** A signed element of POST /orders and the id it must get. `key`: whose key signs, normally the account's. */
export function signedOrder(index: number, wish: Wish, key = index): { element: object; id: string } {
  const dollars = (wish.limitE4 * wish.sizeMicros) / 10_000;
  const address = ADDRESSES[index]!;
  const order: SignedOrder = {
    salt: BigInt(salt++),
    maker: address.toLowerCase(),
    signer: address.toLowerCase(),
    tokenId: wish.token,
    makerAmount: wish.side === 'BUY' ? dollars : wish.sizeMicros,
    takerAmount: wish.side === 'BUY' ? wish.sizeMicros : dollars,
    side: wish.side,
    signatureType: 0,
    timestampMs: '1713398400000',
    expirationS: '0',
    metadata: `0x${'0'.repeat(64)}`,
    builder: `0x${'0'.repeat(64)}`,
    signature: '0x',
  };
  const id = orderIdOf(order, 'plain');
  const recovered = secp256k1.sign(Buffer.from(id.slice(2), 'hex'), Buffer.from(TEST_KEYS[key]!, 'hex'), {
    prehash: false,
    format: 'recovered',
  });
  const signature = `0x${Buffer.from(recovered.subarray(1)).toString('hex')}${(27 + recovered[0]!).toString(16)}`;
  const element = {
    deferExec: false,
    postOnly: wish.postOnly === true,
    order: {
      ...order,
      salt: Number(order.salt),
      makerAmount: String(order.makerAmount),
      takerAmount: String(order.takerAmount),
      timestamp: order.timestampMs,
      expiration: '0',
      signature,
    },
    owner: accountSetup(index).apiKey,
    orderType: wish.type,
  };
  return { element, id };
}

/** A private call with L2 headers. */
export async function call(
  restUrl: string,
  index: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const { apiKey, secret, passphrase, signer } = accountSetup(index);
  const signature = createHmac('sha256', Buffer.from(secret, 'base64url'))
    .update(timestamp + method + path.split('?')[0] + text)
    .digest('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  const answer = await fetch(restUrl + path, {
    method,
    ...(body === undefined ? {} : { body: text }),
    headers: {
      POLY_ADDRESS: signer,
      POLY_SIGNATURE: signature,
      POLY_TIMESTAMP: timestamp,
      POLY_API_KEY: apiKey,
      POLY_PASSPHRASE: passphrase,
    },
  });
  return { status: answer.status, json: await answer.json() };
}

/** Prices as text to sizes as text, as a client keeps a book. */
export interface ClientBook {
  readonly bids: Map<string, string>;
  readonly asks: Map<string, string>;
  lastTrade: string;
  tick: string;
}

/** The book hash as protocols say it, over a client's own book: written apart from the venue's. */
export function clientHash(
  book: ClientBook,
  token: string,
  timestamp: string,
  { condition, negRisk } = { condition: CONDITION, negRisk: false },
): string {
  const byPrice = (side: Map<string, string>, sign: number) =>
    [...side].sort(([a], [b]) => sign * (Number(a) - Number(b))).map(([price, size]) => ({ price, size }));
  const summary = {
    market: condition,
    asset_id: token,
    timestamp,
    hash: '',
    bids: byPrice(book.bids, 1),
    asks: byPrice(book.asks, -1),
    min_order_size: '5',
    tick_size: book.tick,
    neg_risk: negRisk,
    last_trade_price: book.lastTrade,
  };
  return createHash('sha1').update(JSON.stringify(summary)).digest('hex');
}

/** A connected client whose messages queue up; `next` fails after five seconds of silence. */
export async function connect(url: string): Promise<{
  socket: DialedSocket;
  next: () => Promise<string>;
  until: (wanted: (message: string) => boolean) => Promise<string>;
  closed: Promise<{ code: number; reason: string }>;
}> {
  const messages: string[] = [];
  let wake = () => {};
  let onClosed: (end: { code: number; reason: string }) => void = () => {};
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    onClosed = resolve;
  });
  const socket = await new Promise<DialedSocket>((resolve, reject) => {
    const dialed = dial(url, {
      onOpen: () => resolve(dialed),
      onMessage: (bytes) => {
        messages.push(Buffer.from(bytes).toString());
        wake();
      },
      onClose: (code, reason) => {
        onClosed({ code, reason });
        reject(new Error(`closed: ${code} ${reason}`));
      },
    });
  });
  const next = async () => {
    if (messages.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no message within 5 s')), 5_000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return messages.shift()!;
  };
  const until = async (wanted: (message: string) => boolean) => {
    for (;;) {
      const message = await next();
      if (wanted(message)) return message;
    }
  };
  return { socket, next, until, closed };
}
