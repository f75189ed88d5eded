// The book chain and dumps against hand-made books and the independent program.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { priceText, sizeText } from '../../engine/core/units.ts';
import { BookChain } from '../../engine/replay/book-chain.ts';
import { derivedIdentity } from '../../engine/replay/derived-market.ts';
import { BookDump } from '../../engine/replay/dump.ts';
import { WireMarket } from '../../engine/replay/polymarket-wire.ts';
import { BOOK_EMPTY, BOOK_SYNCED, SIDE_BID } from '../../wasm/layout.ts';
import { INDEPENDENT, temporaryDirectory } from './support/files.ts';

function booksOf(markets: readonly WireMarket[], seen: ReadonlySet<number>) {
  return {
    state: (index: number) => (seen.has(index) ? BOOK_SYNCED : BOOK_EMPTY),
    canonicalSide: (index: number, side: number) => {
      const { bids, asks } = markets[index]!;
      const levels = side === SIDE_BID ? [...bids].sort(([a], [b]) => b - a) : [...asks].sort(([a], [b]) => a - b);
      return levels.map(([priceE4, sizeMicros]) => `${priceText(priceE4)} ${sizeText(sizeMicros)}`).join(',');
    },
  };
}

test('chain and dumps equal those of the independent program, frame by frame', () => {
  const directory = temporaryDirectory();
  const markets = ['A', 'B'].map((name) => new WireMarket(derivedIdentity(name, 10)));
  const ids = markets.map(({ identity }) => `polymarket:${identity.conditionId}`);
  const seen = new Set<number>();
  const books = booksOf(markets, seen);
  const chain = new BookChain(books, (index) => ids[index]!);
  const tokens = markets.map(({ identity }) => identity.yesToken);
  const indexesById = [0, 1].sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
  const table = { indexesById: () => indexesById, idOf: (i: number) => ids[i]!, tokenOf: (i: number) => tokens[i]! };
  const dump = new BookDump(join(directory, 'ours.json'), books, table, [4, 1, 3, 9]);
  const texts: string[] = [];
  const frame = (text: string, touched: readonly number[]): void => {
    texts.push(text);
    chain.addFrame(touched, touched.length);
    dump.afterFrame(texts.length);
  };
  markets[0]!.setLevel('bid', 4_200, 26_680_000);
  markets[0]!.setLevel('ask', 4_310, 1);
  seen.add(0);
  frame(markets[0]!.snapshotText(1), [0]);
  frame('{"event_type":"new_market","market":"0x1"}', []);
  seen.add(1);
  frame(markets[1]!.snapshotText(2), [1]);
  const change = { placedOn: 'no', side: 'BUY', priceE4: 5_690, sizeMicros: 0 } as const;
  for (const text of markets[0]!.applyBatch([{ kind: 'change', change }], 3)) frame(text, [0]);
  expect(dump.close()).toEqual([9]);
  writeFileSync(join(directory, 'tape.json'), `[${texts.join(',')}]`);
  const args = [join(INDEPENDENT, 'book-chain.mjs'), join(directory, 'tape.json'), '--at-frame', '1,3,4'];
  const printed = execFileSync(process.execPath, [...args, '--dump', join(directory, 'theirs.json')], {
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual({ frames: 4, chain: chain.hex });
  const [ours, theirs] = ['ours', 'theirs'].map((name) =>
    JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')),
  );
  expect(ours).toEqual(theirs);
});

test('a market without a snapshot is neither in the chain nor in a dump', () => {
  const markets = [new WireMarket(derivedIdentity('A', 10))];
  const chain = new BookChain(booksOf(markets, new Set()), () => 'polymarket:a');
  chain.addFrame([0], 1);
  expect([chain.hex, chain.frames]).toEqual(['0'.repeat(64), 1]);
});
