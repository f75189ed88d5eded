// Differential test: the WASM decoder, an oracle over JSON.parse and one over simdjson get the same frames, real and
// mutated, and must agree. DUTCHBOOK_FUZZ_FRAMES sets how many (a million for a release), DUTCHBOOK_FUZZ_SEED the seed.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { REJECT_NAMES } from '../../engine/memory/counters.ts';
import { simdjsonState } from '../../engine/venue/json.ts';
import * as L from '../../wasm/layout.ts';
import { documentedFrames, recordedFrames, recordedMarkets, type Sample, smallBooks } from './corpus.ts';
import { DecoderUnderTest, TEST_PLAN } from './harness.ts';
import { JsonOracle } from './json-decoder.ts';
import { mutate } from './mutate.ts';
import { difference, type Verdict } from './record.ts';
import { SimdjsonOracle } from './simdjson-decoder.ts';

const FRAMES = Number(process.env['DUTCHBOOK_FUZZ_FRAMES'] ?? 50_000);
const SEED = Number(process.env['DUTCHBOOK_FUZZ_SEED'] ?? 20_261_121);
const native = simdjsonState() === 'native';

/** The decoder and the oracles, all in the same state. */
function decoders(registerUnknown: boolean) {
  const metas = recordedMarkets();
  const { stagingSlots, scanBytes } = TEST_PLAN;
  const limits = { stagingSlots, scanBytes, registerUnknown };
  return {
    wasm: new DecoderUnderTest(metas, registerUnknown),
    json: new JsonOracle(metas, limits),
    simdjson: native ? new SimdjsonOracle(metas, limits) : undefined,
  };
}

function name(verdict: Verdict): string {
  return verdict.kind === 'reject' ? REJECT_NAMES[verdict.cause]! : verdict.kind;
}

test('the native simdjson is what the second oracle runs on', ({ skip }) => {
  if (!native && process.env['CI'] === undefined) skip(`simdjson is ${simdjsonState()}: the second oracle is left out`);
  expect(simdjsonState()).toBe('native');
});

test('three decoders agree on every recorded frame, and reject none', () => {
  const { wasm, json, simdjson } = decoders(true);
  const tally: Record<string, number> = {};
  for (const { venue, text } of [...recordedFrames(), ...documentedFrames(), ...smallBooks()]) {
    const bytes = Buffer.from(text);
    const verdict = wasm.judge(bytes, venue);
    expect(difference(verdict, json.judge(bytes, venue), true), text.slice(0, 300)).toBeUndefined();
    if (simdjson) expect(difference(verdict, simdjson.judge(bytes, venue), true), text.slice(0, 300)).toBeUndefined();
    expect(verdict.kind, text.slice(0, 300)).not.toBe('reject');
    tally[name(verdict)] = (tally[name(verdict)] ?? 0) + 1;
  }
  expect(tally).toMatchObject({ control: expect.any(Number), ignored: expect.any(Number), unknown: 1 });
});

interface Tally {
  readonly outcomes: Map<string, number>;
  readonly disagreements: string[];
  causesDiffer: number;
  throws: number;
}

/** Judges one frame by all decoders; `single`: at most one mutation, so causes must agree too. */
function compare(all: ReturnType<typeof decoders>, frame: Sample, bytes: Buffer, single: boolean, tally: Tally): void {
  try {
    const verdict = all.wasm.judge(bytes, frame.venue);
    tally.outcomes.set(name(verdict), (tally.outcomes.get(name(verdict)) ?? 0) + 1);
    for (const oracle of [all.json, all.simdjson]) {
      const other = oracle?.judge(bytes, frame.venue);
      if (other === undefined) continue;
      const grids = all.wasm.grids() === oracle?.grids() ? undefined : 'grids differ after the frame';
      const fault = difference(verdict, other, single) ?? grids;
      if (fault !== undefined && tally.disagreements.length < 20) {
        tally.disagreements.push(`${oracle?.constructor.name}: ${fault}\n${bytes.toString('latin1').slice(0, 1500)}`);
      } else if (difference(verdict, other, true) !== undefined) {
        tally.causesDiffer += 1;
      }
    }
  } catch (error) {
    tally.throws += 1;
    if (tally.disagreements.length < 20)
      tally.disagreements.push(`${String(error)}\n${bytes.toString('latin1').slice(0, 1500)}`);
  }
}

function fuzz(registerUnknown: boolean, frames: number, seed: number): Tally {
  const random = new Random(seed);
  const large = recordedFrames();
  const short = large.filter(({ text }) => text.length < 3000);
  // Every shape alike often, however often it was recorded.
  const shapes = [
    short.filter(({ venue }) => venue === L.VENUE_POLYMARKET),
    short.filter(({ text }) => text.includes('orderbook_delta')),
    short.filter(({ text }) => text.includes('"type":"trade"')),
    documentedFrames(),
    smallBooks(),
  ];
  const pick = (): Sample => random.pick(random.pick(shapes));
  const tally: Tally = { outcomes: new Map(), disagreements: [], causesDiffer: 0, throws: 0 };
  let all = decoders(registerUnknown);
  for (let turn = 0; turn < frames; turn += 1) {
    // A fresh state now and then: an assumed grid is refined only once, a resolved market stays closed.
    if (turn % 2000 === 0) all = decoders(registerUnknown);
    const frame = random.chance(0.005) ? random.pick(large) : pick();
    const other = pick();
    const count = random.pick([0, 1, 1, 1, 1, 1, 2, 2, 3, 6]);
    const latin = Buffer.from(frame.text).toString('latin1');
    const mutated = mutate(latin, Buffer.from(other.text).toString('latin1'), count, random);
    compare(all, frame, Buffer.from(mutated, 'latin1'), count <= 1, tally);
  }
  return tally;
}

test(`three decoders agree on ${FRAMES} real and mutated frames, seed ${SEED}`, { timeout: 3_600_000 }, () => {
  const known = fuzz(false, Math.ceil(FRAMES * 0.8), SEED);
  const open = fuzz(true, Math.ceil(FRAMES * 0.2), SEED + 1);
  const outcomes = new Map(known.outcomes);
  for (const [outcome, count] of open.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  const total = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  const differing = known.causesDiffer + open.causesDiffer;
  console.log(
    `${total} frames, second oracle ${simdjsonState()}, ${differing} differ in cause only (several faults in one frame)\n` +
      [...outcomes]
        .sort((a, b) => b[1] - a[1])
        .map(([outcome, count]) => `${String(count).padStart(9)} ${outcome}`)
        .join('\n'),
  );
  expect([...known.disagreements, ...open.disagreements].join('\n\n')).toBe('');
  expect(known.throws + open.throws).toBe(0);
  const missing = [...REJECT_NAMES, 'records', 'control', 'unknown', 'ignored'].filter(
    (outcome) => !outcomes.has(outcome),
  );
  expect(missing, 'outcomes that never occurred').toEqual([]);
  expect(L.REJECT_COUNT).toBeGreaterThanOrEqual(REJECT_NAMES.length);
});
