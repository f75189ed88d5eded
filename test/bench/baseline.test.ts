// The bench's baselines are complete and correct: their books equal a plain reference on the workload and on recorded
// frames, after every frame for the touched market's best, and as a whole at the half and at the end.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createArray } from '../../bench/baseline/array.ts';
import { createCareful } from '../../bench/baseline/careful.ts';
import type { BaselineEngine } from '../../bench/baseline/contract.ts';
import { TypicalEngine } from '../../bench/baseline/typical.ts';
import { bookChecksum } from '../../bench/checksum.ts';
import { OracleBooks } from '../../bench/oracle.ts';
import { createWorkload, SMOKE_PLAN, type Tape } from '../../bench/workload.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';

const BASELINES: Record<string, (metas: readonly MarketMeta[]) => BaselineEngine> = {
  typical: (metas) => new TypicalEngine(metas),
  careful: createCareful,
  array: createArray,
};

const workload = createWorkload(SMOKE_PLAN);

function recorded(path: string): Buffer[] {
  const text = readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line));
}

/** Polymarket markets of recorded snapshots: tokens by condition, in order of appearance. */
function metasOf(frames: readonly Buffer[]): MarketMeta[] {
  const tokens = new Map<string, string[]>();
  for (const frame of frames) {
    const parsed = JSON.parse(frame.toString());
    for (const { market, asset_id } of Array.isArray(parsed) ? parsed : []) {
      const known = tokens.get(market) ?? [];
      tokens.set(market, known.includes(asset_id) ? known : [...known, asset_id]);
    }
  }
  return [...tokens].map(([condition, [yesToken, noToken]]) => {
    return { id: `polymarket:${condition}`, venue: 'polymarket', yesToken: yesToken!, noToken };
  });
}

/** Plays `frames` into both and compares: the touched market's best after each, all books after `checkAt` frames. */
function compare(engine: BaselineEngine, oracle: OracleBooks, frames: readonly Buffer[]): number {
  let compared = 0;
  for (const frame of frames) {
    const market = engine.onFrame(frame);
    oracle.onFrame(frame.toString());
    if (market < 0) continue;
    expect([engine.bestBidE4(market), engine.bestAskE4(market)]).toEqual([
      oracle.bestBidE4(market),
      oracle.bestAskE4(market),
    ]);
    compared += 1;
  }
  expect(bookChecksum(engine)).toBe(bookChecksum(oracle));
  return compared;
}

describe.each(Object.entries(BASELINES))('baseline %s', (_name, create) => {
  test('has the workload books at the half and at the end of the cycle', () => {
    const engine = create(workload.metas);
    const oracle = new OracleBooks(workload.metas);
    const half = workload.frames.length / 2;
    compare(engine, oracle, workload.snapshots);
    expect(bookChecksum(engine)).toBe(workload.endChecksum);
    expect(compare(engine, oracle, workload.frames.slice(0, half))).toBe(half);
    expect(bookChecksum(engine)).toBe(workload.halfChecksum);
    compare(engine, oracle, workload.frames.slice(half));
    expect(bookChecksum(engine)).toBe(workload.endChecksum);
  });

  test('has the same books as the reference over the Kalshi form of the workload', () => {
    const tape: Tape = workload.kalshi;
    const engine = create(tape.metas);
    const oracle = new OracleBooks(tape.metas);
    compare(engine, oracle, tape.snapshots);
    expect(compare(engine, oracle, tape.frames)).toBe(tape.frames.length);
  });

  test('has the same books as the reference over recorded Polymarket sessions', () => {
    const frames = recorded('polymarket/bench-sessions.jsonl');
    const metas = metasOf(frames);
    expect(compare(create(metas), new OracleBooks(metas), frames)).toBeGreaterThanOrEqual(20);
  });

  test('has the same books as the reference over a recorded Kalshi window', () => {
    const metas: MarketMeta[] = [
      { id: 'kalshi:KXGOLD15M-26AUG101900-00', venue: 'kalshi', yesToken: 'KXGOLD15M-26AUG101900-00' },
    ];
    const frames = recorded('kalshi/bench-window.ndjson');
    expect(compare(create(metas), new OracleBooks(metas), frames)).toBeGreaterThan(500);
  });
});

describe('the workload', () => {
  test('is a function of its seed', () => {
    const again = createWorkload(SMOKE_PLAN);
    expect(again.halfChecksum).toBe(workload.halfChecksum);
    expect(again.frames.map(String)).toEqual(workload.frames.map(String));
    expect(createWorkload({ ...SMOKE_PLAN, seed: 8 }).halfChecksum).not.toBe(workload.halfChecksum);
  });

  test('never repeats a frame and never shows a crossed top', () => {
    expect(new Set(workload.frames.map(String)).size).toBe(workload.frames.length);
    const { bestBidE4, bestAskE4 } = workload.updates;
    for (const [at, bid] of bestBidE4.entries()) expect(bid).toBeLessThan(bestAskE4[at]!);
  });

  test('moves the books: the half differs from the start, the end equals it', () => {
    const books = createCareful(workload.metas);
    for (const frame of workload.snapshots) books.onFrame(frame);
    expect(bookChecksum(books)).toBe(workload.endChecksum);
    expect(workload.halfChecksum).not.toBe(workload.endChecksum);
  });
});
