// The demo recording: what it says it is, and that its flow does what its manifest states.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { DEMO_FLOW } from '../../engine/replay/demo-distributions.ts';
import { type Manifest, readManifest } from '../../engine/replay/manifest.ts';
import { changedSegments } from '../../engine/replay/recording.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { INDEPENDENT, recordsOf } from './support/files.ts';
import { runSimpleTaker } from './support/simple-taker.ts';

const DEMO = fileURLToPath(new URL('../../recordings/demo', import.meta.url));
const EVENT_CONNECTION = 3;

function eventTokens(manifest: Manifest): string[] {
  return manifest.relations[0]!.markets.map((id) => manifest.markets.find((market) => market.id === id)!.yesToken);
}

test('the shipped recording is whole, small, and says of each segment whether it is real', () => {
  const manifest = readManifest(DEMO);
  expect(changedSegments(DEMO)).toEqual([]);
  const bytes = manifest.segments.reduce((sum, { file }) => sum + statSync(join(DEMO, file)).size, 0);
  expect(bytes).toBeLessThan(3_000_000);
  expect(manifest.segments.map(({ origin }) => origin)).toEqual(['derived', 'real', 'real', 'derived']);
  expect(manifest.durationNs).toBe(DEMO_FLOW.durationMs * 1e6);
});

test('its streams are merged over one time axis, each on connections of its own', () => {
  const records = recordsOf(DEMO);
  expect(records).toHaveLength(readManifest(DEMO).segments.reduce((sum, segment) => sum + segment.records, 0));
  for (const [index, { recvNs }] of records.entries()) {
    if (index > 0) expect(recvNs).toBeGreaterThanOrEqual(records[index - 1]!.recvNs);
  }
  const marketsByConnection = new Map<number, Set<string>>();
  for (const { text, connection } of records) {
    const market = /"market":"(0x[0-9a-f]+)"/.exec(text)?.[1];
    if (market === undefined || text.includes('new_market')) continue;
    marketsByConnection.set(connection, (marketsByConnection.get(connection) ?? new Set()).add(market));
  }
  expect(marketsByConnection.get(1)!.size).toBe(1);
  expect(marketsByConnection.get(2)!.size).toBe(1);
  expect(marketsByConnection.get(EVENT_CONNECTION)!.size).toBe(5);
});

test('every hash, top and mirror in it holds by the venue’s own rules, real and derived alike', () => {
  const facts = readManifest(DEMO).markets.map(({ id, negRisk }) => [
    id.slice('polymarket:'.length),
    { minSize: '5', negRisk: negRisk === true },
  ]);
  const records = recordsOf(DEMO).filter(({ flags }) => flags === RECORD_TEXT);
  const connections = new Set(records.map(({ connection }) => connection));
  let hashes = 0;
  for (const connection of connections) {
    const texts = records.filter((record) => record.connection === connection).map(({ text }) => text.trim());
    const program = join(INDEPENDENT, 'polymarket-frames.mjs');
    const input = texts.join('\n');
    const report = JSON.parse(
      execFileSync(process.execPath, [program, JSON.stringify(facts)], { input, encoding: 'utf8' }),
    );
    expect(report, `connection ${connection}`).toMatchObject({ hashBad: 0, topBad: 0, mirrorBad: 0, crossed: 0 });
    hashes += report.hashOk;
  }
  expect(hashes).toBeGreaterThan(20_000);
});

test('an ordinary taker wins, misses and unwinds at a loss; without latency it would win nearly always', () => {
  const manifest = readManifest(DEMO);
  const frames = recordsOf(DEMO)
    .filter(({ connection }) => connection === EVENT_CONNECTION)
    .map(({ text, recvNs }) => ({ atMs: recvNs / 1e6, text }));
  const feeRate = manifest.markets.find(({ id }) => id === manifest.relations[0]!.markets[0])!.fee!.rateE6 / 1e6;
  const random = new Random(7);
  const late = runSimpleTaker(frames, eventTokens(manifest), feeRate, () => random.integer(30, 60));
  const count = (result: string): number => late.filter((outcome) => outcome.result === result).length;
  expect(count('won')).toBeGreaterThan(5);
  expect(count('missed')).toBeGreaterThan(1);
  expect(count('unwound')).toBeGreaterThan(1);
  expect(late.filter(({ result }) => result === 'unwound').every(({ profit }) => profit < 0)).toBe(true);
  const instant = runSimpleTaker(frames, eventTokens(manifest), feeRate, () => 0);
  expect(instant.filter(({ result }) => result === 'won').length).toBeGreaterThan(count('won') + count('missed'));
});
