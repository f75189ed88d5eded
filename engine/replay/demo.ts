// Makes the recording that ships with the project: a busy Kalshi window re-encoded, real Polymarket frames, and a
// neg-risk event with seeded flow. A function of the public recordings and the seed; run by recordings/generate.mjs.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../core/random.ts';
import type { MarketMeta } from '../venue/contract.ts';
import { DEMO_FLOW } from './demo-distributions.ts';
import { DemoFlow } from './demo-flow.ts';
import { bookLevels, busiestWindow, compressedTape, STRICT } from './demo-sources.ts';
import { derivedIdentity, derivedMeta } from './derived-market.ts';
import { polymarketFrames, polymarketTape, type TapeMessage } from './import-formats.ts';
import { readMarkets } from './import-markets.ts';
import { type SegmentEntry, writeManifest } from './manifest.ts';
import { WireMarket } from './polymarket-wire.ts';
import { REENCODED_LABEL } from './reencode.ts';
import { RECORD_REST, RECORD_TEXT } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';

export const DEMO_SEED = 20_261_121;
/** Fee rate of the seeded event, of the order Polymarket charges outside crypto. */
const EVENT_FEE = { rateE6: 40_000, exponent: 1, roundMicros: 10 } as const;

const KALSHI_TAPE = 'kalshi-gold15m/KXGOLD15M-26AUG102115-15.ndjson.gz';
const SESSION = 'polymarket-15m/m9-rtds-natural-20260429-first-1000';
const FED_FRAMES = 'cross-venue/polymarket/ws_frames_fed.json';
const FED_CONDITION = '0x8bf1c1536ecb1c08fe13c6b71e8ab1f58bf3461c4cb79f5f1679f869a06aef86';

/** Real books the event's outcomes start from. The shift makes the tops of the five add up to about one dollar. */
const OUTCOMES = [
  { name: 'A', condition: FED_CONDITION, shiftE4: -970, book: 'Fed, no change after July 2026' },
  {
    name: 'B',
    condition: '0xec3dc5cf04a4c0e9b0c8ab9991387bfdfc78d29dbbf76cdbccd31f90622cf523',
    shiftE4: 0,
    book: 'Taylor Fritz, Wimbledon 2026',
  },
  {
    name: 'C',
    condition: '0x7b52405ad0e0d31bfe970940b67d77f24ecedeab8a2361c11148c02a006e325c',
    shiftE4: 0,
    book: 'Norway, World Cup 2026',
  },
  {
    name: 'D',
    condition: '0xcdb1f0400949238a63d3e88243d2ada08cd9c2a71985ced9f0cfd5e66354cf90',
    shiftE4: 0,
    book: 'USA, World Cup 2026',
  },
  {
    name: 'E',
    condition: '0x4c6fb4e6b453cf648d0a985e3ce5249c60c2eaeb9e133ddf3c3413fce9acadf5',
    shiftE4: 0,
    book: 'Félix Auger-Aliassime, Wimbledon 2026',
  },
] as const;

interface Stream {
  readonly source: string;
  readonly origin: 'real' | 'derived';
  readonly provenance: readonly string[];
  readonly markets: readonly MarketMeta[];
  readonly messages: readonly TapeMessage[];
}

/** Builds the demo in `outDir` (replaced) from the public recordings in `dataDir`. */
export async function buildDemo(dataDir: string, outDir: string, seed = DEMO_SEED): Promise<void> {
  const durationNs = DEMO_FLOW.durationMs * 1e6;
  const kalshi = await busiestWindow(join(dataDir, KALSHI_TAPE), DEMO_FLOW.durationMs);
  const streams: Stream[] = [
    {
      source: 'KXGOLD15M-26AUG102115-15 re-encoded',
      origin: 'derived',
      provenance: [
        'From zkiihne/kalshi-gold15m-sample (2026): KXGOLD15M-26AUG102115-15, its busiest 45 seconds.',
        `Derived: ${REENCODED_LABEL}. Order flow, sizes and times are real; ids, hashes, tops and the wire form are computed.`,
      ],
      markets: [...kalshi.reencoder.markets].map(([ticker, { identity }]) =>
        derivedMeta(identity, `${ticker} (${REENCODED_LABEL})`),
      ),
      messages: kalshi.messages,
    },
    await sessionStream(dataDir, durationNs),
    await fedStream(dataDir, durationNs),
    eventStream(dataDir, kalshi.startWallMs, seed),
  ];
  const partial = `${outDir}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeManifest(partial, {
    schema: 1,
    title: 'Demo: 45 seconds of re-encoded Kalshi flow, real Polymarket frames and a seeded neg-risk event',
    startWallMs: kalshi.startWallMs,
    durationNs,
    segments: streams.map((stream, index) => writeStream(partial, stream, index, kalshi.startWallMs)),
    markets: streams.flatMap(({ markets }) => markets),
    relations: [{ kind: 'exactlyOne', markets: streams.at(-1)!.markets.map(({ id }) => id) }],
    rejected: { lines: 0, first: [] },
  });
  rmSync(outDir, { recursive: true, force: true });
  renameSync(partial, outDir);
}

async function sessionStream(dataDir: string, durationNs: number): Promise<Stream> {
  const tape = polymarketTape(join(dataDir, SESSION, 'raw_messages.jsonl'), STRICT);
  const { messages, factor } = await compressedTape(tape, durationNs, 10);
  return {
    source: 'polymarket-15m session of 2026-04-29',
    origin: 'real',
    provenance: [
      'From jonahgrigoryan/polymarket-15m-arb-bot (2026): m9-rtds-natural-20260429, first 1,000 lines, CLOB feed and REST answers.',
      'Real: every message is the exact text the venue sent. Connection numbers are inferred.',
      `Receive times are compressed by ${factor.toFixed(2)} to fit the demo.`,
    ],
    markets: await readMarkets(join(dataDir, SESSION, 'markets.jsonl')),
    messages,
  };
}

async function fedStream(dataDir: string, durationNs: number): Promise<Stream> {
  const tape = polymarketFrames(join(dataDir, FED_FRAMES), STRICT);
  const { messages, factor } = await compressedTape(tape, durationNs, 2);
  return {
    source: 'Fed July 2026 market frames',
    origin: 'real',
    provenance: [
      'From wespanko/tinli (2026): live frames of the market "no change in Fed interest rates after July 2026".',
      'Real messages, re-serialised with the venue’s spacing; no receive times were recorded, so venue times stand in.',
      `Receive times are compressed by ${factor.toFixed(2)} to fit the demo.`,
    ],
    markets: await readMarkets(join(dataDir, `cross-venue/polymarket/gamma_${FED_CONDITION}.json`)),
    messages,
  };
}

function eventStream(dataDir: string, startWallMs: number, seed: number): Stream {
  const markets = OUTCOMES.map(({ name, condition, shiftE4 }) => {
    const market = new WireMarket(derivedIdentity(`demo-event/${name}`, 10, true));
    const path = join(dataDir, `cross-venue/polymarket/book_${condition}.json`);
    for (const { side, priceE4, sizeMicros } of bookLevels(path, shiftE4)) market.setLevel(side, priceE4, sizeMicros);
    return market;
  });
  return {
    source: 'seeded neg-risk event',
    origin: 'derived',
    provenance: [
      'Derived: invented event of five outcomes, exactly one of which wins. Nothing in it happened.',
      `Books start as real ones (wespanko/tinli, 2026): ${OUTCOMES.map(({ name, book, shiftE4 }) => `${name} = ${book}${shiftE4 === 0 ? '' : `, shifted by ${shiftE4 / 10_000}`}`).join('; ')}.`,
      `Flow is drawn with seed ${seed} from the distributions in recordings/README.md.`,
    ],
    markets: markets.map(({ identity }, index) => ({
      ...derivedMeta(identity, `Demo event, outcome ${OUTCOMES[index]!.name} (seeded)`),
      event: 'demo-event',
      fee: EVENT_FEE,
    })),
    messages: eventMessages(markets, startWallMs, seed),
  };
}

/** Runs the flow and renders it; two batches of one market never share a venue millisecond. */
function eventMessages(markets: readonly WireMarket[], startWallMs: number, seed: number): TapeMessage[] {
  const messages: TapeMessage[] = [];
  let lastNs = 0;
  const add = (text: string, atNs: number): void => {
    lastNs = Math.max(atNs, lastNs + 1_000);
    const recvWallMs = startWallMs + lastNs / 1e6;
    const line = messages.length + 1;
    messages.push({
      line,
      text,
      value: undefined,
      recvWallMs,
      recvNs: BigInt(lastNs),
      connection: 3,
      flags: RECORD_TEXT,
    });
  };
  for (const market of markets) add(market.snapshotText(startWallMs), 0);
  const flow = new DemoFlow(markets, EVENT_FEE.rateE6, new Random(seed));
  const lastVenueMs = markets.map(() => startWallMs);
  for (let batch = flow.next(); batch !== undefined; batch = flow.next()) {
    const venueMs = Math.max(lastVenueMs[batch.outcome]! + 1, startWallMs + Math.floor(batch.atMs));
    lastVenueMs[batch.outcome] = venueMs;
    const texts = markets[batch.outcome]!.applyBatch(batch.events, venueMs);
    for (const text of texts) add(text, Math.floor(batch.atMs * 1e6));
  }
  return messages;
}

function writeStream(outDir: string, stream: Stream, index: number, startWallMs: number): SegmentEntry {
  const file = `${String(index + 1).padStart(6, '0')}.segment`;
  const { source, origin, provenance, messages } = stream;
  const info = { codec: 'brotli', seqScope: 'full', venue: 'polymarket', source, startWallMs } as const;
  const writer = new SegmentWriter(join(outDir, file), info, {
    quality: Number(process.env['Q'] ?? 11),
    blockBytes: 1 << 20,
  });
  for (const { text, recvNs, connection, flags } of messages) {
    writer.append(Buffer.from(text, 'utf8'), Number(recvNs), connection, flags);
  }
  const count = (kind: number): number => messages.filter(({ flags }) => flags === kind).length;
  return {
    file,
    blake3: writer.close(),
    venue: 'polymarket',
    source,
    seqScope: 'full',
    origin,
    provenance: [...provenance],
    records: messages.length,
    frames: count(RECORD_TEXT),
    restAnswers: count(RECORD_REST),
  };
}
