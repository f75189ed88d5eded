// Every token of every shape of frame, one at a time, replaced by everything it must not be and by a few things it may be:
// the three decoders agree on outcome, cause and records. Chance plays no part, so no field is left to it.
import { expect, test } from 'vitest';
import { REJECT_NAMES } from '../../engine/memory/counters.ts';
import { simdjsonState } from '../../engine/venue/json.ts';
import * as L from '../../wasm/layout.ts';
import { documentedFrames, recordedFrames, recordedMarkets, type Sample, smallBooks } from './corpus.ts';
import { DecoderUnderTest, TEST_PLAN } from './harness.ts';
import { JsonOracle } from './json-decoder.ts';
import { NUMBERS, TYPES, WORDS } from './mutate-values.ts';
import { difference, type Verdict } from './record.ts';
import { SimdjsonOracle } from './simdjson-decoder.ts';

const FRAME_BYTES_MAX = 1200;
/** Two frames have one shape when they differ in values only, and in how many decimals a number has. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?/g;
const DIGITS_15 = '123456789012345';

function shapeOf(text: string): string {
  return text.replace(TOKEN, (token, at: number) =>
    isKey(text, at + token.length) || !/\d/.test(token) ? token : '#',
  );
}

function isKey(text: string, end: number): boolean {
  return /^\s*:/.test(text.slice(end, end + 4));
}

/** One frame of each shape, short enough to go through token by token. */
function shapes(): Sample[] {
  const byShape = new Map<string, Sample>();
  const [venues, wide] = [[...documentedFrames(), ...smallBooks(), ...recordedFrames()], new Set<string>()];
  for (const sample of venues) {
    const shape = shapeOf(sample.text);
    // The same shape with more changes in it says nothing new.
    const kind = shape.replace(/(\{[^{}]*\},? ?){3,}/g, '…');
    if (sample.text.length > FRAME_BYTES_MAX || wide.has(kind) || byShape.has(shape)) continue;
    if (kind !== shape) wide.add(kind);
    byShape.set(shape, sample);
  }
  return [...byShape.values()];
}

/** What may stand in place of a token: the like of it, other types, and for an id one byte more or less. */
function replacements(token: string, key: boolean): string[] {
  const inner = token.replaceAll('"', '');
  if (key) return [`"${inner}x"`, `"x${inner.slice(1)}"`, `"${inner.slice(0, -1)}"`, `"${inner.toUpperCase()}"`];
  const around = ['', inner.slice(1), inner.slice(0, -1), `${inner}0`, `${inner}x`, inner.replace(/.$/, 'x')];
  const quoted = [...around, inner.toUpperCase(), inner.repeat(2)].map((text) => `"${text}"`);
  const bare = ['0', '7', '-7', '1.5', DIGITS_15, `${DIGITS_15}6`, '4294967296', 'null', 'true', '{}', '[]'];
  const numbers = /\d/.test(token) && inner.length < 24 ? NUMBERS.flatMap((text) => [`"${text}"`, text]) : [];
  const words = /\d/.test(token) ? [] : [...WORDS, ...TYPES].map((text) => `"${text}"`);
  return [...quoted, ...bare, `"${DIGITS_15}"`, `"${DIGITS_15}6"`, ...numbers, ...words];
}

function* variants({ text }: Sample): Generator<string> {
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length;
    for (const other of new Set(replacements(token, isKey(text, end)))) {
      if (other !== token) yield text.slice(0, index) + other + text.slice(end);
    }
  }
}

const samples = shapes();
const outcomes = new Map<string, number>();
const limits = { stagingSlots: TEST_PLAN.stagingSlots, scanBytes: TEST_PLAN.scanBytes, registerUnknown: false };
const metas = recordedMarkets();

/** What a shape is called: its first words. */
function nameOf({ text }: Sample): string {
  const words = [...text.matchAll(/[a-z_]{4,}/g)].map(([word]) => word);
  return `${words.find((word) => TYPES.includes(word)) ?? words[0] ?? text}, ${text.length} bytes`;
}

test.each(samples.map((sample, place) => [place, nameOf(sample), sample] as const))(
  'shape %i (%s): three decoders agree when any one token is something else',
  { timeout: 120_000 },
  (_place, _name, sample) => {
    const wasm = new DecoderUnderTest(metas, false);
    const oracles = [new JsonOracle(metas, limits)];
    const native = simdjsonState() === 'native' ? [new SimdjsonOracle(metas, limits)] : [];
    const faults: string[] = [];
    for (const text of variants(sample)) {
      const bytes = Buffer.from(text);
      const verdict: Verdict = wasm.judge(bytes, sample.venue);
      const name = verdict.kind === 'reject' ? REJECT_NAMES[verdict.cause]! : verdict.kind;
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      for (const oracle of [...oracles, ...native]) {
        const fault = difference(verdict, oracle.judge(bytes, sample.venue), true);
        if (fault !== undefined && faults.length < 5) faults.push(`${oracle.constructor.name}: ${fault}\n${text}`);
      }
    }
    expect(faults.join('\n\n')).toBe('');
  },
);

test('the shapes are many, and every kind of outcome came up', () => {
  expect(samples.length).toBeGreaterThan(15);
  expect(samples.filter(({ venue }) => venue === L.VENUE_KALSHI).length).toBeGreaterThan(5);
  for (const outcome of ['records', 'badNumber', 'wrongType', 'offGrid', 'outOfRange', 'badSide', 'missingField']) {
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(100);
  }
  for (const outcome of ['badHash', 'longKey', 'marketMismatch', 'unknownMarket', 'malformed', 'control', 'unknown']) {
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(10);
  }
});
