// The config of the wallet feed.
import { z } from 'zod';
import { careSchema } from './care.ts';
import { httpUrl, integer, path, socketUrl } from './fields.ts';

const pollSchema = z
  .strictObject({
    url: httpUrl('The Data API, https://data-api.polymarket.com; left out: a lost stream is down.').optional(),
    pollMs: integer(100, 600_000, 2_000, 'Time between two questions about a wallet whose stream is lost.'),
    controlMs: integer(1_000, 600_000, 60_000, 'The same while it streams: finds a frozen stream.'),
    overlapS: integer(1, 600, 30, 'How far each answer reaches back before the one before it, in s.'),
    lookbackS: integer(0, 86_400, 60, 'How far the first one reaches back, in s.'),
    graceMs: integer(100, 600_000, 5_000, 'An older trade that was polled and not streamed refutes the stream.'),
    requestsPerSecond: integer(1, 100, 15, 'Requests in one second.'),
    connections: integer(1, 16, 4, 'Connections to it.'),
    deadlineMs: integer(100, 120_000, 10_000, 'Longest wait for one answer.'),
  })
  .prefault({})
  .describe('Polling: after a gap, while a stream is lost, and as a check.');

const wallet = z.strictObject({
  address: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, { error: '0x and 40 hex digits' })
    .transform((address) => address.toLowerCase())
    .describe('The wallet.'),
  label: z.string().min(1).max(100).describe('What it is called here.'),
});

export const walletsSchema = z
  .strictObject({
    source: z
      .enum(['dome', 'polynode', 'rtds'])
      .default('dome')
      .describe('Protocol: Dome’s, its successor’s, or Polymarket’s real-time socket, which sends everybody’s trades.'),
    url: socketUrl('The feed’s address without the key.').optional(),
    keyFile: path('File with the feed’s key (mode 0400 or 0600); else DUTCHBOOK_WALLET_KEY.').optional(),
    watch: z
      .array(wallet)
      .max(5_000)
      .refine((list) => new Set(list.map(({ address }) => address)).size === list.length, {
        error: 'each wallet once',
      })
      .default([])
      .describe('Wallets and their labels.'),
    walletsPerConnection: integer(1, 500, 500, 'Wallets of one subscription, which is one connection.'),
    queueTrades: integer(16, 1_048_576, 4_096, 'Trades told and not yet read; the oldest goes, counted.'),
    memoryTrades: integer(1_024, 4_194_304, 65_536, 'Trades remembered, so that each is told once.'),
    care: careSchema({ heartbeatMs: 30_000, idleMs: 0 }),
    poll: pollSchema,
  })
  .prefault({})
  .describe('Trades of watched wallets, which `wallets` follows; `run` does not act on them.');
