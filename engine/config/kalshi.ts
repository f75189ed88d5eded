// The config of Kalshi: where it is, whose key signs, which markets are traded, how gently REST is asked.
import { z } from 'zod';
import { TICKER } from '../venue/kalshi/market.ts';
import { metadataSyncMinutes, restReader } from './discovery.ts';
import { httpUrl, integer, path, socketUrl } from './fields.ts';
import { orderCapsSchema } from './order-caps.ts';

const tickers = (description: string) =>
  z
    .array(z.string().regex(TICKER, { error: 'capital letters, digits, dots, dashes' }))
    .max(1_000)
    .default([])
    .describe(description);

export const kalshiSchema = z
  .strictObject({
    webSocketUrl: socketUrl(
      'WebSocket, wss://external-api-ws.kalshi.com/trade-api/ws/v2. Set, `run` and `record` open the feed, beside Polymarket’s or alone; it needs a key. A live run trades there too.',
    ).optional(),
    restUrl: httpUrl(
      'REST API, https://external-api.kalshi.com/trade-api/v2 or a simulated venue’s; `run`, `record` and `markets --venue kalshi` ask it for markets and fees, and for books while the stream is lost, unsigned.',
    ).optional(),
    keyIdFile: path('File with the id of the API key (mode 0400 or 0600); else DUTCHBOOK_KALSHI_KEY_ID.').optional(),
    privateKeyFile: path(
      'File with its RSA private key in PEM (mode 0400 or 0600); else DUTCHBOOK_KALSHI_PRIVATE_KEY.',
    ).optional(),
    rest: restReader(
      {
        requests: integer(1, 20, 10, 'Requests in one second; the venue’s basic tier takes 20.'),
        page: integer(1, 200, 100, 'Events of one page.'),
      },
      {},
    )
      .prefault({})
      .describe('How its REST is read.'),
    select: z
      .strictObject({
        series: tickers('Series by ticker, with all markets of their open events.'),
        events: tickers('Events by ticker, with all their markets.'),
        markets: tickers('Markets by ticker.'),
      })
      .prefault({})
      .describe(
        'A market is traded when any of these names it. Beyond the limits of the arena the least traded are cut.',
      ),
    metadataSyncMinutes,
    orders: orderCapsSchema(10),
  })
  .prefault({})
  .describe(
    'Kalshi: markets, books, recordings and orders: on paper matched in the process of the run against its live books, in a live run sent to restUrl, signed by a process that alone reads the key.',
  );
