// Makes the recording that a campaign trades on: neg-risk events of three outcomes whose sets cost less than a dollar again
// and again, each time for as long as it takes to be too late for some of their orders. A function of its seed.
import { join } from 'node:path';
import { Random } from '../../engine/core/random.ts';
import { derivedIdentity, derivedMeta } from '../../engine/replay/derived-market.ts';
import { writeManifest } from '../../engine/replay/manifest.ts';
import { type WireChange, type WireEvent, WireMarket } from '../../engine/replay/polymarket-wire.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { SegmentWriter } from '../../engine/replay/segment-writer.ts';

const START_MS = Date.UTC(2026, 10, 28);
const OUTCOMES = 3;
const TICK_E4 = 10;
const FEE = { rateE6: 40_000, exponent: 1, roundMicros: 10 };
const SHARE = 1_000_000;
/** Asks of a quiet set add up to 1.02. */
const ASK_E4 = 3_400;
const BID_E4 = 2_550;
/** Between two of its chances a set is quiet for so long at least, ms. */
const QUIET_MS = 500;

/** One change of one market's book. */
interface Step {
  readonly atMs: number;
  readonly market: number;
  readonly changes: readonly WireChange[];
}

/** Writes it to the folder `dir`, which exists; answers how many chances it holds. */
export function writeTape(dir: string, seed: number, events: number, seconds: number): number {
  const random = new Random(seed);
  const markets = Array.from({ length: events * OUTCOMES }, (_, index) => {
    const market = new WireMarket(derivedIdentity(`campaign/${index}`, TICK_E4, true));
    for (let level = 0; level < 8; level += 1) {
      market.setLevel('ask', ASK_E4 + level * 20, (500 + level * 1_000) * SHARE);
      market.setLevel('bid', BID_E4 - level * 20, (2_000 + level * 2_000) * SHARE);
    }
    return market;
  });
  const steps = Array.from({ length: events }, (_, event) => chancesOf(event, random.split(), seconds * 1_000)).flat();
  steps.sort((a, b) => a.atMs - b.atMs || a.market - b.market);
  const frames = writeSegment(dir, markets, steps);
  const relations = Array.from({ length: events }, (_, event) => ({
    kind: 'exactlyOne' as const,
    markets: markets.slice(event * OUTCOMES, (event + 1) * OUTCOMES).map(({ identity }) => idOf(identity.conditionId)),
  }));
  writeManifest(dir, {
    ...{ schema: 1, title: `campaign ${seed}`, startWallMs: START_MS, durationNs: seconds * 1e9 },
    segments: [frames],
    markets: markets.map(({ identity }, index) => ({
      ...derivedMeta(identity, `Campaign, event ${Math.floor(index / OUTCOMES)} (seeded)`),
      event: `campaign-${Math.floor(index / OUTCOMES)}`,
      fee: FEE,
    })),
    ...{ relations, rejected: { lines: 0, first: [] } },
  });
  return steps.length / 2;
}

function idOf(conditionId: string): string {
  return `polymarket:${conditionId}`;
}

/** An ask below the others' comes, is there for 30 ms to half a second, and goes. */
function chancesOf(event: number, random: Random, untilMs: number): Step[] {
  const steps: Step[] = [];
  let atMs = 500 + random.float() * QUIET_MS;
  while (atMs < untilMs - 1_500) {
    const market = event * OUTCOMES + random.integer(0, OUTCOMES - 1);
    const priceE4 = ASK_E4 - TICK_E4 * random.integer(55, 80);
    const sizeMicros = random.integer(20, 120) * SHARE;
    const lifeMs = random.chance(0.3) ? 5 + random.float() * 40 : 100 + random.float() * 400;
    const change = { placedOn: 'yes', side: 'SELL', priceE4 } as const;
    steps.push({ atMs, market, changes: [{ ...change, sizeMicros }] });
    steps.push({ atMs: atMs + lifeMs, market, changes: [{ ...change, sizeMicros: 0 }] });
    atMs += lifeMs + QUIET_MS + random.exponential(300);
  }
  return steps;
}

function writeSegment(dir: string, markets: readonly WireMarket[], steps: readonly Step[]) {
  const file = '000001.segment';
  const facts = { seqScope: 'full', venue: 'polymarket', source: 'campaign' } as const;
  const writer = new SegmentWriter(join(dir, file), { codec: 'brotli', startWallMs: START_MS, ...facts });
  let frames = 0;
  let lastNs = 0;
  const add = (text: string, atMs: number): void => {
    lastNs = Math.max(lastNs + 1_000, Math.floor(atMs * 1e6));
    writer.append(Buffer.from(text, 'utf8'), lastNs, 1, RECORD_TEXT);
    frames += 1;
  };
  for (const market of markets) add(market.snapshotText(START_MS), 0);
  const lastVenueMs = markets.map(() => START_MS);
  for (const { atMs, market, changes } of steps) {
    const venueMs = Math.max(lastVenueMs[market]! + 1, START_MS + Math.floor(atMs));
    lastVenueMs[market] = venueMs;
    const events = changes.map((change): WireEvent => ({ kind: 'change', change }));
    for (const text of markets[market]!.applyBatch(events, venueMs)) add(text, atMs);
  }
  return {
    ...facts,
    ...{ file, blake3: writer.close(), origin: 'derived' as const, provenance: ['Invented: nothing in it happened.'] },
    ...{ records: frames, frames, restAnswers: 0 },
  };
}
