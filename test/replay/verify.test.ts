// Verification of recordings and captures: what recorded venues prove, and that nothing damaged passes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importRecording } from '../../engine/replay/import.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { RECORD_REST } from '../../engine/replay/segment.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';
import { FIXTURES, type ReadRecord, recordsOf, temporaryDirectory } from './support/files.ts';
import { VERIFY_FIXTURES, verified, writeRecording } from './support/verify.ts';

const SESSIONS = join(VERIFY_FIXTURES, 'sessions');
const WITH_CUT_BURST = join(SESSIONS, 'm9-rtds-natural-20260428d');

test('five recorded sessions prove every hash, top and mirror but those of a burst that was cut off', async () => {
  const facts = await verified([SESSIONS]);
  expect(facts.recordings).toHaveLength(5);
  expect(facts).toMatchObject({
    ...{ failure: '', restVerified: 334, wsVerified: 198, deltaVerified: 152 },
    ...{ deltaSuperseded: 2, deltaUnverifiable: 8, mismatched: 0, topMismatched: 0, mirrorMismatched: 0 },
    ...{ deltaFrames: 81, deltaFramesVerified: 76, topVerified: 162, restAgreed: 194, refused: 0, termsInferred: 0 },
    engine: { topMismatched: 0, mirrorMismatched: 0, framesRejected: 0, phantoms: 0 },
  });
  expect(facts.venueBatches).toBeLessThan(facts.frames);
});

test('frames of a neg-risk market prove both tokens although only one had a snapshot, without any metadata', async () => {
  const facts = await verified([join(FIXTURES, 'fed-frames.json')]);
  expect(facts).toMatchObject({
    ...{ failure: '', deltaFrames: 24, deltaFramesVerified: 24, deltaVerified: 48, wsVerified: 2, topVerified: 48 },
    ...{ mismatched: 0, topMismatched: 0, mirrorMismatched: 0, termsInferred: 0 },
  });
});

test('a recording says the same as the capture it was made of', async () => {
  const out = join(temporaryDirectory(), 'session');
  await importRecording(WITH_CUT_BURST, out, { from: 'polymarket-jsonl' });
  const [ofRecording, ofCapture] = [await verified([out]), await verified([WITH_CUT_BURST])];
  const without = ({ recordings, ...sums }: typeof ofRecording): object => ({
    sums,
    markets: recordings.map(({ markets }) => markets),
  });
  expect(without(ofRecording)).toEqual(without(ofCapture));
});

test('a Kalshi tape is judged by its sequence numbers', async () => {
  const facts = await verified([join(FIXTURES, 'kalshi.ndjson.gz')]);
  expect(facts.seqVerified).toBeGreaterThan(100);
  expect(facts).toMatchObject({ failure: '', seqStepBacks: 0, seqGaps: 0, wsVerified: 0 });
});

test('gaps, silences and times are told per market, and per basket where relations are known', async () => {
  const path = join(temporaryDirectory(), 'related');
  mkdirSync(path);
  const { records, markets } = await session();
  const [first, second] = markets as [MarketMeta, MarketMeta];
  writeRecording(path, records, markets, [
    { kind: 'same', fingerprints: EQUAL_SETTLEMENTS, markets: [first.id, second.id] },
  ]);
  const [report] = (await verified([path])).recordings;
  expect(report!.baskets.length).toBeGreaterThan(0);
  for (const { id, frames, gaps, silences, silenceNsMax, syncedNs, tradableNs } of report!.markets) {
    expect(frames, id).toBeGreaterThan(3);
    expect(gaps, id).toBe(3);
    expect(silences, id).toBeGreaterThan(0);
    expect(silenceNsMax, id).toBeGreaterThan(30e9);
    expect(syncedNs, id).toBeGreaterThan(tradableNs);
    // A book is traded on for 1.5 s after the last message of its connection.
    expect(tradableNs, id).toBeLessThanOrEqual(records.length * 1.5e9);
    expect(tradableNs, id).toBeGreaterThan(0);
  }
  for (const { tradableNs } of report!.baskets) {
    expect(tradableNs).toBeGreaterThan(0);
    expect(tradableNs).toBeLessThanOrEqual(Math.min(...report!.markets.map((market) => market.tradableNs)));
  }
});

test('a recording without messages, a capture without any and answers about something else verify nothing', async () => {
  const directory = temporaryDirectory();
  const other: ReadRecord = { text: '{"minimum_tick_size":0.01}', recvNs: 0, connection: 1, flags: RECORD_REST };
  for (const [name, records] of [
    ['empty', []],
    ['other', [other]],
  ] as const) {
    mkdirSync(join(directory, name));
    writeRecording(join(directory, name), records);
    expect((await verified([join(directory, name)])).failure).toBe('nothing was verified');
  }
  writeFileSync(join(directory, 'empty.jsonl'), '\n');
  const facts = await verified([join(directory, 'empty.jsonl')], { from: 'polymarket-jsonl' });
  expect(facts.failure).toMatch(/nothing was verified$/);
});

test('a recording whose file was changed or cut, and a capture with a line that is none, fail by name', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'changed'));
  writeRecording(join(directory, 'changed'), (await session()).records);
  const manifest = readManifest(join(directory, 'changed'));
  const digest = 'ab'.repeat(32);
  const segments = [{ ...manifest.segments[0]!, blake3: digest }];
  writeFileSync(join(directory, 'changed', 'manifest.json'), JSON.stringify({ ...manifest, segments }));
  const changed = await verified([join(directory, 'changed')]);
  expect(changed.failure).toBe('1 recordings damaged or incomplete');
  expect(changed.recordings[0]!.damage[0]).toMatch(/^000001\.segment: its bytes are not/);
  writeFileSync(join(directory, 'line.json'), '[{"event_type":"book"}, {"timestamp":"1","event_type":"book"}]');
  const capture = await verified([join(directory, 'line.json')]);
  expect(capture.recordings[0]!.damage[0]).toBe('1 lines of the captured input were refused (line 1: timestamp)');
});

/** The session with the cut-off burst, and all but the first REST answers left out. */
async function session(): Promise<{ readonly records: ReadRecord[]; readonly markets: readonly MarketMeta[] }> {
  const out = join(temporaryDirectory(), 'session');
  await importRecording(WITH_CUT_BURST, out, { from: 'polymarket-jsonl' });
  let answers = 0;
  const records = recordsOf(out).filter(({ flags }) => {
    if (flags === RECORD_REST) answers += 1;
    return flags !== RECORD_REST || answers <= 4;
  });
  return { records, markets: readManifest(out).markets };
}

const VALUE = /"(?:size|price|hash)": ?"([^"]+)"/g;

/** Every byte of every size, price and hash: record, place in its text, market it belongs to. */
function targets(records: readonly ReadRecord[]): { record: number; at: number; marketId: string }[] {
  return records.flatMap(({ text }, record) =>
    [...text.matchAll(VALUE)].flatMap((match) => {
      const market = text.lastIndexOf('"market":"', match.index);
      const marketId = `polymarket:${text.slice(market + 10, market + 76)}`;
      const first = match.index + match[0].length - 1 - match[1]!.length;
      return Array.from(match[1]!, (_, place) => ({ record, at: first + place, marketId }));
    }),
  );
}

test('a wrong byte in any size, price or hash fails the verification and names the market', async () => {
  const { records, markets } = await session();
  const places = targets(records);
  expect(places.length).toBeGreaterThan(10_000);
  const directory = temporaryDirectory();
  let runs = 0;
  const wrongByte = fc.constantFrom(...'0123456789abcdefA.,-" \\\u0000');
  await fc.assert(
    fc.asyncProperty(fc.nat(places.length - 1), wrongByte, async (choice, byte) => {
      const { record, at, marketId } = places[choice]!;
      const { text } = records[record]!;
      fc.pre(text[at] !== byte);
      runs += 1;
      const path = join(directory, `run-${runs}`);
      mkdirSync(path);
      const wrong = { ...records[record]!, text: `${text.slice(0, at)}${byte}${text.slice(at + 1)}` };
      writeRecording(path, records.with(record, wrong), markets);
      const { failure, recordings } = await verified([path]);
      expect(failure).not.toBe('');
      expect(recordings[0]!.faults.map((fault) => fault.marketId)).toContain(marketId);
    }),
    { numRuns: 300 },
  );
  expect(runs).toBeGreaterThan(250);
});
