// A frame is its own bytes: what lies before and behind them in the memory, and where they begin, changes nothing.
import { expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { documentedFrames, recordedFrames, recordedMarkets, type Sample, smallBooks } from '../oracle/corpus.ts';
import { DecoderUnderTest } from '../oracle/harness.ts';

const FRAME_BYTES_MAX = 1500;
const MARGIN = 96;
/** What may lie around a frame: nothing, what ends texts and values, what is no plain text, digits, the frame itself. */
const FILLERS: readonly (readonly [string, string])[] = [
  ['zeros', '\0'],
  ['bytes that are no plain text', '\xff'],
  ['backslashes', '\\'],
  ['quotes', '"'],
  ['digits', '7'],
  ['closing braces', '}'],
  ['closing brackets', ']'],
  ['line feeds', '\n'],
  ['spaces', ' '],
  ['openings', '{"a":['],
];

function samples(): Sample[] {
  const short = [
    '',
    '{',
    '}',
    '[]',
    '{}',
    '1',
    '"',
    'PONG',
    'PING',
    'PON',
    'null',
    '"x"',
    '[1]',
    '{"a":1}',
    '12345678',
  ];
  const more = short.flatMap((text) => [L.VENUE_POLYMARKET, L.VENUE_KALSHI].map((venue) => ({ venue, text })));
  const seen = new Set<string>();
  const first = recordedFrames().filter(({ text }) => {
    const kind = `${text.slice(0, 40).replace(/\d/g, '')}${text.length >> 6}`;
    return text.length <= FRAME_BYTES_MAX && !seen.has(kind) && seen.add(kind).size <= 60;
  });
  const whole = [...documentedFrames(), ...smallBooks().slice(0, 6), ...first];
  const cut = whole
    .slice(0, 12)
    .flatMap(({ venue, text }) => [1, 2, 17].map((less) => ({ venue, text: text.slice(0, -less) })));
  return [...more, ...whole, ...cut];
}

/** What decode answers and stages for the frame at `at`. */
function decoded(under: DecoderUnderTest, { venue, text }: Sample, at: number): string {
  const { at: staging } = under.arena.region(L.REGION_STAGING);
  const length = Buffer.byteLength(text, 'latin1');
  const answer = under.exports.decode(venue, at, length, 3, 64, 1000);
  const slots = Math.max(0, answer);
  return `${answer} ${Buffer.from(under.arena.bytes.slice(staging, staging + slots * L.RING_SLOT_BYTES)).toString('hex')}`;
}

function place(under: DecoderUnderTest, text: string, filler: string, at: number): void {
  const around = filler.repeat(MARGIN).slice(0, MARGIN);
  under.arena.bytes.set(Buffer.from(around + text + around, 'latin1'), at - MARGIN);
}

test('what lies around a frame changes neither the answer nor a byte of what is staged', () => {
  const all = samples();
  expect(all.length).toBeGreaterThan(60);
  const under = new DecoderUnderTest(recordedMarkets(), false);
  const { at: scan } = under.arena.region(L.REGION_SCAN);
  const wrong: string[] = [];
  let staged = 0;
  for (const sample of all) {
    place(under, sample.text, '\0', scan + 256);
    const alone = decoded(under, sample, scan + 256);
    if (!/^[-0]/.test(alone)) staged += 1;
    for (const [index, [name, filler]] of FILLERS.entries()) {
      const at = scan + 256 + index;
      place(under, sample.text, filler, at);
      const other = decoded(under, sample, at);
      if (other !== alone)
        wrong.push(`among ${name}: ${other.slice(0, 40)}, alone ${alone.slice(0, 40)}: ${sample.text}`);
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(staged).toBeGreaterThan(20);
});
