// Imports of every tape format: what is taken, skipped, refused, and that it reads back the same.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ImportError, importRecording } from '../../engine/replay/import.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { changedSegments } from '../../engine/replay/recording.ts';
import { RECORD_REST, RECORD_TEXT } from '../../engine/replay/segment.ts';
import { FIXTURES, recordsOf, temporaryDirectory } from './support/files.ts';

const KALSHI = join(FIXTURES, 'kalshi.ndjson.gz');

test('a Kalshi tape keeps the exact text of every event and its receive time', async () => {
  const out = join(temporaryDirectory(), 'kalshi');
  const result = await importRecording(KALSHI, out, {
    from: 'kalshi-ndjson',
    markets: join(FIXTURES, 'kalshi-event.json'),
  });
  const lines = gunzipSync(readFileSync(KALSHI)).toString('utf8').trimEnd().split('\n');
  expect(result).toMatchObject({ frames: lines.length, records: lines.length, markets: 1, rejected: { lines: 0 } });
  const records = recordsOf(out);
  const firstMs = Number(/"recv_ms":(\d+)/.exec(lines[0]!)![1]);
  for (const [index, line] of lines.entries()) {
    expect(line).toBe(`{"recv_ms":${firstMs + records[index]!.recvNs / 1e6},"event":${records[index]!.text}}`);
  }
  const manifest = readManifest(out);
  expect(manifest.segments[0]).toMatchObject({ venue: 'kalshi', seqScope: 'marketFiltered', origin: 'real' });
  expect(manifest.markets[0]).toMatchObject({
    id: 'kalshi:KXGOLD15M-26AUG101915-15',
    tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 100 }],
  });
  expect(changedSegments(out)).toEqual([]);
});

test('an event value is sliced out as it stands, white space, key order and escapes included', async () => {
  const directory = temporaryDirectory();
  const event = '{ "msg": {"note":"a \\"quoted\\" } , [ \\\\", "n": 1.50 }, "type" : "trade" }';
  writeFileSync(join(directory, 'odd.ndjson'), `{ "event" : ${event} , "recv_ms" : 5 }\n`);
  await importRecording(join(directory, 'odd.ndjson'), join(directory, 'out'), { from: 'kalshi-ndjson' });
  expect(recordsOf(join(directory, 'out'))[0]!.text).toBe(event);
});

test('a Polymarket session keeps exact payloads, sets REST answers apart and finds its metadata by itself', async () => {
  const out = join(temporaryDirectory(), 'session');
  const result = await importRecording(join(FIXTURES, 'session'), out, { from: 'polymarket-jsonl' });
  const lines = readFileSync(join(FIXTURES, 'session', 'raw_messages.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const feed = lines.map((line) => JSON.parse(line)).filter(({ source }) => source === 'polymarket_clob');
  const isRest = (payload: string): boolean => payload.startsWith('{') && !payload.includes('"event_type"');
  expect(result.restAnswers).toBe(feed.filter(({ payload }) => isRest(payload)).length);
  expect(result.frames).toBe(feed.length - result.restAnswers);
  expect(result.restAnswers).toBeGreaterThan(0);
  const records = recordsOf(out);
  expect(records.map(({ text }) => text)).toEqual(feed.map(({ payload }) => payload));
  expect(records.map(({ flags }) => flags)).toEqual(
    feed.map(({ payload }) => (isRest(payload) ? RECORD_REST : RECORD_TEXT)),
  );
  expect(readManifest(out).markets).toHaveLength(3);
  expect(readManifest(out).markets[0]).toMatchObject({
    fee: { rateE6: 72_000, exponent: 1, roundMicros: 10 },
    minSizeMicros: 5_000_000,
  });
  expect(Object.keys(result.skipped)).toContain('binance');
});

test('receive times keep their nanoseconds although they exceed 2^53', async () => {
  const out = join(temporaryDirectory(), 'session');
  await importRecording(join(FIXTURES, 'session'), out, { from: 'polymarket-jsonl' });
  const text = readFileSync(join(FIXTURES, 'session', 'raw_messages.jsonl'), 'utf8');
  const stamps = text
    .split('\n')
    .filter((line) => line.includes('"polymarket_clob"'))
    .map((line) => BigInt(/"recv_mono_ns":(\d+)/.exec(line)![1]!));
  expect(recordsOf(out).map(({ recvNs }) => BigInt(recvNs))).toEqual(stamps.map((stamp) => stamp - stamps[0]!));
});

test('a list of Polymarket messages is written with the spacing the venue uses', async () => {
  const out = join(temporaryDirectory(), 'fed');
  const markets = join(FIXTURES, 'fed-gamma.json');
  await importRecording(join(FIXTURES, 'fed-frames.json'), out, { from: 'polymarket-frames', markets });
  const records = recordsOf(out);
  expect(records).toHaveLength(27);
  expect(records[0]!.text).toMatch(
    /^\[\{"market":"0x8bf1[0-9a-f]+","asset_id":"\d+","timestamp":"1784578686071","hash":/,
  );
  expect(records[1]!.text).toMatch(
    /^\{"market":"0x8bf1[0-9a-f]+", "price_changes":\[\{"asset_id":"\d+", "price":"0\.911", "size":"50000", "side":"BUY", "hash":"[0-9a-f]{40}", "best_bid":"0\.924", "best_ask":"0\.925"\}, \{"asset_id"/,
  );
  expect(readManifest(out).markets[0]).toMatchObject({
    negRisk: true,
    fee: { rateE6: 50_000, exponent: 1 },
    tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 10 }],
  });
});

test('bad lines are counted and named with number and reason; the good ones around them are kept', async () => {
  const directory = temporaryDirectory();
  const good = '{"recv_ms":1,"event":{"type":"trade","msg":{}}}';
  const bad = ['{"recv_ms":1,"event":', '[1]', '{"recv_ms":"1","event":{"type":"x"}}', '{"recv_ms":1,"event":7}'];
  writeFileSync(join(directory, 'bad.ndjson'), `${[good, ...bad, good].join('\n')}\n`);
  const result = await importRecording(join(directory, 'bad.ndjson'), join(directory, 'out'), {
    from: 'kalshi-ndjson',
  });
  expect(result.frames).toBe(2);
  expect(result.rejected).toEqual({
    lines: 4,
    first: [
      { line: 2, reason: 'not JSON' },
      { line: 3, reason: 'not an object' },
      { line: 4, reason: 'recv_ms' },
      { line: 5, reason: 'event' },
    ],
  });
  expect(readManifest(join(directory, 'out')).rejected).toEqual(result.rejected);
});

test('a failed import leaves nothing behind and an existing directory is never touched', async () => {
  const directory = temporaryDirectory();
  const cut = join(directory, 'cut.ndjson.gz');
  writeFileSync(cut, readFileSync(KALSHI).subarray(0, 3000));
  const out = join(directory, 'out');
  await expect(importRecording(cut, out, { from: 'kalshi-ndjson' })).rejects.toThrow(/cut\.ndjson\.gz: unexpected end/);
  expect(existsSync(out)).toBe(false);
  expect(existsSync(`${out}.partial`)).toBe(false);
  await expect(importRecording(KALSHI, directory, { from: 'kalshi-ndjson' })).rejects.toThrow(ImportError);
  const empty = join(directory, 'empty.ndjson');
  writeFileSync(empty, '\n');
  await expect(importRecording(empty, out, { from: 'kalshi-ndjson' })).rejects.toThrow(/no message/);
});

test('plain and gzip input give the same recording', async () => {
  const directory = temporaryDirectory();
  const text = readFileSync(join(FIXTURES, 'session', 'raw_messages.jsonl'));
  writeFileSync(join(directory, 'plain'), text);
  writeFileSync(join(directory, 'zipped'), gzipSync(text));
  for (const name of ['plain', 'zipped']) {
    await importRecording(join(directory, name), join(directory, `${name}.out`), { from: 'polymarket-jsonl' });
  }
  expect(recordsOf(join(directory, 'zipped.out'))).toEqual(recordsOf(join(directory, 'plain.out')));
});

test('a tick grid that the tape contradicts is left out and said so', async () => {
  const directory = temporaryDirectory();
  const gamma = JSON.parse(readFileSync(join(FIXTURES, 'fed-gamma.json'), 'utf8'));
  writeFileSync(join(directory, 'gamma.json'), JSON.stringify({ ...gamma, orderPriceMinTickSize: 0.01 }));
  const out = join(directory, 'out');
  const markets = join(directory, 'gamma.json');
  await importRecording(join(FIXTURES, 'fed-frames.json'), out, { from: 'polymarket-frames', markets });
  const manifest = readManifest(out);
  expect(manifest.markets[0]!.tickRanges).toBeUndefined();
  expect(manifest.segments[0]!.provenance.join('\n')).toMatch(/Tick grids left out.*0x8bf1/);
});
