// The engine's sections of the config: memory, ingest, books, detection, simulation, output. Units are in the names.
import { z } from 'zod';
import { accountKeys } from './account.ts';
import { careSchema } from './care.ts';
import { gammaSchema, metadataSyncMinutes, selectSchema } from './discovery.ts';
import { httpUrl, integer, path, powerOfTwo, socketUrl } from './fields.ts';
import { kalshiSchema } from './kalshi.ts';
import { builderFeeBps } from './limits.ts';
import { orderCapsSchema } from './order-caps.ts';

/** Capacities of the one shared memory; equals ArenaPlan but for the detectors, which `detectors` decides. */
export const arenaSchema = z
  .strictObject({
    markets: integer(1, 65_535, 1_024, 'Markets, each with a 1,000-slot ladder per side (17 KiB).'),
    fineLadders: integer(0, 4_096, 8, 'Ladders of 10,000 slots per side for grids finer than 0.001 (167 KiB).'),
    grids: integer(1, 65_534, 64, 'Different tick grids.'),
    feeSchedules: integer(2, 4_096, 16, 'Different fee schedules, the unknown one included (39 KiB).'),
    baskets: integer(0, 65_535, 512, 'Baskets.'),
    legs: integer(0, 1_048_576, 4_096, 'Legs of all baskets.'),
    levelRingSlots: powerOfTwo(1_024, 16_777_216, 65_536, 'Slots of 32 bytes per level ring.'),
    opportunityRingSlots: powerOfTwo(128, 1_048_576, 4_096, 'Slots of 32 bytes per opportunity ring.'),
    stagingSlots: integer(256, 65_536, 16_384, 'Records one frame may decode to.'),
    scanBytes: integer(4_096, 67_108_864, 4_194_304, 'Bytes of the largest frame accepted.'),
    receiveSlices: integer(
      0,
      512,
      16,
      'Venue connections that receive into the shared memory; further ones copy their frames in.',
    ),
    receiveBytes: powerOfTwo(
      4_096,
      67_108_864,
      262_144,
      'Bytes each of them receives into. A frame that does not fit is put together outside and copied in.',
    ),
  })
  .prefault({})
  .describe('Capacities. Everything is allocated at the start, nothing after.');

const feedServer = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Accept frames that relays and other hosts push on /feed/<venue>; needs a token.'),
    host: z.string().min(1).max(253).default('127.0.0.1').describe('Address to listen on.'),
    port: integer(0, 65_535, 0, 'Port to listen on; 0 takes a free one and prints it.'),
    tokenFile: path(
      'File with the token pushers present; else DUTCHBOOK_FEED_TOKEN; without either the server stays closed.',
    ).optional(),
    connectionsMax: integer(1, 1_024, 16, 'Connections at one time.'),
    framesPerSecondMax: integer(1, 10_000_000, 200_000, 'Frames per second and connection; more are refused.'),
  })
  .prefault({})
  .describe('Server for pushed frames; they take the same decode path as those of a venue.');

const pollSchema = z
  .strictObject({
    pollMs: integer(100, 600_000, 2_000, 'Time between two questions about the books of a lost stream.'),
    tokensPerRequest: integer(1, 500, 20, 'Books of an answer, Kalshi’s up to 100: more hold the thread longer.'),
    requestsPerSecond: integer(1, 50, 10, 'Requests in one second; Polymarket takes 50.'),
    connections: integer(1, 8, 2, 'Connections to it.'),
    deadlineMs: integer(100, 120_000, 5_000, 'Longest wait for one answer.'),
    graceMs: integer(0, 600_000, 2_000, 'So much newer a REST book must be to count against a silent stream.'),
  })
  .prefault({})
  .describe('Books by REST (restUrl): while a stream is lost, and of Polymarket’s assets that fell silent.');

/** How frames come in. */
export const ingestSchema = z
  .strictObject({
    transport: z
      .enum(['auto', 'uws', 'ws'])
      .default('auto')
      .describe('Server library: uWebSockets.js when it is there (auto), or one of them by name.'),
    dialTransport: z
      .enum(['native', 'ws'])
      .default('native')
      .describe('Client of venue connections: our own, which receives into the shared memory, or the ws library.'),
    feedServer,
    userAgent: z
      .string()
      .regex(/^[ -~]{1,200}$/, { error: 'printable ASCII, at most 200 characters' })
      .default('Mozilla/5.0 (compatible; dutchbook)')
      .describe('What venue connections say they are; the venue’s front refuses clients that say nothing.'),
    assetsPerConnection: integer(
      2,
      500,
      200,
      'Assets (tokens) of one venue connection; above 500 the venue sends changes without snapshots.',
    ),
    copies: integer(1, 2, 1, 'Venue connections that carry the same assets; the first copy of a frame counts.'),
    firstBookMs: integer(
      100,
      600_000,
      10_000,
      'A token without its first book for so long is asked for again, and after as long its connection is replaced.',
    ),
    assetIdleMs: integer(
      0,
      3_600_000,
      30_000,
      'An asset without a frame for so long, on a connection that has some, is compared with the venue’s REST book; 0: never.',
    ),
    care: careSchema({ heartbeatMs: 10_000, idleMs: 30_000 }),
    poll: pollSchema,
  })
  .prefault({})
  .describe('Connections in.');

/** Where the venue is. Without URLs `run` starts the embedded simulated venue and uses its own. */
export const venuesSchema = z
  .strictObject({
    polymarket: z
      .strictObject({
        marketUrl: socketUrl(
          'Market channel of a venue outside, for `record` and, with restUrl, for `run`; absent: the embedded venue.',
        ).optional(),
        userUrl: socketUrl('User channel of a venue outside, for a live run: its fills come from there.').optional(),
        restUrl: httpUrl('REST API of a venue outside, for its books and for live orders; with marketUrl.').optional(),
        ...accountKeys,
        customEvents: z
          .boolean()
          .default(true)
          .describe('Subscribe best_bid_ask, new_market and market_resolved as well as books, changes and trades.'),
        builderFeeBps,
        orders: orderCapsSchema(60),
        gamma: gammaSchema,
        select: selectSchema,
        metadataSyncMinutes,
      })
      .refine(({ marketUrl, userUrl, restUrl }) => marketUrl !== undefined || (userUrl ?? restUrl) === undefined, {
        error: 'userUrl and restUrl only with marketUrl',
      })
      .prefault({})
      .describe(
        'Polymarket. With URLs set `run` trades on paper: books from there, orders matched in its own process. Secrets ' +
          'come from files or DUTCHBOOK_POLYMARKET_* variables, never from this file.',
      ),
    kalshi: kalshiSchema,
  })
  .prefault({});

/** What counts as an opportunity. */
export const detectSchema = z
  .strictObject({
    edgeMicrosMin: integer(0, 1e12, 10_000, 'Smallest edge of one opportunity after fees, in micro-dollars.'),
    edgeBpsMin: integer(0, 10_000, 10, 'Smallest edge in basis points of the payout.'),
    flickerMs: integer(
      ...([0, 60_000, 100] as const),
      'An opportunity that comes back within so long after it was gone is the same one, in journal and reports.',
    ),
    basketsPerGroupMax: integer(1, 4_096, 128, 'Baskets of a relation, and of those that share markets; more are cut.'),
  })
  .prefault({})
  .describe('Limits of detection.');

/** Evidence for and against the books; holds EvidenceOptions and VerifierOptions of engine/integrity. */
export const integritySchema = z
  .strictObject({
    hash: z.boolean().default(true).describe('Check the venue’s hashes of snapshots and changes against our books.'),
    rest: z
      .boolean()
      .default(true)
      .describe('Check the REST answers of a recording; in a run, ask the venue for books that nothing else proves.'),
    top: z
      .boolean()
      .default(true)
      .describe('Judge stated best prices against our books; false: unequal ones are counted and change no book.'),
    mirror: z
      .boolean()
      .default(true)
      .describe('Judge whether YES and NO of one message are mirrors; false: counted only.'),
    sequence: z
      .boolean()
      .default(true)
      .describe('Judge sequence numbers (Kalshi); false: counted only, and numbers in order prove no book.'),
    crossed: z
      .boolean()
      .default(true)
      .describe('Judge crossed books; false: counted only, and a crossed book is traded.'),
    belowZero: z
      .boolean()
      .default(true)
      .describe('Judge relative changes that take more than a level has; false: counted only.'),
    silence: z.boolean().default(true).describe('In a run: ask for the books of silent markets; false: counted only.'),
    inferTerms: z
      .boolean()
      .default(true)
      .describe(
        'Try every last trade price and tick before a hash is called mismatched: trades are often told of late.',
      ),
    silenceMs: integer(100, 3_600_000, 30_000, 'A market without messages for longer is told of as silent.'),
    live: z.boolean().default(true).describe('Check the books of a run, on a thread of its own.'),
    hashEveryMs: integer(1, 600_000, 500, 'In a run: pause between two checks of one market’s hash.'),
    probeAfterMs: integer(100, 600_000, 10_000, 'In a run: a book that nothing proved for longer is asked for.'),
    probeEveryMs: integer(50, 600_000, 1_000, 'In a run: pause between two such requests.'),
  })
  .prefault({})
  .describe('Evidence about books, each check by itself: by `verify` over recordings, and in a run beside the feeds.');

/** Where we write what must survive. */
export const journalSchema = z
  .strictObject({
    dir: path('Folder of the journals; made when missing.').default('.dutchbook/journal'),
    segmentBytes: integer(65_536, 1_073_741_824, 67_108_864, 'A journal goes on in a new file after so many bytes.'),
  })
  .prefault({});

/** Where an operator reaches a run. */
export const controlSchema = z
  .strictObject({
    socket: z
      .string()
      .min(1)
      .max(103)
      .optional()
      .describe(
        'Unix-domain socket by which `dutchbook breaker` reaches a run; absent: control.sock in the run’s folder in journal.dir.',
      ),
  })
  .prefault({});

/** What is shown while it runs. */
export const observeSchema = z
  .strictObject({
    statusMs: integer(100, 60_000, 500, 'Time between two status lines on a terminal, in ms.'),
    plainStatusMs: integer(100, 600_000, 5_000, 'The same when the output is not a terminal.'),
    output: z.enum(['auto', 'plain', 'tty']).default('auto').describe('Live status line (tty) or plain lines.'),
  })
  .prefault({});

/** Fault drills, to see what the supervisor and the launcher make of a lost thread. */
export const drillSchema = z
  .strictObject({
    fault: z.enum(['none', 'crash', 'hang']).default('none').describe('What happens; none: no drill.'),
    role: z.enum(['ingest', 'detect0', 'main', 'record']).default('ingest').describe('Thread it happens to.'),
    afterFrames: integer(0, 4_294_967_295, 0, 'Frames before it happens.'),
  })
  .prefault({})
  .describe('A fault on purpose, to test the alarm chain. Off by default.');
