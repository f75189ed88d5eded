// A Kalshi tape re-encoded as Polymarket frames: same books, right hashes and tops.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { derivedIdentity } from '../../engine/replay/derived-market.ts';
import { importRecording } from '../../engine/replay/import.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { coarsestTickE4 } from '../../engine/replay/reencode.ts';
import { FIXTURES, INDEPENDENT, recordsOf, temporaryDirectory } from './support/files.ts';

const KALSHI = join(FIXTURES, 'kalshi.ndjson.gz');

async function reencoded(): Promise<{ directory: string; out: string; texts: string[] }> {
  const directory = temporaryDirectory();
  const out = join(directory, 'out');
  await importRecording(KALSHI, out, { from: 'kalshi-ndjson', as: 'polymarket' });
  return { directory, out, texts: recordsOf(out).map(({ text }) => text) };
}

/** Runs a program of test/independent and parses what it prints. */
function independent(program: string, args: readonly string[], input = ''): Record<string, unknown> {
  const output = execFileSync(process.execPath, [join(INDEPENDENT, program), ...args], { input, encoding: 'utf8' });
  return JSON.parse(output);
}

test('every hash, top and mirror of a re-encoded tape holds by the venue’s own rules', async () => {
  const { texts } = await reencoded();
  const report = independent('polymarket-frames.mjs', [], texts.join('\n'));
  expect(report).toMatchObject({ frames: 402, hashBad: 0, topBad: 0, mirrorBad: 0, crossed: 0 });
  expect(report['hashOk']).toBeGreaterThan(200);
});

test('the check of hashes is not blind: one changed size is found', async () => {
  const { texts } = await reencoded();
  const at = texts.findIndex((text) => text.includes('"price_changes"') && !text.includes('"size":"0"'));
  texts[at] = texts[at]!.replace(/"size":"\d/g, '$&7');
  const report = independent('polymarket-frames.mjs', [], texts.join('\n'));
  expect(report['hashBad']).toBeGreaterThan(0);
});

test('the books of a re-encoded tape equal the Kalshi books after each venue millisecond', async () => {
  const { directory, texts } = await reencoded();
  const messages = join(directory, 'messages.json');
  writeFileSync(messages, `[${texts.join(',')}]`);
  const frames = Array.from({ length: 400 }, (_, index) => index + 1);
  const books = [KALSHI, messages].map((tape, index) => {
    const dump = join(directory, `dump${index}.json`);
    independent('book-chain.mjs', [tape, '--at-frame', frames.join(','), '--dump', dump]);
    return JSON.parse(readFileSync(dump, 'utf8')) as Record<string, Record<string, { bids: unknown; asks: unknown }>>;
  });
  for (const frame of frames) {
    const [kalshi, polymarket] = books.map((dumps) =>
      Object.values(dumps[frame]!).map(({ bids, asks }) => ({ bids, asks })),
    );
    expect(polymarket, `frame ${frame}`).toEqual(kalshi);
  }
});

test('frames look as the venue sends them: array of both tokens, best level last, spaced changes, placed token first', async () => {
  const { texts, out } = await reencoded();
  const [yes, no] = JSON.parse(texts[0]!);
  const { yesToken, noToken } = readManifest(out).markets[0]!;
  expect([yes.asset_id, no.asset_id]).toEqual([yesToken, noToken]);
  expect(Object.keys(yes)).toEqual(
    'market asset_id timestamp hash bids asks tick_size event_type last_trade_price'.split(' '),
  );
  const prices = (levels: { price: string }[]): number[] => levels.map(({ price }) => Number(price));
  expect(prices(yes.bids)).toEqual(prices(yes.bids).toSorted((a, b) => a - b));
  expect(prices(yes.asks)).toEqual(prices(yes.asks).toSorted((a, b) => b - a));
  // The tape's first delta is an order on NO at 0.30.
  expect(texts[1]).toMatch(
    new RegExp(
      `^\\{"market":"0x[0-9a-f]{64}", "price_changes":\\[\\{"asset_id":"${noToken}", "price":"0.3", "size":"0", "side":"BUY", "hash":"[0-9a-f]{40}", "best_bid":"0\\.\\d+", "best_ask":"0\\.\\d+"\\}, \\{"asset_id":"${yesToken}", "price":"0.7", "size":"0", "side":"SELL", .*"event_type":"price_change"\\}$`,
    ),
  );
});

test('a re-encoded recording says what it is, and its ids follow from the ticker', async () => {
  const { out } = await reencoded();
  const manifest = readManifest(out);
  expect(manifest.segments[0]).toMatchObject({ origin: 'derived', venue: 'polymarket' });
  expect(manifest.segments[0]!.provenance.join(' ')).toContain('Kalshi activity re-encoded as Polymarket frames');
  const { conditionId, yesToken } = derivedIdentity('KXGOLD15M-26AUG101915-15', 100);
  expect(manifest.markets[0]).toMatchObject({ id: `polymarket:${conditionId}`, yesToken });
  expect(manifest.markets[0]!.title).toContain('Kalshi activity re-encoded as Polymarket frames');
});

test('the tick is the coarsest of Polymarket’s that every price lies on', () => {
  expect(coarsestTickE4([100, 4200])).toBe(100);
  expect(coarsestTickE4([100, 4250])).toBe(50);
  expect(coarsestTickE4([25, 4250])).toBe(25);
  expect(coarsestTickE4([10, 4250])).toBe(10);
  expect(coarsestTickE4([11])).toBe(1);
});
