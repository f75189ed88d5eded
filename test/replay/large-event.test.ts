// An event of 64 outcomes, the most a basket may have, through a whole replay with the in-process venue: found with all
// its legs, refused by name because no request holds them, and never sent in parts; beside it an event of 15 outcomes,
// the most one request holds, which is bought.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/load.ts';
import { counterTotal } from '../../engine/memory/counters.ts';
import type { ReplayResult } from '../../engine/observe/driver.ts';
import { derivedIdentity, derivedMeta } from '../../engine/replay/derived-market.ts';
import { writeManifest } from '../../engine/replay/manifest.ts';
import { WireMarket } from '../../engine/replay/polymarket-wire.ts';
import { replay } from '../../engine/replay/replay.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { SegmentWriter } from '../../engine/replay/segment-writer.ts';
import * as L from '../../wasm/layout.ts';
import { temporaryDirectory } from './support/files.ts';

const START_WALL_MS = 1_777_366_994_943;
const FREE = { rateE6: 0, exponent: 1, roundMicros: 10 };
const SHARE = 1_000_000;
const STEP_NS = 1_000_000;

/** Outcomes of an event; their asks add up to `askSumE4`, their bids lie one tick below. */
function event(name: string, outcomes: number, askSumE4: number): WireMarket[] {
  const eachE4 = Math.floor(askSumE4 / outcomes / 10) * 10;
  return Array.from({ length: outcomes }, (_, place) => {
    const market = new WireMarket(derivedIdentity(`${name}${place}`, 10, true));
    const askE4 = place === 0 ? askSumE4 - eachE4 * (outcomes - 1) : eachE4;
    market.setLevel('ask', askE4, 500 * SHARE);
    market.setLevel('bid', askE4 - 10, 500 * SHARE);
    return market;
  });
}

/**
 * A recording in which both events cost 1.010; then the first outcome of each gets an ask 0.015 lower, and time passes.
 */
function record(): string {
  const directory = temporaryDirectory();
  const events = [event('L', 64, 10_100), event('S', 15, 10_100)];
  const markets = events.flat();
  const info = { codec: 'brotli', seqScope: 'full', venue: 'polymarket', source: 'test' } as const;
  const file = '000001.segment';
  const writer = new SegmentWriter(join(directory, file), { ...info, startWallMs: START_WALL_MS });
  let frames = 0;
  const add = (text: string): void => {
    frames += 1;
    writer.append(Buffer.from(text), frames * STEP_NS, 0, RECORD_TEXT);
  };
  for (const market of markets) add(market.snapshotText(START_WALL_MS));
  for (const [first] of events) {
    const priceE4 = first!.bestAskE4 - 150;
    const bid = { placedOn: 'yes', side: 'BUY', priceE4: first!.bestBidE4, sizeMicros: 0 } as const;
    const ask = { placedOn: 'yes', side: 'SELL', priceE4, sizeMicros: 200 * SHARE } as const;
    const batch = [bid, ask].map((change) => ({ kind: 'change', change }) as const);
    for (const text of first!.applyBatch(batch, START_WALL_MS + 1_000)) add(text);
  }
  // Orders need recorded time to reach the venue: changes far below the top let it pass.
  const quiet = markets.at(-1)!;
  for (let step = 0; step < 1_000; step += 1) {
    const change = { placedOn: 'yes', side: 'BUY', priceE4: 10, sizeMicros: (step + 1) * SHARE } as const;
    for (const text of quiet.applyBatch([{ kind: 'change', change }], START_WALL_MS + 2_000 + step)) add(text);
  }
  const segment = { file, blake3: writer.close(), records: frames, frames, restAnswers: 0 };
  writeManifest(directory, {
    ...{ schema: 1, title: '64 outcomes', startWallMs: START_WALL_MS, durationNs: frames * STEP_NS },
    segments: [
      {
        ...segment,
        venue: 'polymarket',
        source: 'test',
        seqScope: 'full',
        origin: 'derived',
        provenance: ['Made by a test.'],
      },
    ],
    markets: markets.map(({ identity }) => ({ ...derivedMeta(identity, identity.conditionId), fee: FREE })),
    relations: events.map((outcomes) => ({
      kind: 'exactlyOne',
      markets: outcomes.map(({ identity }) => `polymarket:${identity.conditionId}`),
    })),
    rejected: { lines: 0, first: [] },
  });
  return directory;
}

async function run(recording: string): Promise<ReplayResult> {
  const { config, configHash } = parseConfig('', undefined);
  const stop = new AbortController().signal;
  return replay({
    ...{ config, configHash, recording, topology: 'inline', speed: 'max', bookChain: true, dumpBooks: undefined },
    ...{ dumpAtFrames: [], stop, onProgress: () => undefined },
  });
}

describe('an event of 64 outcomes', () => {
  test('is found, recorded and refused as one; 15 outcomes are bought whole; twice the same', async () => {
    const recording = record();
    const first = await run(recording);
    expect(first.outcome).toEqual({ exitCode: 0, failure: '' });
    expect(counterTotal(first.arena, L.COUNTER_FRAMES_DECODED)).toBe(64 + 15 + 4 + 1_000);
    expect(counterTotal(first.arena, L.COUNTER_OPPORTUNITIES)).toBe(2);
    const { orders, money, venueLedgerEqual } = first.facts;
    expect(orders.refusedByCause).toEqual({ TOO_MANY_LEGS: 1 });
    expect(orders.ordersSent).toBe(15);
    expect(orders.fills).toBe(15);
    expect(orders.exposures).toEqual([]);
    expect(money.realisedMicros + money.lockedMicros).toBeGreaterThan(0);
    expect(venueLedgerEqual).toBe(true);
    const again = await run(recording);
    expect(again.facts.stateHash).toBe(first.facts.stateHash);
    expect(again.facts.bookChain).toBe(first.facts.bookChain);
  });
});
