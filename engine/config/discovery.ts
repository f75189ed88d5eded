// The config of discovery: where Gamma is, how gently it is asked, which markets are traded, how often the list is
// brought up to date.
import { z } from 'zod';
import { httpUrl, integer } from './fields.ts';

const slugs = (description: string) =>
  z
    .array(z.string().regex(/^[a-z0-9-]{1,200}$/, { error: 'lower-case letters, digits and dashes' }))
    .max(1_000)
    .default([])
    .describe(description);

/** How a venue's public REST is read; `requests` and `page` are what venues differ in, `more` stands before. */
export function restReader<More extends z.ZodRawShape>(
  { requests, page }: { readonly requests: z.ZodDefault<z.ZodInt>; readonly page: z.ZodDefault<z.ZodInt> },
  more: More,
) {
  return z.strictObject({
    ...more,
    connections: integer(1, 8, 2, 'Connections to it.'),
    requestsPerSecond: requests,
    deadlineMs: integer(100, 120_000, 15_000, 'Longest wait for one answer.'),
    answerBytesMax: integer(65_536, 268_435_456, 33_554_432, 'Bytes of the largest answer accepted.'),
    pageSize: page,
    attempts: integer(1, 10, 4, 'How often one page is asked for before it counts as lost.'),
  });
}

/** Gamma, Polymarket's list of events and markets. */
export const gammaSchema = restReader(
  {
    requests: integer(1, 50, 5, 'Requests in one second; the venue takes 50 for events, 30 for markets.'),
    page: integer(1, 100, 20, 'Events of one page: the larger, the longer its reading holds the thread.'),
  },
  { url: httpUrl('Gamma’s address, https://gamma-api.polymarket.com or a simulated venue’s.').optional() },
)
  .prefault({})
  .describe('Gamma, where markets are found.');

/** Which markets are traded. */
export const selectSchema = z
  .strictObject({
    slugs: slugs('Markets by slug.'),
    events: slugs('Events by slug, with all their markets.'),
    tags: slugs('Tags by slug, with all markets of their events.'),
    negRisk: z.boolean().default(false).describe('All markets of neg-risk events.'),
    volumeMicrosMin: z
      .int()
      .min(0)
      .max(1e15)
      .optional()
      .describe('All markets that have traded this much, in micro-dollars; left out: none for its volume.'),
    endedDaysMax: integer(0, 3_650, 7, 'A market that ended longer ago is rejected though it still takes orders.'),
  })
  .prefault({})
  .describe(
    'A market is traded when any of these names it. Beyond the limits of the arena the least traded are cut, never a part of a complete set.',
  );

/** Of any venue. */
export const metadataSyncMinutes = integer(1, 1_440, 15, 'Time between two readings of the list of markets.');
