// The account that orders are given by, and the limits of the process that signs them.
import { z } from 'zod';
import { TICKER } from '../venue/kalshi/market.ts';
import { integer, path } from './fields.ts';

const TOKEN_ID = /^\d{1,78}$/;

/** Keys of `venues.polymarket`. The key's file is read by the signer's process alone. */
export const accountKeys = {
  privateKeyFile: path(
    'File with the key that signs live orders, 64 hexadecimal digits (mode 0400 or 0600). The signer’s process alone reads it.',
  ).optional(),
  signatureType: z
    .int()
    .min(0)
    .max(3)
    .default(0)
    .describe('Wallet of the account: 0 the key’s own address, 1 a proxy, 2 a Safe, 3 a deposit wallet.'),
  funder: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, { error: '0x and 40 hexadecimal digits' })
    .optional()
    .describe('Address of that wallet, which holds the money; with signatureType 1 to 3.'),
  apiKeyFile: path(
    'File with the API key (mode 0400 or 0600) of the account that trades live, or that `venue --address` serves; a paper run makes its own.',
  ).optional(),
  apiSecretFile: path('File with that account’s API secret (mode 0400 or 0600).').optional(),
  passphraseFile: path('File with that account’s API passphrase (mode 0400 or 0600).').optional(),
};

/** Limits that the signer's process keeps, whatever the engine asks of it. */
export const signerSchema = z
  .strictObject({
    orderMicrosMax: integer(1, 1e12, 500_000_000, 'Dollars that one order gives for what it buys, in micro-dollars.'),
    hourMicrosMax: integer(
      ...([1, 1e13, 1_000_000_000] as const),
      'The same of all orders signed within an hour, filled or not.',
    ),
    sellOrderMicrosMax: integer(
      ...([1, 1e12, 2_000_000_000] as const),
      'Shares that one order sells, in 1e-6 share: each counts, whatever is asked for it.',
    ),
    sellHourMicrosMax: integer(
      ...([1, 1e13, 10_000_000_000] as const),
      'The same of all orders signed within an hour, filled or not.',
    ),
    ordersPerSecondMax: integer(1, 1_000, 15, 'Orders signed within a second.'),
    assets: z
      .array(z.string().regex(TOKEN_ID, { error: 'a token id: up to 78 digits' }))
      .min(1)
      .max(100_000)
      .optional()
      .describe('Token ids that orders may be of; absent: any.'),
    tickers: z
      .array(z.string().regex(TICKER, { error: 'capital letters, digits, dots, dashes' }))
      .min(1)
      .max(100_000)
      .optional()
      .describe('Markets of Kalshi, by ticker, that orders may be of; absent: any.'),
  })
  .prefault({})
  .describe(
    'Limits of each process that holds a key of a live run: one a venue. They sign for Polymarket’s exchanges on Polygon, and Kalshi’s requests for orders, fills and the account, only. At Kalshi an order counts with the most that it can lose, bids and asks apart, both up to the limits of purchases.',
  );
